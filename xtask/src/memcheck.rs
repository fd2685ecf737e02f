//! `cargo xtask memcheck`: the kernels' tests under valgrind, which knows AVX2 but not AVX-512 and therefore checks the portable and the AVX2
//! level. What it finds wrong ends the command.

use anyhow::{Result, bail};
use clap::Args;

use crate::process;

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// Cases of each test; valgrind is some fifty times slower than the processor.
    #[arg(long, default_value_t = 8, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    cases: u32,
}

/// How the tests are started, but for the variable's name, which holds the target of the compiler.
const RUNNER: &str = "valgrind --quiet --error-exitcode=1 --leak-check=no";

/// Compiles the server's tests and runs those of the kernels.
///
/// # Errors
/// Valgrind is missing, or it or a test found something.
pub fn execute(options: &Options) -> Result<()> {
    if !process::is_installed("valgrind") {
        bail!("valgrind is missing: sudo apt-get install valgrind");
    }
    let runner = format!("CARGO_TARGET_{}_RUNNER", host()?.to_uppercase().replace('-', "_"));
    let mut cargo = process::cargo();
    cargo.args(["test", "--release", "--package", "server", "--lib", "--", "kernels::", "--test-threads=1"]);
    cargo.env(runner, RUNNER).env("KERNEL_TEST_CASES", options.cases.to_string());
    process::run(&mut cargo)
}

/// The target that cargo compiles for by itself.
fn host() -> Result<String> {
    let said = process::output(std::process::Command::new("rustc").arg("-vV"))?;
    match said.lines().find_map(|line| line.strip_prefix("host: ")) {
        Some(host) => Ok(host.to_owned()),
        None => bail!("rustc -vV names no host"),
    }
}
