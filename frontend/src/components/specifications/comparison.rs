//! Both architectures side by side, as a table that stays a table on a narrow screen: the name of a row then stands above
//! its two cells.

use leptos::either::Either;
use leptos::prelude::*;
use shared::ModelSlot;

use super::facts::{Fact, facts};
use crate::components::figure::Figure;
use crate::components::share_bar::share_bar;
use crate::components::term::term_link;
use crate::i18n::text::specifications as text;
use crate::state::Models;

/// The comparison.
#[component]
pub fn Comparison() -> impl IntoView {
    let models = Models::expect();
    let [resnet, vit] = ModelSlot::ALL.map(|model| facts(models.info(model), models.graph(model)));
    let groups = text::GROUPS.iter().zip(resnet.into_iter().zip(vit));
    let bodies: Vec<_> = groups.map(|((name, rows), (resnet, vit))| group(name, rows, resnet, vit)).collect();
    let totals = ModelSlot::ALL.map(|model| {
        let graph = models.graph(model);
        (models.info(model).name.clone(), graph.total_parameters(), graph.total_macs())
    });
    let [head, other_head] = ModelSlot::ALL.map(|model| column_head(model, models.info(model).name.clone()));
    view! {
        <Figure title=text::comparison(&totals) explanation=text::COMPARISON_NOTE is_top=true>
            <table class="comparison">
                <caption class="visually-hidden">{text::COMPARISON_CAPTION}</caption>
                <thead>
                    <tr><td></td>{head}{other_head}</tr>
                </thead>
                {bodies}
            </table>
        </Figure>
    }
}

fn column_head(model: ModelSlot, name: String) -> impl IntoView {
    view! {
        <th scope="col" data-model=model.as_str()>
            <span class="comparison-family">{text::family(model)}</span>
            <span class="comparison-name">{name}</span>
        </th>
    }
}

fn group(
    name: &'static str,
    rows: &'static [&'static str],
    resnet: Vec<Fact>,
    vit: Vec<Fact>,
) -> impl IntoView + use<> {
    let rows = rows.iter().zip(resnet.into_iter().zip(vit)).map(|(name, (resnet, vit))| {
        let largest = resnet.amount.max(vit.amount);
        view! {
            <tr>
                <th scope="row">{row_name(name)}</th>
                {cell(ModelSlot::Resnet, resnet, largest)}
                {cell(ModelSlot::Vit, vit, largest)}
            </tr>
        }
    });
    view! {
        <tbody>
            <tr class="comparison-group"><th colspan="3" scope="rowgroup">{name}</th></tr>
            {rows.collect::<Vec<_>>()}
        </tbody>
    }
}

fn row_name(name: &'static str) -> impl IntoView {
    match text::ROW_TERMS.into_iter().find(|(row, _term)| *row == name) {
        Some((_row, term)) => Either::Left(term_link(term, name)),
        None => Either::Right(name),
    }
}

fn cell(model: ModelSlot, fact: Fact, largest: Option<u64>) -> impl IntoView {
    let share = fact.amount.zip(largest).map(|(amount, largest)| amount as f64 / largest.max(1) as f64);
    view! {
        <td data-model=model.as_str()>
            <span class="fact-value">{fact.value}</span>
            {share.map(share_bar)}
            {fact.detail.map(|detail| view! { <span class="fact-detail">{detail}</span> })}
        </td>
    }
}
