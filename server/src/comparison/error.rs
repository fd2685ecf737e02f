//! Why layers cannot be compared, or what was measured cannot be read.

use std::path::PathBuf;

use shared::{ModelSlot, NodeId};
use thiserror::Error;

use crate::analysis::cka::TooFewExamples;

/// Why layers cannot be compared.
#[derive(Debug, Error)]
pub enum ComparisonError {
    /// The folder of pictures, or one in it.
    #[error("the folder {} cannot be read", path.display())]
    FolderUnreadable {
        /// Which folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not one minibatch.
    #[error(
        "there are fewer than {batch_size} pictures that can be read: name another folder, or a smaller --batch-size"
    )]
    TooFewPictures {
        /// Of the plan.
        batch_size: usize,
    },
    /// A minibatch that nothing can be estimated from.
    #[error(transparent)]
    TooFewExamples(#[from] TooFewExamples),
    /// A layer that holds the same for every picture.
    #[error("{node} of {slot} holds the same for every picture, so nothing can be said of what it is like")]
    Constant {
        /// Whose layer.
        slot: ModelSlot,
        /// Which one.
        node: NodeId,
    },
    /// A forward pass.
    #[error("{slot} does not run on these pictures")]
    Forward {
        /// Which model.
        slot: ModelSlot,
        /// Why.
        source: candle_core::Error,
    },
    /// What is done cannot be kept or found again.
    #[error("{} cannot be read or written: where it is no longer needed, remove it", path.display())]
    Progress {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
