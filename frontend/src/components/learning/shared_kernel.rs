//! Weight sharing: one kernel of the first convolution, the map that it makes of this picture, and what the same map would
//! cost without sharing.

use std::sync::Arc;

use leptos::prelude::*;
use shared::architecture::ConvSpec;
use shared::{Graph, ModelSlot, NodeId, Operation, TensorShape};

use super::map_panel::{MapPanel, PanelSize};
use super::slider::Slider;
use crate::components::figure::Figure;
use crate::components::trouble::Trouble;
use crate::drawing::channels::{kernel, most_structured_kernel};
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::drawing::specification::total_stride;
use crate::i18n::text::learning as text;
use crate::state::{Models, TensorLoad, TensorRequest};

const MODEL: ModelSlot = ModelSlot::Resnet;

/// The first convolution.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FirstConvolution {
    node: NodeId,
    conv: ConvSpec,
    map_side: usize,
}

impl FirstConvolution {
    fn of(graph: &Graph) -> Option<Self> {
        graph.nodes.iter().find_map(|node| match (&node.operation, &node.output_shape) {
            (Operation::Convolution { conv, .. }, TensorShape::FeatureMap { height, .. }) => {
                Some(Self { node: node.id.clone(), conv: *conv, map_side: *height })
            }
            _ => None,
        })
    }
}

/// The figure; nothing for a model without convolutions.
#[component]
pub fn SharedKernel(
    /// Whether it has come into sight.
    is_seen: ReadSignal<bool>,
) -> impl IntoView {
    let models = Models::expect();
    let side_px = models.info(MODEL).architecture.image_size();
    let graph = models.graph(MODEL);
    FirstConvolution::of(graph).map(|first| figure(first, (side_px, total_stride(graph)), is_seen))
}

fn figure(
    first: FirstConvolution,
    (side_px, stride): (usize, usize),
    is_seen: ReadSignal<bool>,
) -> impl IntoView {
    let FirstConvolution { node, conv, map_side } = first;
    let weights_name = format!("{node}.weight");
    let weights = TensorLoad::new(move || {
        let name = weights_name.clone();
        is_seen.get().then_some(TensorRequest::Parameter { model: MODEL, name, slice: None })
    });
    let chosen = RwSignal::new(None::<usize>);
    let index = Memo::new(move |_previous| {
        chosen.get().or_else(|| weights.state().with(|state| most_structured_kernel(state.ready()?)))
    });
    let map = TensorLoad::new(move || {
        let slice = index.get().map(|index| format!("{index}:{}", index + 1));
        slice.map(|slice| TensorRequest::Node { model: MODEL, node: node.clone(), slice: Some(slice) })
    });
    let kernel_grid =
        move || weights.state().with(|state| kernel(state.ready()?, index.get()?).map(Arc::new));
    let map_grid = move || map.state().with(|state| Grid::channel(state.ready()?, 0).map(Arc::new));
    let facts = text::cnn_facts(&conv, map_side, side_px);
    let number = move || index.get().unwrap_or_default();
    view! {
        <Figure title=text::sharing_finding(&conv, map_side) explanation=text::sharing_note(stride) source=text::ZHANG_2019>
            <div class="maps-2">
                <MapPanel
                    name=Signal::derive(move || text::kernel(number()))
                    grid=Signal::derive(kernel_grid)
                    scale=Scale::Diverging
                    quantity=text::KERNEL_WEIGHT
                    label=text::KERNEL_LABEL
                    size=PanelSize::Apart
                />
                <MapPanel
                    name=text::KERNEL_MAP
                    grid=Signal::derive(map_grid)
                    scale=Scale::Sequential
                    quantity=text::ACTIVATION
                    label=text::KERNEL_MAP_LABEL
                    size=PanelSize::Full
                />
            </div>
            <Slider
                name=text::KERNEL
                count=conv.out_channels
                position=Signal::derive(number)
                value=Signal::derive(move || text::kernel_of(number(), conv.out_channels))
                on_move=move |to| chosen.set(Some(to))
            />
            <dl class="facts">{facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })}</dl>
            <Trouble loads=vec![weights, map]/>
        </Figure>
    }
}
