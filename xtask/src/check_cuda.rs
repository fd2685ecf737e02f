//! `cargo xtask check-cuda`: compiles the CUDA side without a GPU. CUDA's compiler and headers come from PyPI, into the
//! user's cache; linking would need a driver, so that the check ends before it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, workspace};

/// Pinned together: a newer nvvm or crt writes code that the older assembler refuses.
const PACKAGES: [&str; 8] = [
    "nvidia-cuda-nvcc==13.0.*",
    "nvidia-nvvm==13.0.*",
    "nvidia-cuda-crt==13.0.*",
    "nvidia-cuda-runtime==13.0.*",
    "nvidia-cuda-cccl==13.0.*",
    "nvidia-curand<10.4.1",
    "nvidia-cublas==13.0.*",
    "nvidia-cuda-nvrtc==13.0.*",
];

/// Hopper. Without a GPU to ask, the build must be told.
const COMPUTE_CAPABILITY: &str = "90";

/// Compiles the server with CUDA.
///
/// # Errors
/// CUDA cannot be fetched, or the code does not compile.
pub fn execute() -> Result<()> {
    let cuda = cuda_home()?;
    process::say("compiling with CUDA; about ten minutes the first time");
    let mut cargo = process::cargo();
    cargo.args(["check", "--release", "--package", "server", "--features", "cuda"]);
    for variable in ["CUDA_HOME", "CUDA_PATH", "CUDA_ROOT"] {
        cargo.env(variable, &cuda);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(cuda.join("bin")).chain(std::env::split_paths(&path));
    cargo.env("PATH", std::env::join_paths(path).context("a folder's name holds a colon")?);
    cargo.env("CUDA_COMPUTE_CAP", COMPUTE_CAPABILITY);
    process::run(&mut cargo)?;
    println!("the server compiles with the feature cuda");
    Ok(())
}

/// Where CUDA is: what the environment names, else what PyPI has.
fn cuda_home() -> Result<PathBuf> {
    if let Some(home) = std::env::var_os("CUDA_HOME") {
        return Ok(home.into());
    }
    let key = blake3::hash(PACKAGES.join(" ").as_bytes()).to_hex();
    let environment = workspace::cache(&format!("cuda-{}", &key[..16]))?;
    let complete = environment.join("complete");
    if !complete.exists() {
        process::say("fetching CUDA's compiler from PyPI; 1.2 GB");
        let environment_made =
            process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment));
        environment_made
            .context("a virtual environment cannot be made; on Debian `apt-get install python3-venv`")?;
        process::run(Command::new(environment.join("bin/pip")).args(["install", "--quiet"]).args(PACKAGES))?;
        workspace::write(&complete, "")?;
    }
    find_cuda(&environment.join("lib")).context("the packages hold no CUDA")
}

/// `lib/pythonX.Y/site-packages/nvidia/cu13`.
fn find_cuda(libraries: &Path) -> Option<PathBuf> {
    let mut versions = libraries.read_dir().ok()?.flatten();
    versions.find_map(|version| {
        Some(version.path().join("site-packages/nvidia/cu13")).filter(|cuda| cuda.is_dir())
    })
}
