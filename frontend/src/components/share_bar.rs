//! A thin bar for a part of a whole, in the hue of the model around it. The number stands beside it, always.

use leptos::prelude::*;

/// A bar filled from the left to `share`, 0 to 1.
pub fn share_bar(share: f64) -> impl IntoView + use<> {
    view! {
        <svg class="bar" width="100%" height="4" aria-hidden="true">
            <rect class="bar-track" width="100%" height="4" rx="2"/>
            <rect class="bar-fill" width=format!("{:.2}%", share * 100.0) height="4" rx="2"/>
        </svg>
    }
}
