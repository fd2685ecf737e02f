//! The lens that shows what a Vision Transformer does before its first block: the picture as patches, the filters that make a vector
//! of each, the position embeddings that are added, and the class token that joins them.

mod filters;
mod one_patch;
mod positions;

use std::sync::Arc;

use leptos::prelude::*;
use shared::{ModelSlot, route};

use super::frame::{LensFrame, TableData};
use crate::components::learning::{MapPanel, PanelSize};
use crate::drawing::attention::patch_at;
use crate::drawing::colour::Scale;
use crate::drawing::grid::{Cell, Grid};
use crate::drawing::lens::Lens;
use crate::drawing::patches::{Directions, PatchParts, class_token_facts, nearest};
use crate::drawing::similarity::near_and_far;
use crate::i18n::number;
use crate::i18n::text::lenses::patches as text;
use crate::state::{Cursor, LensState, Models, Specimen, TensorLoad, TensorRequest};
use filters::FilterWall;
use one_patch::OnePatch;
use positions::PositionAtlas;
use shared::TokenLayout;

const MODEL: ModelSlot = ModelSlot::Vit;
/// Patches that are named as the most alike.
const NUM_NEAREST: usize = 3;
/// All cosines lie here.
const COSINES: (f32, f32) = (-1.0, 1.0);

/// What the parts of the lens share.
#[derive(Clone, Copy)]
pub struct Patches {
    parts: StoredValue<PatchParts>,
    layout: StoredValue<TokenLayout>,
    /// The patch at the shared place.
    patch: Memo<Cell>,
    /// The embeddings of this picture's patches, `[patches, dim]`.
    embeddings: TensorLoad,
    /// The filters.
    weight: TensorLoad,
    /// The embeddings as directions.
    contents: Memo<Option<Arc<Directions>>>,
    /// The position embeddings of the patches as directions.
    places: Memo<Option<Arc<Directions>>>,
}

impl Patches {
    /// Position of the patch among the patches.
    fn index(self) -> usize {
        let Cell { row, column } = self.patch.get();
        row * self.per_side() + column
    }

    fn per_side(self) -> usize {
        self.layout.with_value(|layout| layout.patches_per_side)
    }

    /// Makes a patch the shared place, and writes it into the address.
    fn choose(self, index: usize) {
        let (cursor, state) = (Cursor::expect(), LensState::new());
        cursor.choose(self.centre(index));
        state.set("at", address_of(self.centre(index)));
    }

    fn point_at(self, index: Option<usize>) {
        Cursor::expect().point_at(index.map(|index| self.centre(index)));
    }

    fn centre(self, index: usize) -> (f64, f64) {
        let side = self.per_side();
        let middle = |index: usize| (index as f64 + 0.5) / side as f64;
        (middle(index % side), middle(index / side))
    }
}

/// The lens; nothing for a model that cuts no patches.
#[component]
pub fn PatchesLens() -> impl IntoView {
    let models = Models::expect();
    let graph = models.graph(MODEL);
    PatchParts::of(graph).zip(TokenLayout::of(graph)).map(|(parts, layout)| lens(parts, layout))
}

fn lens(parts: PatchParts, layout: TokenLayout) -> impl IntoView {
    place_of_address();
    let parameter = |name: Option<String>| {
        TensorLoad::new(move || {
            Some(TensorRequest::Parameter { model: MODEL, name: name.clone()?, slice: None })
        })
    };
    let node = parts.projection.clone();
    let embeddings =
        TensorLoad::new(move || Some(TensorRequest::Node { model: MODEL, node: node.clone(), slice: None }));
    let weight = parameter(Some(parts.weight.clone()));
    let (position, class_token) = (parameter(parts.position.clone()), parameter(parts.class_token.clone()));
    let loads = [Some(embeddings), Some(weight), parts.position.as_ref().map(|_name| position)];
    let num_leading = layout.num_leading();
    let cursor = Cursor::expect();
    let (layout, parts) = (StoredValue::new(layout), StoredValue::new(parts));
    let lens = Patches {
        parts,
        layout,
        patch: Memo::new(move |_previous| layout.with_value(|layout| patch_at(layout, cursor.place()))),
        embeddings,
        weight,
        contents: directions(embeddings, 0),
        places: directions(position, num_leading),
    };
    let alike = move |directions: Memo<Option<Arc<Directions>>>| {
        Memo::new(move |_previous| {
            let index = lens.index();
            directions.get().and_then(|directions| Grid::square(directions.cosines_with(index))).map(Arc::new)
        })
    };
    let (contents_alike, places_alike) = (alike(lens.contents), alike(lens.places));
    let facts = Memo::new(move |_previous| {
        let (contents, layout) = (lens.contents.get()?, lens.layout.get_value());
        class_token.state().with(|token| {
            position
                .state()
                .with(|position| class_token_facts(token.ready()?, position.ready()?, &contents, &layout))
        })
    });
    let title = move || {
        let index = lens.index();
        let next = contents_alike.get().and_then(|grid| nearest(&grid.values, index, 1).first().copied());
        let next = next.map(|(other, cosine)| (other / lens.per_side(), other % lens.per_side(), cosine));
        let places = places_alike.get().map(|grid| near_and_far(&grid, lens.patch.get()));
        text::finding(lens.patch.get(), next, places)
    };
    let table = move |()| TableData {
        head: text::COLUMNS.map(str::to_owned).to_vec(),
        rows: rows(lens, contents_alike.get().as_deref(), places_alike.get().as_deref()),
    };
    let specimen = Specimen::expect();
    let numbers = move || {
        let image_id = specimen.image().with(|image| image.info.image_id.clone());
        Some(parts.with_value(|parts| route::tensor(&image_id, MODEL, &parts.projection, None)))
    };
    let explanation = parts.with_value(|parts| text::note(parts.side_px, parts.dim));
    let token_list = move || facts.get().map(|facts| fact_list(text::class_token_facts(&facts)));
    view! {
        <LensFrame
            lens=Lens::Patches
            title=Signal::derive(title)
            explanation=explanation
            source=text::SOURCE
            loads=loads.into_iter().flatten().map(Into::into).collect()
            numbers=Signal::derive(numbers)
            table=table
        >
            <div class="patches-lens" data-model=MODEL.as_str()>
                <OnePatch lens nearest_of=contents_alike/>
                <FilterWall lens/>
                <section class="patches-part">
                    <h5>{text::POSITIONS}</h5>
                    <p class="figure-caption">{text::POSITIONS_NOTE}</p>
                    <div class="patches-places">
                        <PositionAtlas lens/>
                        <MapPanel
                            name=Signal::derive(move || text::map_of(lens.patch.get()))
                            grid=places_alike
                            scale=Scale::Diverging
                            range=Signal::stored(Some(COSINES))
                            quantity=text::COSINE
                            label=text::POSITIONS_LABEL
                            size=PanelSize::Full
                        />
                        <div>
                            <h5>{text::CLASS_TOKEN}</h5>
                            {token_list}
                            <p class="figure-caption">{text::CLASS_TOKEN_NOTE}</p>
                        </div>
                    </div>
                </section>
            </div>
        </LensFrame>
    }
}

/// Vectors as directions, without the first `skip`.
fn directions(load: TensorLoad, skip: usize) -> Memo<Option<Arc<Directions>>> {
    Memo::new(move |_previous| load.state().with(|state| Directions::of(state.ready()?, skip)).map(Arc::new))
}

/// A link names the place that it shows.
fn place_of_address() {
    let (at, cursor) = (LensState::new().text("at"), Cursor::expect());
    let place = at.get_untracked().and_then(|at| {
        let (x, y) = at.split_once('-')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    });
    if let Some(place) = place {
        cursor.choose(place);
        cursor.point_at(None);
    }
    // A place that was chosen anywhere on the page shows when the pointer has left.
    let state = LensState::new();
    Effect::new(move |before: Option<Option<(f64, f64)>>| {
        if cursor.position().is_some() {
            return before.flatten();
        }
        let place = cursor.place();
        if before.flatten().is_some_and(|before| before != place) {
            state.set("at", address_of(place));
        }
        Some(place)
    });
}

/// A place as the address writes it.
fn address_of((x, y): (f64, f64)) -> String {
    format!("{x:.4}-{y:.4}")
}

/// Names and values.
pub fn fact_list<const COUNT: usize>(facts: [(&'static str, String); COUNT]) -> impl IntoView + use<COUNT> {
    let facts = facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! { <dl class="facts">{facts}</dl> }
}

fn rows(lens: Patches, contents: Option<&Grid>, places: Option<&Grid>) -> Vec<Vec<String>> {
    let side = lens.per_side();
    let norms = lens.contents.get().map(|directions| directions.norms.clone()).unwrap_or_default();
    let of = |grid: Option<&Grid>, index: usize| {
        grid.and_then(|grid| grid.values.get(index)).map(|value| number::value(*value)).unwrap_or_default()
    };
    let row = |(index, norm): (usize, &f32)| {
        let (row, column) = (index / side, index % side);
        vec![
            row.to_string(),
            column.to_string(),
            number::value(*norm),
            of(contents, index),
            of(places, index),
        ]
    };
    norms.iter().enumerate().map(row).collect()
}
