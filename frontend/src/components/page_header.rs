//! Head of the page: where it belongs, its title, the theme.

use leptos::prelude::*;

use super::theme_switch::ThemeSwitch;
use crate::i18n::text::shell as text;

/// Breadcrumb, title, subtitle and theme switch.
#[component]
pub fn PageHeader() -> impl IntoView {
    let [assignment, topic, here] = text::BREADCRUMB;
    view! {
        <header class="page-header">
            <div class="page-header-row">
                <nav class="breadcrumb" aria-label=text::BREADCRUMB_LABEL>
                    <ol>
                        <li>{assignment}</li>
                        <li>{topic}</li>
                        <li aria-current="page">{here}</li>
                    </ol>
                </nav>
                <ThemeSwitch/>
            </div>
            <h1>{text::TITLE}</h1>
            <p class="subtitle">{text::SUBTITLE}</p>
        </header>
    }
}
