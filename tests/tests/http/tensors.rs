//! `GET /images/{image_id}/tensors/{node_id}`.

use std::time::Duration;

use axum::http::StatusCode;
use server::cache::CacheLimits;
use server::inference::InferenceLimits;
use shared::{ErrorCode, Graph, ModelSlot, route};
use tests::difference::relative_difference;
use tests::explorer::{Settings, TestExplorer, picture};

/// The same computation, alone or with other nodes observed.
const TOLERANCE: f32 = 1e-6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_node_has_the_graphs_shape() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(90, 90, 1)).await;
    for slot in ModelSlot::ALL {
        let graph: Graph = explorer.get(&route::MODEL_GRAPH.replace("{model}", slot.as_str())).await.json();
        for node in &graph.nodes {
            let answer = explorer.get(&route::tensor(&image.image_id, slot, &node.id, None)).await;
            assert_eq!(answer.array().dims(), node.output_shape.dims(), "{slot} {}", node.id);
        }
    }
}

#[tokio::test]
async fn slices_are_parts_of_the_whole() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(90, 90, 2)).await;
    let ask = |slice: Option<&str>| {
        route::tensor(&image.image_id, ModelSlot::Resnet, &"layer1.0.conv1".into(), slice)
    };
    let whole = explorer.get(&ask(None)).await.array();
    let part = explorer.get(&ask(Some("3:7,5"))).await.array();
    let expected =
        whole.narrow(0, 3, 4).and_then(|part| part.narrow(1, 5, 1)).and_then(|part| part.squeeze(1));
    assert_eq!(part.dims(), [4, 16]);
    let difference =
        relative_difference(&part, &expected.expect("the axes are that long")).expect("same shapes");
    assert!(difference == 0.0, "{difference}");
    let number = explorer.get(&ask(Some("3,5,2"))).await.array();
    assert_eq!(number.dims(), [0; 0]);
}

#[tokio::test]
async fn a_whole_page_of_nodes_costs_one_forward_pass_each_at_most() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(90, 90, 3)).await;
    let counter = "backbone_explorer_batch_images_count{model=\"vit\"}";
    let before = explorer.metric(counter).await;
    let path =
        route::tensor(&image.image_id, ModelSlot::Vit, &"encoder.1.attention_weights".into(), Some("0"));
    for head in ["0", "1", "2"] {
        let answer = explorer.get(&path.replace("slice=0", &format!("slice={head}"))).await;
        assert_eq!(answer.array().dims(), [17, 17]);
    }
    assert_eq!(explorer.metric(counter).await - before, 1.0, "the other heads come from memory");
}

#[tokio::test]
async fn memory_changes_no_number() {
    let mut settings = Settings::default();
    let forgetful = CacheLimits { max_bytes: 0, idle_time: Duration::from_secs(1) };
    settings.inference = InferenceLimits { cache: forgetful, ..settings.inference };
    let explorer = TestExplorer::start(&settings);
    let image = explorer.upload(picture(90, 90, 4)).await;
    let path = route::tensor(&image.image_id, ModelSlot::Vit, &"encoder.2.mlp".into(), None);
    let first = explorer.get(&path).await.array();
    let second = explorer.get(&path).await.array();
    let difference = relative_difference(&second, &first).expect("same shapes");
    assert!(difference < TOLERANCE, "{difference}");
    assert_eq!(explorer.metric("backbone_explorer_batch_images_count{model=\"vit\"}").await, 2.0);
    assert_eq!(explorer.metric("backbone_explorer_activation_cache_bytes").await, 0.0);
}

#[tokio::test]
async fn files_have_names_and_the_right_type() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(20, 20, 5)).await;
    let answer =
        explorer.get(&route::tensor(&image.image_id, ModelSlot::Vit, &"encoder.0.query".into(), None)).await;
    assert_eq!(answer.header("content-type"), Some("application/octet-stream"));
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"vit.encoder.0.query.npy\"")
    );
    assert_eq!(&answer.body[..8], b"\x93NUMPY\x01\x00");
}

#[tokio::test]
async fn what_is_not_there_is_refused_before_anything_is_computed() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(20, 20, 6)).await;
    for (rest, code) in [
        ("layer9?model=resnet", ErrorCode::NodeUnknown),
        ("encoder.0.query?model=resnet", ErrorCode::NodeUnknown),
        ("%3Cscript%3E?model=vit", ErrorCode::NodeUnknown),
        ("logits", ErrorCode::RequestInvalid),
        ("logits?model=x", ErrorCode::ModelUnknown),
        ("logits?model=vit&slice=", ErrorCode::SliceInvalid),
        ("logits?model=vit&slice=10", ErrorCode::SliceInvalid),
        ("logits?model=vit&slice=0:11", ErrorCode::SliceInvalid),
        ("logits?model=vit&slice=0,0", ErrorCode::SliceInvalid),
        ("logits?model=vit&slice=-1", ErrorCode::SliceInvalid),
        ("logits?model=vit&part=1", ErrorCode::RequestInvalid),
    ] {
        let answer = explorer.get(&format!("{}/{}/tensors/{rest}", route::IMAGES, image.image_id)).await;
        assert_eq!(answer.error().code, code, "{rest}: {}", answer.error());
        let expected = match code {
            ErrorCode::NodeUnknown | ErrorCode::ModelUnknown => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        };
        assert_eq!(answer.status, expected, "{rest}");
    }
    for model in ["vit", "resnet"] {
        let counter = format!("backbone_explorer_batch_images_count{{model=\"{model}\"}}");
        assert_eq!(explorer.metric(&counter).await, 0.0);
    }
}
