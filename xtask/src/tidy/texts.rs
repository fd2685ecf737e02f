//! What every file must have and must not: a header that says what it is, a bearable length, no test that is left out, no
//! path of somebody's machine.

use super::source::{Finding, SourceFile};

/// Lines of code above which a file is hard to keep in mind.
const MAX_CODE_LINES: usize = 400;

/// Starts of paths that exist on one machine only.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/", "work/"), concat!("/", "root/"), concat!("/", "home/"), concat!("/", "Users/")];

/// Attribute that leaves a test out.
const IGNORE: &str = concat!("#[", "ignore");

/// Applies these rules to a file.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.is("rs") {
        if !file.text.starts_with("//! ") {
            findings.push(file.finding(1, "opens without a `//!` header that says what it is"));
        }
        let num_lines = file.code_lines().count();
        if num_lines > MAX_CODE_LINES {
            findings.push(
                file.finding(1, format!("has {num_lines} lines of code; {MAX_CODE_LINES} is the most")),
            );
        }
        let ignored = file.code_lines().filter(|(_number, line)| line.trim_start().starts_with(IGNORE));
        findings.extend(ignored.map(|(number, _line)| file.finding(number, "leaves a test out")));
    }
    let named =
        file.lines().filter(|(_number, line)| MACHINE_PATHS.iter().any(|path| names_path(line, path)));
    findings.extend(named.map(|(number, _line)| file.finding(number, "names a path of one machine")));
    findings
}

/// Whether an absolute path starts so; `a/home/b` goes on from elsewhere.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(position, _path)| {
        let before = line[..position].chars().next_back();
        !before
            .is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '/' | '_' | '-' | '}'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        check(&SourceFile { path: path.to_owned(), text: text.to_owned() }).len()
    }

    #[test]
    fn each_rule_finds_what_it_is_for() {
        let long = "//! Long.\n".to_owned() + &"let a = 1;\n".repeat(MAX_CODE_LINES + 1);
        let within = "//! Long.\n".to_owned() + &"let a = 1;\n// b\n\n".repeat(MAX_CODE_LINES);
        let ignored = format!("//! Tests.\n#[test]\n{IGNORE}]\nfn a() {{}}\n");
        let machine = format!("cd {}me/project\n", MACHINE_PATHS[2]);
        let elsewhere = format!("https://example.org{}me and assets{}\n", MACHINE_PATHS[2], MACHINE_PATHS[0]);
        let cases = [
            ("a.rs", "//! What it is.\n\nfn a() {}\n", 0),
            ("a.rs", "fn a() {}\n", 1),
            ("a.css", "a {}\n", 0),
            ("a.rs", &long, 1),
            ("a.rs", &within, 0),
            ("a.rs", &ignored, 1),
            ("README.md", &machine, 1),
            ("README.md", &elsewhere, 0),
        ];
        for (path, text, expected) in cases {
            assert_eq!(findings(path, text), expected, "{path}: {}", &text[..text.len().min(80)]);
        }
    }
}
