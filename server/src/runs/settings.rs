//! What a server may do with data sets.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// What a server may do with data sets.
#[derive(Clone, Debug, Default)]
pub struct TrainingSettings {
    /// Who has it may change something; none: nobody may.
    pub admin_token: Option<AdminToken>,
    /// Where uploads, features and runs are kept; none: nowhere, and then nothing can be trained.
    pub folder: Option<PathBuf>,
    /// What all of that may take.
    pub max_disk_bytes: u64,
    /// Largest archive.
    pub max_archive_bytes: u64,
    /// Data sets that are there from the start.
    pub datasets: Vec<NamedDataset>,
}

/// A data set that was named when the server started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedDataset {
    /// What it is called.
    pub name: String,
    /// A folder of class folders.
    pub folder: PathBuf,
}

/// The hash of a secret: the secret itself is not kept, and shows up nowhere.
#[derive(Clone)]
pub struct AdminToken(blake3::Hash);

/// A secret that could be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the admin token has {given} bytes, and a shorter one than {} could be guessed: make one with `openssl rand -hex 24`",
    AdminToken::MIN_BYTES
)]
pub struct TokenTooShort {
    given: usize,
}

impl AdminToken {
    /// The shortest that is taken.
    pub const MIN_BYTES: usize = 16;

    /// Of the secret.
    ///
    /// # Errors
    /// It is too short.
    pub fn new(secret: &str) -> Result<Self, TokenTooShort> {
        match secret.len() {
            given if given < Self::MIN_BYTES => Err(TokenTooShort { given }),
            _enough => Ok(Self(blake3::hash(secret.as_bytes()))),
        }
    }

    /// Whether this is the secret. Takes as long wherever the two differ: hashes are compared, in constant time.
    pub fn is(&self, given: &str) -> bool {
        self.0 == blake3::hash(given.as_bytes())
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AdminToken")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_and_says_nothing_of_itself() {
        assert_eq!(AdminToken::new("fifteen bytes !").expect_err("too short"), TokenTooShort { given: 15 });
        let token = AdminToken::new("sixteen bytes !!").expect("long enough");
        assert!(token.is("sixteen bytes !!") && !token.is("sixteen bytes !?") && !token.is(""));
        assert_eq!(format!("{token:?}"), "AdminToken");
    }
}
