//! Views of a picture as answers: which form a client wants, and how it is written. One file a noun below; each reads the query,
//! asks `crate::views` and hands the result to [`Request::answer`].

pub mod attention;
pub mod class_map;
pub mod experiments;
pub mod form;
pub mod layers;
pub mod maps;
pub mod receptive_field;
pub mod similarity;

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::VARY;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use shared::route;

use super::error::Failure;
use super::extract;
use super::loaded::Loaded;
use super::revalidation::EntityTag;
use super::state::Explorer;
use crate::images::StoredImage;
use crate::views::{Subject, View, ViewError};
use form::Form;

/// What a position can be.
const POSITIONS: &str = "a number from 0";
/// What a class can be.
const CLASSES: &str = "its position among the logits, from 0";

/// Every route of a view.
pub fn router() -> Router<Explorer> {
    Router::new()
        .route(route::IMAGE_ATTENTION, get(attention::show_attention))
        .route(route::IMAGE_ROLLOUT, get(attention::show_rollout))
        .route(route::IMAGE_RELEVANCE, get(attention::show_relevance))
        .route(route::IMAGE_ATTENTION_DISTANCE, get(attention::show_attention_distance))
        .route(route::IMAGE_SIMILARITY, get(similarity::show_similarity))
        .route(route::IMAGE_FEATURE_MAPS, get(maps::show_feature_maps))
        .route(route::IMAGE_CLASS_MAP, get(class_map::show_class_map))
        .route(route::IMAGE_RECEPTIVE_FIELD, get(receptive_field::show_receptive_field))
        .route(route::IMAGE_LOGIT_LENS, get(layers::show_logit_lens))
        .route(route::IMAGE_STATISTICS, get(layers::show_statistics))
        .route(route::IMAGE_EXPERIMENT, get(experiments::run_experiment))
}

/// A question about a picture, as far as all views have it in common.
pub struct Request<'request> {
    /// The explorer.
    pub explorer: &'request Explorer,
    /// Address of the picture.
    pub image_id: &'request str,
    /// `resnet` or `vit`.
    pub model: Option<&'request str>,
    /// `json`, `npy` or `packed`, in place of the header `Accept`.
    pub format: Option<&'request str>,
    /// The request's headers.
    pub headers: &'request HeaderMap,
}

impl Request<'_> {
    /// Answers with a view, or says that the one that the client has still stands. `parts` is what the view depends on beside
    /// picture and model, its own name first.
    ///
    /// # Errors
    /// What is wrong with the question, or why there is no view.
    pub async fn answer<About, Viewing>(
        self,
        parts: &[&str],
        view: impl FnOnce(Viewed) -> Viewing,
    ) -> Result<Response, Failure>
    where
        About: Serialize,
        Viewing: Future<Output = Result<View<About>, ViewError>>,
    {
        let slot = extract::model(self.model)?;
        let form = Form::wanted(self.format, self.headers)?;
        let loaded = self.explorer.loaded_for(self.headers)?;
        let image = loaded.image(self.image_id)?;
        let fingerprint = &loaded.inference.model(slot).fingerprint;
        let known = [&[fingerprint.as_str(), &image.info.image_id, form.name()], parts].concat();
        let tag = EntityTag::of(&known);
        let mut response = if tag.is_known(self.headers) {
            tag.not_modified()
        } else {
            let name = format!("{slot}.{}", parts.join("."));
            let viewed = Viewed { loaded: Arc::clone(&loaded), image, slot };
            let view = view(viewed).await.map_err(|error| Failure::of_view(slot, error))?;
            if form == Form::Npy && view.arrays.is_empty() {
                let message =
                    "This view holds no array, so there is no .npy file of it. Ask for format=json.";
                return Err(Failure::RequestInvalid(message.to_owned()));
            }
            tag.attach(form.write(&view, &name))
        };
        response.headers_mut().insert(VARY, axum::http::HeaderValue::from_static("accept"));
        Ok(response)
    }
}

/// What a view looks at, for as long as it does.
pub struct Viewed {
    loaded: Arc<Loaded>,
    /// The picture.
    pub image: Arc<StoredImage>,
    slot: shared::ModelSlot,
}

impl Viewed {
    /// The picture before the model.
    pub fn subject(&self) -> Subject<'_> {
        Subject { inference: &self.loaded.inference, slot: self.slot, image: &self.image }
    }

    /// The photos that ship with the explorer, as pictures.
    pub fn samples(&self) -> &[Arc<StoredImage>] {
        self.loaded.samples()
    }
}

/// Reads a value of the query that has to be there or has a default.
///
/// # Errors
/// It is missing, or cannot be read; the message says what it can be.
pub fn read<T: std::str::FromStr>(
    name: &str,
    text: Option<&str>,
    default: Option<T>,
    can_be: &str,
) -> Result<T, Failure> {
    match (text, default) {
        (None, Some(default)) => Ok(default),
        (None, None) => Err(Failure::RequestInvalid(format!("Say {name}: {can_be}."))),
        (Some(text), _) => text.parse().map_err(|_unreadable| {
            Failure::RequestInvalid(format!("{name} cannot be {text:?}: it is {can_be}."))
        }),
    }
}

impl IntoResponse for form::Written {
    fn into_response(self) -> Response {
        (self.headers, self.body).into_response()
    }
}
