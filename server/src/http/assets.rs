//! The built site: scripts, styles and fonts under names that carry their content's hash (kept by browsers for ever), the
//! sample photos and the icon. What belongs to which name is read from the build's manifest once, at start.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, Request, Response};
use axum::response::IntoResponse;
use axum::routing::get;
pub use frontend::document::DocumentAssets;
use frontend::document::ICON;
use shared::route;
use thiserror::Error;
use tower::{Service, ServiceBuilder, service_fn};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use super::error::Failure;

/// A name with a hash never means anything else.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Photos and icon may change with the next version.
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Where the icon is.
pub const ICON_PATH: &str = "/favicon.svg";

/// The browser's side as it was built.
#[derive(Clone, Debug)]
pub struct Site {
    directory: PathBuf,
    /// What the page's document names.
    pub document_assets: DocumentAssets,
}

/// Why there is no site to serve.
#[derive(Debug, Error)]
pub enum SiteError {
    /// The folder holds no site.
    #[error("cannot read {}: build the page with `cargo xtask build`, or name its folder with --site", path.display())]
    Unreadable {
        /// The manifest, or a file that it lists.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The manifest is none.
    #[error("{} is not a manifest of names", path.display())]
    ManifestInvalid {
        /// The manifest.
        path: PathBuf,
        /// Where it goes wrong.
        source: serde_json::Error,
    },
    /// The manifest lacks a file that the page needs.
    #[error("{} does not list {name}: build the page again with `cargo xtask build`", path.display())]
    FileMissing {
        /// The manifest.
        path: PathBuf,
        /// The plain name.
        name: &'static str,
    },
}

impl Site {
    /// Reads the manifest of a built site.
    ///
    /// # Errors
    /// The folder holds no site, or not all that the page needs.
    pub fn open(directory: &Path) -> Result<Self, SiteError> {
        let path = directory.join("manifest.json");
        let text =
            std::fs::read(&path).map_err(|source| SiteError::Unreadable { path: path.clone(), source })?;
        let names: HashMap<String, String> = serde_json::from_slice(&text)
            .map_err(|source| SiteError::ManifestInvalid { path: path.clone(), source })?;
        let address = |name: &'static str| {
            let hashed =
                names.get(name).ok_or_else(|| SiteError::FileMissing { path: path.clone(), name })?;
            Ok(format!("{}/{hashed}", route::STATIC))
        };
        let text = |name: &'static str| {
            let hashed =
                names.get(name).ok_or_else(|| SiteError::FileMissing { path: path.clone(), name })?;
            let path = directory.join("static").join(hashed);
            std::fs::read_to_string(&path).map_err(|source| SiteError::Unreadable { path, source })
        };
        let document_assets = DocumentAssets {
            styles: address("style.css")?,
            first_styles: text("first.css")?,
            later_styles: address("later.css")?,
            docs_styles: address("docs.css")?,
            glossary_styles: address("glossary.css")?,
            lens_styles: address("lenses.css")?,
            training_styles: address("training.css")?,
            training_script: address("training.js")?,
            fonts: vec![address("fonts/inter.woff2")?, address("fonts/plex-mono.woff2")?],
            boot_script: address("boot.js")?,
            bindings: address("app.js")?,
            icon: ICON_PATH.to_owned(),
        };
        Ok(Self { directory: directory.to_owned(), document_assets })
    }

    /// Serves the site's files, the photos below `assets`, and the icon.
    pub fn router<S: Clone + Send + Sync + 'static>(&self, assets: &Path) -> Router<S> {
        let built = files(&self.directory.join("static")).precompressed_br().precompressed_gzip();
        let photos = files(&assets.join("photos"));
        let icon =
            || async { ([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, "public, max-age=3600")], ICON) };
        Router::new()
            .nest_service(route::STATIC, ServiceBuilder::new().layer(cached(IMMUTABLE)).service(built))
            .nest_service(route::PHOTOS, ServiceBuilder::new().layer(cached(AN_HOUR)).service(photos))
            .route(ICON_PATH, get(icon))
            .route("/favicon.ico", get(icon))
    }
}

/// The files of a folder. What is not there, or is asked for with another method, fails in the one shape.
fn files(
    folder: &Path,
) -> ServeDir<
    impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + use<>,
> {
    let explain = service_fn(async |request: Request<Body>| {
        Ok(match *request.method() {
            Method::GET | Method::HEAD => Failure::RouteUnknown.into_response(),
            ref other => {
                let failure = Failure::MethodNotAllowed { method: other.to_string() };
                ([(ALLOW, "GET,HEAD")], failure).into_response()
            }
        })
    });
    ServeDir::new(folder).call_fallback_on_method_not_allowed(true).fallback(explain)
}

/// Lets a browser keep what it gets; a failure is not to be kept.
fn cached<B>(
    value: HeaderValue,
) -> SetResponseHeaderLayer<impl Fn(&Response<B>) -> Option<HeaderValue> + Clone + Send + Sync + 'static> {
    SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, move |response: &Response<B>| {
        response.status().is_success().then(|| value.clone())
    })
}
