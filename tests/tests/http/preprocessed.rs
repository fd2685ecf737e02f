//! `GET /images/{image_id}/preprocessed/{step}`.

use std::path::Path;

use axum::http::StatusCode;
use image::RgbImage;
use server::models::preprocess::{DecodeLimits, crop_resized, decode, resize};
use shared::route::PreprocessingStep;
use shared::{ErrorCode, ModelInfo, ModelSlot, route};
use tests::explorer::{Settings, TestExplorer, picture};

async fn models(explorer: &TestExplorer) -> [ModelInfo; 2] {
    explorer.get(route::MODELS).await.json()
}

async fn step(explorer: &TestExplorer, image_id: &str, slot: ModelSlot, step: PreprocessingStep) -> RgbImage {
    let answer = explorer.get(&route::preprocessed(image_id, slot, step)).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, Some("image/png")));
    image::load_from_memory(&answer.body).expect("a PNG").into_rgb8()
}

#[tokio::test]
async fn both_steps_are_the_models_own_pixels() {
    let explorer = TestExplorer::start(&Settings::default());
    let file = picture(150, 110, 1);
    let image = explorer.upload(file.clone()).await;
    let pixels = decode(&file, &DecodeLimits::default()).expect("a PNG").pixels;
    for model in models(&explorer).await {
        let (slot, preprocessing) = (model.slot, &model.preprocessing);
        let resized = step(&explorer, &image.image_id, slot, PreprocessingStep::Resized).await;
        assert!(resized == resize(preprocessing, &pixels).expect("a small picture"), "{slot}");
        let cropped = step(&explorer, &image.image_id, slot, PreprocessingStep::Cropped).await;
        assert!(cropped == crop_resized(preprocessing, &pixels), "{slot}");
    }
}

#[tokio::test]
async fn a_glance_is_the_cropped_picture_with_losses() {
    let explorer = TestExplorer::start(&Settings::default());
    let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/photos/coffee.jpg");
    let photo = std::fs::read(photo).expect("a sample");
    let image = explorer.upload(photo).await;
    let path = |step| route::preprocessed(&image.image_id, ModelSlot::Resnet, step);
    let whole = explorer.get(&path(PreprocessingStep::Cropped)).await;
    let glance = explorer.get(&path(PreprocessingStep::Glance)).await;
    assert_eq!((glance.status, glance.header("content-type")), (StatusCode::OK, Some("image/jpeg")));
    let [whole, glance] =
        [whole, glance].map(|file| image::load_from_memory(&file.body).expect("a picture").into_rgb8());
    assert_eq!(whole.dimensions(), glance.dimensions());
    let apart: u64 =
        whole.iter().zip(glance.iter()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    let mean = apart as f64 / whole.len() as f64;
    assert!(mean < 5.0, "{mean} of 255 apart");
}

#[tokio::test]
async fn the_input_node_is_the_cropped_picture_normalised() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(150, 110, 2)).await;
    for model in models(&explorer).await {
        let cropped = step(&explorer, &image.image_id, model.slot, PreprocessingStep::Cropped).await;
        let input =
            explorer.get(&route::tensor(&image.image_id, model.slot, &"input".into(), None)).await.array();
        let input: Vec<Vec<Vec<f32>>> = input.to_vec3().expect("[3, height, width]");
        for (x, y, pixel) in cropped.enumerate_pixels() {
            for (channel, rows) in input.iter().enumerate() {
                let (mean, std) = (model.preprocessing.mean[channel], model.preprocessing.std[channel]);
                let expected = (f32::from(pixel[channel]) / 255.0 - mean) / std;
                assert!((rows[y as usize][x as usize] - expected).abs() < 1e-6, "{x}, {y}, {channel}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_too_long_to_be_shown_is_said_to_be() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(4, 20_000, 3)).await;
    let [resized, cropped, glance] =
        PreprocessingStep::ALL.map(|step| route::preprocessed(&image.image_id, ModelSlot::Resnet, step));
    let answer = explorer.get(&resized).await;
    assert_eq!(
        (answer.status, answer.error().code),
        (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::ImageTooManyPixels)
    );
    for part in [cropped, glance] {
        assert_eq!(explorer.get(&part).await.status, StatusCode::OK, "the model's part of it is small");
    }
}

#[tokio::test]
async fn other_steps_are_no_path() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(20, 20, 4)).await;
    for (rest, code) in [
        ("normalised.png?model=vit", ErrorCode::RouteUnknown),
        ("resized?model=vit", ErrorCode::RouteUnknown),
        ("resized.png", ErrorCode::RequestInvalid),
        ("resized.png?model=x", ErrorCode::ModelUnknown),
    ] {
        let answer = explorer.get(&format!("{}/{}/preprocessed/{rest}", route::IMAGES, image.image_id)).await;
        assert_eq!(answer.error().code, code, "{rest}");
    }
}
