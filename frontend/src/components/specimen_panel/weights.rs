//! Which weights are loaded, what they were trained on and how good they are, and how to load others.

use leptos::prelude::*;
use shared::{ModelInfo, ModelSlot};

use crate::components::still::still;
use crate::i18n::{number, text::shell as text};
use crate::state::Models;

/// A disclosure below the answers.
#[component]
pub fn Weights() -> impl IntoView {
    let models = Models::expect();
    let content = move || {
        view! {
            <summary>{text::WEIGHTS}</summary>
            {ModelSlot::ALL.map(|model| card(models.info(model)))}
            <h3>{text::OTHER_WEIGHTS}</h3>
            <p>{text::OTHER_WEIGHTS_HOW}</p>
            <pre tabindex="0"><code>{text::OTHER_WEIGHTS_COMMAND}</code></pre>
        }
    };
    view! { <details class="weights" inner_html=still(content)></details> }
}

fn card(info: &ModelInfo) -> impl IntoView + use<> {
    let checkpoint = &info.checkpoint;
    let rows = [
        (text::WEIGHTS_TITLE, checkpoint.title.clone()),
        (text::WEIGHTS_SOURCE, Some(checkpoint.source.clone())),
        (text::WEIGHTS_TRAINED, checkpoint.trained_on.clone()),
        (text::WEIGHTS_ORIGIN, checkpoint.provenance.clone()),
        (text::WEIGHTS_ACCURACY, checkpoint.accuracy.as_ref().map(text::accuracy_in_full)),
        (text::WEIGHTS_LABELS, Some(text::labels(info.labels.len(), &info.label_source))),
        (text::WEIGHTS_LICENSE, checkpoint.license.clone()),
        (
            text::WEIGHTS_FILE,
            Some(format!("{}, {}", checkpoint.format, number::bytes(checkpoint.size_bytes))),
        ),
    ];
    let rows = rows.into_iter().filter_map(|(name, value)| Some(view! { <dt>{name}</dt> <dd>{value?}</dd> }));
    view! {
        <section data-model=info.slot.as_str()>
            <h3 class="weights-name">{info.name.clone()}</h3>
            <dl>{rows.collect_view()}</dl>
        </section>
    }
}
