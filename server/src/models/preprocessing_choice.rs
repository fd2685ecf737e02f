//! Which preprocessing a model gets: that of an option's file, or the checkpoint's own, or the usual one. Doing it is
//! `preprocess`'s business.

use std::path::{Path, PathBuf};

use shared::{ArchitectureConfig, Preprocessing, Resize};
use thiserror::Error;

/// Largest side before and after the crop, in pixels.
const MAX_SIDE: usize = 4096;
/// A ResNet halves its input five times.
const MIN_CROP_SIZE: usize = 32;

/// Why there is no preprocessing.
#[derive(Debug, Error)]
pub enum PreprocessingError {
    /// The file cannot be read.
    #[error("the preprocessing in {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error(
        "{} is no preprocessing ({source}); it looks like this: {example}",
        path.display(),
        example = example()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where it goes wrong.
        source: serde_json::Error,
    },
    /// Sizes, mean or deviation that no picture can be brought to.
    #[error("the preprocessing of {origin} cannot be used: {reason}")]
    Invalid {
        /// The file, or `the checkpoint`.
        origin: String,
        /// What is wrong.
        reason: String,
    },
}

/// The preprocessing of a model, checked to give what the model reads.
///
/// # Errors
/// If the file is none, or its crop is not what a ViT reads.
pub fn choose(
    file: Option<&Path>,
    checkpoint: Option<&Preprocessing>,
    architecture: &ArchitectureConfig,
) -> Result<Preprocessing, PreprocessingError> {
    let (preprocessing, origin) = match (file, checkpoint) {
        (Some(path), _) => (read(path)?, path.display().to_string()),
        (None, Some(preprocessing)) => (preprocessing.clone(), "the checkpoint".to_owned()),
        (None, None) => (usual(architecture), "a bare checkpoint".to_owned()),
    };
    match fault(&preprocessing, architecture) {
        None => Ok(preprocessing),
        Some(reason) => Err(PreprocessingError::Invalid { origin, reason }),
    }
}

/// The default; at another input size the shorter side grows with it.
fn usual(architecture: &ArchitectureConfig) -> Preprocessing {
    let default = Preprocessing::default();
    let size = architecture.image_size();
    let Resize::ShorterSide { size: default_side } = default.resize else { return default };
    let side = size * default_side / default.crop_size;
    Preprocessing { resize: Resize::ShorterSide { size: side }, crop_size: size, ..default }
}

fn read(path: &Path) -> Result<Preprocessing, PreprocessingError> {
    let bytes = std::fs::read(path)
        .map_err(|source| PreprocessingError::Unreadable { path: path.to_owned(), source })?;
    serde_json::from_slice(&bytes)
        .map_err(|source| PreprocessingError::Malformed { path: path.to_owned(), source })
}

fn example() -> String {
    serde_json::to_string(&Preprocessing::default()).expect("numbers and names are JSON")
}

fn fault(preprocessing: &Preprocessing, architecture: &ArchitectureConfig) -> Option<String> {
    let crop = preprocessing.crop_size;
    let (width, height) = match preprocessing.resize {
        Resize::ShorterSide { size } => (size, size),
        Resize::Squash { width, height } => (width, height),
    };
    if [width, height, crop].into_iter().any(|side| side == 0 || side > MAX_SIDE) {
        return Some(format!("its sizes must lie in 1..={MAX_SIDE} pixels"));
    }
    if !preprocessing.mean.iter().all(|mean| mean.is_finite()) {
        return Some("its mean is not finite".to_owned());
    }
    if !preprocessing.std.iter().all(|std| std.is_finite() && *std > 0.0) {
        return Some("its standard deviation is not positive".to_owned());
    }
    match architecture {
        ArchitectureConfig::Vit(config) if config.image_size != crop => Some(format!(
            "it cuts {crop} pixels, but the model's positions are those of {}",
            config.image_size
        )),
        ArchitectureConfig::Resnet(_) if crop < MIN_CROP_SIZE => {
            Some(format!("it cuts {crop} pixels; a ResNet needs at least {MIN_CROP_SIZE}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};

    use super::*;

    fn vit(image_size: usize) -> ArchitectureConfig {
        ArchitectureConfig::Vit(VitConfig {
            dim: 64,
            depth: 1,
            num_heads: 1,
            mlp_dim: 64,
            patch_size: 16,
            image_size,
            num_classes: 2,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::ClassToken,
        })
    }

    fn resnet() -> ArchitectureConfig {
        let block = BlockKind::Basic;
        ArchitectureConfig::Resnet(ResNetConfig {
            block,
            stage_depths: [2; 4],
            num_classes: 2,
            image_size: 224,
        })
    }

    #[test]
    fn a_bare_checkpoint_gets_the_usual_preprocessing_at_its_size() {
        assert_eq!(choose(None, None, &vit(224)).expect("the default"), Preprocessing::default());
        let large = choose(None, None, &vit(384)).expect("the default");
        assert_eq!((large.resize, large.crop_size), (Resize::ShorterSide { size: 438 }, 384));
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let usual = Preprocessing::default();
        let table = [
            (Preprocessing { std: [0.0; 3], ..usual.clone() }, resnet(), "standard deviation"),
            (Preprocessing { mean: [f32::NAN; 3], ..usual.clone() }, resnet(), "mean"),
            (Preprocessing { crop_size: 1 << 20, ..usual.clone() }, resnet(), "4096"),
            (Preprocessing { resize: Resize::ShorterSide { size: 0 }, ..usual.clone() }, resnet(), "sizes"),
            (Preprocessing { crop_size: 16, ..usual.clone() }, resnet(), "at least 32"),
            (usual, vit(384), "it cuts 224 pixels, but the model's positions are those of 384"),
        ];
        for (preprocessing, architecture, expected) in table {
            let error = choose(None, Some(&preprocessing), &architecture).expect_err("it cannot be used");
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
