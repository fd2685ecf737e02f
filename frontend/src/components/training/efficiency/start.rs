//! Begins a measurement, for who may; and a whole number that it takes.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::training::RunRequest;

use crate::api::training as api;
use crate::components::live::{live, on};
use crate::i18n::text::training::recipe as text;
use crate::state::{Admin, Training};

/// The button, below what else is to be said or chosen; nothing for who may not train.
#[component]
pub fn StartRun<C: IntoView + 'static>(
    /// Id of the button.
    id: &'static str,
    /// What it says.
    name: &'static str,
    /// What it asks for, or why that cannot be asked for.
    request: Signal<Result<RunRequest, String>>,
    /// What else is chosen.
    children: TypedChildrenFn<C>,
) -> impl IntoView {
    let (training, admin) = (Training::expect(), Admin::expect());
    let (is_asking, trouble) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let children = children.into_inner();
    let obstacle = move || match request.get() {
        Err(words) => Some(words),
        Ok(_request) => (!training.is_dataset_ready()).then(|| text::DATASET_NOT_READY.to_owned()),
    };
    let start = move |_event| {
        let Ok(asked) = request.get_untracked() else { return };
        is_asking.set(true);
        spawn_local(async move {
            let answer = api::start_run(&asked, &admin.token()).await;
            is_asking.try_set(false);
            match answer {
                Ok(status) => {
                    trouble.try_set(None);
                    training.told(status);
                }
                Err(error) => _ = trouble.try_set(Some(error.message)),
            }
        });
    };
    move || {
        admin.is_in().then(|| {
            view! {
                <div class="start">
                    {children()}
                    <button type="button" class="button" id=id disabled=live(move || is_asking.get() || obstacle().is_some()) on:click=on(start)>{name}</button>
                    <p class="muted">{obstacle}</p>
                    <p role="status">{move || trouble.get().map(|words| view! { <span class="is-failure">{words}</span> })}</p>
                </div>
            }
        })
    }
}

/// A whole number with its name.
#[component]
pub fn NumberOf(
    /// Its name.
    name: &'static str,
    /// The number.
    value: RwSignal<u64>,
    /// The least.
    least: u64,
    /// The most.
    most: u64,
) -> impl IntoView {
    let typed = move |event| {
        let number = event_target_value(&event).trim().parse::<u64>().ok();
        number
            .filter(|number| (least..=most).contains(number))
            .into_iter()
            .for_each(|number| value.set(number));
    };
    view! {
        <label class="field is-short">
            <span>{name}</span>
            <input type="number" class="text-field" min=least max=most step="1" value=value.get_untracked() on:change=on(typed)/>
        </label>
    }
}
