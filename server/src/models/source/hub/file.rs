//! The name of a file on the hub: `owner/name[@revision][/file]`.

use std::fmt;
use std::str::FromStr;

use hf_hub::{Repo, RepoType};

use super::HubError;

const DEFAULT_REVISION: &str = "main";

/// A file on the hub, or a repository whose weights are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubFile {
    /// `owner/name`
    pub id: String,
    /// A branch, tag or commit.
    pub revision: String,
    /// Path in the repository; `None` leaves the choice to what it has.
    pub path: Option<String>,
}

impl HubFile {
    /// The repository at the revision.
    pub fn repository(&self) -> Repo {
        Repo::with_revision(self.id.clone(), RepoType::Model, self.revision.clone())
    }
}

impl FromStr for HubFile {
    type Err = HubError;

    fn from_str(text: &str) -> Result<Self, HubError> {
        let refuse = || HubError::Name(text.to_owned());
        let mut parts = text.splitn(3, '/');
        let (owner, name) = parts.next().zip(parts.next()).ok_or_else(refuse)?;
        let path = parts.next().map(str::to_owned);
        let (name, revision) = name.split_once('@').unwrap_or((name, DEFAULT_REVISION));
        let is_path = path.as_deref().is_none_or(|path| path.split('/').all(is_segment));
        if ![owner, name, revision].into_iter().all(is_segment) || !is_path {
            return Err(refuse());
        }
        Ok(Self { id: format!("{owner}/{name}"), revision: revision.to_owned(), path })
    }
}

/// All of these become names of files and parts of addresses.
fn is_segment(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+');
    !text.is_empty() && text != "." && text != ".." && text.bytes().all(is_plain)
}

impl fmt::Display for HubFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "hf:{}", self.id)?;
        if self.revision != DEFAULT_REVISION {
            write!(formatter, "@{}", self.revision)?;
        }
        match &self.path {
            Some(path) => write!(formatter, "/{path}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        let table = [
            ("timm/resnet50.a1_in1k", ("timm/resnet50.a1_in1k", "main", None)),
            ("google/vit-base-patch16-224@v1.0", ("google/vit-base-patch16-224", "v1.0", None)),
            ("a/b@0123abc/sub/model.gguf", ("a/b", "0123abc", Some("sub/model.gguf"))),
        ];
        for (text, (id, revision, path)) in table {
            let file: HubFile = text.parse().expect("a name");
            assert_eq!(
                (file.id.as_str(), file.revision.as_str(), file.path.as_deref()),
                (id, revision, path)
            );
            assert_eq!(file.to_string(), format!("hf:{text}"));
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "resnet50", "a/", "/b", "a/b/", "a/b@", "../b", "a/b/../../c", "a/b/c d", "a/b?c"] {
            assert!(text.parse::<HubFile>().is_err(), "{text}");
        }
    }
}
