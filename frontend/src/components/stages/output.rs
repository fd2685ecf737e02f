//! Stage Output: every logit, what softmax makes of them, the ranking with names, and what the answer took.

mod logit_plot;
mod ranking_table;
mod softmax_steps;
mod timings;

use leptos::prelude::*;
use shared::ModelInfo;

use super::answers::{Ranking, chosen_answer};
use super::facts::Facts;
use crate::components::again::again;
use crate::i18n::Source;
use crate::i18n::text::{shell, stages::output as text};
use crate::state::{Answer, Models, Specimen, View};
use logit_plot::LogitPlot;
use ranking_table::RankingTable;
use softmax_steps::SoftmaxSteps;
use timings::TimingsFigure;

/// Why a probability is no promise.
const CALIBRATION: Source = Source {
    name: "Guo, Pleiss, Sun, Weinberger, On Calibration of Modern Neural Networks, 2017",
    url: "https://arxiv.org/abs/1706.04599",
};

/// What the figures of the stage share.
#[derive(Clone, Copy)]
struct OutputView {
    answer: Ranking,
    /// The class that the visitor points at; the model's first answer where `None`.
    chosen: RwSignal<Option<usize>>,
}

impl OutputView {
    /// The class that the figures single out.
    fn class(self) -> Option<usize> {
        let count = self.answer.with(|answer| answer.as_ref().map(|answer| answer.classes.len()))?;
        let first = || self.answer.with(|answer| answer.as_ref()?.classes.first().map(|class| class.index));
        self.chosen.get().filter(|class| *class < count).or_else(first)
    }
}

/// The inside of the stage.
#[component]
pub fn OutputStage() -> impl IntoView {
    let model = View::expect().model();
    let models = StoredValue::new(Models::expect());
    let output = OutputView { answer: chosen_answer(), chosen: RwSignal::new(None) };
    let info = move |read: fn(&ModelInfo) -> Vec<(&'static str, String)>| {
        models.with_value(|models| read(models.info(model.get())))
    };
    let warning = move || {
        models.with_value(|models| text::uncalibrated(models.info(model.get()).checkpoint.accuracy.as_ref()))
    };
    view! {
        <div class="stage-inside">
            <p class="stage-lead">{text::LEAD}</p>
            <Facts facts=Signal::derive(move || info(facts))/>
            <AnswerNotice/>
            <LogitPlot output/>
            <SoftmaxSteps output/>
            <aside class="callout" aria-label=text::WARNING>
                <p class="callout-title">{text::WARNING}</p>
                <p>{warning}</p>
                <p class="figure-source"><a href=CALIBRATION.url rel="external noopener">{CALIBRATION.name}</a></p>
            </aside>
            <RankingTable output/>
            <TimingsFigure output/>
        </div>
    }
}

fn facts(info: &ModelInfo) -> Vec<(&'static str, String)> {
    vec![
        (text::CLASSES, info.labels.len().to_string()),
        (text::LABEL_SOURCE, info.label_source.clone()),
        (text::MODEL, info.name.clone()),
        (text::DEVICE, info.device.clone()),
    ]
}

/// Why there is nothing to show.
#[component]
fn AnswerNotice() -> impl IntoView {
    let (specimen, model) = (Specimen::expect(), View::expect().model());
    let notice = move || {
        specimen.answer(model.get()).with(|answer| match answer {
            Answer::Ready(_) => None,
            Answer::Waiting => Some((shell::LOOKING.to_owned(), None)),
            Answer::Failed(error) => Some((error.message.clone(), Some(error.code))),
        })
    };
    view! {
        <div class="load-notice" role="status">
            {move || notice().map(|(message, failure)| view! {
                <p class:trouble=failure.is_some()>{message}</p>
                {failure.map(|code| again(code, move || specimen.ask_again(model.get_untracked())))}
            })}
        </div>
    }
}
