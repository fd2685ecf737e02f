//! How far the runs are that are shown: files, features, steps, each with its speed and what is left.

use std::sync::Arc;

use leptos::prelude::*;
use shared::training::{Progress, RunHistory, RunState};

use super::Shown;
use crate::i18n::number;
use crate::i18n::text::training::runs as text;
use crate::state::Training;
use crate::state::training::Watching;

/// A card for each run.
#[component]
pub fn Progresses(
    /// The runs.
    shown: [Shown; 2],
) -> impl IntoView {
    view! { <div class="run-cards">{shown.map(|shown| view! { <Card shown/> })}</div> }
}

#[component]
fn Card(
    /// The run.
    shown: Shown,
) -> impl IntoView {
    let is_there = Memo::new(move |_previous| shown.status.with(Option::is_some));
    move || is_there.get().then(|| view! { <CardInside shown/> })
}

#[component]
fn CardInside(
    /// The run.
    shown: Shown,
) -> impl IntoView {
    let Shown { slot, status, watch } = shown;
    let training = Training::expect();
    let name = move || {
        status.with(|status| {
            let status = status.as_ref()?;
            Some(text::name(status.backbones.first()?, &status.dataset_name))
        })
    };
    let state = move || status.with(|status| status.as_ref().map(|status| status.state.clone()));
    let words = Memo::new(move |_previous| state().map(|state| text::state(&state)));
    let is_live = move || state().is_some_and(|state| matches!(state, RunState::Running));
    let history = watch.history();
    let reading = move || {
        history.with(|history| history.reading).filter(|progress| is_live() && progress.done < progress.total)
    };
    let features = move || {
        let progress = history.with(|history| history.features.first().map(|known| known.progress));
        progress.filter(|progress| is_live() && progress.done < progress.total)
    };
    let connection = move || match watch.connection().get() {
        Watching::Lost => Some(text::LOST.to_owned()),
        Watching::Failed(error) => Some(error.message),
        Watching::Nothing | Watching::Live | Watching::Ended => None,
    };
    view! {
        <article class="run-card" data-model=slot.as_str() data-run-card=slot.as_str()>
            <h4>{name}</h4>
            <p class="run-card-state" role="status">{move || words.get()}</p>
            {move || reading().map(|progress| bar(text::READING.to_owned(), &progress))}
            {move || features().map(|progress| bar(text::features_of(&training.name(slot)), &progress))}
            <dl class="run-numbers">{move || history.with(numbers)}</dl>
            <p role="status">{move || connection().map(|words| view! { <span class="is-failure">{words}</span> })}</p>
        </article>
    }
}

fn bar(name: String, progress: &Progress) -> impl IntoView + use<> {
    let (done, total) = (progress.done, progress.total.max(1));
    let words = text::progress(progress);
    view! {
        <div class="run-progress">
            <p><span>{name.clone()}</span>" "<span class="number muted">{words}</span></p>
            <progress max=total value=done aria-label=name></progress>
        </div>
    }
}

/// What the history says in numbers.
fn numbers(history: &Arc<RunHistory>) -> impl IntoView + use<> {
    let mut rows: Vec<(&'static str, String)> = Vec::new();
    if let Some(split) = history.split {
        rows.push((text::PHOTOS, text::split(split.train, split.validation, split.test)));
    }
    if let Some(last) = history.steps.last() {
        rows.push((text::STEP_AXIS, number::thousands(last.step)));
        rows.push((text::RATE, number::value(last.learning_rate as f32)));
    }
    if let Some(speed) = history.pictures_per_second {
        rows.push((text::SPEED, text::throughput(speed)));
    }
    if let Some(last) = history.epochs.last() {
        rows.push((text::EPOCH_AXIS, number::thousands(last.epoch)));
    }
    if let Some(step) = history.resumed_at.last() {
        rows.push((text::RESUMED, text::resumed(*step)));
    }
    rows.into_iter()
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd class="number">{value}</dd></div> })
        .collect::<Vec<_>>()
}
