//! The frame of every lens: a heading that states the finding, controls, the lens itself, what to make of it and who says so,
//! its numbers as a table, and the row of tools.

use leptos::html;
use leptos::prelude::*;
use web_sys::HtmlElement;

use super::status::LensStatus;
use super::table::LensTable;
use super::tools::{LensTools, ToolRow};
use crate::components::live::live;
use crate::drawing::lens::Lens;
use crate::i18n::Source;
use crate::i18n::text::lenses as text;
use crate::state::LoadStatus;

/// The frame.
#[component]
pub fn LensFrame<C: IntoView + 'static, B: IntoView + 'static>(
    /// Which lens.
    lens: Lens,
    /// The finding, as a sentence.
    #[prop(into)]
    title: Signal<String>,
    /// A sentence or two below it.
    #[prop(into)]
    explanation: Signal<String>,
    /// Who says so.
    #[prop(optional, into)]
    source: Option<Source>,
    /// What can be set; `()` for nothing.
    controls: C,
    /// What is being waited for.
    #[prop(optional)]
    loads: Vec<LoadStatus>,
    /// What can be saved besides the picture.
    #[prop(optional)]
    tools: LensTools,
    /// The lens itself.
    children: TypedChildren<B>,
) -> impl IntoView {
    let frame = NodeRef::<html::Article>::new();
    let element = Signal::derive_local(move || frame.get().map(HtmlElement::from));
    let words = text::words(lens);
    let heading = format!("lens-{}", lens.as_str());
    let waits = loads.clone();
    let is_busy = move || waits.iter().any(|load| load.is_waiting() || load.is_stale());
    let table = tools.table_source().map(|source| view! { <LensTable source caption=title/> });
    let source = source.map(|source| {
        view! { <p class="figure-source"><a href=source.url rel="external noopener">{source.name}</a></p> }
    });
    view! {
        <article class="lens" node_ref=frame data-lens=lens.as_str() aria-labelledby=heading.clone()>
            <header class="lens-head">
                <p class="lens-kind">{words.title}</p>
                <h4 id=heading>{move || title.get()}</h4>
            </header>
            <div class="lens-controls">{controls}</div>
            <LensStatus loads/>
            <div class="lens-body" aria-busy=live(move || is_busy().to_string())>{children.into_inner()()}</div>
            <div class="lens-caption"><p>{move || explanation.get()}</p>{source}</div>
            <ToolRow lens tools frame=element/>
            {table}
        </article>
    }
}
