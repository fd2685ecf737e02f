//! Training heads on what a backbone holds before its own: features are computed once and kept (`features`), a linear layer is fitted to
//! them step by step (`fit`) or at once (`ridge`), and measured on pictures that it has not seen (`evaluate`). `job` goes the whole way, says
//! what happens to a watcher, ends when a flag says so and goes on from there. The trunk is never changed. `from_scratch` trains small models that
//! have no trunk. It knows no HTTP and no terminal.

pub mod data_efficiency;
mod error;
mod evaluate;
mod examples;
mod feature_cache;
mod feature_store;
mod feature_table;
mod features;
mod fine_tuning;
mod fit;
pub mod from_scratch;
mod job;
mod objective;
mod optimizer;
mod prepared;
mod progress_file;
mod report;
mod ridge;

pub use error::TrainingError;
pub use evaluate::{Answer, Answers, evaluate, evaluate_head};
pub use examples::{Examples, Head, Scaling};
pub use feature_cache::{bound_feature_cache, feature_cache_bytes};
pub use feature_table::FeatureTable;
pub use features::{Extracted, Extraction, Settings, Trunk, extract};
pub use fine_tuning::TrainableTail;
pub use fit::{Fit, FitPlan, StepOutcome};
pub use job::{Job, SplitSource, TestOrigin, Trained, train_head};
pub use objective::Objective;
pub use optimizer::{Moments, Parameter};
pub use progress_file::kept_curves;
pub use report::{classes_csv, curve_csv, efficiency_csv, scratch_csv};
pub use ridge::{Ridge, RidgeError, temperature};
