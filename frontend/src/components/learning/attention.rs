//! What one token attends to in the first and in the last block, over the picture: the class token, or the patch at the
//! shared place; the mean over heads, or one of them.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{ModelSlot, NodeId, TokenLayout};

use super::map_panel::{MapPanel, PanelSize};
use crate::components::choice::Choice;
use crate::components::figure::Figure;
use crate::components::trouble::Trouble;
use crate::drawing::attention::{AttentionRow, patch_at};
use crate::drawing::colour::Scale;
use crate::i18n::text::learning as text;
use crate::state::{Cursor, Models, TensorLoad, TensorRequest};

const MODEL: ModelSlot = ModelSlot::Vit;
/// Position of the pointed patch among the askers.
const PATCH: usize = 1;

/// What is asked.
#[derive(Clone, Copy)]
struct Question {
    layout: StoredValue<TokenLayout>,
    asker: RwSignal<usize>,
    head: RwSignal<usize>,
    is_seen: ReadSignal<bool>,
}

/// The figure; nothing for a model without attention.
#[component]
pub fn Attention(
    /// Whether it has come into sight.
    is_seen: ReadSignal<bool>,
) -> impl IntoView {
    let layout = TokenLayout::of(Models::expect().graph(MODEL));
    layout.map(|layout| {
        let question = Question {
            layout: StoredValue::new(layout),
            asker: RwSignal::new(0),
            head: RwSignal::new(0),
            is_seen,
        };
        figure(question)
    })
}

fn figure(question: Question) -> impl IntoView {
    let (layout, asker, head) = (question.layout.get_value(), question.asker, question.head);
    let ends = [0, layout.attention.len() - 1];
    let loads = ends.map(|block| question.load(layout.attention[block].clone()));
    let rows = loads.map(|load| question.row(load));
    let num_patches = layout.num_patches();
    let title = move || {
        let spread = rows.map(|row| row.get().map(|row| row.patches_with_half()));
        text::attention_finding(asker.get() == PATCH, num_patches, spread)
    };
    let heads =
        [text::MEAN_OF_HEADS.to_owned()].into_iter().chain((1..=layout.heads).map(|head| head.to_string()));
    let panels = [0, 1].map(|end| {
        let row = rows[end];
        let block = ends[end];
        let grid = move || row.get().map(|row| Arc::new(row.patches.clone()));
        view! {
            <div>
                <MapPanel
                    name=text::block(end, block)
                    grid=Signal::derive(grid)
                    scale=Scale::Sequential
                    quantity=text::WEIGHT
                    label=Signal::derive(move || text::attention_label(block, asker.get() == PATCH))
                    ground=MODEL
                    size=PanelSize::Full
                />
                <p class="readout">{move || row.get().map(|row| text::row_sum(row.to_patches(), row.to_leading, row.sum()))}</p>
            </div>
        }
    });
    view! {
        <Figure title=Signal::derive(title) explanation=text::attention_note(layout.tokens) source=text::DOSOVITSKIY_2021>
            <div class="figure-tools needs-script">
                <Choice name=text::ASKER options=text::ASKERS.map(str::to_owned).to_vec() chosen=asker/>
                <Choice name=text::HEAD options=heads.collect() chosen=head/>
            </div>
            <div class="maps-2">{panels}</div>
            <Trouble loads=loads.to_vec()/>
        </Figure>
    }
}

impl Question {
    /// The asking token's rows of one block, all heads.
    fn load(self, node: NodeId) -> TensorLoad {
        let cursor = Cursor::expect();
        TensorLoad::new(move || {
            let layout = self.layout.get_value();
            let patch = || patch_at(&layout, cursor.place());
            let token = match self.asker.get() {
                PATCH => layout.token_of(patch().row, patch().column),
                _ => 0,
            };
            let slice = Some(format!("0:{},{token}", layout.heads));
            self.is_seen.get().then(|| TensorRequest::Node { model: MODEL, node: node.clone(), slice })
        })
    }

    /// One head's row, or the mean of all.
    fn row(self, load: TensorLoad) -> Memo<Option<AttentionRow>> {
        Memo::new(move |_previous| {
            let head = self.head.get().checked_sub(1);
            load.state().with(|state| AttentionRow::read(state.ready()?, &self.layout.get_value(), head))
        })
    }
}
