//! Where each model keeps its parameters and does its arithmetic, part by part.

use leptos::prelude::*;
use shared::{Graph, ModelSlot};

use crate::components::figure::Figure;
use crate::components::share_bar::share_bar;
use crate::drawing::layers::share;
use crate::drawing::specification::{Part, parts};
use crate::i18n::{number, text::specifications as text};
use crate::state::Models;

/// One table for each model.
#[component]
pub fn Parts() -> impl IntoView {
    let models = Models::expect();
    let tables = ModelSlot::ALL.map(|model| {
        let (name, graph) = (models.info(model).name.clone(), models.graph(model));
        let parts = parts(graph);
        let title = finding(&name, graph, &parts);
        let (rows, total) = (rows(graph, &parts), total(graph));
        view! {
            <div data-model=model.as_str()>
                <Figure title=title explanation=text::parts_note(model) is_top=true>
                    <table class="parts">
                        <caption class="visually-hidden">{text::parts_caption(&name)}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{text::PART}</th>
                                <th scope="col">{text::PARAMETERS}</th>
                                <th scope="col">{text::MACS}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                        <tfoot>{total}</tfoot>
                    </table>
                </Figure>
            </div>
        }
    });
    view! { <div class="pair">{tables}</div> }
}

/// About the part, or the part of a part, that holds most.
fn finding(name: &str, graph: &Graph, parts: &[Part]) -> String {
    let has_details = parts.iter().any(|part| part.is_detail);
    let candidates = parts.iter().filter(|part| part.is_detail == has_details);
    let Some(largest) = candidates.max_by_key(|part| part.parameters) else { return name.to_owned() };
    let (parameters, macs) =
        (share(largest.parameters, graph.total_parameters()), share(largest.macs, graph.total_macs()));
    text::parts_finding(name, largest.name, parameters, macs)
}

fn rows(graph: &Graph, parts: &[Part]) -> Vec<impl IntoView + use<>> {
    let (parameters, macs) = (graph.total_parameters(), graph.total_macs());
    let row = |part: &Part| {
        view! {
            <tr class:is-detail=part.is_detail>
                <th scope="row">{text::part(part.name)}</th>
                {cell(part.parameters, parameters)}
                {cell(part.macs, macs)}
            </tr>
        }
    };
    parts.iter().map(row).collect()
}

fn cell(amount: u64, whole: u64) -> impl IntoView {
    let share = share(amount, whole);
    view! {
        <td>
            <span class="amount">
                <span class="number">{number::compact(amount)}</span>
                <span class="number muted">{number::percent(share as f32)}</span>
            </span>
            {share_bar(share)}
        </td>
    }
}

fn total(graph: &Graph) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{text::TOTAL}</th>
            <td class="number">{number::thousands(graph.total_parameters())}</td>
            <td class="number">{number::thousands(graph.total_macs())}</td>
        </tr>
    }
}
