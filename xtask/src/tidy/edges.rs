//! Who may know whom, as ARCHITECTURE.md says: between crates, and between the modules of server and frontend.

use super::source::{Finding, SourceFile};

/// A module of a crate and the modules of the same crate that it may name.
type Edges = &'static [(&'static str, &'static [&'static str])];

/// Modules that are not listed (`main`, `lib`) put the others together and may name all.
const SERVER: Edges = &[
    (
        "http",
        &[
            "http",
            "views",
            "runs",
            "inference",
            "images",
            "cache",
            "samples",
            "telemetry",
            "models",
            "analysis",
        ],
    ),
    ("views", &["views", "inference", "images", "models", "analysis"]),
    (
        "inference",
        &["inference", "models", "device", "analysis", "cache", "images", "telemetry", "fingerprint"],
    ),
    ("images", &["images", "models", "cache"]),
    ("samples", &["samples", "models"]),
    ("models", &["models", "device", "kernels"]),
    ("kernels", &["kernels"]),
    ("comparison", &["comparison", "models", "device", "analysis", "safe_file", "fingerprint"]),
    (
        "training",
        &["training", "dataset", "models", "device", "analysis", "safe_file", "stop_flag", "fingerprint"],
    ),
    ("runs", &["runs", "training", "dataset", "inference", "models", "safe_file", "stop_flag"]),
    ("dataset", &["dataset", "models", "safe_file", "stop_flag"]),
    ("safe_file", &["safe_file"]),
    ("stop_flag", &["stop_flag"]),
    ("fingerprint", &["fingerprint"]),
    ("analysis", &["analysis"]),
    ("cache", &["cache"]),
    ("telemetry", &["telemetry"]),
    ("device", &["device", "kernels"]),
];

const FRONTEND: Edges = &[
    ("components", &["components", "drawing", "state", "i18n", "api"]),
    // What travels, an array of numbers, is what is drawn.
    ("drawing", &["drawing", "api"]),
    ("state", &["state", "api", "drawing", "i18n"]),
    ("api", &["api", "i18n"]),
    ("i18n", &["i18n", "drawing"]),
];

/// Folders, the names that their code may not use, and the files that may nevertheless.
const FOREIGN: [(&str, &[&str], &[&str]); 6] = [
    (
        "shared/src/",
        &["candle_core", "candle_nn", "leptos", "axum", "server", "frontend", "tokio", "std::fs"],
        &[],
    ),
    ("frontend/src/", &["candle_core", "candle_nn", "server", "axum", "tokio"], &[]),
    (
        "server/src/",
        &["frontend", "leptos", "leptos_axum"],
        &["server/src/http/pages.rs", "server/src/http/assets.rs"],
    ),
    ("server/src/http", &["candle_core", "candle_nn"], &[]),
    ("server/src/analysis", &["candle_core", "candle_nn", "axum", "tokio"], &[]),
    ("server/src/kernels", &["candle_core", "candle_nn", "axum", "tokio"], &[]),
];

/// Conditional compilation, and the only file of the server that may have it.
const FEATURE: &str = "cfg(feature";
const FEATURE_FILE: &str = "server/src/device.rs";

/// Applies these rules to a file.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.is("rs") {
        return Vec::new();
    }
    let mut findings = foreign(file);
    for (folder, edges) in [("server/src/", SERVER), ("frontend/src/", FRONTEND)] {
        if let Some(path) = file.path.strip_prefix(folder) {
            findings.extend(modules(file, path, edges));
        }
    }
    if file.path.starts_with("server/src/") && file.path != FEATURE_FILE {
        let conditional = file.code_lines().filter(|(_number, line)| line.contains(FEATURE));
        findings.extend(
            conditional
                .map(|(number, _line)| file.finding(number, "has a cfg(feature) outside of device.rs")),
        );
    }
    findings
}

fn foreign(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, names, exceptions) in FOREIGN {
        if !file.path.starts_with(folder) || exceptions.contains(&file.path.as_str()) {
            continue;
        }
        for (number, line) in file.code_lines() {
            let found = names.iter().filter(|name| starts_path(line, name));
            findings.extend(found.map(|name| file.finding(number, format!("{folder} may not know {name}"))));
        }
    }
    findings
}

fn modules(file: &SourceFile, path: &str, edges: Edges) -> Vec<Finding> {
    let module = path.split(['/', '.']).next().unwrap_or_default();
    let Some((_module, allowed)) = edges.iter().find(|(name, _allowed)| *name == module) else {
        return Vec::new();
    };
    let is_known = |name: &str| edges.iter().any(|(known, _allowed)| *known == name);
    let named = crate_names(&file.text).into_iter();
    let forbidden = named.filter(|(_line, name)| is_known(name) && !allowed.contains(&name.as_str()));
    forbidden.map(|(line, name)| file.finding(line, format!("{module} may not know {name}"))).collect()
}

/// Whether a path of this crate starts in a line: `name::` with nothing of a word or path before it.
fn starts_path(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(position, _name)| {
        let before = line[..position].chars().next_back();
        let is_start =
            !before.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ':' | '"' | '/'));
        is_start && line[position + name.len()..].starts_with("::")
    })
}

/// First names after `crate::`, in groups too, with their lines.
fn crate_names(text: &str) -> Vec<(usize, String)> {
    const CRATE: &str = "crate::";
    let mut names = Vec::new();
    for (position, _crate) in text.match_indices(CRATE) {
        let line_start = text[..position].rfind('\n').map_or(0, |newline| newline + 1);
        if text[line_start..position].contains("//") {
            continue;
        }
        let line = text[..position].lines().count().max(1);
        let rest = &text[position + CRATE.len()..];
        names.extend(first_names(rest).into_iter().map(|name| (line, name)));
    }
    names
}

/// `a::b` names `a`; `{a::b, c::{d, e}}` names `a` and `c`.
fn first_names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![leading_word(path)];
    };
    let mut depth = 1;
    let mut names = vec![leading_word(group)];
    for (position, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(leading_word(&group[position + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn leading_word(text: &str) -> String {
    text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_finds_what_it_is_for() {
        let cases = [
            ("server/src/http/images.rs", "use crate::inference::Inference;\n", 0),
            ("server/src/inference/queue.rs", "use crate::http::Error;\n", 1),
            ("server/src/models.rs", "use crate::{models::a, inference::{b, c}, http};\n", 2),
            ("server/src/models/vit.rs", "// crate::http is no business of this file\n", 0),
            ("server/src/models/vit.rs", "fn a() {\n    crate::telemetry::count();\n}\n", 1),
            ("server/src/main.rs", "use crate::http::a;\n", 0),
            ("server/src/http/runs.rs", "use crate::training::fit;\n", 1),
            ("server/src/runs/run.rs", "use crate::http::Failure;\n", 1),
            ("server/src/runs/worker.rs", "use crate::training::train_head;\n", 0),
            ("frontend/src/drawing/a.rs", "use crate::state::View;\n", 1),
            ("frontend/src/state/a.rs", "use crate::api::get;\n", 0),
            ("frontend/src/a.rs", "use candle_core::Tensor;\n", 1),
            ("server/src/http/tensors.rs", "use candle_core::Tensor;\n", 1),
            ("server/src/http/images.rs", "use frontend::App;\n", 1),
            ("server/src/http/pages.rs", "use frontend::App;\n", 0),
            ("server/src/models/vit.rs", "#[cfg(feature = \"cuda\")]\n", 1),
            ("server/src/device.rs", "#[cfg(feature = \"cuda\")]\n", 0),
            ("shared/src/a.rs", "let text = \"server::a\";\n", 0),
        ];
        for (path, text, expected) in cases {
            let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
            let findings = check(&file);
            assert_eq!(findings.len(), expected, "{path}: {text}{findings:?}");
        }
    }
}
