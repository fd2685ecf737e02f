//! `GET /glossary`: a page without a script that holds every term, and links that lead somewhere.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use shared::route;
use tests::explorer::{Settings, TestExplorer};

async fn page(explorer: &TestExplorer, cookie: &str) -> String {
    let request = Request::get(route::GLOSSARY).header("cookie", cookie).body(Body::empty());
    let answer = explorer.send(request.expect("a valid request")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.header("vary").map(|vary| vary.contains("cookie")), Some(true));
    String::from_utf8(answer.body.to_vec()).expect("UTF-8")
}

/// What stands between `before` and the next quote, wherever that is.
fn quoted<'html>(html: &'html str, before: &str) -> Vec<&'html str> {
    html.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Ids of the entries, read from the glossary's source so that none can be forgotten.
fn ids_in_source() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../frontend/src/i18n/en/glossary");
    let mut ids = BTreeSet::new();
    for file in std::fs::read_dir(folder).expect("the glossary's chapters") {
        let text = std::fs::read_to_string(file.expect("a chapter").path()).expect("a chapter");
        ids.extend(quoted(&text, "        id: \"").into_iter().map(str::to_owned));
    }
    ids
}

#[tokio::test]
async fn every_term_is_on_the_page_once() {
    let html = page(&TestExplorer::without_models(&Settings::default()), "").await;
    let expected = ids_in_source();
    assert!(expected.len() >= 60, "{}", expected.len());
    let entries = quoted(&html, "<article id=\"");
    assert_eq!(entries.len(), expected.len());
    assert_eq!(entries.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
    let index = html.split("class=\"glossary-index\"").nth(1).and_then(|rest| rest.split("</nav>").next());
    let linked = quoted(index.expect("an index"), "href=\"#");
    assert_eq!(linked.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
}

#[tokio::test]
async fn links_within_the_page_lead_somewhere() {
    let html = page(&TestExplorer::without_models(&Settings::default()), "").await;
    let all = quoted(&html, " id=\"");
    let ids: BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(all.len(), ids.len(), "no id is given twice");
    for target in quoted(&html, "href=\"#") {
        assert!(ids.contains(target), "#{target} leads nowhere");
    }
}

#[tokio::test]
async fn the_explorer_leads_to_terms_that_exist() {
    let explorer = TestExplorer::start(&Settings::default());
    let glossary = page(&explorer, "").await;
    let ids: BTreeSet<&str> = quoted(&glossary, "<article id=\"").into_iter().collect();
    let html = String::from_utf8(explorer.get("/").await.body.to_vec()).expect("UTF-8");
    assert!(html.contains(&format!("href=\"{}\"", route::GLOSSARY)), "the foot leads to the glossary");
    let terms = quoted(&html, &format!("href=\"{}#", route::GLOSSARY));
    assert!(terms.len() > 10, "{}", terms.len());
    for term in terms {
        assert!(ids.contains(term), "#{term} leads nowhere");
    }
    let docs = explorer.get(route::API_DOCS).await;
    assert_eq!(docs.status, StatusCode::OK);
}

#[tokio::test]
async fn the_page_has_nothing_inline_and_the_chosen_theme() {
    let explorer = TestExplorer::without_models(&Settings::default());
    let html = page(&explorer, "theme=dark").await;
    assert!(!html.contains("<script") && !html.contains("<style") && !html.contains(" style=\""));
    assert!(html.contains("<html lang=\"en\" data-theme=\"dark\">"));
    assert!(html.contains("href=\"/static/style.css\"") && html.contains("href=\"/static/glossary.css\""));
    assert!(page(&explorer, "").await.contains("<html lang=\"en\">"));
    assert!(page(&explorer, "theme=light").await.contains("data-theme=\"light\""));
    assert!(html.contains("<a href=\"/\">"), "a way back to the explorer");
}
