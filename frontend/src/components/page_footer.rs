//! Foot of the page: the glossary and the interface for programs.

use leptos::prelude::*;
use shared::route;

use super::still::still;
use crate::i18n::text::shell as text;

/// Links that are not about the picture.
#[component]
pub fn PageFooter() -> impl IntoView {
    let content = || {
        view! {
            <p>{text::FOOTER}</p>
            <ul>
                <li><a href=route::GLOSSARY>{text::GLOSSARY}</a></li>
                <li><a href=route::API_DOCS>{text::API_DOCS}</a></li>
                <li><a href=route::OPENAPI>{text::OPENAPI}</a></li>
            </ul>
        }
    };
    view! { <footer class="page-footer" inner_html=still(content)></footer> }
}
