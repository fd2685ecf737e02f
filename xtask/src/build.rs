//! `cargo xtask build`: the browser's side of the page, ready to be served.

use anyhow::Result;
use clap::Args;

use crate::site::{self, Flavour};

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// Build quickly into `target/site-dev`, large and slow to load, to look at what was just changed.
    #[arg(long)]
    dev: bool,
}

/// Builds the site.
///
/// # Errors
/// The set-up or the build fails.
pub fn execute(options: &Options) -> Result<()> {
    let flavour = if options.dev { Flavour::Quick } else { Flavour::Small };
    let directory = site::build(flavour)?;
    println!("{}", directory.display());
    Ok(())
}
