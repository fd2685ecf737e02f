//! Files that the page hands to the visitor.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::Browser;

/// Longest that a file may take. The page draws it first.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

impl Browser {
    /// Has the browser put into a folder what the page saves from now on.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn save_into(&self, folder: &Path) -> Result<()> {
        let folder = folder.canonicalize().with_context(|| format!("{} is missing", folder.display()))?;
        let behaviour = json!({ "behavior": "allow", "downloadPath": folder.to_string_lossy() });
        self.driver.cdp().send_raw("Browser.setDownloadBehavior", behaviour).await?;
        Ok(())
    }

    /// Waits until a file is there, whole, and gives its path.
    ///
    /// # Errors
    /// It does not come.
    pub async fn saved(&self, folder: &Path, extension: &str) -> Result<PathBuf> {
        let started = Instant::now();
        loop {
            // What is still being written has another extension.
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                if path.extension().is_some_and(|found| found == extension) {
                    return Ok(path);
                }
            }
            if started.elapsed() > PATIENCE {
                bail!("after {PATIENCE:?} nothing is saved as .{extension}");
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
