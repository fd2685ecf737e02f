//! Section 3 of the page.

use leptos::prelude::*;

use super::section::Section;
use crate::i18n::text::learning as text;

/// Section 3.
#[component]
pub fn Learning() -> impl IntoView {
    view! { <Section id="learning" number=3 title=text::TITLE lead=text::LEAD>{()}</Section> }
}
