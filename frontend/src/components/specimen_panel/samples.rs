//! The sample photos to pick from, as links: they work without the script too.

use leptos::prelude::*;
use shared::Sample;

use crate::components::link::is_plain_click;
use crate::components::live::{live, on};
use crate::i18n::text::shell as text;
use crate::state::view::Picture;
use crate::state::{Specimen, View};

/// A row of thumbnails.
#[component]
pub fn SampleStrip() -> impl IntoView {
    let thumbnails: Vec<_> =
        Specimen::expect().samples().into_iter().map(|sample| view! { <Thumbnail sample/> }).collect();
    view! { <ul class="samples" aria-label=text::SAMPLES>{thumbnails}</ul> }
}

#[component]
fn Thumbnail(
    /// The photo.
    sample: Sample,
) -> impl IntoView {
    let (specimen, view) = (Specimen::expect(), View::expect());
    let Sample { name, description, thumbnail_path, .. } = sample;
    let name = StoredValue::new(name);
    let href = move || view.get().with_picture(Some(Picture::Sample(name.get_value()))).to_query();
    let is_current = move || {
        specimen.arriving().get().is_none() && specimen.image().get().sample == Some(name.get_value())
    };
    let choose = move |event: leptos::ev::MouseEvent| {
        if is_plain_click(&event) {
            event.prevent_default();
            specimen.choose_sample(&name.get_value());
        }
    };
    view! {
        <li>
            <a class="sample" href=live(href) aria-current=live(move || is_current().then_some("true")) on:click=on(choose)>
                <img src=thumbnail_path alt=description width="56" height="56"/>
            </a>
        </li>
    }
}
