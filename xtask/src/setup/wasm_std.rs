//! The browser target's standard library, built once from Debian's sources for Debian's compiler and kept in the user's
//! cache. For machines where rustup cannot download one.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::wasm_target::TARGET;
use crate::{process, workspace};

/// Debian's compiler, wherever the PATH leads.
pub const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
/// Where Debian's compiler has the libraries of the host, which build scripts and macros need.
const HOST_LIBRARIES: &str = "/usr/lib/rustlib";

/// A crate of nothing: what is wanted is what cargo builds below it.
const STUB_NAME: &str = "nothing";
const STUB_MANIFEST: &str =
    "[package]\nname = \"nothing\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n";

/// The folder to name as sysroot; builds it when this compiler has none yet.
///
/// # Errors
/// The build fails.
pub fn sysroot() -> Result<PathBuf> {
    let version = process::output(Command::new(RUSTC).arg("-vV"))?;
    let key = blake3::hash(version.as_bytes()).to_hex();
    let sysroot = workspace::cache(&format!("wasm-std-{}", &key[..16]))?;
    if !sysroot.is_dir() {
        process::say("building the standard library for the browser; about a minute, once");
        build(&sysroot, host(&version)?)?;
    }
    Ok(sysroot)
}

fn host(version: &str) -> Result<&str> {
    version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc -vV names no host")
}

/// Builds beside the final place and moves, so that an interrupted build leaves nothing that looks whole.
fn build(sysroot: &Path, host: &str) -> Result<()> {
    let (stub, partial) = (sysroot.with_extension("stub"), sysroot.with_extension("partial"));
    for leftover in [&stub, &partial] {
        if leftover.exists() {
            std::fs::remove_dir_all(leftover).context("cannot remove an unfinished build")?;
        }
    }
    compile(&stub)?;
    collect(&stub, &partial)?;
    std::os::unix::fs::symlink(Path::new(HOST_LIBRARIES).join(host), partial.join("lib/rustlib").join(host))
        .context("cannot link the host's libraries")?;
    std::fs::rename(&partial, sysroot).context("cannot put the standard library in place")?;
    std::fs::remove_dir_all(&stub).context("cannot remove the build of the standard library")
}

fn compile(stub: &Path) -> Result<()> {
    workspace::write(&stub.join("Cargo.toml"), STUB_MANIFEST)?;
    workspace::write(&stub.join("lib.rs"), "#![no_std]\n")?;
    let mut cargo = Command::new(CARGO);
    cargo
        .current_dir(stub)
        .args(["build", "--release", "--target", TARGET, "--target-dir", "target"])
        .arg("-Zbuild-std=std,panic_abort,proc_macro,test")
        // Only the nightly compiler may build it, unless it is told that it may.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", RUSTC);
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "CARGO_BUILD_TARGET"] {
        cargo.env_remove(variable);
    }
    process::run(&mut cargo)
}

fn collect(stub: &Path, sysroot: &Path) -> Result<()> {
    let libraries = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    std::fs::create_dir_all(&libraries).context("cannot write into the cache")?;
    let built = stub.join("target").join(TARGET).join("release/deps");
    for entry in std::fs::read_dir(&built).context("the standard library was not built")? {
        let path = entry.context("cannot list what was built")?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_library = path.extension().is_some_and(|extension| extension == "rlib");
        if is_library && !name.starts_with(&format!("lib{STUB_NAME}-")) {
            std::fs::copy(&path, libraries.join(name)).context("cannot copy the standard library")?;
        }
    }
    Ok(())
}
