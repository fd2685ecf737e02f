//! The bench: the picture, what both models answer, and the ways to change the picture. Beside the story on a wide screen;
//! on a narrow one a bar at the bottom that opens it.

mod answers;
pub mod geometry;
mod notices;
mod picture;
mod samples;
mod upload;
mod weights;

use leptos::either::Either;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use shared::ModelSlot;

use crate::components::live::{live, on};
use crate::i18n::{number, text::shell as text};
use crate::state::{Answer, Models, Specimen};
use answers::Answers;
use notices::Notices;
use picture::Picture;
use samples::SampleStrip;
pub use upload::DropTarget;
pub use upload::FileButton;
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
        <aside class="specimen" class:is-open=is_open aria-label=text::BENCH on:keydown=on(close_on_escape)>
            <button
                type="button"
                class="specimen-bar needs-script"
                node_ref=bar
                aria-expanded=live(move || is_open.get().to_string())
                aria-controls="specimen-body"
                on:click=on(move |_event| is_open.update(|open| *open = !*open))
            >
                <BarSummary/>
                <svg class="specimen-bar-chevron" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                    <path d="m5 12.5 5-5 5 5"/>
                </svg>
            </button>
            <div class="specimen-body" id="specimen-body">
                <div class="specimen-picture">
                    <Picture/>
                    <SampleStrip/>
                    <UploadButtons/>
                </div>
                <div class="specimen-answers">
                    <Notices/>
                    <Answers/>
                    <Weights/>
                </div>
            </div>
        </aside>
    }
}

/// What the bar shows while the panel is closed: the picture, and the first answer of each model.
#[component]
fn BarSummary() -> impl IntoView {
    let (specimen, models) = (Specimen::expect(), Models::expect());
    let url =
        move || specimen.arriving().get().map_or_else(|| specimen.image().get().url, |arriving| arriving.url);
    view! {
        <span class="visually-hidden">{text::OPEN_BENCH}</span>
        <img class="specimen-bar-picture" src=live(url) alt="" width="48" height="48"/>
        <span class="specimen-bar-answers">
            {ModelSlot::ALL.map(|model| view! {
                <span class="specimen-bar-answer" data-model=model.as_str()>
                    <span class="specimen-bar-model">{models.info(model).name.clone()}</span>
                    {move || first_answer(&specimen.answer(model).get())}
                </span>
            })}
        </span>
    }
}

fn first_answer(answer: &Answer) -> impl IntoView + use<> {
    let words =
        match answer {
            Answer::Waiting => text::LOOKING,
            Answer::Failed(_error) => text::NO_ANSWER,
            Answer::Ready(predictions) => {
                let class = predictions
                    .classes
                    .first()
                    .map(|class| (class.label.clone(), number::percent(class.probability)));
                return Either::Left(class.map(|(label, probability)| view! {
                <span class="specimen-bar-label">{label}</span> <span class="number">{probability}</span>
            }));
            }
        };
    Either::Right(view! { <span class="muted">{words}</span> })
}
