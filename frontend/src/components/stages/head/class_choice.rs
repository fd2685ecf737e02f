//! The class whose logit is taken apart: any of them, the model's first answer to begin with.

use leptos::prelude::*;

use super::HeadView;
use crate::components::live::{live, on};
use crate::components::stages::answers::ranked;
use crate::i18n::number;
use crate::i18n::text::stages::head as text;
use crate::state::Models;

/// A list of all classes, and the way back to the first answer.
#[component]
pub fn ClassChoice(
    /// The stage.
    head: HeadView,
) -> impl IntoView {
    let models = Models::expect();
    let options = move || {
        let labels = models.info(head.model.get()).labels.clone();
        let class = head.class.get_untracked();
        let option = |(index, label): (usize, String)| {
            view! { <option value=index selected=index == class>{label}</option> }
        };
        labels.into_iter().enumerate().map(option).collect::<Vec<_>>()
    };
    let standing = move || {
        let class = head.class.get();
        head.answer.with(|answer| {
            let (rank, score) = ranked(answer.as_ref()?, class)?;
            Some(text::standing(rank, &number::percent(score.probability)))
        })
    };
    view! {
        <div class="class-choice">
            <label for="head-class">{text::CLASS}</label>
            <select
                id="head-class"
                class="select"
                prop:value=move || head.class.get().to_string()
                on:change=on(move |event| head.chosen.set(event_target_value(&event).parse().ok()))
            >
                {options}
            </select>
            <span class="muted number">{standing}</span>
            <button type="button" class="button" disabled=live(move || head.chosen.get().is_none()) on:click=on(move |_event| head.chosen.set(None))>
                {text::FIRST_ANSWER}
            </button>
        </div>
    }
}
