//! The API for people: one page, made of the OpenAPI document and the site's own stylesheet. No script.

mod examples;
mod markup;
mod operations;
mod schemas;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, HOST, VARY};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;
use shared::route;

use super::assets::DocumentAssets;
use super::openapi;
use super::pages::Theme;
use markup::escape;

/// Where the explorer is, if the request does not say.
const DEFAULT_HOST: &str = "127.0.0.1:3000";

/// What the page is made of.
#[derive(Clone)]
struct Docs {
    assets: Arc<DocumentAssets>,
    description: Arc<Value>,
}

/// Serves the page.
pub fn router(assets: DocumentAssets) -> Router {
    let description = serde_json::to_value(openapi::document()).expect("the description is plain data");
    let docs = Docs { assets: assets.into(), description: description.into() };
    Router::new().route(route::API_DOCS, get(show_docs)).with_state(docs)
}

/// The API for people.
///
/// This page.
#[utoipa::path(
    get,
    path = route::API_DOCS,
    tag = "This description",
    responses((status = 200, description = "A page.", content_type = "text/html", body = String))
)]
async fn show_docs(State(docs): State<Docs>, headers: HeaderMap) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme =
        headers.get("x-forwarded-proto").filter(|scheme| *scheme == "https").map_or("http", |_https| "https");
    let base = format!("{scheme}://{}", text(HOST).unwrap_or(DEFAULT_HOST));
    let theme = Theme::from_cookies(text(COOKIE).unwrap_or_default());
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "private, no-cache"),
        (VARY, "cookie, host, x-forwarded-proto"),
    ];
    (headers, page(&docs, theme, &base)).into_response()
}

fn page(docs: &Docs, theme: Option<Theme>, base: &str) -> String {
    let DocumentAssets { styles, docs_styles, icon, fonts, .. } = &*docs.assets;
    let theme = theme.map(|theme| format!(" data-theme=\"{}\"", theme.as_str())).unwrap_or_default();
    let info = &docs.description["info"];
    let [title, subtitle, version] = ["title", "description", "version"].map(|key| markup::text(&info[key]));
    let fonts: String = fonts
        .iter()
        .map(|font| {
            format!("<link rel=\"preload\" href=\"{font}\" as=\"font\" type=\"font/woff2\" crossorigin>\n")
        })
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"{theme}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>API: {title}</title>\n\
         <meta name=\"description\" content=\"{subtitle}\">\n\
         <link rel=\"icon\" href=\"{icon}\" type=\"image/svg+xml\">\n<link rel=\"stylesheet\" href=\"{styles}\">\n\
         <link rel=\"stylesheet\" href=\"{docs_styles}\">\n{fonts}\
         </head>\n<body>\n<div class=\"page docs\">\n\
         <header class=\"page-header\"><div class=\"page-header-row\"><nav class=\"breadcrumb\" aria-label=\"Breadcrumb\">\
         <ol><li><a href=\"/\">{title}</a></li><li aria-current=\"page\">API</li></ol></nav></div>\
         <h1>API</h1><p class=\"subtitle\">{subtitle}</p>\
         <p class=\"docs-version\">Version <span class=\"number\">{version}</span>, \
         <a href=\"{openapi}\">OpenAPI document</a></p></header>\n\
         <div class=\"docs-columns\">{contents}<main>{examples}{operations}{schemas}</main></div>\n</div>\n</body>\n</html>\n",
        openapi = route::OPENAPI,
        contents = operations::contents(&docs.description),
        examples = examples::section(&escape(base)),
        operations = operations::sections(&docs.description),
        schemas = schemas::section(&docs.description),
    )
}
