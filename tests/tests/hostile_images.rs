//! The decoder against the table of hostile pictures: each ends as the table says, soon, and without a panic.

use std::time::{Duration, Instant};

use server::models::preprocess::{DecodeLimits, crop_resized, decode};
use shared::{ErrorCode, Preprocessing};
use tests::hostile_images::{Expected, HostileImage, bit_flips, table, valid_files};

/// Far more than any of these small files needs, far less than a hang.
const MAX_TIME: Duration = Duration::from_secs(5);

fn check(hostile: &HostileImage) {
    let start = Instant::now();
    let decoded = decode(&hostile.bytes, &DecodeLimits::default());
    assert!(start.elapsed() < MAX_TIME, "{}: {:?}", hostile.name, start.elapsed());
    match (decoded, hostile.expected) {
        (Ok(image), Expected::Decodes { width, height }) => {
            assert_eq!(image.pixels.dimensions(), (width, height), "{}", hostile.name);
        }
        (Ok(_), Expected::DecodesOrFails) => {}
        (Ok(image), Expected::Fails(code)) => {
            panic!("{}: {code:?} expected, decoded to {:?}", hostile.name, image.pixels.dimensions());
        }
        (Err(error), expected) => {
            assert!(
                expected.allows(error.code()),
                "{}: {error} ({error:?}), expected {expected:?}",
                hostile.name
            );
            assert!(error.to_string().len() > 40, "{}: a sentence that helps, not {error}", hostile.name);
        }
    }
}

#[test]
fn every_hostile_image_ends_as_the_table_says() {
    table().iter().for_each(check);
}

#[test]
fn damaged_bits_are_the_clients_fault() {
    bit_flips(4000).for_each(|hostile| check(&hostile));
}

#[test]
fn a_cut_at_any_length_is_the_clients_fault() {
    for (name, bytes) in valid_files() {
        for length in 1..bytes.len() {
            let cut = bytes[..length].to_vec();
            check(&HostileImage {
                name: format!("{name} cut to {length}"),
                bytes: cut,
                expected: Expected::DecodesOrFails,
            });
        }
    }
}

#[test]
fn what_decodes_can_be_made_a_models_input() {
    for hostile in table() {
        if let Ok(image) = decode(&hostile.bytes, &DecodeLimits::default()) {
            let square = crop_resized(&Preprocessing::default(), &image.pixels);
            assert_eq!(square.dimensions(), (224, 224), "{}", hostile.name);
        }
    }
}

#[test]
fn limits_are_the_callers() {
    let (_, jpeg) = valid_files().swap_remove(0);
    let pixels = 53 * 41;
    let generous = DecodeLimits { max_pixels: pixels, max_memory_bytes: 6 * pixels };
    assert!(decode(&jpeg, &generous).is_ok());
    for limits in [
        DecodeLimits { max_pixels: pixels - 1, ..generous },
        DecodeLimits { max_memory_bytes: 6 * pixels - 1, ..generous },
    ] {
        let error = decode(&jpeg, &limits).expect_err("one less than it takes");
        assert_eq!(error.code(), ErrorCode::ImageTooManyPixels);
    }
}
