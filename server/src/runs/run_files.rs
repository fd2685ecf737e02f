//! The files of a run, by fixed names: none comes from a client.

use std::path::{Path, PathBuf};

/// A file of a run that is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunFile {
    /// The head that was trained.
    Head,
    /// Everything about the run.
    Report,
    /// Steps and epochs.
    Curve,
    /// What each class's answers are worth.
    Classes,
    /// How the photos were divided.
    Split,
    /// Accuracy by the number of photos.
    Efficiency,
}

impl RunFile {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Head, Self::Report, Self::Curve, Self::Classes, Self::Split, Self::Efficiency];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Head => "head.safetensors",
            Self::Report => "report.json",
            Self::Curve => "curve.csv",
            Self::Classes => "classes.csv",
            Self::Split => "split.json",
            Self::Efficiency => "efficiency.csv",
        }
    }

    /// By its name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|file| file.name() == name)
    }

    /// Its media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Head => "application/octet-stream",
            Self::Report | Self::Split => "application/json",
            Self::Curve | Self::Classes | Self::Efficiency => "text/csv; charset=utf-8",
        }
    }

    /// Where it is.
    pub fn path(self, run_folder: &Path) -> PathBuf {
        run_folder.join(self.name())
    }
}

/// What was asked for and how it stands.
pub const RECORD: &str = "run.json";
/// What was told.
pub const HISTORY: &str = "history.json";
/// What came of it.
pub const RESULT: &str = "result.json";
/// The answer to each test photo.
pub const ANSWERS: &str = "answers.json";
/// Where it goes on.
pub const PROGRESS: &str = "progress";
