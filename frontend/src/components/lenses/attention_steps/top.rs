//! The tokens with the largest weights, with every number between dot product and weight.

use leptos::prelude::*;

use super::Row;
use crate::i18n::number;
use crate::i18n::text::lenses::attention_steps as text;

/// Tokens that are listed.
const LISTED: usize = 10;

/// The table.
#[component]
pub fn TopTokens(
    /// All numbers.
    row: Row,
) -> impl IntoView {
    let rows = move || {
        let steps = row.steps.get()?;
        let line = |token: usize| {
            let numbers = [
                number::fixed(steps.dot_products[token], 3),
                number::fixed(steps.scores[token], 3),
                number::fixed(steps.exponentials[token], 4),
                number::fixed(steps.weights[token], 4),
            ];
            let cells: Vec<_> =
                numbers.into_iter().map(|number| view! { <td class="number">{number}</td> }).collect();
            view! { <tr><th scope="row">{row.place(token)}</th>{cells}</tr> }
        };
        Some(steps.top(LISTED).into_iter().map(line).collect::<Vec<_>>())
    };
    let head = text::TOP_COLUMNS.iter().enumerate().map(|(position, name)| {
        view! { <th scope="col" class:is-number=position != 0>{*name}</th> }
    });
    view! {
        <div class="top-tokens">
            <p class="map-name" id="top-tokens-name">{text::TOP}</p>
            <div class="table-scroll" role="region" tabindex="0" aria-labelledby="top-tokens-name">
                <table class="data-table"><thead><tr>{head.collect::<Vec<_>>()}</tr></thead><tbody>{rows}</tbody></table>
            </div>
        </div>
    }
}
