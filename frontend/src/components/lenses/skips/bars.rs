//! The damage block by block, as bars on an axis that both models share. A bar leads to its block in the pipeline.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use shared::{ModelSlot, NodeId};

use crate::components::link::is_plain_click;
use crate::components::live::{live, on};
use crate::components::pipeline::focus_now;
use crate::drawing::experiments::skips::{Damage, bar};
use crate::i18n::number;
use crate::i18n::text::lenses::skips as text;
use crate::state::{LensState, View};

/// Units of a bar's sheet from left to right.
const WIDTH: f64 = 100.0;

/// The part of the page that tells of the chosen node, and its heading.
const CARD: &str = "node-card";
const HEADING: &str = "node-card-heading";

/// The bars of a model.
#[component]
pub fn Bars(
    /// Whose.
    model: ModelSlot,
    /// Block by block.
    damage: Vec<Damage>,
    /// The axis.
    range: (f32, f32),
    /// The block whose changes are shown.
    chosen: Memo<Option<String>>,
) -> impl IntoView {
    let (view, state) = (View::expect(), LensState::new());
    let row = |damage: Damage| {
        let Damage { node, lost, first, is_other } = damage;
        let [from, length] = bar(lost, range).map(|part| part * WIDTH);
        let [zero, _] = bar(0.0, range).map(|part| part * WIDTH);
        let open = {
            let node = node.clone();
            move |event: MouseEvent| open_block(view, model, &node, &event)
        };
        let address = {
            let node = node.clone();
            move || view.get().with_model(model).with_node(Some(node.clone())).to_query()
        };
        let key = node.to_string();
        let is_shown = {
            let key = key.clone();
            move || chosen.with(|chosen| chosen.as_deref() == Some(&*key))
        };
        let label = text::bar(node.as_str(), lost, &first);
        let hint = text::show_maps(node.as_str());
        let is_pressed = is_shown.clone();
        let toggle = move |_event| state.set("block", if is_shown() { "" } else { &key });
        view! {
            <li>
                <a class="damage-row" href=live(address) aria-label=label on:click=on(open)>
                    <span class="damage-name mono">{node.to_string()}</span>
                    <svg class="damage-bar" viewBox=format!("0 0 {WIDTH} 10") preserveAspectRatio="none" aria-hidden="true">
                        <rect class="damage-ground" width=WIDTH height="10"></rect>
                        <rect class="damage-lost" x=from y="1" width=length height="8"></rect>
                        <path class="damage-zero" d=format!("M{zero:.1} 0v10")></path>
                    </svg>
                    <span class="damage-value number">{number::fixed(f64::from(lost), 3)}</span>
                    <span class="damage-first" class:is-other=is_other>{text::first(&first, is_other)}</span>
                </a>
                <button
                    type="button"
                    class="choice needs-script"
                    title=hint.clone()
                    aria-label=hint
                    aria-pressed=live(move || is_pressed().to_string())
                    on:click=on(toggle)
                >
                    {text::MAPS}
                </button>
            </li>
        }
    };
    view! { <ol class="damage-bars">{damage.into_iter().map(row).collect::<Vec<_>>()}</ol> }
}

/// Chooses the block in the pipeline and goes there.
fn open_block(view: View, slot: ModelSlot, node: &NodeId, event: &MouseEvent) {
    if !is_plain_click(event) {
        return;
    }
    event.prevent_default();
    view.go(view.get_untracked().with_model(slot).with_node(Some(node.clone())));
    request_animation_frame(|| {
        if let Some(card) = document().get_element_by_id(CARD) {
            card.scroll_into_view();
        }
        focus_now(HEADING);
    });
}
