//! The second reading of the matrix: for each layer of one model the most similar layer of the other.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{CkaMatrix, ModelSlot};

use crate::components::live::{live, on};
use crate::components::share_bar::share_bar;
use crate::drawing::alike_layers::{Match, matches};
use crate::i18n::number;
use crate::i18n::text::lenses::cka as text;
use crate::state::{LensState, View};

/// The table.
#[component]
pub fn MostAlike(
    /// What was measured.
    matrix: Arc<CkaMatrix>,
) -> impl IntoView {
    let state = LensState::new();
    let (of, model) = (state.text("of"), View::expect().model());
    let shown =
        Memo::new(move |_previous| of.get().and_then(|of| of.parse().ok()).unwrap_or_else(|| model.get()));
    let buttons = matrix.models.clone().map(|model| {
        let slot: ModelSlot = model.slot;
        view! {
            <button
                type="button"
                class="choice"
                data-model=slot.as_str()
                aria-pressed=live(move || (shown.get() == slot).to_string())
                on:click=on(move |_event| state.set("of", slot))
            >
                {model.name}
            </button>
        }
    });
    let rows = {
        let matrix = Arc::clone(&matrix);
        move || {
            let node = |layer: usize| matrix.layers[layer].node.to_string();
            let row = |Match { layer, other, value }: Match| {
                view! {
                    <tr>
                        <th scope="row" class="mono">{node(layer)}</th>
                        <td class="mono">{node(other)}</td>
                        <td class="share"><span class="number">{number::fixed(value, 2)}</span>{share_bar(value.clamp(0.0, 1.0))}</td>
                    </tr>
                }
            };
            matches(&matrix, shown.get()).into_iter().map(row).collect::<Vec<_>>()
        }
    };
    let heads = move || {
        let names: Vec<String> = {
            let of = |own: bool| matrix.models.iter().find(|model| (model.slot == shown.get()) == own);
            [true, false].map(|own| of(own).map(|model| model.name.clone()).unwrap_or_default()).to_vec()
        };
        let heads = text::match_heads(&names[0], &names[1]);
        heads.map(|head| view! { <th scope="col">{head}</th> })
    };
    view! {
        <section class="cka-matches" data-model=live(move || shown.get().as_str())>
            <h5>{text::MOST_ALIKE}</h5>
            <div class="lens-controls"><div class="choices" role="group" aria-label=text::LAYERS_OF>{buttons}</div></div>
            <table class="cka-table">
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}
