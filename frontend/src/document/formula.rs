//! Formulas in HTML, from one line of text: `x_i` and `x_{i+1}` are set low, `x^2` and `x^{−1}` high, a letter that stands
//! alone is a quantity and slanted, a word is a word. No fractions above each other: a slash reads as well in a line.

/// The formula, escaped and marked up.
pub fn to_html(formula: &str) -> String {
    let letters: Vec<char> = formula.chars().collect();
    let mut html = String::with_capacity(2 * formula.len());
    let mut position = 0;
    while position < letters.len() {
        position += write(&mut html, &letters[position..]);
    }
    html
}

/// Writes what comes first and says how many letters that was.
fn write(html: &mut String, rest: &[char]) -> usize {
    match rest[0] {
        script @ ('_' | '^') => {
            let (inner, length) = script_of(&rest[1..]);
            let tag = if script == '_' { "sub" } else { "sup" };
            html.push_str(&format!("<{tag}>{}</{tag}>", to_html(&inner)));
            1 + length
        }
        '<' => {
            html.push_str("&lt;");
            1
        }
        '>' => {
            html.push_str("&gt;");
            1
        }
        '&' => {
            html.push_str("&amp;");
            1
        }
        letter if letter.is_alphabetic() => {
            let length = rest.iter().take_while(|letter| is_of_word(**letter)).count();
            let word: String = rest[..length].iter().collect();
            html.push_str(&if length == 1 { format!("<i>{word}</i>") } else { word });
            length
        }
        other => {
            html.push(other);
            1
        }
    }
}

/// `Q8` and `Grad-CAM` are words, `3x` is a number and a quantity.
fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '-' || letter == '’'
}

/// What is set low or high, and how many letters it takes with its braces.
fn script_of(rest: &[char]) -> (String, usize) {
    match rest.first() {
        Some('{') => {
            let length = rest.iter().position(|letter| *letter == '}').unwrap_or(rest.len() - 1);
            (rest[1..length.max(1)].iter().collect(), length + 1)
        }
        Some(letter) => (letter.to_string(), 1),
        None => (String::new(), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_quantities_and_words() {
        for (formula, expected) in [
            ("r_l = r_{l−1} + 1", "<i>r</i><sub><i>l</i></sub> = <i>r</i><sub><i>l</i>−1</sub> + 1"),
            ("softmax(Q K^T / √d)", "softmax(<i>Q</i> <i>K</i><sup><i>T</i></sup> / √<i>d</i>)"),
            ("2x^{−2} < y & z", "2<i>x</i><sup>−2</sup> &lt; <i>y</i> &amp; <i>z</i>"),
            ("M_c(i)", "<i>M</i><sub><i>c</i></sub>(<i>i</i>)"),
            ("Grad-CAM of Q8", "Grad-CAM of Q8"),
            ("x_", "<i>x</i><sub></sub>"),
            ("x_{", "<i>x</i><sub></sub>"),
            ("", ""),
        ] {
            assert_eq!(to_html(formula), expected, "{formula}");
        }
    }
}
