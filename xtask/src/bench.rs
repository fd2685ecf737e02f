//! `cargo xtask bench`: how long forward passes take on this machine, alone or beside those of other runtimes, and how many visitors a server
//! can have.

mod environment;
mod load;
mod peers;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::process;

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// Compare with ONNX Runtime, PyTorch and candle-transformers. They are installed from PyPI into the user's cache; 3 GB.
    #[arg(long, group = "measurement")]
    peers: bool,
    /// Put a server under the load of many clients, and compare every answer with a single client's.
    #[arg(long, group = "measurement")]
    load: bool,
    #[command(flatten)]
    comparison: Comparison,
    /// Options of divan, after `--`, such as a part of a benchmark's name.
    #[arg(last = true, conflicts_with = "measurement")]
    bench_options: Vec<String>,
}

/// Options of the comparison with peers.
#[derive(Debug, Args)]
struct Comparison {
    /// Passes of each contestant that count.
    #[arg(long, requires = "peers", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// Which models, by timm's names and with commas between them; all by default.
    #[arg(long, requires = "peers")]
    models: Option<String>,
    /// Threads of each contestant; one for each core by default.
    #[arg(long, requires = "peers", value_parser = clap::value_parser!(u32).range(1..))]
    threads: Option<u32>,
    /// Also write the tables to this file, as Markdown.
    #[arg(long, requires = "measurement")]
    write: Option<PathBuf>,
    /// Also write every time to this file, as JSON.
    #[arg(long, requires = "peers")]
    json: Option<PathBuf>,
}

/// Runs the server's benchmarks, the comparison with peers, or a server under load.
///
/// # Errors
/// They do not compile or fail; the peers cannot be installed, or give other outputs; or an answer under load is wrong.
pub fn execute(options: &Options) -> Result<()> {
    if options.peers {
        return peers::compare(&options.comparison);
    }
    if options.load {
        return load::put(options.comparison.write.as_deref());
    }
    let mut cargo = process::cargo();
    cargo.args(["bench", "--package", "server", "--benches", "--"]).args(&options.bench_options);
    process::run(&mut cargo)
}
