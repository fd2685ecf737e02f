//! The lens that shows the channels of any map of the CNN: a wall of them, one large over the picture, and the steps of the residual
//! block around the node.

mod steps;

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::{ChannelSort, FeatureMapsAbout};
use shared::{Graph, ModelSlot, Node, NodeId, Section, TensorShape, route};

use super::channel_wall::ChannelWall;
use super::class_picker::{ClassPicker, first_class};
use super::frame::{LensFrame, TableData};
use super::node_choice::NodeChoice;
use crate::components::learning::{MapPanel, PanelSize};
use crate::components::live::{live, on};
use crate::drawing::channels::Peak;
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::drawing::lens::Lens;
use crate::drawing::planes::Planes;
use crate::drawing::wall;
use crate::i18n::text::lenses::feature_maps as text;
use crate::state::view_load::ViewRequest;
use crate::state::{Cursor, LensState, Models, Specimen, TensorLoad, TensorRequest, ViewLoad};
use steps::BlockStepper;

/// Feature maps are a CNN's.
const MODEL: ModelSlot = ModelSlot::Resnet;
/// Channels of a page: eight rows of the wall.
const PAGE: usize = 64;
/// The orders, as they stand in the address and in a question.
const SORTS: [(ChannelSort, &str); 3] =
    [(ChannelSort::Index, "index"), (ChannelSort::Mean, "mean"), (ChannelSort::Contribution, "contribution")];

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Subject {
    node: NodeId,
    channels: usize,
    side: usize,
    scale: Scale,
}

/// The nodes that are maps.
fn map_nodes(graph: &Graph) -> Vec<NodeId> {
    let is_map = |node: &&Node| matches!(node.output_shape, TensorShape::FeatureMap { .. });
    graph.nodes.iter().filter(is_map).map(|node| node.id.clone()).collect()
}

impl Subject {
    /// The named node, or else the last block of the first stage, or else the first map there is.
    fn of(graph: &Graph, name: Option<&str>) -> Option<Self> {
        let named = name.and_then(|name| graph.node(&name.into())).and_then(Self::of_node);
        let first_stage = graph.sections().into_iter().find(|section| matches!(section, Section::Stage(_)));
        let block = || graph.roots().filter(|node| Some(node.section) == first_stage).last();
        named
            .or_else(|| block().and_then(Self::of_node))
            .or_else(|| graph.nodes.iter().find_map(Self::of_node))
    }

    fn of_node(node: &Node) -> Option<Self> {
        let TensorShape::FeatureMap { channels, height, .. } = node.output_shape else { return None };
        Some(Self { node: node.id.clone(), channels, side: height, scale: Planes::of(node).scale })
    }

    fn pages(&self) -> usize {
        self.channels.div_ceil(PAGE)
    }
}

/// What the lens shows, as its parts need it.
#[derive(Clone, Copy)]
struct Chosen {
    state: LensState,
    subject: Memo<Option<Subject>>,
    sort: Memo<ChannelSort>,
    class: Memo<usize>,
    page: Memo<usize>,
    load: ViewLoad<FeatureMapsAbout>,
    channel: Memo<usize>,
    /// Exactly as the model computed it, or while that is on its way as the wall shows it.
    grid: Memo<Option<Arc<Grid>>>,
    exact: TensorLoad,
}

impl Chosen {
    fn new() -> Self {
        let (state, models) = (LensState::new(), StoredValue::new(Models::expect()));
        let named = state.text("node");
        let subject = Memo::new(move |_previous| {
            models.with_value(|models| Subject::of(models.graph(MODEL), named.get().as_deref()))
        });
        let order = state.text("sort");
        let sort = Memo::new(move |_previous| {
            let order = order.get();
            let known = SORTS.into_iter().find(|(_sort, name)| order.as_deref() == Some(name));
            known.map_or(ChannelSort::Index, |(sort, _name)| sort)
        });
        let asked_class = state.number("class");
        let num_classes = models.with_value(|models| models.info(MODEL).architecture.num_classes());
        let class = Memo::new(move |_previous| {
            asked_class.get().filter(|class| *class < num_classes).unwrap_or_else(|| first_class(MODEL))
        });
        let asked_page = state.number("page");
        let page = Memo::new(move |_previous| {
            let last = subject.with(|subject| subject.as_ref().map_or(1, Subject::pages)).saturating_sub(1);
            asked_page.get().unwrap_or(0).min(last)
        });
        let load = ViewLoad::<FeatureMapsAbout>::new(move || {
            page_request(&subject.get()?.node, sort.get(), class.get(), page.get())
        });
        let asked_channel = state.number("channel");
        let channel = Memo::new(move |_previous| {
            let channels = subject.with(|subject| subject.as_ref().map_or(0, |subject| subject.channels));
            asked_channel.get().filter(|channel| *channel < channels).unwrap_or_else(|| {
                let node = subject.with(|subject| subject.as_ref().map(|subject| subject.node.clone()));
                let shown = load.get().filter(|view| Some(&view.about.node) == node.as_ref());
                shown.and_then(|view| Some(view.about.channels.first()?.index)).unwrap_or(0)
            })
        });
        let exact = TensorLoad::new(move || {
            let node = subject.get()?.node;
            Some(TensorRequest::Node { model: MODEL, node, slice: Some(channel.get().to_string()) })
        });
        let grid = Memo::new(move |_previous| {
            let exact = exact.state().with(|state| Grid::channel(state.ready()?, 0));
            exact
                .or_else(|| {
                    let (view, subject) = (load.get()?, subject.get()?);
                    let position =
                        view.about.channels.iter().position(|shown| shown.index == channel.get())?;
                    (view.about.node == subject.node).then(|| Grid::channel(view.array()?, position))?
                })
                .map(Arc::new)
        });
        Self { state, subject, sort, class, page, load, channel, grid, exact }
    }

    /// What is said of the node, once it is of the node that is asked about.
    fn about(self) -> Option<FeatureMapsAbout> {
        let (view, subject) = (self.load.get()?, self.subject.get()?);
        (view.about.node == subject.node).then(|| view.about.clone())
    }

    fn node(self) -> String {
        self.subject
            .with(|subject| subject.as_ref().map(|subject| subject.node.to_string()))
            .unwrap_or_default()
    }

    fn set_page(self, page: usize) {
        self.state.set("page", page);
    }
}

fn page_request(node: &NodeId, sort: ChannelSort, class: usize, page: usize) -> Option<ViewRequest> {
    let name = SORTS.into_iter().find(|(known, _name)| *known == sort)?.1;
    let class = match sort {
        // Gradients are asked for only where they are looked at.
        ChannelSort::Contribution => format!("&class={class}"),
        ChannelSort::Index | ChannelSort::Mean => String::new(),
    };
    let query = format!("model={MODEL}&sort={name}{class}&from={}&count={PAGE}", page * PAGE);
    let request = ViewRequest::of_node(route::IMAGE_FEATURE_MAPS, node.as_str(), query);
    Some(ViewRequest { as_bytes: true, ..request })
}

/// The lens.
#[component]
pub fn FeatureMaps() -> impl IntoView {
    let chosen = Chosen::new();
    let specimen = Specimen::expect();
    let title = move || {
        let about = chosen.about();
        let peak = chosen.grid.with(|grid| grid.as_deref().and_then(Peak::of));
        text::finding(&chosen.node(), about.as_ref(), chosen.channel.get(), peak)
    };
    let numbers = move || {
        let node = chosen.subject.get()?.node;
        Some(specimen.image().with(|image| route::tensor(&image.info.image_id, MODEL, &node, None)))
    };
    let table = move |()| TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: chosen.about().map(|about| text::rows(&about)).unwrap_or_default(),
    };
    let (steps, step_loads) = BlockStepper::new(chosen);
    let loads = [chosen.load.into(), chosen.exact.into()].into_iter().chain(step_loads).collect();
    view! {
        <LensFrame
            lens=Lens::FeatureMaps
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=loads
            numbers=Signal::derive(numbers)
            table=table
        >
            <Controls chosen/>
            <div class="wall-and-map">
                <Maps chosen/>
                <Enlarged chosen/>
            </div>
            {steps.view()}
        </LensFrame>
    }
}

/// Node, order and scale.
#[component]
fn Controls(
    /// What is chosen.
    chosen: Chosen,
) -> impl IntoView {
    let state = chosen.state;
    let models = Models::expect();
    let nodes = map_nodes(models.graph(MODEL));
    let node = Signal::derive(move || chosen.node());
    let choose_node = move |node: String| {
        state.set("page", "");
        state.set("channel", "");
        state.set("step", "");
        state.set("node", node);
    };
    let sorts = SORTS.map(|(sort, name)| {
        let choose = move |_event| {
            state.set("page", "");
            state.set("channel", "");
            state.set("sort", name);
        };
        view! {
            <button type="button" class="choice" aria-pressed=live(move || (chosen.sort.get() == sort).to_string()) on:click=on(choose)>
                {text::sort(sort)}
            </button>
        }
    });
    view! {
        <div class="lens-controls">
            <NodeChoice nodes chosen=node on_choose=choose_node/>
            <div class="lens-field">
                <span>{text::ORDER}</span>
                <div class="choices needs-script" role="group" aria-label=text::ORDER>{sorts}</div>
            </div>
            {move || (chosen.sort.get() == ChannelSort::Contribution).then(|| class_choice(chosen))}
            <ScaleChoice state/>
        </div>
    }
}

fn class_choice(chosen: Chosen) -> impl IntoView {
    view! {
        <div class="lens-field">
            <span>{crate::i18n::text::lenses::CLASS}</span>
            <ClassPicker
                model=MODEL
                chosen=chosen.class
                on_choose=move |class: usize| {
                    chosen.state.set("page", "");
                    chosen.state.set("channel", "");
                    chosen.state.set("class", class);
                }
            />
        </div>
    }
}

/// One scale for each channel, or one for all.
#[component]
fn ScaleChoice(
    /// The address.
    state: LensState,
) -> impl IntoView {
    let scale = state.text("scale");
    let buttons = [("", text::OWN_SCALE), (COMMON, text::COMMON_SCALE)].map(|(value, name)| {
        let is_pressed = move || (scale.get().unwrap_or_default() == value).to_string();
        view! {
            <button type="button" class="choice" aria-pressed=live(is_pressed) on:click=on(move |_event| state.set("scale", value))>{name}</button>
        }
    });
    view! {
        <div class="lens-field">
            <span>{text::SCALE}</span>
            <div class="choices needs-script" role="group" aria-label=text::SCALE>{buttons}</div>
        </div>
    }
}

/// In the address: all channels share one scale.
const COMMON: &str = "common";

/// The ends of the scale that all channels share, where that is chosen.
fn common_range(chosen: Chosen, scale: Memo<Option<String>>) -> Option<(f32, f32)> {
    if scale.get().as_deref() != Some(COMMON) {
        return None;
    }
    let (about, subject) = (chosen.about()?, chosen.subject.get()?);
    let ends = Grid { rows: 1, columns: 2, values: vec![about.min, about.max] };
    Some(subject.scale.range(&ends))
}

/// The wall and its pages.
#[component]
fn Maps(
    /// What is chosen.
    chosen: Chosen,
) -> impl IntoView {
    let scale = chosen.state.text("scale");
    let sprite = Memo::new(move |_previous| {
        let (view, subject) = (chosen.load.get()?, chosen.subject.get()?);
        // The maps before stay until the next are there, in their own colours.
        wall::of_maps(view.array()?, subject.scale, common_range(chosen, scale)).map(Arc::new)
    });
    let position = move || {
        let channel = chosen.channel.get();
        chosen.about()?.channels.iter().position(|shown| shown.index == channel)
    };
    let choose = move |tile: usize| {
        let channel = chosen.load.get().and_then(|view| Some(view.about.channels.get(tile)?.index));
        channel.into_iter().for_each(|channel| chosen.state.set("channel", channel));
    };
    let pages = move || chosen.subject.with(|subject| subject.as_ref().map_or(1, Subject::pages));
    let turn = move |way: i8| {
        let page = chosen.page.get_untracked().checked_add_signed(way.into());
        page.filter(|page| *page < untrack(pages)).into_iter().for_each(|page| {
            chosen.state.set("channel", "");
            chosen.set_page(page);
        });
    };
    let shown = move || {
        let (from, channels) =
            (chosen.page.get() * PAGE, chosen.subject.get().map_or(0, |subject| subject.channels));
        text::channels_shown(chosen.sort.get(), from + 1, (from + PAGE).min(channels), channels)
    };
    let pager = move || {
        (pages() > 1).then(|| view! {
            <div class="pager needs-script" role="group" aria-label=text::PAGES data-export="no">
                <button type="button" class="button" disabled=live(move || chosen.page.get() == 0) on:click=on(move |_event| turn(-1))>{text::EARLIER}</button>
                <span class="number">{move || text::page(chosen.page.get() + 1, pages())}</span>
                <button type="button" class="button" disabled=live(move || chosen.page.get() + 1 >= pages()) on:click=on(move |_event| turn(1))>{text::LATER}</button>
            </div>
        })
    };
    view! {
        <div class="wall-column">
            <p class="map-name">{shown}</p>
            <ChannelWall
                sprite=sprite
                chosen=Signal::derive(position)
                on_choose=choose
                on_leave=Callback::new(turn)
                label=Signal::derive(move || text::wall_label(&chosen.node()))
                value=Signal::derive(move || text::channel(chosen.channel.get()))
            />
            <p class="muted wall-note">{move || text::scale_note(common_range(chosen, scale))}</p>
            {pager}
        </div>
    }
}

/// The chosen channel over the picture, and what is to be said of it.
#[component]
fn Enlarged(
    /// What is chosen.
    chosen: Chosen,
) -> impl IntoView {
    let scale = chosen.state.text("scale");
    let ground = chosen.state.text("ground");
    let facts = move || {
        let grid = chosen.grid.get()?;
        let about = chosen.about()?;
        let summary = about.channels.iter().find(|shown| shown.index == chosen.channel.get()).cloned();
        let facts = text::facts(&about, Peak::of(&grid)?, summary.and_then(|summary| summary.contribution));
        let fact =
            |(name, value): (&'static str, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
        Some(view! { <dl class="facts">{facts.into_iter().map(fact).collect::<Vec<_>>()}</dl> })
    };
    // Colours follow the node: what is never negative is drawn from its least value up.
    let kind = Memo::new(move |_previous| {
        chosen.subject.with(|subject| subject.as_ref().map(|subject| subject.scale))
    });
    let map = move || {
        let (kind, has_ground) = (kind.get().unwrap_or(Scale::Sequential), ground.get().is_none());
        let (name, label) = (
            Signal::derive(move || text::channel_of(chosen.channel.get(), &chosen.node())),
            Signal::derive(move || text::map_label(chosen.channel.get(), &chosen.node())),
        );
        let range = Signal::derive(move || common_range(chosen, scale));
        if has_ground {
            view! { <MapPanel name label grid=chosen.grid scale=kind range=range quantity=text::ACTIVATION ground=MODEL size=PanelSize::Full/> }.into_any()
        } else {
            view! { <MapPanel name label grid=chosen.grid scale=kind range=range quantity=text::ACTIVATION size=PanelSize::Full/> }.into_any()
        }
    };
    let toggle = move |_event| {
        chosen.state.set("ground", if ground.get_untracked().is_none() { "off" } else { "" });
    };
    let cursor = Cursor::expect();
    super::node_choice::remember_place(chosen.state, cursor);
    let remember = move || super::node_choice::write_place(chosen.state, cursor);
    view! {
        <div
            class="map-column"
            on:pointerup=on(move |_event| remember())
            on:keyup=on(move |_event| remember())
        >
            {map}
            <label class="check needs-script" data-export="no">
                <input type="checkbox" prop:checked=move || ground.get().is_none() on:change=on(toggle)/>
                <span>{text::OVER_PICTURE}</span>
            </label>
            {facts}
        </div>
    }
}
