//! The lens that shows where in the picture a class's logit comes from, and checks that the exact map is exact.

mod check;
mod without_map;

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::ClassMapAbout;
use shared::{ModelSlot, NodeId, route};

use super::address_choice::AddressChoice;
use super::class_picker::{ClassPicker, first_class};
use super::frame::{LensFrame, TableData};
use super::pickers::NodePicker;
use super::settled::{KeepsPlace, go_to_kept_place, rested};
use crate::components::learning::{MapPanel, PanelSize};
use crate::drawing::class_maps::{maps, peak, pooled_map, share_of_highest};
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::drawing::lens::Lens;
use crate::i18n::number;
use crate::i18n::text::lenses::class_map as text;
use crate::state::view_load::ViewRequest;
use crate::state::{Answer, Cursor, LensState, Models, Specimen, ViewLoad};
use check::Checks;
use without_map::WithoutMap;

/// Where the method stands in the address.
const METHOD: &str = "method";
/// Where the class stands in the address.
const CLASS: &str = "class";
/// Where the layer stands in the address.
const NODE: &str = "node";
/// The method that knows no class.
const EIGEN_CAM: &str = "eigen-cam";
/// The part of the cells that the finding speaks of.
const QUARTER: f64 = 0.25;

/// The lens: of the model whose head reads the mean of a map, whichever the page shows.
#[component]
pub fn ClassMap() -> impl IntoView {
    let models = Models::expect();
    let head = |slot: ModelSlot| Some((slot, pooled_map(models.graph(slot))?.id.clone()));
    ModelSlot::ALL.into_iter().find_map(head).map(|(model, head)| view! { <Map model head/> })
}

/// The lens of a model whose head reads the mean of a map.
#[component]
fn Map(
    /// Whose.
    model: ModelSlot,
    /// The map whose mean the head reads.
    head: NodeId,
) -> impl IntoView {
    let (state, cursor) = (LensState::new(), Cursor::expect());
    go_to_kept_place(state);
    let chosen = state.number(CLASS);
    let answer = Specimen::expect().answer(model);
    // The class in the address, or else the model's first answer, once it is there.
    let class = Memo::new(move |_previous| {
        let is_answered = answer.with(|answer| matches!(answer, Answer::Ready(_)));
        chosen.get().or_else(|| is_answered.then(|| first_class(model)))
    });
    let (method, named) = (state.text(METHOD), state.text(NODE));
    let all = Arc::new(maps(Models::expect().graph(model)));
    let node = {
        let (all, head) = (Arc::clone(&all), head.clone());
        Memo::new(move |_previous| {
            let named = named.get().filter(|_named| method.with(Option::is_some));
            let found = all.iter().find(|node| Some(node.as_str()) == named.as_deref());
            found.unwrap_or(&head).clone()
        })
    };
    let query = Memo::new(move |_previous| {
        let index = class.get()?;
        Some(match method.get().as_deref() {
            Some("grad-cam") => format!("model={model}&class={index}&method=grad-cam&node={}", node.get()),
            Some(EIGEN_CAM) => format!("model={model}&method=eigen-cam&node={}", node.get()),
            _ => format!("model={model}&class={index}"),
        })
    });
    let request = move || Some(ViewRequest::new(route::IMAGE_CLASS_MAP, query.get()?));
    let load = ViewLoad::<ClassMapAbout>::new(request);
    let grid =
        Memo::new(move |_previous| load.get().and_then(|view| Grid::channel(view.array()?, 0)).map(Arc::new));
    let cell = move || {
        let cell = grid.with(|grid| grid.as_ref().map(|grid| grid.cell_at(cursor.place())))?;
        Some([cell.row, cell.column])
    };
    let asked = rested(cell);
    let check = ViewLoad::<ClassMapAbout>::new(move || {
        let ([row, column], query) = (asked.get().flatten()?, query.get()?);
        let is_exact = method.with(Option::is_none);
        is_exact.then(|| ViewRequest::new(route::IMAGE_CLASS_MAP, format!("{query}&cell={row},{column}")))
    });
    let labels = StoredValue::new(Models::expect().info(model).labels.clone());
    let label = move || {
        class
            .get()
            .and_then(|class| labels.with_value(|labels| labels.get(class).cloned()))
            .unwrap_or_default()
    };
    let title = move || match (load.get(), grid.get()) {
        (Some(view), Some(grid)) => match &view.about.label {
            Some(label) => {
                text::finding(label, view.about.logit, share_of_highest(&grid, QUARTER), peak(&grid))
            }
            None => text::eigen_finding(view.about.node.as_str(), peak(&grid)),
        },
        _ => text::waiting(&label()),
    };
    let note = move || {
        let cells = grid.with(|grid| grid.as_ref().map_or(0, |grid| grid.values.len()));
        text::note(method.get().as_deref(), head.as_str(), cells)
    };
    let table = move |()| TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: grid.get().map(|grid| rows(&grid)).unwrap_or_default(),
    };
    let figure = move || {
        let scale = if method.with(Option::is_none) { Scale::Diverging } else { Scale::Sequential };
        let named = move |name: fn(Option<&str>, &str, &str) -> String| {
            Signal::derive(move || name(method.get().as_deref(), &label(), node.get().as_str()))
        };
        view! {
            <MapPanel
                name=named(text::map_name)
                grid=grid
                scale=scale
                quantity=Signal::derive(move || text::quantity(method.get().as_deref()).to_owned())
                label=named(text::label)
                ground=model
                size=PanelSize::Full
            />
        }
    };
    // The exact map is of one layer alone.
    let offered = Signal::stored(all.iter().map(NodeId::to_string).collect::<Vec<_>>());
    let nodes = move || {
        let choose = move |node: String| state.set(NODE, node);
        let chosen = Signal::derive(move || node.get().to_string());
        method.with(Option::is_some).then(|| {
            view! { <NodePicker name=text::NODE nodes=offered chosen=chosen on_choose=choose/> }
        })
    };
    // An Eigen-CAM asks about no class.
    let classes = move || {
        let choose = move |class: usize| state.set(CLASS, class);
        let asks = method.with(|method| method.as_deref() != Some(EIGEN_CAM));
        asks.then(|| view! { <ClassPicker model=model chosen=Signal::derive(move || class.get().unwrap_or_default()) on_choose=choose/> })
    };
    view! {
        <LensFrame
            lens=Lens::ClassMap
            title=Signal::derive(title)
            explanation=Signal::derive(note)
            source=text::SOURCE
            loads=vec![load.into(), check.into()]
            numbers=Signal::derive(move || request().map(|request| request.npy()))
            table=table
        >
            <div class="lens-controls">
                <AddressChoice name=text::METHOD key=METHOD options=text::methods()/>
                {nodes}
                {classes}
            </div>
            <div class="lens-split">
                <div class="lens-main" class:is-old=move || load.is_stale().get() data-model=model.as_str()>
                    <KeepsPlace>{figure}</KeepsPlace>
                </div>
                <div class="lens-side">
                    <Checks load check grid cell=Signal::derive(cell)/>
                    {ModelSlot::ALL.map(|model| view! { <WithoutMap model/> })}
                </div>
            </div>
        </LensFrame>
    }
}

fn rows(grid: &Grid) -> Vec<Vec<String>> {
    let row = |(index, value): (usize, &f32)| {
        vec![
            (index / grid.columns).to_string(),
            (index % grid.columns).to_string(),
            number::value(*value),
            number::value(*value / grid.values.len() as f32),
        ]
    };
    grid.values.iter().enumerate().map(row).collect()
}
