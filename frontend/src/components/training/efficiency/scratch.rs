//! Two small networks that learned from the same few photos and nothing else: the shipped result at once, and those of this server.

use std::sync::Arc;

use leptos::prelude::*;
use shared::training::{FromScratch, RunRequest, RunResult, ScratchPlan};

use super::chart::{EfficiencyChart, OneCurve, most_per_class};
use super::start::StartRun;
use super::{Kind, UnderWay};
use crate::api::training as api;
use crate::components::training::select::Select;
use crate::i18n::text::training::efficiency as text;
use crate::state::Training;
use crate::state::training::{Asked, Draft, RunWatch, is_done};

/// The measurement.
#[component]
pub fn Scratch() -> impl IntoView {
    let training = Training::expect();
    let draft = expect_context::<RwSignal<Draft>>();
    let runs = Kind::Scratch.runs(training);
    let watch = RunWatch::new(move || {
        runs.with(|runs| runs.iter().rev().find(|run| run.state.is_under_way()).map(|run| run.id.clone()))
    });
    let done = Memo::new(move |_previous| {
        runs.with(|runs| runs.iter().filter(|run| is_done(run)).cloned().collect::<Vec<_>>())
    });
    // The first is the shipped one.
    let chosen = RwSignal::new(0_usize);
    let id = move || {
        chosen
            .get()
            .checked_sub(1)
            .and_then(|position| done.with(|done| Some(done.get(position)?.id.clone())))
    };
    let asked = Asked::new(
        move || Some(id()),
        |id: Option<String>| async move {
            match id {
                None => api::from_scratch().await.map(|result| Some(Arc::new(result))),
                Some(id) => match api::result(&id).await? {
                    RunResult::FromScratch(result) => Ok(Some(Arc::new(*result))),
                    RunResult::Head { .. } | RunResult::DataEfficiency(_) => Ok(None),
                },
            }
        },
    );
    let request = move || {
        let dataset = training.dataset.get();
        draft.with(|draft| {
            Ok(RunRequest::FromScratch {
                photos: draft.photos(dataset.as_deref())?,
                plan: ScratchPlan::default(),
            })
        })
    };
    let names = Signal::derive(move || {
        let names = done.with(|done| done.iter().map(|run| run.dataset_name.clone()).collect::<Vec<_>>());
        [text::SHIPPED.to_owned()].into_iter().chain(names).collect::<Vec<_>>()
    });
    let has_choice = move || done.with(|done| !done.is_empty());
    view! {
        <section class="measurement" aria-labelledby="scratch-heading" data-measurement="scratch">
            <h3 id="scratch-heading">{text::SCRATCH}</h3>
            <p>{text::SCRATCH_LEAD}</p>
            {move || has_choice().then(|| view! { <Select name=text::WHICH options=names chosen on_choose=move |position: usize| chosen.set(position)/> })}
            <p role="status">{move || asked.failed().map(|error| view! { <span class="muted">{text::NO_SCRATCH}" "{error.message}</span> })}</p>
            {move || asked.ready().flatten().map(|result| shown(&result))}
            <p>{text::SCRATCH_CAN}</p>
            <p>{text::SCRATCH_CANNOT}</p>
            <StartRun id="start-scratch" name=text::START_SCRATCH request=Signal::derive(request)>
                <p class="muted">{text::SCRATCH_WARNING}</p>
            </StartRun>
            <UnderWay list=runs watch/>
        </section>
    }
}

fn shown(result: &FromScratch) -> impl IntoView + use<> {
    let curves: Vec<OneCurve> = result
        .learners
        .iter()
        .map(|learner| OneCurve {
            slot: learner.slot,
            name: text::small(learner.slot).to_owned(),
            points: learner.points.clone(),
        })
        .collect();
    let points = curves.first().map(|curve| curve.points.clone()).unwrap_or_default();
    let most = most_per_class(result.dataset.classes.iter().map(|class| class.num_pictures), &points);
    let learners: Vec<_> = result
        .learners
        .iter()
        .map(|one| view! { <li>{text::learner(&one.name, one.num_parameters, one.num_macs, one.learning_rate)}</li> })
        .collect();
    let measured =
        text::measured_on(&result.dataset.name, result.num_classes, result.num_test, result.plan.seeds.len());
    view! {
        <EfficiencyChart curves most_per_class=most/>
        <details class="table-details">
            <summary>{text::HOW}</summary>
            <ul class="plain-list">
                <li>{measured}</li>
                {learners}
                <li>{text::plan(&result.plan)}</li>
                <li>{text::made(result)}</li>
            </ul>
            <p>{text::COMMAND}</p>
            <pre tabindex="0"><code>{result.command.clone()}</code></pre>
        </details>
    }
}
