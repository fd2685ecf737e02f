//! The inside of the open stage, directly after its link: heading, close button, content.

mod inside;

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::{focus, stage_link};
use crate::components::link::is_plain_click;
use crate::components::live::{live, on};
use crate::components::part::Part;
use crate::drawing::stage::Stage;
use crate::i18n::text::pipeline as text;
use crate::state::{Models, View};

/// The panel.
pub const ID: &str = "stage-panel";
/// Its heading, which takes the focus when the keyboard opens the panel.
pub const HEADING_ID: &str = "stage-panel-heading";

/// The inside of a stage.
#[component]
pub fn StagePanel(
    /// The open stage.
    stage: Stage,
) -> impl IntoView {
    let (view, models) = (View::expect(), Models::expect());
    let model = view.model();
    let close = move |event: MouseEvent| {
        if is_plain_click(&event) {
            event.prevent_default();
            focus::later(stage_link::id(stage));
            view.close_stage();
        }
    };
    view! {
        <section id=ID class="stage-panel" aria-labelledby=HEADING_ID>
            <header class="stage-panel-head">
                <h3 id=HEADING_ID tabindex="-1">
                    {live(move || text::panel_title(stage, models.info(model.get())))}
                </h3>
                <a class="button stage-panel-close" href=live(move || view.get().with_stage(None).to_query()) on:click=on(close)>
                    {text::CLOSE}
                </a>
            </header>
            <Part load=inside::of(stage)/>
        </section>
    }
}
