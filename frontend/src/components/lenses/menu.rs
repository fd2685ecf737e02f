//! The menu of the lenses: links that the server writes and one listener answers, so that the module holds none of its words.

use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::components::link::is_plain_click;
use crate::components::live::on;
use crate::components::still::still;
use crate::drawing::lens::{GROUPS, Lens};
use crate::i18n::text::lenses as text;
use crate::state::{LensAddress, View};

/// Marks a link with the name of its lens.
const NAME: &str = "data-lens";

/// The menu.
#[component]
pub fn Menu() -> impl IntoView {
    let view = View::expect();
    let (menu, lens) = (NodeRef::<html::Nav>::new(), view.lens());
    Effect::new(move |_previous: Option<()>| {
        let open = lens.with(|lens| lens.as_ref().map(|lens| lens.name().to_owned()));
        menu.get().into_iter().for_each(|menu| mark(&menu, open.as_deref()));
    });
    let choose = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("[data-lens]").ok()?);
        let lens = link.and_then(|link| LensAddress::read(&link.get_attribute(NAME)?));
        if let Some(lens) = lens.filter(|_lens| is_plain_click(&event)) {
            event.prevent_default();
            view.open_lens(Some(lens));
        }
    };
    view! {
        <nav class="lens-menu" aria-labelledby="lens-menu-heading" node_ref=menu on:click=on(choose) inner_html=still(move || links(view))></nav>
    }
}

/// Marks the link of the open lens as the current one.
fn mark(menu: &Element, open: Option<&str>) {
    let Ok(links) = menu.query_selector_all("[data-lens]") else { return };
    for index in 0..links.length() {
        let Some(link) = links.item(index) else { continue };
        let link: Element = link.unchecked_into();
        // Neither fails for a name of ours.
        _ = if open.is_some() && link.get_attribute(NAME).as_deref() == open {
            link.set_attribute("aria-current", "true")
        } else {
            link.remove_attribute("aria-current")
        };
    }
}

fn links(view: View) -> impl IntoView {
    let state = view.get_untracked();
    let open = state.lens.as_ref().and_then(|lens| Lens::from_name(lens.name()));
    let group = |(name, lenses): (&'static str, &[Lens])| {
        let links: Vec<_> = lenses
            .iter()
            .map(|lens| {
                let address = LensAddress::read(lens.name());
                let href = format!("{}#{}", state.clone().with_lens(address).to_query(), super::PANEL_ID);
                view! {
                    <li>
                        <a href=href data-lens=lens.name() aria-current=(open == Some(*lens)).then_some("true")>
                            <span class="lens-name">{text::title(*lens)}</span>
                            <span class="lens-question">{text::question(*lens)}</span>
                        </a>
                    </li>
                }
            })
            .collect();
        view! { <div class="lens-group"><h4>{name}</h4><ul>{links}</ul></div> }
    };
    text::GROUPS.into_iter().zip(GROUPS).map(group).collect::<Vec<_>>()
}
