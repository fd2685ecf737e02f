//! What a unit used of the picture: asked for when the pointer rests, laid over the picture, faded while another is on its way.

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::{EffectiveField, ReceptiveFieldAbout};
use shared::{ModelSlot, NodeId, route};

use super::settled::rested;
use crate::components::heat_map::{ColourBar, HeatMap};
use crate::drawing::colour::Scale;
use crate::drawing::effective::shown;
use crate::drawing::grid::Grid;
use crate::i18n::text::lenses::receptive_field as text;
use crate::state::ViewLoad;
use crate::state::view_load::ViewRequest;

/// A unit of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitAsked {
    /// Whose.
    pub model: ModelSlot,
    /// The node.
    pub node: NodeId,
    /// From the top.
    pub row: usize,
    /// From the left.
    pub column: usize,
    /// Whether the field is the mean of those of the sample photos.
    pub is_mean: bool,
}

impl UnitAsked {
    fn request(&self) -> ViewRequest {
        let Self { model, node, row, column, is_mean } = self;
        let average = if *is_mean { "&average=samples" } else { "" };
        let query = format!("model={model}&row={row}&column={column}&kind=effective{average}");
        ViewRequest::of_node(route::IMAGE_RECEPTIVE_FIELD, node.as_str(), query)
    }
}

/// The effective field of a unit that may change.
#[derive(Clone, Copy)]
pub struct EffectiveLoad {
    /// Its load.
    pub load: ViewLoad<ReceptiveFieldAbout>,
    asked: ReadSignal<Option<UnitAsked>>,
    unit: Memo<UnitAsked>,
}

impl EffectiveLoad {
    /// Follows a unit, when it rests.
    pub fn new(unit: impl Fn() -> UnitAsked + Send + Sync + 'static) -> Self {
        let unit = Memo::new(move |_previous| unit());
        let asked = rested(move || unit.get());
        let load = ViewLoad::new(move || {
            // Bytes are exact enough for colours; the radii come as numbers.
            Some(ViewRequest {
                as_bytes: true,
                ..asked.with(|asked| asked.as_ref().map(UnitAsked::request))?
            })
        });
        Self { load, asked, unit }
    }

    /// What was measured for the unit that is pointed at; `None` while it is on its way.
    pub fn measured(self) -> Option<EffectiveField> {
        if self.is_old() { None } else { self.load.get()?.about.effective.clone() }
    }

    /// Whether what is shown belongs to another unit than the one that is pointed at.
    pub fn is_old(self) -> bool {
        let (asked, unit) = (self.asked.get(), self.unit.get());
        let answered = self.load.get().map(|view| {
            let about = &view.about;
            (about.model.slot, about.node.clone(), about.unit.row, about.unit.column)
        });
        self.load.is_stale().get()
            || asked.as_ref() != Some(&unit)
            || answered.is_some_and(|answered| answered != (unit.model, unit.node, unit.row, unit.column))
    }

    /// Radii of the circles that hold 68 and 95 percent.
    pub fn radii_px(self) -> Vec<f64> {
        self.measured().map(|field| vec![field.radius_68_px, field.radius_95_px]).unwrap_or_default()
    }

    /// Where its numbers are; reactive.
    pub fn npy(self) -> String {
        self.unit.with(UnitAsked::request).npy()
    }

    /// The values over the picture.
    pub fn grid(self) -> Memo<Option<Arc<Grid>>> {
        Memo::new(move |_previous| self.load.get().and_then(|view| shown(view.array()?)).map(Arc::new))
    }
}

/// The map over the picture.
#[component]
pub fn EffectiveMap(
    /// The field.
    effective: EffectiveLoad,
    /// Its values.
    grid: Memo<Option<Arc<Grid>>>,
) -> impl IntoView {
    view! {
        <div class="effective-map" class:is-old=move || effective.is_old()>
            <HeatMap
                grid=grid
                scale=Scale::Sequential
                range=Signal::derive(move || range(grid))
                label=text::EFFECTIVE_LABEL
                over_picture=true
                is_small=true
            />
        </div>
    }
}

/// The colours of the map.
#[component]
pub fn EffectiveBar(
    /// The values.
    grid: Memo<Option<Arc<Grid>>>,
) -> impl IntoView {
    view! { <ColourBar scale=Scale::Sequential range=Signal::derive(move || range(grid)) quantity=text::SHARE_OF_GRADIENT/> }
}

/// From nothing to the largest value.
fn range(grid: Memo<Option<Arc<Grid>>>) -> Option<(f32, f32)> {
    grid.with(|grid| grid.as_ref().map(|grid| (0.0, grid.range().1)))
}
