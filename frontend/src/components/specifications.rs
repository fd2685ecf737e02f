//! Section 2 of the page.

use leptos::prelude::*;

use super::section::Section;
use crate::i18n::text::specifications as text;

/// Section 2.
#[component]
pub fn Specifications() -> impl IntoView {
    view! { <Section id="specifications" number=2 title=text::TITLE lead=text::LEAD>{()}</Section> }
}
