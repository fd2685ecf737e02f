//! The two requests that a measurement needs: upload a picture, ask a model about it. A full server is asked again.

use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use shared::{ApiErrorBody, ImageInfo, ModelSlot, Predictions, route};
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

/// How often a full server is asked again before it is given up.
const MAX_TRIES: usize = 20;

/// An explorer at an address.
pub struct Client {
    agent: Agent,
    url: String,
}

impl Client {
    /// `url` such as `http://127.0.0.1:3000`.
    pub fn new(url: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        Self { agent, url: url.trim_end_matches('/').to_owned() }
    }

    /// Uploads a file and returns a model's answer; `top_k` of `None` asks for all classes.
    ///
    /// # Errors
    /// Names the file and gives the server's own words.
    pub fn predict(&self, path: &Path, slot: ModelSlot, top_k: Option<usize>) -> Result<Predictions> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let image_id = self.upload(&bytes).with_context(|| format!("uploading {}", path.display()))?;
        let address = format!("{}{}", self.url, route::predictions(&image_id, slot, top_k));
        let mut answer = self
            .until_accepted(|| self.agent.get(&address).call())
            .with_context(|| format!("asking about {}", path.display()))?;
        answer.body_mut().read_json().with_context(|| format!("{address} did not answer with predictions"))
    }

    fn upload(&self, bytes: &[u8]) -> Result<String> {
        let address = format!("{}{}", self.url, route::IMAGES);
        let mut answer = self.until_accepted(|| {
            self.agent.post(&address).content_type("application/octet-stream").send(bytes)
        })?;
        let image: ImageInfo = answer.body_mut().read_json()?;
        Ok(image.image_id)
    }

    /// Sends a request, and again for as long as the server is full.
    fn until_accepted(
        &self,
        send: impl Fn() -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>> {
        for _ in 0..MAX_TRIES {
            let mut answer = send().with_context(|| format!("is the explorer running at {}?", self.url))?;
            if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
                thread::sleep(retry_after(&answer));
                continue;
            }
            if answer.status().is_success() {
                return Ok(answer);
            }
            let status = answer.status();
            let text = answer.body_mut().read_to_string().unwrap_or_default();
            let message = serde_json::from_str::<ApiErrorBody>(&text).map_or(text, |body| body.error.message);
            bail!("the server answered {status}: {message}");
        }
        bail!("the server was still full after {MAX_TRIES} tries")
    }
}

fn retry_after(answer: &Response<Body>) -> Duration {
    let seconds = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1))
}
