//! Section Logits: what came of a run, with its photos, its files, and the way into the explorer.

mod calibration;
mod classes;
mod confusion;
mod files;
mod head_use;
mod mistakes;
mod photos;
mod summary;

use std::sync::Arc;

use leptos::prelude::*;
use shared::ModelSlot;
use shared::training::{Evaluation, FineTuningReport, RunReport, RunRequest, RunResult, RunStatus};

use super::select::Select;
use crate::api::training as api;
use crate::components::again::failed;
use crate::i18n::text::training as frame;
use crate::i18n::text::training::results as text;
use crate::i18n::text::training::runs;
use crate::state::training::{Asked, backbone, is_done};
use crate::state::{Load, Training};

/// A head's result as its figures see it.
#[derive(Clone)]
struct Outcome {
    run: Arc<RunStatus>,
    report: Arc<RunReport>,
    before_tuning: Option<Arc<Evaluation>>,
    evaluation: Arc<Evaluation>,
    /// Whether it was measured on photos that nothing was chosen by.
    is_test: bool,
}

impl Outcome {
    fn class(&self, index: usize) -> String {
        self.evaluation.classes.get(index).map_or_else(|| index.to_string(), |class| class.name.clone())
    }

    fn slot(&self) -> ModelSlot {
        self.report.slot
    }

    /// Where the measured photos are.
    fn test_dataset(&self) -> String {
        match &self.run.request {
            RunRequest::Head { photos, .. } => {
                photos.test_dataset.clone().unwrap_or_else(|| photos.dataset.clone())
            }
            RunRequest::DataEfficiency { .. } | RunRequest::FromScratch { .. } => String::new(),
        }
    }
}

/// The section.
#[component]
pub fn Results() -> impl IntoView {
    let training = Training::expect();
    let done = Memo::new(move |_previous| {
        let is_head = |run: &&RunStatus| is_done(run) && backbone(run).is_some();
        training.overview().with(|overview| overview.runs.iter().filter(is_head).cloned().collect::<Vec<_>>())
    });
    let position = Memo::new(move |_previous| {
        let wanted = training.run.get();
        done.with(|done| done.iter().position(|run| Some(&run.id) == wanted.as_ref())).unwrap_or_default()
    });
    let shown = Memo::new(move |_previous| done.with(|done| done.get(position.get()).cloned()));
    let names = Signal::derive(move || done.with(|done| done.iter().map(option_name).collect::<Vec<_>>()));
    let choose = move |position: usize| {
        training.run.set(done.with_untracked(|done| done.get(position).map(|run| run.id.clone())));
    };
    let id = Memo::new(move |_previous| shown.with(|run| run.as_ref().map(|run| run.id.clone())));
    let asked = Asked::new(
        move || id.get(),
        |id: String| async move { api::result(&id).await.map(|result| (id, Arc::new(result))) },
    );
    let is_any = Memo::new(move |_previous| id.with(Option::is_some));
    // A result that has come belongs to the run that is shown, or waits for it to be shown.
    let outcome = move || {
        let (run, (id, result)) = (shown.get()?, asked.ready()?);
        (run.id == id).then_some((run, result))
    };
    let trouble = move || match asked.state().get() {
        Load::Failed(error) => failed(error, move || asked.retry()).into_any(),
        Load::Waiting if is_any.get() => view! { <p class="muted">{frame::LOADING}</p> }.into_any(),
        Load::Waiting | Load::Ready(_) => ().into_any(),
    };
    view! {
        {move || (!is_any.get()).then(|| view! { <p class="empty">{text::NONE}</p> })}
        {move || is_any.get().then(|| view! {
            <div class="controls needs-script"><Select name=text::CHOOSE options=names chosen=position on_choose=choose/></div>
        })}
        <div role="status">{trouble}</div>
        {move || outcome().and_then(|(run, result)| whole(run, &result)).map(|outcome| view! { <OutcomeView outcome/> })}
    }
}

fn option_name(run: &RunStatus) -> String {
    let backbone = run.backbones.first().cloned().unwrap_or_default();
    let top1 = runs::top1(&run.state).map(|top1| format!(": {top1}")).unwrap_or_default();
    format!("{}, {}{top1}", runs::name(&backbone, &run.dataset_name), runs::method(&run.request))
}

/// What is shown of a result; nothing where nothing was measured.
fn whole(run: RunStatus, result: &RunResult) -> Option<Outcome> {
    let RunResult::Head { report } = result else { return None };
    let evaluation = report.test.as_deref().or(report.validation.as_deref())?;
    Some(Outcome {
        run: Arc::new(run),
        is_test: report.test.is_some(),
        evaluation: Arc::new(evaluation.clone()),
        before_tuning: report.fine_tuning.as_ref().and_then(|tuning| before(tuning, report.test.is_some())),
        report: Arc::new((**report).clone()),
    })
}

/// What head and backbone reached before the tail was trained, on the photos that are shown.
fn before(tuning: &FineTuningReport, is_test: bool) -> Option<Arc<Evaluation>> {
    let before = if is_test { &tuning.test_before } else { &tuning.validation_before };
    before.as_deref().cloned().map(Arc::new)
}

#[component]
fn OutcomeView(
    /// What is shown.
    outcome: Outcome,
) -> impl IntoView {
    let (slot, id) = (outcome.slot(), outcome.run.id.clone());
    view! {
        <div class="outcome-view" data-model=slot.as_str() data-result=id>
            <summary::Summary outcome=outcome.clone()/>
            <head_use::HeadUse outcome=outcome.clone()/>
            <confusion::Confusion outcome=outcome.clone()/>
            <div class="figure-row">
                <calibration::Calibration outcome=outcome.clone()/>
                <mistakes::Mistakes outcome=outcome.clone()/>
            </div>
            <classes::Classes outcome=outcome.clone()/>
            <files::Files outcome/>
        </div>
    }
}
