//! Words around the sections: head of the page, bench, upload, failures.

use shared::{Accuracy, ImageInfo, Timings};

use crate::i18n::number;

/// Title of the document.
pub const DOCUMENT_TITLE: &str = "Model Architecture: inside a CNN and a Vision Transformer";
/// Title of the document while the models cannot answer.
pub const UNAVAILABLE: &str = "Not ready yet";
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

/// Neither the server nor this page has the picture any more.
pub const PICTURE_GONE: &str = "The picture is no longer at hand. Choose it again.";

/// A file above the server's limit.
pub fn file_too_large(size_bytes: u64, limit_bytes: u64) -> String {
    let (size, limit) = (number::bytes(size_bytes), number::bytes(limit_bytes));
    format!("It has {size}, and this server takes {limit} at most. A smaller export or a screenshot will do.")
}

/// Name of the panel with the picture.
pub const BENCH: &str = "The picture and both answers";
/// The bar that opens the panel.
pub const OPEN_BENCH: &str = "Picture and answers:";
/// Name of the picture's frame.
pub const PICTURE_KEYS: &str = "Picture. Arrow keys move the shared cursor, Escape removes it.";
/// Name of the row of samples.
pub const SAMPLES: &str = "Sample photos";
/// The file button.
pub const UPLOAD: &str = "Use your photo";
/// The camera button.
pub const CAMERA: &str = "Take one";
/// Beside the file button.
pub const UPLOAD_HINT: &str = "or drop it anywhere, or paste it";
/// While a file is dragged over the page.
pub const DROP_HERE: &str = "Drop the picture to put it on the bench";
/// Ends a job.
pub const CANCEL: &str = "Cancel";
/// Closes a notice.
pub const CLOSE: &str = "Close";
/// Starts a failed job again.
pub const TRY_AGAIN: &str = "Try again";
/// Loads the page anew.
pub const RELOAD: &str = "Reload";
/// The code of a part of the page did not come.
pub const PART_MISSING: &str =
    "This part of the page did not load, so it does not react yet. Whatever it already shows is right.";
/// A model has not answered yet.
pub const LOOKING: &str = "Looking…";
/// Both models have not answered yet.
pub const BOTH_LOOKING: &str = "Both models are looking at it.";
/// A model failed to answer.
pub const NO_ANSWER: &str = "No answer";
/// At least one model failed to answer.
pub const ANSWER_MISSING: &str = "An answer is missing.";
/// After the reason why a picture was refused.
pub const REFUSED_KEPT: &str = "The picture before it is back on the bench.";
/// After the reason why a picture was not sent.
pub const NOT_SENT_KEPT: &str = "It is kept here; nothing is lost.";
/// The address asks for a picture that is elsewhere.
pub const ELSEWHERE: &str = "This link was made with someone's own photo.";
/// What is shown in its place.
pub const ELSEWHERE_SHOWN: &str =
    "Such a photo stays in the browser that opened it, so you see a sample in its place.";
/// The disclosure of the weights.
pub const WEIGHTS: &str = "About these weights";
/// Row of the weights.
pub const WEIGHTS_TITLE: &str = "Weights";
/// Row of the weights.
pub const WEIGHTS_SOURCE: &str = "Source";
/// Row of the weights.
pub const WEIGHTS_TRAINED: &str = "Trained on";
/// Row of the weights.
pub const WEIGHTS_ORIGIN: &str = "Origin";
/// Row of the weights.
pub const WEIGHTS_ACCURACY: &str = "Accuracy";
/// Row of the weights.
pub const WEIGHTS_LABELS: &str = "Classes";
/// Row of the weights.
pub const WEIGHTS_LICENSE: &str = "Licence";
/// Row of the weights.
pub const WEIGHTS_FILE: &str = "File";
/// Heading of how to load others.
pub const OTHER_WEIGHTS: &str = "Load others";
/// How to load others.
pub const OTHER_WEIGHTS_HOW: &str =
    "A torchvision, timm or transformers checkpoint, as a file or from the Hugging Face hub:";
/// An example of it.
pub const OTHER_WEIGHTS_COMMAND: &str =
    "cargo xtask run -- \\\n  --resnet hf:timm/resnet50.a1_in1k \\\n  --vit my_vit.safetensors";
/// No accuracy is known.
pub const ACCURACY_UNKNOWN: &str = "Accuracy not stated";
/// Foot of the page.
pub const FOOTER: &str =
    "Every number on this page is computed from the models that are loaded, or measured while they run.";
/// Link to the explanation of all terms.
pub const GLOSSARY: &str = "Glossary";
/// Link to the interface's documentation.
pub const API_DOCS: &str = "API";
/// Link to the interface's description for programs.
pub const OPENAPI: &str = "OpenAPI";

/// Size and format of a picture: `600 × 400 px, JPEG`.
pub fn picture_size(info: &ImageInfo) -> String {
    format!("{} × {} px, {}", info.width, info.height, info.format)
}

/// A picture is on its way.
pub fn sending(name: &str, size_bytes: u64) -> String {
    format!("Sending {name}, {}.", number::bytes(size_bytes))
}

/// A picture could not be sent and waits.
pub fn waiting_to_send(name: &str) -> String {
    format!("{name} waits to be sent.")
}

/// One model has not answered yet.
pub fn looking(model: &str) -> String {
    format!("{model} is still looking.")
}

/// What both models say, as (model, class).
pub fn outcome(first: (&str, &str), second: (&str, &str)) -> String {
    if first.1 == second.1 {
        return format!("Both say {}.", first.1);
    }
    format!("{} says {}, {} says {}.", first.0, first.1, second.0, second.1)
}

/// A picture cannot be used.
pub fn refused(name: &str) -> String {
    format!("{name} cannot be used")
}

/// A picture could not be sent.
pub fn not_sent(name: &str) -> String {
    format!("{name} was not sent")
}

/// What the network took, and what came before it.
pub fn timing(timings: &Timings) -> String {
    let before = timings.decode_ms + timings.preprocess_ms + timings.queue_ms;
    format!(
        "{} in the network, {} before it",
        number::milliseconds(timings.forward_ms),
        number::milliseconds(before)
    )
}

/// How often the model is right, briefly.
pub fn accuracy(accuracy: &Accuracy) -> String {
    format!("Right on {:.1}\u{202f}% of {}", accuracy.top1_percent, accuracy.dataset)
}

/// How often the model is right.
pub fn accuracy_in_full(accuracy: &Accuracy) -> String {
    format!(
        "{:.1}\u{202f}% first, {:.1}\u{202f}% among the first five, on {}",
        accuracy.top1_percent, accuracy.top5_percent, accuracy.dataset
    )
}

/// How many classes, and where their names come from.
pub fn labels(count: usize, source: &str) -> String {
    format!("{count}, {source}")
}

/// The class that a sample shows.
pub fn expected(label: &str) -> String {
    format!("This sample shows a class both models know: {label}.")
}

/// A sample that shows none of the classes.
pub fn nothing_expected(count: usize) -> String {
    format!("This sample shows none of the {count} classes, so neither model can be right.")
}

/// The value of a map's cell, counted from 0 as the API does.
pub fn cell_value(row: usize, column: usize, value: &str) -> String {
    format!("Row {row}, column {column}: {value}.")
}
