//! `cargo xtask cka`: measures how similar the layers of both models are over a folder of pictures. The models are the server's, so a
//! binary of its package does the work: this one stays free of candle.

use anyhow::Result;
use clap::Args;

use crate::process;

/// Options of the command.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Options {
    /// Options of the comparison, such as `--pictures FOLDER --out FILE`; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    comparison_options: Vec<String>,
}

/// Builds and runs the comparison.
///
/// # Errors
/// It cannot be built, or fails; it has then said why.
pub fn execute(options: &Options) -> Result<()> {
    let mut comparison = process::cargo();
    // Paths mean what they mean to who typed them.
    comparison.current_dir(std::env::current_dir()?);
    comparison.args(["run", "--release", "--package", "server", "--bin", "compare_layers", "--"]);
    process::run(comparison.args(&options.comparison_options))
}
