//! The lens that follows one place of the picture through both models: what the CNN's unit there has seen, and what the ViT's patch there
//! attends to, at the same relative depth.

mod reach;

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::AttentionAbout;
use shared::{ModelSlot, NodeId, Section, TokenLayout, route};

use super::effective_field::{EffectiveBar, EffectiveLoad, EffectiveMap, UnitAsked};
use super::frame::{LensFrame, TableData};
use super::settled::{KeepsPlace, go_to_kept_place};
use crate::components::learning::{FieldFrame, MapPanel, PanelSize, Slider};
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::drawing::lens::Lens;
use crate::drawing::one_place::{AttentionReach, at_depth, attention_reach};
use crate::drawing::receptive::{FieldStep, field_box, steps, unit_at};
use crate::i18n::text::lenses::cursor as text;
use crate::state::view_load::ViewRequest;
use crate::state::{Cursor, LensState, Models, ViewAnswer, ViewLoad};
use reach::Reach;

/// Where the depth stands in the address.
const DEPTH: &str = "depth";

/// Both models, block by block.
#[derive(Clone, Debug, PartialEq)]
struct Pair {
    cnn_name: String,
    vit_name: String,
    side_px: usize,
    /// Blocks of the CNN.
    cnn: Arc<Vec<FieldStep>>,
    /// Blocks of the ViT.
    vit: Vec<NodeId>,
    patches_per_side: usize,
    patch_px: usize,
}

impl Pair {
    /// `None` where one of the models has no blocks of its kind.
    fn of(models: &Models) -> Option<Self> {
        let (cnn, vit) = (models.info(ModelSlot::Resnet), models.info(ModelSlot::Vit));
        let (graph, layout) =
            (models.graph(ModelSlot::Resnet), TokenLayout::of(models.graph(ModelSlot::Vit))?);
        let is_block = |step: &FieldStep| {
            graph.node(&step.node).is_some_and(|node| matches!(node.section, Section::Stage(_)))
        };
        let blocks: Vec<FieldStep> = steps(graph).into_iter().filter(is_block).collect();
        (!blocks.is_empty() && !layout.streams.is_empty()).then(|| Self {
            cnn_name: cnn.name.clone(),
            vit_name: vit.name.clone(),
            side_px: cnn.architecture.image_size(),
            cnn: Arc::new(blocks),
            vit: layout.streams.clone(),
            patches_per_side: layout.patches_per_side,
            patch_px: layout.patch_size_px,
        })
    }

    /// Positions of the slider.
    fn positions(&self) -> usize {
        self.cnn.len().max(self.vit.len())
    }

    fn cnn_at(&self, position: usize) -> (usize, &FieldStep) {
        let depth = at_depth(position, self.positions(), self.cnn.len());
        (depth, &self.cnn[depth])
    }

    fn vit_at(&self, position: usize) -> (usize, &NodeId) {
        let depth = at_depth(position, self.positions(), self.vit.len());
        (depth, &self.vit[depth])
    }

    /// Row and column of the patch at a place.
    fn patch_at(&self, place: (f64, f64)) -> [usize; 2] {
        let side = self.patches_per_side;
        let cell = Grid { rows: side, columns: side, values: Vec::new() }.cell_at(place);
        [cell.row, cell.column]
    }

    /// Row and column of the unit at a place.
    fn unit_at(&self, step: &FieldStep, (x, y): (f64, f64)) -> [usize; 2] {
        [unit_at(step, y, self.side_px), unit_at(step, x, self.side_px)]
    }

    /// How far the attention of the answer's patch reaches in every block.
    fn reaches(&self, answer: &ViewAnswer<AttentionAbout>) -> Vec<Option<AttentionReach>> {
        let Some(place) = answer.about.query.patch else { return Vec::new() };
        let reach = |depth: usize| {
            let weights = patches(answer, depth)?;
            attention_reach(weights, self.patches_per_side, self.patch_px, place)
        };
        (0..answer.about.blocks.len()).map(reach).collect()
    }
}

/// The weights of the patches in a block.
fn patches(answer: &ViewAnswer<AttentionAbout>, depth: usize) -> Option<&[f32]> {
    let array = answer.array()?;
    let tokens = *array.shape.last()?;
    array.values.get(depth * tokens + answer.about.num_leading..(depth + 1) * tokens)
}

/// The lens.
#[component]
pub fn OnePlace() -> impl IntoView {
    Pair::of(&Models::expect()).map(|pair| view! { <Compared pair=Arc::new(pair)/> })
}

/// The lens of two models that can be compared.
#[component]
fn Compared(
    /// The models.
    pair: Arc<Pair>,
) -> impl IntoView {
    let (state, cursor) = (LensState::new(), Cursor::expect());
    go_to_kept_place(state);
    let (pair, count) = (StoredValue::new(Arc::clone(&pair)), pair.positions());
    let chosen = state.number(DEPTH);
    let depth = Memo::new(move |_previous| chosen.get().unwrap_or_default().min(count - 1));
    let step = Memo::new(move |_previous| pair.with_value(|pair| pair.cnn_at(depth.get()).1.clone()));
    let unit = Memo::new(move |_previous| {
        pair.with_value(|pair| step.with(|step| pair.unit_at(step, cursor.place())))
    });
    let patch = Memo::new(move |_previous| pair.with_value(|pair| pair.patch_at(cursor.place())));
    let effective = EffectiveLoad::new(move || {
        let [row, column] = unit.get();
        UnitAsked {
            model: ModelSlot::Resnet,
            node: step.with(|step| step.node.clone()),
            row,
            column,
            is_mean: false,
        }
    });
    // Every block at once: the slider then waits for nothing.
    let request = move || {
        let [row, column] = patch.get();
        let query = format!("model={}&block=all&head=mean&query={row},{column}", ModelSlot::Vit);
        Some(ViewRequest::new(route::IMAGE_ATTENTION, query))
    };
    let attention = ViewLoad::<AttentionAbout>::new(request);
    let reaches = Memo::new(move |_previous| {
        attention.get().map(|answer| pair.with_value(|pair| pair.reaches(&answer))).unwrap_or_default()
    });
    let block = move || pair.with_value(|pair| pair.vit_at(depth.get()).0);
    let reach = move || reaches.with(|reaches| reaches.get(block()).copied().flatten());
    let names = move || {
        pair.with_value(|pair| {
            let position = depth.get();
            (pair.cnn_at(position).1.node.to_string(), pair.vit_at(position).1.to_string())
        })
    };
    let title = move || {
        let (cnn, vit) = names();
        text::finding(&cnn, &vit, effective.measured().as_ref(), reach().as_ref())
    };
    let shown_depth = move || {
        let (cnn, vit) = names();
        text::depth(&cnn, &vit)
    };
    let table = move |()| reaches.with(|reaches| pair.with_value(|pair| table(pair, reaches)));
    let even = move || {
        let place = patch.get();
        pair.with_value(|pair| {
            let weights = vec![1.0; pair.patches_per_side * pair.patches_per_side];
            attention_reach(&weights, pair.patches_per_side, pair.patch_px, place)
        })
    };
    view! {
        <LensFrame
            lens=Lens::Cursor
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=vec![attention.into(), effective.load.into()]
            numbers=Signal::derive(move || request().map(|request| request.npy()))
            table=table
        >
            <div class="lens-controls">
                <Slider
                    name=text::DEPTH
                    count=count
                    position=depth
                    value=Signal::derive(shown_depth)
                    on_move=move |position: usize| state.set(DEPTH, position)
                />
            </div>
            <KeepsPlace>
                <div class="lens-pair">
                    <div data-model=ModelSlot::Resnet.as_str()>
                        <OfCnn pair step unit effective/>
                    </div>
                    <div data-model=ModelSlot::Vit.as_str()>
                        <OfVit pair patch attention block=Signal::derive(block)/>
                        {move || vit_facts(reach(), even())}
                    </div>
                </div>
            </KeepsPlace>
            <Reach pair=pair.get_value() reaches depth even=Signal::derive(move || even().map(|even| even.mean_px))/>
        </LensFrame>
    }
}

/// The unit of the CNN.
#[component]
fn OfCnn(
    /// The models.
    pair: StoredValue<Arc<Pair>>,
    /// The block.
    step: Memo<FieldStep>,
    /// Row and column.
    unit: Memo<[usize; 2]>,
    /// What it used.
    effective: EffectiveLoad,
) -> impl IntoView {
    let grid = effective.grid();
    let (side_px, all) = pair.with_value(|pair| (pair.side_px, Arc::clone(&pair.cnn)));
    let name = move || {
        pair.with_value(|pair| {
            step.with(|step| text::cnn_name(&pair.cnn_name, step.node.as_str(), unit.get()))
        })
    };
    let facts = move || {
        let ([row, column], size_px) = (unit.get(), step.with(|step| step.size_px));
        let share = step.with(|step| field_box(step, (column, row)));
        let share = share.map_or(1.0, |field| field.share_of_picture(side_px));
        let measured = effective.measured();
        let radius = |pick: fn(&shared::views::EffectiveField) -> f64| {
            measured.as_ref().map_or_else(|| text::MEASURING.to_owned(), |field| text::within(pick(field)))
        };
        let values = [
            text::field(size_px, share),
            radius(|field| field.radius_68_px),
            radius(|field| field.radius_95_px),
        ];
        facts(text::CNN_FACTS.into_iter().zip(values).collect())
    };
    view! {
        <div class="map-panel">
            <p class="map-name">{name}</p>
            <FieldFrame
                model=ModelSlot::Resnet
                side_px=side_px
                steps=Signal::stored(all)
                step=step
                label=Signal::derive(move || text::cnn_label(&name(), step.with(|step| step.size_px)))
                overlay=move || view! { <EffectiveMap effective grid/> }
                circles=Signal::derive(move || effective.radii_px())
            />
            <EffectiveBar grid/>
        </div>
        {facts}
    }
}

/// The patch of the ViT.
#[component]
fn OfVit(
    /// The models.
    pair: StoredValue<Arc<Pair>>,
    /// Row and column.
    patch: Memo<[usize; 2]>,
    /// Its attention in all blocks.
    attention: ViewLoad<AttentionAbout>,
    /// The block.
    #[prop(into)]
    block: Signal<usize>,
) -> impl IntoView {
    let grid = Memo::new(move |_previous| {
        let answer = attention.get()?;
        patches(&answer, block.get()).and_then(|weights| Grid::square(weights.to_vec())).map(Arc::new)
    });
    let range = move || grid.with(|grid| grid.as_ref().map(|grid| (0.0, grid.range().1)));
    let name = move || {
        pair.with_value(|pair| {
            let node = pair.vit.get(block.get()).map(ToString::to_string).unwrap_or_default();
            text::vit_name(&pair.vit_name, &node, patch.get())
        })
    };
    view! {
        <MapPanel
            name=Signal::derive(name)
            grid=grid
            scale=Scale::Sequential
            range=Signal::derive(range)
            quantity=text::WEIGHT
            label=Signal::derive(move || text::vit_label(&name()))
            ground=ModelSlot::Vit
            size=PanelSize::Full
        />
    }
}

fn vit_facts(reach: Option<AttentionReach>, even: Option<AttentionReach>) -> impl IntoView {
    let value = |write: fn(f64) -> String, px: Option<f64>| px.map_or_else(|| "…".to_owned(), write);
    let values = [
        value(text::length, reach.map(|reach| reach.mean_px)),
        value(text::within, reach.map(|reach| reach.radius_68_px)),
        value(text::within, reach.map(|reach| reach.radius_95_px)),
        value(text::length, even.map(|even| even.mean_px)),
    ];
    facts(text::VIT_FACTS.into_iter().zip(values).collect())
}

fn facts(facts: Vec<(&'static str, String)>) -> impl IntoView {
    let fact = |(name, value): (&'static str, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    view! { <dl class="facts">{facts.into_iter().map(fact).collect::<Vec<_>>()}</dl> }
}

/// One row for each position of the slider.
fn table(pair: &Pair, reaches: &[Option<AttentionReach>]) -> TableData {
    let row = |position: usize| {
        let ((_cnn, step), (vit, block)) = (pair.cnn_at(position), pair.vit_at(position));
        let reach = reaches.get(vit).copied().flatten();
        let px = |px: Option<f64>| px.map(|px| format!("{px:.1}")).unwrap_or_default();
        vec![
            position.to_string(),
            step.node.to_string(),
            step.size_px.to_string(),
            block.to_string(),
            px(reach.map(|reach| reach.mean_px)),
            px(reach.map(|reach| reach.radius_68_px)),
            px(reach.map(|reach| reach.radius_95_px)),
        ]
    };
    TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: (0..pair.positions()).map(row).collect(),
    }
}
