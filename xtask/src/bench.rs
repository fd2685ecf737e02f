//! `cargo xtask bench`: how long forward passes take on this machine.

use anyhow::Result;
use clap::Args;

use crate::process;

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// Options of divan, after `--`, such as a part of a benchmark's name.
    #[arg(last = true)]
    bench_options: Vec<String>,
}

/// Runs the server's benchmarks.
///
/// # Errors
/// They do not compile or fail.
pub fn execute(options: &Options) -> Result<()> {
    let mut cargo = process::cargo();
    cargo.args(["bench", "--package", "server", "--benches", "--"]).args(&options.bench_options);
    process::run(&mut cargo)
}
