//! `GET /images/{image_id}/augmentations` and one of them.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use image::RgbImage;
use server::models::preprocess::augment::{augmented, draw};
use server::models::preprocess::{DecodeLimits, decode};
use shared::augmentation::{Augmentation, AugmentationRecipe, Augmentations};
use shared::{ErrorCode, ModelInfo, PixelSize, route};
use tests::explorer::{Settings, TestExplorer, picture};

fn list(image_id: &str, query: &str) -> String {
    format!("{}?{query}", route::IMAGE_AUGMENTATIONS.replace("{image_id}", image_id))
}

fn one(image_id: &str, seed: &str, query: &str) -> String {
    let path = route::IMAGE_AUGMENTED.replace("{image_id}", image_id).replace("{seed}", seed);
    format!("{path}?{query}")
}

/// Whether both are one but for the last digit of a factor, which may go while it is written and read.
fn is_same(told: &Augmentation, drawn: &Augmentation) -> bool {
    let factors = |of: &Augmentation| [of.brightness, of.contrast, of.saturation];
    let mut pairs = factors(told).into_iter().zip(factors(drawn));
    let exact = |of: &Augmentation| (of.seed, of.left, of.top, of.width, of.height, of.is_flipped);
    exact(told) == exact(drawn) && pairs.all(|(told, drawn)| (told - drawn).abs() < 1e-12)
}

#[tokio::test]
async fn views_are_those_that_the_list_tells() {
    let explorer = TestExplorer::start(&Settings::default());
    let file = picture(150, 110, 1);
    let image = explorer.upload(file.clone()).await;
    let pixels = decode(&file, &DecodeLimits::default()).expect("a PNG").pixels;
    for model in explorer.get(route::MODELS).await.json::<[ModelInfo; 2]>() {
        let query = format!("model={}&seed=7&count=3", model.slot);
        let told: Augmentations = explorer.get(&list(&image.image_id, &query)).await.json();
        assert_eq!((told.size, told.drawn.len()), (model.preprocessing.crop_size, 3));
        for (drawn, seed) in told.drawn.iter().zip(7..) {
            let size = PixelSize { width: 150, height: 110 };
            let expected = draw(seed, size, &AugmentationRecipe::default());
            assert!(is_same(drawn, &expected), "{drawn:?} is told of {expected:?}");
            let path = one(&image.image_id, &seed.to_string(), &format!("model={}", model.slot));
            let answer = explorer.get(&path).await;
            assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, Some("image/png")));
            let view: RgbImage = image::load_from_memory(&answer.body).expect("a PNG").into_rgb8();
            assert!(view == augmented(&pixels, drawn, told.size as u32), "seed {seed}");
        }
    }
}

#[tokio::test]
async fn what_a_client_has_still_stands() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 40, 2)).await;
    for path in [list(&image.image_id, "model=vit"), one(&image.image_id, "3", "model=vit")] {
        let tag = explorer.get(&path).await.header("etag").expect("a tag").to_owned();
        let request = |path: &str| Request::get(path).header("if-none-match", &tag).body(Body::empty());
        let again = explorer.send(request(&path).expect("a valid request")).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
    }
    // Another seed or count is another answer.
    let tags = ["model=vit", "model=vit&seed=1", "model=vit&count=2", "model=resnet"];
    let mut found = Vec::new();
    for query in tags {
        let answer = explorer.get(&list(&image.image_id, query)).await;
        found.push(answer.header("etag").expect("a tag").to_owned());
    }
    found.sort();
    found.dedup();
    assert_eq!(found.len(), tags.len());
}

#[tokio::test]
async fn what_cannot_be_drawn_is_said() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(1, 900, 3)).await;
    let id = image.image_id.as_str();
    let unknown = "0".repeat(64);
    for (path, code) in [
        (list(id, "model=vit&count=0"), ErrorCode::RequestInvalid),
        (list(id, "model=vit&count=17"), ErrorCode::RequestInvalid),
        (list(id, "model=vit&seed=-1"), ErrorCode::RequestInvalid),
        (list(id, "model=vit&size=9"), ErrorCode::RequestInvalid),
        (list(id, "count=2"), ErrorCode::RequestInvalid),
        (list(id, "model=x"), ErrorCode::ModelUnknown),
        (list(&unknown, "model=vit"), ErrorCode::ImageUnknown),
        (one(id, "x", "model=vit"), ErrorCode::RequestInvalid),
        (one(id, "3", ""), ErrorCode::RequestInvalid),
        (one(&unknown, "3", "model=vit"), ErrorCode::ImageUnknown),
    ] {
        assert_eq!(explorer.get(&path).await.error().code, code, "{path}");
    }
    // The least and the most that there is: one pixel in width, the last seed.
    let answer = explorer.get(&one(id, &u64::MAX.to_string(), "model=vit")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let told: Augmentations =
        explorer.get(&list(id, &format!("model=vit&seed={}&count=16", u64::MAX))).await.json();
    assert_eq!(told.drawn.iter().map(|drawn| drawn.seed).take(2).collect::<Vec<_>>(), [u64::MAX, 0]);
}
