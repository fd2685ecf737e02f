//! A client of a running explorer, as patient as a browser: a full server is asked again after the time that it says, and one that no longer
//! knows a picture is sent it again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use shared::{ApiErrorBody, ErrorCode, ImageInfo, ModelSlot, Predictions, route};
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

/// Longest that an answer may take.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Longest answer.
const MAX_ANSWER_BYTES: u64 = 1 << 28;

/// An explorer at an address.
pub struct Client {
    agent: Agent,
    url: String,
    max_tries: usize,
    num_refusals: AtomicUsize,
}

impl Client {
    /// `url` such as `http://127.0.0.1:3000`; a full server is asked at most `max_tries` times.
    pub fn new(url: &str, max_tries: usize) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .build()
            .new_agent();
        Self {
            agent,
            url: url.trim_end_matches('/').to_owned(),
            max_tries,
            num_refusals: AtomicUsize::new(0),
        }
    }

    /// How often the server was full.
    pub fn num_refusals(&self) -> usize {
        self.num_refusals.load(Ordering::Relaxed)
    }

    /// Sends a picture and returns its address.
    ///
    /// # Errors
    /// In the server's own words.
    pub fn upload(&self, bytes: &[u8]) -> Result<String> {
        let address = format!("{}{}", self.url, route::IMAGES);
        let mut answer = self.until_accepted(|| {
            self.agent.post(&address).content_type("application/octet-stream").send(bytes)
        })?;
        fail_unless_accepted(&mut answer)?;
        let image: ImageInfo = answer.body_mut().read_json()?;
        Ok(image.image_id)
    }

    /// Sends a picture and returns a model's answer; `top_k` of `None` asks for all classes.
    ///
    /// # Errors
    /// In the server's own words.
    pub fn predict(&self, bytes: &[u8], slot: ModelSlot, top_k: Option<usize>) -> Result<Predictions> {
        self.predict_known(bytes, &self.upload(bytes)?, slot, top_k)
    }

    /// The same for one that the server knows under this name.
    ///
    /// # Errors
    /// In the server's own words.
    pub fn predict_known(
        &self,
        bytes: &[u8],
        image_id: &str,
        slot: ModelSlot,
        top_k: Option<usize>,
    ) -> Result<Predictions> {
        let path = |image_id: &str| route::predictions(image_id, slot, top_k);
        let answer = self.ask(bytes, image_id, "application/json", path)?;
        serde_json::from_slice(&answer).context("the server did not answer with predictions")
    }

    /// What is said at a path about a picture that was sent.
    ///
    /// # Errors
    /// In the server's own words.
    pub fn ask(
        &self,
        bytes: &[u8],
        image_id: &str,
        accept: &str,
        path: impl Fn(&str) -> String,
    ) -> Result<Vec<u8>> {
        let address = format!("{}{}", self.url, path(image_id));
        let ask = || self.until_accepted(|| self.agent.get(&address).header("accept", accept).call());
        let mut answer = ask().with_context(|| address.clone())?;
        let mut tries = 1;
        while answer.status() == StatusCode::NOT_FOUND {
            let text = answer.body_mut().read_to_string().unwrap_or_default();
            let code = serde_json::from_str::<ApiErrorBody>(&text).map(|body| body.error.code);
            if !matches!(code, Ok(ErrorCode::ImageUnknown)) || tries == self.max_tries {
                bail!("{address}: {text}");
            }
            tries += 1;
            self.upload(bytes)?;
            answer = ask().with_context(|| address.clone())?;
        }
        fail_unless_accepted(&mut answer).with_context(|| address.clone())?;
        Ok(answer.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec()?)
    }

    /// Sends a request, and again for as long as the server is full.
    fn until_accepted(
        &self,
        send: impl Fn() -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>> {
        for _ in 0..self.max_tries {
            let answer = send().with_context(|| format!("is the explorer running at {}?", self.url))?;
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
                return Ok(answer);
            }
            self.num_refusals.fetch_add(1, Ordering::Relaxed);
            thread::sleep(retry_after(&answer)?);
        }
        bail!("the server was still full after {} tries", self.max_tries)
    }
}

fn fail_unless_accepted(answer: &mut Response<Body>) -> Result<()> {
    if answer.status().is_success() {
        return Ok(());
    }
    let status = answer.status();
    let text = answer.body_mut().read_to_string().unwrap_or_default();
    let message = serde_json::from_str::<ApiErrorBody>(&text).map_or(text, |body| body.error.message);
    bail!("the server answered {status}: {message}")
}

fn retry_after(answer: &Response<Body>) -> Result<Duration> {
    let seconds = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    seconds.map(Duration::from_secs).context("the server was full and did not say when to try again")
}
