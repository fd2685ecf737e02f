//! The frame of every figure: a title that states the finding, the figure, what to make of it, where it comes from.

use leptos::either::Either;
use leptos::prelude::*;

use crate::i18n::Source;

/// A figure.
#[component]
pub fn Figure<C: IntoView + 'static>(
    /// The finding, as a sentence.
    #[prop(into)]
    title: Signal<String>,
    /// A sentence or two below the figure.
    #[prop(into)]
    explanation: Signal<String>,
    /// Who says so.
    #[prop(optional, into)]
    source: Option<Source>,
    /// Whether the title stands directly below the section's heading, not below another one.
    #[prop(optional)]
    is_top: bool,
    /// The figure itself.
    children: TypedChildren<C>,
) -> impl IntoView {
    let source = source.map(|source| {
        view! {
            <p class="figure-source"><a href=source.url rel="external noopener">{source.name}</a></p>
        }
    });
    let heading = if is_top {
        Either::Left(view! { <h3 class="figure-title">{move || title.get()}</h3> })
    } else {
        Either::Right(view! { <h4 class="figure-title">{move || title.get()}</h4> })
    };
    view! {
        <figure class="figure">
            {heading}
            <div class="figure-body">{children.into_inner()()}</div>
            <figcaption class="figure-caption"><p>{move || explanation.get()}</p>{source}</figcaption>
        </figure>
    }
}
