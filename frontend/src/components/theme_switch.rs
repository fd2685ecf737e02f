//! Light or dark, by one button. Which of its two faces shows is the style sheet's matter, so that the server need not know
//! the visitor's preference.

use leptos::prelude::*;

use crate::components::live::on;
use crate::components::still::still;
use crate::i18n::text::shell as text;
use crate::state::Theme;

/// The switch. Needs the script; without it the preference of the system rules.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let switch = move |_event| Theme::current().other().choose();
    view! { <button type="button" class="theme-switch needs-script" on:click=on(switch) inner_html=still(faces)></button> }
}

/// The same for a page that the browser makes anew, faces and all.
#[component]
pub fn SeparateSwitch() -> impl IntoView {
    let switch = move |_event| Theme::current().other().choose();
    view! { <button type="button" class="theme-switch needs-script" on:click=on(switch)>{faces()}</button> }
}

fn faces() -> impl IntoView {
    view! {
        <span class="theme-switch-face when-light">
            <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                <path d="M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7Z"/>
            </svg>
            <span class="visually-hidden">{text::TO_DARK}</span>
        </span>
        <span class="theme-switch-face when-dark">
            <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                <circle cx="10" cy="10" r="3.5"/>
                <path d="M10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14.3 5.7l1.4-1.4"/>
            </svg>
            <span class="visually-hidden">{text::TO_LIGHT}</span>
        </span>
    }
}
