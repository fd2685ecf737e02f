//! Ways from a word to its entry in the glossary. Plain links: the glossary is a page of its own.

use leptos::prelude::*;

use crate::i18n::text::glossary::{self as text, Term};

/// A word of a text as a link to what it means.
pub fn term_link(term: Term, words: &'static str) -> impl IntoView {
    view! { <a class="term" href=term.address()>{words}</a> }
}

/// The terms that a text uses, as a line below it.
pub fn terms(terms: &'static [Term]) -> impl IntoView {
    let links: Vec<_> = terms.iter().map(|term| view! { <li>{term_link(*term, term.name())}</li> }).collect();
    view! { <div class="terms"><span>{text::IN_GLOSSARY}</span><ul>{links}</ul></div> }
}
