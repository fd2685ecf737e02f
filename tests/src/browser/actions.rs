//! What a visitor does and sees: opens, clicks, types, chooses a file, reads.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use thirtyfour::prelude::{By, WebElement};
use thirtyfour::{Key, TypingData};

use super::Browser;

/// Longest that the page may take to show something. The models answer meanwhile, beside other tests.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

impl Browser {
    /// Opens an address and waits until the page reacts.
    ///
    /// # Errors
    /// It does not.
    pub async fn open(&self, url: &str) -> Result<()> {
        self.driver.goto(url).await.with_context(|| format!("cannot open {url}"))?;
        self.wait_until_hydrated().await
    }

    /// Opens an address whose page may never react.
    ///
    /// # Errors
    /// The browser cannot open it.
    pub async fn open_document(&self, url: &str) -> Result<()> {
        self.driver.goto(url).await.with_context(|| format!("cannot open {url}"))
    }

    /// Loads the page anew and waits until it reacts.
    ///
    /// # Errors
    /// It does not.
    pub async fn reload(&self) -> Result<()> {
        self.driver.refresh().await?;
        self.wait_until_hydrated().await
    }

    /// One step back in the history.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn go_back(&self) -> Result<()> {
        Ok(self.driver.back().await?)
    }

    async fn wait_until_hydrated(&self) -> Result<()> {
        self.wait_for("document.documentElement.hasAttribute('data-hydrated')").await
    }

    /// Waits until an expression of JavaScript is true.
    ///
    /// # Errors
    /// It does not become true.
    pub async fn wait_for(&self, condition: &str) -> Result<()> {
        let started = Instant::now();
        let script = format!("return !!({condition});");
        while !self.evaluate::<bool>(&script).await? {
            if started.elapsed() > PATIENCE {
                let address = self.address().await?;
                bail!("after {PATIENCE:?} at {address} it is still not true that {condition}");
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Waits until an element is there.
    ///
    /// # Errors
    /// It does not appear.
    pub async fn wait_for_element(&self, selector: &str) -> Result<()> {
        self.wait_for(&format!("document.querySelector({selector:?})")).await
    }

    /// Runs a script and reads what it returns.
    ///
    /// # Errors
    /// The script fails, or returns something else.
    pub async fn evaluate<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        let value = self.driver.execute(script, Vec::new()).await.with_context(|| script.to_owned())?;
        value.convert().with_context(|| format!("{script} returned {}", value.json()))
    }

    /// Runs a script that hands its result to its last argument, and reads that.
    ///
    /// # Errors
    /// The script fails, or gives something else.
    pub async fn evaluate_later<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        let value = self.driver.execute_async(script, Vec::new()).await.with_context(|| script.to_owned())?;
        value.convert().with_context(|| format!("{script} gave {}", value.json()))
    }

    /// The address that is shown.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn address(&self) -> Result<String> {
        Ok(self.driver.current_url().await?.to_string())
    }

    /// Clicks an element with the mouse, once it is there.
    ///
    /// # Errors
    /// It is not there, or something covers it.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let element = self.element(selector).await?;
        element.scroll_into_view().await?;
        element.click().await.with_context(|| format!("cannot click {selector}"))
    }

    /// Chooses a file in a file input.
    ///
    /// # Errors
    /// There is no such input.
    pub async fn choose_file(&self, selector: &str, file: &Path) -> Result<()> {
        let file = file.canonicalize().with_context(|| format!("{} is missing", file.display()))?;
        let element = self.element(selector).await?;
        Ok(element.send_keys(file.to_string_lossy().into_owned()).await?)
    }

    /// Presses a key, wherever the focus is.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn press(&self, key: impl Into<TypingData>) -> Result<()> {
        Ok(self.driver.action_chain().send_keys(key).perform().await?)
    }

    /// Presses Tab until an element has the focus.
    ///
    /// # Errors
    /// It never gets it.
    pub async fn tab_to(&self, selector: &str, max_presses: usize) -> Result<()> {
        let script = format!("return document.activeElement.matches({selector:?});");
        for _press in 0..max_presses {
            if self.evaluate(&script).await? {
                return Ok(());
            }
            self.press(Key::Tab).await?;
        }
        bail!("{max_presses} presses of Tab do not reach {selector}")
    }

    /// The text that is shown in an element.
    ///
    /// # Errors
    /// It is not there.
    pub async fn text(&self, selector: &str) -> Result<String> {
        Ok(self.element(selector).await?.text().await?)
    }

    /// Whether an element of the document is to be seen.
    ///
    /// # Errors
    /// It is not in the document.
    pub async fn is_shown(&self, selector: &str) -> Result<bool> {
        Ok(self.driver.find(By::Css(selector)).await?.is_displayed().await?)
    }

    /// Errors and warnings that the console has got since it was last asked.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        let log = self.driver.browser_log().await?;
        let complaints = log.into_iter().filter(|entry| matches!(entry.level.as_str(), "SEVERE" | "WARNING"));
        Ok(complaints.map(|entry| entry.message).collect())
    }

    async fn element(&self, selector: &str) -> Result<WebElement> {
        self.wait_for_element(selector).await?;
        self.driver.find(By::Css(selector)).await.with_context(|| format!("there is no {selector}"))
    }
}
