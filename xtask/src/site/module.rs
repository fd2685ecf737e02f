//! The WebAssembly module: compiled by cargo, bound to JavaScript by wasm-bindgen, made small by wasm-opt.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::Flavour;
use crate::setup::npm;
use crate::setup::wasm_target::{TARGET, WasmCompiler};
use crate::{process, workspace};

/// The features that every browser of the last years has, named one by one: `--all-features` writes a module that browsers
/// reject.
const WASM_OPT_FLAGS: [&str; 7] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The module and the script that binds it.
pub struct Module {
    /// The script.
    pub bindings: String,
    /// The module.
    pub wasm: Vec<u8>,
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
    compiler.apply(&mut cargo);
    process::run(&mut cargo).context("the browser's side does not compile")?;
    Ok(directory.join(TARGET).join(flavour.profile()).join("frontend.wasm"))
}

/// Binds the module and, for visitors, makes it small.
///
/// # Errors
/// A tool fails.
pub fn finish(compiled: &Path, flavour: Flavour) -> Result<Module> {
    let directory = workspace::target().join("browser").join("bound").join(flavour.profile());
    bind(compiled, &directory, flavour)?;
    let wasm = directory.join("app_bg.wasm");
    if flavour == Flavour::Small {
        shrink(&wasm)?;
    }
    let bindings = workspace::read_text(&directory.join("app.js"))?;
    Ok(Module { bindings, wasm: workspace::read(&wasm)? })
}

fn bind(compiled: &Path, directory: &Path, flavour: Flavour) -> Result<()> {
    if directory.exists() {
        std::fs::remove_dir_all(directory).context("cannot remove the old bindings")?;
    }
    let is_small = flavour == Flavour::Small;
    Bindgen::new()
        .input_path(compiled)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .out_name("app")
                .typescript(false)
                .omit_default_module_path(true)
                .remove_name_section(is_small)
                .remove_producers_section(is_small)
                .generate(directory)
        })
        .context("wasm-bindgen failed")?;
    if directory.join("snippets").exists() {
        bail!("a dependency brings scripts of its own, which the site does not carry");
    }
    Ok(())
}

fn shrink(wasm: &Path) -> Result<()> {
    let Some(modules) = npm::modules()? else {
        process::say("there is no npm, so wasm-opt is left out: the module stays about a tenth larger");
        return Ok(());
    };
    process::say("shrinking the module");
    process::run(
        Command::new("node")
            .arg(modules.join("binaryen/bin/wasm-opt"))
            .args(WASM_OPT_FLAGS)
            .arg(wasm)
            .arg("-o")
            .arg(wasm),
    )
}
