//! The glossary, a page without a script. Its three forms, one a theme, are written once at start.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, COOKIE, HeaderName, VARY};
use axum::response::Html;
use axum::routing::get;
use shared::route;

use super::assets::DocumentAssets;
use super::pages::{Theme, render_glossary};

/// The page in each theme; without one the browser's preference rules.
const THEMES: [Option<Theme>; 3] = [None, Some(Theme::Light), Some(Theme::Dark)];

/// Pages in the order of [`THEMES`].
type Pages = Arc<[String; 3]>;

/// Serves the page.
pub fn router(assets: &DocumentAssets) -> Router {
    let pages: Pages = THEMES.map(|theme| render_glossary(theme, assets)).into();
    Router::new().route(route::GLOSSARY, get(show_glossary)).with_state(pages)
}

/// Every term of the page, explained.
///
/// In two sentences each, with a formula and a source. The id of a term is the fragment of its address, such as
/// `#effective-receptive-field`.
#[utoipa::path(
    get,
    path = route::GLOSSARY,
    tag = "This description",
    responses((status = 200, description = "A page.", content_type = "text/html", body = String))
)]
async fn show_glossary(
    State(pages): State<Pages>,
    headers: HeaderMap,
) -> ([(HeaderName, &'static str); 2], Html<String>) {
    let cookies = headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let theme = Theme::from_cookies(cookies);
    let index = THEMES.iter().position(|known| *known == theme).unwrap_or_default();
    let headers = [(CACHE_CONTROL, "private, no-cache"), (VARY, "cookie")];
    (headers, Html(pages[index].clone()))
}
