//! Words of augmentation, in the stage Preprocessing of the explorer.

use shared::augmentation::{Augmentation, AugmentationRecipe};

use crate::i18n::number;

/// Where it is used, honestly.
pub const EXPLANATION: &str = "Used where a network itself learns: from scratch, and when a last stage or block is fine-tuned. Not for this page’s answers, and not for the features that a head learns from: a frozen backbone sees each photo once, without any of this.";
/// Field.
pub const SEED: &str = "First seed";
/// Other ones.
pub const OTHERS: &str = "Other seeds";
/// The photo with the parts.
pub const PHOTO: &str = "The picture with the part that each view shows.";
/// Fact.
pub const MIRRORED: &str = "mirrored";
/// Fact.
pub const PART: &str = "part";
/// Fact.
pub const BRIGHTNESS: &str = "brightness";
/// Fact.
pub const CONTRAST: &str = "contrast";
/// Fact.
pub const SATURATION: &str = "saturation";
/// Answer.
pub const YES: &str = "yes";
/// Answer.
pub const NO: &str = "no";

/// The finding.
pub fn title(views: usize) -> String {
    format!("One picture, {views} different inputs: what a network that learns would be given")
}

/// What is drawn from.
pub fn ranges(recipe: &AugmentationRecipe) -> String {
    format!(
        "Drawn by seed: a part of {} to 100\u{202f}% of the area, {} to {} times as wide as high; mirrored in {} of the cases; brightness, contrast and saturation by a factor of {} to {}.",
        number::percent(recipe.min_area as f32),
        number::fixed(1.0 / recipe.max_aspect, 2),
        number::fixed(recipe.max_aspect, 2),
        number::percent(recipe.flip_probability as f32),
        number::fixed(1.0 - recipe.jitter, 2),
        number::fixed(1.0 + recipe.jitter, 2)
    )
}

/// A view, for those who do not see it.
pub fn view(seed: u64) -> String {
    format!("View of seed {seed}")
}

/// The name of a view.
pub fn seed(seed: u64) -> String {
    format!("Seed {seed}")
}

/// What was drawn, as names and values.
pub fn facts(drawn: &Augmentation) -> [(&'static str, String); 5] {
    let factor = |value: f64| format!("× {}", number::fixed(value, 2));
    [
        (PART, format!("{} × {}", drawn.width, drawn.height)),
        (MIRRORED, if drawn.is_flipped { YES } else { NO }.to_owned()),
        (BRIGHTNESS, factor(drawn.brightness)),
        (CONTRAST, factor(drawn.contrast)),
        (SATURATION, factor(drawn.saturation)),
    ]
}
