//! Section 1 of the page.

use leptos::prelude::*;

use super::section::Section;
use crate::i18n::text::pipeline as text;

/// Section 1.
#[component]
pub fn Pipeline() -> impl IntoView {
    view! { <Section id="pipeline" number=1 title=text::TITLE lead=text::LEAD>{()}</Section> }
}
