//! The table of layers: sorted by any column, each row a link to the lens that shows what the layer holds.

use std::sync::Arc;

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use crate::components::link::is_plain_click;
use crate::components::live::on;
use crate::components::share_bar::share_bar;
use crate::drawing::layers::{Column, Detail, Sort, SortKey};
use crate::drawing::measured_layers::{MeasuredKey, MeasuredRow, arranged, lens_of};
use crate::i18n::number;
use crate::i18n::text::lenses::layers as text;
use crate::state::{LensAddress, LensState, Models, View};

/// Columns in order: what they sort by, and its name in the address. A share orders like the number before it.
const COLUMNS: [(Option<MeasuredKey>, &str); 15] = [
    (Some(MeasuredKey::Layer(SortKey::Node)), "node"),
    (Some(MeasuredKey::Layer(SortKey::Shape)), "shape"),
    (Some(MeasuredKey::Layer(SortKey::Parameters)), "parameters"),
    (None, ""),
    (Some(MeasuredKey::Layer(SortKey::Macs)), "macs"),
    (None, ""),
    (Some(MeasuredKey::Layer(SortKey::ReceptiveField)), "field"),
    (Some(MeasuredKey::Distance), "distance"),
    (Some(MeasuredKey::Time), "time"),
    (None, ""),
    (Some(MeasuredKey::Mean), "mean"),
    (Some(MeasuredKey::Deviation), "deviation"),
    (Some(MeasuredKey::Min), "min"),
    (Some(MeasuredKey::Max), "max"),
    (Some(MeasuredKey::Zeros), "zeros"),
];
/// Says in the address that the smallest comes first, or the largest.
const RISING: &str = "rising";
const FALLING: &str = "falling";

/// The table.
#[component]
pub fn LayerTable(
    /// All rows in order of execution; `None` while they are on their way.
    rows: Memo<Option<Arc<Vec<MeasuredRow>>>>,
    /// Which of them are shown.
    detail: Signal<Detail>,
    /// Whether there is attention, whose distance has a column then, in place of the receptive field.
    has_attention: Signal<bool>,
) -> impl IntoView {
    let state = LensState::new();
    let (by, order) = (state.text("sort"), state.text("order"));
    let sort = Memo::new(move |_previous| {
        let by = by.get()?;
        let key = COLUMNS.iter().find(|(_key, name)| *name == by).and_then(|(key, _name)| *key)?;
        let is_descending = order.get().map_or(!key.is_text(), |order| order == FALLING);
        Some(Sort { key, is_descending })
    });
    let set = Callback::new(move |key: MeasuredKey| {
        let next = Sort::after_click(sort.get_untracked(), key);
        let named = |key: MeasuredKey| COLUMNS.iter().find(|(known, _name)| *known == Some(key));
        let name = next.and_then(|sort| named(sort.key)).map_or("", |(_key, name)| *name);
        state.set("sort", name);
        state.set("order", next.map_or("", |sort| if sort.is_descending { FALLING } else { RISING }));
    });
    let is_shown = move |key: Option<MeasuredKey>| match key {
        Some(MeasuredKey::Distance) => has_attention.get(),
        Some(MeasuredKey::Layer(SortKey::ReceptiveField)) => !has_attention.get(),
        _ => true,
    };
    let heads = move || {
        let columns = COLUMNS.into_iter().zip(text::COLUMNS).filter(|((key, _name), _words)| is_shown(*key));
        columns.map(|((key, _name), words)| head(key, words, sort, set)).collect::<Vec<_>>()
    };
    let shown = move || rows.get().map(|rows| arranged(&rows, detail.get(), sort.get())).unwrap_or_default();
    let body = move || {
        let with_distance = has_attention.get();
        shown().into_iter().map(|row| layer_row(row, with_distance)).collect::<Vec<_>>()
    };
    view! {
        <p class="layers-note" data-export="no">{move || text::rows_note(detail.get(), sort.get().is_some())}</p>
        <div class="table-scroll" role="region" tabindex="0" aria-label=text::TITLE data-export="no">
            <table class="layers-table">
                <thead><tr>{heads}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}

fn head(
    key: Option<MeasuredKey>,
    words: &'static str,
    sort: Memo<Option<Sort<MeasuredKey>>>,
    set: Callback<MeasuredKey>,
) -> impl IntoView {
    let direction = move || {
        let sort = sort.get().filter(|sort| Some(sort.key) == key)?;
        Some(if sort.is_descending { "descending" } else { "ascending" })
    };
    let button = key.map(|key| {
        let click = move |_event: MouseEvent| set.run(key);
        view! { <button type="button" class="sort" on:click=on(click)>{words}</button> }
    });
    view! { <th scope="col" aria-sort=direction>{button}{key.is_none().then_some(words)}</th> }
}

fn layer_row(row: MeasuredRow, with_distance: bool) -> impl IntoView {
    let (layer, statistics) = (row.layer, row.statistics);
    let reach = match with_distance {
        true => row.distance_px.map(text::distance).unwrap_or_default(),
        false => layer.field_px.map_or_else(|| text::WHOLE_PICTURE.to_owned(), text::pixels),
    };
    view! {
        <tr class:is-part=layer.parent.is_some()>
            <th scope="row">{name(&layer.node)}</th>
            <td class="mono number">{number::shape(&layer.shape)}</td>
            <td class="number">{number::compact(layer.parameters)}</td>
            <td class="share"><span class="number">{number::percent(layer.parameter_share as f32)}</span>{share_bar(layer.parameter_share)}</td>
            <td class="number">{number::compact(layer.macs)}</td>
            <td class="share"><span class="number">{number::percent(layer.mac_share as f32)}</span>{share_bar(layer.mac_share)}</td>
            <td class="number">{reach}</td>
            <td class="number">{text::time(row.time_ms)}</td>
            <td class="share"><span class="number">{number::percent(row.time_share as f32)}</span>{share_bar(row.time_share)}</td>
            <td class="number">{number::value(statistics.mean)}</td>
            <td class="number">{number::value(statistics.deviation)}</td>
            <td class="number">{number::value(statistics.min)}</td>
            <td class="number">{number::value(statistics.max)}</td>
            <td class="share"><span class="number">{number::percent(statistics.zeros)}</span>{share_bar(f64::from(statistics.zeros))}</td>
        </tr>
    }
}

/// A node's name as a link to the lens of its tensor.
fn name(node: &shared::NodeId) -> impl IntoView + use<> {
    let (view, models) = (View::expect(), Models::expect());
    let graph = models.graph(view.get_untracked().model);
    let lens = graph.nodes.iter().find(|other| other.id == *node).and_then(lens_of);
    let (node, lens) = (node.to_string(), lens.and_then(|lens| LensAddress::read(&lens)));
    match lens {
        Some(lens) => {
            let href =
                format!("{}#lens-panel", view.get_untracked().with_lens(Some(lens.clone())).to_query());
            let open = move |event: MouseEvent| {
                if is_plain_click(&event) {
                    event.prevent_default();
                    view.open_lens(Some(lens.clone()));
                }
            };
            view! { <a class="mono" href=href on:click=on(open)>{node}</a> }.into_any()
        }
        None => view! { <span class="mono">{node}</span> }.into_any(),
    }
}
