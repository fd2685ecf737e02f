//! Starts the comparison with peers: `tests/peers/compare.py` asks them and `measure_forward` in turn.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::{Comparison, environment};
use crate::{native, process, workspace};

/// Where forward passes are compared.
pub enum Place {
    /// On all cores.
    Cpu,
    /// On a GPU of this name, such as `cuda:0`.
    Gpu(String),
}

/// Installs the peers where they are missing, builds our side and compares.
///
/// # Errors
/// The peers cannot be installed, our side does not compile, or the outputs differ.
pub fn compare(comparison: &Comparison, place: &Place) -> Result<()> {
    let environment = environment::prepare(place)?;
    process::say("building our side; some minutes the first time");
    let mut cargo = process::cargo();
    cargo.args(["build", "--release", "--package", "tests", "--bin", "measure_forward"]);
    if let Place::Gpu(_) = place {
        cargo.args(["--features", "server/cudnn"]);
    }
    process::run(&mut cargo)?;
    let mut compare = Command::new(environment.join("bin/python"));
    // The checkout stays free of compiled modules.
    compare.env("PYTHONDONTWRITEBYTECODE", "1").arg(workspace::root().join("tests/peers/compare.py"));
    compare.arg("--program").arg(native::program("measure_forward"));
    compare.arg("--folder").arg(environment.join("models"));
    if let Place::Gpu(device) = place {
        compare.arg("--device").arg(device);
    }
    for (option, value) in comparison.given() {
        compare.args([option.into(), value]);
    }
    process::run(&mut compare)
}

impl Comparison {
    /// What was said on the command line.
    fn given(&self) -> Vec<(&'static str, OsString)> {
        let number = |number: Option<u32>| number.map(|number| number.to_string().into());
        let path = |path: &Option<PathBuf>| path.clone().map(OsString::from);
        let options = [
            ("--rounds", number(self.rounds)),
            ("--models", self.models.clone().map(OsString::from)),
            ("--threads", number(self.threads)),
            ("--write", path(&self.write)),
            ("--json", path(&self.json)),
            ("--precision", self.precision.clone().map(OsString::from)),
        ];
        options.into_iter().filter_map(|(option, value)| Some((option, value?))).collect()
    }
}
