//! `cargo xtask test`: everything that must hold, from a bare machine. Set-up and builds end it at once; of what is
//! checked, all is run, and the summary says what failed.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::setup::browser;
use crate::site::{self, Flavour};
use crate::{native, process, tidy, workspace};

/// Runs the whole test suite.
///
/// # Errors
/// Something is missing or fails.
pub fn execute() -> Result<()> {
    let mut tests = cargo(&["test", "--release", "--no-fail-fast"]);
    tests.args(workspace::ALL_BUT_THIS);
    browser::prepare(&mut tests)?;
    let mut summary = Summary::default();
    summary.check("tidy", tidy::execute);
    summary.check_component("fmt", &mut cargo(&["fmt", "--all", "--check"]));
    site::build(Flavour::Small)?;
    native::build_programs()?;
    summary.check("tests of all crates, in Chromium too", || process::run(&mut tests));
    let mut own_tests = cargo(&["test", "--release", "--package", "xtask"]);
    summary.check("tests of xtask", || process::run(&mut own_tests));
    let lints = ["clippy", "--release", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    summary.check_component("clippy", &mut cargo(&lints));
    summary.finish()
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = process::cargo();
    command.args(arguments);
    command
}

/// What was run, how long it took, and what came of it.
#[derive(Default)]
struct Summary {
    results: Vec<(&'static str, Duration, Outcome)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    /// A part of the toolchain that the user did not install.
    NotInstalled,
}

impl Summary {
    fn check(&mut self, name: &'static str, run: impl FnOnce() -> Result<()>) {
        process::say(name);
        let started = Instant::now();
        let outcome = match run() {
            Ok(()) => Outcome::Passed,
            Err(error) => {
                process::say(format!("{name}: {error:#}"));
                Outcome::Failed
            }
        };
        self.results.push((name, started.elapsed(), outcome));
    }

    /// A check by a component of the toolchain that minimal installations lack. It says nothing about the product, so that
    /// its absence is no failure, but it is named in the summary.
    fn check_component(&mut self, name: &'static str, command: &mut Command) {
        if process::succeeds(cargo(&[name]).arg("--version")) {
            self.check(name, || process::run(command));
        } else {
            self.results.push((name, Duration::ZERO, Outcome::NotInstalled));
        }
    }

    fn finish(self) -> Result<()> {
        println!();
        for (name, duration, outcome) in &self.results {
            let word = match outcome {
                Outcome::Passed => "ok",
                Outcome::Failed => "FAILED",
                Outcome::NotInstalled => "not installed: rustup component add rustfmt clippy",
            };
            println!("{name:40} {:>6.1} s  {word}", duration.as_secs_f64());
        }
        let num_failed = self.results.iter().filter(|(.., outcome)| *outcome == Outcome::Failed).count();
        if num_failed > 0 {
            bail!("{num_failed} of {} checks failed", self.results.len());
        }
        println!("all is well");
        Ok(())
    }
}
