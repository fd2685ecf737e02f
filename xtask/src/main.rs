//! The project's commands, one per file. They do all the set-up themselves, say what takes long, and say what to type
//! where they lack the rights.

mod accuracy;
mod bench;
mod build;
mod check_cuda;
mod cka;
mod dev;
mod journey;
mod lighthouse;
mod measure;
mod memcheck;
mod native;
mod process;
mod run;
mod setup;
mod site;
mod test;
mod tidy;
mod weights;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the explorer.
    Run(run::Options),
    /// Run the whole test suite.
    Test,
    /// Walk through the page in a real browser.
    Journey,
    /// Build the browser's side of the page.
    Build(build::Options),
    /// Serve the page while it is being worked on: rebuilds, restarts and reloads as files are saved.
    Dev(dev::Options),
    /// Check what no compiler does: who may know whom, headers, lengths, colours.
    Tidy,
    /// Measure forward passes.
    Bench(bench::Options),
    /// Measure the models' accuracy on a folder of pictures, through the HTTP API.
    Accuracy(accuracy::Options),
    /// Measure how similar the layers of both models are, over a folder of pictures.
    Cka(cka::Options),
    /// Measure what a first visit loads and how long it takes, against the page's budget.
    FirstLoad,
    /// Score the page with Lighthouse, on a desk and on a phone.
    Lighthouse,
    /// Take the pictures of the page in docs/.
    Screenshots,
    /// Make the demo weights from their original checkpoints, or write them as f32.
    Weights(weights::Options),
    /// Compile with CUDA, without a GPU.
    CheckCuda(check_cuda::Options),
    /// Run the kernels' tests under valgrind.
    Memcheck(memcheck::Options),
}

fn main() -> ExitCode {
    match execute(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            process::say(format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run(options) => run::execute(&options),
        Command::Test => test::execute(),
        Command::Journey => journey::execute(),
        Command::Build(options) => build::execute(&options),
        Command::Dev(options) => dev::execute(&options),
        Command::Tidy => tidy::execute(),
        Command::Bench(options) => bench::execute(&options),
        Command::Accuracy(options) => accuracy::execute(&options),
        Command::Cka(options) => cka::execute(&options),
        Command::FirstLoad => measure::first_load(),
        Command::Lighthouse => lighthouse::execute(),
        Command::Screenshots => measure::screenshots(),
        Command::Weights(options) => weights::execute(&options),
        Command::CheckCuda(options) => check_cuda::execute(&options),
        Command::Memcheck(options) => memcheck::execute(&options),
    }
}
