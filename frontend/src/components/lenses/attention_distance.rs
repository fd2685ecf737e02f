//! The lens on how far each head looks: mean attention distances by depth with what even attention would give, and on the same
//! axis how far a CNN's units could look.

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::AttentionDistanceAbout;
use shared::{ModelSlot, TokenLayout, route};

use super::attention::MODEL;
use super::chart::Chart;
use super::frame::{LensFrame, TableData};
use crate::components::live::live;
use crate::drawing::attention_reach::{FieldReach, beyond, field_reaches, head_depth, layer_depth};
use crate::drawing::chart::{ChartData, DASHES, Reference, Series};
use crate::drawing::lens::Lens;
use crate::i18n::text::lenses::attention as words;
use crate::i18n::text::lenses::attention_distance as text;
use crate::state::view_load::ViewRequest;
use crate::state::{LensAddress, LensState, Models, View, ViewLoad};

/// The model whose units are drawn beside the heads.
const CNN: ModelSlot = ModelSlot::Resnet;
/// The series of the heads in the chart.
const HEADS: usize = 0;
/// Position of the CNN's curve beside it.
const FIELDS: usize = 1;

/// Mean distances of all heads.
#[derive(Clone, Debug, PartialEq)]
pub struct Distances {
    /// Blocks by their names in the graph.
    pub blocks: Vec<String>,
    /// Heads of each.
    pub heads: usize,
    /// `[blocks, heads]`.
    pub values_px: Vec<f32>,
    /// What even attention over all patches gives.
    pub uniform_px: f64,
    /// What even attention over a patch and its neighbours gives.
    pub neighbourhood_px: f64,
}

impl Distances {
    fn read(
        view: &crate::state::view_load::ViewAnswer<AttentionDistanceAbout>,
        layout: &TokenLayout,
    ) -> Option<Self> {
        let array = view.array()?;
        let &[blocks, heads] = array.shape.as_slice() else { return None };
        let names: Vec<String> = layout.streams.iter().map(ToString::to_string).collect();
        (names.len() == blocks && heads > 0).then(|| Self {
            blocks: names,
            heads,
            values_px: array.values.clone(),
            uniform_px: view.about.uniform_px,
            neighbourhood_px: view.about.neighbourhood_px,
        })
    }

    /// The distance of a head.
    pub fn of(&self, (block, head): (usize, usize)) -> Option<f32> {
        (head < self.heads).then(|| self.values_px.get(block * self.heads + head).copied())?
    }

    /// The smallest and the largest distance.
    fn ends(&self) -> (f32, f32) {
        let fold = |start, pick: fn(f32, f32) -> f32| self.values_px.iter().copied().fold(start, pick);
        (fold(f32::INFINITY, f32::min), fold(f32::NEG_INFINITY, f32::max))
    }
}

/// The lens; nothing but a sentence for a model without attention.
#[component]
pub fn AttentionDistance() -> impl IntoView {
    match TokenLayout::of(Models::expect().graph(MODEL)) {
        Some(layout) => figure(layout).into_any(),
        None => view! { <p>{words::NO_ATTENTION}</p> }.into_any(),
    }
}

fn figure(layout: TokenLayout) -> impl IntoView {
    let (state, models) = (LensState::new(), Models::expect());
    let [vit, cnn] = [MODEL, CNN].map(|slot| models.info(slot).name.clone());
    let side_px = models.info(CNN).architecture.image_size();
    let fields = StoredValue::new(field_reaches(models.graph(CNN), side_px));
    let names = StoredValue::new((vit, cnn));
    let layout = StoredValue::new(layout);
    let request = || Some(ViewRequest::new(route::IMAGE_ATTENTION_DISTANCE, format!("model={MODEL}")));
    let load = ViewLoad::<AttentionDistanceAbout>::new(request);
    let distances = Memo::new(move |_previous| {
        let view = load.get()?;
        layout.with_value(|layout| Distances::read(&view, layout)).map(Arc::new)
    });
    let (block, head) = (state.number("block"), state.number("head"));
    let chosen = Memo::new(move |_previous| {
        let place = (block.get()?, head.get()?);
        distances.get()?.of(place).map(|_distance| place)
    });
    let title = move || {
        let distances = distances.get();
        names.with_value(|(_vit, cnn)| {
            fields.with_value(|fields| {
                text::finding(distances.as_deref().map(|found| finding(found, fields, cnn)))
            })
        })
    };
    let table = move |()| TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: distances
            .get()
            .map(|found| fields.with_value(|fields| table_rows(&found, fields)))
            .unwrap_or_default(),
    };
    let head_of = move |(series, position): (usize, usize)| {
        let heads = distances.get_untracked()?.heads;
        (series == HEADS).then_some((position / heads, position % heads))
    };
    let told_of = move |place: (usize, usize)| {
        let found = distances.get()?;
        Some(text::told(found.blocks.get(place.0)?, place.1, found.of(place)?))
    };
    let told = move |point: (usize, usize)| match head_of(point) {
        Some(place) => untrack(|| told_of(place)),
        None => fields.with_value(|fields| {
            let field = fields.get(point.1)?;
            Some(text::field_told(field.node.as_str(), field.size_px, field.even_px))
        }),
    };
    let chart = move || {
        let found = distances.get();
        names.with_value(|names| fields.with_value(|fields| chart(found.as_deref(), fields, names)))
    };
    let label = move || text::label(distances.get().map(|found| found.ends()));
    view! {
        <LensFrame
            lens=Lens::AttentionDistance
            title=Signal::derive(title)
            explanation=names.with_value(|(_vit, cnn)| text::note(cnn))
            source=text::SOURCE
            loads=vec![load.into()]
            numbers=Signal::derive(move || request().map(|request| request.npy()))
            table=table
        >
            <Legend names/>
            <Chart
                data=Signal::derive(chart)
                label=Signal::derive(label)
                told=move |point: (usize, usize)| told(point).unwrap_or_default()
                on_choose=move |point: (usize, usize)| {
                    if let Some((block, head)) = head_of(point) {
                        state.set("block", block);
                        state.set("head", head);
                    }
                }
            />
            <p class="readout" data-export="no">
                {live(move || chosen.get().and_then(told_of).unwrap_or_else(|| text::HOW.to_owned()))} " " <OpenHead chosen/>
            </p>
        </LensFrame>
    }
}

/// What the dots and the line are.
#[component]
fn Legend(
    /// The names of the transformer and of the CNN.
    names: StoredValue<(String, String)>,
) -> impl IntoView {
    view! {
        <ul class="reach-legend">
            <li data-model=MODEL.as_str()>
                <svg viewBox="0 0 24 12" aria-hidden="true"><circle class="chart-marker" cx="12" cy="6" r="4"/></svg>
                {names.with_value(|(vit, _cnn)| text::heads_of(vit))}
            </li>
            <li data-model=CNN.as_str()>
                <svg viewBox="0 0 24 12" aria-hidden="true"><path class="chart-line" stroke-dasharray=DASHES[FIELDS] d="M0 6H24"/><path class="chart-marker" d="M8.5 2.5h7v7h-7z"/></svg>
                {names.with_value(|(_vit, cnn)| text::fields_of(cnn))}
            </li>
        </ul>
    }
}

/// A link to the lens that shows what the chosen head attends to; nothing while none is chosen.
#[component]
fn OpenHead(
    /// Block and head.
    chosen: Memo<Option<(usize, usize)>>,
) -> impl IntoView {
    move || {
        let (block, head) = chosen.get()?;
        let address = format!("attention,block:{block},head:{head}");
        let href = View::expect().get().with_lens(LensAddress::read(&address)).to_query();
        Some(
            view! { <a class="button" data-export="no" href=format!("{href}#{}", super::PANEL_ID)>{text::OPEN}</a> },
        )
    }
}

/// A dot for each head, a line for the CNN, both over the depth of their network.
fn chart(found: Option<&Distances>, fields: &[FieldReach], (vit, cnn): &(String, String)) -> ChartData {
    let layer = |(layer, field): (usize, &FieldReach)| (layer_depth(layer, fields.len()), field.even_px);
    let head = |found: &Distances| -> Vec<(f64, f64)> {
        let (blocks, heads) = (found.blocks.len(), found.heads);
        let point = |(index, distance): (usize, &f32)| {
            (head_depth((index / heads, blocks), (index % heads, heads)), f64::from(*distance))
        };
        found.values_px.iter().enumerate().map(point).collect()
    };
    let series = |name: String, model: ModelSlot, points: Vec<(f64, f64)>, is_line: bool| Series {
        name,
        hue: Some(model.as_str()),
        points,
        is_line,
    };
    let series = vec![
        series(text::heads_of(vit), MODEL, found.map(head).unwrap_or_default(), false),
        series(text::fields_of(cnn), CNN, fields.iter().enumerate().map(layer).collect(), true),
    ];
    let reference = |at: f64, name: String| Reference { name, at, is_vertical: false };
    let references = found.map(|found| {
        vec![
            reference(found.uniform_px, text::uniform(found.uniform_px)),
            reference(found.neighbourhood_px, text::neighbourhood(found.neighbourhood_px)),
        ]
    });
    let references = references.unwrap_or_default();
    let drawn = series.iter().flat_map(|series| &series.points).map(|(_depth, distance)| *distance);
    let top = drawn.chain(references.iter().map(|line| line.at)).fold(0.0, f64::max);
    ChartData {
        x_name: text::DEPTH.to_owned(),
        y_name: text::AXIS.to_owned(),
        series,
        references,
        x_range: Some((0.0, 1.0)),
        y_range: Some((0.0, top * 1.08)),
        ..ChartData::default()
    }
}

fn finding<'a>(found: &Distances, fields: &'a [FieldReach], cnn: &'a str) -> text::Finding<'a> {
    let half_px = found.uniform_px / 2.0;
    let first = &found.values_px[..found.heads];
    let layer = fields.iter().position(|field| field.even_px > half_px);
    text::Finding {
        heads: found.heads,
        beyond: beyond(first, half_px),
        half_px,
        layer: layer.map(|layer| (fields[layer].node.as_str(), layer, fields.len())),
        cnn,
    }
}

/// One row for each head, then one for each layer of the CNN.
fn table_rows(found: &Distances, fields: &[FieldReach]) -> Vec<Vec<String>> {
    let head = |(index, distance): (usize, &f32)| {
        let (block, head) = (index / found.heads, index % found.heads);
        vec![found.blocks[block].clone(), head.to_string(), format!("{distance:.2}")]
    };
    let layer = |field: &FieldReach| {
        let name = text::field(field.node.as_str(), field.size_px);
        vec![name, text::NO_HEAD.to_owned(), format!("{:.2}", field.even_px)]
    };
    found.values_px.iter().enumerate().map(head).chain(fields.iter().map(layer)).collect()
}

#[cfg(test)]
mod tests {
    use shared::NodeId;

    use super::*;

    #[test]
    fn the_finding_compares_the_first_block_with_the_cnn() {
        let found = Distances {
            blocks: vec!["encoder.0".to_owned(), "encoder.1".to_owned()],
            heads: 2,
            values_px: vec![70.0, 40.0, 90.0, 95.0],
            uniform_px: 116.0,
            neighbourhood_px: 16.7,
        };
        let field = |name: &str, even_px| FieldReach { node: NodeId::new(name), size_px: 10, even_px };
        let fields = [field("conv1", 3.0), field("layer3.0", 60.0)];
        let finding = finding(&found, &fields, "ResNet");
        assert_eq!((finding.beyond, finding.heads, finding.layer), (1, 2, Some(("layer3.0", 1, 2))));
        assert_eq!((found.of((1, 1)), found.of((0, 2)), found.of((2, 0))), (Some(95.0), None, None));
        let rows = table_rows(&found, &fields);
        assert_eq!(rows.len(), 6);
        assert_eq!(rows[1], ["encoder.0", "1", "40.00"]);
    }
}
