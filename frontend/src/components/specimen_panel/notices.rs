//! What happens to the picture, in words: sent, looked at, answered, refused. Read out as it changes.

use leptos::prelude::*;
use shared::ModelSlot;

use crate::components::live::{live, on};
use crate::i18n::text::shell as text;
use crate::state::specimen::Notice;
use crate::state::{Answer, Models, Specimen};

/// Failures, progress and the outcome.
#[component]
pub fn Notices() -> impl IntoView {
    let specimen = Specimen::expect();
    let models = Models::expect();
    let is_sending = move || specimen.arriving().get().is_some() && specimen.notice().get().is_none();
    view! {
        <div role="alert">{move || specimen.notice().get().map(|notice| card(specimen, notice))}</div>
        <div class="outcome">
            <p role="status">{live(move || outcome(specimen, &models))}</p>
            {move || is_sending().then(|| view! {
                <button type="button" class="button" on:click=on(move |_event| specimen.cancel())>{text::CANCEL}</button>
            })}
        </div>
    }
}

fn card(specimen: Specimen, notice: Notice) -> impl IntoView {
    let (title, message, may_retry) = match notice {
        Notice::Refused { name, error } => {
            (text::refused(&name), format!("{} {}", error.message, text::REFUSED_KEPT), false)
        }
        Notice::NotSent { name, error } => {
            (text::not_sent(&name), format!("{} {}", error.message, text::NOT_SENT_KEPT), true)
        }
        Notice::OwnPictureElsewhere => (text::ELSEWHERE.to_owned(), text::ELSEWHERE_SHOWN.to_owned(), false),
    };
    let is_failure = title != text::ELSEWHERE;
    view! {
        <div class="notice" class:is-failure=is_failure>
            <p class="notice-title">{title}</p>
            <p>{message}</p>
            <div class="notice-actions">
                {may_retry.then(|| view! {
                    <button type="button" class="button" on:click=on(move |_event| specimen.retry())>{text::TRY_AGAIN}</button>
                })}
                <button type="button" class="button" on:click=on(move |_event| specimen.dismiss())>{text::CLOSE}</button>
            </div>
        </div>
    }
}

fn outcome(specimen: Specimen, models: &Models) -> String {
    if let Some(arriving) = specimen.arriving().get() {
        return match specimen.notice().get() {
            None => text::sending(&arriving.name, arriving.size_bytes),
            Some(_notice) => text::waiting_to_send(&arriving.name),
        };
    }
    let [resnet, vit] =
        ModelSlot::ALL.map(|model| (models.info(model).name.clone(), specimen.answer(model).get()));
    match (resnet.1, vit.1) {
        (Answer::Ready(first), Answer::Ready(second)) => {
            let labels = (first.classes.first(), second.classes.first());
            let (Some(first), Some(second)) = labels else { return String::new() };
            text::outcome((&resnet.0, &first.label), (&vit.0, &second.label))
        }
        (Answer::Waiting, Answer::Waiting) => text::BOTH_LOOKING.to_owned(),
        (Answer::Waiting, _answered) => text::looking(&resnet.0),
        (_answered, Answer::Waiting) => text::looking(&vit.0),
        (Answer::Failed(_), _) | (_, Answer::Failed(_)) => text::ANSWER_MISSING.to_owned(),
    }
}
