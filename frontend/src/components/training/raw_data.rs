//! Section Raw Data: which data set, another one as an archive, and how the photos are divided.

mod upload;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::dataset::DatasetState;

use super::datasets::DatasetView;
use super::fields::NumberInput;
use super::select::Select;
use crate::api::training as api;
use crate::components::live::on;
use crate::i18n::text::training::datasets as text;
use crate::i18n::text::training::recipe;
use crate::state::training::{Draft, fields};
use crate::state::{Admin, Training};
use upload::Uploads;

/// The section.
#[component]
pub fn RawData() -> impl IntoView {
    let (training, admin) = (Training::expect(), Admin::expect());
    let datasets = training.datasets();
    let is_none = move || datasets.with(Vec::is_empty);
    let ready =
        Signal::derive(move || if training.is_dataset_ready() { training.dataset.get() } else { None });
    view! {
        <div class="raw-data">
            {move || is_none().then(|| view! { <p class="empty">{text::NONE}</p> })}
            {move || (!is_none()).then(|| view! { <Chooser/> })}
            {move || admin.is_in().then(|| view! { <Uploads/> })}
            {move || (!is_none()).then(|| view! { <Division/> })}
            <DatasetView id=ready is_top=true/>
        </div>
    }
}

#[component]
fn Chooser() -> impl IntoView {
    let (training, admin) = (Training::expect(), Admin::expect());
    let datasets = training.datasets();
    let names = Signal::derive(move || {
        datasets.with(|sets| sets.iter().map(|set| set.name.clone()).collect::<Vec<_>>())
    });
    let chosen = Signal::derive(move || {
        let id = training.dataset.get();
        datasets.with(|sets| sets.iter().position(|set| Some(&set.id) == id.as_ref())).unwrap_or_default()
    });
    let choose = move |position: usize| {
        let id = datasets.with_untracked(|sets| sets.get(position).map(|set| set.id.clone()));
        training.dataset.set(id);
    };
    let state = move || training.chosen_dataset().map(|set| set.state);
    let progress = move || match state()? {
        DatasetState::Reading { done, total } if total > 0 => {
            Some(view! { <progress max=total value=done aria-label=text::CHOOSE></progress> })
        }
        _ => None,
    };
    let may_remove = move || admin.is_in() && training.chosen_dataset().is_some_and(|set| set.is_uploaded);
    view! {
        <div class="controls">
            <div class="needs-script"><Select name=text::CHOOSE options=names chosen on_choose=choose/></div>
            <p class="dataset-state number" role="status">{move || state().map(|state| text::state(&state))}</p>
            {progress}
            {move || may_remove().then(|| view! { <Removal/> })}
        </div>
        <noscript><ul class="plain-list">{datasets.get_untracked().into_iter().map(|set| view! { <li>{set.name}": "{text::state(&set.state)}</li> }).collect::<Vec<_>>()}</ul></noscript>
    }
}

/// Removes what was uploaded, after asking once more.
#[component]
fn Removal() -> impl IntoView {
    let (training, admin) = (Training::expect(), Admin::expect());
    let (is_asked, trouble) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let remove = move |_event| {
        let Some(id) = training.dataset.get_untracked() else { return };
        is_asked.set(false);
        spawn_local(async move {
            let removed = api::remove_dataset(&id, &admin.token()).await;
            trouble.try_set(removed.err().map(|error| error.message));
            training.refresh();
        });
    };
    view! {
        {move || if is_asked.get() {
            view! {
                <span>{text::REMOVE_SURE}</span>
                <button type="button" class="button" on:click=on(remove)>{text::REMOVE_YES}</button>
                <button type="button" class="button" on:click=on(move |_event| is_asked.set(false))>{text::REMOVE_NO}</button>
            }.into_any()
        } else {
            view! { <button type="button" class="button" on:click=on(move |_event| is_asked.set(true))>{text::REMOVE}</button> }.into_any()
        }}
        <p role="alert">{move || trouble.get().map(|words| view! { <span class="is-failure">{words}</span> })}</p>
    }
}

/// Shares and seed, and where the test photos come from.
#[component]
fn Division() -> impl IntoView {
    let training = Training::expect();
    let draft = expect_context::<RwSignal<Draft>>();
    let others = Signal::derive(move || {
        let own = training.dataset.get();
        let others = training.datasets().get().into_iter().filter(move |set| Some(&set.id) != own.as_ref());
        others.collect::<Vec<_>>()
    });
    let names = Signal::derive(move || {
        let names = others.with(|others| others.iter().map(|set| set.name.clone()).collect::<Vec<_>>());
        [recipe::SAME_DATASET.to_owned()].into_iter().chain(names).collect::<Vec<_>>()
    });
    let chosen = Signal::derive(move || {
        let id = draft.with(|draft| draft.test_dataset.clone());
        others
            .with(|others| others.iter().position(|set| Some(&set.id) == id.as_ref()))
            .map_or(0, |position| position + 1)
    });
    let choose = move |position: usize| {
        let id = position
            .checked_sub(1)
            .and_then(|position| others.with_untracked(|others| Some(others.get(position)?.id.clone())));
        draft.update(|draft| draft.test_dataset = id);
    };
    let is_part = move || draft.with(|draft| draft.test_dataset.is_none());
    view! {
        <fieldset class="division needs-script">
            <legend>{recipe::DIVISION}</legend>
            <div class="field-grid">
                <NumberInput draft field=fields::VALIDATION/>
                {move || is_part().then(|| view! { <NumberInput draft field=fields::TEST/> })}
                <NumberInput draft field=fields::SEED/>
                {move || (!others.with(Vec::is_empty)).then(|| view! { <Select name=recipe::TEST_PHOTOS options=names chosen on_choose=choose/> })}
            </div>
        </fieldset>
    }
}
