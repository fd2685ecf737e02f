//! `/api/v1/openapi.json` and `/api/docs`: nothing that the server answers to is missing from them.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::route;
use tests::explorer::{Settings, TestExplorer};

/// Every path of `shared::route`, read from its source so that a new one cannot be forgotten.
fn routes() -> BTreeSet<&'static str> {
    let constants = include_str!("../../../shared/src/route.rs").lines().filter_map(|line| {
        let (_name, value) = line.strip_prefix("pub const ")?.split_once(": &str = \"")?;
        value.strip_suffix("\";")
    });
    // The start of the API's paths is none, and files are listed by what names them.
    constants.filter(|path| ![route::API, route::STATIC, route::PHOTOS].contains(path)).collect()
}

async fn document() -> Value {
    TestExplorer::without_models(&Settings::default()).get(route::OPENAPI).await.json()
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else() {
    let document = document().await;
    let described: BTreeSet<&str> =
        document["paths"].as_object().expect("paths").keys().map(String::as_str).collect();
    assert_eq!(described, routes());
    assert!(described.len() > 10);
}

#[tokio::test]
async fn the_document_is_openapi_3_1() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            assert!(["get", "post", "put", "delete"].contains(&method.as_str()));
            assert!(ids.insert(operation["operationId"].as_str().expect("an id")), "{path}: the id is taken");
            assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{path}");
            let in_path = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|given| given["in"] == "path");
            let named: BTreeSet<&str> = in_path.filter_map(|given| given["name"].as_str()).collect();
            let expected: BTreeSet<&str> =
                path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
            assert_eq!(named, expected, "{path}: a pattern's names are its parameters");
            for (status, answer) in operation["responses"].as_object().expect("answers") {
                assert!(status.parse::<u16>().is_ok_and(|status| (200..600).contains(&status)));
                assert!(answer["description"].is_string(), "{path} {status}");
            }
            let tag = &operation["tags"][0];
            let tags = document["tags"].as_array().expect("tags");
            assert!(tags.iter().any(|known| &known["name"] == tag), "{path}: {tag}");
        }
    }
    assert_references_resolve(&document, &document);
}

fn assert_references_resolve(value: &Value, document: &Value) {
    match value {
        Value::Object(fields) => {
            if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                let pointer = reference.trim_start_matches('#');
                assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
            }
            fields.values().for_each(|field| assert_references_resolve(field, document));
        }
        Value::Array(items) => items.iter().for_each(|item| assert_references_resolve(item, document)),
        _ => {}
    }
}

#[tokio::test]
async fn the_page_says_all_of_it_without_anything_inline() {
    let explorer = TestExplorer::without_models(&Settings::default());
    let page = explorer.get(route::API_DOCS).await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let html = String::from_utf8(page.body.to_vec()).expect("UTF-8");
    assert!(!html.contains("<script") && !html.contains("<style") && !html.contains(" style=\""));
    assert!(html.contains("href=\"/static/style.css\""));
    let document = document().await;
    for path in routes() {
        assert!(html.contains(&format!("</b> {}</code>", path.replace('/', "/<wbr>"))), "{path}");
    }
    for name in document["components"]["schemas"].as_object().expect("types").keys() {
        assert!(html.contains(&format!("id=\"type-{name}\"")), "{name}");
    }
    let links = html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
    for target in links {
        assert!(html.contains(&format!("id=\"{target}\"")), "#{target} leads nowhere");
    }
    assert!(html.contains("curl --data-binary") && html.contains("numpy.load"));
}
