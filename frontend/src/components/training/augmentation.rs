//! Augmentation of the picture on the bench, in the stage Preprocessing of the explorer: some views as a network that learns would get
//! them, where each comes from, and what was drawn for it.

use leptos::prelude::*;
use shared::augmentation::{Augmentation, Augmentations};
use shared::{ModelSlot, route};

use crate::api::training as api;
use crate::components::again::failed;
use crate::components::figure::Figure;
use crate::components::lenses::frame::enable_styles;
use crate::components::live::{live, on};
use crate::i18n::text::training::augmentation as text;
use crate::state::training::Asked;
use crate::state::{Specimen, View};

/// Views that are shown.
const COUNT: u64 = 8;
/// Seeds are whole numbers that a browser counts exactly.
const MAX_SEED: u64 = (1 << 53) - COUNT;

/// The figure.
#[component]
pub fn AugmentationStage() -> impl IntoView {
    Effect::new(|_previous: Option<()>| enable_styles());
    let (specimen, model) = (Specimen::expect(), View::expect().model());
    let (seed, pointed) = (RwSignal::new(0_u64), RwSignal::new(None::<u64>));
    let image_id = Memo::new(move |_previous| specimen.image().with(|image| image.info.image_id.clone()));
    let asked = Asked::new(
        move || Some((image_id.get(), model.get(), seed.get())),
        |(image_id, model, seed): (String, ModelSlot, u64)| async move {
            api::augmentations(&image_id, model, seed, COUNT).await
        },
    );
    let shown = Memo::new(move |previous: Option<&Option<Augmentations>>| {
        asked.ready().or_else(|| previous.cloned().flatten())
    });
    let typed = move |event| {
        let number = event_target_value(&event).trim().parse::<u64>().ok();
        number.filter(|number| *number <= MAX_SEED).into_iter().for_each(|number| seed.set(number));
    };
    let ranges = move || {
        shown.with(|shown| shown.as_ref().map(|shown| text::ranges(&shown.recipe))).unwrap_or_default()
    };
    let tile = move |drawn: &Augmentation| {
        let (image_id, model, own) = (image_id.get_untracked(), model.get_untracked(), drawn.seed);
        let address =
            route::IMAGE_AUGMENTED.replace("{image_id}", &image_id).replace("{seed}", &own.to_string());
        let facts =
            text::facts(drawn).map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
        view! {
            <li class="augmented-view" on:pointerenter=on(move |_event: leptos::ev::PointerEvent| pointed.set(Some(own)))>
                <img src=format!("{address}?model={model}") alt=text::view(own) width="224" height="224" loading="lazy"/>
                <p class="number">{text::seed(own)}</p>
                <dl>{facts}</dl>
            </li>
        }
    };
    let tiles =
        move || shown.with(|shown| shown.iter().flat_map(|shown| &shown.drawn).map(tile).collect::<Vec<_>>());
    view! {
        <div class="needs-script">
            <Figure
                title=Signal::derive(|| text::title(COUNT as usize))
                explanation=Signal::derive(move || format!("{} {}", ranges(), text::EXPLANATION))
            >
                <div class="augmented">
                    <div class="controls">
                        <label class="field">
                            <span>{text::SEED}</span>
                            <input type="number" class="text-field" min="0" max=MAX_SEED step="1" prop:value=live(move || seed.get().to_string()) value="0" on:change=on(typed)/>
                        </label>
                        <button type="button" class="button" on:click=on(move |_event| seed.update(|seed| *seed = (*seed + COUNT).min(MAX_SEED)))>{text::OTHERS}</button>
                    </div>
                    <div role="status">{move || asked.failed().map(|error| failed(error, move || asked.retry()))}</div>
                    <Parts shown pointed/>
                    <ul class="augmented-views">{tiles}</ul>
                </div>
            </Figure>
        </div>
    }
}

/// The picture with the boxes of the views.
#[component]
fn Parts(
    /// What was drawn.
    shown: Memo<Option<Augmentations>>,
    /// The view that is pointed at.
    pointed: RwSignal<Option<u64>>,
) -> impl IntoView {
    let specimen = Specimen::expect();
    let size = move || specimen.image().with(|image| (image.info.width, image.info.height));
    let boxes = move || {
        let chosen = pointed.get();
        let one = |drawn: &Augmentation| {
            let Augmentation { left, top, width, height, .. } = *drawn;
            let is_chosen = Some(drawn.seed) == chosen;
            view! {
                <rect class="augmented-box is-halo" x=left y=top width=width height=height/>
                <rect class="augmented-box" class:is-chosen=is_chosen x=left y=top width=width height=height/>
            }
        };
        shown.with(|shown| shown.iter().flat_map(|shown| &shown.drawn).map(one).collect::<Vec<_>>())
    };
    view! {
        <div class="augmented-photo">
            <img
                src=live(move || specimen.image().with(|image| image.url.clone()))
                alt=text::PHOTO
                width=live(move || size().0)
                height=live(move || size().1)
            />
            <svg viewBox=live(move || format!("0 0 {} {}", size().0, size().1)) preserveAspectRatio="none" aria-hidden="true">{boxes}</svg>
        </div>
    }
}
