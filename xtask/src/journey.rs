//! `cargo xtask journey`: the page in a real browser, by mouse and by keyboard.

use anyhow::Result;

use crate::setup::browser;
use crate::site::{self, Flavour};
use crate::{native, process};

/// Builds the page and walks through it.
///
/// # Errors
/// Something is missing, or does not behave.
pub fn execute() -> Result<()> {
    site::build(Flavour::Small)?;
    native::build_programs()?;
    let mut journey = process::cargo();
    // The same packages as above, so that nothing is compiled with other features.
    journey.args([
        "test",
        "--release",
        "--workspace",
        "--exclude",
        "xtask",
        "--test",
        "journey",
        "--no-fail-fast",
    ]);
    browser::prepare(&mut journey)?;
    process::run(&mut journey)
}
