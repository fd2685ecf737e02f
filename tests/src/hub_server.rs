//! A small hub on this machine that speaks the protocol of huggingface.co: the list of a repository's files, a redirect
//! with commit and checksum, and ranges of bytes from another address. It counts what it was asked, and can hang up
//! half-way, lie about a checksum, or close.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::{StreamExt, stream};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use crate::checkpoint_files::hexadecimal;

/// The one revision that every branch and tag of this hub means.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A repository's files and how the hub misbehaves.
#[derive(Clone, Debug, Default)]
pub struct Repository {
    /// `owner/name`
    pub id: String,
    /// Content by path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Bytes of each answer after which the connection is cut.
    pub hang_up_after: Option<usize>,
    /// Whether checksums are announced that are not the files'.
    pub lies: bool,
    /// Whether nobody is let in.
    pub gated: bool,
}

/// A running hub; it stops when dropped.
pub struct HubServer {
    address: SocketAddr,
    state: Arc<Hub>,
    _runtime: Runtime,
}

struct Hub {
    address: SocketAddr,
    repository: Mutex<Repository>,
    requests: Mutex<Vec<String>>,
}

impl HubServer {
    /// Starts a hub of one repository.
    ///
    /// # Panics
    /// If this machine gives no port.
    pub fn start(repository: Repository) -> Self {
        let runtime = Runtime::new().expect("threads");
        let listener =
            runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port of this machine");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(Hub { address, repository: Mutex::new(repository), requests: Mutex::default() });
        let router = Router::new()
            .route("/api/models/{owner}/{name}/revision/{revision}", get(list))
            .route("/{owner}/{name}/resolve/{revision}/{*path}", get(resolve))
            .route("/cdn/{*path}", get(content))
            .with_state(Arc::clone(&state));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { address, state, _runtime: runtime }
    }

    /// What `HF_ENDPOINT` would be.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the hub was asked for content, `PATH RANGE`, since the last call.
    ///
    /// # Panics
    /// If a request has panicked.
    pub fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.state.requests.lock().expect("no request panics"))
    }

    /// Changes the repository.
    ///
    /// # Panics
    /// If a request has panicked.
    pub fn change(&self, change: impl FnOnce(&mut Repository)) {
        change(&mut self.state.repository.lock().expect("no request panics"));
    }
}

impl Hub {
    fn repository(&self) -> Repository {
        self.repository.lock().expect("no request panics").clone()
    }
}

async fn list(
    State(hub): State<Arc<Hub>>,
    Path((owner, name, _revision)): Path<(String, String, String)>,
) -> Response {
    let repository = hub.repository();
    if repository.gated {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if repository.id != format!("{owner}/{name}") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let siblings: Vec<_> = repository.files.keys().map(|path| json!({ "rfilename": path })).collect();
    axum::Json(json!({ "sha": COMMIT, "siblings": siblings })).into_response()
}

/// Large files are somewhere else: the redirect says which commit they are of, and their SHA-256.
async fn resolve(
    State(hub): State<Arc<Hub>>,
    Path((_owner, _name, _revision, path)): Path<(String, String, String, String)>,
) -> Response {
    let repository = hub.repository();
    let Some(content) = repository.files.get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let hashed: &[u8] = if repository.lies { b"something else" } else { content };
    let headers = [
        ("location", format!("http://{}/cdn/{path}", hub.address)),
        ("x-repo-commit", COMMIT.to_owned()),
        ("x-linked-etag", format!("\"{}\"", hexadecimal(&Sha256::digest(hashed)))),
        ("x-linked-size", content.len().to_string()),
    ];
    (StatusCode::FOUND, headers).into_response()
}

/// Bytes from `range` on, as a store of files answers.
async fn content(State(hub): State<Arc<Hub>>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    let repository = hub.repository();
    let Some(content) = repository.files.get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).unwrap_or("bytes=0-");
    hub.requests.lock().expect("no request panics").push(format!("{path} {range}"));
    let bounds = range.trim_start_matches("bytes=").split_once('-');
    let (start, end) = bounds.expect("hf-hub asks for ranges");
    let start: usize = start.parse().expect("hf-hub asks from a number on");
    let end = end.parse().map_or(content.len(), |last: usize| content.len().min(last + 1));
    if start >= content.len() {
        return StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    }
    let wanted = content[start..end].to_vec();
    let headers = [
        (header::CONTENT_RANGE, format!("bytes {start}-{}/{}", end - 1, content.len())),
        (header::CONTENT_LENGTH, wanted.len().to_string()),
    ];
    let body = match repository.hang_up_after {
        Some(limit) if wanted.len() > limit => hang_up(&wanted[..limit]),
        _ => Body::from(wanted),
    };
    (StatusCode::PARTIAL_CONTENT, headers, body).into_response()
}

/// Some bytes, and once they are on their way an error, which ends the connection.
fn hang_up(sent: &[u8]) -> Body {
    const ON_THEIR_WAY: Duration = Duration::from_millis(50);
    let broken = async {
        tokio::time::sleep(ON_THEIR_WAY).await;
        Err(std::io::Error::other("the cable was pulled"))
    };
    Body::from_stream(stream::iter([Ok(sent.to_vec())]).chain(stream::once(broken)))
}
