//! Section 1 of the page: the five stages at a glance, and below them the inside of the one that is open. Escape closes
//! one level after the other and gives the focus back to what opened it.

mod backbone;
mod block_inside;
mod focus;
mod guide;
mod marks;
mod node_card;
mod node_link;
mod overview;
mod stage_link;
mod stage_panel;
mod tensor_view;
mod tile_link;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::section::Section;
use crate::components::live::on;
use crate::drawing::stage::Stage;
use crate::i18n::text::pipeline as text;
use crate::state::{Models, View};
pub use focus::now as focus_now;
pub use node_card::NodeCard;
use overview::Overview;

/// Section 1.
#[component]
pub fn Pipeline() -> impl IntoView {
    let (view, models) = (View::expect(), Models::expect());
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !is_for_heat_map(&event) {
            close_one_level(view, &models);
        }
    };
    view! {
        <Section id="pipeline" number=1 title=text::TITLE lead=text::LEAD>
            <div class="pipeline" on:keydown=on(on_key)>
                <Overview/>
            </div>
        </Section>
    }
}

/// In a heat map Escape removes the cursor.
fn is_for_heat_map(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| element.closest(".heat-map").is_ok_and(|found| found.is_some()))
}

/// A step inside a block leads back to the block, a block to the map, the map to the stages.
fn close_one_level(view: View, models: &Models) {
    let state = view.get_untracked();
    match (state.stage, state.node) {
        (Some(Stage::Backbone), Some(id)) => {
            let parent = models.graph(state.model).node(&id).and_then(|node| node.parent.clone());
            focus::later(if parent.is_some() { node_link::inside_id(&id) } else { node_link::map_id(&id) });
            view.select_node(parent);
        }
        (Some(stage), _node) => {
            focus::later(stage_link::id(stage));
            view.close_stage();
        }
        (None, _node) => {}
    }
}
