//! What is chosen in the lens on rollout, kept in the address: its controls, and what they have the server asked for.

use leptos::prelude::*;
use shared::route;

use super::super::attention::MODEL;
use super::super::attention::options::Buttons;
use super::super::class_picker::{ClassPicker, first_class};
use super::super::pickers::Toggle;
use crate::components::learning::Slider;
use crate::i18n::text::lenses::rollout as text;
use crate::state::view_load::ViewRequest;
use crate::state::{Answer, LensState, Models, Specimen};

/// Tenths that can be discarded.
const DISCARDS: usize = 10;

/// The choices.
#[derive(Clone, Copy)]
pub struct Chosen {
    /// Blocks of the model.
    pub blocks: usize,
    /// The block up to which attention is rolled out; the last unless one is named.
    pub block: Memo<usize>,
    discard: Memo<usize>,
    has_residual: Memo<bool>,
    fusion: Memo<String>,
    class: Memo<Option<usize>>,
    state: LensState,
}

impl Chosen {
    /// Follows the address, for a model of so many blocks.
    pub fn new(blocks: usize) -> Self {
        let state = LensState::new();
        let (block, discard) = (state.number("block"), state.number("discard"));
        let (residual, fusion) = (state.text("residual"), state.text("fusion"));
        Self {
            blocks,
            block: Memo::new(move |_previous| {
                block.get().filter(|block| *block < blocks).unwrap_or(blocks - 1)
            }),
            discard: Memo::new(move |_previous| {
                discard.get().filter(|tenths| *tenths < DISCARDS).unwrap_or(0)
            }),
            has_residual: Memo::new(move |_previous| residual.get().as_deref() != Some("no")),
            fusion: Memo::new(move |_previous| known_fusion(fusion.get())),
            class: chosen_class(state),
            state,
        }
    }

    /// The share of the weights that is discarded.
    fn share(self) -> f32 {
        self.discard.get() as f32 / DISCARDS as f32
    }

    /// Rollout as it is chosen, for all blocks at once.
    pub fn rollout_request(self) -> ViewRequest {
        let query = format!(
            "model={MODEL}&residual={}&discard={}&fusion={}&query=class",
            self.has_residual.get(),
            self.share(),
            self.fusion.get()
        );
        ViewRequest::new(route::IMAGE_ROLLOUT, query)
    }

    /// Relevance for the class, once there is one.
    pub fn relevance_request(self) -> Option<ViewRequest> {
        let query = format!("model={MODEL}&class={}", self.class.get()?);
        Some(ViewRequest::new(route::IMAGE_RELEVANCE, query))
    }

    /// The last block's attention alone, which no choice changes.
    pub fn last_request(self) -> ViewRequest {
        let query = format!("model={MODEL}&block={}&head=mean&query=class", self.blocks - 1);
        ViewRequest::new(route::IMAGE_ATTENTION, query)
    }
}

/// The named way to make one head of all, or the first where none of that name is known.
fn known_fusion(named: Option<String>) -> String {
    let known = named.filter(|name| text::FUSIONS.iter().any(|(fusion, _name)| fusion == name));
    known.unwrap_or_else(|| text::FUSIONS[0].0.to_owned())
}

/// The class that the address names, or else what the model answers first.
fn chosen_class(state: LensState) -> Memo<Option<usize>> {
    let classes = Models::expect().info(MODEL).labels.len();
    let named = state.number("class");
    // Nothing is asked before it is known what the model answers, unless the address names a class.
    let is_answered =
        move || Specimen::expect().answer(MODEL).with(|answer| matches!(answer, Answer::Ready(_)));
    Memo::new(move |_previous| {
        let named = named.get().filter(|class| *class < classes);
        named.or_else(|| is_answered().then(|| first_class(MODEL)))
    })
}

/// The controls.
#[component]
pub fn Choices(
    /// What they change.
    chosen: Chosen,
) -> impl IntoView {
    let Chosen { blocks, block, discard, has_residual, fusion, class, state } = chosen;
    view! {
        <div class="lens-controls" data-model=MODEL.as_str()>
            <Slider
                name=text::DEPTH
                count=blocks
                position=block
                value=Signal::derive(move || text::block(block.get(), blocks))
                on_move=move |block| state.set("block", block)
            />
            <Slider
                name=text::DISCARD
                count=DISCARDS
                position=discard
                value=Signal::derive(move || text::discard(chosen.share()))
                on_move=move |tenths| state.set("discard", tenths)
            />
            <div class="lens-field">
                <span>{text::FUSION}</span>
                <Buttons
                    name=text::FUSION
                    options=text::FUSIONS.map(|(value, name)| (value.to_owned(), name.to_owned())).to_vec()
                    chosen=fusion
                    on_choose=move |fusion: String| state.set("fusion", fusion)
                />
            </div>
            <Toggle
                name=text::RESIDUAL
                is_on=has_residual
                on_change=move |with: bool| state.set("residual", if with { "" } else { "no" })
            />
            <ClassPicker model=MODEL chosen=Signal::derive(move || class.get().unwrap_or(0)) on_choose=move |class: usize| state.set("class", class)/>
        </div>
    }
}
