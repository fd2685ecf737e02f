//! A section of the story: number, heading, one sentence, then its figures.

use leptos::prelude::*;

use super::still::still;

/// The section that begins below the first screen.
const FIRST_BELOW: usize = 2;

/// Address of the style sheet of what is below the first screen. It stands where that begins: a browser shows what is before it without
/// waiting, and what follows once it is styled.
#[derive(Clone, Debug)]
pub struct LaterStyles(pub String);

/// A numbered section with a heading that links can point to.
#[component]
pub fn Section<C: IntoView + 'static>(
    /// Fragment of the section's address.
    id: &'static str,
    /// Position in the page, from 1.
    number: usize,
    /// Heading.
    title: &'static str,
    /// The sentence below the heading.
    lead: &'static str,
    /// The section's figures.
    children: TypedChildren<C>,
) -> impl IntoView {
    let heading = format!("{id}-heading");
    let heading_id = heading.clone();
    let head = move || {
        let styles = (number == FIRST_BELOW).then(use_context::<LaterStyles>).flatten();
        let styles = styles.map(|LaterStyles(address)| view! { <link rel="stylesheet" href=address/> });
        view! {
            {styles}
            <h2 id=heading_id><span class="section-number">{number}"."</span>" "{title}</h2>
            <p class="section-lead">{lead}</p>
        }
    };
    view! {
        <section id=id class="section" aria-labelledby=heading>
            <header class="section-head" inner_html=still(head)></header>
            {children.into_inner()()}
        </section>
    }
}
