//! `cargo xtask journey`: the page in a real browser, by mouse and by keyboard.

use anyhow::Result;

use crate::setup::browser;
use crate::site::{self, Flavour};
use crate::{native, process, workspace};

/// Builds the page and walks through it.
///
/// # Errors
/// Something is missing, or does not behave.
pub fn execute() -> Result<()> {
    site::build(Flavour::Small)?;
    native::build_programs()?;
    let mut journey = process::cargo();
    journey.args(["test", "--release"]).args(workspace::ALL_BUT_THIS).args([
        "--test",
        "journey",
        "--no-fail-fast",
    ]);
    browser::prepare(&mut journey)?;
    process::run(&mut journey)
}
