//! What the program does in place of serving: commands with progress bars on the terminal, each a thin layer over `training`. What they
//! have in common, models and progress, is here; each command's options stand with it.

mod data_efficiency;
mod evaluate;
mod from_scratch;
mod model;
mod photos;
mod progress;
mod train_head;

use anyhow::Result;
use clap::Subcommand;

pub use data_efficiency::DataEfficiencyOptions;
pub use evaluate::EvaluateOptions;
pub use from_scratch::FromScratchOptions;
pub use model::RunOptions;
pub use train_head::TrainHeadOptions;

/// A command.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Trains a classifier head on a folder of photos, on top of a frozen backbone.
    TrainHead(Box<TrainHeadOptions>),
    /// Measures a head on a folder of photos that it has not seen.
    Evaluate(Box<EvaluateOptions>),
    /// Measures how accuracy grows with the number of photos a class, on both backbones.
    DataEfficiency(Box<DataEfficiencyOptions>),
    /// Trains a small CNN and a small ViT of equal size on few to all photos a class, and on nothing else.
    FromScratch(Box<FromScratchOptions>),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// Says what was wrong and what to do.
    pub fn execute(&self) -> Result<()> {
        match self {
            Self::TrainHead(options) => train_head::execute(options),
            Self::Evaluate(options) => evaluate::execute(options),
            Self::DataEfficiency(options) => data_efficiency::execute(options),
            Self::FromScratch(options) => from_scratch::execute(options),
        }
    }
}
