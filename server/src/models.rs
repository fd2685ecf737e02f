//! The models themselves: checkpoints are read into layer structs whose forward pass can be observed node by node.

pub mod backbone;
pub mod capture;
pub mod checkpoint;
pub mod gradients;
pub mod interventions;
pub mod labels;
pub mod layers;
pub mod observer;
pub mod parameters;
pub mod preprocess;
pub mod preprocessing_choice;
pub mod registry;
pub mod resnet;
pub mod source;
pub mod stopwatch;
pub mod tail;
pub mod vit;
pub mod with_head;

pub use backbone::Backbone;
pub use capture::{Capture, Captured};
pub use observer::{Observer, Unobserved};
pub use parameters::ParameterSource;
