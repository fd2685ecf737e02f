//! The Hugging Face hub: finds the weights in a repository, downloads them with what lies beside them, and checks them.
//! What is in the cache is never asked for again, so that a server starts without a network; a branch that has moved
//! is fetched by naming its new revision. `HF_ENDPOINT`, `HF_HOME` and `HF_TOKEN` mean what they mean to Python.

mod file;
mod progress;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use hf_hub::api::sync::{Api, ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Cache, CacheRepo};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::models::checkpoint::{CONFIG, PREPROCESSOR_CONFIG};
pub use file::HubFile;
use progress::LoggedProgress;

/// Attempts at a file; each goes on where the one before it stopped.
const ATTEMPTS: usize = 4;
/// Names of weights that are looked for where no file is named, best first; then any file with one of the endings.
const USUAL_FILES: [&str; 2] = ["model.safetensors", "pytorch_model.bin"];
const USUAL_ENDINGS: [&str; 4] = [".safetensors", ".gguf", ".pth", ".pt"];

/// Why the hub gives no file.
#[derive(Debug, Error)]
pub enum HubError {
    /// The text after `hf:`.
    #[error(
        "{0:?} names nothing on the hub; write hf:owner/name, hf:owner/name@revision or hf:owner/name/file"
    )]
    Name(String),
    /// The client could not be set up.
    #[error("the hub's client cannot be set up: {0}")]
    Client(#[source] ApiError),
    /// Not in the cache, and the hub does not answer.
    #[error(
        "{file} is not in the cache {}, and the hub could not be asked for it ({reason}). Without a network, download \
         the file elsewhere and give its path",
        cache.display()
    )]
    Unreachable {
        /// What was asked for.
        file: String,
        /// Where it was looked for.
        cache: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// No such repository or file, or none without a token.
    #[error(
        "the hub has no {file} that is open to you (status {status}); a private or gated repository needs HF_TOKEN"
    )]
    Refused {
        /// What was asked for.
        file: String,
        /// The status of its answer.
        status: u16,
    },
    /// A repository without weights.
    #[error(
        "{repository} has no single file of weights that is read; name one: hf:{repository}/FILE. It has: {}",
        files.join(", ")
    )]
    NoWeights {
        /// The repository.
        repository: String,
        /// What it has.
        files: Vec<String>,
    },
    /// The bytes are not those that the hub announced. The file has been removed from the cache.
    #[error("{file} came with another {what} than the hub announced; it was removed, try again")]
    Corrupt {
        /// What was downloaded.
        file: String,
        /// `size` or `checksum`.
        what: &'static str,
    },
    /// The cache cannot be read or written.
    #[error("the cache {} cannot be used: {source}", path.display())]
    Cache {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// A hub and the cache of its files.
#[derive(Debug)]
pub struct Hub {
    api: Api,
    cache: Cache,
}

/// A repository at a revision: on the hub and in the cache.
struct Repository {
    remote: ApiRepo,
    cached: CacheRepo,
}

impl Hub {
    /// The hub and cache that the environment names.
    ///
    /// # Errors
    /// If the client cannot be set up.
    pub fn from_env() -> Result<Self, HubError> {
        let token = std::env::var("HF_TOKEN").ok().filter(|token| !token.is_empty());
        let builder = ApiBuilder::from_env();
        let builder = if token.is_some() { builder.with_token(token) } else { builder };
        Self::build(builder, Cache::from_env())
    }

    /// A hub at an address, with a cache of its own and no token.
    ///
    /// # Errors
    /// If the client cannot be set up.
    pub fn at(endpoint: &str, cache: PathBuf) -> Result<Self, HubError> {
        let cache = Cache::new(cache);
        let builder =
            ApiBuilder::from_cache(cache.clone()).with_endpoint(endpoint.to_owned()).with_token(None);
        Self::build(builder, cache)
    }

    fn build(builder: ApiBuilder, cache: Cache) -> Result<Self, HubError> {
        let api = builder.with_progress(false).build().map_err(HubError::Client)?;
        Ok(Self { api, cache })
    }

    /// The weights on this machine, and the configs beside them: from the cache, or else from the hub.
    ///
    /// # Errors
    /// If there is no such file, the hub cannot be reached, or the bytes are not those that it announced.
    pub fn fetch(&self, file: &HubFile) -> Result<PathBuf, HubError> {
        let repository = Repository {
            remote: self.api.repo(file.repository()),
            cached: self.cache.repo(file.repository()),
        };
        if let Some(path) = self.cached_weights(&repository, file) {
            verify(&path)?;
            tracing::info!(source = %file, "weights are in the cache");
            return Ok(path);
        }
        let names = self.list(&repository, file)?;
        let weights = match &file.path {
            Some(path) => path.clone(),
            None => choose_weights(file, &names)?,
        };
        let folder = weights.rfind('/').map_or("", |slash| &weights[..=slash]);
        // The weights come last: where they are in the cache, what belongs beside them is there too.
        for companion in [CONFIG, PREPROCESSOR_CONFIG] {
            let companion = format!("{folder}{companion}");
            if names.contains(&companion) {
                self.download(&repository, file, &companion)?;
            }
        }
        self.download(&repository, file, &weights)
    }

    fn cached_weights(&self, repository: &Repository, file: &HubFile) -> Option<PathBuf> {
        match &file.path {
            Some(path) => repository.cached.get(path),
            None => USUAL_FILES.iter().find_map(|name| repository.cached.get(name)).or_else(|| {
                let names = cached_names(&repository.cached)?;
                repository.cached.get(&choose_weights(file, &names).ok()?)
            }),
        }
    }

    fn list(&self, repository: &Repository, file: &HubFile) -> Result<Vec<String>, HubError> {
        let info = repository.remote.info().map_err(|error| self.failure(file, &error))?;
        Ok(info.siblings.into_iter().map(|sibling| sibling.rfilename).collect())
    }

    fn download(&self, repository: &Repository, file: &HubFile, name: &str) -> Result<PathBuf, HubError> {
        if let Some(path) = repository.cached.get(name) {
            return Ok(path);
        }
        let failure = |error: &ApiError| self.failure(file, error);
        let metadata = self.api.metadata(&repository.remote.url(name)).map_err(|error| failure(&error))?;
        // Both become names of files.
        let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_plain(metadata.etag()) || !is_plain(metadata.commit_hash()) {
            return Err(self.unreachable(file, "its answer has no usable etag or commit".to_owned()));
        }
        let part = repository.cached.blob_path(metadata.etag()).with_extension("part");
        discard_finished_part(&part, metadata.size() as u64)?;
        let mut attempt = 1;
        let path = loop {
            match repository.remote.download_with_progress(name, LoggedProgress::new(name)) {
                Ok(path) => break path,
                Err(error) if attempt < ATTEMPTS && status_of(&error).is_none() => {
                    tracing::warn!(file = name, attempt, %error, "the download was interrupted and goes on");
                    attempt += 1;
                }
                Err(error) => return Err(failure(&error)),
            }
        };
        let size = path.metadata().map_err(|source| cache_error(&path, source))?.len();
        if size != metadata.size() as u64 {
            return Err(discard(&path, "size"));
        }
        verify(&path)?;
        Ok(path)
    }

    fn failure(&self, file: &HubFile, error: &ApiError) -> HubError {
        match status_of(error) {
            Some(status @ (401 | 403 | 404)) => HubError::Refused { file: file.to_string(), status },
            _ => self.unreachable(file, error.to_string()),
        }
    }

    fn unreachable(&self, file: &HubFile, reason: String) -> HubError {
        HubError::Unreachable { file: file.to_string(), cache: self.cache.path().clone(), reason }
    }
}

/// The best file of weights among a repository's files.
fn choose_weights(file: &HubFile, names: &[String]) -> Result<String, HubError> {
    if let Some(usual) = USUAL_FILES.iter().find(|usual| names.iter().any(|name| name == *usual)) {
        return Ok((*usual).to_owned());
    }
    for ending in USUAL_ENDINGS {
        let with_ending: Vec<&String> = names.iter().filter(|name| name.ends_with(ending)).collect();
        if let [only] = with_ending.as_slice() {
            return Ok((*only).clone());
        }
    }
    Err(HubError::NoWeights { repository: file.id.clone(), files: names.to_vec() })
}

/// Names of the files of a revision that lie at the top of its folder in the cache.
fn cached_names(cached: &CacheRepo) -> Option<Vec<String>> {
    // Any file leads to the folder: configs are downloaded before weights.
    let config = cached.get(CONFIG).or_else(|| cached.get(PREPROCESSOR_CONFIG))?;
    let entries = config.parent()?.read_dir().ok()?;
    Some(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
}

/// The status of an answer; `None` where there was none.
fn status_of(error: &ApiError) -> Option<u16> {
    match error {
        ApiError::RequestError(error) => match error.as_ref() {
            ureq::Error::StatusCode(status) => Some(*status),
            _ => None,
        },
        _ => None,
    }
}

/// A part as long as the file cannot be gone on with: there is nothing left to ask for.
fn discard_finished_part(part: &Path, size: u64) -> Result<(), HubError> {
    match part.metadata() {
        Ok(metadata) if metadata.len() >= size => {
            std::fs::remove_file(part).map_err(|source| cache_error(part, source))
        }
        _ => Ok(()),
    }
}

/// Large files lie in the cache under their SHA-256; what lies under another name was small and not hashed so.
fn verify(path: &Path) -> Result<(), HubError> {
    const SHA256_HEX_DIGITS: usize = 64;
    let blob = path.canonicalize().map_err(|source| cache_error(path, source))?;
    let name = blob.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_sha256 = name.len() == SHA256_HEX_DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_sha256 || sha256(&blob)? == name.to_ascii_lowercase() {
        return Ok(());
    }
    Err(discard(path, "checksum"))
}

fn sha256(path: &Path) -> Result<String, HubError> {
    const CHUNK_BYTES: usize = 1 << 20;
    let mut file = File::open(path).map_err(|source| cache_error(path, source))?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let length = file.read(&mut chunk).map_err(|source| cache_error(path, source))?;
        if length == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(&chunk[..length]);
    }
}

/// Removes a file from the cache, so that the next start fetches it anew.
fn discard(path: &Path, what: &'static str) -> HubError {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let blob = path.canonicalize();
    for path in blob.iter().map(PathBuf::as_path).chain([path]) {
        if let Err(source) = std::fs::remove_file(path)
            && source.kind() != std::io::ErrorKind::NotFound
        {
            return cache_error(path, source);
        }
    }
    HubError::Corrupt { file, what }
}

fn cache_error(path: &Path, source: std::io::Error) -> HubError {
    HubError::Cache { path: path.to_owned(), source }
}
