//! Both models' answers side by side: the first five classes as bars with their probabilities, and what they cost.

use leptos::either::EitherOf3;
use leptos::prelude::*;
use shared::{ApiError, ModelInfo, ModelSlot, Predictions};

use crate::components::again::again;
use crate::components::class_row::class_row;
use crate::components::live::live;
use crate::i18n::text::shell as text;
use crate::state::{Answer, Models, Specimen};

/// Classes shown of each answer.
const SHOWN_CLASSES: usize = 5;

/// The two answers.
#[component]
pub fn Answers() -> impl IntoView {
    view! {
        <div class="answers">{ModelSlot::ALL.map(|model| view! { <AnswerColumn model/> })}</div>
        <Expectation/>
    }
}

#[component]
fn AnswerColumn(
    /// Whose answer.
    model: ModelSlot,
) -> impl IntoView {
    let (specimen, models) = (Specimen::expect(), Models::expect());
    let info = models.info(model).clone();
    let heading = format!("answer-{model}");
    let device = info.device.clone();
    let is_waiting =
        move || specimen.arriving().get().is_some() || specimen.answer(model).get() == Answer::Waiting;
    let content = move || match specimen.answer(model).get() {
        Answer::Ready(predictions) if specimen.arriving().get().is_none() => {
            EitherOf3::A(ranking(&predictions))
        }
        Answer::Failed(error) if specimen.arriving().get().is_none() => {
            EitherOf3::B(failure(specimen, model, error))
        }
        _waiting => EitherOf3::C(skeleton()),
    };
    view! {
        <section class="answer" data-model=model.as_str() aria-labelledby=heading.clone() aria-busy=live(move || is_waiting().to_string())>
            <h2 class="answer-name" id=heading.clone()>{info.name.clone()}</h2>
            <div class="answer-classes">{content}</div>
            <p class="answer-timing">{live(move || timing(&specimen.answer(model).get()))}</p>
            <p class="answer-device">{device}</p>
            {accuracy(&info)}
        </section>
    }
}

fn ranking(predictions: &Predictions) -> impl IntoView + use<> {
    let rows = predictions.classes.iter().take(SHOWN_CLASSES);
    let rows: Vec<_> = rows.map(|class| view! { <li class="class-row">{class_row(class)}</li> }).collect();
    view! { <ol>{rows}</ol> }
}

/// As tall as the rows that will come.
fn skeleton() -> impl IntoView {
    let rows: Vec<_> =
        (0..SHOWN_CLASSES).map(|_row| view! { <li class="class-row is-skeleton"></li> }).collect();
    view! { <ol aria-hidden="true">{rows}</ol> }
}

fn failure(specimen: Specimen, model: ModelSlot, error: ApiError) -> impl IntoView {
    view! {
        <div class="answer-failure">
            <p>{error.message}</p>
            {again(error.code, move || specimen.ask_again(model))}
        </div>
    }
}

fn timing(answer: &Answer) -> String {
    match answer {
        Answer::Ready(predictions) => text::timing(&predictions.timings),
        Answer::Waiting => text::LOOKING.to_owned(),
        Answer::Failed(_error) => text::NO_ANSWER.to_owned(),
    }
}

fn accuracy(info: &ModelInfo) -> impl IntoView + use<> {
    let line =
        info.checkpoint.accuracy.as_ref().map_or_else(|| text::ACCURACY_UNKNOWN.to_owned(), text::accuracy);
    view! { <p class="answer-accuracy">{line}</p> }
}

/// Whether the sample's object is among the classes; only said where both models know the classes that the sample was
/// described in.
#[component]
fn Expectation() -> impl IntoView {
    let (specimen, models) = (Specimen::expect(), Models::expect());
    let line = move || {
        let name = specimen.image().get().sample.filter(|_name| specimen.arriving().get().is_none())?;
        let sample = specimen.sample(&name)?;
        let [resnet, vit] = ModelSlot::ALL.map(|model| models.info(model));
        if resnet.labels != vit.labels || resnet.checkpoint.source != DEMO_SOURCE {
            return None;
        }
        Some(match sample.expected_label {
            Some(label) => text::expected(&label),
            None => text::nothing_expected(resnet.labels.len()),
        })
    };
    view! { <p class="expectation">{line}</p> }
}

/// The source of the weights whose classes the samples are described in.
const DEMO_SOURCE: &str = "demo";
