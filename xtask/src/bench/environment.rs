//! The Python that peers run in: a virtual environment in the user's cache, made once for each set of versions.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::setup::apt;
use crate::{process, workspace};

/// What is installed, and what is done with it and belongs to its cache: the models are made by PyTorch.
const REQUIREMENTS: &str = include_str!("../../../tests/peers/requirements.txt");
const STAND_INS: &str = include_str!("../../../tests/peers/stand_ins.py");
const CHECKPOINTS: &str = include_str!("../../../tests/peers/checkpoints.py");
const LIVELY: &str = include_str!("../../../tests/goldens/models/lively.py");

/// Gives the environment's folder; it is made where it is missing.
///
/// # Errors
/// There is no Python, or the packages cannot be fetched; the message says what to type.
pub fn prepare() -> Result<PathBuf> {
    let key = blake3::hash([REQUIREMENTS, STAND_INS, CHECKPOINTS, LIVELY].concat().as_bytes()).to_hex();
    let environment = workspace::cache(&format!("peers-{}", &key[..16]))?;
    let complete = environment.join("complete");
    if complete.exists() {
        return Ok(environment);
    }
    require_python()?;
    process::say(format!(
        "fetching PyTorch, timm and ONNX Runtime from PyPI into {}; 700 MB to fetch, 3 GB with the models",
        environment.display()
    ));
    let python = environment.join("bin/python");
    let peers = workspace::root().join("tests/peers");
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    process::run(pip.arg("--requirement").arg(peers.join("requirements.txt"))).context(
        "the peers cannot be fetched from PyPI; once it can be reached, start the same command again",
    )?;
    if cfg!(target_os = "linux") {
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
