//! The description of the API, OpenAPI 3.1, read off the handlers and the types of `shared`.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use shared::route;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

/// A file's bytes.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes bodies that are written elsewhere")]
pub struct Binary(Vec<u8>);

/// The document's source.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Backbone Explorer",
        description = "Send a picture, ask a ResNet and a Vision Transformer about it, and take out any tensor on the way."
    ),
    paths(
        super::models::list_models,
        super::models::show_graph,
        super::weights::show_weights,
        super::cka::show_cka,
        super::from_scratch::show_from_scratch,
        super::images::create_image,
        super::images::show_image,
        super::samples::list_samples,
        super::predictions::show_predictions,
        super::preprocessed::show_preprocessed,
        super::augmentations::list_augmentations,
        super::augmentations::show_augmented,
        super::tensors::show_tensor,
        super::views::attention::show_attention,
        super::views::attention::show_rollout,
        super::views::attention::show_relevance,
        super::views::attention::show_attention_distance,
        super::views::similarity::show_similarity,
        super::views::maps::show_feature_maps,
        super::views::class_map::show_class_map,
        super::views::receptive_field::show_receptive_field,
        super::views::layers::show_logit_lens,
        super::views::layers::show_statistics,
        super::views::experiments::run_experiment,
        super::health::show_health,
        super::health::show_readiness,
        super::health::show_metrics,
        show_document,
        super::docs::show_docs,
        super::glossary::show_glossary,
    ),
    components(schemas(
        shared::views::ExperimentStart,
        shared::views::ExperimentDone,
        shared::ApiError,
    )),
    tags(
        (name = "Pictures", description = "A picture is addressed by its content and held in memory for a while."),
        (name = "Models at work", description = "What the models make of a picture, from its pixels to the answer."),
        (name = "Models", description = "What is loaded: architecture, origin, and every parameter."),
        (name = "Operation", description = "For those who run the explorer."),
        (name = "This description", description = "For programs and for people."),
    )
)]
struct Description;

/// The document.
pub fn document() -> Document {
    Description::openapi()
}

/// The API as OpenAPI 3.1.
#[utoipa::path(
    get,
    path = route::OPENAPI,
    tag = "This description",
    responses((status = 200, description = "The document.", content_type = "application/json", body = Object))
)]
pub async fn show_document() -> ([(HeaderName, &'static str); 1], Json<Document>) {
    ([(CACHE_CONTROL, "public, max-age=300")], Json(document()))
}
