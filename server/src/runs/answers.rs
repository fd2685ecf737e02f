//! The answers to a run's test photos, by class and answer.

use std::path::Path;

use shared::training::AnsweredPhoto;

use super::error::RunsError;
use super::run_files::ANSWERS;
use crate::safe_file;

/// Which answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnswerFilter {
    /// To photos of this class.
    pub class: Option<usize>,
    /// That were this class.
    pub answer: Option<usize>,
}

impl AnswerFilter {
    /// The answers that are wanted, the most certain first.
    ///
    /// # Errors
    /// The run has none, or they cannot be read.
    pub fn read(self, run_folder: &Path) -> Result<Vec<AnsweredPhoto>, RunsError> {
        let path = run_folder.join(ANSWERS);
        let bytes = safe_file::read_if_there(&path).map_err(RunsError::file(&path))?;
        let bytes = bytes.ok_or_else(|| {
            RunsError::Unknown(
                "This run has no answers to test photos: only a head that is done has.".to_owned(),
            )
        })?;
        let answers: Vec<AnsweredPhoto> =
            serde_json::from_slice(&bytes).map_err(|error| RunsError::file(path)(error.into()))?;
        let mut wanted: Vec<AnsweredPhoto> =
            answers.into_iter().filter(|answered| self.wants(answered)).collect();
        wanted.sort_by(|one, other| other.probability.total_cmp(&one.probability));
        Ok(wanted)
    }

    fn wants(self, answered: &AnsweredPhoto) -> bool {
        self.class.is_none_or(|class| class == answered.class_index)
            && self.answer.is_none_or(|answer| answer == answered.answer_index)
    }
}
