//! The lens that lists every layer with what it costs, holds and takes for the picture: the table of the specifications, tied to the
//! live tensors and to measured times.

mod sections;
mod table;

use std::sync::Arc;

use leptos::prelude::*;
use shared::route;
use shared::views::{AttentionDistanceAbout, LayerStatistics};

use super::frame::{LensFrame, TableData};
use crate::components::live::{live, on};
use crate::components::save_file;
use crate::drawing::layers::{self, Detail};
use crate::drawing::lens::Lens;
use crate::drawing::measured_layers::{Measured, MeasuredRow, rows, sections};
use crate::i18n::text::lenses::layers as text;
use crate::i18n::text::nodes;
use crate::state::view_load::ViewRequest;
use crate::state::{LensState, Models, Specimen, View, ViewLoad};
use sections::Sections;
use shared::TokenLayout;
use table::LayerTable;

/// What the rows may be, in the order of [`text::DETAILS`], with their names in the address.
const DETAILS: [(&str, Detail); 2] = [("blocks", Detail::Blocks), ("nodes", Detail::Nodes)];

/// The lens.
#[component]
pub fn Layers() -> impl IntoView {
    let (state, models) = (LensState::new(), StoredValue::new(Models::expect()));
    let model = View::expect().model();
    let layout =
        Memo::new(move |_previous| models.with_value(|models| TokenLayout::of(models.graph(model.get()))));
    let request = move || ViewRequest::new(route::IMAGE_STATISTICS, format!("model={}", model.get()));
    let load = ViewLoad::<LayerStatistics>::new(move || Some(request()));
    let distance_load = ViewLoad::<AttentionDistanceAbout>::new(move || {
        layout.get().map(|_layout| {
            ViewRequest::new(route::IMAGE_ATTENTION_DISTANCE, format!("model={}", model.get()))
        })
    });
    let distances = Memo::new(move |_previous| {
        let view = layout.get().and_then(|_layout| distance_load.get());
        view.and_then(|view| Some(mean_of_heads(view.array()?))).unwrap_or_default()
    });
    // An answer about the other model can still be there while the new one is on its way.
    let view = move || load.get().filter(|view| view.about.model.slot == model.get());
    let measured = Memo::new(move |_previous| {
        let (view, distances_px) = (view()?, distances.get());
        models.with_value(|models| {
            let graph = models.graph(model.get());
            let layers = layers::rows(graph, nodes::operation);
            let measured = Measured { nodes: &view.about.nodes, distances_px: &distances_px };
            Some(Arc::new(rows(graph, layers, measured)))
        })
    });
    let chosen = state.text("rows");
    let detail = Memo::new(move |_previous| {
        let chosen = chosen.get();
        DETAILS.iter().position(|(name, _detail)| Some(*name) == chosen.as_deref()).unwrap_or(0)
    });
    let title = move || {
        measured.get().map(|rows| text::finding(&sections(&rows))).unwrap_or_else(|| text::TITLE.to_owned())
    };
    let explanation = move || {
        let about = view().map(|view| (view.about.device.clone(), view.about.num_passes));
        text::note(about.as_ref().map(|(device, passes)| (device.as_str(), *passes)), layout.get().is_some())
    };
    let numbers = Memo::new(move |_previous| {
        let rows = measured.get()?;
        let values: Vec<f32> = rows.iter().flat_map(numbers_of).collect();
        save_file::npy_address(&[rows.len(), values.len() / rows.len().max(1)], &values)
    });
    let specimen = Specimen::expect();
    let json = move || {
        let path = specimen.image().with(|image| request().path(&image.info.image_id));
        format!("{path}&format=json")
    };
    let details = DETAILS.iter().zip(text::DETAILS).enumerate().map(|(index, ((name, _detail), words))| {
        view! {
            <button
                type="button"
                class="choice"
                aria-pressed=live(move || (detail.get() == index).to_string())
                on:click=on(move |_event| state.set("rows", name))
            >
                {words}
            </button>
        }
    });
    let details: Vec<_> = details.collect();
    view! {
        <LensFrame
            lens=Lens::Layers
            title=Signal::derive(title)
            explanation=Signal::derive(explanation)
            source=text::SOURCE
            loads=vec![load.into(), distance_load.into()]
            numbers=Signal::derive(move || numbers.get())
            table=move |()| measured.get().map(|rows| table_of(&rows)).unwrap_or_default()
        >
            <div class="lens-controls">
                <super::model_choice::ModelChoice/>
                <div class="choices" role="group" aria-label=text::DETAIL>{details}</div>
                <a href=live(json)>{text::AS_JSON}</a>
            </div>
            <div class="layers-lens" data-model=move || model.get().as_str()>
                <Sections shares=Signal::derive(move || measured.get().map(|rows| sections(&rows)).unwrap_or_default())/>
                <LayerTable
                    rows=measured
                    detail=Signal::derive(move || DETAILS[detail.get()].1)
                    has_attention=Signal::derive(move || layout.get().is_some())
                />
            </div>
        </LensFrame>
    }
}

/// The mean over the heads of each block, of `[blocks, heads]`.
fn mean_of_heads(distances: &crate::api::Array) -> Vec<f64> {
    let heads = distances.shape.last().copied().unwrap_or(1).max(1);
    let mean = |row: &[f32]| row.iter().map(|value| f64::from(*value)).sum::<f64>() / row.len() as f64;
    distances.values.chunks_exact(heads).map(mean).collect()
}

/// What was measured of a node, in the order of the last columns of the table.
fn numbers_of(row: &MeasuredRow) -> [f32; 7] {
    let statistics = &row.statistics;
    [
        statistics.mean,
        statistics.deviation,
        statistics.min,
        statistics.max,
        statistics.zeros,
        row.time_ms as f32,
        row.time_share as f32,
    ]
}

/// Every node with all that is known of it, exactly.
fn table_of(rows: &[MeasuredRow]) -> TableData {
    let row = |row: &MeasuredRow| {
        let (layer, statistics) = (&row.layer, &row.statistics);
        let shape: Vec<String> = layer.shape.iter().map(ToString::to_string).collect();
        vec![
            layer.node.to_string(),
            layer.parent.as_ref().map(ToString::to_string).unwrap_or_default(),
            nodes::section(layer.section),
            layer.operation.clone(),
            shape.join("x"),
            layer.parameters.to_string(),
            layer.parameter_share.to_string(),
            layer.macs.to_string(),
            layer.mac_share.to_string(),
            layer.field_px.map_or_else(|| text::WHOLE_PICTURE.to_owned(), |size| size.to_string()),
            row.distance_px.map(|distance| distance.to_string()).unwrap_or_default(),
            statistics.mean.to_string(),
            statistics.deviation.to_string(),
            statistics.min.to_string(),
            statistics.max.to_string(),
            statistics.zeros.to_string(),
            row.time_ms.to_string(),
            row.time_share.to_string(),
        ]
    };
    TableData { head: text::CSV_COLUMNS.map(str::to_owned).to_vec(), rows: rows.iter().map(row).collect() }
}
