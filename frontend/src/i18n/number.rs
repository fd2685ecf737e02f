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

/// A tensor's value in three digits: `0.0123`, `-4.56`, `1.20e-7`, with a true minus sign.
pub fn value(value: f32) -> String {
    let magnitude = f64::from(value.abs());
    let text = match magnitude {
        0.0 => "0".to_owned(),
        0.001..10_000.0 => {
            // Three significant digits: as many decimals as the leading digit's place leaves.
            let place = magnitude.log10().floor() as i32;
            format!("{magnitude:.*}", usize::try_from(2 - place).unwrap_or(0))
        }
        _ => format!("{magnitude:.2e}"),
    };
    if value < 0.0 { format!("\u{2212}{text}") } else { text }
}

/// A number with a fixed count of decimals, for columns that are compared or added up: `−4.567`.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    // What rounds to zero has no sign.
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !is_zero { format!("\u{2212}{text}") } else { text }
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
            (value(0.0), "0"),
            (value(0.012_34), "0.0123"),
            (value(-4.567), "\u{2212}4.57"),
            (value(123.4), "123"),
            (value(-1.2e-7), "\u{2212}1.20e-7"),
            (value(f32::NAN), "NaN"),
            (fixed(-1.0 / 3.0, 3), "\u{2212}0.333"),
            (fixed(-0.0004, 3), "0.000"),
            (fixed(7.0, 1), "7.0"),
            (shape(&[256, 56, 56]), "256 × 56 × 56"),
        ];
        for (written, expected) in cases {
            assert_eq!(written.replace(THIN_SPACE, " "), expected);
        }
    }
}
