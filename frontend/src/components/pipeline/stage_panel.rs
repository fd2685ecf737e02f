//! The inside of the open stage, directly after its link: heading, close button, content.

use leptos::either::EitherOf5;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::backbone::BackboneStage;
use super::{focus, stage_link};
use crate::components::link::is_plain_click;
use crate::components::stages::{HeadStage, OutputStage, PreprocessingStage, RawDataStage};
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
                    {move || text::panel_title(stage, models.info(model.get()))}
                </h3>
                <a class="button stage-panel-close" href=move || view.get().with_stage(None).to_query() on:click=close>
                    {text::CLOSE}
                </a>
            </header>
            {inside(stage)}
        </section>
    }
}

/// What each stage shows.
fn inside(stage: Stage) -> impl IntoView {
    match stage {
        Stage::RawData => EitherOf5::A(view! { <RawDataStage/> }),
        Stage::Preprocessing => EitherOf5::B(view! { <PreprocessingStage/> }),
        Stage::Backbone => EitherOf5::C(view! { <BackboneStage/> }),
        Stage::Head => EitherOf5::D(view! { <HeadStage/> }),
        Stage::Output => EitherOf5::E(view! { <OutputStage/> }),
    }
}
