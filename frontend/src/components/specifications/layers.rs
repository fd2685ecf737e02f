//! Every layer of the chosen model as a table: sorted by any column, folded to blocks, taken along as CSV. A row leads to
//! its node in the diagram.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use shared::{NodeId, Section, route};

use crate::components::choice::Choice;
use crate::components::link::is_plain_click;
use crate::components::live::{live, on};
use crate::components::save_file::save_text;
use crate::components::share_bar::share_bar;
use crate::drawing::layers::{Detail, LayerRow, Sort, SortKey, arranged, csv, rows};
use crate::drawing::stage::Stage;
use crate::i18n::{number, text::nodes, text::specifications as text};
use crate::state::{Models, View, ViewState};

/// Columns in order: what they sort by, or `None` for a share, which orders like the column before it.
const COLUMNS: [Option<SortKey>; 8] = [
    Some(SortKey::Node),
    Some(SortKey::Operation),
    Some(SortKey::Shape),
    Some(SortKey::Parameters),
    None,
    Some(SortKey::Macs),
    None,
    Some(SortKey::ReceptiveField),
];

/// What the rows may be, in the order of [`text::DETAILS`].
const DETAILS: [Detail; 2] = [Detail::Blocks, Detail::Nodes];

/// The table, closed at first.
#[component]
pub fn Layers() -> impl IntoView {
    let (models, model) = (StoredValue::new(Models::expect()), View::expect().model());
    let (detail, sort) = (RwSignal::new(0), RwSignal::new(None::<Sort>));
    let detail_shown = move || DETAILS[detail.get()];
    let all = move || models.with_value(|models| rows(models.graph(model.get()), nodes::operation));
    let title = move || {
        models.with_value(|models| {
            text::layers(&models.info(model.get()).name, models.graph(model.get()).nodes.len())
        })
    };
    let save = move |_event: MouseEvent| {
        let name = models.with_value(|models| models.info(model.get_untracked()).name.clone());
        save_text(&text::csv_name(&name), "text/csv", &csv(&untrack(all), nodes::section));
    };
    let heads = COLUMNS.into_iter().zip(text::COLUMNS).map(|(key, name)| head(key, name, sort));
    view! {
        <details class="layers" id="layers" data-model=live(move || model.get().as_str())>
            <summary><h3>{title}</h3></summary>
            <div class="layers-tools">
                <Choice name=text::DETAIL options=text::DETAILS.map(str::to_owned).to_vec() chosen=detail/>
                <a href=live(move || route::graph(model.get()))>{text::GRAPH}</a>
                <button type="button" class="button needs-script" on:click=on(save)>{text::SAVE_CSV}</button>
            </div>
            <p class="layers-note">{move || text::layers_note(detail_shown(), sort.get().is_some())}</p>
            <div class="table-scroll" role="region" tabindex="0" aria-label=title>
                <table class="layers-table">
                    <thead><tr>{heads.collect::<Vec<_>>()}</tr></thead>
                    <LayerRows shown=Signal::derive(move || arranged(&all(), detail_shown(), sort.get()))/>
                </table>
            </div>
        </details>
    }
}

fn head(key: Option<SortKey>, name: &'static str, sort: RwSignal<Option<Sort>>) -> impl IntoView {
    let direction = move || {
        let sort = sort.get().filter(|sort| Some(sort.key) == key)?;
        Some(if sort.is_descending { "descending" } else { "ascending" })
    };
    let button = key.map(|key| {
        let click = move |_event: MouseEvent| sort.update(|sort| *sort = Sort::after_click(*sort, key));
        view! { <button type="button" class="sort" on:click=on(click)>{name}</button> }
    });
    let plain = key.is_none().then_some(name);
    view! { <th scope="col" aria-sort=direction>{button}{plain}</th> }
}

#[component]
fn LayerRows(
    /// The rows in their order.
    shown: Signal<Vec<LayerRow>>,
) -> impl IntoView {
    let view = View::expect();
    let chosen = view.node();
    let body = move || {
        let chosen = chosen.get();
        shown.get().into_iter().map(|row| layer_row(row, chosen.as_ref(), view)).collect::<Vec<_>>()
    };
    view! { <tbody>{body}</tbody> }
}

fn layer_row(row: LayerRow, chosen: Option<&NodeId>, view: View) -> impl IntoView + use<> {
    let is_chosen = (chosen == Some(&row.node)).then_some("true");
    let target = node_view(view.get(), &row);
    let href = format!("{}#pipeline", target.to_query());
    let open = move |event: MouseEvent| {
        if is_plain_click(&event) {
            event.prevent_default();
            view.go(target.clone());
            document()
                .get_element_by_id("pipeline")
                .into_iter()
                .for_each(|section| section.scroll_into_view());
        }
    };
    view! {
        <tr class:is-part=row.parent.is_some() aria-current=is_chosen>
            <th scope="row"><a class="mono" href=href on:click=on(open)>{row.node.to_string()}</a></th>
            <td>{row.operation}</td>
            <td class="mono number">{number::shape(&row.shape)}</td>
            <td class="number">{number::thousands(row.parameters)}</td>
            <td class="share"><span class="number">{number::percent(row.parameter_share as f32)}</span>{share_bar(row.parameter_share)}</td>
            <td class="number">{number::thousands(row.macs)}</td>
            <td class="share"><span class="number">{number::percent(row.mac_share as f32)}</span>{share_bar(row.mac_share)}</td>
            <td class="number">{row.field_px.map_or_else(|| text::WHOLE_PICTURE.to_owned(), text::pixels)}</td>
        </tr>
    }
}

/// The view in which the diagram shows a node.
fn node_view(now: ViewState, row: &LayerRow) -> ViewState {
    let stage = match row.section {
        Section::Input => Stage::Preprocessing,
        Section::Head => Stage::Head,
        _ => Stage::Backbone,
    };
    now.with_node(Some(row.node.clone())).with_stage(Some(stage))
}
