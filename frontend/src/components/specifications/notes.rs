//! How to read the numbers: what is counted, what is not, and what may not be concluded.

use leptos::prelude::*;
use shared::ModelSlot;

use crate::drawing::specification::{PUBLISHED_CLASSES, with_classes};
use crate::i18n::text::specifications as text;
use crate::state::Models;

/// The notes.
#[component]
pub fn Notes() -> impl IntoView {
    let models = Models::expect();
    let [resnet, vit] = ModelSlot::ALL.map(|model| models.info(model));
    let graph = models.graph(ModelSlot::Resnet);
    let (published, _macs) = with_classes(&resnet.architecture, PUBLISHED_CLASSES);
    let notes = [
        (text::NOTE_MAC, text::note_mac(&resnet.name, graph.total_macs()), None),
        (
            text::NOTE_HEAD,
            text::note_head(
                &resnet.name,
                (graph.total_parameters(), resnet.architecture.num_classes()),
                (published, PUBLISHED_CLASSES),
            ),
            None,
        ),
        (
            text::NOTE_RECIPE,
            text::note_recipe(&resnet.checkpoint, &vit.checkpoint),
            Some(text::RECIPE_SOURCE),
        ),
        (text::NOTE_COUNTED, text::NOTE_COUNTED_TEXT.to_owned(), None),
    ];
    let notes = notes.map(|(name, note, source)| {
        let source = source.map(|source| {
            view! { <dd class="figure-source"><a href=source.url rel="external noopener">{source.name}</a></dd> }
        });
        view! { <div><dt>{name}</dt><dd>{note}</dd>{source}</div> }
    });
    view! {
        <section class="notes" aria-labelledby="notes-heading">
            <h3 id="notes-heading">{text::NOTES}</h3>
            <dl>{notes}</dl>
        </section>
    }
}
