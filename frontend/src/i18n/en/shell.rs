//! Words around the sections: head of the page, bench, upload, failures.

use crate::i18n::number;

/// Title of the document.
pub const DOCUMENT_TITLE: &str = "Model Architecture: inside a CNN and a Vision Transformer";
/// Description for search engines and previews.
pub const DESCRIPTION: &str = "Put a photo through a convolutional network and a Vision Transformer and see how each looks at it, layer by layer.";
/// First link of the page.
pub const SKIP: &str = "Skip to the pipeline";
/// Where the page belongs, from the outside in.
pub const BREADCRUMB: [&str; 3] = ["Assignment 1", "Image", "Model Backbone"];
/// Name of the breadcrumb.
pub const BREADCRUMB_LABEL: &str = "Breadcrumb";
/// Heading of the page.
pub const TITLE: &str = "Model Architecture";
/// Below the heading.
pub const SUBTITLE: &str =
    "Interactive exploration of the end-to-end training pipeline and backbone architectures.";
/// Name of the model toggle.
pub const MODEL_TOGGLE: &str = "Model";
/// The family of the CNN.
pub const CNN: &str = "CNN";
/// The family of the ViT.
pub const TRANSFORMER: &str = "Transformer";
/// Name of the links to the sections.
pub const SECTIONS: &str = "Sections";
/// Short names of the sections.
pub const SECTION_NAMES: [&str; 3] = ["Pipeline", "Specifications", "Mechanism"];
/// The switch to the dark theme.
pub const TO_DARK: &str = "Dark theme";
/// The switch to the light theme.
pub const TO_LIGHT: &str = "Light theme";
/// The server cannot be reached.
pub const SERVER_UNREACHABLE: &str = "The server did not answer. Check the connection and try again.";
/// The server's answer makes no sense to this page.
pub const ANSWER_UNREADABLE: &str =
    "The server sent something that this page cannot read. Reload the page; its version may have changed.";

/// A file above the server's limit.
pub fn file_too_large(size_bytes: u64, limit_bytes: u64) -> String {
    let (size, limit) = (number::bytes(size_bytes), number::bytes(limit_bytes));
    format!("It has {size}, and this server takes {limit} at most. A smaller export or a screenshot will do.")
}
