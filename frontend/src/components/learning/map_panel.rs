//! A map of values with its name, its ground, its colour bar and the value at the shared place.

use std::sync::Arc;

use leptos::prelude::*;
use shared::ModelSlot;

use crate::components::cropped_picture::CroppedPicture;
use crate::components::heat_map::{ColourBar, HeatMap, value_at};
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::i18n::number;
use crate::state::Cursor;

/// How large a map is drawn, and what it says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelSize {
    /// With colour bar and the value at the place.
    Full,
    /// One of several: the value at the place alone, not visited by the keyboard.
    Small,
    /// No map of the picture, so that no place of it is marked or pointed at.
    Apart,
}

/// The panel.
#[component]
pub fn MapPanel(
    /// Name above it.
    #[prop(into)]
    name: Signal<String>,
    /// The values.
    #[prop(into)]
    grid: Signal<Option<Arc<Grid>>>,
    /// How values become colours.
    scale: Scale,
    /// Values at the ends of the scale; the map's own where `None`.
    #[prop(optional, into)]
    range: Signal<Option<(f32, f32)>>,
    /// What is measured.
    #[prop(into)]
    quantity: Signal<String>,
    /// What is to be seen, for those who do not see it.
    #[prop(into)]
    label: Signal<String>,
    /// Whose picture lies below, if any.
    #[prop(optional)]
    ground: Option<ModelSlot>,
    /// How large.
    size: PanelSize,
) -> impl IntoView {
    let cursor = Cursor::expect();
    let (is_small, is_apart) = (size == PanelSize::Small, size == PanelSize::Apart);
    let ends = move || range.get().or_else(|| grid.get().map(|grid| scale.range(&grid)));
    let value = move || {
        let (grid, place) = (grid.get().filter(|_grid| !is_apart)?, cursor.place());
        if is_small { grid.value(grid.cell_at(place)).map(number::value) } else { value_at(&grid, place) }
    };
    view! {
        <div class="map-panel">
            <p class="map-name">{move || name.get()}</p>
            <div class="map-stack">
                {ground.map(|model| view! { <CroppedPicture model/> })}
                <HeatMap grid scale range label over_picture=ground.is_some() shows_choice=true is_small is_apart/>
            </div>
            {(!is_small).then(|| view! { <ColourBar scale range=Signal::derive(ends) quantity/> })}
            <p class="map-value number">{value}</p>
        </div>
    }
}
