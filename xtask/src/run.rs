//! `cargo xtask run`: the explorer, from a bare machine to the page.

use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};
use clap::Args;

use crate::site::{self, Flavour};
use crate::{native, process};

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// Options of the server, after `--`; `-- --help` lists them.
    #[arg(last = true)]
    server_options: Vec<String>,
}

/// Builds what is not built, and becomes the server.
///
/// # Errors
/// The set-up or a build fails.
pub fn execute(options: &Options) -> Result<()> {
    let site = site::build(Flavour::Small)?;
    native::build_server()?;
    process::say("starting; the address follows, the page answers once the models are loaded");
    let error = native::server(&site).args(&options.server_options).exec();
    Err(error).context("the server cannot be started")
}
