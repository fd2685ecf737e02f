//! How large the window is, which theme the visitor prefers, and whether the page holds still.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use thirtyfour::By;

use super::Browser;

/// A window's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewport {
    /// Width in CSS pixels.
    pub width_px: u32,
    /// Height in CSS pixels.
    pub height_px: u32,
}

impl Viewport {
    /// A desk.
    pub const DESKTOP: Self = Self { width_px: 1440, height_px: 900 };
    /// A tablet on its side.
    pub const TABLET: Self = Self { width_px: 1024, height_px: 768 };
    /// A phone.
    pub const PHONE: Self = Self { width_px: 390, height_px: 844 };
    /// The widths that the page is designed at.
    pub const ALL: [Self; 3] = [Self::DESKTOP, Self::TABLET, Self::PHONE];
}

/// What the visitor's system prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourScheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl ColourScheme {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// The value of `prefers-color-scheme`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Sums the shifts since the page was opened that no input explains.
const LAYOUT_SHIFT: &str = "
    const done = arguments[0];
    let sum = 0;
    new PerformanceObserver((list) => {
        for (const shift of list.getEntries()) if (!shift.hadRecentInput) sum += shift.value;
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done(sum), 200);
";

/// Elements that reach beyond the window on the right, without those inside of something that scrolls or cuts them off.
const OVERFLOW: &str = "
    const limit = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= limit) return [];
    return [...document.body.querySelectorAll('*')]
        .filter((element) => element.getBoundingClientRect().right > limit + 1)
        .map((element) => element.tagName.toLowerCase() + '.' + (element.getAttribute('class') ?? ''));
";

/// Waits until nothing is asked for any more.
const UNTIL_QUIET: &str = "
    const done = arguments[0];
    let before = -1;
    const look = () => {
        const now = performance.getEntriesByType('resource').length;
        if (now === before) return done(null);
        before = now;
        setTimeout(look, 2000);
    };
    look();
";

impl Browser {
    /// Gives the window a size; as narrow as a phone, which real windows refuse to be.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn resize(&self, viewport: Viewport) -> Result<()> {
        let Viewport { width_px, height_px } = viewport;
        let metrics =
            json!({ "width": width_px, "height": height_px, "deviceScaleFactor": 1, "mobile": false });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// Sets the visitor's preference.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn prefer(&self, scheme: ColourScheme) -> Result<()> {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme.as_str() }] });
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Switches scripts on or off for pages that are opened from now on.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn allow_scripts(&self, are_allowed: bool) -> Result<()> {
        let value = json!({ "value": !are_allowed });
        self.driver.cdp().send_raw("Emulation.setScriptExecutionDisabled", value).await?;
        Ok(())
    }

    /// Cumulative layout shift since the page was opened.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn layout_shift(&self) -> Result<f64> {
        let sum = self.driver.execute_async(LAYOUT_SHIFT, Vec::new()).await?;
        sum.json().as_f64().context("the sum is a number")
    }

    /// What makes the page wider than the window; nothing where it fits.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn overflowing(&self) -> Result<Vec<String>> {
        self.evaluate(OVERFLOW).await
    }

    /// Writes a picture of the whole page, from top to bottom, with every figure drawn.
    ///
    /// # Errors
    /// The browser does not answer, or the file cannot be written.
    pub async fn photograph(&self, viewport: Viewport, path: &Path) -> Result<()> {
        let height_px = self.evaluate("return document.documentElement.scrollHeight;").await?;
        // A window as tall as the page: every figure is in sight, which is when it asks for its numbers.
        self.resize(Viewport { height_px, ..viewport }).await?;
        self.photograph_window(path).await?;
        self.resize(viewport).await
    }

    /// Writes a picture of an element, all of it, once nothing more is asked for.
    ///
    /// # Errors
    /// There is no such element; else as [`Self::photograph`].
    pub async fn photograph_element(&self, viewport: Viewport, selector: &str, path: &Path) -> Result<()> {
        self.evaluate_later::<()>(UNTIL_QUIET).await?;
        // A window as tall as the page: what it does not show is not in the picture.
        let height_px = self.evaluate("return document.documentElement.scrollHeight;").await?;
        self.resize(Viewport { height_px, ..viewport }).await?;
        let picture = self.driver.find(By::Css(selector)).await?.screenshot_as_png().await?;
        std::fs::write(path, picture).with_context(|| format!("cannot write {}", path.display()))?;
        self.resize(viewport).await
    }

    /// Writes a picture of what the window shows, once nothing more is asked for.
    ///
    /// # Errors
    /// As [`Self::photograph`].
    pub async fn photograph_window(&self, path: &Path) -> Result<()> {
        self.evaluate_later::<()>(UNTIL_QUIET).await?;
        let picture = self.driver.screenshot_as_png().await?;
        std::fs::write(path, picture).with_context(|| format!("cannot write {}", path.display()))
    }
}
