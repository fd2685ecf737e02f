//! Head of the page: where it belongs, its title, the theme.

use leptos::prelude::*;

use super::still::still;
use super::theme_switch::ThemeSwitch;
use crate::i18n::text::shell as text;

/// Breadcrumb, title, subtitle and theme switch.
#[component]
pub fn PageHeader() -> impl IntoView {
    let breadcrumb = || {
        let [assignment, topic, here] = text::BREADCRUMB;
        view! { <ol><li>{assignment}</li><li>{topic}</li><li aria-current="page">{here}</li></ol> }
    };
    let title = || view! { <h1>{text::TITLE}</h1><p class="subtitle">{text::SUBTITLE}</p> };
    view! {
        <header class="page-header">
            <div class="page-header-row">
                <nav class="breadcrumb" aria-label=text::BREADCRUMB_LABEL inner_html=still(breadcrumb)></nav>
                <ThemeSwitch/>
            </div>
            <div inner_html=still(title)></div>
        </header>
    }
}
