//! `cargo xtask accuracy`: how often the models are right, measured through the HTTP API as a visitor would see it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;

use crate::native::{self, RunningServer};
use crate::site::{self, Flavour};
use crate::{process, workspace};

/// The test photos that the demo weights' published accuracy was measured on, where they lie beside the checkout.
const TEST_PHOTOS: &str = "../shared/data/caltech101/test";

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// A folder with one folder of pictures for each class, named as the class.
    #[arg(default_value = TEST_PHOTOS)]
    images: PathBuf,
    /// Options of the server, after `--`: `-- --resnet PATH` measures other weights.
    #[arg(last = true)]
    server_options: Vec<String>,
}

/// Starts a server and measures it.
///
/// # Errors
/// The folder is not there, or a part fails.
pub fn execute(options: &Options) -> Result<()> {
    let images = workspace::root().join(&options.images);
    if !images.is_dir() {
        bail!("{} is no folder; name one with a folder of pictures for each class", images.display());
    }
    let site = site::build(Flavour::Small)?;
    native::build_programs()?;
    let server = RunningServer::start(&site, &options.server_options)?;
    let mut evaluate = Command::new(native::program("evaluate"));
    process::run(evaluate.args(["--url", &server.url(), "--images"]).arg(&images))
}
