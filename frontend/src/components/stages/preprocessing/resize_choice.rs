//! The two ways to resize, on this picture: keep the proportions, or squash it into a square. A circle shows which is which.

use leptos::prelude::*;
use shared::{PixelSize, Preprocessing, Resize};

use super::Recipe;
use crate::components::figure::Figure;
use crate::components::live::live;
use crate::drawing::crop::proportion;
use crate::i18n::text::stages::preprocessing as text;
use crate::state::{Models, Specimen, View};

/// Part of the shorter side that the circle's radius takes.
const CIRCLE: f64 = 0.36;

/// The figure.
#[component]
pub fn ResizeChoice(
    /// How the picture is prepared.
    recipe: Recipe,
) -> impl IntoView {
    let specimen = Specimen::expect();
    let (model, models) = (View::expect().model(), Models::expect());
    let original = Memo::new(move |_previous| {
        specimen.image().with(|image| PixelSize { width: image.info.width, height: image.info.height })
    });
    let sizes = Memo::new(move |_previous| recipe.with(|recipe| both_sizes(recipe, original.get())));
    let squashed = move || proportion(original.get(), sizes.get().squashed);
    let is_squashing =
        Memo::new(move |_previous| recipe.with(|recipe| matches!(recipe.resize, Resize::Squash { .. })));
    view! {
        <Figure
            title=Signal::derive(move || text::choice_title(squashed()))
            explanation=Signal::derive(move || text::choice_explanation(&models.info(model.get()).name, sizes.get().squashed.height, is_squashing.get()))
        >
            <div class="resize-choice">
                <Way name=text::SHORTER_SIDE original size=Signal::derive(move || sizes.get().kept) is_used=Signal::derive(move || !is_squashing.get())/>
                <Way name=text::SQUASH original size=Signal::derive(move || sizes.get().squashed) is_used=is_squashing/>
            </div>
        </Figure>
    }
}

/// A picture's size after either way of resizing to about as many pixels.
#[derive(Clone, Copy, PartialEq)]
struct BothSizes {
    kept: PixelSize,
    squashed: PixelSize,
}

/// The way that the weights use, and the other one at the same side.
fn both_sizes(recipe: &Preprocessing, picture: PixelSize) -> BothSizes {
    let (kept, squashed) = match recipe.resize {
        Resize::ShorterSide { size } => (recipe.resize, Resize::Squash { width: size, height: size }),
        Resize::Squash { width, height } => (Resize::ShorterSide { size: width.min(height) }, recipe.resize),
    };
    let resized = |resize| {
        Preprocessing { resize, ..Preprocessing::default() }.resized_size(picture.width, picture.height)
    };
    BothSizes { kept: resized(kept), squashed: resized(squashed) }
}

#[component]
fn Way(
    /// Its name.
    name: &'static str,
    /// The picture's size before.
    original: Memo<PixelSize>,
    /// The picture's size after it.
    size: Signal<PixelSize>,
    /// Whether the chosen model's weights were trained with it.
    #[prop(into)]
    is_used: Signal<bool>,
) -> impl IntoView {
    let specimen = Specimen::expect();
    let radii = move || {
        let (before, after) = (original.get(), size.get());
        let radius = f64::from(before.width.min(before.height)) * CIRCLE;
        let scaled = |before: u32, after: u32| radius * f64::from(after) / f64::from(before.max(1));
        (scaled(before.width, after.width), scaled(before.height, after.height))
    };
    view! {
        <div class="way" class:is-used=is_used>
            <svg viewBox=live(move || format!("0 0 {} {}", size.get().width, size.get().height)) role="img" aria-label=live(move || text::way(name, size.get()))>
                <image
                    href=live(move || specimen.image().with(|image| image.url.clone()))
                    width="100%"
                    height="100%"
                    preserveAspectRatio="none"
                />
                <ellipse class="way-halo" cx="50%" cy="50%" rx=live(move || radii().0) ry=live(move || radii().1)/>
                <ellipse class="way-circle" cx="50%" cy="50%" rx=live(move || radii().0) ry=live(move || radii().1)/>
            </svg>
            <p><span class="step-name">{name}</span>" "<span class="number muted">{move || text::size(size.get())}</span></p>
            <p class="way-used">{move || is_used.get().then_some(text::USED)}</p>
        </div>
    }
}
