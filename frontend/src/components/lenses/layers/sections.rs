//! Where the time of a pass goes, section by section, beside the share of the multiply-accumulates.

use leptos::prelude::*;

use crate::components::share_bar::share_bar;
use crate::drawing::measured_layers::SectionShare;
use crate::i18n::text::lenses::layers as text;
use crate::i18n::{number, text::nodes};

/// The bars.
#[component]
pub fn Sections(
    /// The sections in order of execution.
    shares: Signal<Vec<SectionShare>>,
) -> impl IntoView {
    let row = |share: SectionShare| {
        view! {
            <tr>
                <th scope="row">{nodes::section(share.section)}</th>
                <td class="number">{number::milliseconds(share.time_ms)}</td>
                <td class="share"><span class="number">{number::percent(share.time_share as f32)}</span>{share_bar(share.time_share)}</td>
                <td class="share is-macs"><span class="number">{number::percent(share.mac_share as f32)}</span>{share_bar(share.mac_share)}</td>
            </tr>
        }
    };
    view! {
        <table class="layers-sections">
            <thead><tr>{text::SECTION_COLUMNS.map(|name| view! { <th scope="col">{name}</th> })}</tr></thead>
            <tbody>{move || shares.get().into_iter().map(row).collect::<Vec<_>>()}</tbody>
        </table>
    }
}
