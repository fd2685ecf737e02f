//! A class of an answer: its name, its probability as a number and as a bar.

use leptos::prelude::*;
use shared::ClassScore;

use super::share_bar::share_bar;
use crate::i18n::number;

/// What a `class-row` holds.
pub fn class_row(class: &ClassScore) -> impl IntoView + use<> {
    view! {
        <span class="class-label" title=class.label.clone()>{class.label.clone()}</span>
        <span class="class-probability number">{number::percent(class.probability)}</span>
        {share_bar(f64::from(class.probability))}
    }
}
