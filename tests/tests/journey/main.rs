//! A visitor's way through the page, in a real browser, against the program as it is shipped.

mod access;
mod failures;
mod lenses;
mod picture;
mod pipeline;
mod training;

use std::sync::{Arc, Mutex, Weak};

use anyhow::Result;
use tests::browser::{Browser, Explorer};

/// Stages of the pipeline, in order, as in the ids of their links and in the address.
const STAGES: [&str; 5] = ["raw-data", "preprocessing", "backbone", "head", "output"];

/// The explorer that all tests visit that do not stop it: started by the first, stopped by the last.
fn shared_explorer() -> Result<Arc<Explorer>> {
    static SHARED: Mutex<Weak<Explorer>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().expect("who starts an explorer returns its failure");
    if let Some(explorer) = shared.upgrade() {
        return Ok(explorer);
    }
    let explorer = Arc::new(Explorer::start()?);
    *shared = Arc::downgrade(&explorer);
    Ok(explorer)
}

/// An explorer and a browser that has opened a path of it.
async fn visit(path: &str) -> Result<(Arc<Explorer>, Browser)> {
    let explorer = shared_explorer()?;
    let browser = Browser::start().await?;
    browser.open(&explorer.url(path)).await?;
    Ok((explorer, browser))
}

/// The same with an explorer of its own, which may be stopped.
async fn visit_alone(path: &str) -> Result<(Explorer, Browser)> {
    let explorer = Explorer::start()?;
    let browser = Browser::start().await?;
    browser.open(&explorer.url(path)).await?;
    Ok((explorer, browser))
}

/// The console has nothing to complain about.
async fn assert_quiet(browser: &Browser) -> Result<()> {
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    Ok(())
}
