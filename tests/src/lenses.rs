//! The lenses of the page, for those who open each of them: their names in the address, and when one is there.

use anyhow::{Result, ensure};

use crate::browser::Browser;

/// Every lens, as in the address.
pub const LENSES: [&str; 18] = [
    "feature-maps",
    "filters",
    "receptive-field",
    "class-map",
    "patches",
    "attention",
    "rollout",
    "attention-distance",
    "attention-steps",
    "cursor",
    "similarity",
    "logit-lens",
    "cka",
    "layers",
    "translation",
    "shuffle",
    "cover",
    "skips",
];

/// Those that ask both models point by point once they are started.
pub const EXPERIMENTS: [&str; 4] = ["translation", "shuffle", "cover", "skips"];

/// Waits until a lens is open with everything there that it asks for by itself.
///
/// # Errors
/// It does not open, shows nothing, or says what failed.
pub async fn wait_until_open(browser: &Browser, lens: &str) -> Result<()> {
    let frame = format!("document.querySelector('#lens-panel[data-lens-open=\"{lens}\"]')");
    browser.wait_for(&format!("{frame}?.getAttribute('aria-busy') === 'false'")).await?;
    browser.wait_for(&format!("{frame}.closest('.part').dataset.part === 'awake'")).await?;
    let shows = format!(
        "{frame}.querySelector('.lens-body canvas, .lens-body svg, .lens-body table, .lens-body button')"
    );
    browser.wait_for(&format!("{shows} !== null")).await?;
    let trouble: String =
        browser.evaluate(&format!("return {frame}.querySelector('.trouble')?.innerText ?? '';")).await?;
    ensure!(trouble.is_empty(), "{lens}: {trouble}");
    Ok(())
}

/// Starts the experiment of an open lens and waits for its last point.
///
/// # Errors
/// It does not end.
pub async fn run_experiment(browser: &Browser) -> Result<()> {
    browser.click(".lens-frame .run-bar .button").await?;
    browser.wait_for("document.querySelector('.lens-frame .run-bar')?.innerText.includes('Run again')").await
}
