//! The document around the page, as the server sends it: head with the styles, the rendered page, the state as a data block, one
//! script. No other style and no script stands in it: the content security policy would refuse them.

mod formula;
pub mod glossary;
pub mod report;
pub mod training;

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use serde::Serialize;
use shared::PageState;

use crate::app::App;
use crate::components::section::LaterStyles;
use crate::i18n::text::shell as text;
use crate::state::{Theme, ViewState};

/// The page's icon, an SVG.
pub const ICON: &str = include_str!("../icon.svg");

/// Addresses of the built files that the document names, under their hashed names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentAssets {
    /// The whole style sheet, for documents beside the page.
    pub styles: String,
    /// What of it the first view needs, as text: it stands in the page's document, which can then be seen before anything else has
    /// come.
    pub first_styles: String,
    /// The rest of it.
    pub later_styles: String,
    /// What the page of the API adds to it.
    pub docs_styles: String,
    /// What the page of the glossary adds to it.
    pub glossary_styles: String,
    /// What the lenses add to it, fetched when one is open.
    pub lens_styles: String,
    /// What the page of training adds to both.
    pub training_styles: String,
    /// The script that starts the page of training.
    pub training_script: String,
    /// Fonts that the first view needs.
    pub fonts: Vec<String>,
    /// The script that starts the page.
    pub boot_script: String,
    /// The bindings that the boot script imports.
    pub bindings: String,
    /// The icon.
    pub icon: String,
}

/// Renders the whole document.
pub fn render(
    page_state: PageState,
    view: ViewState,
    theme: Option<Theme>,
    assets: &DocumentAssets,
) -> String {
    let data = data_block(&page_state);
    // Browsers fetch even a style sheet that is disabled; one of an unknown relation they leave alone until the frame of a lens
    // names it one.
    let lens_relation = if view.lens.is_some() { "stylesheet" } else { "later" };
    // Where something is open it is seen at once; else the page names the sheet where what it styles begins.
    let is_open = view.stage.is_some() || view.node.is_some() || view.lens.is_some();
    let later = LaterStyles(assets.later_styles.clone());
    let (in_head, in_page) = if is_open { (Some(later), None) } else { (None, Some(later)) };
    let later_styles =
        in_head.map(|LaterStyles(address)| format!("<link rel=\"stylesheet\" href=\"{address}\">\n"));
    let later_styles = later_styles.unwrap_or_default();
    let page = render_page(page_state, view, in_page);
    let theme = theme.map(|theme| format!(" data-theme=\"{}\"", theme.as_str())).unwrap_or_default();
    let (title, description) = (escape(text::DOCUMENT_TITLE), escape(text::DESCRIPTION));
    let DocumentAssets { first_styles, lens_styles, boot_script, bindings, icon, .. } = assets;
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"{theme}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<meta name=\"description\" content=\"{description}\">\n\
         <link rel=\"icon\" href=\"{icon}\" type=\"image/svg+xml\">\n\
         <style>{first_styles}</style>\n{later_styles}\
         <link rel=\"{lens_relation}\" id=\"lens-styles\" href=\"{lens_styles}\">\n\
         <link rel=\"modulepreload\" href=\"{bindings}\" fetchpriority=\"low\">\n\
         <script type=\"module\" src=\"{boot_script}\" fetchpriority=\"low\"></script>\n</head>\n\
         <body>\n<div id=\"app\" class=\"app\">{page}</div>\n\
         <script type=\"application/json\" id=\"page-state\">{data}</script>\n</body>\n</html>\n"
    )
}

/// A short document for when the models cannot answer yet; it tries again by itself.
pub fn render_unavailable(message: &str, assets: &DocumentAssets) -> String {
    let (title, message) = (escape(text::UNAVAILABLE), escape(message));
    let DocumentAssets { styles, icon, .. } = assets;
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"refresh\" content=\"2\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"{icon}\" type=\"image/svg+xml\">\n<link rel=\"stylesheet\" href=\"{styles}\">\n</head>\n\
         <body>\n<main class=\"page unavailable\"><h1>{title}</h1><p>{message}</p></main>\n</body>\n</html>\n"
    )
}

fn render_page(page_state: PageState, view: ViewState, later_styles: Option<LaterStyles>) -> String {
    // Fails only where it was set before, which is as good.
    _ = any_spawner::Executor::init_tokio();
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new())));
    let page = owner.with(|| {
        later_styles.into_iter().for_each(provide_context);
        view! { <App page_state view/> }.to_html()
    });
    owner.cleanup();
    page
}

/// Has the fonts of a document fetched before the style sheet names them. The page goes without: on a slow line they would take
/// the room of the photo, and the fallbacks take the room of theirs.
fn font_links(assets: &DocumentAssets) -> String {
    let link = |font: &String| {
        format!("<link rel=\"preload\" href=\"{font}\" as=\"font\" type=\"font/woff2\" crossorigin>\n")
    };
    assets.fonts.iter().map(link).collect()
}

/// JSON that cannot end the element around it.
fn data_block<T: Serialize>(page_state: &T) -> String {
    let json = serde_json::to_string(page_state).expect("the state is plain data");
    json.replace('<', "\\u003c")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
