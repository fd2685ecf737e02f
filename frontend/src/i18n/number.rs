//! How numbers are written: thin spaces between thousands, few digits, units, shapes as `256 × 56 × 56`.

/// Between thousands, and between a number and its unit: as narrow as U+2009, and no line breaks there.
const THIN_SPACE: char = '\u{202f}';

/// A whole number with thin spaces: `25 557 032`.
pub fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (position, digit) in digits.char_indices() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(THIN_SPACE);
        }
        text.push(digit);
    }
    text
}

/// A large number in three digits: `25.6 M`, `4.09 G`, `512`.
pub fn compact(value: u64) -> String {
    const UNITS: [(f64, &str); 3] = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
    // 999 950 is a million in three digits, so a unit begins a little before its thousand.
    match UNITS.into_iter().find(|(unit, _name)| value as f64 >= unit * 0.9995 && value >= 1000) {
        Some((unit, name)) => format!("{}{THIN_SPACE}{name}", three_digits(value as f64 / unit)),
        None => value.to_string(),
    }
}

/// A probability in percent: `71.3 %`; below a tenth of a percent `< 0.1 %`.
pub fn percent(probability: f32) -> String {
    let percent = probability * 100.0;
    if percent > 0.0 && percent < 0.1 {
        return format!("<{THIN_SPACE}0.1{THIN_SPACE}%");
    }
    format!("{percent:.1}{THIN_SPACE}%")
}

/// A time: `0.4 ms`, `28 ms`, `1.42 s`.
pub fn milliseconds(milliseconds: f64) -> String {
    if milliseconds >= 1000.0 {
        return format!("{}{THIN_SPACE}s", three_digits(milliseconds / 1000.0));
    }
    let digits = usize::from(milliseconds < 10.0);
    format!("{milliseconds:.digits$}{THIN_SPACE}ms")
}

/// A file's size: `812 B`, `56 kB`, `4.2 MB` (a kB is 1000 bytes).
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes}{THIN_SPACE}B"),
        1_000..1_000_000 => format!("{:.0}{THIN_SPACE}kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1}{THIN_SPACE}MB", bytes as f64 / 1e6),
        _ => format!("{:.1}{THIN_SPACE}GB", bytes as f64 / 1e9),
    }
}

/// A shape: `256 × 56 × 56`.
pub fn shape(dims: &[usize]) -> String {
    let dims: Vec<String> = dims.iter().map(ToString::to_string).collect();
    dims.join(" × ")
}

fn three_digits(value: f64) -> String {
    let digits = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_the_page_writes_them() {
        let cases = [
            (thousands(0), "0"),
            (thousands(999), "999"),
            (thousands(25_557_032), "25 557 032"),
            (compact(512), "512"),
            (compact(25_557_032), "25.6 M"),
            (compact(4_089_184_256), "4.09 G"),
            (compact(999_999), "1.00 M"),
            (compact(154_000), "154 k"),
            (percent(0.713), "71.3 %"),
            (percent(0.0), "0.0 %"),
            (percent(0.0004), "< 0.1 %"),
            (milliseconds(0.42), "0.4 ms"),
            (milliseconds(28.4), "28 ms"),
            (milliseconds(1421.0), "1.42 s"),
            (bytes(812), "812 B"),
            (bytes(56_155), "56 kB"),
            (bytes(4_200_000), "4.2 MB"),
            (shape(&[256, 56, 56]), "256 × 56 × 56"),
        ];
        for (written, expected) in cases {
            assert_eq!(written.replace(THIN_SPACE, " "), expected);
        }
    }
}
