//! `GET /` with real state behind it.

use axum::http::StatusCode;
use shared::{ModelSlot, PageState, Sample, route};
use tests::explorer::{Settings, TestExplorer};

fn state(html: &[u8]) -> PageState {
    let html = String::from_utf8_lossy(html);
    let json = html.split("id=\"page-state\">").nth(1).and_then(|rest| rest.split("</script>").next());
    serde_json::from_str(json.expect("the data block")).expect("the state")
}

#[tokio::test]
async fn the_page_opens_with_both_answers_to_the_first_sample() {
    let explorer = TestExplorer::start(&Settings::default());
    let page = explorer.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    let state = state(&page.body);
    let samples: Vec<Sample> = explorer.get(route::SAMPLES).await.json();
    assert_eq!((&state.samples, state.specimen.sample.as_str()), (&samples, "coffee"));
    assert_eq!(state.max_upload_bytes, 20_000_000);
    assert_eq!(state.specimen.resnet, explorer.predict(&samples[0].image.image_id, ModelSlot::Resnet).await);
    assert_eq!(state.specimen.vit, explorer.predict(&samples[0].image.image_id, ModelSlot::Vit).await);
    let html = String::from_utf8_lossy(&page.body).into_owned();
    let best = &state.specimen.resnet.classes[0].label;
    let before_data = html.split("id=\"page-state\"").next().expect("a first part");
    assert!(before_data.contains(best.as_str()), "{best} can be read without a script");
}

#[tokio::test]
async fn another_sample_opens_by_its_name() {
    let explorer = TestExplorer::start(&Settings::default());
    assert_eq!(state(&explorer.get("/?picture=rocket").await.body).specimen.sample, "rocket");
    assert_eq!(state(&explorer.get("/?picture=nothing").await.body).specimen.sample, "coffee");
}

#[tokio::test]
async fn samples_are_answered_before_a_visitor_comes() {
    let explorer = TestExplorer::start(&Settings::default());
    explorer.explorer.answer_samples().await.expect("the models answer");
    let counter = "backbone_explorer_batch_images_sum{model=\"resnet\"}";
    let before = explorer.metric(counter).await;
    assert_eq!(before, 6.0);
    for name in ["coffee", "pagoda", "cat", "flower", "astronaut", "rocket"] {
        assert_eq!(explorer.get(&format!("/?picture={name}")).await.status, StatusCode::OK);
    }
    assert_eq!(explorer.metric(counter).await, before);
}
