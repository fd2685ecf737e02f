//! The whole page: its contexts, and its parts in the order in which they are read.

use leptos::prelude::*;
use shared::PageState;

use crate::components::learning::Learning;
use crate::components::live::live;
use crate::components::model_bar::ModelBar;
use crate::components::page_footer::PageFooter;
use crate::components::page_header::PageHeader;
use crate::components::pipeline::Pipeline;
use crate::components::specifications::Specifications;
use crate::components::specimen_panel::{DropTarget, SpecimenPanel};
use crate::i18n::text::shell as text;
use crate::state::{AsServed, Cursor, Models, Specimen, View, ViewState};

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
    let cursor = Cursor::new();
    provide_context(cursor);
    provide_context(AsServed::new(view, specimen, cursor));
    // Runs in the browser alone, once the page is hydrated.
    Effect::new(move |_previous: Option<()>| {
        view.follow_history(move |state| specimen.show(state.picture.as_ref()));
        specimen.start();
    });
    let model = view.model();
    view! {
        <a class="skip-link" href="#pipeline">{text::SKIP}</a>
        <div class="page" data-model=live(move || model.get().as_str())>
            <PageHeader/>
            <div class="workbench">
                <SpecimenPanel/>
                <main class="story">
                    <ModelBar/>
                    <Pipeline/>
                    <Specifications/>
                    <Learning/>
                </main>
            </div>
            <PageFooter/>
        </div>
        <DropTarget/>
    }
}
