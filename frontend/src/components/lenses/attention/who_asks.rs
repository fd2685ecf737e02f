//! The picture on which the asking token is chosen: a patch by pointing, clicking or arrow keys, or the class token.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;

use super::asking::Asking;
use super::{MODEL, asker_words};
use crate::components::cropped_picture::CroppedPicture;
use crate::components::live::{live, on};
use crate::drawing::attention::{Asker, patch_at};
use crate::drawing::attention_rows;
use crate::drawing::grid::Cell;
use crate::i18n::text::lenses::attention as text;

/// The picture with its patches.
#[component]
pub fn WhoAsks(
    /// Who asks.
    asking: Asking,
) -> impl IntoView {
    let picture = NodeRef::<html::Div>::new();
    let side = asking.layout.with_value(|layout| layout.patches_per_side);
    let has_class_token = asking.layout.with_value(|layout| layout.num_leading() > 0);
    let pointed = move |event: &PointerEvent| {
        let bounds = picture.get_untracked()?.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - bounds.left()) / bounds.width();
        let y = (f64::from(event.client_y()) - bounds.top()) / bounds.height();
        let is_inside = (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y);
        is_inside.then(|| Asker::Patch(asking.layout.with_value(|layout| patch_at(layout, (x, y)))))
    };
    let class_token = move || {
        let is_chosen = live(move || (asking.asker() == Asker::ClassToken).to_string());
        let choose = on(move |_event| asking.choose(Asker::ClassToken));
        view! { <button type="button" class="choice" aria-pressed=is_chosen on:click=choose>{text::CLASS_TOKEN}</button> }
    };
    view! {
        <div class="map-panel asker">
            <p class="map-name">{live(move || text::asks(&asker_words(asking.asker())))}</p>
            <div
                class="asker-picture"
                node_ref=picture
                role="img"
                tabindex="0"
                aria-label=live(move || text::asker_label(&asker_words(asking.asker())))
                on:pointermove=on(move |event| asking.point_at(pointed(&event)))
                on:pointerdown=on(move |event| pointed(&event).into_iter().for_each(|asker| asking.choose(asker)))
                on:pointerleave=on(move |_event| asking.point_at(None))
                on:keydown=on(move |event| step(asking, &event))
            >
                <CroppedPicture model=MODEL/>
                <svg viewBox=format!("0 0 {side} {side}") preserveAspectRatio="none" aria-hidden="true">
                    <path class="asker-lines" d=lines(side)/>
                    {move || asking.asker().patch().map(|Cell { row, column }| view! {
                        <rect class="cursor-halo" x=column y=row width="1" height="1"/>
                        <rect class="cursor-ring" x=column y=row width="1" height="1"/>
                    })}
                </svg>
            </div>
            <div class="choices needs-script">{has_class_token.then(class_token)}</div>
            <p class="muted asker-hint needs-script">{text::ASKER_HINT}</p>
        </div>
    }
}

/// Lines between patches.
fn lines(side: usize) -> String {
    (1..side).map(|line| format!("M{line} 0V{side}M0 {line}H{side}")).collect()
}

/// Arrow keys go to a neighbour, from the class token to the patch in the middle; Escape goes back to the class token.
fn step(asking: Asking, event: &KeyboardEvent) {
    let key = event.key();
    let to = asking.layout.with_value(|layout| {
        let middle = patch_at(layout, (0.5, 0.5));
        let lines = vec![layout.patches_per_side; layout.patches_per_side];
        match (key.as_str(), asking.asker_untracked().patch()) {
            ("Escape", Some(_patch)) => Some(Asker::of_nobody(layout)),
            (key, Some(patch)) => attention_rows::step(&lines, patch, key).map(Asker::Patch),
            (key, None) => key.starts_with("Arrow").then_some(Asker::Patch(middle)),
        }
    });
    if let Some(to) = to {
        event.prevent_default();
        asking.choose(to);
    }
}
