//! `cargo xtask bench`: how long forward passes take on this machine, alone or beside those of other runtimes, on the CPU or a GPU, and how
//! many visitors a server can have.

mod environment;
mod load;
mod peers;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::process;
use peers::Place;

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// Compare with ONNX Runtime, PyTorch and candle-transformers. They are installed from PyPI into the user's cache; 3 GB.
    #[arg(long, groups = ["measurement", "beside_peers"])]
    peers: bool,
    /// The same on a GPU, such as cuda:0, with PyTorch as it is and compiled. Takes CUDA 13, cuDNN 9 and their headers; PyTorch brings 3 GB
    /// more.
    #[arg(long, groups = ["measurement", "beside_peers"], value_name = "cuda:N", value_parser = cuda_device)]
    device: Option<String>,
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
    #[arg(long, requires = "beside_peers", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// Which models, by timm's names and with commas between them; all by default.
    #[arg(long, requires = "beside_peers")]
    models: Option<String>,
    /// Threads of each contestant; one for each core by default.
    #[arg(long, requires = "peers", value_parser = clap::value_parser!(u32).range(1..))]
    threads: Option<u32>,
    /// Also write the tables to this file, as Markdown.
    #[arg(long, requires = "measurement")]
    write: Option<PathBuf>,
    /// Also write every time to this file, as JSON.
    #[arg(long, requires = "beside_peers")]
    json: Option<PathBuf>,
    /// Numbers that both sides compute in on a GPU: f32, bf16 or f16.
    #[arg(long, requires = "device", value_parser = ["f32", "bf16", "f16"])]
    precision: Option<String>,
}

/// Runs the server's benchmarks, the comparison with peers, or a server under load.
///
/// # Errors
/// They do not compile or fail; the peers cannot be installed, or give other outputs; or an answer under load is wrong.
pub fn execute(options: &Options) -> Result<()> {
    if options.peers {
        return peers::compare(&options.comparison, &Place::Cpu);
    }
    if let Some(device) = &options.device {
        return peers::compare(&options.comparison, &Place::Gpu(device.clone()));
    }
    if options.load {
        return load::put(options.comparison.write.as_deref());
    }
    let mut cargo = process::cargo();
    cargo.args(["bench", "--package", "server", "--benches", "--"]).args(&options.bench_options);
    process::run(&mut cargo)
}

fn cuda_device(text: &str) -> Result<String> {
    let ordinal = text.strip_prefix("cuda:").and_then(|ordinal| ordinal.parse::<usize>().ok());
    ordinal.map(|ordinal| format!("cuda:{ordinal}")).context("a device is cuda:0, cuda:1 and so on")
}
