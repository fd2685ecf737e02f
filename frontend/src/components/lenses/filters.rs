//! The lens that shows filters: the kernels as pictures, and one of them at work, one output unit at a time, down to the value that the
//! model itself has computed there.

mod ledger;
mod sliding;
mod weights;

use std::sync::Arc;

use leptos::prelude::*;
use shared::architecture::ConvSpec;
use shared::{Graph, ModelSlot, Node, NodeId, Operation, ReceptiveField, TensorShape, route};

use super::frame::{LensFrame, TableData};
use super::node_choice::{NodeChoice, remember_place};
use crate::components::live::{live, on};
use crate::drawing::channels::most_structured_kernel;
use crate::drawing::convolution_steps::{
    Band, BatchNorm, UnitValue, WindowSum, band_rows, finish, heaviest_slices, window_sum,
};
use crate::drawing::grid::{Cell, Grid};
use crate::drawing::lens::Lens;
use crate::i18n::text::lenses::filters as text;
use crate::state::{Cursor, LensState, Models, TensorLoad, TensorRequest};
use ledger::Ledger;
use sliding::Sliding;
use weights::Weights;

/// Kernels that slide are a CNN's.
const MODEL: ModelSlot = ModelSlot::Resnet;
/// Channels that are multiplied out before the eyes, where there are more.
const SHOWN_PARTS: usize = 4;
/// Colours of a picture.
const RGB: usize = 3;
/// The parameters of a batch-norm, in the order in which they are loaded.
const NORM_PARAMETERS: [&str; 4] = ["weight", "bias", "running_mean", "running_var"];

/// A convolution and what it reads.
#[derive(Clone, Debug, PartialEq)]
struct Layer {
    node: NodeId,
    input: NodeId,
    conv: ConvSpec,
    has_relu: bool,
    input_side: usize,
    output_side: usize,
    input_field: ReceptiveField,
    field: ReceptiveField,
}

impl Layer {
    /// All of them, in order of execution.
    fn all(graph: &Graph) -> Vec<Self> {
        graph.nodes.iter().filter_map(|node| Self::of(graph, node)).collect()
    }

    fn of(graph: &Graph, node: &Node) -> Option<Self> {
        let (conv, has_relu) = match node.operation {
            Operation::Convolution { conv, relu } => (conv, relu),
            Operation::ProjectionShortcut { conv } => (conv, false),
            _ => return None,
        };
        let input = graph.node(&graph.edges.iter().find(|edge| edge.to == node.id)?.from)?;
        let side = |node: &Node| match node.output_shape {
            TensorShape::FeatureMap { height, .. } => Some(height),
            _ => None,
        };
        Some(Self {
            node: node.id.clone(),
            input: input.id.clone(),
            conv,
            has_relu,
            input_side: side(input)?,
            output_side: side(node)?,
            input_field: input.receptive_field,
            field: node.receptive_field,
        })
    }

    fn reads_colours(&self) -> bool {
        self.conv.in_channels == RGB
    }
}

/// One unit, worked out.
#[derive(Clone, Debug, PartialEq)]
struct Worked {
    node: NodeId,
    out_channel: usize,
    unit: Cell,
    sum: WindowSum,
    norm: BatchNorm,
    made: UnitValue,
    has_relu: bool,
    /// What the model has there.
    own: f32,
}

/// What is chosen, and what is loaded for it.
#[derive(Clone, Copy)]
struct Slide {
    state: LensState,
    cursor: Cursor,
    layer: Memo<Option<Layer>>,
    out_channel: Memo<usize>,
    in_channel: Memo<Option<usize>>,
    /// All kernels of a layer that reads colours.
    kernels: TensorLoad,
    /// The chosen kernel, `[in, rows, columns]`.
    kernel: TensorLoad,
    norms: [TensorLoad; 4],
    band: TensorLoad,
    input_map: TensorLoad,
    output_map: TensorLoad,
    unit: Memo<Cell>,
    worked: Memo<Option<Worked>>,
}

impl Slide {
    fn new() -> Self {
        let (state, cursor) = (LensState::new(), Cursor::expect());
        remember_place(state, cursor);
        let layers = StoredValue::new(Layer::all(Models::expect().graph(MODEL)));
        let named = state.text("node");
        let layer = Memo::new(move |_previous| {
            let named = named.get();
            layers.with_value(|layers| {
                let chosen = layers.iter().find(|layer| Some(layer.node.as_str()) == named.as_deref());
                chosen.or(layers.first()).cloned()
            })
        });
        let kernels = TensorLoad::new(move || {
            let layer = layer.get().filter(Layer::reads_colours)?;
            Some(parameter(&layer, "weight", None))
        });
        let asked_out = state.number("out");
        let out_channel = Memo::new(move |_previous| {
            let Some(layer) = layer.get() else { return 0 };
            let asked = asked_out.get().filter(|out| *out < layer.conv.out_channels);
            let structured = || kernels.state().with(|kernels| most_structured_kernel(kernels.ready()?));
            asked.or_else(|| if layer.reads_colours() { structured() } else { None }).unwrap_or(0)
        });
        let kernel = TensorLoad::new(move || {
            Some(parameter(&layer.get()?, "weight", Some(out_channel.get().to_string())))
        });
        let asked_in = state.number("in");
        let in_channel = Memo::new(move |_previous| {
            let channels = layer.get()?.conv.in_channels;
            let heaviest =
                || kernel.state().with(|kernel| heaviest_slices(kernel.ready()?, 1).first().copied());
            asked_in.get().filter(|channel| *channel < channels).or_else(heaviest)
        });
        let norms = NORM_PARAMETERS.map(|name| {
            TensorLoad::new(move || Some(parameter(&layer.get()?, &format!("batch_norm.{name}"), None)))
        });
        let unit = Memo::new(move |_previous| {
            let side = layer.with(|layer| layer.as_ref().map_or(1, |layer| layer.output_side));
            Grid { rows: side, columns: side, values: Vec::new() }.cell_at(cursor.place())
        });
        let rows = Memo::new(move |_previous| {
            let layer = layer.get()?;
            Some(band_rows(&layer.conv, unit.get().row, layer.input_side))
        });
        let band = TensorLoad::new(move || {
            let (layer, (first, end)) = (layer.get()?, rows.get()?);
            let slice = format!("0:{},{first}:{end}", layer.conv.in_channels);
            Some(TensorRequest::Node { model: MODEL, node: layer.input, slice: Some(slice) })
        });
        let channel_of = move |node: NodeId, channel: usize| TensorRequest::Node {
            model: MODEL,
            node,
            slice: Some(channel.to_string()),
        };
        let input_map = TensorLoad::new(move || Some(channel_of(layer.get()?.input, in_channel.get()?)));
        let output_map = TensorLoad::new(move || Some(channel_of(layer.get()?.node, out_channel.get())));
        let work = Work { layer, out_channel, unit, kernel, norms, band, output_map };
        // While the rows of the next unit come, the last one stays; a unit of another kernel does not.
        let worked = Memo::new(move |previous: Option<&Option<Worked>>| {
            work.out().or_else(|| {
                let node = layer.with(|layer| layer.as_ref().map(|layer| layer.node.clone()));
                let before = previous?.clone()?;
                (Some(&before.node) == node.as_ref() && before.out_channel == out_channel.get())
                    .then_some(before)
            })
        });
        Self {
            state,
            cursor,
            layer,
            out_channel,
            in_channel,
            kernels,
            kernel,
            norms,
            band,
            input_map,
            output_map,
            unit,
            worked,
        }
    }

    fn node(self) -> String {
        self.layer.with(|layer| layer.as_ref().map(|layer| layer.node.to_string())).unwrap_or_default()
    }
}

/// What a unit is worked out from.
#[derive(Clone, Copy)]
struct Work {
    layer: Memo<Option<Layer>>,
    out_channel: Memo<usize>,
    unit: Memo<Cell>,
    kernel: TensorLoad,
    norms: [TensorLoad; 4],
    band: TensorLoad,
    output_map: TensorLoad,
}

impl Work {
    fn out(self) -> Option<Worked> {
        let (layer, out_channel, unit) = (self.layer.get()?, self.out_channel.get(), self.unit.get());
        let [weight, bias, running_mean, running_var] = self
            .norms
            .map(|load| load.state().with(|values| values.ready()?.values.get(out_channel).copied()));
        let norm = BatchNorm {
            weight: weight?,
            bias: bias?,
            running_mean: running_mean?,
            running_var: running_var?,
        };
        let (first_row, _end) = band_rows(&layer.conv, unit.row, layer.input_side);
        let count = if layer.conv.in_channels <= RGB { RGB } else { SHOWN_PARTS };
        let sum = self.band.state().with(|band| {
            self.kernel.state().with(|kernel| {
                let band = Band { rows: band.ready()?, first_row };
                window_sum(band, kernel.ready()?, &layer.conv, unit, count)
            })
        })?;
        let own = self.output_map.state().with(|map| Grid::channel(map.ready()?, 0)?.value(unit))?;
        let made = finish(sum.total, &norm, layer.has_relu);
        Some(Worked { node: layer.node, out_channel, unit, sum, norm, made, has_relu: layer.has_relu, own })
    }
}

fn parameter(layer: &Layer, name: &str, slice: Option<String>) -> TensorRequest {
    TensorRequest::Parameter { model: MODEL, name: format!("{}.{name}", layer.node), slice }
}

/// The lens.
#[component]
pub fn Filters() -> impl IntoView {
    let slide = Slide::new();
    let title = move || {
        let worked = slide.worked.get();
        text::finding(
            &slide.node(),
            slide.out_channel.get(),
            worked.as_ref().map(|worked| (worked.unit, worked.made, worked.sum.total)),
        )
    };
    let numbers = move || {
        let layer = slide.layer.get()?;
        let out_channel = slide.out_channel.get().to_string();
        Some(route::weights(MODEL, &format!("{}.weight", layer.node), Some(&out_channel)))
    };
    let table = move |()| TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: slide.worked.get().map(|worked| ledger::rows(&worked)).unwrap_or_default(),
    };
    let loads = [slide.kernel, slide.band, slide.input_map, slide.output_map].into_iter().chain(slide.norms);
    view! {
        <LensFrame
            lens=Lens::Filters
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=loads.map(Into::into).collect()
            numbers=Signal::derive(numbers)
            table=table
        >
            <Controls slide/>
            <Weights slide/>
            <Sliding slide/>
            <Ledger slide/>
        </LensFrame>
    }
}

/// Layer and channels.
#[component]
fn Controls(
    /// What is chosen.
    slide: Slide,
) -> impl IntoView {
    let state = slide.state;
    let nodes =
        Layer::all(Models::expect().graph(MODEL)).into_iter().map(|layer| layer.node).collect::<Vec<_>>();
    let choose_node = move |node: String| {
        state.set("out", "");
        state.set("in", "");
        state.set("node", node);
    };
    let count = move |of: fn(&ConvSpec) -> usize| {
        Signal::derive(move || slide.layer.with(|layer| layer.as_ref().map_or(1, |layer| of(&layer.conv))))
    };
    view! {
        <div class="lens-controls">
            <NodeChoice nodes chosen=Signal::derive(move || slide.node()) on_choose=choose_node/>
            <ChannelField
                name=text::OUT_CHANNEL
                count=count(|conv| conv.out_channels)
                channel=Signal::derive(move || Some(slide.out_channel.get()))
                on_choose=move |channel| { state.set("in", ""); state.set("out", channel); }
            />
            <ChannelField
                name=text::IN_CHANNEL
                count=count(|conv| conv.in_channels)
                channel=slide.in_channel
                on_choose=move |channel| state.set("in", channel)
            />
        </div>
    }
}

/// A number from 0 to the last channel.
#[component]
fn ChannelField(
    /// Which channels.
    name: &'static str,
    /// How many there are.
    count: Signal<usize>,
    /// The chosen one.
    #[prop(into)]
    channel: Signal<Option<usize>>,
    /// Takes another.
    #[prop(into)]
    on_choose: Callback<usize>,
) -> impl IntoView {
    let read = move |event| {
        let channel = event_target_value(&event).parse().ok();
        channel
            .filter(|channel| *channel < count.get_untracked())
            .into_iter()
            .for_each(|channel| on_choose.run(channel));
    };
    view! {
        <label class="lens-field">
            <span>{move || text::channel_field(name, count.get())}</span>
            <input
                class="select channel-field"
                type="number"
                inputmode="numeric"
                min="0"
                max=live(move || count.get().saturating_sub(1))
                prop:value=move || channel.get().map(|channel| channel.to_string()).unwrap_or_default()
                on:change=on(read)
            />
        </label>
    }
}

/// A channel of a loaded map.
fn map_of(load: TensorLoad) -> Memo<Option<Arc<Grid>>> {
    Memo::new(move |_previous| load.state().with(|map| Grid::channel(map.ready()?, 0).map(Arc::new)))
}
