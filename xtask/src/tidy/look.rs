//! Colours stand in `tokens.css` alone, so that a theme is one file, and nothing is styled inline, which the content
//! security policy would refuse in the browser and nobody would see on the server.

use super::source::{Finding, SourceFile};

const TOKENS: &str = "frontend/src/styles/tokens.css";

const COLOUR_FUNCTIONS: [&str; 9] =
    ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch("];

/// Applies these rules to a file.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.path.starts_with("frontend/src/") || file.path == TOKENS {
        return Vec::new();
    }
    let message = "has a colour of its own; name one in tokens.css";
    if file.is("css") {
        let coloured = file.lines().filter(|(_number, line)| has_colour(declarations(line)));
        coloured.map(|(number, _line)| file.finding(number, message)).collect()
    } else if file.is("rs") {
        let coloured = file.code_lines().filter(|(_number, line)| strings(line).any(has_colour));
        let styled = file.code_lines().filter(|(_number, line)| is_styled_inline(line));
        let coloured = coloured.map(|(number, _line)| file.finding(number, message));
        coloured.chain(styled.map(|(number, _line)| file.finding(number, "styles inline"))).collect()
    } else {
        Vec::new()
    }
}

/// The part of a line that may hold values: `#upload { color: red }` has its selector cut off.
fn declarations(line: &str) -> &str {
    let line = line.rsplit_once('{').map_or(line, |(_selector, declarations)| declarations);
    line.split_once(':').map_or("", |(_property, values)| values)
}

/// What stands between quotes.
fn strings(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

fn has_colour(value: &str) -> bool {
    let has_function = COLOUR_FUNCTIONS.iter().any(|function| {
        value.match_indices(function).any(|(position, _name)| {
            // `color-mix(in oklab, ...)` has no bracket there; `my-rgb(` is no function of colour.
            !value[..position]
                .chars()
                .next_back()
                .is_some_and(|letter| letter.is_alphanumeric() || letter == '-')
        })
    });
    has_function || value.match_indices('#').any(|(position, _hash)| is_hex_colour(&value[position + 1..]))
}

fn is_hex_colour(text: &str) -> bool {
    let word = text.split(|letter: char| !letter.is_alphanumeric() && letter != '-' && letter != '_').next();
    let word = word.unwrap_or_default();
    matches!(word.len(), 3 | 4 | 6 | 8) && word.chars().all(|digit| digit.is_ascii_hexdigit())
}

fn is_styled_inline(line: &str) -> bool {
    [" style=", " style:", "\"style\"", ".style("].iter().any(|form| line.contains(form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_finds_what_it_is_for() {
        let cases = [
            ("frontend/src/styles/a.css", "a { color: #fff; }", 1),
            ("frontend/src/styles/a.css", "  color: rgb(0 0 0 / 0.5);", 1),
            ("frontend/src/styles/a.css", "  color: color-mix(in oklab, var(--text), var(--ground));", 0),
            ("frontend/src/styles/a.css", "#add:hover {", 0),
            ("frontend/src/styles/a.css", "  color: var(--text);", 0),
            (TOKENS, "  --text: #fff;", 0),
            ("frontend/src/a.rs", "let fill = \"#a0b1c2\";", 1),
            ("frontend/src/a.rs", "href=\"#pipeline\"", 0),
            ("frontend/src/a.rs", "// \"#fff\"", 0),
            ("frontend/src/a.rs", "<div style=\"color: red\">", 1),
            ("frontend/src/a.rs", "<div style:width=move || width.get()>", 1),
            ("frontend/src/a.rs", "<div class=\"style\">", 1),
            ("server/src/a.rs", "let fill = \"#a0b1c2\";", 0),
        ];
        for (path, text, expected) in cases {
            let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
            assert_eq!(check(&file).len(), expected, "{path}: {text}");
        }
    }
}
