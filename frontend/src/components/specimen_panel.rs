//! The bench: the picture, what both models answer, and the ways to change the picture. Beside the story on a wide screen;
//! on a narrow one a bar at the bottom that opens it.

mod answers;
mod geometry;
mod notices;
mod picture;
mod samples;
mod upload;
mod weights;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use shared::ModelSlot;

use crate::i18n::{number, text::shell as text};
use crate::state::{Answer, Specimen};
use answers::Answers;
use notices::Notices;
use picture::Picture;
use samples::SampleStrip;
pub use upload::DropTarget;
use upload::UploadButtons;
use weights::Weights;

/// The panel.
#[component]
pub fn SpecimenPanel() -> impl IntoView {
    let is_open = RwSignal::new(false);
    let bar = NodeRef::<html::Button>::new();
    let close_on_escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" && is_open.get_untracked() {
            is_open.set(false);
            bar.get_untracked().into_iter().for_each(|bar| _ = bar.focus());
        }
    };
    view! {
        <aside class="specimen" class:is-open=is_open aria-label=text::BENCH on:keydown=close_on_escape>
            <button
                type="button"
                class="specimen-bar needs-script"
                node_ref=bar
                aria-expanded=move || is_open.get().to_string()
                aria-controls="specimen-body"
                on:click=move |_event| is_open.update(|open| *open = !*open)
            >
                <BarSummary/>
                <svg class="specimen-bar-chevron" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                    <path d="m5 12.5 5-5 5 5"/>
                </svg>
            </button>
            <div class="specimen-body" id="specimen-body">
                <Picture/>
                <SampleStrip/>
                <UploadButtons/>
                <Notices/>
                <Answers/>
                <Weights/>
            </div>
        </aside>
    }
    .into_any()
}

/// What the bar shows while the panel is closed: the picture, and the first answer of each model.
#[component]
fn BarSummary() -> impl IntoView {
    let specimen = Specimen::expect();
    let url =
        move || specimen.arriving().get().map_or_else(|| specimen.image().get().url, |arriving| arriving.url);
    view! {
        <span class="visually-hidden">{text::OPEN_BENCH}</span>
        <img class="specimen-bar-picture" src=url alt="" width="48" height="48"/>
        <span class="specimen-bar-answers">
            {ModelSlot::ALL.map(|model| view! {
                <span class="specimen-bar-answer" data-model=model.as_str()>
                    {move || first_answer(&specimen.answer(model).get())}
                </span>
            })}
        </span>
    }
    .into_any()
}

fn first_answer(answer: &Answer) -> AnyView {
    match answer {
        Answer::Waiting => view! { <span class="muted">{text::LOOKING}</span> }.into_any(),
        Answer::Failed(_error) => view! { <span class="muted">{text::NO_ANSWER}</span> }.into_any(),
        Answer::Ready(predictions) => predictions
            .classes
            .first()
            .map(|class| {
                let probability = number::percent(class.probability);
                view! { <span class="specimen-bar-label">{class.label.clone()}</span> <span class="number">{probability}</span> }
            })
            .into_any(),
    }
}
