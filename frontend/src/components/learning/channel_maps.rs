//! The channels that answer most strongly at the end of each stage, as maps of this picture: coarser from stage to stage,
//! and of more and more complex patterns.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{Graph, ModelSlot, NodeId, Section, TensorShape};

use super::map_panel::{MapPanel, PanelSize};
use crate::components::figure::Figure;
use crate::components::trouble::Trouble;
use crate::drawing::channels::{Channel, strongest};
use crate::drawing::colour::Scale;
use crate::i18n::text::learning as text;
use crate::state::{Models, TensorLoad, TensorRequest};

const MODEL: ModelSlot = ModelSlot::Resnet;
/// Channels that are looked at: all would be megabytes for the early stages.
const CANDIDATES: usize = 16;
/// Channels that are shown of each stage.
const SHOWN: usize = 2;

/// The last map of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StageEnd {
    node: NodeId,
    channels: usize,
    side: usize,
}

/// The figure.
#[component]
pub fn ChannelMaps(
    /// Whether it has come into sight.
    is_seen: ReadSignal<bool>,
) -> impl IntoView {
    let stages = stage_ends(Models::expect().graph(MODEL));
    let ends = stages.first().cloned().zip(stages.last().cloned());
    let title = ends.map_or_else(String::new, |(first, last)| {
        text::channels_finding((first.side, first.channels), (last.side, last.channels))
    });
    let loads: Vec<TensorLoad> = stages.iter().map(|stage| load(stage, is_seen)).collect();
    let columns: Vec<_> = stages.into_iter().zip(&loads).map(|(stage, load)| column(stage, *load)).collect();
    view! {
        <Figure title=title explanation=text::channels_note(CANDIDATES) source=text::ZEILER_2014>
            <div class="maps-stages">{columns}</div>
            <Trouble loads/>
        </Figure>
    }
}

fn stage_ends(graph: &Graph) -> Vec<StageEnd> {
    let stages = graph.sections().into_iter().filter(|section| matches!(section, Section::Stage(_)));
    let last = stages.filter_map(|section| graph.roots().filter(|node| node.section == section).last());
    last.filter_map(|node| match node.output_shape {
        TensorShape::FeatureMap { channels, height, .. } => {
            Some(StageEnd { node: node.id.clone(), channels, side: height })
        }
        _ => None,
    })
    .collect()
}

fn load(stage: &StageEnd, is_seen: ReadSignal<bool>) -> TensorLoad {
    let (node, count) = (stage.node.clone(), stage.channels.min(CANDIDATES));
    TensorLoad::new(move || {
        let slice = Some(format!("0:{count}"));
        is_seen.get().then(|| TensorRequest::Node { model: MODEL, node: node.clone(), slice })
    })
}

fn column(stage: StageEnd, load: TensorLoad) -> impl IntoView {
    let StageEnd { node, side, .. } = stage;
    let found: Memo<Option<Vec<Channel>>> =
        Memo::new(move |_previous| load.state().with(|state| Some(strongest(state.ready()?, SHOWN))));
    let section = node.to_string();
    let panels = [0, 1].map(|rank: usize| {
        let node = section.clone();
        let channel = move || found.get().and_then(|found| found.get(rank).cloned());
        view! {
            <MapPanel
                name=Signal::derive(move || text::channel(channel().map(|channel| channel.index)))
                grid=Signal::derive(move || channel().map(|channel| Arc::new(channel.map)))
                scale=Scale::Sequential
                quantity=text::ACTIVATION
                label=Signal::derive(move || text::channel_label(&node, channel().map(|channel| channel.index)))
                size=PanelSize::Small
            />
        }
    });
    view! {
        <div>
            <p class="maps-head"><span class="mono">{section}</span> <span class="number muted">{text::map(side)}</span></p>
            {panels}
        </div>
    }
}
