//! The ranking with names: the first few or all, any class by its name, and where the other model ranks the same class.

use leptos::prelude::*;
use shared::{ClassScore, Predictions};

use super::OutputView;
use crate::components::figure::Figure;
use crate::components::live::on;
use crate::components::stages::answers::{comparable_answer, ranked};
use crate::components::stages::data_table::{Bar, Cell, DataTable, Row};
use crate::components::stages::options::Options;
use crate::i18n::number;
use crate::i18n::text::stages::output as text;
use crate::state::{Models, View};

/// How many classes can be listed; the last option lists all.
const COUNTS: [usize; 3] = [5, 10, 20];
/// Position of the count to begin with.
const BEGIN: usize = 1;

/// The figure.
#[component]
pub fn RankingTable(
    /// The stage.
    output: OutputView,
) -> impl IntoView {
    let (model, models) = (View::expect().model(), StoredValue::new(Models::expect()));
    let other = comparable_answer();
    let count = RwSignal::new(BEGIN);
    let query = RwSignal::new(String::new());
    let names = COUNTS.iter().map(ToString::to_string).chain([text::ALL.to_owned()]).collect();
    let other_name = move || models.with_value(|models| models.info(model.get().other()).name.clone());
    let rows = Memo::new(move |_previous| {
        let limit = COUNTS.get(count.get()).copied().unwrap_or(usize::MAX);
        let query = query.get().trim().to_lowercase();
        output.answer.with(|answer| {
            let Some(answer) = answer else { return Vec::new() };
            other.with(|other| {
                listed(answer, &query, limit).map(|place| row(place, other.as_deref())).collect()
            })
        })
    });
    let columns = move || {
        let own = text::RANKING_COLUMNS.map(str::to_owned).to_vec();
        match other.with(Option::is_some) {
            true => [own, text::other_columns(&other_name()).to_vec()].concat(),
            false => own,
        }
    };
    let is_missing = move || rows.with(Vec::is_empty) && !query.get().trim().is_empty();
    let title = move || {
        let first = |ranking: &Predictions| ranking.classes.first().map(|class| class.label.clone());
        let own = output.answer.with(|answer| answer.as_deref().and_then(first))?;
        let theirs = other.with(|other| {
            let other = other.as_deref()?;
            let class = output.answer.with(|answer| {
                answer.as_deref().and_then(|answer| answer.classes.first().map(|class| class.index))
            })?;
            ranked(other, class).map(|(rank, _score)| rank)
        });
        Some(text::ranking_title(&own, theirs.map(|rank| (other_name(), rank))))
    };
    view! {
        <Figure
            title=Signal::derive(move || title().unwrap_or_else(|| text::RANKING.to_owned()))
            explanation=Signal::derive(move || text::ranking_explanation(other.with(Option::is_some)))
        >
            <div class="plot-head needs-script">
                <label class="search">
                    <span>{text::SEARCH}</span>
                    <input
                        type="search"
                        class="select"
                        autocomplete="off"
                        spellcheck="false"
                        placeholder=text::SEARCH_EXAMPLE
                        prop:value=move || query.get()
                        on:input=on(move |event| query.set(event_target_value(&event)))
                    />
                </label>
                <Options label=text::COUNT names chosen=count/>
            </div>
            <div class="ranking">
                <DataTable
                    caption=text::RANKING.to_owned()
                    columns=Signal::derive(columns)
                    rows=rows
                />
            </div>
            <p class="check" role="status">{move || is_missing().then(|| text::no_class(query.get().trim()))}</p>
        </Figure>
    }
}

/// The first classes, or all whose name holds the query, with their ranks from 1.
fn listed<'answer>(
    answer: &'answer Predictions,
    query: &str,
    limit: usize,
) -> impl Iterator<Item = (usize, &'answer ClassScore)> {
    let limit = if query.is_empty() { limit } else { usize::MAX };
    let query = query.to_owned();
    let ranks = answer.classes.iter().enumerate().map(|(position, class)| (position + 1, class));
    ranks.filter(move |(_rank, class)| class.label.to_lowercase().contains(&query)).take(limit)
}

fn row((rank, class): (usize, &ClassScore), other: Option<&Predictions>) -> Row {
    let probability = f64::from(class.probability);
    let own = [
        Cell::Words(class.label.clone()),
        Cell::Number(rank.to_string()),
        Cell::Number(number::value(class.logit)),
        Cell::Number(number::percent(class.probability)),
        Cell::Bar(Bar { from: 0.0, to: probability, kind: "is-model" }),
    ];
    let theirs = other.and_then(|other| ranked(other, class.index)).map(|(rank, score)| {
        [Cell::Number(rank.to_string()), Cell::Number(number::percent(score.probability))]
    });
    Row { cells: own.into_iter().chain(theirs.into_iter().flatten()).collect(), is_marked: false }
}
