//! Words of the lenses: their list, and what all of them share. Each lens has a file of its own for the rest.

pub mod similarity;

use crate::drawing::lens::{Lens, LensFamily};
use crate::i18n::number;

/// Heading of the list.
pub const TITLE: &str = "See inside";
/// Below the heading.
pub const LEAD: &str = "Each view answers one question about the picture on the bench with numbers that the models compute for it. Open one; its address reopens it as you left it.";
/// Name of the list.
pub const LIST: &str = "Views";
/// The code of a view is on its way.
pub const FETCHING: &str = "Fetching the view…";
/// The numbers are on their way.
pub const COMPUTING: &str = "The server is computing the numbers…";
/// What is shown is of the question before.
pub const CATCHING_UP: &str = "Catching up…";
/// Name of the buttons below a view.
pub const TOOLS: &str = "Save or share this view";
/// Saves a picture.
pub const SAVE_PNG: &str = "Save PNG";
/// Saves a drawing.
pub const SAVE_SVG: &str = "Save SVG";
/// Saves the numbers.
pub const SAVE_NUMBERS: &str = "Numbers (.npy)";
/// Saves the table.
pub const SAVE_CSV: &str = "Save CSV";
/// Copies the address.
pub const COPY_LINK: &str = "Copy link";
/// The address is copied.
pub const LINK_COPIED: &str = "Link copied.";
/// The browser does not let the page copy.
pub const LINK_NOT_COPIED: &str = "This browser does not let the page copy. The address bar has the link.";
/// A view could not be saved.
pub const NOT_SAVED: &str = "The view could not be saved as a picture.";
/// Opens the numbers as a table.
pub const AS_TABLE: &str = "As a table";
/// The table has nothing to show yet.
pub const NO_ROWS: &str = "No numbers yet.";
/// Name of the choice of a model.
pub const MODEL: &str = "Model";
/// Name of the choice of a node.
pub const NODE: &str = "Layer";
/// Name of the choice of a block.
pub const BLOCK: &str = "Block";
/// Name of the choice of a head.
pub const HEAD: &str = "Head";
/// All heads as one.
pub const MEAN_OF_HEADS: &str = "Mean of heads";
/// Above the links from a node to the lenses.
pub const LOOK_INSIDE: &str = "Look inside";

/// What a lens is called and which question it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LensWords {
    /// Its name.
    pub title: &'static str,
    /// Its question.
    pub question: &'static str,
}

/// The words of a lens in the list.
pub fn words(lens: Lens) -> LensWords {
    let (title, question) = match lens {
        Lens::FeatureMaps => ("Feature maps", "What does each channel of a layer answer to?"),
        Lens::Filters => ("Filters", "Which patterns does a convolution look for?"),
        Lens::ReceptiveField => ("Receptive field", "What can a unit see, and what does it use?"),
        Lens::ClassMap => ("Class map", "Where in the picture does an answer come from?"),
        Lens::Patches => ("Patches", "What does a Transformer read in place of pixels?"),
        Lens::Attention => ("Attention", "What does a token take from the others?"),
        Lens::Rollout => ("Rollout and relevance", "What reaches the answer through all blocks?"),
        Lens::AttentionDistance => ("Attention distance", "How far does each head look?"),
        Lens::AttentionSteps => ("How attention is made", "From queries and keys to one weight: which numbers?"),
        Lens::Similarity => ("Patch similarity", "Which places does a layer hold to be alike?"),
        Lens::LogitLens => ("Logit lens", "After which layer is the answer there?"),
        Lens::Cursor => ("One place, two models", "What do both models make of one place, layer by layer?"),
        Lens::Cka => ("Layers compared", "Which layers of both models hold the same?"),
        Lens::Layers => ("Layer by layer", "What does each layer hold, and what does it take?"),
        Lens::Translation => ("Shift it", "Does the answer stay when the picture moves?"),
        Lens::Shuffle => ("Shuffle it", "Does the answer need the whole, or only its pieces?"),
        Lens::Cover => ("Cover it", "How much of the picture can be missing?"),
        Lens::Skips => ("Without shortcuts", "What does a block's shortcut carry?"),
    };
    LensWords { title, question }
}

/// Name of a group in the list.
pub fn family(family: LensFamily) -> &'static str {
    match family {
        LensFamily::Cnn => "In the CNN",
        LensFamily::Vit => "In the Transformer",
        LensFamily::Both => "In both",
        LensFamily::Experiment => "Experiments",
    }
}

/// Rows of a table that are left out.
pub fn rows_shown(shown: usize, all: usize) -> String {
    format!(
        "The first {} of {} rows; the files hold all of them.",
        number::thousands(shown as u64),
        number::thousands(all as u64)
    )
}

/// A head, counted from 0 as everywhere.
pub fn head(index: usize) -> String {
    format!("Head {index}")
}

/// A block, counted from 0.
pub fn block(index: usize) -> String {
    format!("Block {index}")
}
