//! Drawings as views: one kind of element for all of them keeps the module small.

use leptos::either::Either;
use leptos::prelude::*;

use crate::drawing::mark::{Mark, short};

/// The elements of a drawing.
pub fn marks(marks: Vec<Mark>) -> impl IntoView + use<> {
    marks
        .into_iter()
        .map(|mark| match mark {
            Mark::Path { class, d } => Either::Left(view! { <path class=class d=d/> }),
            Mark::Text { class, at, text } => {
                Either::Right(view! { <text class=class x=short(at.x) y=short(at.y)>{text}</text> })
            }
        })
        .collect::<Vec<_>>()
}

/// A drawing that says nothing that is not said beside it.
pub fn drawing(class: &'static str, width: f64, height: f64, drawn: Vec<Mark>) -> impl IntoView + use<> {
    view! {
        <svg
            class=class
            width=short(width)
            height=short(height)
            viewBox=format!("0 0 {} {}", short(width), short(height))
            aria-hidden="true"
        >
            {marks(drawn)}
        </svg>
    }
}
