//! What is often said and not so, stated as the sources have it, with the numbers of the loaded model and of this picture.

use leptos::prelude::*;
use shared::ModelSlot;

use crate::drawing::specification::{PUBLISHED_CLASSES, total_stride, with_classes};
use crate::i18n::text::learning as text;
use crate::state::{Models, Specimen};

const MODEL: ModelSlot = ModelSlot::Resnet;

/// Four of them.
#[component]
pub fn Corrections() -> impl IntoView {
    let (models, specimen) = (Models::expect(), Specimen::expect());
    let (info, graph) = (models.info(MODEL), models.graph(MODEL));
    let (published, _macs) = with_classes(&info.architecture, PUBLISHED_CLASSES);
    let loaded = (graph.total_parameters(), info.architecture.num_classes());
    let totals = text::totals(&info.name, loaded, (published, PUBLISHED_CLASSES));
    let shifts = text::shifts(total_stride(graph));
    let preprocessing = info.preprocessing.clone();
    let resize = Signal::derive(move || {
        let size = specimen.image().with(|image| (image.info.width, image.info.height));
        text::resize(&preprocessing, size)
    });
    let items = [text::skips().into(), shifts.into(), totals.into(), resize].map(item);
    view! {
        <section class="corrections" aria-labelledby="corrections-heading">
            <h3 id="corrections-heading">{text::CORRECTIONS}</h3>
            <ul>{items}</ul>
        </section>
    }
}

fn item(correction: Signal<text::Correction>) -> impl IntoView {
    let sources = correction.get_untracked().sources.iter().map(|source| {
        view! { <li><a href=source.url rel="external noopener">{source.name}</a></li> }
    });
    view! {
        <li class="correction">
            <p class="correction-said"><s>{move || correction.get().said}</s></p>
            <p>{move || correction.get().so}</p>
            <ul class="figure-source">{sources.collect::<Vec<_>>()}</ul>
        </li>
    }
}
