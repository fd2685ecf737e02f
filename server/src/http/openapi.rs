//! The description of the API, OpenAPI 3.1, read off the handlers and the types of `shared`.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use shared::route;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

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
        super::training::show_overview,
        super::admin::check_token,
        super::datasets::list_datasets,
        super::datasets::create_dataset,
        super::datasets::show_dataset,
        super::datasets::remove_dataset,
        super::datasets::photos::list_photos,
        super::datasets::photos::show_photo,
        super::runs::create_run,
        super::runs::show_run,
        super::runs::remove_run,
        super::runs::stop_run,
        super::runs::resume_run,
        super::runs::events::watch_run,
        super::runs::results::show_result,
        super::runs::results::list_answers,
        super::runs::results::show_file,
        super::head::show_head,
        super::head::use_head,
        super::head::remove_head,
        super::training_pages::show_training,
        super::training_pages::show_report,
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
        shared::training::RunEvent,
        shared::dataset::PhotoFilter,
    )),
    modifiers(&AdminToken),
    tags(
        (name = "Pictures", description = "A picture is addressed by its content and held in memory for a while."),
        (name = "Models at work", description = "What the models make of a picture, from its pixels to the answer."),
        (name = "Models", description = "What is loaded: architecture, origin, and every parameter."),
        (name = "Training", description = "Data sets, heads that are trained on them, and which head a model answers with. Everybody may look; changes take the admin token, as `Authorization: Bearer TOKEN`."),
        (name = "Operation", description = "For those who run the explorer."),
        (name = "This description", description = "For programs and for people."),
    )
)]
struct Description;

/// Says how the admin token is sent.
struct AdminToken;

impl Modify for AdminToken {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let bearer = bearer.description(Some("What the server was given as `--admin-token`."));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("admin_token", SecurityScheme::Http(bearer.build()));
    }
}

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
