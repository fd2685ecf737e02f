//! All runs as a table, with what can be done with each.

use leptos::prelude::*;
use shared::training::RunStatus;
use shared::{ModelSlot, route};

use super::actions::RunActions;
use crate::components::live::on;
use crate::i18n::text::training::{LOGITS, runs as text};
use crate::state::Training;
use crate::state::training::{backbone, is_done, state_name};

/// The table.
#[component]
pub fn List(
    /// The runs, the newest first.
    runs: Memo<Vec<RunStatus>>,
    /// Takes a run whose curves are to be shown.
    choose: Callback<RunStatus>,
) -> impl IntoView {
    let head =
        text::COLUMNS.map(|name| view! { <th scope="col" class:is-number=name == text::TOP1>{name}</th> });
    view! {
        <div class="data-table run-list" role="region" tabindex="0" aria-label=text::LIST>
            <table>
                <caption class="visually-hidden">{text::LIST}</caption>
                <thead><tr>{head}<th scope="col">{text::ACTIONS}</th></tr></thead>
                <tbody>
                    <For each=move || runs.get() key=|run| (run.id.clone(), format!("{:?}", run.state)) let:run>
                        <Row run choose/>
                    </For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(
    /// The run.
    run: RunStatus,
    /// Takes it.
    choose: Callback<RunStatus>,
) -> impl IntoView {
    let training = Training::expect();
    let model = backbone(&run).map(ModelSlot::as_str);
    let name = run.backbones.first().cloned().unwrap_or_default();
    let (id, report) = (run.id.clone(), route::run(route::RUN_REPORT_PAGE, &run.id, ""));
    let (show, state) = (run.clone(), run.state.clone());
    let result = is_done(&run).then(|| {
        view! {
            <a class="button needs-script" href=format!("#{}", LOGITS.id) on:click=on(move |_event: leptos::ev::MouseEvent| training.run.set(Some(id.clone())))>{text::RESULT}</a>
            <a class="button" href=report>{text::REPORT}</a>
        }
    });
    view! {
        <tr data-model=model data-run-state=state_name(&state)>
            <th scope="row">
                <button type="button" class="run-name" on:click=on(move |_event: leptos::ev::MouseEvent| choose.run(show.clone()))>{name}</button>
            </th>
            <td>{run.dataset_name.clone()}</td>
            <td>{text::method(&run.request)}</td>
            <td class="run-state">{text::state(&state)}</td>
            <td class="number">{text::top1(&state)}</td>
            <td><div class="row-actions">{result}<RunActions run/></div></td>
        </tr>
    }
}
