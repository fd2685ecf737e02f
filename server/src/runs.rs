//! What a server does with data sets: keeps them, trains on them one run a device, and tells whoever watches. Everything that has to outlive
//! the process lies in one folder whose size is bounded; runs go on from what is there. Stands between `http` and `training`; it knows no HTTP.

mod answers;
mod carry_out;
mod datasets;
mod desk;
mod disk;
mod error;
mod feed;
mod folder;
mod history;
mod listing;
mod recorder;
mod results;
mod run;
mod run_files;
mod settings;
mod state;
mod training;
mod upload;
mod validation;
mod worker;

pub use answers::AnswerFilter;
pub use datasets::{Datasets, KnownDataset, slug};
pub use error::RunsError;
pub use feed::{Feed, Watch};
pub use run::{HeadRecord, Record, Run};
pub use run_files::RunFile;
pub use settings::{AdminToken, NamedDataset, TokenTooShort, TrainingSettings};
pub use training::{IsBusy, Training};
pub use upload::Upload;
