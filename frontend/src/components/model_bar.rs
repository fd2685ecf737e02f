//! The bar that stays in sight: which model the diagram, the tables and the highlights are of, and the page's sections.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use shared::ModelSlot;

use super::link::is_plain_click;
use super::still::still;
use crate::components::live::{live, on};
use crate::i18n::text::shell as text;
use crate::state::{Models, View};

/// Fragments of the sections, in order.
const SECTION_IDS: [&str; 3] = ["pipeline", "specifications", "learning"];

/// Model toggle and section links.
#[component]
pub fn ModelBar() -> impl IntoView {
    let sections = || {
        let named = SECTION_IDS.into_iter().zip(text::SECTION_NAMES).enumerate();
        let links = named.map(|(position, (id, name))| {
            view! {
                <li>
                    <a href=format!("#{id}")><span class="section-number">{position + 1}</span>" "{name}</a>
                </li>
            }
        });
        view! { <ol>{links.collect_view()}</ol> }
    };
    view! {
        <div class="model-bar">
            <ModelToggle/>
            <nav class="section-links" aria-label=text::SECTIONS inner_html=still(sections)></nav>
        </div>
    }
}

/// A radio group of two links: they work without the script too.
#[component]
fn ModelToggle() -> impl IntoView {
    let view = View::expect();
    let options = ModelSlot::ALL.map(|_model| NodeRef::<html::A>::new());
    let move_by_key = move |event: KeyboardEvent| {
        let next = match event.key().as_str() {
            "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" => view.get_untracked().model.other(),
            _ => return,
        };
        event.prevent_default();
        view.set_model(next);
        let position = ModelSlot::ALL.iter().position(|model| *model == next).unwrap_or_default();
        options[position].get_untracked().into_iter().for_each(|option| _ = option.focus());
    };
    let [resnet, vit] = ModelSlot::ALL;
    view! {
        <div class="model-toggle" role="radiogroup" aria-label=text::MODEL_TOGGLE on:keydown=on(move_by_key)>
            <ModelOption model=resnet family=text::CNN option=options[0]/>
            <ModelOption model=vit family=text::TRANSFORMER option=options[1]/>
        </div>
    }
}

#[component]
fn ModelOption(
    /// What it chooses.
    model: ModelSlot,
    /// Name of the family.
    family: &'static str,
    /// Its element.
    option: NodeRef<html::A>,
) -> impl IntoView {
    let view = View::expect();
    let current = view.model();
    let name = Models::expect().info(model).name.clone();
    let choose = move |event: MouseEvent| {
        if is_plain_click(&event) {
            event.prevent_default();
            view.set_model(model);
        }
    };
    let choose_by_space = move |event: KeyboardEvent| {
        if event.key() == " " {
            event.prevent_default();
            view.set_model(model);
        }
    };
    view! {
        <a
            class="model-option"
            id=format!("model-{model}")
            data-model=model.as_str()
            role="radio"
            aria-checked=live(move || (current.get() == model).to_string())
            href=live(move || view.get().with_model(model).to_query())
            node_ref=option
            on:click=on(choose)
            on:keydown=on(choose_by_space)
        >
            <span class="model-family">{family}<span class="model-colon">":"</span></span>" "
            <span class="model-name">{name}</span>
        </a>
    }
}
