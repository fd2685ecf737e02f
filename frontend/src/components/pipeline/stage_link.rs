//! A stage of the overview as a link: it opens the inside and closes it again, with the script or without.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;

use super::focus;
use super::stage_panel;
use crate::components::link::is_plain_click;
use crate::components::live::{Live, live, on};
use crate::drawing::stage::Stage;
use crate::i18n::text::pipeline as text;
use crate::state::View;

/// The id of a stage's link.
pub fn id(stage: Stage) -> String {
    format!("stage-{}", stage.as_str())
}

/// The link around a stage's drawing.
pub fn stage_link(
    stage: Stage,
    subtitle: String,
    drawing: impl IntoView + 'static,
    mut numbers: Live<[Option<String>; 2]>,
) -> impl IntoView {
    let view = View::expect();
    let open = view.stage();
    let is_open = move || open.get() == Some(stage);
    let target = move |is_open: bool| (!is_open).then_some(stage);
    let href = move || view.get().with_stage(target(is_open())).to_query();
    let toggle = move |event: MouseEvent| {
        if is_plain_click(&event) {
            event.prevent_default();
            let opened = target(untrack(is_open));
            view.go(view.get_untracked().with_stage(opened));
            // A click without a pointer comes from the keyboard, whose focus should follow what it opened.
            if opened.is_some() && event.detail() == 0 {
                focus::later(stage_panel::HEADING_ID.to_owned());
            }
        }
    };
    view! {
        <a
            id=id(stage)
            class="stage"
            data-stage=stage.as_str()
            href=live(href)
            aria-expanded=live(move || is_open().to_string())
            aria-controls=stage_panel::ID
            on:click=on(toggle)
            on:keydown=on(move |event| walk(stage, &event))
        >
            <span class="stage-name">
                <span class="stage-title">{text::stage_title(stage)}</span>
                <span class="stage-subtitle">{subtitle}</span>
            </span>
            <span class="stage-drawing">{drawing}</span>
            <span class="stage-numbers">
                {move || numbers().map(|line| line.map(|line| view! { <span class="stage-number">{line}</span> }))}
            </span>
        </a>
    }
}

/// Arrow keys lead from stage to stage along the arrows; Space opens as Enter does.
fn walk(stage: Stage, event: &KeyboardEvent) {
    let position = Stage::ALL.iter().position(|other| *other == stage).unwrap_or_default();
    let next = match event.key().as_str() {
        "ArrowRight" | "ArrowDown" => position.checked_add(1),
        "ArrowLeft" | "ArrowUp" => position.checked_sub(1),
        "Home" => Some(0),
        "End" => Some(Stage::ALL.len() - 1),
        _ => return,
    };
    event.prevent_default();
    if let Some(next) = next.and_then(|next| Stage::ALL.get(next)) {
        focus::now(&id(*next));
    }
}
