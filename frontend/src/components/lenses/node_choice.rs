//! The choice of a node, grouped by the block that it stands in, and the place of the cursor in the address.

use leptos::prelude::*;
use shared::NodeId;

use crate::components::live::on;
use crate::i18n::text::lenses as text;
use crate::state::{Cursor, LensState};

/// A list of nodes.
#[component]
pub fn NodeChoice(
    /// What there is to choose.
    nodes: Vec<NodeId>,
    /// Name of the chosen one.
    #[prop(into)]
    chosen: Signal<String>,
    /// Takes a name.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    let groups = StoredValue::new(grouped(&nodes));
    let options = move || {
        let chosen = chosen.get();
        let option = |name: &String| {
            let is_chosen = *name == chosen;
            view! { <option value=name.clone() selected=is_chosen>{name.clone()}</option> }
        };
        groups.with_value(|groups| {
            let group = |(name, nodes): &(String, Vec<String>)| {
                let options: Vec<_> = nodes.iter().map(option).collect();
                view! { <optgroup label=name.clone()>{options}</optgroup> }
            };
            groups.iter().map(group).collect::<Vec<_>>()
        })
    };
    view! {
        <label class="lens-field">
            <span>{text::LAYER}</span>
            <select class="select" data-choice="node" prop:value=move || chosen.get() on:change=on(move |event| on_choose.run(event_target_value(&event)))>{options}</select>
        </label>
    }
}

/// Nodes by the first two parts of their names: `layer1.0`, and what has but one part by itself.
fn grouped(nodes: &[NodeId]) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for node in nodes {
        let name = node.as_str();
        let group = name.match_indices('.').nth(1).map_or(name, |(end, _dot)| &name[..end]);
        match groups.last_mut().filter(|(known, _nodes)| known == group) {
            Some((_known, nodes)) => nodes.push(name.to_owned()),
            None => groups.push((group.to_owned(), vec![name.to_owned()])),
        }
    }
    groups
}

/// Puts the cursor where a link says; without such a link it stays where it is.
pub fn remember_place(state: LensState, cursor: Cursor) {
    let read = |text: String| {
        let (x, y) = text.split_once('-')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    let place = state.text(PLACE);
    untrack(move || place.get()).and_then(read).into_iter().for_each(|place| cursor.choose(place));
}

/// Writes the place that the visitor has chosen into the address.
pub fn write_place(state: LensState, cursor: Cursor) {
    if let Some((x, y)) = untrack(move || cursor.position()) {
        state.set(PLACE, format!("{x:.4}-{y:.4}"));
    }
}

/// Key of the place in the address.
const PLACE: &str = "at";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_stand_with_their_block() {
        let nodes = ["input", "conv1", "layer1.0.conv1", "layer1.0.sum", "layer1.0", "layer1.1.conv1"];
        let groups = grouped(&nodes.map(NodeId::from));
        let names: Vec<(&str, usize)> =
            groups.iter().map(|(name, nodes)| (name.as_str(), nodes.len())).collect();
        assert_eq!(names, [("input", 1), ("conv1", 1), ("layer1.0", 3), ("layer1.1", 1)]);
    }
}
