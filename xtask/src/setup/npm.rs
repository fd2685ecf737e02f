//! Tools that come as npm packages: wasm-opt, and axe-core for the tests. Their exact versions and checksums are in
//! `xtask/tools`; they are installed into the user's cache, never into the checkout.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, workspace};

const PACKAGE: &str = include_str!("../../tools/package.json");
const LOCK: &str = include_str!("../../tools/package-lock.json");

/// The folder `node_modules` with all tools, or nothing where there is no npm.
///
/// # Errors
/// npm is there and fails.
pub fn modules() -> Result<Option<PathBuf>> {
    let key = blake3::hash(LOCK.as_bytes()).to_hex();
    let directory = workspace::cache(&format!("tools-{}", &key[..16]))?;
    let modules = directory.join("node_modules");
    if modules.is_dir() {
        return Ok(Some(modules));
    }
    if !process::is_installed("npm") || !process::is_installed("node") {
        return Ok(None);
    }
    process::say("fetching wasm-opt and axe-core by npm");
    // Built beside the final place and moved, so that an interrupted download leaves nothing that looks whole.
    let partial = directory.with_extension(format!("partial-{}", std::process::id()));
    workspace::write(&partial.join("package.json"), PACKAGE)?;
    workspace::write(&partial.join("package-lock.json"), LOCK)?;
    process::run(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&partial),
    )?;
    match std::fs::rename(&partial, &directory) {
        Ok(()) => Ok(Some(modules)),
        // Another command was faster.
        Err(_) if modules.is_dir() => {
            std::fs::remove_dir_all(&partial).context("cannot remove a second download")?;
            Ok(Some(modules))
        }
        Err(error) => Err(error).context("cannot put the tools in place"),
    }
}
