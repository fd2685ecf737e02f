//! Who asks, and in which block: what the lenses on attention have in common, kept in the address.

use leptos::prelude::*;
use shared::TokenLayout;
use shared::views::QueryToken;

use super::{MODEL, asker_words};
use crate::drawing::attention::Asker;
use crate::drawing::grid::Cell;
use crate::state::{LensState, Models};

/// The token whose attention is shown.
#[derive(Clone, Copy)]
pub struct Asking {
    /// The tokens of the model.
    pub layout: StoredValue<TokenLayout>,
    state: LensState,
    chosen: Memo<Asker>,
    pointed: RwSignal<Option<Asker>>,
}

impl Asking {
    /// Follows the address; `None` for a model without attention.
    pub fn new() -> Option<Self> {
        let layout = StoredValue::new(TokenLayout::of(Models::expect().graph(MODEL))?);
        let state = LensState::new();
        let named = state.text("query");
        let chosen = Memo::new(move |_previous| {
            layout.with_value(|layout| {
                let named = named.with(|text| Asker::read(text.as_deref()?, layout));
                named.unwrap_or_else(|| Asker::of_nobody(layout))
            })
        });
        Some(Self { layout, state, chosen, pointed: RwSignal::new(None) })
    }

    /// Who asks now: whom the visitor points at, or else the chosen one.
    pub fn asker(self) -> Asker {
        self.pointed.get().unwrap_or_else(|| self.chosen.get())
    }

    /// The same, without following it.
    pub fn asker_untracked(self) -> Asker {
        untrack(move || self.asker())
    }

    /// Shows a token's attention for as long as somebody points at it.
    pub fn point_at(self, asker: Option<Asker>) {
        if self.pointed.get_untracked() != asker {
            self.pointed.set(asker);
        }
    }

    /// Chooses a token, and says so in the address.
    pub fn choose(self, asker: Asker) {
        self.pointed.set(None);
        self.state.set("query", asker.address());
    }

    /// Who asked for what is shown, which is not yet who asks now while an answer is on its way.
    pub fn shown(self, query: Option<QueryToken>) -> String {
        let asker = query.map(|query| match query.patch {
            Some([row, column]) => Asker::Patch(Cell { row, column }),
            None => Asker::ClassToken,
        });
        asker_words(asker.unwrap_or_else(|| self.asker()))
    }

    /// The block that the address names, or else the last.
    pub fn block(self, state: LensState) -> Memo<usize> {
        let blocks = self.blocks();
        let named = state.number("block");
        Memo::new(move |_previous| named.get().filter(|block| *block < blocks).unwrap_or(blocks - 1))
    }

    /// Blocks of the model.
    pub fn blocks(self) -> usize {
        self.layout.with_value(|layout| layout.attention.len())
    }

    /// A block's name in the graph.
    pub fn node_of(self, block: usize) -> String {
        self.layout
            .with_value(|layout| layout.streams.get(block).map(ToString::to_string).unwrap_or_default())
    }
}
