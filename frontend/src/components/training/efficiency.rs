//! How accuracy grows with photos: heads on frozen backbones, and small networks that learned from scratch. Each with what it can
//! and cannot show.

mod chart;
mod frozen;
mod scratch;
mod start;

use leptos::prelude::*;
use shared::route;
use shared::training::{RunRequest, RunStatus};

use super::runs::RunActions;
use crate::i18n::text::training::efficiency as text;
use crate::i18n::text::training::runs;
use crate::state::Training;
use crate::state::training::{RunWatch, is_done};
use frozen::Frozen;
use scratch::Scratch;

/// Which of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Frozen,
    Scratch,
}

impl Kind {
    fn is_of(self, run: &RunStatus) -> bool {
        match run.request {
            RunRequest::DataEfficiency { .. } => self == Self::Frozen,
            RunRequest::FromScratch { .. } => self == Self::Scratch,
            RunRequest::Head { .. } => false,
        }
    }

    /// Runs of this kind, the newest first; followed.
    fn runs(self, training: Training) -> Memo<Vec<RunStatus>> {
        Memo::new(move |_previous| {
            training
                .overview()
                .with(|overview| overview.runs.iter().filter(|run| self.is_of(run)).cloned().collect())
        })
    }
}

/// Both measurements.
#[component]
pub fn Efficiency() -> impl IntoView {
    view! {
        <div class="efficiency">
            <Frozen/>
            <Scratch/>
        </div>
    }
}

/// Runs of a kind that are not done, with how far they are.
#[component]
fn UnderWay(
    /// Runs of the kind.
    list: Memo<Vec<RunStatus>>,
    /// What the newest tells.
    watch: RunWatch,
) -> impl IntoView {
    let history = watch.history();
    let models = move || history.with(|history| history.models);
    let features = move || {
        history
            .with(|history| history.features.last().map(|known| known.progress))
            .filter(|progress| progress.done < progress.total)
    };
    let is_watched = move |id: &str| watch.run().with(|run| run.as_deref() == Some(id));
    let item = move |run: RunStatus| {
        let progress = is_watched(&run.id).then(|| {
            view! {
                {move || features().map(|progress| view! {
                    <p class="number muted">{runs::progress(&progress)}</p>
                    <progress max=progress.total value=progress.done aria-label=runs::READING></progress>
                })}
                {move || models().map(|(done, total)| view! {
                    <p class="number muted">{runs::models(done, total)}</p>
                    <progress max=total.max(1) value=done aria-label=text::RUNS></progress>
                })}
            }
        });
        let address = route::run(route::RUN_REPORT_PAGE, &run.id, "");
        let report = is_done(&run).then(|| view! { <a class="button" href=address>{runs::REPORT}</a> });
        view! {
            <li class="run-card">
                <p>{run.dataset_name.clone()}": "{runs::state(&run.state)}</p>
                {run.state.is_under_way().then_some(progress)}
                <div class="row-actions">{report}<RunActions run/></div>
            </li>
        }
    };
    move || {
        let shown = list.get();
        (!shown.is_empty()).then(|| view! { <ul class="run-cards" aria-label=text::RUNS>{shown.into_iter().map(item).collect::<Vec<_>>()}</ul> })
    }
}
