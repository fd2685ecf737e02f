//! Two style sheets out of many: joined in the order of `styles/index.txt`, without comments and needless space.

use anyhow::{Context, Result};

use crate::workspace;

/// The line of the index between what the first view needs and the rest.
const LATER: &str = "later:";

/// The style sheets of the page.
pub struct Sheets {
    /// What the first view needs.
    pub first: String,
    /// What is seen once something is opened or scrolled to; it comes after the first.
    pub later: String,
}

impl Sheets {
    /// Joins them.
    ///
    /// # Errors
    /// A sheet is missing, or the index does not say where the first end.
    pub fn join() -> Result<Self> {
        let index = workspace::read_text(&workspace::frontend("src/styles/index.txt"))?;
        let (first, later) = index.split_once(LATER).context("styles/index.txt has no line `later:`")?;
        Ok(Self { first: joined(first)?, later: joined(later)? })
    }
}

/// The sheets of some lines of the index as one.
fn joined(lines: &str) -> Result<String> {
    let folder = workspace::frontend("src/styles");
    let mut joined = String::new();
    for name in lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        joined.push_str(&workspace::read_text(&folder.join(name))?);
        joined.push('\n');
    }
    Ok(minify(&joined))
}

/// A sheet of its own: the fonts', or what a page of the API, the glossary or training has besides.
///
/// # Errors
/// The sheet is missing.
pub fn of_page(name: &str) -> Result<String> {
    Ok(minify(&workspace::read_text(&workspace::frontend("src/styles").join(name))?))
}

/// What the lenses have: their common sheet, then each one's own, by name.
///
/// # Errors
/// A sheet cannot be read.
pub fn of_lenses() -> Result<String> {
    let folder = workspace::frontend("src/styles/lenses");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).context("cannot list the styles of the lenses")? {
        names.push(entry.context("cannot list the styles of the lenses")?.path());
    }
    names.sort();
    let common = [workspace::frontend("src/styles/lenses.css")];
    let sheets = common.iter().chain(&names).map(|name| workspace::read_text(name));
    Ok(minify(&sheets.collect::<Result<Vec<_>>>()?.join("\n")))
}

/// What may lose the space on both of its sides. A colon and a bracket may not: `a :hover` is not `a:hover`, and
/// `and (` not `and(`.
const TIGHT: [char; 4] = ['{', '}', ';', ','];

/// Drops comments, and space where it means nothing. Strings stay as they are.
fn minify(css: &str) -> String {
    let mut minified = String::with_capacity(css.len());
    let mut rest = css;
    let mut is_spaced = false;
    while let Some(next) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_comment, after)| after);
            is_spaced = true;
        } else if next.is_whitespace() {
            rest = rest.trim_start();
            is_spaced = true;
        } else {
            let length = if next == '"' || next == '\'' { string_length(rest) } else { next.len_utf8() };
            push(&mut minified, &rest[..length], is_spaced);
            rest = &rest[length..];
            is_spaced = false;
        }
    }
    minified
}

fn push(minified: &mut String, token: &str, is_spaced: bool) {
    let is_tight = |text: char| TIGHT.contains(&text);
    let before = minified.chars().next_back();
    let next = token.chars().next().unwrap_or_default();
    let needs_space =
        is_spaced && before.is_some_and(|before| !is_tight(before) && before != ':') && !is_tight(next);
    if needs_space {
        minified.push(' ');
    } else if next == '}' && before == Some(';') {
        minified.pop();
    }
    minified.push_str(token);
}

/// Bytes up to and with the closing quote.
fn string_length(text: &str) -> usize {
    let quote = text.chars().next();
    let mut is_escaped = false;
    for (position, letter) in text.char_indices().skip(1) {
        if is_escaped {
            is_escaped = false;
        } else if letter == '\\' {
            is_escaped = true;
        } else if Some(letter) == quote {
            return position + letter.len_utf8();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_says_which_sheets_are_first() {
        let Sheets { first, later } = Sheets::join().expect("all sheets are there");
        assert!(first.contains("\"Inter Fallback\"") && first.contains(".model-bar{"));
        assert!(later.contains(".band{") && later.contains(".claim{"));
        assert!(!first.contains(".woff2") && !later.contains(".woff2"), "fonts wait for the photo");
        assert!(!first.contains(".band{") && !later.contains(":root"));
    }

    #[test]
    fn space_goes_where_it_means_nothing() {
        let cases = [
            ("a {\n  color: red;\n  margin: 0 1px;\n}\n", "a{color:red;margin:0 1px}"),
            ("a :hover, b > c {}", "a :hover,b > c{}"),
            (
                "@media (width > 600px) and (hover: hover) { a { b: c } }",
                "@media (width > 600px) and (hover:hover){a{b:c}}",
            ),
            ("a { width: calc(1px + 2px); }", "a{width:calc(1px + 2px)}"),
            ("a::before { content: \" /* { ; \"; }", "a::before{content:\" /* { ; \"}"),
            ("a { content: '\\'  ;' }", "a{content:'\\'  ;'}"),
            ("/* one */ a /* two */ b {}", "a b{}"),
            ("a { --empty: ; }", "a{--empty:}"),
        ];
        for (css, expected) in cases {
            assert_eq!(minify(css), expected, "{css}");
        }
    }
}
