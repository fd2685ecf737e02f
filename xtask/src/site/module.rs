//! The WebAssembly modules: compiled as one by cargo, split where the frontend marks a part, bound to JavaScript by
//! wasm-bindgen, made small by wasm-opt.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use wasm_bindgen_cli_support::Bindgen;
use wasm_split_cli_support as wasm_split;

use super::{Flavour, short_names};
use crate::setup::npm;
use crate::setup::wasm_target::{TARGET, WasmCompiler};
use crate::{process, workspace};

/// The features that every browser of the last years has, named one by one: `--all-features` writes a module that browsers
/// reject.
const BROWSER_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Name of the script that binds the first module.
pub const BINDINGS: &str = "app.js";
/// Name of the script that fetches the other modules.
pub const LOADER: &str = "parts.js";
/// Name of the first module.
pub const FIRST_MODULE: &str = "app_bg.wasm";

/// Functions with one caller are inlined up to this size, in nodes of wasm-opt's tree. Of 0 to 200, the first module is
/// smallest at 10 to 12 after brotli.
const LARGEST_INLINED: usize = 10;

/// What the browser runs.
pub struct Modules {
    /// [`BINDINGS`], which imports the loader.
    pub bindings: String,
    /// [`LOADER`], which imports the bindings and names the other modules.
    pub loader: String,
    /// [`FIRST_MODULE`].
    pub first: Vec<u8>,
    /// The other modules by name.
    pub others: Vec<(String, Vec<u8>)>,
}

/// Compiles the frontend and gives the path of the bare module.
///
/// # Errors
/// There is no compiler for the browser, or it refuses the code.
pub fn compile(flavour: Flavour) -> Result<PathBuf> {
    let compiler = WasmCompiler::prepare()?;
    // A target directory of its own: the workspace's would unify the features of server and browser.
    let directory = workspace::target().join("browser");
    let mut cargo = process::cargo();
    cargo.args(["build", "--package", "frontend", "--lib", "--features", "hydrate"]);
    cargo.args(["--profile", flavour.profile(), "--target", TARGET, "--target-dir"]).arg(&directory);
    // What splits the module follows its relocations.
    let mut flags = vec!["-Clink-arg=--emit-relocs".to_owned()];
    flags.extend(short_paths());
    compiler.apply(&mut cargo, &flags);
    process::run(&mut cargo).context("the browser's side does not compile")?;
    Ok(directory.join(TARGET).join(flavour.profile()).join("frontend.wasm"))
}

/// Has the module name the sources of dependencies by crate: where they lie on this machine is nobody's business, and a hundred long paths
/// are half a kilobyte.
fn short_paths() -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    let folders = sources.into_iter().flatten().flatten().map(|entry| entry.path().display().to_string());
    // Spaces part one flag from the next.
    folders
        .filter(|folder| !folder.contains(char::is_whitespace))
        .map(|folder| format!("--remap-path-prefix={folder}/="))
        .collect()
}

/// Splits and binds what was compiled and, for visitors, makes it small.
///
/// # Errors
/// A tool fails.
pub fn finish(compiled: &Path, flavour: Flavour) -> Result<Modules> {
    let directory = workspace::target().join("browser").join("bound").join(flavour.profile());
    if directory.exists() {
        std::fs::remove_dir_all(&directory).context("cannot remove the old bindings")?;
    }
    let parts = directory.join("parts");
    let bare = parts.join("app.wasm");
    let others = split(compiled, &parts, &bare)?;
    let optimiser = if flavour == Flavour::Small { optimiser()? } else { None };
    bind(&bare, &directory, flavour == Flavour::Small && optimiser.is_none())?;
    let first = directory.join(FIRST_MODULE);
    if let Some(optimiser) = optimiser {
        process::say("shrinking the modules");
        [&first].into_iter().chain(&others).try_for_each(|module| shrink(&optimiser, module))?;
    }
    let named = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, workspace::read(path)?))
    };
    let bindings = workspace::read_text(&directory.join(BINDINGS))?;
    let (first, bindings) = short_names::shorten(&workspace::read(&first)?, &bindings)?;
    Ok(Modules {
        bindings: short_names::strip(&bindings),
        loader: workspace::read_text(&parts.join(LOADER))?,
        first,
        others: others.iter().map(named).collect::<Result<_>>()?,
    })
}

/// Writes the first module to `bare`, the others and their loader into `directory`, and gives the paths of the others.
fn split(compiled: &Path, directory: &Path, bare: &Path) -> Result<Vec<PathBuf>> {
    let compiled = workspace::read(compiled)?;
    let (loader, bindings) = (format!("./{LOADER}"), format!("./{BINDINGS}"));
    let mut options = wasm_split::Options::new(&compiled);
    options.output_dir = directory;
    options.main_out_path = bare;
    options.link_name = &loader;
    options.main_module = &bindings;
    let split =
        wasm_split::transform(options).map_err(|error| anyhow!("the module cannot be split: {error:?}"))?;
    Ok(split.split_modules)
}

/// Functions keep their names, which the optimiser sorts them by, unless they are to go at once.
fn bind(compiled: &Path, directory: &Path, strips_names: bool) -> Result<()> {
    Bindgen::new()
        .input_path(compiled)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .out_name("app")
                .typescript(false)
                .omit_default_module_path(true)
                // The other modules share the first one's function table.
                .keep_lld_exports(true)
                .remove_name_section(strips_names)
                .remove_producers_section(strips_names)
                .generate(directory)
        })
        .context("wasm-bindgen failed")?;
    if directory.join("snippets").exists() {
        bail!("a dependency brings scripts of its own, which the site does not carry");
    }
    Ok(())
}

/// The wasm-opt script, where there is npm to fetch it.
fn optimiser() -> Result<Option<PathBuf>> {
    let packages = npm::modules()?;
    if packages.is_none() {
        process::say("there is no npm, so wasm-opt is left out: the modules stay about a tenth larger");
    }
    Ok(packages.map(|packages| packages.join("binaryen/bin/wasm-opt")))
}

fn shrink(optimiser: &Path, module: &Path) -> Result<()> {
    let run = |flags: &[&str]| {
        let mut command = Command::new("node");
        command.arg(optimiser).arg("--quiet").args(BROWSER_FEATURES).args(flags);
        process::run(command.arg(module).arg("-o").arg(module))
    };
    // What was compiled from the same code for many types is left in functions of its own, unless tiny, and these are sorted
    // by name: so they lie side by side, where brotli finds them. Each inlined into its one caller, they cost a twelfth more.
    let inlining = format!("--one-caller-inline-max-function-size={LARGEST_INLINED}");
    run(&["-Oz", "--converge", "--debuginfo", &inlining, "--reorder-functions-by-name"])?;
    run(&["--strip-debug", "--strip-producers"])
}
