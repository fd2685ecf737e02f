//! `cargo xtask first-load` and `cargo xtask screenshots`: programs of the `tests` crate that drive a real browser, given a
//! server and a browser.

use std::process::Command;

use anyhow::Result;

use crate::native::{self, RunningServer};
use crate::setup::browser;
use crate::site::{self, Flavour};
use crate::{process, workspace};

/// Prints what a first visit loads and how long it takes, and fails where that is more than the page's budget.
///
/// # Errors
/// A part fails, or the budget is exceeded.
pub fn first_load() -> Result<()> {
    in_browser("first_load", &[])
}

/// Writes `docs/*.png`: the page at three widths in both themes.
///
/// # Errors
/// A part fails.
pub fn screenshots() -> Result<()> {
    let docs = workspace::root().join("docs");
    in_browser("screenshots", &["--folder", &docs.to_string_lossy()])
}

fn in_browser(program: &str, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new(native::program(program));
    browser::prepare(&mut command)?;
    let site = site::build(Flavour::Small)?;
    native::build_programs()?;
    let server = RunningServer::start(&site, &[])?;
    process::run(command.args(["--url", &server.url()]).args(arguments))
}
