//! The picture on the bench as the server prepares it for a model. Its last step, the square that the model sees, is the
//! ground of every map over the picture.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::route::{self, PreprocessingStep};
use shared::{ModelSlot, PixelSize};

use super::picture_reading::PictureReading;
use crate::api;
use crate::components::live::{live, on};
use crate::state::{Models, Specimen};

/// The picture after resize and crop, before normalisation.
#[component]
pub fn CroppedPicture(
    /// Whose preprocessing.
    #[prop(into)]
    model: Signal<ModelSlot>,
    /// Text in place of the picture; empty where a figure around it says it all.
    #[prop(optional, into)]
    alt: String,
) -> impl IntoView {
    view! { <PreparedPicture model step=PreprocessingStep::Cropped alt reading=PictureReading::new()/> }
}

/// The picture after a step of preprocessing.
#[component]
pub fn PreparedPicture(
    /// Whose preprocessing.
    #[prop(into)]
    model: Signal<ModelSlot>,
    /// After which step.
    step: PreprocessingStep,
    /// Text in place of the picture; empty where a figure around it says it all.
    #[prop(into)]
    alt: String,
    /// Reads its pixels.
    reading: PictureReading,
) -> impl IntoView {
    let (specimen, models) = (Specimen::expect(), Models::expect());
    let image_id = move || specimen.image().with(|image| image.info.image_id.clone());
    // Id of a picture that was sent again, because the server had forgotten it when the browser asked for it.
    let sent_again = RwSignal::new(None::<String>);
    let url = move || {
        let image_id = image_id();
        let path = route::preprocessed(&image_id, model.get(), step);
        if sent_again.get().as_ref() == Some(&image_id) { format!("{path}&again=1") } else { path }
    };
    let send_again = move |_event| {
        let image_id = untrack(image_id);
        if sent_again.get_untracked().as_ref() != Some(&image_id) {
            spawn_local(async move {
                if api::send_again(&image_id).await.is_ok() {
                    sent_again.try_set(Some(image_id));
                }
            });
        }
    };
    let models = StoredValue::new(models);
    let size = move || {
        let (width, height) = specimen.image().with(|image| (image.info.width, image.info.height));
        models.with_value(|models| {
            let preprocessing = &models.info(model.get()).preprocessing;
            match step {
                PreprocessingStep::Resized => preprocessing.resized_size(width, height),
                PreprocessingStep::Cropped | PreprocessingStep::Glance => {
                    let side = u32::try_from(preprocessing.crop_size).unwrap_or(u32::MAX);
                    PixelSize { width: side, height: side }
                }
            }
        })
    };
    view! {
        <img
            class="cropped-picture"
            node_ref=reading.image
            src=live(url)
            alt=alt
            width=live(move || size().width)
            height=live(move || size().height)
            draggable="false"
            on:load=on(move |_event| reading.loaded())
            loading="lazy"
            decoding="async"
            on:error=on(send_again)
        />
    }
}
