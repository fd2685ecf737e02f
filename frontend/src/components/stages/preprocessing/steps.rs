//! The picture before, between and after: as it came with the crop box, resized with the crop box, cropped.

use leptos::prelude::*;
use shared::route::PreprocessingStep;
use shared::{CropBox, PixelSize};

use super::Recipe;
use crate::components::cropped_picture::PreparedPicture;
use crate::components::figure::Figure;
use crate::components::live::live;
use crate::components::picture_reading::PictureReading;
use crate::drawing::crop::visible_part;
use crate::i18n::text::stages::preprocessing as text;
use crate::state::{Specimen, View};

/// The figure.
#[component]
pub fn Steps(
    /// How the picture is prepared.
    recipe: Recipe,
    /// Reads the last of the pictures.
    cropped: PictureReading,
) -> impl IntoView {
    let specimen = Specimen::expect();
    let model = View::expect().model();
    let original = Memo::new(move |_previous| {
        specimen.image().with(|image| PixelSize { width: image.info.width, height: image.info.height })
    });
    let resized = Memo::new(move |_previous| {
        let PixelSize { width, height } = original.get();
        recipe.with(|recipe| recipe.resized_size(width, height))
    });
    let box_in_original = move || {
        let PixelSize { width, height } = original.get();
        recipe.with(|recipe| recipe.crop_box(width, height))
    };
    let box_in_resized =
        move || recipe.with(|recipe| recipe.crop_offset(resized.get()).crop_box(recipe.crop_size));
    let kept = move || visible_part(&box_in_original(), original.get());
    view! {
        <Figure
            title=Signal::derive(move || text::steps_title(kept()))
            explanation=Signal::derive(move || recipe.with(|recipe| text::steps_explanation(recipe, original.get(), resized.get())))
        >
            <ol class="steps">
                <li class="step">
                    {heading(text::STEP_ORIGINAL, move || text::size(original.get()))}
                    <div class="step-picture">
                        <img
                            src=live(move || specimen.image().with(|image| image.url.clone()))
                            alt=live(move || specimen.image().with(|image| image.description.clone()))
                            width=live(move || original.get().width)
                            height=live(move || original.get().height)
                        />
                        {move || crop_overlay(original.get(), box_in_original())}
                    </div>
                </li>
                <li class="step">
                    {heading(text::STEP_RESIZED, move || text::size(resized.get()))}
                    <div class="step-picture">
                        <PreparedPicture model step=PreprocessingStep::Resized alt=text::RESIZED_ALT reading=PictureReading::new()/>
                        {move || crop_overlay(resized.get(), box_in_resized())}
                    </div>
                </li>
                <li class="step">
                    {heading(text::STEP_CROPPED, move || recipe.with(|recipe| text::crop(recipe.crop_size)))}
                    <div class="step-picture">
                        <PreparedPicture model step=PreprocessingStep::Cropped alt=text::CROPPED_ALT reading=cropped/>
                    </div>
                </li>
            </ol>
        </Figure>
    }
}

fn heading(name: &'static str, size: impl Fn() -> String + Send + 'static) -> impl IntoView {
    view! { <p class="step-heading"><span class="step-name">{name}</span><span class="number muted">{size}</span></p> }
}

/// Dims what will be cut off. Drawn in the picture's own pixels.
fn crop_overlay(picture: PixelSize, crop: CropBox) -> impl IntoView {
    let PixelSize { width, height } = picture;
    let CropBox { left, top, width: crop_width, height: crop_height } = crop;
    let shade = format!("M0 0H{width}V{height}H0ZM{left} {top}v{crop_height}h{crop_width}v-{crop_height}Z");
    view! {
        <svg class="picture-overlay" viewBox=format!("0 0 {width} {height}") aria-hidden="true">
            <path class="picture-shade" d=shade fill-rule="evenodd"/>
            <rect class="picture-crop" x=left y=top width=crop_width height=crop_height/>
        </svg>
    }
}
