//! A dependency's version stands in the workspace's manifest alone, so that there is one of each.

use super::source::{Finding, SourceFile};

/// Applies the rule to a member's manifest.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.path.ends_with("/Cargo.toml") {
        return Vec::new();
    }
    let mut is_dependencies = false;
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[') {
            is_dependencies = section.contains("dependencies");
        } else if is_dependencies && names_version(line) {
            findings.push(file.finding(number, "names a version; the workspace's Cargo.toml is the place"));
        }
    }
    findings
}

fn names_version(line: &str) -> bool {
    let Some((key, value)) = line.split_once('=').map(|(key, value)| (key.trim(), value.trim())) else {
        return false;
    };
    key == "version" || (value.starts_with('"') && !key.contains('.')) || value.contains("version =")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_every_form() {
        let cases = [
            ("[dependencies]\na.workspace = true\nb = { workspace = true, features = [\"c\"] }\n", 0),
            ("[dependencies]\na = \"1\"\n", 1),
            ("[dev-dependencies]\na = { version = \"1\" }\n", 1),
            ("[dependencies.a]\nversion = \"1\"\n", 1),
            ("[package]\nversion = \"1\"\n", 0),
        ];
        for (text, expected) in cases {
            let file = SourceFile { path: "server/Cargo.toml".to_owned(), text: text.to_owned() };
            assert_eq!(check(&file).len(), expected, "{text}");
        }
    }
}
