//! The lens that makes attention step by step, for one asking token in one head: query, dot products with all keys, division,
//! exponentials, weights, weighted sum of values; with the model's own numbers of this picture, and each step checked against
//! what the model computed.

mod shown;
mod top;

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::{NodeId, route};

use super::attention::asking::Asking;
use super::attention::who_asks::WhoAsks;
use super::attention::{MODEL, asker_words};
use super::frame::{LensFrame, TableData};
use super::pickers::Picker;
use crate::api::Array;
use crate::components::live::{live, on};
use crate::drawing::attention_steps::{AttentionNodes, AttentionSteps, HeadTensors};
use crate::drawing::lens::Lens;
use crate::i18n::number;
use crate::i18n::text::lenses;
use crate::i18n::text::lenses::attention as words;
use crate::i18n::text::lenses::attention_steps as text;
use crate::state::view_load::LoadStatus;
use crate::state::{LensState, Models, Specimen, TensorLoad, TensorRequest};
use shown::Shown;
use top::TopTokens;

/// Numbers of a row, and what they are computed from and compared with.
#[derive(Clone, Copy)]
pub struct Row {
    /// Who asks.
    pub asking: Asking,
    /// The queries of all tokens, `[tokens, head_dim]`.
    queries: TensorLoad,
    /// All steps.
    pub steps: Memo<Option<Arc<AttentionSteps>>>,
    /// `[tokens, head_dim]`.
    pub keys: TensorLoad,
    /// `[tokens, head_dim]`.
    pub values: TensorLoad,
    /// The model's own scores of the row.
    pub own_scores: TensorLoad,
    /// The model's own weights of the row.
    pub own_weights: TensorLoad,
    /// The nodes of the block.
    pub nodes: Memo<Option<AttentionNodes>>,
}

impl Row {
    /// Loads what a head of a block computes, for whoever asks.
    fn load(asking: Asking, block: Memo<usize>, head: Memo<usize>) -> Self {
        let models = StoredValue::new(Models::expect());
        let nodes = Memo::new(move |_previous| {
            let weights = asking.layout.with_value(|layout| layout.attention.get(block.get()).cloned())?;
            models.with_value(|models| AttentionNodes::around(models.graph(MODEL), &weights))
        });
        // Queries of all tokens come at once, so that pointing asks only for what the model's own row is compared with.
        let of_head =
            move |pick: fn(AttentionNodes) -> NodeId| load(nodes, pick, move || head.get().to_string());
        let of_row = move |pick: fn(AttentionNodes) -> NodeId| {
            load(nodes, pick, move || format!("{},{}", head.get(), token(asking)))
        };
        let [queries, keys, values] =
            [of_head(|nodes| nodes.query), of_head(|nodes| nodes.key), of_head(|nodes| nodes.value)];
        let [own_scores, own_weights] = [of_row(|nodes| nodes.scores), of_row(|nodes| nodes.weights)];
        let steps = Memo::new(move |_previous| compute(token(asking), [queries, keys, values]));
        Self { asking, queries, steps, keys, values, own_scores, own_weights, nodes }
    }

    /// Everything that the row waits for.
    fn loads(self) -> Vec<LoadStatus> {
        let background = [self.own_scores, self.own_weights].map(in_the_background);
        [self.queries, self.keys, self.values].map(LoadStatus::from).into_iter().chain(background).collect()
    }

    /// Position of the token that asks.
    fn token(self) -> usize {
        token(self.asking)
    }

    /// The token with the largest weight, in a sentence, its score, the sum of all exponentials, and its weight.
    fn strongest(self) -> Option<(String, f64, f64, f64)> {
        let steps = self.steps.get()?;
        let token = *steps.top(1).first()?;
        Some((self.words(token), steps.scores[token], steps.sum, steps.weights[token]))
    }

    /// A token in a sentence.
    pub fn words(self, token: usize) -> String {
        self.asking.layout.with_value(|layout| match token.checked_sub(layout.num_leading()) {
            Some(patch) => words::patch(patch / layout.patches_per_side, patch % layout.patches_per_side),
            None => words::THE_CLASS_TOKEN.to_owned(),
        })
    }

    /// Row and column of a token, or the class token.
    pub fn place(self, token: usize) -> String {
        self.asking.layout.with_value(|layout| match token.checked_sub(layout.num_leading()) {
            Some(patch) => text::patch(patch / layout.patches_per_side, patch % layout.patches_per_side),
            None => text::CLASS_TOKEN.to_owned(),
        })
    }
}

/// Position of the token that asks.
fn token(asking: Asking) -> usize {
    asking.layout.with_value(|layout| asking.asker().token(layout))
}

/// A slice of one of the block's nodes.
fn load(
    nodes: Memo<Option<AttentionNodes>>,
    pick: fn(AttentionNodes) -> NodeId,
    slice: impl Fn() -> String + Send + Sync + 'static,
) -> TensorLoad {
    TensorLoad::new(move || {
        let node = pick(nodes.get()?);
        Some(TensorRequest::Node { model: MODEL, node, slice: Some(slice()) })
    })
}

/// All steps for a token, from queries, keys and values, once they have come.
fn compute(token: usize, [queries, keys, values]: [TensorLoad; 3]) -> Option<Arc<AttentionSteps>> {
    queries.state().with(|queries| {
        let query = row_of(queries.ready()?, token)?;
        keys.state().with(|keys| {
            values.state().with(|values| {
                let (keys, values) = (keys.ready()?, values.ready()?);
                AttentionSteps::compute(HeadTensors { query: &query, keys, values }).map(Arc::new)
            })
        })
    })
}

/// The lens; nothing but a sentence for a model without attention.
#[component]
pub fn AttentionSteps() -> impl IntoView {
    match Asking::new() {
        Some(asking) => figure(asking).into_any(),
        None => view! { <p>{words::NO_ATTENTION}</p> }.into_any(),
    }
}

fn figure(asking: Asking) -> impl IntoView {
    let state = LensState::new();
    let block = asking.block(state);
    let heads = asking.layout.with_value(|layout| layout.heads);
    let (named_head, named_step) = (state.number("head"), state.number("step"));
    let head = Memo::new(move |_previous| named_head.get().filter(|head| *head < heads).unwrap_or(0));
    let step = Memo::new(move |_previous| named_step.get().unwrap_or(0).min(text::STEPS.len() - 1));
    let row = Row::load(asking, block, head);
    let title = move || {
        let strongest = row.strongest();
        let found =
            strongest.as_ref().map(|(place, score, sum, weight)| (place.as_str(), *score, *sum, *weight));
        text::finding(&asking.node_of(block.get()), head.get(), &asker_words(asking.asker()), found)
    };
    let table = move |()| TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: row.steps.get().map(|steps| table_rows(&steps, asking)).unwrap_or_default(),
    };
    let numbers = move || {
        let image = Specimen::expect().image().with(|image| image.info.image_id.clone());
        let slice = format!("{},{}", head.get(), row.token());
        Some(route::tensor(&image, MODEL, &row.nodes.get()?.weights, Some(&slice)))
    };
    let numbered = |count: usize| -> Vec<(String, String)> {
        (0..count).map(|index| (index.to_string(), lenses::position(index, count))).collect()
    };
    let (blocks, heads) = (numbered(asking.blocks()), numbered(heads));
    let size = move || row.steps.get().map_or((0, 0), |steps| (steps.query.len(), steps.weights.len()));
    view! {
        <LensFrame
            lens=Lens::AttentionSteps
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=row.loads()
            numbers=Signal::derive(numbers)
            table=table
        >
            <div class="lens-controls">
                <Picker
                    name=lenses::BLOCK
                    choice="block"
                    options=blocks
                    chosen=Signal::derive(move || block.get().to_string())
                    on_choose=move |block| state.set("block", block)
                />
                <Picker
                    name=lenses::HEAD
                    choice="head"
                    options=heads
                    chosen=Signal::derive(move || head.get().to_string())
                    on_choose=move |head| state.set("head", head)
                />
            </div>
            <StepButtons step=step on_step=move |step: usize| state.set("step", step)/>
            <p class="step-words" role="status">
                {live(move || { let (head_dim, tokens) = size(); text::step(step.get(), head_dim, tokens) })}
            </p>
            <div class="attention-steps" data-model=MODEL.as_str()>
                <WhoAsks asking/>
                <Shown row step=step/>
                <TopTokens row/>
            </div>
        </LensFrame>
    }
}

/// What nothing waits for, but may fail.
fn in_the_background(load: TensorLoad) -> LoadStatus {
    LoadStatus { is_waiting: Signal::stored(false), ..load.into() }
}

/// The steps as buttons, with one back and one on.
#[component]
fn StepButtons(
    /// The step that is shown.
    #[prop(into)]
    step: Signal<usize>,
    /// Takes a step.
    #[prop(into)]
    on_step: Callback<usize>,
) -> impl IntoView {
    let last = text::STEPS.len() - 1;
    let key = move |event: KeyboardEvent| {
        let now = step.get_untracked();
        let to = match event.key().as_str() {
            "ArrowLeft" => now.saturating_sub(1),
            "ArrowRight" => (now + 1).min(last),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        on_step.run(to);
    };
    let buttons = text::STEPS.iter().enumerate().map(|(position, name)| {
        view! {
            <button
                type="button"
                class="choice"
                aria-pressed=live(move || (step.get() == position).to_string())
                on:click=on(move |_event| on_step.run(position))
            >
                {format!("{}\u{2002}{name}", position + 1)}
            </button>
        }
    });
    let is_first = move || step.get() == 0;
    let is_last = move || step.get() == last;
    view! {
        <div class="step-buttons needs-script" data-export="no" on:keydown=on(key)>
            <div class="choices" role="group" aria-label=text::STEP title=text::KEYS>{buttons.collect::<Vec<_>>()}</div>
            <button type="button" class="button" disabled=is_first on:click=on(move |_event| on_step.run(step.get_untracked().saturating_sub(1)))>{text::BACK}</button>
            <button type="button" class="button" disabled=is_last on:click=on(move |_event| on_step.run((step.get_untracked() + 1).min(last)))>{text::NEXT}</button>
        </div>
    }
}

/// A row of `[rows, columns]`.
pub fn row_of(array: &Array, row: usize) -> Option<Array> {
    let columns = *array.shape.last().filter(|columns| **columns > 0)?;
    let values = array.values.chunks_exact(columns).nth(row)?.to_vec();
    Some(Array { shape: vec![columns], values })
}

/// One row for each token.
fn table_rows(steps: &AttentionSteps, asking: Asking) -> Vec<Vec<String>> {
    let (leading, side) = asking.layout.with_value(|layout| (layout.num_leading(), layout.patches_per_side));
    let row = |token: usize| {
        let patch = token.checked_sub(leading);
        let text =
            |place: Option<usize>| place.map_or_else(|| "\u{2013}".to_owned(), |place| place.to_string());
        vec![
            token.to_string(),
            text(patch.map(|patch| patch / side)),
            text(patch.map(|patch| patch % side)),
            number::fixed(steps.dot_products[token], 5),
            number::fixed(steps.scores[token], 5),
            number::value(steps.exponentials[token] as f32),
            number::value(steps.weights[token] as f32),
        ]
    };
    (0..steps.weights.len()).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_out() {
        let array = Array { shape: vec![2, 3], values: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0] };
        assert_eq!(row_of(&array, 1), Some(Array { shape: vec![3], values: vec![4.0, 5.0, 6.0] }));
        assert_eq!(row_of(&array, 2), None);
    }
}
