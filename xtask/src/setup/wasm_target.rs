//! A compiler that can build for the browser: the one that is there, the one that rustup completes, or Debian's beside it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::{apt, wasm_std};
use crate::process;

/// The browser's target.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Compiler, its sources, and the linker that it calls for this target.
const DEBIAN_PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

/// Who compiles for the browser.
#[derive(Debug)]
pub enum WasmCompiler {
    /// The ordinary compiler.
    Native,
    /// Debian's compiler, with a standard library built from its sources.
    Debian {
        /// Holds the standard library.
        sysroot: PathBuf,
    },
}

impl WasmCompiler {
    /// Finds a compiler, or makes one.
    ///
    /// # Errors
    /// There is none and none can be installed; the message says what to type.
    pub fn prepare() -> Result<Self> {
        if has_standard_library() || add_by_rustup() {
            return Ok(Self::Native);
        }
        apt::install(&DEBIAN_PACKAGES, "a Rust compiler for the browser").with_context(|| {
            format!("no standard library for {TARGET}: `rustup target add {TARGET}` would add it, where rustup can download")
        })?;
        Ok(Self::Debian { sysroot: wasm_std::sysroot()? })
    }

    /// Makes cargo build with it, and with flags for the compiler.
    pub fn apply(&self, cargo: &mut Command, flags: &[String]) {
        let mut flags = flags.to_vec();
        if let Self::Debian { sysroot } = self {
            flags.push(format!("--sysroot={}", sysroot.display()));
            cargo.env("RUSTC", wasm_std::RUSTC);
        }
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags.join(" "));
    }
}

fn has_standard_library() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let Ok(output) = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output()
    else {
        return false;
    };
    let directory = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

fn add_by_rustup() -> bool {
    if !process::is_installed("rustup") {
        return false;
    }
    process::say(format!("adding {TARGET} by rustup"));
    // A failure is no end: the caller knows another way, and rustup has said why.
    process::run(Command::new("rustup").args(["target", "add", TARGET])).is_ok() && has_standard_library()
}
