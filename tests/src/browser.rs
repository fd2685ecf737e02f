//! A real browser that tests and measurements drive: Chromium without a window, with a profile of its own, through
//! chromedriver. Which programs these are is told by the environment, which `cargo xtask` sets.

mod accessibility;
mod actions;
mod driver;
mod explorer;
mod layout;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;
use thirtyfour::prelude::{DesiredCapabilities, WebDriver};
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel};

pub use accessibility::Violation;
pub use explorer::Explorer;
pub use layout::{ColourScheme, Viewport};

use driver::Chromedriver;

/// Longest that a page or a script may take before it counts as hanging. Other tests run on the same two cores.
const BROWSER_LIMIT: Duration = Duration::from_secs(60);

/// No window, no connection but to the page, nothing shared with other browsers of this machine.
const CHROMIUM_FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// A browser with one window. Ends with everything that it started when it is dropped.
pub struct Browser {
    // Dropped in this order: the window closes before the program that closes it ends.
    driver: WebDriver,
    _chromedriver: Chromedriver,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with an empty profile and a window as large as a desk has.
    ///
    /// # Errors
    /// There is none, or it does not start.
    pub async fn start() -> Result<Self> {
        let profile = TempDir::new().context("no room for a profile")?;
        let chromedriver = Chromedriver::start(&named_by("CHROMEDRIVER")?)?;
        let driver = WebDriver::new(chromedriver.address(), capabilities(&profile)?);
        let driver = driver.await.context("the browser does not start")?;
        driver.set_page_load_timeout(BROWSER_LIMIT).await?;
        driver.set_script_timeout(BROWSER_LIMIT).await?;
        let browser = Self { driver, _chromedriver: chromedriver, _profile: profile };
        browser.resize(Viewport::DESKTOP).await?;
        Ok(browser)
    }
}

fn capabilities(profile: &TempDir) -> Result<ChromeCapabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities.set_binary(&named_by("CHROME")?.to_string_lossy())?;
    for flag in CHROMIUM_FLAGS {
        capabilities.add_arg(flag)?;
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(capabilities)
}

/// A program or file that the environment names.
fn named_by(variable: &str) -> Result<PathBuf> {
    let path = std::env::var_os(variable).filter(|path| !path.is_empty());
    path.map(PathBuf::from).with_context(|| {
        format!("{variable} is not set: `cargo xtask test` finds or installs what the browser's tests need")
    })
}
