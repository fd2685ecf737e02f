//! What is set in a lens, kept in the address: each lens names its keys, and a link reopens it as it was.

use leptos::prelude::*;
use shared::{ModelSlot, NodeId};

use crate::drawing::lens::Lens;
use crate::state::{Cursor, LensAddress, Models, View};

/// Key of the model.
pub const MODEL: &str = "model";
/// Key of the node.
pub const NODE: &str = "node";
/// Key of the place in the picture.
const PLACE: &str = "at";
/// Steps of a place along a side of the picture.
const PLACE_STEPS: f64 = 1000.0;

/// The settings of one lens.
#[derive(Clone, Copy, Debug)]
pub struct LensSettings {
    view: View,
    lens: Lens,
    address: Memo<Option<LensAddress>>,
}

impl LensSettings {
    /// Of a lens.
    pub fn of(lens: Lens) -> Self {
        let view = View::expect();
        let all = view.lens();
        let own = move |_previous: Option<&Option<LensAddress>>| {
            all.get().filter(|address| address.lens() == Some(lens))
        };
        Self { view, lens, address: Memo::new(own) }
    }

    /// What is set under a key; reactive.
    pub fn get(self, key: &str) -> Option<String> {
        self.address.with(|address| address.as_ref()?.get(key).map(str::to_owned))
    }

    /// A number under a key, or else a usual one; reactive.
    pub fn number(self, key: &str, usual: usize) -> usize {
        self.get(key).and_then(|text| text.parse().ok()).unwrap_or(usual)
    }

    /// The model that is set, or else the one that the page shows.
    pub fn model(self) -> Memo<ModelSlot> {
        let shown = self.view.model();
        Memo::new(move |_previous| {
            self.get(MODEL).and_then(|name| name.parse().ok()).unwrap_or_else(|| shown.get())
        })
    }

    /// The node that is set, if the model has it, or else a usual one.
    pub fn node(
        self,
        model: Memo<ModelSlot>,
        usual: impl Fn(ModelSlot) -> NodeId + Send + Sync + 'static,
    ) -> Memo<NodeId> {
        let models = StoredValue::new(Models::expect());
        Memo::new(move |_previous| {
            let set = self.get(NODE).map(NodeId::new);
            let slot = model.get();
            let is_known = |id: &NodeId| models.with_value(|models| models.graph(slot).node(id).is_some());
            set.filter(is_known).unwrap_or_else(|| usual(slot))
        })
    }

    /// Sets something, or no longer where the value is empty.
    pub fn set(self, key: &str, value: &str) {
        self.set_all(&[(key, value)]);
    }

    /// Sets several things at once.
    pub fn set_all(self, settings: &[(&str, &str)]) {
        let own = self.view.get_untracked().lens.filter(|address| address.lens() == Some(self.lens));
        if let Some(own) = own {
            let set = |address: LensAddress, (key, value): &(&str, &str)| address.with(key, value);
            self.view.set_lens(settings.iter().fold(own, set));
        }
    }

    /// Keeps the chosen place of the shared cursor in the address, and goes to the address's place now. Browser only.
    pub fn keep_place(self) {
        let cursor = Cursor::expect();
        Effect::new(move |previous: Option<()>| {
            let chosen = cursor.chosen();
            if previous.is_some() {
                self.set(PLACE, &written(chosen));
            } else if let Some(place) = untrack(move || self.get(PLACE)).as_deref().and_then(read_place) {
                cursor.go_to(place);
            }
        });
    }
}

fn written((x, y): (f64, f64)) -> String {
    format!("{:.0}.{:.0}", x * PLACE_STEPS, y * PLACE_STEPS)
}

fn read_place(text: &str) -> Option<(f64, f64)> {
    let (x, y) = text.split_once('.')?;
    let part = |text: &str| Some((text.parse::<u16>().ok().map(f64::from)? / PLACE_STEPS).min(1.0));
    Some((part(x)?, part(y)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_the_address() {
        assert_eq!(read_place(&written((0.25, 0.75))), Some((0.25, 0.75)));
        assert_eq!(written((0.5, 1.0)), "500.1000");
        assert_eq!(read_place("9999.0"), Some((1.0, 0.0)));
        assert_eq!((read_place("5"), read_place("a.b")), (None, None));
    }
}
