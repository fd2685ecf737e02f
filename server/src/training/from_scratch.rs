//! A small CNN and a small ViT of equal size that learn from the same few photos and nothing else: what their designs bring along. `network`
//! says what they are, `lesson` trains one of them, `experiment` all of them: learning rates are chosen by validation photos, as many tries
//! for each; then one model of each kind for every count of photos and every seed is measured on the test photos.
//!
//! On a CPU each model is trained on a thread of its own: steps of models this small are too short to be shared.

mod adam_w;
mod cnn;
mod experiment;
mod lesson;
mod network;
mod pair;
mod photos;
mod plan;
mod record;
mod vit;
mod workers;

pub use adam_w::AdamW;
pub use cnn::Cnn;
pub use experiment::{Settings, learn};
pub use network::{Network, ParameterSpec, Start, Weights};
pub use pair::pair;
pub use plan::{check, command, num_models};
pub use record::FILE as RECORD_FILE;
pub use vit::Vit;
