//! The browser's side, as the server wants it: `static/` holds every file under a name with its content's hash, beside
//! its compressed forms; `manifest.json` says which plain name became which. Built anew only when something changed.

mod files;
mod loader;
mod module;
mod short_names;
mod styles;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use self::files::SiteFiles;
use self::module::{BINDINGS, FIRST_MODULE, LOADER, Modules};
use self::styles::Sheets;
use crate::{process, workspace};

const RELOAD_SCRIPT: &str = include_str!("site/reload.js");

/// How the site is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// For visitors: as small as it gets.
    Small,
    /// For whoever changes the page: as quick as it gets.
    Quick,
}

impl Flavour {
    /// The cargo profile.
    fn profile(self) -> &'static str {
        match self {
            Self::Small => "browser",
            Self::Quick => "browser-dev",
        }
    }

    /// Where the site is put.
    pub fn directory(self) -> PathBuf {
        workspace::target().join(match self {
            Self::Small => "site",
            Self::Quick => "site-dev",
        })
    }
}

/// What the site is made of besides the module.
struct Sources {
    styles: Sheets,
    font_styles: String,
    docs_styles: String,
    glossary_styles: String,
    lens_styles: String,
    training_styles: String,
    boot_script: String,
    training_script: String,
    fonts: Vec<(String, Vec<u8>)>,
}

/// Builds the site and gives its folder.
///
/// # Errors
/// The set-up or the build fails.
pub fn build(flavour: Flavour) -> Result<PathBuf> {
    let compiled = module::compile(flavour)?;
    let sources = Sources::read(flavour)?;
    let directory = flavour.directory();
    let stamp = directory.join("stamp");
    let key = sources.key(&compiled)?;
    // Built quickly, every build is a new one, which is how open pages notice a server that was restarted.
    let is_kept = flavour == Flavour::Small;
    if is_kept && std::fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == key) {
        return Ok(directory);
    }
    let modules = module::finish(&compiled, flavour)?;
    let files = assemble(&sources, &modules)?;
    replace(&directory, |fresh| {
        files.write(fresh, flavour)?;
        workspace::write(&fresh.join("stamp"), &key)
    })?;
    if flavour == Flavour::Small {
        files.report();
    }
    Ok(directory)
}

impl Sources {
    fn read(flavour: Flavour) -> Result<Self> {
        let directory = workspace::frontend("fonts");
        let mut fonts = Vec::new();
        for entry in std::fs::read_dir(&directory).context("cannot list frontend/fonts")? {
            let path = entry.context("cannot list frontend/fonts")?.path();
            if path.extension().is_some_and(|extension| extension == "woff2") {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                fonts.push((format!("fonts/{name}"), workspace::read(&path)?));
            }
        }
        fonts.sort();
        let mut boot_script = workspace::read_text(&workspace::frontend("boot.js"))?;
        let mut training_script = workspace::read_text(&workspace::frontend("training.js"))?;
        if flavour == Flavour::Quick {
            boot_script.push_str(&reload_script());
            training_script.push_str(&reload_script());
        }
        Ok(Self {
            styles: Sheets::join()?,
            font_styles: styles::of_page("web_fonts.css")?,
            docs_styles: styles::of_page("docs.css")?,
            glossary_styles: styles::of_page("glossary.css")?,
            lens_styles: styles::of_lenses()?,
            training_styles: styles::of_page("training.css")?,
            boot_script,
            training_script,
            fonts,
        })
    }

    /// Changes when anything does, this program too.
    fn key(&self, compiled: &Path) -> Result<String> {
        let mut hasher = blake3::Hasher::new();
        let program = std::env::current_exe().context("this program has a path")?;
        let parts = [workspace::read(&program)?, workspace::read(compiled)?];
        let texts = [
            &self.styles.first,
            &self.styles.later,
            &self.font_styles,
            &self.docs_styles,
            &self.glossary_styles,
            &self.lens_styles,
            &self.training_styles,
            &self.boot_script,
            &self.training_script,
        ];
        let texts = texts.map(String::as_bytes);
        let fonts = self.fonts.iter().flat_map(|(name, font)| [name.as_bytes(), font.as_slice()]);
        for part in parts.iter().map(Vec::as_slice).chain(texts).chain(fonts) {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        Ok(hasher.finalize().to_hex().to_string())
    }
}

/// Has open pages reload themselves when they are built anew. A file of the site itself, so that the content security
/// policy of the server holds while the page is being worked on, too.
fn reload_script() -> String {
    let built = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{RELOAD_SCRIPT}// Build {}\n", built.as_millis())
}

/// Names the files, from those that name no other to those that do.
fn assemble(sources: &Sources, modules: &Modules) -> Result<SiteFiles> {
    let mut files = SiteFiles::default();
    for (name, font) in &sources.fonts {
        files.add(name, font.clone());
    }
    for (name, module) in &modules.others {
        files.add(name, module.clone());
    }
    files.add(FIRST_MODULE, modules.first.clone());
    add_scripts(&mut files, modules)?;
    let Sheets { first, later } = &sources.styles;
    let [first_styles, font_styles] =
        [first, &sources.font_styles].map(|sheet| files.resolve(sheet, "/static/"));
    let styles = format!("{first_styles}{font_styles}{later}");
    if styles.contains("url(\"/static/fonts/") {
        bail!("the style sheets name a font that frontend/fonts does not hold");
    }
    if first_styles.contains("</") {
        bail!("the first style sheet would end the element that holds it");
    }
    files.add("style.css", styles.into_bytes());
    files.add("first.css", first_styles.into_bytes());
    files.add("later.css", later.clone().into_bytes());
    files.add("fonts.css", font_styles.into_bytes());
    files.add("docs.css", sources.docs_styles.clone().into_bytes());
    files.add("glossary.css", sources.glossary_styles.clone().into_bytes());
    files.add("lenses.css", sources.lens_styles.clone().into_bytes());
    files.add("training.css", sources.training_styles.clone().into_bytes());
    for (name, script) in [("boot.js", &sources.boot_script), ("training.js", &sources.training_script)] {
        let script = files.resolve(script, "./");
        files.add(name, script.into_bytes());
    }
    Ok(files)
}

/// The bindings and the loader import each other, so each is named for the content of both.
fn add_scripts(files: &mut SiteFiles, modules: &Modules) -> Result<()> {
    let loader = loader::compact(&files.resolve(&modules.loader, "./"))?;
    let both = format!("{}{loader}", modules.bindings);
    for name in [BINDINGS, LOADER] {
        files.reserve(name, both.as_bytes());
    }
    // The module, too, knows the loader by its plain name, which the rest of the bindings give it by.
    let resolve = |line: &str| {
        if line.starts_with("import ") { files.resolve(line, "./") } else { line.to_owned() }
    };
    let bindings: Vec<String> = modules.bindings.lines().map(resolve).collect();
    let loader = files.resolve(&loader, "./");
    files.fill(BINDINGS, bindings.join("\n").into_bytes());
    files.fill(LOADER, loader.into_bytes());
    Ok(())
}

/// Fills a folder beside the final one and swaps them, so that a failure leaves the old site whole.
fn replace(directory: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let fresh = directory.with_extension("new");
    if fresh.exists() {
        std::fs::remove_dir_all(&fresh).context("cannot remove an unfinished site")?;
    }
    fill(&fresh)?;
    if directory.exists() {
        std::fs::remove_dir_all(directory).context("cannot remove the old site")?;
    }
    std::fs::rename(&fresh, directory).context("cannot put the site in place")?;
    process::say(format!("the page is in {}", directory.display()));
    Ok(())
}
