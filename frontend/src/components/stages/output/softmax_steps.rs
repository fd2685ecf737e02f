//! Softmax with this picture's numbers, step by step, and what a temperature would change.

use leptos::prelude::*;
use shared::{ClassScore, Predictions};

use super::OutputView;
use crate::components::figure::Figure;
use crate::components::stages::data_table::{Bar, Cell, DataTable, Row};
use crate::components::stages::options::Options;
use crate::drawing::softmax::Softmax;
use crate::i18n::number;
use crate::i18n::text::stages::output as text;

/// Classes that are listed one by one.
const NUM_SHOWN: usize = 5;
/// Temperatures to choose from.
const TEMPERATURES: [f64; 4] = [0.5, 1.0, 2.0, 4.0];
/// Position of the temperature that the models use.
const PLAIN: usize = 1;
/// Decimals of the steps.
const DECIMALS: usize = 4;

/// The figure.
#[component]
pub fn SoftmaxSteps(
    /// The stage.
    output: OutputView,
) -> impl IntoView {
    let temperature = RwSignal::new(PLAIN);
    let softmax = Memo::new(move |_previous| {
        let logits: Vec<f32> = output.answer.with(|answer| {
            answer.as_ref().map(|answer| answer.classes.iter().map(|class| class.logit).collect())
        })?;
        Some(Softmax::new(&logits, TEMPERATURES[temperature.get()]))
    });
    let rows = move || {
        let chosen = output.class();
        output.answer.with(|answer| {
            let (Some(answer), Some(softmax)) = (answer, softmax.get()) else { return Vec::new() };
            rows(answer, &softmax, chosen)
        })
    };
    let title = move || {
        output.answer.with(|answer| {
            let [first, second, ..] = answer.as_ref()?.classes.as_slice() else { return None };
            Some(text::softmax_title(first, second))
        })
    };
    view! {
        <Figure
            title=Signal::derive(move || title().unwrap_or_else(|| text::SOFTMAX.to_owned()))
            explanation=Signal::derive(move || text::softmax_explanation(TEMPERATURES[temperature.get()]))
        >
            <div class="plot-head">
                <p class="formula mono">{text::FORMULA}</p>
                <Options label=text::TEMPERATURE names=TEMPERATURES.map(|temperature| temperature.to_string()).to_vec() chosen=temperature/>
            </div>
            <DataTable
                caption=text::SOFTMAX_TABLE.to_owned()
                columns=text::SOFTMAX_COLUMNS.map(str::to_owned).to_vec()
                rows=Signal::derive(rows)
            />
        </Figure>
    }
}

fn rows(answer: &Predictions, softmax: &Softmax, chosen: Option<usize>) -> Vec<Row> {
    let (first, rest) = answer.classes.split_at(NUM_SHOWN.min(answer.classes.len()));
    let is_chosen = |class: &&ClassScore| Some(class.index) == chosen;
    // One more row in any case, so that nothing below moves as the visitor walks over the classes.
    let singled_out = rest.iter().find(is_chosen).or(rest.first());
    let shown = first
        .iter()
        .chain(singled_out)
        .map(|class| Row { is_marked: is_chosen(&class), ..term_row(class, softmax) });
    let others = rest.iter().filter(|class| singled_out.is_none_or(|shown| shown.index != class.index));
    let exponentials: Vec<f64> = others.map(|class| softmax.term(class.logit).exponential).collect();
    let sum: f64 = exponentials.iter().sum();
    let dash = String::new;
    let others = numbers_row(
        text::others(exponentials.len()),
        [dash(), dash(), number::fixed(sum, DECIMALS)],
        sum / softmax.sum(),
    );
    let total =
        numbers_row(text::SUM.to_owned(), [dash(), dash(), number::fixed(softmax.sum(), DECIMALS)], 1.0);
    shown.chain([others, total]).collect()
}

fn term_row(class: &ClassScore, softmax: &Softmax) -> Row {
    let term = softmax.term(class.logit);
    let numbers = [
        number::fixed(class.logit.into(), DECIMALS),
        number::fixed(term.difference, DECIMALS),
        number::fixed(term.exponential, DECIMALS),
    ];
    numbers_row(class.label.clone(), numbers, term.probability)
}

fn numbers_row(name: String, numbers: [String; 3], probability: f64) -> Row {
    let numbers = numbers.into_iter().chain([number::percent(probability as f32)]).map(Cell::Number);
    let bar = Cell::Bar(Bar { from: 0.0, to: probability, kind: "is-model" });
    Row { cells: [Cell::Words(name)].into_iter().chain(numbers).chain([bar]).collect(), is_marked: false }
}
