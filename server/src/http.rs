//! What visitors reach: the page, its files and the API, one noun per file. Requests are read and answers written here; what is
//! computed is asked of `inference` and `images`.

mod admin;
pub mod assets;
mod augmentations;
mod blocking;
mod cka;
mod datasets;
pub mod docs;
mod error;
mod event_stream;
mod extract;
mod from_scratch;
mod glossary;
mod head;
mod health;
mod images;
mod loaded;
mod models;
pub mod npy;
pub mod openapi;
pub mod pages;
mod predictions;
mod preprocessed;
mod request_log;
mod revalidation;
mod runs;
mod samples;
mod security;
pub mod serving;
mod state;
mod tensors;
mod timeout;
mod training;
pub mod training_pages;
mod upload;
mod views;
mod weights;

use std::any::Any;
use std::path::Path;

use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::http::header::InvalidHeaderValue;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, body::Body};
use shared::route;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::{DefaultOnFailure, DefaultOnResponse, TraceLayer};
use tracing::Level;

pub use error::Failure;
pub use loaded::Loaded;
pub use pages::write_front_page;
pub use state::{Explorer, HttpOptions};

use assets::Site;
use request_log::REQUEST_ID;
use security::SecurityHeaders;

/// Brotli's level for what is compressed while a visitor waits: a page in five milliseconds, a twentieth smaller than at the
/// usual level.
const PAGE_COMPRESSION: CompressionLevel = CompressionLevel::Precise(7);

/// Everything that the server answers to.
///
/// # Errors
/// The options name frame ancestors that cannot stand in a header.
pub fn build_router(explorer: &Explorer, site: &Site, assets: &Path) -> Result<Router, InvalidHeaderValue> {
    let headers =
        SecurityHeaders::new(&explorer.options().frame_ancestors, &site.document_assets.first_styles)?;
    let timeout = from_fn_with_state(explorer.clone(), timeout::bound);
    let router = api(explorer)
        .merge(pages::router(explorer.clone(), site.document_assets.clone()))
        .merge(training_pages::router(explorer.clone(), site.document_assets.clone()))
        .merge(docs::router(site.document_assets.clone()))
        .merge(glossary::router(&site.document_assets))
        .merge(from_scratch::router(assets))
        .layer(timeout)
        .merge(uploads(explorer))
        .merge(site.router(assets))
        .fallback(|| async { Failure::RouteUnknown })
        .method_not_allowed_fallback(|method: Method| async move {
            Failure::MethodNotAllowed { method: method.to_string() }
        });
    let middleware = ServiceBuilder::new()
        .map_request(request_log::drop_odd_id)
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(request_log::span::<Body>)
                .on_response(DefaultOnResponse::new().level(Level::INFO))
                .on_failure(DefaultOnFailure::new().level(Level::DEBUG)),
        )
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(map_response(move |response: Response| {
            let headers = headers.clone();
            async move { headers.attach(response) }
        }))
        .layer(from_fn_with_state(explorer.clone(), request_log::count))
        .layer(CompressionLayer::new().quality(PAGE_COMPRESSION).compress_when(is_worth_compressing()))
        .layer(CatchPanicLayer::custom(answer_panic));
    Ok(router.layer(middleware))
}

fn api(explorer: &Explorer) -> Router {
    Router::new()
        .route(route::MODELS, get(models::list_models))
        .route(route::MODEL_GRAPH, get(models::show_graph))
        .route(route::MODEL_WEIGHTS, get(weights::show_weights))
        .route(route::IMAGE, get(images::show_image))
        .route(route::IMAGE_PREDICTIONS, get(predictions::show_predictions))
        .route(route::IMAGE_PREPROCESSED, get(preprocessed::show_preprocessed))
        .route(route::IMAGE_AUGMENTATIONS, get(augmentations::list_augmentations))
        .route(route::IMAGE_AUGMENTED, get(augmentations::show_augmented))
        .route(route::IMAGE_TENSOR, get(tensors::show_tensor))
        .merge(views::router())
        .route(route::CKA, get(cka::show_cka))
        .route(route::SAMPLES, get(samples::list_samples))
        .merge(datasets::router())
        .merge(runs::router())
        .route(route::ADMIN, get(admin::check_token))
        .route(route::OPENAPI, get(openapi::show_document))
        .route(route::HEALTHZ, get(health::show_health))
        .route(route::READYZ, get(health::show_readiness))
        .route(route::METRICS, get(health::show_metrics))
        .with_state(explorer.clone())
}

/// Apart from the others because an upload has time to arrive and then time to be worked on.
fn uploads(explorer: &Explorer) -> Router {
    let max_form_bytes = explorer.options().max_upload_bytes.saturating_add(upload::MAX_FORM_OVERHEAD_BYTES);
    Router::new()
        .route(route::IMAGES, post(images::create_image))
        .layer(DefaultBodyLimit::max(usize::try_from(max_form_bytes).unwrap_or(usize::MAX)))
        .merge(datasets::uploads())
        .with_state(explorer.clone())
}

/// Photos and fonts are compressed already, and the bits of floats look like noise.
fn is_worth_compressing() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::new(npy::CONTENT_TYPE_NPY))
        .and(NotForContentType::const_new("font/"))
}

fn answer_panic(_panic: Box<dyn Any + Send + 'static>) -> axum::http::Response<Body> {
    // The panic hook has reported where and why.
    Failure::Internal("a handler panicked".to_owned()).into_response()
}
