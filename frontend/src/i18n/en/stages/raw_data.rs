//! Words of the stage Raw Data.

use shared::{ImageInfo, Sample};

use crate::i18n::number;

/// Row of the facts.
pub const SIZE: &str = "Size";
/// Row of the facts.
pub const FORMAT: &str = "File";
/// Row of the facts.
pub const FILE_CHANNELS: &str = "Channels";
/// Row of the facts.
pub const VALUES: &str = "Numbers";
/// Row of the facts.
pub const PACKING: &str = "Packing";
/// Row of the facts.
pub const NOTES: &str = "While reading";
/// Names of the channels.
pub const CHANNEL_NAMES: [&str; 3] = ["Red", "Green", "Blue"];
/// Name of the picture's frame.
pub const PIXEL_KEYS: &str =
    "Picture to point at. Arrow keys move by one pixel, with Shift by ten, Escape lets go.";
/// Caption of the pixel's numbers.
pub const PIXEL_TABLE: &str = "The pixel's three values";
/// Columns of the pixel's numbers.
pub const PIXEL_COLUMNS: [&str; 3] = ["Channel", "0 to 255", super::BAR];
/// Opens the table of the channels.
pub const CHANNEL_TABLE_SUMMARY: &str = "The histograms in numbers";
/// Caption of the table of the channels.
pub const CHANNEL_TABLE: &str = "Mean, spread and distribution of each channel";
/// Columns of the table of the channels.
pub const CHANNEL_COLUMNS: [&str; 8] =
    ["Channel", "Mean", "Std. dev.", "0–63", "64–127", "128–191", "192–255", "Exactly 0 or 255"];
/// Heading of the photos.
pub const PHOTOS: &str = "Put another picture on the bench";

/// What the stage is about.
pub fn lead(info: &ImageInfo) -> String {
    format!(
        "To a network this picture is a block of numbers: {} rows of {} pixels, and for each pixel how red, how green and how \
         blue it is. Nothing in it says “edge” or “object”; finding those is the network’s work.",
        number::thousands(info.height.into()),
        number::thousands(info.width.into())
    )
}

/// Width and height, and the megapixels.
pub fn size(info: &ImageInfo) -> String {
    let pixels = u64::from(info.width) * u64::from(info.height);
    format!("{} × {} px, {} pixels", info.width, info.height, number::compact(pixels))
}

/// How many values the picture has.
pub fn values(info: &ImageInfo) -> String {
    format!("{} × {} × 3 = {}", info.height, info.width, number::thousands(values_of(info)))
}

/// What the file format saves.
pub fn packing(info: &ImageInfo) -> String {
    let bits = info.size_bytes as f64 * 8.0 / (values_of(info) / 3).max(1) as f64;
    format!("{bits:.1} bits a pixel in the file, 24 once unpacked")
}

fn values_of(info: &ImageInfo) -> u64 {
    u64::from(info.width) * u64::from(info.height) * 3
}

/// Title of the pixel under the glass.
pub fn pixel_title(colour: Option<[u8; 3]>) -> String {
    match colour {
        Some([red, green, blue]) => {
            format!("A pixel is three numbers: this one is {red}, {green}, {blue}")
        }
        None => "A pixel is three numbers from 0 to 255".to_owned(),
    }
}

/// Below the pixel. `other_size` is what the browser shows where that is not the file's own pixels.
pub fn pixel_explanation(other_size: Option<(usize, usize)>) -> String {
    match other_size {
        None => "Point anywhere, also outside of what the model will see. Your browser read these values from the file; for a JPEG \
                 the server’s decoder may differ by a step or two."
            .to_owned(),
        Some((width, height)) => format!(
            "Your browser cannot open this format, so these are the pixels of the server’s resized reading, {width} × {height}."
        ),
    }
}

/// Where the pixel is.
pub fn pixel_place((column, row): (usize, usize)) -> String {
    format!("Column {column}, row {row}")
}

/// The magnified pixels, in words.
pub fn lens(side: u32) -> String {
    format!("The {side} × {side} pixels around it, magnified.")
}

/// Title of the channels.
pub fn channels_title(means: Option<[f64; 3]>) -> String {
    let Some(means) = means else { return "Three channels make the colours".to_owned() };
    let by_mean = |first: &usize, second: &usize| means[*first].total_cmp(&means[*second]);
    let most = (0..3).max_by(by_mean).unwrap_or_default();
    let least = (0..3).min_by(by_mean).unwrap_or_default();
    if means[most] - means[least] < 0.05 {
        return "Red, green and blue are alike: this picture is grey".to_owned();
    }
    format!(
        "{} is the strongest channel here and {} the weakest: {:.0} against {:.0} on average",
        CHANNEL_NAMES[most],
        CHANNEL_NAMES[least].to_lowercase(),
        means[most],
        means[least]
    )
}

/// Below the channels; `counted` is pixels counted and pixels there are.
pub fn channels_explanation(counted: Option<(usize, usize)>) -> String {
    let reading = "The brighter a place, the more of that colour. Below each channel: how often each value occurs, from 0 to 255, on one \
                   scale for all three; the line marks the mean.";
    let source = match counted {
        Some((counted, all)) if counted < all => format!(
            " Counted in your browser on {} evenly chosen pixels of {}.",
            number::thousands(counted as u64),
            number::thousands(all as u64)
        ),
        Some((counted, _all)) => {
            format!(" Counted in your browser on all {} pixels.", number::thousands(counted as u64))
        }
        None => String::new(),
    };
    format!("{reading}{source}")
}

/// A channel's mean.
pub fn channel_mean(mean: f64) -> String {
    format!("mean {mean:.0}")
}

/// A channel as a picture, in words.
pub fn channel_picture(channel: usize) -> String {
    format!("The {} channel in shades of grey.", CHANNEL_NAMES[channel].to_lowercase())
}

/// A histogram, in words.
pub fn histogram(channel: usize, mean: Option<f64>) -> String {
    let mean = mean.map(|mean| format!(", mean {mean:.0}")).unwrap_or_default();
    format!(
        "Histogram of the {} channel{mean}. The table below has its numbers.",
        CHANNEL_NAMES[channel].to_lowercase()
    )
}

/// Size of a sample, and the class that it shows.
pub fn photo_details(sample: &Sample) -> String {
    let ImageInfo { width, height, size_bytes, .. } = &sample.image;
    let class = sample.expected_label.as_ref().map(|label| format!(", shows “{label}”")).unwrap_or_default();
    format!("{width} × {height} px, {}{class}", number::bytes(*size_bytes))
}

/// How to use an own photo, and what happens to it.
pub fn own_photo(max_bytes: u64) -> String {
    format!(
        "Or drop one anywhere on this page, or paste it. JPEG, PNG, WebP, GIF, BMP or TIFF, {} at most. The server keeps it in \
         memory only, for a while; your browser keeps it for your next visit.",
        number::bytes(max_bytes)
    )
}
