//! A logit as a sum: the features that add the most, the others together, the bias; and whether that is the server's logit.

use leptos::prelude::*;

use super::{HeadView, ready};
use crate::components::figure::Figure;
use crate::components::stages::answers::ranked;
use crate::components::stages::data_table::{Bar, Cell, DataTable, Row};
use crate::drawing::axis::Axis;
use crate::drawing::contributions::{LogitParts, Span, logit_parts};
use crate::i18n::number;
use crate::i18n::text::stages::head as text;

/// Features that are listed one by one.
const NUM_SHOWN: usize = 12;
/// Decimals of the summands.
const DECIMALS: usize = 4;

/// The figure.
#[component]
pub fn Parts(
    /// The stage.
    head: HeadView,
) -> impl IntoView {
    let parts = Memo::new(move |_previous| {
        let (features, weights, bias) = (ready(head.features)?, ready(head.weights)?, ready(head.bias)?);
        logit_parts(&features.values, &weights.values, *bias.values.get(head.class.get())?, NUM_SHOWN)
    });
    let served = Memo::new(move |_previous| {
        let class = head.class.get();
        head.answer.with(|answer| ranked(answer.as_ref()?, class).map(|(_rank, score)| score.logit))
    });
    // A difference is a part of the largest logit, as everywhere in this project.
    let largest = Memo::new(move |_previous| {
        head.answer.with(|answer| {
            let logits = answer.as_ref()?.classes.iter().map(|class| class.logit.abs());
            logits.max_by(f32::total_cmp)
        })
    });
    let label = head.class_label();
    let check = move || {
        Some(text::check(
            parts.with(|parts| parts.as_ref().map(|parts| parts.logit))?,
            served.get()?,
            largest.get()?,
        ))
    };
    view! {
        <Figure
            title=Signal::derive(move || parts.with(|parts| text::parts_title(&label.get(), parts.as_ref())))
            explanation=Signal::derive(|| text::PARTS_EXPLANATION.to_owned())
        >
            <DataTable
                caption=Signal::derive(move || text::parts_table(&label.get()))
                columns=text::PARTS_COLUMNS.map(str::to_owned).to_vec()
                rows=Signal::derive(move || parts.with(|parts| parts.as_ref().map_or_else(waiting_rows, rows)))
            />
            <p class="check" role="status">{check}</p>
        </Figure>
    }
}

fn rows(parts: &LogitParts) -> Vec<Row> {
    let (low, high) = parts.reach();
    let axis = Axis::around_zero([low, high].into_iter());
    let bar = |span: Span, kind| {
        Cell::Bar(Bar { from: axis.position(span.from), to: axis.position(span.to), kind })
    };
    let signed = |span: Span| bar(span, if span.to < span.from { "is-negative" } else { "is-positive" });
    let spans = parts.spans();
    let features = parts.largest.iter().zip(&spans).map(|(part, span)| {
        let numbers =
            [number::value(part.value), number::value(part.weight), number::fixed(part.product, DECIMALS)];
        summand(text::feature(part.feature), numbers, signed(*span))
    });
    let rest = spans.get(parts.largest.len()..).unwrap_or_default();
    let [others, bias] = rest else { return features.collect() };
    let sums = [
        summand(
            text::others(parts.num_others),
            blanks(number::fixed(parts.others, DECIMALS)),
            signed(*others),
        ),
        summand(text::BIAS.to_owned(), blanks(number::fixed(parts.bias.into(), DECIMALS)), signed(*bias)),
        Row {
            is_marked: true,
            ..summand(
                text::LOGIT.to_owned(),
                blanks(number::fixed(parts.logit, DECIMALS)),
                bar(Span { from: 0.0, to: parts.logit }, "is-sum"),
            )
        },
    ];
    features.chain(sums).collect()
}

/// As many rows as will come.
fn waiting_rows() -> Vec<Row> {
    let bar = || Cell::Bar(Bar { from: 0.0, to: 0.0, kind: "is-sum" });
    (0..NUM_SHOWN + 3).map(|_row| summand("…".to_owned(), blanks(String::new()), bar())).collect()
}

fn blanks(last: String) -> [String; 3] {
    [String::new(), String::new(), last]
}

fn summand(name: String, numbers: [String; 3], bar: Cell) -> Row {
    let numbers = numbers.into_iter().map(Cell::Number);
    Row { cells: [Cell::Words(name)].into_iter().chain(numbers).chain([bar]).collect(), is_marked: false }
}
