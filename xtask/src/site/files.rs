//! Files under names that carry their content's hash, and their compressed forms.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::Flavour;
use crate::{process, workspace};

/// Digits of the hash in a name: enough that no two versions ever share one.
const HASH_DIGITS: usize = 16;
/// Brotli's best.
const BROTLI_QUALITY: i32 = 11;
/// Brotli's largest window that every browser takes.
const BROTLI_WINDOW_BITS: i32 = 24;

/// The files of a site, by plain name.
#[derive(Default)]
pub struct SiteFiles {
    files: BTreeMap<String, SiteFile>,
}

struct SiteFile {
    hashed_name: String,
    content: Vec<u8>,
}

impl SiteFiles {
    /// Adds a file under a plain name such as `fonts/inter.woff2`.
    pub fn add(&mut self, name: &str, content: Vec<u8>) {
        let hashed_name = hashed_name(name, &content);
        self.files.insert(name.to_owned(), SiteFile { hashed_name, content });
    }

    /// Names a file for some other content, to be filled in once files that name each other have their names.
    pub fn reserve(&mut self, name: &str, content: &[u8]) {
        let hashed_name = hashed_name(name, content);
        self.files.insert(name.to_owned(), SiteFile { hashed_name, content: Vec::new() });
    }

    /// Fills in a reserved file.
    pub fn fill(&mut self, name: &str, content: Vec<u8>) {
        self.files.get_mut(name).expect("a file is reserved before it is filled").content = content;
    }

    /// Replaces quoted plain names, each after `prefix`, by hashed ones. All files lie in one folder.
    pub fn resolve(&self, text: &str, prefix: &str) -> String {
        let mut resolved = text.to_owned();
        for (name, file) in &self.files {
            let hashed = format!("\"{prefix}{}\"", file.hashed_name);
            resolved = resolved.replace(&format!("\"{prefix}{name}\""), &hashed);
        }
        resolved
    }

    /// Writes `static/` and `manifest.json`.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, directory: &Path, flavour: Flavour) -> Result<()> {
        for file in self.files.values() {
            let path = directory.join("static").join(&file.hashed_name);
            workspace::write(&path, &file.content)?;
            // Fonts are compressed in themselves, and who builds quickly loads from the same machine.
            if flavour == Flavour::Small && !file.hashed_name.ends_with(".woff2") {
                let name = path.to_string_lossy();
                workspace::write(Path::new(&format!("{name}.br")), brotli(&file.content)?)?;
                workspace::write(Path::new(&format!("{name}.gz")), gzip(&file.content)?)?;
            }
        }
        let names: BTreeMap<&str, &str> =
            self.files.iter().map(|(name, file)| (name.as_str(), file.hashed_name.as_str())).collect();
        let manifest = serde_json::to_string_pretty(&names).context("names are plain text")?;
        workspace::write(&directory.join("manifest.json"), manifest)
    }

    /// Says what a first visit will load.
    pub fn report(&self) {
        for (name, file) in &self.files {
            let size =
                if name.ends_with(".woff2") { Ok(file.content.clone()) } else { brotli(&file.content) };
            let compressed = size.map_or(file.content.len(), |bytes| bytes.len());
            process::say(format!("{name:24} {:>8} bytes, {compressed:>7} on the wire", file.content.len()));
        }
    }
}

fn hashed_name(name: &str, content: &[u8]) -> String {
    let name = name.rsplit('/').next().expect("a split has a last part");
    let (stem, extension) = name.rsplit_once('.').expect("every file of the site has an extension");
    let hash = blake3::hash(content).to_hex();
    format!("{stem}.{}.{extension}", &hash[..HASH_DIGITS])
}

/// Compresses as small as brotli gets.
///
/// # Errors
/// Never in practice: memory is written to.
pub fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters).context("brotli failed")?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).context("gzip failed")?;
    encoder.finish().context("gzip failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_the_hash_of_the_content() {
        let (one, other) = (hashed_name("fonts/inter.woff2", b"a"), hashed_name("fonts/inter.woff2", b"b"));
        assert_ne!(one, other);
        assert!(one.starts_with("inter.") && one.ends_with(".woff2") && !one.contains('/'), "{one}");
        assert_eq!(one, hashed_name("fonts/inter.woff2", b"a"));
    }

    #[test]
    fn names_in_files_are_replaced_whole() {
        let mut files = SiteFiles::default();
        files.add("app.js", b"script".to_vec());
        let hashed = hashed_name("app.js", b"script");
        let text = "import \"./app.js\"; import \"./my-app.js\"; app.js";
        let resolved = files.resolve(text, "./");
        assert_eq!(resolved, format!("import \"./{hashed}\"; import \"./my-app.js\"; app.js"));
    }
}
