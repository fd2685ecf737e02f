//! The sample photos with what they show and who made them, and the way to use one's own.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use shared::Sample;

use crate::components::link::is_plain_click;
use crate::components::live::{live, on};
use crate::components::specimen_panel::FileButton;
use crate::i18n::text::stages::raw_data as text;
use crate::state::view::Picture;
use crate::state::{Specimen, View};

/// Other pictures.
#[component]
pub fn Photos() -> impl IntoView {
    let specimen = Specimen::expect();
    let cards: Vec<_> = specimen.samples().into_iter().map(|sample| view! { <PhotoCard sample/> }).collect();
    view! {
        <section class="photos" aria-labelledby="photos-heading">
            <h4 id="photos-heading">{text::PHOTOS}</h4>
            <ul class="photo-cards">{cards}</ul>
            <div class="photos-own upload needs-script">
                <FileButton id="upload-raw-data"/>
                <p class="upload-hint">{text::own_photo(specimen.max_upload_bytes())}</p>
            </div>
        </section>
    }
}

/// A link that works without the script too.
#[component]
fn PhotoCard(
    /// The photo.
    sample: Sample,
) -> impl IntoView {
    let (specimen, view) = (Specimen::expect(), View::expect());
    let details = text::photo_details(&sample);
    let Sample { name, description, attribution, thumbnail_path, .. } = sample;
    let name = StoredValue::new(name);
    let href = move || view.get().with_picture(Some(Picture::Sample(name.get_value()))).to_query();
    let is_current = move || specimen.image().with(|image| image.sample == Some(name.get_value()));
    let choose = move |event: MouseEvent| {
        if is_plain_click(&event) {
            event.prevent_default();
            specimen.choose_sample(&name.get_value());
        }
    };
    view! {
        <li>
            <a class="photo-card" href=href aria-current=live(move || is_current().then_some("true")) on:click=on(choose)>
                <img src=thumbnail_path alt="" width="64" height="64"/>
                <span class="photo-words">
                    <span class="photo-description">{description}</span>
                    <span class="muted">{details}</span>
                    <span class="muted">{attribution}</span>
                </span>
            </a>
        </li>
    }
}
