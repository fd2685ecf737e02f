//! Feature vector, weights of a class and their product as three strips, a column a feature: multiply, then add up.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::{HeadView, ready};
use crate::components::figure::Figure;
use crate::components::heat_map::ColourBar;
use crate::components::live::live;
use crate::components::picture_reading::paint;
use crate::components::stages::load_notice::LoadNotice;
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::drawing::pixels::Pixels;
use crate::drawing::reach::reach;
use crate::i18n::text::stages::head as text;

/// Part of the values that the colours tell apart; the rest has the colour of the end.
const TOLD_APART: f64 = 0.995;

type Values = Memo<Option<Arc<Vec<f32>>>>;

/// The figure.
#[component]
pub fn Strips(
    /// The stage.
    head: HeadView,
) -> impl IntoView {
    let features: Values =
        Memo::new(move |_previous| ready(head.features).map(|array| Arc::new(array.values.clone())));
    let weights: Values =
        Memo::new(move |_previous| ready(head.weights).map(|array| Arc::new(array.values.clone())));
    let products: Values = Memo::new(move |_previous| {
        let (features, weights) = (features.get()?, weights.get()?);
        let product = |(value, weight): (&f32, &f32)| value * weight;
        Some(Arc::new(features.iter().zip(weights.iter()).map(product).collect()))
    });
    let active = move || {
        features.with(|features| {
            features.as_ref().map(|values| values.iter().filter(|value| **value != 0.0).count())
        })
    };
    let label = head.class_label();
    view! {
        <Figure
            title=Signal::derive(move || text::strips_title(&label.get(), head.size.get().features))
            explanation=Signal::derive(move || text::strips_explanation(active(), head.size.get().features))
        >
            <div class="strips">
                <Strip name=Signal::derive(|| text::FEATURES.to_owned()) values=features/>
                <p class="strip-sign" aria-hidden="true">"×"</p>
                <Strip name=Signal::derive(move || text::weights_of(&label.get())) values=weights/>
                <p class="strip-sign" aria-hidden="true">"="</p>
                <Strip name=Signal::derive(|| text::PRODUCTS.to_owned()) values=products/>
            </div>
            <LoadNotice loads=vec![head.features, head.weights, head.bias]/>
        </Figure>
    }
}

#[component]
fn Strip(
    /// What it shows.
    name: Signal<String>,
    /// A value a feature.
    values: Values,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let range = Memo::new(move |_previous| {
        values.with(|values| {
            let reach = reach(values.as_ref()?, TOLD_APART);
            Some((-reach, reach))
        })
    });
    Effect::new(move |_previous: Option<()>| {
        if let (Some(canvas), Some(values), Some(range)) = (canvas.get(), values.get(), range.get()) {
            paint(&canvas, &signed_pixels(1, &values, range));
        }
    });
    view! {
        <div class="strip">
            <ColourBar scale=Scale::Diverging range=range quantity=name/>
            <canvas node_ref=canvas role="img" aria-label=live(move || text::strip(&name.get()))></canvas>
        </div>
    }
}

/// Rows of signed values as pixels.
pub fn signed_pixels(rows: usize, values: &[f32], range: (f32, f32)) -> Pixels {
    let columns = values.len() / rows.max(1);
    let grid = Grid { rows, columns, values: values.to_vec() };
    Pixels { width: columns, height: rows, rgba: Scale::Diverging.pixels(&grid, range) }
}
