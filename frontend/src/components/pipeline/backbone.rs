//! The inside of the backbone: a map of all its parts in bands, and beside it the block that is open and the card of the node
//! that is chosen. In the document both follow the band that they belong to, and on a narrow screen they stand there.

use leptos::either::Either;
use leptos::prelude::*;
use shared::{ArchitectureConfig, Graph, ModelSlot, Node, NodeId, Operation, Section};

use super::block_inside::BlockInside;
use super::guide::Guide;
use super::marks::markup;
use super::node_card::NodeCard;
use super::tile_link::{node_anchor, tile_link};
use crate::components::cropped_picture::CroppedPicture;
use crate::components::share_bar::share_bar;
use crate::drawing::bands::{self, Band};
use crate::drawing::mark::Mark;
use crate::drawing::tile;
use crate::i18n::text::pipeline as text;
use crate::state::{Models, View};

/// Side of the input in the map.
const INPUT_PX: usize = 224;

/// The map and what is open of it.
#[component]
pub fn BackboneStage() -> impl IntoView {
    let (view, models) = (View::expect(), Models::expect());
    let model = view.model();
    move || map(view, &models, model.get())
}

fn map(view: View, models: &Models, model: ModelSlot) -> impl IntoView + use<> {
    let graph = models.graph(model);
    let chosen = chosen_node(view, models, model);
    let position = {
        let models = models.clone();
        Memo::new(move |_previous| {
            let graph = models.graph(model);
            chosen.with(|id| bands::position(graph, graph.node(id.as_ref()?)?))
        })
    };
    let config = &models.info(model).architecture;
    let bands: Vec<_> = bands::backbone(graph)
        .into_iter()
        .enumerate()
        .map(|(index, band)| {
            let opened = move || (position.get() == Some(index)).then(|| opened(model));
            (band_view(graph, config, &band, chosen), opened)
        })
        .collect();
    let nothing_open = move || position.get().is_none().then(|| view! { <Guide model/> });
    view! {
        <div class="backbone" role="group" aria-label=text::MAP>
            {bands}
            {nothing_open}
        </div>
    }
}

/// The node of the address, where this model has it.
fn chosen_node(view: View, models: &Models, model: ModelSlot) -> Memo<Option<NodeId>> {
    let models = models.clone();
    let node = view.node();
    Memo::new(move |_previous| node.get().filter(|id| models.graph(model).node(id).is_some()))
}

fn opened(model: ModelSlot) -> impl IntoView {
    view! {
        <div class="backbone-detail">
            <BlockInside model/>
            <NodeCard model/>
        </div>
    }
}

fn band_view(
    graph: &Graph,
    config: &ArchitectureConfig,
    band: &Band<'_>,
    chosen: Memo<Option<NodeId>>,
) -> impl IntoView + use<> {
    let scale = tile::scale(graph);
    let tiles: Vec<_> = band
        .roots
        .iter()
        .map(|node| match node.operation {
            Operation::Input => Either::Left(input(graph, config, node, chosen)),
            _ => Either::Right(tile_link(graph, node, scale, chosen)),
        })
        .collect();
    let shape = band.roots.last().map(|node| node.output_shape.to_string());
    let shares = (band.section != Section::Input).then(|| shares(graph, band));
    view! {
        <section class="band">
            <div class="band-words">
                <h4 class="band-title">{text::band_title(band.section, band.roots.len())}</h4>
                <p class="band-shape mono">{shape}</p>
                {shares}
            </div>
            <div class="band-tiles">{tiles}</div>
        </section>
    }
}

/// A band's part of all parameters and of all work, as bars with numbers.
fn shares(graph: &Graph, band: &Band<'_>) -> impl IntoView + use<> {
    let rows = [
        (band.parameters, graph.total_parameters(), text::OF_PARAMETERS),
        (band.macs, graph.total_macs(), text::OF_MACS),
    ];
    let rows = rows.map(|(part, total, of)| {
        view! {
            <span class="share">
                {share_bar(part as f64 / total.max(1) as f64)}
                <span class="number">{text::share(part, total, of)}</span>
            </span>
        }
    });
    view! { <p class="shares">{rows}</p> }
}

/// The real picture where the network begins; for a ViT cut into its patches.
fn input(
    graph: &Graph,
    config: &ArchitectureConfig,
    node: &Node,
    chosen: Memo<Option<NodeId>>,
) -> impl IntoView + use<> {
    let (slot, cuts, words) = match config {
        ArchitectureConfig::Resnet(_config) => (ModelSlot::Resnet, None, None),
        ArchitectureConfig::Vit(config) => (
            ModelSlot::Vit,
            Some(cuts(config.patches_per_side())),
            Some(text::patch_grid(config.patches_per_side(), config.patch_size)),
        ),
    };
    let picture = view! {
        <span class="input-picture">
            <CroppedPicture model=Signal::stored(slot)/>
            {cuts.map(|cuts| view! {
                <svg viewBox=format!("0 0 {INPUT_PX} {INPUT_PX}") aria-hidden="true" inner_html=markup(&[cuts])></svg>
            })}
        </span>
    };
    view! {
        {node_anchor(graph, node, chosen, "tile-link input-link", picture)}
        {words.map(|words| view! { <p class="input-words">{words}</p> })}
    }
}

/// The lines along which a picture is cut.
fn cuts(per_side: usize) -> Mark {
    let step = INPUT_PX as f64 / per_side as f64;
    let lines = (1..per_side).map(|index| {
        let at = index as f64 * step;
        format!("M{at:.2} 0V{INPUT_PX}M0 {at:.2}H{INPUT_PX}")
    });
    Mark::path("cuts", lines.collect())
}
