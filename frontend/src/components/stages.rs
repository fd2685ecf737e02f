//! The insides of the pipeline's stages, one component a stage; the backbone's is elsewhere. Each fills the panel that opens
//! below the diagram. What a stage says without a script is complete in its HTML: sizes, formulas, answers; the browser
//! adds what it computes from pixels and tensors.

mod answers;
mod class_keys;
pub mod data_table;
mod facts;
mod head;
mod load_notice;
mod options;
mod output;
mod preprocessing;
mod raw_data;

pub use head::HeadStage;
pub use output::OutputStage;
pub use preprocessing::PreprocessingStage;
pub use raw_data::RawDataStage;
