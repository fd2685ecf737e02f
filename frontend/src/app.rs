//! The whole page: its contexts, and its parts in the order in which they are read.

use leptos::prelude::*;
use shared::PageState;

use crate::components::learning::Learning;
use crate::components::page_header::PageHeader;
use crate::components::pipeline::Pipeline;
use crate::components::specifications::Specifications;
use crate::state::{Cursor, Models, Specimen, View, ViewState};

/// The page.
#[component]
pub fn App(
    /// Models, samples and the analysed picture.
    page_state: PageState,
    /// Where the visitor is.
    view: ViewState,
) -> impl IntoView {
    let view = View::new(view);
    let specimen = Specimen::new(&page_state, view);
    provide_context(view);
    provide_context(Models::new(&page_state));
    provide_context(specimen);
    provide_context(Cursor::new());
    // Runs in the browser alone, once the page is hydrated.
    Effect::new(move |_previous: Option<()>| {
        view.follow_history(move |state| specimen.show(state.picture.as_ref()));
        specimen.start();
    });
    view! {
        <PageHeader/>
        <main class="page-main">
            <Pipeline/>
            <Specifications/>
            <Learning/>
        </main>
    }
    .into_any()
}
