//! Words of the page of training: its frame here, each section's in a file of its own.

pub mod admin;
pub mod augmentation;
pub mod datasets;
pub mod efficiency;
pub mod recipe;
pub mod report;
pub mod results;
pub mod runs;

use shared::{ModelSlot, Preprocessing};

use crate::i18n::text::glossary::Term;
use crate::i18n::text::stages::preprocessing;

/// Title of the document, and heading.
pub const TITLE: &str = "Training";
/// Below the heading.
pub const SUBTITLE: &str = "From a folder of photos to a classifier head, watched live: the pipeline of the explorer, run forwards until it has learned.";
/// Description for search engines and previews.
pub const DESCRIPTION: &str = "Train the head of a CNN and of a Vision Transformer on a folder of labelled photos, watch it live, and see what came of it.";
/// First link of the page.
pub const SKIP: &str = "Skip to the data set";
/// Name of the list of sections.
pub const SECTIONS: &str = "Stages of this run";
/// Without a script.
pub const NEEDS_SCRIPT: &str = "Without a script this page shows what the server has; to start a run or to look at a result in detail it needs one. Reports can be read and printed.";
/// The page's own code did not come.
pub const NOT_LOADED: &str = "The code of this page did not load, so it shows what the server had when it was opened. Reload to try again.";
/// Something is on its way.
pub const LOADING: &str = "Loading…";
/// Opens a table below a figure.
pub const AS_TABLE: &str = "The numbers as a table";
/// The link on the page of the explorer, below the head.
pub const TRAIN_YOUR_OWN: &str = "Train a head of your own";
/// What that is.
pub const TRAIN_YOUR_OWN_WHY: &str = "This layer is all that has to be learned to tell other classes apart. The page of training does it before your eyes, on a folder of photos.";

/// A section: fragment of its address, short name, heading, and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Fragment.
    pub id: &'static str,
    /// In the list of sections.
    pub name: &'static str,
    /// Heading.
    pub title: &'static str,
    /// Below the heading.
    pub lead: &'static str,
    /// Terms of the glossary that it uses.
    pub terms: &'static [Term],
}

/// The photos.
pub const RAW_DATA: Section = Section {
    id: "raw-data",
    name: "Raw Data",
    title: "Raw Data: the photos, and which of them may be learned from",
    lead: "A data set is a folder with one folder of photos for each class. Each class is divided by a seed into photos to learn from, photos to make choices by, and photos that nothing is chosen by.",
    terms: &[],
};
/// Before the backbone.
pub const PREPROCESSING: Section = Section {
    id: "preprocessing",
    name: "Preprocessing",
    title: "Preprocessing: every photo becomes the backbone’s input",
    lead: "As in the explorer, and nothing at random: a frozen backbone sees each photo once, so its features are computed from the plain input and kept.",
    terms: &[Term::named("preprocessing")],
};
/// The trunk.
pub const BACKBONE: Section = Section {
    id: "backbone",
    name: "Backbone",
    title: "Backbone: what is kept, and what it makes of a photo",
    lead: "The backbone stays as it is. Each photo goes through it once and leaves its features, which every later run on the same photos finds again.",
    terms: &[Term::named("frozen-backbone"), Term::named("fine-tuning")],
};
/// The fit.
pub const HEAD: Section = Section {
    id: "head",
    name: "Head",
    title: "Head: the one layer that learns",
    lead: "A linear layer from features to a logit for each class, fitted to the training photos. Validation photos say when to stop.",
    terms: &[
        Term::named("cross-entropy"),
        Term::named("learning-rate"),
        Term::named("weight-decay"),
        Term::named("ridge"),
    ],
};
/// The outcome.
pub const LOGITS: Section = Section {
    id: "logits",
    name: "Logits",
    title: "Logits: what came of it, on photos it never saw",
    lead: "The highest logit is the answer. Measured on the test photos, which nothing was chosen by.",
    terms: &[Term::named("confidence-interval"), Term::named("macro-f1"), Term::named("calibration-error")],
};
/// How many photos.
pub const EFFICIENCY: Section = Section {
    id: "efficiency",
    name: "How many photos?",
    title: "How many photos does it take?",
    lead: "Two measurements of the claim that a Vision Transformer needs more data. They answer different questions.",
    terms: &[Term::named("inductive-bias"), Term::named("augmentation")],
};
/// All, in their order.
pub const ALL: [Section; 6] = [RAW_DATA, PREPROCESSING, BACKBONE, HEAD, LOGITS, EFFICIENCY];

/// The family of a backbone, for a table's row.
pub fn family(slot: ModelSlot) -> &'static str {
    match slot {
        ModelSlot::Resnet => "CNN",
        ModelSlot::Vit => "Vision Transformer",
    }
}

/// How a photo becomes an input, in a line.
pub fn preprocessing_line(recipe: &Preprocessing) -> String {
    format!(
        "{}, {}; then the middle, {}",
        preprocessing::resize(recipe),
        preprocessing::interpolation(recipe.interpolation),
        preprocessing::crop(recipe.crop_size)
    )
}

/// Where the explorer shows these steps on a photo.
pub const SEE_PREPROCESSING: &str = "See these steps on a photo, and what augmentation would do to it";

/// What each photo of a run becomes.
pub fn preprocessing_of(name: &str) -> String {
    format!("What {name} reads")
}
