//! The frame of every figure: a title that states the finding, the figure, what to make of it, where it comes from.

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
    /// Level of the title among the page's headings: 4 inside of something that has a heading below the section's.
    #[prop(default = 4)]
    level: u8,
    /// The figure itself.
    children: TypedChildren<C>,
) -> impl IntoView {
    let source = source.map(|source| {
        view! {
            <p class="figure-source"><a href=source.url rel="external noopener">{source.name}</a></p>
        }
    });
    view! {
        <figure class="figure">
            <h4 class="figure-title" attr:aria-level=level.to_string()>{move || title.get()}</h4>
            <div class="figure-body">{children.into_inner()()}</div>
            <figcaption class="figure-caption"><p>{move || explanation.get()}</p>{source}</figcaption>
        </figure>
    }
}
