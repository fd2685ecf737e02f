//! Short names for what the first module imports from its bindings. wasm-bindgen names each import with sixteen digits of a hash,
//! once in the module and once in the script: noise that no compression removes.

use std::collections::BTreeMap;
use std::convert::Infallible;

use anyhow::{Result, anyhow};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{Import, ImportSection, Imports, Module};

/// What the names of wasm-bindgen's functions begin with.
const BEGINNING: &str = "__wbg_";
/// Digits of the hash that they end with.
const HASH_DIGITS: usize = 16;

/// The module and its bindings, which agree on the short names.
///
/// # Errors
/// The module cannot be read, or the bindings do not define what it imports.
pub fn shorten(module: &[u8], bindings: &str) -> Result<(Vec<u8>, String)> {
    let mut names = ShortNames::default();
    let mut shortened = Module::new();
    let parser = wasmparser::Parser::new(0);
    names
        .parse_core_module(&mut shortened, parser, module)
        .map_err(|error| anyhow!("the module's imports cannot be renamed: {error}"))?;
    let mut script = bindings.to_owned();
    for (name, short) in &names.0 {
        let definition = format!("{name}:");
        if script.matches(&definition).count() != 1 {
            return Err(anyhow!("the bindings do not define the import {name} once"));
        }
        script = script.replace(&definition, &format!("{short}:"));
    }
    Ok((shortened.finish(), script))
}

/// A script without indentation, empty lines and lines of comment, which the browser reads past and compression does not remove.
/// For the scripts that wasm-bindgen writes: no text of theirs goes over several lines.
pub fn strip(script: &str) -> String {
    let is_code =
        |line: &&str| !line.is_empty() && !["//", "/*", "*"].iter().any(|mark| line.starts_with(mark));
    script.lines().map(str::trim).filter(is_code).map(|line| format!("{line}\n")).collect()
}

/// Each import's name and its short one.
#[derive(Default)]
struct ShortNames(BTreeMap<String, String>);

impl ShortNames {
    fn short(&mut self, name: &str) -> String {
        if !is_hashed(name) {
            return name.to_owned();
        }
        let next = letters(self.0.len());
        self.0.entry(name.to_owned()).or_insert(next).clone()
    }
}

impl Reencode for ShortNames {
    type Error = Infallible;

    fn parse_imports(
        &mut self,
        section: &mut ImportSection,
        imports: wasmparser::Imports<'_>,
    ) -> Result<(), reencode::Error<Infallible>> {
        let wasmparser::Imports::Single(_index, import) = imports else {
            return reencode::utils::parse_imports(self, section, imports);
        };
        let (name, ty) = (self.short(import.name), self.entity_type(import.ty)?);
        section.imports(Imports::Single(Import { module: import.module, name: &name, ty }));
        Ok(())
    }
}

fn is_hashed(name: &str) -> bool {
    let is_digit = |letter: char| letter.is_ascii_digit() || ('a'..='f').contains(&letter);
    name.strip_prefix(BEGINNING)
        .and_then(|rest| rest.rsplit_once('_'))
        .is_some_and(|(_name, hash)| hash.len() == HASH_DIGITS && hash.chars().all(is_digit))
}

/// `a` to `z`, then `aa` and on.
fn letters(index: usize) -> String {
    let letter = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => letter.to_string(),
        rest => letters(rest - 1) + &letter.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names_become_letters_and_others_stay() {
        assert!(
            is_hashed("__wbg_width_d3c8d417d821d2fd") && is_hashed("__wbg___wbindgen_throw_0123456789abcdef")
        );
        assert!(
            !is_hashed("__wbg_width")
                && !is_hashed("__wbindgen_init_externref_table")
                && !is_hashed("memory")
        );
        let names: Vec<String> = [0, 25, 26, 27, 701, 702].map(letters).to_vec();
        assert_eq!(names, ["a", "z", "aa", "ab", "zz", "aaa"]);
    }

    #[test]
    fn what_is_not_code_goes() {
        let script = "/**\n * Says so.\n */\nfunction f() {\n\n    // Why.\n    return 2 * 3;\n}\n";
        assert_eq!(strip(script), "function f() {\nreturn 2 * 3;\n}\n");
    }

    #[test]
    fn module_and_bindings_agree() {
        let mut section = ImportSection::new();
        let mut types = wasm_encoder::TypeSection::new();
        types.ty().function([], []);
        for name in ["__wbg_b_0123456789abcdef", "kept", "__wbg_a_fedcba9876543210"] {
            section.import("./app_bg.js", name, wasm_encoder::EntityType::Function(0));
        }
        let mut module = Module::new();
        module.section(&types).section(&section);
        let script = "{ __wbg_b_0123456789abcdef: f, kept: g, __wbg_a_fedcba9876543210: h }";
        let (module, script) = shorten(&module.finish(), script).expect("a module and its bindings");
        assert_eq!(script, "{ a: f, kept: g, b: h }");
        let holds = |text: &[u8]| module.windows(text.len()).any(|window| window == text);
        assert!(holds(b"kept") && !holds(b"__wbg_"));
        assert!(shorten(&module, "{}").is_ok(), "nothing is left to be renamed");
    }
}
