//! `cargo xtask lighthouse`: what Google's checker says of the page, on a desk and on a phone with a slow line. Outside of the
//! tests, because its scores depend on how busy the machine is.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::native::{self, RunningServer};
use crate::setup::browser;
use crate::site::{self, Flavour};
use crate::{process, workspace};

/// The npm package at the version whose scores the documents name.
const PACKAGE: &str = "lighthouse@12.8.2";
const CHROMIUM_FLAGS: &str = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync";
/// What is scored, and what must reach [`MIN_SCORE`].
const CATEGORIES: [&str; 3] = ["performance", "accessibility", "best-practices"];
const MIN_SCORE: f64 = 0.95;
/// A device and the options that ask for it; a phone is what Lighthouse takes by itself.
const DEVICES: [(&str, &[&str]); 2] = [("desktop", &["--preset=desktop"]), ("phone", &[])];

/// Scores the page, and fails where a score is too low.
///
/// # Errors
/// There is no npm, a part fails, or a score is too low.
pub fn execute() -> Result<()> {
    if !process::is_installed("npx") {
        bail!("lighthouse is an npm package: install Node.js with npm");
    }
    let browser = browser::program()?;
    let site = site::build(Flavour::Small)?;
    native::build_programs()?;
    let server = RunningServer::start(&site, &[])?;
    let mut is_low = false;
    for (device, options) in DEVICES {
        let report = workspace::target().join(format!("lighthouse-{device}.json"));
        let mut lighthouse = Command::new("npx");
        lighthouse.args(["--yes", PACKAGE, &server.url(), "--quiet", "--output=json"]).args(options);
        lighthouse.arg(format!("--output-path={}", report.display()));
        lighthouse.arg(format!("--chrome-flags={CHROMIUM_FLAGS}")).env("CHROME_PATH", &browser);
        process::run(&mut lighthouse)?;
        let report: Value =
            serde_json::from_str(&workspace::read_text(&report)?).context("lighthouse wrote no JSON")?;
        for category in CATEGORIES {
            let score = report["categories"][category]["score"].as_f64();
            let score = score.with_context(|| format!("lighthouse gives {device} no score of {category}"))?;
            println!("{device:8} {category:16} {:.0}", score * 100.0);
            is_low |= score < MIN_SCORE;
        }
    }
    if is_low {
        bail!("a score is below {:.0}", MIN_SCORE * 100.0);
    }
    Ok(())
}
