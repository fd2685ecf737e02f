//! What can be read off a request or a folder of runs: ids, backbones, data sets, and the runs of before.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use shared::ModelSlot;
use shared::training::{PhotoChoice, RunRequest};

use super::error::RunsError;
use super::run::Run;

/// Letters of an id.
const ID_LETTERS: usize = 12;

/// The runs in a folder, the oldest first; what is none is left where it is.
///
/// # Errors
/// The folder cannot be read.
pub fn restore(folder: &Path) -> Result<Vec<Arc<Run>>, RunsError> {
    let mut runs = Vec::new();
    for entry in fs::read_dir(folder).map_err(RunsError::file(folder))? {
        let path = entry.map_err(RunsError::file(folder))?.path();
        match Run::restore(path.clone()) {
            Ok(run) => runs.push(Arc::new(run)),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a run cannot be read and is passed over");
            }
        }
    }
    runs.sort_by_key(|run| run.status().created_ms);
    Ok(runs)
}

/// An id that no other run has.
pub fn new_id(request: &RunRequest) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now_ns = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let parts = (request, now_ns.to_string(), COUNT.fetch_add(1, Ordering::Relaxed), std::process::id());
    let described = serde_json::to_vec(&parts).expect("names and numbers are JSON");
    blake3::hash(&described).to_hex()[..ID_LETTERS].to_owned()
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// The backbones that a request needs.
pub fn backbones(request: &RunRequest) -> Vec<ModelSlot> {
    match request {
        RunRequest::Head { backbone, .. } => vec![*backbone],
        RunRequest::DataEfficiency { .. } => ModelSlot::ALL.to_vec(),
        RunRequest::FromScratch { .. } => Vec::new(),
    }
}

/// The photos that a request needs.
pub fn photos(request: &RunRequest) -> &PhotoChoice {
    match request {
        RunRequest::Head { photos, .. }
        | RunRequest::DataEfficiency { photos, .. }
        | RunRequest::FromScratch { photos, .. } => photos,
    }
}

/// The data sets that a request needs.
pub fn datasets(request: &RunRequest) -> Vec<&str> {
    let photos = photos(request);
    [Some(&photos.dataset), photos.test_dataset.as_ref()].into_iter().flatten().map(String::as_str).collect()
}
