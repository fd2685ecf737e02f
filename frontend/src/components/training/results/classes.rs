//! Precision, recall and F1 of each class, in any order.

use leptos::prelude::*;
use shared::training::ClassResult;

use super::Outcome;
use crate::components::figure::Figure;
use crate::components::live::{live, on};
use crate::drawing::class_order::{Column, order};
use crate::i18n::number;
use crate::i18n::text::training::results as text;

/// The table.
#[component]
pub fn Classes(
    /// The result.
    outcome: Outcome,
) -> impl IntoView {
    let evaluation = StoredValue::new(outcome.evaluation);
    // The worst first: that is what one looks for.
    let sorted = RwSignal::new((Column::F1, false));
    let heading = move |(column, name): (Column, &'static str)| {
        let direction = move || match sorted.get() {
            (by, true) if by == column => "descending",
            (by, false) if by == column => "ascending",
            _ => "none",
        };
        let sort = move |_event| {
            sorted.update(|(by, is_descending)| {
                (*by, *is_descending) = (column, *by == column && !*is_descending);
            })
        };
        view! {
            <th scope="col" class:is-number=column != Column::Name aria-sort=live(direction)>
                <button type="button" class="sorter" title=text::sort_by(name) on:click=on(sort)>{name}</button>
            </th>
        }
    };
    let rows = move || {
        let (column, is_descending) = sorted.get();
        evaluation.with_value(|evaluation| {
            let classes = &evaluation.classes;
            order(classes, column, is_descending)
                .into_iter()
                .map(|index| row(&classes[index]))
                .collect::<Vec<_>>()
        })
    };
    view! {
        <Figure title=Signal::derive(|| text::CLASSES_TITLE.to_owned()) explanation=Signal::derive(|| text::CLASSES_EXPLANATION.to_owned()) is_top=true>
            <div class="data-table class-results" role="region" tabindex="0" aria-label=text::CLASSES_TITLE>
                <table>
                    <caption class="visually-hidden">{text::CLASSES_TITLE}</caption>
                    <thead><tr>{Column::ALL.into_iter().zip(text::CLASS_COLUMNS).map(heading).collect::<Vec<_>>()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Figure>
    }
}

fn row(class: &ClassResult) -> impl IntoView + use<> {
    let numbers = [
        number::thousands(class.num_pictures),
        number::thousands(class.num_answers),
        number::fixed(class.precision, 2),
        number::fixed(class.recall, 2),
        number::fixed(class.f1, 2),
    ];
    view! {
        <tr>
            <th scope="row">{class.name.clone()}</th>
            {numbers.map(|number| view! { <td class="number">{number}</td> })}
        </tr>
    }
}
