//! How long a visitor waits: on a slower line and processor, and as the browser itself measures it.

use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

use super::Browser;

/// A visitor's line and processor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slowness {
    /// Kilobits a second, both ways.
    pub line_kbit_s: f64,
    /// From a request to the first byte.
    pub latency_ms: f64,
    /// How many times slower than here.
    pub processor: f64,
}

/// When a visit reached what, in milliseconds from its start.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Milestones {
    /// Something of the page was seen.
    pub first_paint_ms: f64,
    /// The page reacted.
    pub interactive_ms: f64,
    /// The largest thing in the window was seen, as far as it has been up to now.
    pub largest_paint_ms: f64,
}

/// Runs before anything of a page.
const WATCH: &str = "
    window.speed = { largest: 0, interactive: 0, events: [] };
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { speed.largest = entry.startTime; }))
        .observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => speed.events.push(...list.getEntries().filter((entry) => entry.interactionId)))
        .observe({ type: 'event', durationThreshold: 16, buffered: true });
    new MutationObserver((_changes, observer) => {
        if (!document.documentElement?.hasAttribute('data-hydrated')) return;
        speed.interactive = performance.now();
        observer.disconnect();
    }).observe(document, { attributes: true, childList: true, subtree: true });
";

/// Waits until the browser has told of all events, and gives the longest since it was asked last: from the input until the next frame was seen.
const LONGEST: &str = "
    const done = arguments[0];
    requestAnimationFrame(() => setTimeout(() => {
        const longest = Math.max(0, ...speed.events.map((entry) => entry.duration));
        speed.events.length = 0;
        done(longest);
    }, 300));
";

impl Browser {
    /// Makes the line and the processor slower for what is opened from now on.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn slow_down(&self, slowness: Slowness) -> Result<()> {
        let bytes_s = slowness.line_kbit_s * 1000.0 / 8.0;
        let line = json!({
            "offline": false,
            "latency": slowness.latency_ms,
            "downloadThroughput": bytes_s,
            "uploadThroughput": bytes_s,
        });
        self.driver.cdp().send_raw("Network.enable", json!({})).await?;
        self.driver.cdp().send_raw("Network.emulateNetworkConditions", line).await?;
        self.slow_processor(slowness.processor).await
    }

    /// Makes the processor this many times slower.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn slow_processor(&self, times: f64) -> Result<()> {
        self.driver.cdp().send_raw("Emulation.setCPUThrottlingRate", json!({ "rate": times })).await?;
        Ok(())
    }

    /// Has pages that are opened from now on watched.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn watch_speed(&self) -> Result<()> {
        let script = json!({ "source": WATCH });
        self.driver.cdp().send_raw("Page.enable", json!({})).await?;
        self.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        Ok(())
    }

    /// When a watched visit reached what.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn milestones(&self) -> Result<Milestones> {
        self.evaluate(
            "return {
                first_paint_ms: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1,
                interactive_ms: speed.interactive,
                largest_paint_ms: speed.largest,
            };",
        )
        .await
    }

    /// The longest that a frame took after an input of the visitor, in milliseconds, since this was asked last; 0 where all took less
    /// than 16.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn longest_interaction_ms(&self) -> Result<f64> {
        self.evaluate_later(LONGEST).await
    }
}
