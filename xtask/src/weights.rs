//! `cargo xtask weights`: makes the demo weights anew from the original checkpoints, or writes them as f32. The server
//! reads and writes checkpoints, so a binary of its package does the work: this one stays free of candle.

use anyhow::Result;
use clap::Args;

use crate::process;

/// Options of the command.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Options {
    /// Options of the converter; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    converter_options: Vec<String>,
}

/// Builds and runs the converter.
///
/// # Errors
/// It cannot be built, or fails; it has then said why.
pub fn execute(options: &Options) -> Result<()> {
    let mut converter = process::cargo();
    converter.args(["run", "--release", "--package", "server", "--bin", "convert_weights", "--"]);
    process::run(converter.args(&options.converter_options))
}
