//! The sample photos of the repository, and what is said when they are not as they should be.

use std::path::Path;

use server::models::preprocess::DecodeLimits;
use server::samples::{SampleError, load};

/// The page's budget for its first photo; any of them may become it.
const MAX_BYTES: u64 = 60_000;

fn assets() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets"))
}

#[test]
fn the_repository_ships_six_small_photos_and_coffee_first() {
    let photos = load(assets(), &DecodeLimits::default()).expect("the assets are complete");
    let names: Vec<&str> = photos.iter().map(|photo| photo.sample.name.as_str()).collect();
    assert_eq!(names, ["coffee", "pagoda", "cat", "flower", "astronaut", "rocket"]);
    let credits = std::fs::read_to_string(assets().join("photos/README.md")).expect("the licences");
    for photo in &photos {
        let sample = &photo.sample;
        assert_eq!(sample.image.size_bytes, photo.bytes.len() as u64);
        assert!(
            sample.image.size_bytes <= MAX_BYTES,
            "{} has {} bytes",
            sample.name,
            sample.image.size_bytes
        );
        assert_eq!(sample.image.notes, Vec::<String>::new(), "{} is plain", sample.name);
        assert!(sample.image.width >= 400 && sample.image.height >= 300, "{} is large enough", sample.name);
        assert!(sample.path.starts_with("/photos/"), "{}", sample.path);
        let file = sample.path.trim_start_matches("/photos/");
        assert!(credits.contains(file), "photos/README.md gives the licence of {file}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).expect("an empty folder");
    let complaint =
        || load(folder.path(), &DecodeLimits::default()).expect_err("incomplete assets").to_string();
    assert!(complaint().contains("samples.json"), "{}", complaint());

    let list = |content: &str| std::fs::write(photos.join("samples.json"), content).expect("a list");
    list("[]");
    assert!(complaint().contains("lists no photo"), "{}", complaint());
    list("{}");
    assert!(complaint().contains("not a list"), "{}", complaint());

    list(
        r#"[{"name": "a", "file": "a.jpg", "thumbnail": "a.webp", "description": "A", "attribution": "B", "expected_label": null}]"#,
    );
    assert!(complaint().contains("a.jpg"), "{}", complaint());
    std::fs::write(photos.join("a.jpg"), b"no picture").expect("a file");
    let error = load(folder.path(), &DecodeLimits::default()).expect_err("no picture");
    assert!(matches!(error, SampleError::Undecodable { .. }), "{error}");
}
