//! Which photos a command works on.

use std::path::{Path, PathBuf};

use clap::Args;

use super::progress::{Terminal, list_skipped};
use crate::dataset::{Dataset, DatasetError};
use crate::stop_flag::StopFlag;

/// The photos to learn from, and those to measure on.
#[derive(Args, Clone, Debug)]
pub struct PhotoOptions {
    /// Folder with one folder of photos for each class.
    #[arg(long, value_name = "FOLDER")]
    pub dataset: PathBuf,
    /// Another folder with the same class folders, for the test [default: a part of the data set].
    #[arg(long, value_name = "FOLDER")]
    pub test: Option<PathBuf>,
    /// What the data set is called [default: the folder's name].
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

impl PhotoOptions {
    /// Looks at the files, says how far that is and which are no pictures. The photos of the test have the classes of the others.
    ///
    /// # Errors
    /// A folder cannot be used, or they have other classes.
    pub fn open(
        &self,
        cache: Option<&Path>,
        stop: &StopFlag,
        terminal: &mut Terminal,
    ) -> Result<(Dataset, Option<Dataset>), DatasetError> {
        let mut reading = |progress| terminal.reading(&progress);
        let test = self.test.as_deref();
        let (dataset, test) = Dataset::open_with_test(&self.dataset, test, cache, stop, &mut reading)?;
        terminal.clear();
        list_skipped(&dataset.skipped);
        Ok((dataset.named(self.name.clone()), test))
    }
}
