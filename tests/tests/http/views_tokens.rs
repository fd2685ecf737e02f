//! Views of a Vision Transformer's tokens as answers: every form says the same, and a question that cannot be answered is told why.

use axum::body::Body;
use axum::http::header::ACCEPT;
use axum::http::{Request, StatusCode};
use shared::packed::{self, Header};
use shared::views::{
    AttentionAbout, AttentionDistanceAbout, RelevanceAbout, RolloutAbout, SimilarityAbout, ViewBody,
};
use shared::{ErrorCode, route};
use tests::explorer::{Answer, Settings, TestExplorer, picture, send};

/// The explorer's ViT.
const BLOCKS: usize = 3;
const HEADS: usize = 3;
const SIDE: usize = 4;
const TOKENS: usize = 17;

async fn start() -> (TestExplorer, String) {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(90, 70, 3)).await;
    (explorer, image.image_id)
}

fn path(pattern: &str, image_id: &str, query: &str) -> String {
    format!("{}?{query}", pattern.replace("{image_id}", image_id))
}

async fn accepting(explorer: &TestExplorer, path: &str, accept: &str) -> Answer {
    let request = Request::get(path).header(ACCEPT, accept).body(Body::empty()).expect("a request");
    send(explorer.router.clone(), request).await
}

fn values(body: &ViewBody<impl Sized>) -> Vec<f32> {
    body.arrays[0].values.iter().map(|value| value.expect("finite")).collect()
}

#[tokio::test]
async fn rows_of_attention_come_for_any_block_head_and_token() {
    let (explorer, id) = start().await;
    let all: ViewBody<AttentionAbout> =
        explorer.get(&path(route::IMAGE_ATTENTION, &id, "model=vit")).await.json();
    assert_eq!(all.arrays[0].shape, [BLOCKS, HEADS, TOKENS]);
    assert_eq!((all.about.query.token, all.about.patches_per_side, all.about.num_leading), (0, SIDE, 1));
    assert!(all.about.row_sums.iter().all(|sum| (sum - 1.0).abs() < 1e-5), "{:?}", all.about.row_sums);
    let weights = values(&all);
    let of_head: ViewBody<AttentionAbout> =
        explorer.get(&path(route::IMAGE_ATTENTION, &id, "model=vit&block=1&head=2")).await.json();
    let start = (HEADS + 2) * TOKENS;
    assert_eq!(values(&of_head), weights[start..start + TOKENS]);
    let mean: ViewBody<AttentionAbout> =
        explorer.get(&path(route::IMAGE_ATTENTION, &id, "model=vit&block=0&head=mean")).await.json();
    assert_eq!(mean.arrays[0].shape, [1, 1, TOKENS]);
    let expected = (weights[5] + weights[TOKENS + 5] + weights[2 * TOKENS + 5]) / 3.0;
    assert!((values(&mean)[5] - expected).abs() < 1e-7);
    let patch: ViewBody<AttentionAbout> =
        explorer.get(&path(route::IMAGE_ATTENTION, &id, "model=vit&query=1,2")).await.json();
    assert_eq!(patch.about.query.token, 1 + SIDE + 2);
    let node = explorer
        .get(&route::tensor(&id, shared::ModelSlot::Vit, &"encoder.2.attention_weights".into(), Some("1,7")))
        .await
        .array();
    let row: Vec<f32> = node.to_vec1().expect("a row");
    let start = (2 * HEADS + 1) * TOKENS;
    assert_eq!(values(&patch)[start..start + TOKENS], row, "the very numbers of the node");
}

#[tokio::test]
async fn every_form_says_the_same() {
    let (explorer, id) = start().await;
    let path = path(route::IMAGE_ATTENTION, &id, "model=vit&query=3,0");
    let json: ViewBody<AttentionAbout> = explorer.get(&path).await.json();
    let exact = values(&json);
    let npy = accepting(&explorer, &path, "application/octet-stream").await.array();
    assert_eq!(npy.dims(), [BLOCKS, HEADS, TOKENS]);
    let npy: Vec<f32> = npy.flatten_all().and_then(|array| array.to_vec1()).expect("f32");
    assert_eq!(npy, exact);
    let by_query = explorer.get(&format!("{path}&format=npy")).await;
    assert_eq!(by_query.array().dims(), [BLOCKS, HEADS, TOKENS]);
    for (accept, tolerance) in [
        (packed::CONTENT_TYPE.to_owned(), 5e-4),
        (format!("{}; {}", packed::CONTENT_TYPE, packed::AS_BYTES), 2e-3),
    ] {
        let answer = accepting(&explorer, &path, &accept).await;
        assert_eq!(answer.header("content-type"), Some(packed::CONTENT_TYPE));
        assert_eq!(answer.header("vary"), Some("accept"));
        let (header, numbers) = packed::split(&answer.body).expect("a packed file");
        let header: Header<AttentionAbout> = serde_json::from_slice(header).expect("JSON");
        assert_eq!(header.about, json.about);
        let read = header.arrays[0].read(numbers).expect("as many as the shape says");
        let is_near = |(one, other): (&f32, &f32)| (one - other).abs() <= tolerance;
        assert!(read.iter().zip(&exact).all(is_near), "{accept}");
    }
}

#[tokio::test]
async fn an_answer_that_stands_is_not_sent_again() {
    let (explorer, id) = start().await;
    let path = path(route::IMAGE_ATTENTION_DISTANCE, &id, "model=vit");
    let first = explorer.get(&path).await;
    let tag = first.header("etag").expect("a tag").to_owned();
    let ask = |accept: &str| {
        let request = Request::get(&path).header(ACCEPT, accept).header("if-none-match", &tag);
        send(explorer.router.clone(), request.body(Body::empty()).expect("a request"))
    };
    assert_eq!(ask("application/json").await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(ask(packed::CONTENT_TYPE).await.status, StatusCode::OK, "another form is another answer");
}

#[tokio::test]
async fn rollout_relevance_distance_and_likeness_are_answered() {
    let (explorer, id) = start().await;
    for query in ["", "&residual=false&discard=0.5&fusion=max&query=0,3"] {
        let query = format!("model=vit{query}");
        let rollout: ViewBody<RolloutAbout> =
            explorer.get(&path(route::IMAGE_ROLLOUT, &id, &query)).await.json();
        assert_eq!(rollout.arrays[0].shape, [BLOCKS, TOKENS]);
        for row in values(&rollout).chunks(TOKENS) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{row:?}");
        }
    }
    let relevance: ViewBody<RelevanceAbout> =
        explorer.get(&path(route::IMAGE_RELEVANCE, &id, "model=vit&class=2")).await.json();
    assert_eq!(relevance.arrays[0].shape, [SIDE, SIDE]);
    assert_eq!((relevance.about.label.as_str(), relevance.about.is_class_token), ("thing 3", true));
    let distance: ViewBody<AttentionDistanceAbout> =
        explorer.get(&path(route::IMAGE_ATTENTION_DISTANCE, &id, "model=vit")).await.json();
    assert_eq!(distance.arrays[0].shape, [BLOCKS, HEADS]);
    assert!(distance.about.neighbourhood_px < distance.about.uniform_px);
    for (query, shape) in [
        ("model=vit&node=encoder.1&row=2&column=3", [4, 4]),
        ("model=resnet&node=layer2.0&row=7&column=0", [8, 8]),
    ] {
        let likeness: ViewBody<SimilarityAbout> =
            explorer.get(&path(route::IMAGE_SIMILARITY, &id, query)).await.json();
        assert_eq!(likeness.arrays[0].shape, shape);
        let [row, column] = likeness.about.place;
        assert!((values(&likeness)[row * shape[1] + column] - 1.0).abs() < 1e-6);
    }
}

#[tokio::test]
async fn what_cannot_be_answered_is_told_why() {
    let (explorer, id) = start().await;
    let invalid = (StatusCode::BAD_REQUEST, ErrorCode::RequestInvalid);
    let unavailable = (StatusCode::NOT_FOUND, ErrorCode::ViewUnavailable);
    let table = [
        (route::IMAGE_ATTENTION, "model=resnet", unavailable, "attention"),
        (route::IMAGE_ATTENTION, "model=vit&block=3", invalid, "0 to 2"),
        (route::IMAGE_ATTENTION, "model=vit&block=-1", invalid, "from 0"),
        (route::IMAGE_ATTENTION, "model=vit&head=3", invalid, "0 to 2"),
        (route::IMAGE_ATTENTION, "model=vit&head=all,", invalid, "head"),
        (route::IMAGE_ATTENTION, "model=vit&query=4,0", invalid, "0 to 3"),
        (route::IMAGE_ATTENTION, "model=vit&query=1", invalid, "row,column"),
        (route::IMAGE_ATTENTION, "model=vit&format=xml", invalid, "json, npy or packed"),
        (route::IMAGE_ATTENTION, "model=vit&colour=red", invalid, "colour"),
        (route::IMAGE_ATTENTION, "", invalid, "model=vit"),
        (route::IMAGE_ROLLOUT, "model=vit&discard=1", invalid, "0.99"),
        (route::IMAGE_ROLLOUT, "model=vit&discard=NaN", invalid, "0.99"),
        (route::IMAGE_ROLLOUT, "model=vit&residual=maybe", invalid, "true or false"),
        (route::IMAGE_ROLLOUT, "model=vit&fusion=sum", invalid, "mean, max or min"),
        (route::IMAGE_RELEVANCE, "model=vit", invalid, "class"),
        (route::IMAGE_RELEVANCE, "model=vit&class=10", invalid, "0 to 9"),
        (route::IMAGE_RELEVANCE, "model=resnet&class=0", unavailable, "attention"),
        (route::IMAGE_ATTENTION_DISTANCE, "model=resnet", unavailable, "attention"),
        (route::IMAGE_SIMILARITY, "model=vit&node=logits&row=0&column=0", unavailable, "shape"),
        (route::IMAGE_SIMILARITY, "model=vit&node=encoder.0&row=4&column=0", invalid, "0 to 3"),
        (route::IMAGE_SIMILARITY, "model=vit&node=encoder.0&row=0", invalid, "column"),
    ];
    for (pattern, query, (status, code), hint) in table {
        let answer = explorer.get(&path(pattern, &id, query)).await;
        let error = answer.error();
        assert_eq!((answer.status, error.code), (status, code), "{pattern} {query}: {error}");
        assert!(error.message.contains(hint), "{pattern} {query}: {error}");
    }
    let unknown = explorer.get(&path(route::IMAGE_SIMILARITY, &id, "model=vit&node=x&row=0&column=0")).await;
    assert_eq!(unknown.error().code, ErrorCode::NodeUnknown);
    let lost = explorer.get(&path(route::IMAGE_ROLLOUT, &"0".repeat(64), "model=vit")).await;
    assert_eq!(lost.error().code, ErrorCode::ImageUnknown);
}

#[tokio::test]
async fn views_of_a_picture_share_one_forward_pass() {
    let (explorer, id) = start().await;
    explorer.predict(&id, shared::ModelSlot::Vit).await;
    for (pattern, query) in [
        (route::IMAGE_ATTENTION, "model=vit&query=2,2"),
        (route::IMAGE_ROLLOUT, "model=vit"),
        (route::IMAGE_ATTENTION_DISTANCE, "model=vit"),
        (route::IMAGE_SIMILARITY, "model=vit&node=encoder.0&row=0&column=0"),
    ] {
        assert_eq!(explorer.get(&path(pattern, &id, query)).await.status, StatusCode::OK);
    }
    assert_eq!(explorer.metric("backbone_explorer_batch_images_count{model=\"vit\"}").await, 1.0);
}
