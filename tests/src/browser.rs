//! A real browser that tests and measurements drive: Chromium without a window, with a profile of its own, through
//! chromedriver. Which programs these are is told by the environment, which `cargo xtask` sets.

mod accessibility;
mod actions;
mod downloads;
mod driver;
mod explorer;
mod layout;
mod speed;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;
use thirtyfour::prelude::{DesiredCapabilities, WebDriver};
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel};

pub use accessibility::Violation;
pub use explorer::Explorer;
pub use layout::{ColourScheme, Viewport};
pub use speed::{Milestones, Slowness};

use driver::Chromedriver;

/// Longest that a page or a script may take before it counts as hanging. Other tests run on the same two cores.
const BROWSER_LIMIT: Duration = Duration::from_secs(60);

/// No window, no connection but to the page, nothing shared with other browsers of this machine.
const CHROMIUM_FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// What two browsers and their profiles need at most.
const ROOM_BYTES: u64 = 1 << 30;

/// A browser with one window. Ends with everything that it started when it is dropped.
pub struct Browser {
    driver: WebDriver,
    chromedriver: Chromedriver,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with an empty profile and a window as large as a desk has.
    ///
    /// # Errors
    /// There is none, or it does not start.
    pub async fn start() -> Result<Self> {
        let memory = roomy_memory();
        let profile = match memory {
            Some(folder) => TempDir::new_in(folder),
            None => TempDir::new(),
        };
        let profile = profile.context("no room for a profile")?;
        let chromedriver = Chromedriver::start(&named_by("CHROMEDRIVER")?)?;
        let driver = WebDriver::new(chromedriver.address(), capabilities(&profile, memory.is_some())?);
        let driver = driver.await.context("the browser does not start")?;
        driver.set_page_load_timeout(BROWSER_LIMIT).await?;
        driver.set_script_timeout(BROWSER_LIMIT).await?;
        let browser = Self { driver, chromedriver, _profile: profile };
        browser.resize(Viewport::DESKTOP).await?;
        Ok(browser)
    }
}

impl Drop for Browser {
    /// Closes the window. The driver would do so itself, but from within the test's runtime, which it then keeps from
    /// answering until a request times out after two minutes.
    fn drop(&mut self) {
        let session =
            format!("{}/session/{}", self.chromedriver.address(), self.driver.handle().session_id());
        // A browser that has ended has nothing left to close.
        _ = ureq::delete(session).call();
        _ = self.driver.clone().leak();
    }
}

fn capabilities(profile: &TempDir, has_memory: bool) -> Result<ChromeCapabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities.set_binary(&named_by("CHROME")?.to_string_lossy())?;
    for flag in CHROMIUM_FLAGS {
        capabilities.add_arg(flag)?;
    }
    if !has_memory {
        // What its processes share goes to the disk, where memory is as scarce as in most containers.
        capabilities.add_arg("--disable-dev-shm-usage")?;
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(capabilities)
}

/// A folder in memory with room for browsers: on a slow disk they wait for their own profiles most of the time.
fn roomy_memory() -> Option<&'static Path> {
    let folder = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(folder).ok()?;
    (room.f_bavail.saturating_mul(room.f_frsize) > ROOM_BYTES).then_some(folder)
}

/// A program or file that the environment names.
fn named_by(variable: &str) -> Result<PathBuf> {
    let path = std::env::var_os(variable).filter(|path| !path.is_empty());
    path.map(PathBuf::from).with_context(|| {
        format!("{variable} is not set: `cargo xtask test` finds or installs what the browser's tests need")
    })
}
