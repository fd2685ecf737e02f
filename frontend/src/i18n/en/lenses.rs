//! Words of the lenses: the menu and the frame that all share; each lens's own words in a file of its own.

pub mod attention;
pub mod attention_distance;
pub mod attention_steps;
pub mod cka;
pub mod class_map;
pub mod cover;
pub mod cursor;
pub mod experiment;
pub mod feature_maps;
pub mod filters;
pub mod layers;
pub mod logit_lens;
pub mod patches;
pub mod receptive_field;
pub mod rollout;
pub mod shuffle;
pub mod similarity;
pub mod skips;
pub mod translation;

use crate::drawing::lens::Lens;

/// Heading of the part.
pub const TITLE: &str = "See inside";
/// Below the heading.
pub const LEAD: &str = "Instruments to hold against your picture: each shows what the loaded models compute for it, in numbers that you can take along.";
/// Names of the groups, in their order.
pub const GROUPS: [&str; 4] =
    ["The CNN", "The Vision Transformer", "Both together", "Claims, tried on your picture"];
/// While the first numbers come.
pub const COMPUTING: &str = "Computing for this picture…";
/// Closes a lens.
pub const CLOSE: &str = "Close";
/// Saves a picture of the lens.
pub const SAVE_PNG: &str = "Save PNG";
/// Saves a drawing of the lens.
pub const SAVE_SVG: &str = "Save SVG";
/// Saves the numbers as text.
pub const SAVE_CSV: &str = "Save CSV";
/// Saves the numbers exactly.
pub const NUMBERS: &str = "Numbers (.npy)";
/// Copies the address.
pub const COPY_LINK: &str = "Copy link";
/// It is done.
pub const COPIED: &str = "Link copied";
/// The table that stands for the picture.
pub const AS_TABLE: &str = "The numbers as a table";
/// Chooses a layer.
pub const LAYER: &str = "Layer";
/// Finds a class.
pub const FIND_CLASS: &str = "Find a class";
/// Chooses a class.
pub const CLASS: &str = "Class";
/// No class has such a name.
pub const NO_CLASS: &str = "No class has that in its name.";
/// Chooses a model.
pub const MODEL: &str = "Model";

/// Chooses a block.
pub const BLOCK: &str = "Block";
/// Chooses a head.
pub const HEAD: &str = "Head";
/// All heads as one: value in the address and words.
pub const FUSIONS: [(&str, &str); 2] = [("mean", "Mean of all"), ("max", "Largest of all")];
/// How to read a chart.
pub const CHART_HINT: &str = "Point at the chart, or use the arrow keys on it, to read a value.";

/// One of several, counted from 0 as in the model's own names.
pub fn position(index: usize, count: usize) -> String {
    format!("{index} (of 0–{})", count.saturating_sub(1))
}

/// A point of a chart in words.
pub fn reading(series: &str, x_name: &str, x: &str, y_name: &str, y: &str) -> String {
    format!("{series}: {x_name} {x}, {y_name} {y}")
}

/// A cell of a matrix in words.
pub fn cell(row: &str, column: &str, value: &str) -> String {
    format!("{row} · {column}: {value}")
}

/// What is saved is called.
pub fn file_name(lens: Lens, picture: &str) -> String {
    format!("{}-{picture}", lens.name())
}

/// How many rows of a table are shown.
pub fn rows_shown(shown: usize, all: usize) -> Option<String> {
    (shown < all).then(|| format!("The first {shown} of {all} rows; the files hold all."))
}

/// The heading of a lens in the menu.
pub fn title(lens: Lens) -> &'static str {
    match lens {
        Lens::FeatureMaps => "Feature maps",
        Lens::Filters => "Filters at work",
        Lens::ReceptiveField => "Receptive field",
        Lens::ClassMap => "Class activation map",
        Lens::Patches => "Patches and positions",
        Lens::Attention => "Attention",
        Lens::Rollout => "Rollout and relevance",
        Lens::AttentionDistance => "How far each head looks",
        Lens::AttentionSteps => "How attention is made",
        Lens::Cursor => "One place, both models",
        Lens::Similarity => "Alike places",
        Lens::LogitLens => "Logit lens",
        Lens::Cka => "Alike layers (CKA)",
        Lens::Layers => "Layer by layer",
        Lens::Translation => "Translation",
        Lens::Shuffle => "Locality",
        Lens::Cover => "Long range",
        Lens::Skips => "Skips",
    }
}

/// The question that a lens answers.
pub fn question(lens: Lens) -> &'static str {
    match lens {
        Lens::FeatureMaps => "What does each channel of a layer find in this picture?",
        Lens::Filters => "How does a kernel make one number out of a window?",
        Lens::ReceptiveField => "What can a unit have seen, and what did it use?",
        Lens::ClassMap => "Where in the picture does a class's logit come from?",
        Lens::Patches => "What does the model know of a patch and of its place?",
        Lens::Attention => "What does a token look at, in any block and head?",
        Lens::Rollout => "What reached the class token through all blocks, and what counted for a class?",
        Lens::AttentionDistance => "Is attention global from the first layer?",
        Lens::AttentionSteps => "From queries and keys to a weighted sum, in real numbers.",
        Lens::Cursor => "What has the CNN seen of this place, and what does the ViT relate it to?",
        Lens::Similarity => "Which places look alike to the model, and from which layer on?",
        Lens::LogitLens => "What would the model answer after each layer?",
        Lens::Cka => "Which layers of the two models represent pictures alike?",
        Lens::Layers => "What does every layer cost, hold and take, for this picture?",
        Lens::Translation => "Does the answer stay when the picture moves by a few pixels?",
        Lens::Shuffle => "How much does each model need the order of the pieces?",
        Lens::Cover => "What changes elsewhere when a part is covered?",
        Lens::Skips => "What breaks when a shortcut or a branch is switched off?",
    }
}
