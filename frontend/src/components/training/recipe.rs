//! How the head is fitted: the method, its numbers, and the button that begins.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ModelSlot;
use shared::training::RunRequest;

use super::fields::{CheckBox, NumberInput};
use crate::api::training as api;
use crate::components::live::{live, on};
use crate::i18n::text::training::recipe as text;
use crate::state::training::{Draft, MethodChoice, fields};
use crate::state::{Admin, Training};

/// The form.
#[component]
pub fn Recipe() -> impl IntoView {
    let draft = expect_context::<RwSignal<Draft>>();
    let method = Memo::new(move |_previous| draft.with(|draft| draft.method));
    view! {
        <section class="recipe needs-script" aria-label=text::TITLE>
            <Methods draft/>
            {move || if method.get().has_steps() {
                view! {
                    <div class="field-grid">
                        <NumberInput draft field=fields::LEARNING_RATE/>
                        <NumberInput draft field=fields::EPOCHS/>
                        <NumberInput draft field=fields::BATCH_SIZE/>
                        <NumberInput draft field=fields::PATIENCE/>
                    </div>
                    <details class="table-details">
                        <summary>{text::MORE}</summary>
                        <div class="field-grid">
                            <NumberInput draft field=fields::WEIGHT_DECAY/>
                            <NumberInput draft field=fields::LABEL_SMOOTHING/>
                        </div>
                        <CheckBox
                            words=Signal::derive(|| text::BALANCED.to_owned())
                            is_on=Signal::derive(move || draft.with(|draft| draft.is_balanced))
                            on_change=move |is_on| draft.update(|draft| draft.is_balanced = is_on)
                        />
                        <Scaling draft/>
                    </details>
                }.into_any()
            } else {
                view! {
                    <div class="field-grid"><NumberInput draft field=fields::PENALTY/></div>
                    <Scaling draft/>
                }.into_any()
            }}
            <Start draft/>
        </section>
    }
}

#[component]
fn Methods(
    /// The run that is described.
    draft: RwSignal<Draft>,
) -> impl IntoView {
    let options = MethodChoice::ALL.into_iter().zip(text::METHODS).map(|(method, name)| {
        let is_on = move || draft.with(|draft| draft.method == method);
        view! {
            <button type="button" class="option" aria-pressed=live(move || is_on().to_string()) on:click=on(move |_event| draft.update(|draft| draft.choose(method)))>{name}</button>
        }
    });
    let meaning = move || {
        let method = draft.with(|draft| draft.method);
        MethodChoice::ALL
            .iter()
            .position(|one| *one == method)
            .map(|position| text::METHOD_MEANINGS[position])
    };
    view! {
        <div class="options" role="group" aria-label=text::METHOD>
            <span class="options-label" aria-hidden="true">{text::METHOD}</span>
            {options.collect::<Vec<_>>()}
        </div>
        <p class="muted">{meaning}</p>
    }
}

#[component]
fn Scaling(
    /// The run that is described.
    draft: RwSignal<Draft>,
) -> impl IntoView {
    view! {
        <CheckBox
            words=Signal::derive(|| text::STANDARDISED.to_owned())
            is_on=Signal::derive(move || draft.with(|draft| draft.is_standardised))
            on_change=move |is_on| draft.update(|draft| draft.is_standardised = is_on)
        />
    }
}

/// The button, or why there is none to be pressed.
#[component]
fn Start(
    /// The run that is described.
    draft: RwSignal<Draft>,
) -> impl IntoView {
    let (training, admin) = (Training::expect(), Admin::expect());
    let requests = Memo::new(move |_previous| {
        let dataset = training.dataset.get();
        draft.with(|draft| draft.requests(dataset.as_deref()))
    });
    let (is_asking, outcome) = (RwSignal::new(false), RwSignal::new(None::<Result<String, String>>));
    let obstacle = move || {
        if !training.overview().with(|overview| overview.is_enabled) {
            return Some(text::OFF.to_owned());
        }
        if !admin.is_in() {
            return Some(text::NEEDS_TOKEN.to_owned());
        }
        if let Err(words) = requests.get() {
            return Some(words);
        }
        (!training.is_dataset_ready()).then(|| text::DATASET_NOT_READY.to_owned())
    };
    let start = move |_event| {
        let Ok(asked) = requests.get_untracked() else { return };
        is_asking.set(true);
        outcome.set(None);
        spawn_local(async move {
            let result = start_all(training, &asked, &admin.token()).await;
            is_asking.try_set(false);
            outcome.try_set(Some(result.map(|()| text::started(asked.len()))));
            training.refresh();
        });
    };
    let count = move || requests.with(|requests| requests.as_ref().map_or(0, Vec::len));
    let name = move || if count() == ModelSlot::ALL.len() { text::START_BOTH } else { text::START };
    let words = move || match (is_asking.get(), outcome.get()) {
        (true, _) => Some((text::STARTING.to_owned(), false)),
        (false, Some(Ok(words))) => Some((words, false)),
        (false, Some(Err(words))) => Some((words, true)),
        (false, None) => None,
    };
    view! {
        <div class="start">
            <button
                type="button"
                class="button button-primary"
                id="start-training"
                disabled=live(move || obstacle().is_some() || is_asking.get())
                on:click=on(start)
            >
                {name}
            </button>
            <p class="muted">{obstacle}</p>
            <p role="status">{move || words().map(|(words, is_failure)| view! { <span class:is-failure=is_failure>{words}</span> })}</p>
        </div>
    }
}

async fn start_all(training: Training, requests: &[RunRequest], token: &str) -> Result<(), String> {
    for request in requests {
        let status = api::start_run(request, token).await.map_err(|error| error.message)?;
        training.told(status);
    }
    Ok(())
}
