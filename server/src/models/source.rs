//! Where a checkpoint comes from, as it is written in an option: `demo`, a path, or `hf:owner/name[@revision][/file]`.
//! Resolving a source gives a file on this machine; reading it is `checkpoint`'s business.

pub mod hub;

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use shared::ModelSlot;
use thiserror::Error;

use hub::{Hub, HubError, HubFile};

/// What stands before a repository on the Hugging Face hub.
const HUB_PREFIX: &str = "hf:";
const DEMO: &str = "demo";

/// A source of weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The weights that ship with the explorer.
    Demo,
    /// A file on this machine.
    Path(PathBuf),
    /// A repository on the hub, as it was written without `hf:`.
    Hub(String),
}

/// A source's file on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedSource {
    /// The file.
    pub path: PathBuf,
    /// What answers call the source: `demo`, the file's name, or the repository.
    pub display_name: String,
}

/// Why a source gives no file.
#[derive(Debug, Error)]
pub enum SourceError {
    /// The assets lack the demo weights.
    #[error(
        "the demo weights are not in {}; point --assets to the explorer's assets, or choose other weights with \
         --resnet and --vit",
        path.display()
    )]
    DemoMissing {
        /// Where they should be.
        path: PathBuf,
    },
    /// No such file.
    #[error("there is no file {}", path.display())]
    PathMissing {
        /// The path.
        path: PathBuf,
    },
    /// The hub.
    #[error(transparent)]
    Hub(#[from] HubError),
}

impl FromStr for Source {
    type Err = Infallible;

    /// Anything that is neither `demo` nor `hf:...` is a path; a file called `demo` is `./demo`.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.strip_prefix(HUB_PREFIX) {
            Some(repository) => Self::Hub(repository.to_owned()),
            None if text == DEMO => Self::Demo,
            None => Self::Path(PathBuf::from(text)),
        })
    }
}

impl Source {
    /// Finds the file, downloading it first if it is on the hub and not in the cache yet.
    ///
    /// # Errors
    /// Says what is missing and what to do.
    pub fn resolve(&self, slot: ModelSlot, assets: &Path) -> Result<ResolvedSource, SourceError> {
        match self {
            Self::Demo => {
                let path = assets.join("weights").join(demo_file(slot));
                if !path.is_file() {
                    return Err(SourceError::DemoMissing { path });
                }
                Ok(ResolvedSource { path, display_name: DEMO.to_owned() })
            }
            Self::Path(path) => {
                if !path.exists() {
                    return Err(SourceError::PathMissing { path: path.clone() });
                }
                let display_name =
                    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
                Ok(ResolvedSource { path: path.clone(), display_name })
            }
            Self::Hub(repository) => {
                let file: HubFile = repository.parse()?;
                let path = Hub::from_env()?.fetch(&file)?;
                Ok(ResolvedSource { path, display_name: format!("{HUB_PREFIX}{repository}") })
            }
        }
    }
}

/// Name of the demo weights of a slot, below `weights` in the assets.
pub fn demo_file(slot: ModelSlot) -> &'static str {
    match slot {
        ModelSlot::Resnet => "resnet50_caltech101.gguf",
        ModelSlot::Vit => "vit_small_patch16_224_caltech101.gguf",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_apart() {
        let table = [
            ("demo", Source::Demo),
            ("./demo", Source::Path("./demo".into())),
            ("weights/my.pth", Source::Path("weights/my.pth".into())),
            ("hf:timm/resnet50.a1_in1k", Source::Hub("timm/resnet50.a1_in1k".to_owned())),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let nowhere = Path::new("no/such/folder");
        let resolve = |source: Source| {
            source.resolve(ModelSlot::Vit, nowhere).expect_err("there is no such file").to_string()
        };
        assert!(resolve(Source::Demo).contains("--assets"));
        assert!(resolve(Source::Path("my.pth".into())).contains("my.pth"));
    }
}
