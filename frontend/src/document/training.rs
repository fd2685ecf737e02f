//! The document around the page of training: its styles as links, the page with what the server has, the state as a data block, one
//! script. The browser makes the page anew from the same state.

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use shared::page::TrainingPageState;

use super::{DocumentAssets, data_block, escape, font_links};
use crate::components::training::TrainingPage;
use crate::i18n::text::{shell, training as text};
use crate::state::Theme;

/// Renders the whole document.
pub fn render(page_state: TrainingPageState, theme: Option<Theme>, assets: &DocumentAssets) -> String {
    let data = data_block(&page_state);
    let page = render_page(page_state);
    let theme = theme.map(|theme| format!(" data-theme=\"{}\"", theme.as_str())).unwrap_or_default();
    let (title, site, description) = (escape(text::TITLE), escape(shell::TITLE), escape(text::DESCRIPTION));
    let fonts = font_links(assets);
    let DocumentAssets { styles, lens_styles, training_styles, training_script, bindings, icon, .. } = assets;
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"{theme}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}: {site}</title>\n<meta name=\"description\" content=\"{description}\">\n\
         <link rel=\"icon\" href=\"{icon}\" type=\"image/svg+xml\">\n\
         <link rel=\"stylesheet\" href=\"{styles}\">\n<link rel=\"stylesheet\" href=\"{lens_styles}\">\n\
         <link rel=\"stylesheet\" href=\"{training_styles}\">\n{fonts}\
         <link rel=\"modulepreload\" href=\"{bindings}\">\n\
         <script type=\"module\" src=\"{training_script}\"></script>\n</head>\n\
         <body>\n<div id=\"app\" class=\"app\">{page}</div>\n\
         <script type=\"application/json\" id=\"page-state\">{data}</script>\n</body>\n</html>\n"
    )
}

fn render_page(page_state: TrainingPageState) -> String {
    // Fails only where it was set before, which is as good.
    _ = any_spawner::Executor::init_tokio();
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new())));
    let page = owner.with(|| view! { <TrainingPage page_state/> }.to_html());
    owner.cleanup();
    page
}
