//! Data sets that were named when the server started: what is said of them, and their photos by id alone.

use std::fs;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use image::ImageFormat;
use server::runs::TrainingSettings;
use shared::dataset::{DatasetPhotos, DatasetState, PhotoFilter};
use shared::training::TrainingOverview;
use shared::{DatasetSummary, ErrorCode, route};
use tests::explorer::Settings;
use tests::photo_folders::photo;
use tests::training_server::{Place, TrainingServer, classes};

async fn photos(server: &TrainingServer, query: &str) -> DatasetPhotos {
    let path = route::dataset(route::DATASET_PHOTOS, "small-photos", "");
    server.explorer.get(&format!("{path}?{query}")).await.json()
}

#[tokio::test]
async fn what_is_in_a_data_set_is_said_with_and_without_a_token() {
    let place = Place::new(&[("Small photos", &classes(3, 4))]);
    fs::write(place.dataset("Small photos").join("000.thing-0/broken.jpg"), "none").expect("a file");
    let open = place.settings();
    let looked_at = Settings {
        training: TrainingSettings { admin_token: None, ..open.training.clone() },
        ..Settings::default()
    };
    for settings in [looked_at, open] {
        let server = TrainingServer::start(settings).await;
        let listing = server.datasets().await.remove(0);
        assert_eq!((listing.id.as_str(), listing.name.as_str()), ("small-photos", "Small photos"));
        assert!(!listing.is_uploaded);
        assert_eq!(listing.state, DatasetState::Ready { num_classes: 3, num_pictures: 12, num_skipped: 1 });
        let path = route::dataset(route::DATASET, "small-photos", "");
        let answer = server.explorer.get(&path).await;
        let summary: DatasetSummary = answer.json();
        assert_eq!((summary.name.as_str(), summary.num_pictures), ("Small photos", 12));
        assert_eq!(summary.classes[2].name, "thing-2");
        assert_eq!(summary.skipped[0].path, "000.thing-0/broken.jpg");
        let overview: TrainingOverview = server.explorer.get(route::TRAINING).await.json();
        assert_eq!(overview.max_disk_bytes, 1_000_000_000);
    }
}

#[tokio::test]
async fn photos_come_by_class_and_filter() {
    let place = Place::new(&[("Small photos", &classes(3, 4))]);
    let grey = image::GrayImage::from_pixel(200, 200, image::Luma([90]));
    grey.save(place.dataset("Small photos").join("001.thing-1/grey.png")).expect("a photo");
    let server = TrainingServer::start(place.settings()).await;
    assert_eq!(photos(&server, "").await.total, 13);
    let class = photos(&server, "class=1&offset=1&limit=2").await;
    assert_eq!((class.total, class.photos.len()), (5, 2));
    assert!(class.photos.iter().all(|photo| photo.class_index == 1));
    let grey = photos(&server, "filter=grey").await;
    assert_eq!((grey.total, grey.photos[0].width, grey.photos[0].is_grey), (1, 200, true));
    assert_eq!(photos(&server, "filter=odd").await.total, 12, "40 pixels are few");
    assert_eq!(serde_json::to_value(PhotoFilter::Odd).expect("a word"), "odd");
    let path = route::dataset(route::DATASET_PHOTOS, "small-photos", "");
    for query in ["class=3", "limit=0", "limit=501", "filter=all&path=..", "class=-1"] {
        let answer = server.explorer.get(&format!("{path}?{query}")).await;
        assert_eq!(answer.error().code, ErrorCode::RequestInvalid, "{query}");
    }
}

#[tokio::test]
async fn a_photo_is_served_by_its_hash_and_nothing_else() {
    let place = Place::new(&[("Small photos", &classes(2, 4)), ("Other", &classes(1, 2))]);
    let secret = place.dataset("Small photos").join("secret.txt");
    fs::write(&secret, "not for visitors").expect("a file");
    let server = TrainingServer::start(place.settings()).await;
    let file = photo(1, 2);
    let id = blake3::hash(&file).to_hex().to_string();
    let path = |photo_id: &str| route::dataset(route::DATASET_PHOTO, "small-photos", photo_id);
    let answer = server.explorer.get(&path(&id)).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, Some("image/png")));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(answer.body, file);
    let unknown = blake3::hash(b"not for visitors").to_hex().to_string();
    for wrong in [
        "..%2Fsecret.txt",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2Fetc%2Fpasswd",
        "secret.txt",
        "001.thing-1%2F002.png",
        &unknown,
        &id.to_uppercase(),
    ] {
        let answer = server.explorer.get(&path(wrong)).await;
        assert_eq!(
            (answer.status, answer.error().code),
            (StatusCode::NOT_FOUND, ErrorCode::TrainingUnknown),
            "{wrong}"
        );
    }
    let other = route::dataset(route::DATASET_PHOTO, "other", &id);
    assert_eq!(server.explorer.get(&other).await.status, StatusCode::NOT_FOUND, "it is of another data set");
    fs::write(place.dataset("Small photos").join("001.thing-1/002.png"), photo(1, 3)).expect("a file");
    assert_eq!(server.explorer.get(&path(&id)).await.status, StatusCode::NOT_FOUND, "it has changed");
}

#[tokio::test]
async fn thumbnails_are_small_upright_and_of_photos_that_are_there() {
    let place = Place::new(&[("Small photos", &classes(2, 4))]);
    let wide = image::RgbImage::from_fn(400, 100, |x, _y| image::Rgb([(x / 2) as u8, 40, 40]));
    let file = place.dataset("Small photos").join("000.thing-0/wide.png");
    wide.save_with_format(&file, ImageFormat::Png).expect("a photo");
    let server = TrainingServer::start(place.settings()).await;
    let id = blake3::hash(&fs::read(file).expect("a photo")).to_hex().to_string();
    let path = route::dataset(route::DATASET_PHOTO, "small-photos", &id);
    for _again in 0..2 {
        let answer = server.explorer.get(&format!("{path}?side=64")).await;
        assert_eq!(answer.header("content-type"), Some("image/jpeg"), "{:?}", answer.body);
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
        let small = image::load_from_memory(&answer.body).expect("a JPEG");
        assert_eq!((small.width(), small.height()), (64, 16));
    }
    for side in ["31", "513", "0", "x"] {
        let answer = server.explorer.get(&format!("{path}?side={side}")).await;
        assert_eq!(answer.error().code, ErrorCode::RequestInvalid, "{side}");
    }
    let missing = route::dataset(route::DATASET_PHOTO, "small-photos", &"0".repeat(64));
    let answer = server.explorer.get(&format!("{missing}?side=64")).await;
    assert_eq!(answer.error().code, ErrorCode::TrainingUnknown);
}

#[tokio::test]
async fn a_named_data_set_stays() {
    let place = Place::new(&[("Small photos", &classes(2, 4))]);
    let server = TrainingServer::start(place.settings()).await;
    let path = route::dataset(route::DATASET, "small-photos", "");
    let answer = server.admin(Method::DELETE, &path, Body::empty()).await;
    assert_eq!((answer.status, answer.error().code), (StatusCode::CONFLICT, ErrorCode::Conflict));
    assert!(place.dataset("Small photos").join("000.thing-0/000.png").is_file());
    let unknown = server.explorer.get(&route::dataset(route::DATASET, "..", "")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
