//! A built site of a few bytes, for tests that need one to be there and not what is in it.

use std::path::Path;

/// Files that the page's document names.
const NAMES: [&str; 13] = [
    "style.css",
    "first.css",
    "later.css",
    "docs.css",
    "glossary.css",
    "lenses.css",
    "training.css",
    "boot.js",
    "training.js",
    "app.js",
    "app_bg.wasm",
    "fonts/inter.woff2",
    "fonts/plex-mono.woff2",
];

/// Writes the site into a folder. Each file holds its own plain name; the style sheet is there in brotli too, as `smaller`.
///
/// # Panics
/// If the folder cannot be written.
pub fn write(directory: &Path) {
    std::fs::create_dir_all(directory.join("static")).expect("a temporary folder can be written");
    let manifest: serde_json::Map<String, serde_json::Value> =
        NAMES.into_iter().map(|name| (name.to_owned(), name.replace('/', "-").into())).collect();
    let write = |path: &str, content: &str| {
        std::fs::write(directory.join(path), content).expect("a temporary folder can be written");
    };
    for name in manifest.values().filter_map(|name| name.as_str()) {
        write(&format!("static/{name}"), name);
    }
    write("static/style.css.br", "smaller");
    write("manifest.json", &serde_json::Value::from(manifest).to_string());
}
