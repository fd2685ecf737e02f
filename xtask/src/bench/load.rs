//! Starts a server and puts it under load.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::native::{self, RunningServer};
use crate::site::{self, Flavour};
use crate::{process, workspace};

/// Starts a server with the demo weights and has `load` ask it.
///
/// # Errors
/// A part does not build, an answer is wrong, or something else than an answer or a refusal comes.
pub fn put(write: Option<&Path>) -> Result<()> {
    let site = site::build(Flavour::Small)?;
    native::build_programs()?;
    let server = RunningServer::start(&site, &[])?;
    let mut load = Command::new(native::program("load"));
    load.args(["--url", &server.url(), "--pid", &server.pid().to_string(), "--photos"]);
    load.arg(workspace::root().join("assets/photos"));
    if let Some(path) = write {
        load.arg("--write").arg(path);
    }
    process::run(&mut load)
}
