//! `docs/notebook.md`: each address that its cells ask for is answered, an array with an array and a table with JSON. The cells are
//! not run, which would take a Python.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;
use shared::ModelSlot;
use shared::architecture::NodeId;
use tests::explorer::{Answer, Settings, TestExplorer, picture};

const DOCUMENT: &str = include_str!("../../../docs/notebook.md");
/// How the cells begin an address.
const API: &str = "f\"{api}";

/// Addresses that are the argument of such a call, below the start of the API.
fn addresses(call: &str) -> Vec<&'static str> {
    let start = format!("{call}({API}");
    DOCUMENT.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// With a picture, class and model in place of the cells' variables.
fn filled_in(address: &str, image_id: &str) -> Vec<String> {
    let address = address.replace("{image}", image_id).replace("{best['index']}", "1");
    let slots = ModelSlot::ALL.map(|slot| format!("/api/v1{}", address.replace("{model}", slot.as_str())));
    assert!(!slots[0].contains('{'), "{address}: a variable that this test does not know");
    slots.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

async fn ask(explorer: &TestExplorer, address: &str) -> Answer {
    let request = Request::get(address).header("accept", "application/octet-stream").body(Body::empty());
    let answer = explorer.send(request.expect("a valid request")).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}: {:?}", answer.body);
    answer
}

#[test]
fn every_address_of_the_cells_is_known_to_these_tests() {
    let known = ["table", "array", "urlopen"].map(|call| addresses(call).len());
    assert_eq!(known.iter().sum::<usize>(), DOCUMENT.matches(API).count());
    assert!(known[0] >= 2 && known[1] >= 6, "{known:?}");
}

#[tokio::test]
async fn tables_are_json() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(90, 60, 1)).await;
    for address in addresses("table").into_iter().flat_map(|address| filled_in(address, &image.image_id)) {
        let table: Value = ask(&explorer, &address).await.json();
        let best = &table["classes"][0];
        for field in ["index", "label", "logit", "probability"] {
            assert!(!best[field].is_null(), "{address}: {field} in {best}");
        }
    }
}

#[tokio::test]
async fn pictures_are_png() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(90, 60, 2)).await;
    let uploads = |address: &&str| *address == "/images";
    for address in addresses("urlopen").into_iter().filter(|address| !uploads(address)) {
        for address in filled_in(address, &image.image_id) {
            assert!(ask(&explorer, &address).await.body.starts_with(b"\x89PNG"), "{address}");
        }
    }
}

#[tokio::test]
async fn arrays_are_npy_and_have_the_axes_that_the_cells_rely_on() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(90, 60, 3)).await;
    let id = NodeId::from("encoder.0.attention_weights");
    let graph = explorer.get(&shared::route::graph(ModelSlot::Vit)).await.json::<shared::Graph>();
    let shape = graph.node(&id).expect("the first block").output_shape.dims();
    let (heads, tokens) = (shape[0], shape[1]);
    let blocks = graph.nodes.iter().filter(|node| node.id.as_str().ends_with(".attention_weights")).count();
    for address in addresses("array").into_iter().flat_map(|address| filled_in(address, &image.image_id)) {
        let dims = ask(&explorer, &address).await.array().dims().to_vec();
        let path = address.split('?').next().unwrap_or_default();
        match path.rsplit('/').next().unwrap_or_default() {
            "layer2.0" => assert_eq!((dims.len(), dims[0]), (3, 8), "{address}"),
            "encoder.0.attention_weights" => assert_eq!(dims, [heads, tokens, tokens], "{address}"),
            "attention" => assert_eq!(dims, [blocks, heads, tokens], "{address}"),
            "rollout" => assert_eq!(dims, [blocks, tokens], "{address}"),
            "class-map" => assert_eq!(dims.len(), 2, "{address}"),
            "logits.bias" => assert_eq!(dims.len(), 1, "{address}"),
            other => panic!("{other}: say what axes the cells rely on"),
        }
    }
}
