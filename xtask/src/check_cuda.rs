//! `cargo xtask check-cuda`: compiles the CUDA side without a GPU. CUDA's compiler and headers come from PyPI, into the
//! user's cache; linking would need a driver, so that the check ends before it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

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

/// What is compiled, with which features: the server, and the program that is measured on a GPU.
const CHECKS: [[&str; 4]; 2] =
    [["--package", "server", "--features", "cuda"], ["--package", "tests", "--features", "server/cudnn"]];
const CHECK_FLASH_ATTENTION: [&str; 4] = ["--package", "server", "--features", "cudnn,flash-attention"];

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// Also compile flash attention: more than fifty large kernels, an hour and more on few cores, for which CUTLASS is fetched from
    /// GitHub.
    #[arg(long)]
    flash_attention: bool,
}

/// Hopper. Without a GPU to ask, the build must be told.
const COMPUTE_CAPABILITY: &str = "90";

/// Compiles the server with CUDA, and with cuDNN, whose headers nothing needs.
///
/// # Errors
/// CUDA cannot be fetched, or the code does not compile.
pub fn execute(options: &Options) -> Result<()> {
    let cuda = cuda_home()?;
    process::say("compiling with CUDA; about ten minutes the first time");
    let flash_attention = options.flash_attention.then_some(CHECK_FLASH_ATTENTION);
    for check in CHECKS.into_iter().chain(flash_attention) {
        process::run(&mut cargo_check(&cuda, &check)?)?;
        println!("{} compiles with {}", check[1], check[3]);
    }
    Ok(())
}

fn cargo_check(cuda: &Path, options: &[&str]) -> Result<Command> {
    let mut cargo = process::cargo();
    cargo.args(["check", "--release", "--bins"]).args(options);
    for variable in ["CUDA_HOME", "CUDA_PATH", "CUDA_ROOT"] {
        cargo.env(variable, cuda);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(cuda.join("bin")).chain(std::env::split_paths(&path));
    cargo.env("PATH", std::env::join_paths(path).context("a folder's name holds a colon")?);
    cargo.env("CUDA_COMPUTE_CAP", COMPUTE_CAPABILITY);
    Ok(cargo)
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
