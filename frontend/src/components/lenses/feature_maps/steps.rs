//! The residual block around the chosen node, step by step: the same channel where channels mean the same, the strongest one where
//! they do not, and how much of the sum the shortcut carried.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::views::FeatureMapsAbout;
use shared::{Graph, route};

use super::{Chosen, MODEL};
use crate::components::learning::{MapPanel, PanelSize};
use crate::components::live::{live, on};
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::drawing::planes::Planes;
use crate::drawing::residual_steps::{BlockStep, BlockSteps, StepRole, most_steps, shortcut_share};
use crate::i18n::text::lenses::feature_maps as text;
use crate::state::view_load::ViewRequest;
use crate::state::{LoadStatus, Models, TensorLoad, TensorRequest, ViewLoad};

/// The strip of steps and what it loads.
#[derive(Clone)]
pub struct BlockStepper {
    chosen: Chosen,
    block: Memo<Option<BlockSteps>>,
    scales: StoredValue<Models>,
    /// The channel of the block's output that is followed.
    followed: Memo<Option<usize>>,
    maps: Arc<[ViewLoad<FeatureMapsAbout>]>,
    sides: [TensorLoad; 2],
    position: Memo<usize>,
}

impl BlockStepper {
    /// Follows the chosen node; what it waits for comes with it.
    pub fn new(chosen: Chosen) -> (Self, Vec<LoadStatus>) {
        let models = Models::expect();
        let count = most_steps(models.graph(MODEL));
        let scales = StoredValue::new(models);
        let block = Memo::new(move |_previous| {
            let node = chosen.subject.get()?.node;
            scales.with_value(|models| BlockSteps::around(models.graph(MODEL), &node))
        });
        let leader = ViewLoad::<FeatureMapsAbout>::new(move || {
            let (block, node) = (block.get()?, chosen.subject.get()?.node);
            (!block.is_aligned(&node)).then(|| one_channel(block.block.as_str(), None))
        });
        let followed = Memo::new(move |_previous| {
            let (block, node) = (block.get()?, chosen.subject.get()?.node);
            if block.is_aligned(&node) {
                return Some(chosen.channel.get());
            }
            let strongest = leader.get().filter(|view| view.about.node == block.block)?;
            Some(strongest.about.channels.first()?.index)
        });
        let maps: Arc<[_]> = (0..count)
            .map(|index| ViewLoad::new(move || step_request(&block.get()?, index, chosen, followed)))
            .collect();
        let sides = [BlockSteps::shortcut, BlockSteps::residual].map(|side| {
            TensorLoad::new(move || {
                let node = side(block.get().as_ref()?)?.node.clone();
                Some(TensorRequest::Node { model: MODEL, node, slice: None })
            })
        });
        let asked = chosen.state.number("step");
        let position = Memo::new(move |_previous| {
            let last =
                block.with(|block| block.as_ref().map_or(1, |block| block.steps.len())).saturating_sub(1);
            asked.get().unwrap_or(0).min(last)
        });
        // The whole tensors serve one sentence, which says itself that they are on their way.
        let quiet = |load: TensorLoad| LoadStatus {
            is_waiting: Signal::stored(false),
            is_asking: Signal::stored(false),
            ..load.into()
        };
        let loads = maps.iter().map(|load| LoadStatus::from(*load)).chain(sides.map(quiet)).collect();
        (Self { chosen, block, scales, followed, maps, sides, position }, loads)
    }

    /// The strip, or why there is none.
    pub fn view(self) -> impl IntoView {
        let block = self.block;
        let name =
            Memo::new(move |_previous| block.with(|block| block.as_ref().map(|block| block.block.clone())));
        view! {
            <section class="block-steps" aria-labelledby="block-steps-heading">
                <h5 id="block-steps-heading">{text::STEPS}</h5>
                {move || match name.get() {
                    Some(_block) => self.clone().strip().into_any(),
                    None => view! { <p class="muted">{text::no_block(&self.chosen.node())}</p> }.into_any(),
                }}
            </section>
        }
    }

    fn strip(self) -> impl IntoView {
        let Some(steps) = self.block.get_untracked().map(|block| block.steps) else { return ().into_any() };
        let count = steps.len();
        let to = {
            let state = self.chosen.state;
            move |position: usize| state.set("step", position)
        };
        let position = self.position;
        let walk = move |event: KeyboardEvent| {
            let at = position.get_untracked();
            let next = match event.key().as_str() {
                "ArrowLeft" => at.saturating_sub(1),
                "ArrowRight" => (at + 1).min(count - 1),
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            to(next);
        };
        let tiles: Vec<_> = steps
            .iter()
            .enumerate()
            .map(|(index, step)| {
                let (role, node) = (step.role, step.node.to_string());
                let (grid, channel) = (self.grid(index), self.channel(index));
                let name = text::step(role);
                let said = node.clone();
                // Names may break after their dots, not within a word.
                let breakable = node.replace('.', ".\u{200b}");
                view! {
                    <div class="block-step" data-role=text::role(role) class:is-current=move || position.get() == index on:click=on(move |_event| to(index))>
                        <MapPanel
                            name=name
                            grid=grid
                            scale=self.scale(step)
                            range=self.range(step)
                            quantity=text::ACTIVATION
                            label=Signal::derive(move || text::step_label(role, &said, channel.get()))
                            size=PanelSize::Small
                        />
                        <p class="muted block-step-node">{breakable}</p>
                    </div>
                }
            })
            .collect();
        let large = {
            let this = self.clone();
            let steps = steps.clone();
            move || {
                let index = position.get().min(steps.len() - 1);
                let step = &steps[index];
                let (role, node, channel) = (step.role, step.node.to_string(), this.channel(index));
                let (grid, scale, range) = (this.grid(index), this.scale(step), this.range(step));
                let (step_name, said) = (node.clone(), step.clone());
                let chosen_node = this.chosen.node();
                let followed = this.followed;
                view! {
                    <MapPanel
                        name=Signal::derive(move || text::step_name(role, &step_name))
                        grid=grid
                        scale=scale
                        range=range
                        quantity=text::ACTIVATION
                        label=Signal::derive(move || text::step_label(role, &node, channel.get()))
                        ground=MODEL
                        size=PanelSize::Full
                    />
                    <p class="block-step-said" aria-live="polite">
                        {move || text::step_said(&said, channel.get(), said.node.as_str() == chosen_node, followed.get())}
                    </p>
                }
            }
        };
        let (back, on_to) = (
            move |_event| to(position.get_untracked().saturating_sub(1)),
            move |_event| to((position.get_untracked() + 1).min(count - 1)),
        );
        let share = self.share();
        view! {
            <p class="block-share">{move || share.get()}</p>
            <div
                class="block-strip"
                role="slider"
                tabindex="0"
                aria-label=text::STEPS_LABEL
                aria-valuemin="1"
                aria-valuemax=count
                aria-valuenow=live(move || position.get() + 1)
                aria-valuetext=live({ let steps = steps.clone(); move || text::step_name(steps[position.get().min(count - 1)].role, steps[position.get().min(count - 1)].node.as_str()) })
                on:keydown=on(walk)
            >
                {tiles}
            </div>
            <div class="pager needs-script" data-export="no">
                <button type="button" class="button" disabled=live(move || position.get() == 0) on:click=on(back)>{text::STEP_BACK}</button>
                <span class="number">{move || text::page(position.get() + 1, count)}</span>
                <button type="button" class="button" disabled=live(move || position.get() + 1 >= count) on:click=on(on_to)>{text::STEP_ON}</button>
            </div>
            <div class="block-large">{large}</div>
        }
        .into_any()
    }

    /// The map of a step, once it is of this block.
    fn grid(&self, index: usize) -> Signal<Option<Arc<Grid>>> {
        let (load, block) = (self.maps.get(index).copied(), self.block);
        Memo::new(move |_previous| {
            let view = load?.get()?;
            let is_of_step = block.with(|block| {
                block
                    .as_ref()
                    .and_then(|block| block.steps.get(index))
                    .is_some_and(|step| step.node == view.about.node)
            });
            is_of_step.then(|| Grid::channel(view.array()?, 0))?.map(Arc::new)
        })
        .into()
    }

    /// Which channel of a step is shown.
    fn channel(&self, index: usize) -> Signal<Option<usize>> {
        let load = self.maps.get(index).copied();
        Signal::derive(move || Some(load?.get()?.about.channels.first()?.index))
    }

    fn scale(&self, step: &BlockStep) -> Scale {
        self.scales.with_value(|models| scale(models.graph(MODEL), step))
    }

    /// The three that are added up share one scale; every other step has its own.
    fn range(&self, step: &BlockStep) -> Signal<Option<(f32, f32)>> {
        if !is_summed(step) {
            return Signal::stored(None);
        }
        let (block, this) = (self.block, self.clone());
        let summed: Vec<_> = block.get_untracked().map_or_else(Vec::new, |block| {
            let steps = block.steps.iter().enumerate().filter(|(_index, step)| is_summed(step));
            steps.map(|(index, _step)| this.grid(index)).collect()
        });
        Signal::derive(move || {
            let reach = summed
                .iter()
                .filter_map(|grid| Some(Scale::Diverging.range(&*grid.get()?).1))
                .reduce(f32::max)?;
            Some((-reach, reach))
        })
    }

    /// What the shortcut carried, in a sentence, from the exact tensors.
    fn share(&self) -> Memo<String> {
        let (block, sides, followed) = (self.block, self.sides, self.followed);
        let whole = Memo::new(move |_previous| {
            block.track();
            sides[0].state().with(|shortcut| {
                sides[1]
                    .state()
                    .with(|residual| shortcut_share(&shortcut.ready()?.values, &residual.ready()?.values))
            })
        });
        Memo::new(move |_previous| {
            let channel = followed.get();
            let of_channel = channel.and_then(|channel| {
                sides[0].state().with(|shortcut| {
                    sides[1].state().with(|residual| {
                        let (shortcut, residual) = (
                            Grid::channel(shortcut.ready()?, channel)?,
                            Grid::channel(residual.ready()?, channel)?,
                        );
                        shortcut_share(&shortcut.values, &residual.values)
                    })
                })
            });
            let name =
                block.with(|block| block.as_ref().map(|block| block.block.to_string())).unwrap_or_default();
            text::share(&name, whole.get(), channel.zip(of_channel))
        })
    }
}

/// Whether a step is one of those that the sum is about.
fn is_summed(step: &BlockStep) -> bool {
    match step.role {
        StepRole::Branch(_) => step.is_aligned,
        StepRole::Shortcut | StepRole::Sum => true,
        StepRole::Input | StepRole::Output => false,
    }
}

fn scale(graph: &Graph, step: &BlockStep) -> Scale {
    match graph.node(&step.node) {
        Some(node) if !is_summed(step) => Planes::of(node).scale,
        _ => Scale::Diverging,
    }
}

/// One channel: the named one, or the one with the largest mean.
fn one_channel(node: &str, channel: Option<usize>) -> ViewRequest {
    let query = match channel {
        Some(channel) => format!("model={MODEL}&sort=index&from={channel}&count=1"),
        None => format!("model={MODEL}&sort=mean&from=0&count=1"),
    };
    ViewRequest::of_node(route::IMAGE_FEATURE_MAPS, node, query)
}

fn step_request(
    block: &BlockSteps,
    index: usize,
    chosen: Chosen,
    followed: Memo<Option<usize>>,
) -> Option<ViewRequest> {
    let step = block.steps.get(index)?;
    let is_chosen =
        chosen.subject.with(|subject| subject.as_ref().is_some_and(|subject| subject.node == step.node));
    let channel = match () {
        () if is_chosen => Some(chosen.channel.get()),
        () if step.is_aligned => Some(followed.get()?),
        () => None,
    };
    Some(one_channel(step.node.as_str(), channel))
}
