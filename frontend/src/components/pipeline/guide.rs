//! How to read the map, in place of a block while none is open.

use leptos::prelude::*;
use shared::{ModelSlot, TensorShape};

use super::marks::drawing;
use crate::drawing::mark::{Mark, Point};
use crate::drawing::slab::{Slab, SlabScale};
use crate::i18n::text::pipeline as text;

/// Size of an entry's drawing.
const KEY: (f64, f64) = (44.0, 34.0);

/// The reading guide.
#[component]
pub fn Guide(
    /// Whose map.
    model: ModelSlot,
) -> impl IntoView {
    let entries: Vec<_> = text::guide(model == ModelSlot::Vit)
        .into_iter()
        .map(|(key, words)| {
            view! { <li>{drawing("guide-key", KEY.0, KEY.1, &key_marks(key, model))}<p>{words}</p></li> }
        })
        .collect();
    view! {
        <aside class="guide">
            <h4>{text::GUIDE}</h4>
            <p>{text::GUIDE_HOW}</p>
            <ul>{entries}</ul>
        </aside>
    }
}

fn key_marks(key: &str, model: ModelSlot) -> Vec<Mark> {
    let arc = "M4 28C4 10 12 6 22 6S40 10 40 28";
    match key {
        "slab" => {
            let shape = match model {
                ModelSlot::Resnet => TensorShape::FeatureMap { channels: 64, height: 9, width: 9 },
                ModelSlot::Vit => TensorShape::Tokens { tokens: 10, dim: 64 },
            };
            let cell_px = if model == ModelSlot::Vit { 6.0 } else { 2.4 };
            Slab::new(&shape, SlabScale { cell_px, doubling_px: 3.0 }).marks(8.0, 20.0)
        }
        "identity" => vec![Mark::path("shortcut", arc.to_owned())],
        "projection" => {
            let corner = |x: f64, y: f64| Point { x, y };
            let square = [corner(18.5, 2.5), corner(25.5, 2.5), corner(25.5, 9.5), corner(18.5, 9.5)];
            vec![Mark::path("shortcut is-projection", arc.to_owned()), Mark::polygon("projection", &square)]
        }
        "attention" => crate::drawing::tile::attention_key(KEY.0, KEY.1),
        _ => vec![crate::drawing::tile::mlp_key(KEY.0, KEY.1)],
    }
}
