//! Words of the stage Preprocessing.

use shared::{Interpolation, LongerSide, PixelSize, Preprocessing, Resize};

use crate::drawing::normalised::Agreement;
use crate::i18n::number;

/// Row of the facts.
pub const RESIZE: &str = "Resize";
/// Row of the facts.
pub const INTERPOLATION: &str = "Filter";
/// Row of the facts.
pub const CROP: &str = "Centre crop";
/// Row of the facts.
pub const MEAN: &str = "Mean";
/// Row of the facts.
pub const DEVIATION: &str = "Standard deviation";
/// A step.
pub const STEP_ORIGINAL: &str = "As it came";
/// A step.
pub const STEP_RESIZED: &str = "Resized";
/// A step.
pub const STEP_CROPPED: &str = "Cropped";
/// The resized picture, in words.
pub const RESIZED_ALT: &str = "The picture after the resize.";
/// The cropped picture, in words.
pub const CROPPED_ALT: &str = "The square that the model sees.";
/// A way to resize.
pub const SHORTER_SIDE: &str = "Shorter side";
/// A way to resize.
pub const SQUASH: &str = "Squash";
/// Marks the way that the weights use.
pub const USED: &str = "Used for these weights.";
/// The formula of the last step.
pub const FORMULA: &str = "normalised = (value / 255 − mean) / standard deviation";
/// What the maps show.
pub const QUANTITY: &str = "Normalised value";
/// Caption of the pixel's steps.
pub const ARITHMETIC_TABLE: &str = "The pixel under the cursor, step by step";
/// Columns of the pixel's steps.
pub const ARITHMETIC_COLUMNS: [&str; 8] =
    ["Channel", "0–255", "÷ 255", "Mean", "Centred", "Std. dev.", "Normalised", "In the tensor"];

/// A relative difference that rounding in single precision explains.
const ROUNDING: f32 = 1e-6;

/// What the stage is about; `names` are the chosen and the other model.
pub fn lead((chosen, other): (&str, &str), are_equal: bool) -> String {
    let comparison = if are_equal {
        format!("{other} is prepared for in the same way.")
    } else {
        format!("{other} is prepared for in another way; switch to it to compare.")
    };
    format!(
        "Preparation belongs to the weights: {chosen} learned from pictures of this size, in these proportions and around these means, \
         and it reads anything else worse. {comparison}"
    )
}

/// How the size changes.
pub fn resize(preprocessing: &Preprocessing) -> String {
    match preprocessing.resize {
        Resize::ShorterSide { size } => {
            let longer = longer_side(preprocessing.longer_side);
            format!("Shorter side to {size} px, proportions kept, the longer side {longer}")
        }
        Resize::Squash { width, height } => format!("Squashed to {width} × {height} px"),
    }
}

/// What becomes of a fraction of a pixel.
pub fn longer_side(longer_side: LongerSide) -> &'static str {
    match longer_side {
        LongerSide::Truncated => "cut to whole pixels",
        LongerSide::Rounded => "rounded to whole pixels",
    }
}

/// The filter of the resize.
pub fn interpolation(interpolation: Interpolation) -> &'static str {
    match interpolation {
        Interpolation::Nearest => "Nearest pixel",
        Interpolation::Bilinear => "Bilinear, antialiased",
        Interpolation::Bicubic => "Bicubic, antialiased",
        Interpolation::Lanczos => "Lanczos, antialiased",
    }
}

/// Size of the crop.
pub fn crop(side: usize) -> String {
    format!("{side} × {side} px")
}

/// A number a channel.
pub fn triple(values: [f32; 3]) -> String {
    let [red, green, blue] = values;
    format!("red {red}, green {green}, blue {blue}")
}

/// A size in pixels.
pub fn size(size: PixelSize) -> String {
    format!("{} × {} px", size.width, size.height)
}

/// Title of the steps; `kept` is the visible part of the picture.
pub fn steps_title(kept: f64) -> String {
    let percent = kept * 100.0;
    if percent > 99.95 {
        return "The model sees the whole picture".to_owned();
    }
    format!(
        "The model sees {percent:.0}\u{202f}% of this picture; the rest is cut off before the first layer"
    )
}

/// Below the steps.
pub fn steps_explanation(recipe: &Preprocessing, original: PixelSize, resized: PixelSize) -> String {
    let pixels = |size: PixelSize| u64::from(size.width) * u64::from(size.height);
    let side = recipe.crop_size as u64;
    let padding = if u64::from(resized.width) < side || u64::from(resized.height) < side {
        " Where the resized picture is smaller than the crop, black fills the rest."
    } else {
        ""
    };
    format!(
        "Of {} pixels, {} remain after the resize and {} after the crop. These are the server’s own pixels, not a drawing of them.{padding}",
        number::thousands(pixels(original)),
        number::thousands(pixels(resized)),
        number::thousands(side * side)
    )
}

/// Title of the two ways; `squashed` is the width that squashing leaves, in parts of what it should be.
pub fn choice_title(squashed: f64) -> String {
    if (squashed - 1.0).abs() < 0.005 {
        return "This picture is square: shorter side and squash are the same".to_owned();
    }
    let (part, side) = if squashed < 1.0 { (squashed, "narrow") } else { (1.0 / squashed, "flat") };
    format!("Squashing would draw this picture too {side}: {:.0}\u{202f}% of its proportion", part * 100.0)
}

/// Below the two ways; `side` is what both set.
pub fn choice_explanation(model: &str, side: u32, is_squashing: bool) -> String {
    let used = if is_squashing { "squashed pictures" } else { "pictures that kept their proportions" };
    format!(
        "“Resize to {side}” means two things in practice: set the shorter side and keep the circle a circle, or force both sides and make it \
         an ellipse. {model}’s weights are fed {used}."
    )
}

/// A way to resize, in words.
pub fn way(name: &str, after: PixelSize) -> String {
    format!("{name}: the picture at {}, with what was a circle on it.", size(after))
}

/// Title of the tensor.
pub fn normalised_title(range: Option<(f32, f32)>) -> String {
    match range {
        Some((low, high)) => format!(
            "What the model reads runs from {} to {}, not from 0 to 255",
            number::value(low),
            number::value(high)
        ),
        None => "What the model reads is centred around zero".to_owned(),
    }
}

/// Below the tensor.
pub fn normalised_explanation(recipe: &Preprocessing) -> String {
    let end = |level: f32, pick: fn(f32, f32) -> f32, start: f32| {
        recipe.mean.iter().zip(recipe.std).map(|(mean, std)| (level - mean) / std).fold(start, pick)
    };
    format!(
        "The tensor has the shape {}. Black becomes {} at the least, white {} at the most; a pixel as bright as the training pictures’ \
         mean becomes 0, which is drawn white.",
        number::shape(&[3, recipe.crop_size, recipe.crop_size]),
        number::value(end(0.0, f32::min, f32::INFINITY)),
        number::value(end(1.0, f32::max, f32::NEG_INFINITY))
    )
}

/// A channel of the tensor, in words.
pub fn map(channel: &str) -> String {
    format!("{channel} channel of the input tensor.")
}

/// A mean, to be subtracted.
pub fn minus(mean: f32) -> String {
    format!("− {mean}")
}

/// A deviation, to be divided by.
pub fn divided(deviation: f32) -> String {
    format!("÷ {deviation}")
}

/// Whether the tensor is what the formula says; `None` where they cannot be compared.
pub fn check(agreement: Option<Agreement>) -> String {
    let Some(Agreement { values, largest_difference }) = agreement else {
        return "The tensor and the cropped picture differ in size, so they cannot be compared.".to_owned();
    };
    let values = number::thousands(values as u64);
    let difference = number::value(largest_difference);
    match largest_difference {
        0.0 => format!("Checked here: the formula gives all {values} values of the tensor exactly."),
        difference_part if difference_part <= ROUNDING => format!(
            "Checked here: the formula gives all {values} values of the tensor; the largest difference is {difference} of the largest value."
        ),
        _ => format!(
            "The formula differs from the tensor by up to {difference} of its largest value. Some browsers alter pixels that a page reads, to \
             make it harder to recognise you."
        ),
    }
}
