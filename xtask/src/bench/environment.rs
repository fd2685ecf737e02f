//! The Python that peers run in: a virtual environment in the user's cache, made once for each set of versions.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::peers::Place;
use crate::setup::apt;
use crate::{process, workspace};

/// What is installed, and what is done with it and belongs to its cache: the models are made by PyTorch.
const REQUIREMENTS: &str = include_str!("../../../tests/peers/requirements.txt");
const REQUIREMENTS_CUDA: &str = include_str!("../../../tests/peers/requirements-cuda.txt");
const STAND_INS: &str = include_str!("../../../tests/peers/stand_ins.py");
const CHECKPOINTS: &str = include_str!("../../../tests/peers/checkpoints.py");
const LIVELY: &str = include_str!("../../../tests/goldens/models/lively.py");

/// Gives the environment's folder; it is made where it is missing.
///
/// # Errors
/// There is no Python, or the packages cannot be fetched; the message says what to type.
pub fn prepare(place: &Place) -> Result<PathBuf> {
    let made_with = match place {
        Place::Cpu => [REQUIREMENTS, STAND_INS, CHECKPOINTS, LIVELY].concat(),
        Place::Gpu(_) => [REQUIREMENTS_CUDA, CHECKPOINTS, LIVELY].concat(),
    };
    let key = blake3::hash(made_with.as_bytes()).to_hex();
    let environment = workspace::cache(&format!("peers-{}", &key[..16]))?;
    let complete = environment.join("complete");
    if complete.exists() {
        return Ok(environment);
    }
    require_python()?;
    let (what, requirements, pip_options) = match place {
        Place::Cpu => (
            "PyTorch, timm and ONNX Runtime from PyPI, 700 MB to fetch, 3 GB with the models",
            "requirements.txt",
            &["--no-deps"][..],
        ),
        Place::Gpu(_) => {
            ("PyTorch with CUDA and timm from PyPI, some 6 GB", "requirements-cuda.txt", &[][..])
        }
    };
    process::say(format!("fetching {what}, into {}", environment.display()));
    let python = environment.join("bin/python");
    let peers = workspace::root().join("tests/peers");
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(pip_options);
    process::run(pip.arg("--requirement").arg(peers.join(requirements))).context(
        "the peers cannot be fetched from PyPI; once it can be reached, start the same command again",
    )?;
    if cfg!(target_os = "linux") && matches!(place, Place::Cpu) {
        process::run(Command::new(&python).arg(peers.join("stand_ins.py")))?;
    }
    workspace::write(&complete, "")?;
    Ok(environment)
}

/// Debian has neither virtual environments nor pip in the package `python3`.
fn require_python() -> Result<()> {
    let has_venv = process::succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"]));
    if has_venv { Ok(()) } else { apt::install(&["python3", "python3-venv"], "Python 3 with venv") }
}
