//! The options that say what may be trained, by whom, and what that may take.

use std::fmt;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use thiserror::Error;

use super::bytes;
use super::locations::data_folder;
use crate::runs::{AdminToken, NamedDataset, TokenTooShort, TrainingSettings, slug};

/// What a list of data sets in the environment is divided by.
const DELIMITER: char = ';';

/// What may be trained, by whom, and what that may take.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Training")]
pub struct TrainingOptions {
    /// A data set under a name: a folder with one folder of photos for each class. May be given several times; in the environment several
    /// are divided by semicolons.
    #[arg(long = "dataset", env = "EXPLORER_DATASET", value_name = "NAME=PATH", value_delimiter = DELIMITER)]
    pub datasets: Vec<DatasetOption>,
    /// Who sends this token may upload data sets, train, and put heads in place, over the network; at least 16 bytes. Without it training is
    /// off. Other users of this machine can read options, so the environment is the better place for it.
    #[arg(long, env = "EXPLORER_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub admin_token: Option<Secret>,
    /// Folder that keeps uploads, features and runs [default: backbone-explorer/training in $XDG_DATA_HOME or ~/.local/share].
    #[arg(long, env = "EXPLORER_TRAINING_DIR", value_name = "FOLDER")]
    pub training_dir: Option<PathBuf>,
    /// Disk that uploads, features and runs may take.
    #[arg(long, env = "EXPLORER_TRAINING_DISK_MB", default_value = "20000", value_name = "MB")]
    pub training_disk_mb: NonZeroU64,
    /// Largest archive that may be uploaded as a data set.
    #[arg(long, env = "EXPLORER_MAX_ARCHIVE_MB", default_value = "2000", value_name = "MB")]
    pub max_archive_mb: NonZeroU64,
}

/// `NAME=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetOption {
    /// What the data set is called.
    pub name: String,
    /// Its folder.
    pub path: PathBuf,
}

/// A text that shows up nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Why options of training cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TrainingOptionsError {
    /// The token.
    #[error("--admin-token: {0}")]
    Token(#[from] TokenTooShort),
    /// Two names that would have the same address.
    #[error(
        "--dataset: {0:?} and {1:?} are too much alike, as both would be {2:?} in addresses: give one another name"
    )]
    NamesAlike(String, String, String),
    /// A folder that is not there.
    #[error("--dataset {name}: there is no folder {}", path.display())]
    NoFolder {
        /// The data set.
        name: String,
        /// What was named.
        path: PathBuf,
    },
    /// Nowhere to keep anything.
    #[error(
        "--admin-token: there is no folder for what training keeps, as neither $XDG_DATA_HOME nor $HOME is set: name one with --training-dir"
    )]
    NoTrainingFolder,
}

impl TrainingOptions {
    /// What the server may do.
    ///
    /// # Errors
    /// Names the option that cannot be used.
    pub fn settings(&self) -> Result<TrainingSettings, TrainingOptionsError> {
        let admin_token = self.admin_token.as_ref().map(|Secret(text)| AdminToken::new(text)).transpose()?;
        for (index, option) in self.datasets.iter().enumerate() {
            option.check(&self.datasets[..index])?;
        }
        let folder = self.training_dir.clone().or_else(|| Some(data_folder()?.join("training")));
        if admin_token.is_some() && folder.is_none() {
            return Err(TrainingOptionsError::NoTrainingFolder);
        }
        let named =
            |option: &DatasetOption| NamedDataset { name: option.name.clone(), folder: option.path.clone() };
        Ok(TrainingSettings {
            admin_token,
            folder,
            max_disk_bytes: bytes(self.training_disk_mb.get()),
            max_archive_bytes: bytes(self.max_archive_mb.get()),
            datasets: self.datasets.iter().map(named).collect(),
        })
    }
}

impl DatasetOption {
    fn check(&self, before: &[Self]) -> Result<(), TrainingOptionsError> {
        let own = slug(&self.name);
        if let Some(other) = before.iter().find(|other| slug(&other.name) == own) {
            return Err(TrainingOptionsError::NamesAlike(other.name.clone(), self.name.clone(), own));
        }
        if Path::is_dir(&self.path) {
            return Ok(());
        }
        Err(TrainingOptionsError::NoFolder { name: self.name.clone(), path: self.path.clone() })
    }
}

impl FromStr for DatasetOption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').map(|(name, path)| (name.trim(), path.trim()));
        match parts {
            Some((name, path)) if !name.is_empty() && !path.is_empty() => {
                Ok(Self { name: name.to_owned(), path: path.into() })
            }
            _incomplete => Err("write a name and the folder, such as caltech256=/data/caltech256".to_owned()),
        }
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config::Config;

    fn settings(arguments: &[&str]) -> Result<TrainingSettings, TrainingOptionsError> {
        let arguments = ["backbone-explorer", "--training-dir", "kept"].iter().chain(arguments);
        Config::try_parse_from(arguments).expect("valid options").training.settings()
    }

    #[test]
    fn data_sets_are_named_and_told_apart() {
        let here = env!("CARGO_MANIFEST_DIR");
        let [one, two] = ["Caltech 256", "other"].map(|name| format!("{name}={here}"));
        let both = settings(&["--dataset", &one, "--dataset", &two]).expect("two data sets");
        assert_eq!(both.datasets[0], NamedDataset { name: "Caltech 256".to_owned(), folder: here.into() });
        assert_eq!(settings(&["--dataset", &format!("{one};{two}")]).expect("two").datasets, both.datasets);
        let alike = settings(&["--dataset", &one, "--dataset", &format!("caltech-256={here}")]);
        assert!(matches!(alike, Err(TrainingOptionsError::NamesAlike(..))), "{alike:?}");
        let missing = settings(&["--dataset", "a=/no/such/folder"]).expect_err("it is not there");
        assert!(missing.to_string().contains("/no/such/folder"), "{missing}");
        for nonsense in ["caltech", "=path", "name="] {
            assert!(
                Config::try_parse_from(["backbone-explorer", "--dataset", nonsense]).is_err(),
                "{nonsense}"
            );
        }
    }

    #[test]
    fn a_token_is_long_enough_and_never_shown() {
        let short = settings(&["--admin-token", "secret"]).expect_err("too short");
        assert!(!short.to_string().contains("secret") && short.to_string().contains("16"), "{short}");
        let arguments = ["backbone-explorer", "--admin-token", "a long enough secret"];
        let config = Config::try_parse_from(arguments).expect("valid options");
        assert!(!format!("{config:?}").contains("long enough"));
        let settings = settings(&["--admin-token", "a long enough secret"]).expect("long enough");
        assert!(settings.admin_token.is_some_and(|token| token.is("a long enough secret")));
    }
}
