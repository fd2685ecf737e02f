//! Runs and stops an experiment, and says how far it is. That it runs stands in the address, so that a link shows it run; what
//! is chosen then is followed, a moment after the last change.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use crate::components::again::again;
use crate::components::live::{live, on};
use crate::i18n::text::lenses::experiment as text;
use crate::state::experiment_run::{ExperimentRun, Progress};
use crate::state::{LensState, Specimen};

/// The key under which the address says that it runs.
const RUNS: &str = "run";
/// How long choices are waited for.
const PAUSE: Duration = Duration::from_millis(250);

/// The bar.
#[component]
pub fn RunBar(
    /// What runs.
    run: ExperimentRun,
    /// The experiment's name in the API.
    experiment: &'static str,
    /// What is asked.
    query: Memo<String>,
) -> impl IntoView {
    let (state, specimen) = (LensState::new(), Specimen::expect());
    let is_on = state.text(RUNS);
    let image = Memo::new(move |_previous| specimen.image().with(|image| image.info.image_id.clone()));
    let begin = move || query.try_get_untracked().into_iter().for_each(|query| run.run(experiment, &query));
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let forget =
        move || _ = waiting.try_update_value(|waiting| waiting.take().map(|waiting| waiting.clear()));
    Effect::new(move |_previous: Option<()>| {
        query.track();
        image.track();
        forget();
        if is_on.get().is_some() {
            waiting.set_value(set_timeout_with_handle(begin, PAUSE).ok());
        }
    });
    on_cleanup(move || {
        forget();
        run.stop();
    });
    let start = move || match is_on.get_untracked() {
        Some(_on) => begin(),
        None => state.set(RUNS, 1),
    };
    let stop = move |_event| {
        forget();
        run.stop();
        state.set(RUNS, "");
    };
    let is_running = Memo::new(move |_previous| run.progress().get() == Progress::Running);
    let count = move || {
        let come = run.points().with(Vec::len);
        (come, run.start().with(|start| start.as_ref().map(|start| start.num_points)))
    };
    let said = move || match (run.progress().get(), count()) {
        (Progress::Idle, (0, _)) => text::NOT_RUN.to_owned(),
        (Progress::Idle, (come, all)) => text::stopped(come, all.unwrap_or(come)),
        (Progress::Running, (_come, None)) => text::BEGINNING.to_owned(),
        (Progress::Running, (come, Some(all))) => text::progress(come, all),
        (Progress::Done, (come, _all)) => text::done(come),
        (Progress::Failed(error), _) => error.message,
    };
    let failure = move || match run.progress().get() {
        Progress::Failed(error) => Some(error.code),
        _ => None,
    };
    let name = move || if run.points().with(Vec::is_empty) { text::RUN } else { text::RUN_AGAIN };
    view! {
        <div class="run-bar needs-script" data-export="no" class:trouble=move || failure().is_some()>
            {move || match (is_running.get(), failure()) {
                (true, _) => view! { <button type="button" class="button" on:click=on(stop)>{text::STOP}</button> }.into_any(),
                (false, Some(code)) => again(code, start).into_any(),
                (false, None) => view! { <button type="button" class="button button-run" on:click=on(move |_event| start())>{name}</button> }.into_any(),
            }}
            <progress
                max=live(move || count().1.unwrap_or(1))
                value=live(move || count().0)
                aria-label=text::POINT
                hidden=live(move || !is_running.get())
            ></progress>
            <p role="status">{said}</p>
        </div>
    }
}
