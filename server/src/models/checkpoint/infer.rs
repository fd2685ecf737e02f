//! The hyper-parameters of a model, read off the shapes of its tensors. What leaves no trace in them, such as the number
//! of heads, comes from a config beside the file, or else from the family's convention. Where a tensor that tells a
//! size is itself missing, a usual size takes its place, so that the comparison that follows can list what is missing.

use std::collections::BTreeSet;

use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};
use shared::{ArchitectureConfig, ModelSlot};

use super::error::CheckpointError;
use super::parameters::NamedTensors;

/// Largest side of a ViT's input: its attention grows with the fourth power.
const MAX_IMAGE_SIZE: usize = 2048;
/// Features of a head in every ViT from Ti to L.
const USUAL_HEAD_DIM: usize = 64;
/// ViT-H, the one published size with another `head_dim`: 1280 features, 16 heads.
const VIT_HUGE: (usize, usize) = (1280, 16);
/// A ResNet reads any size; its preprocessing says which, later.
const RESNET_IMAGE_SIZE: usize = 224;

/// What the tensors do not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hints {
    /// Heads in each block.
    pub num_heads: Option<usize>,
    /// Added to the variance in every LayerNorm.
    pub layer_norm_epsilon: Option<f64>,
    /// Side of the input, where it is not a multiple of the patch.
    pub image_size: Option<usize>,
    /// What the head reads.
    pub pooling: Option<Pooling>,
}

impl Hints {
    /// These, and those of `other` where these say nothing.
    pub fn or(self, other: Self) -> Self {
        Self {
            num_heads: self.num_heads.or(other.num_heads),
            layer_norm_epsilon: self.layer_norm_epsilon.or(other.layer_norm_epsilon),
            image_size: self.image_size.or(other.image_size),
            pooling: self.pooling.or(other.pooling),
        }
    }
}

/// The config of the model that the tensors belong to.
///
/// # Errors
/// If it cannot be told, or is no ResNet and no plain ViT.
pub fn architecture(tensors: &NamedTensors, hints: &Hints) -> Result<ArchitectureConfig, CheckpointError> {
    match tensors.family() {
        ModelSlot::Vit => Ok(ArchitectureConfig::Vit(vit(tensors, hints)?)),
        ModelSlot::Resnet => Ok(ArchitectureConfig::Resnet(resnet(tensors))),
    }
}

fn resnet(tensors: &NamedTensors) -> ResNetConfig {
    let has_third_convolution = tensors.names().any(|name| name.contains(".conv3."));
    ResNetConfig {
        block: if has_third_convolution { BlockKind::Bottleneck } else { BlockKind::Basic },
        stage_depths: [1, 2, 3, 4].map(|stage| count_blocks(tensors, &format!("layer{stage}."))),
        num_classes: num_classes(tensors),
        image_size: RESNET_IMAGE_SIZE,
    }
}

fn vit(tensors: &NamedTensors, hints: &Hints) -> Result<VitConfig, CheckpointError> {
    let dim =
        ["norm.weight", "patch_embedding.bias", "embeddings.class_token", "encoder.0.attention_norm.weight"]
            .into_iter()
            .find_map(|name| tensors.shape(name)?.first().copied())
            .filter(|&dim| dim > 0)
            .ok_or_else(|| {
                CheckpointError::Architecture(
                    "it has none of the tensors that tell how wide a ViT is".to_owned(),
                )
            })?;
    let patch_size = patch_size(tensors)?;
    Ok(VitConfig {
        dim,
        depth: count_blocks(tensors, "encoder."),
        num_heads: num_heads(dim, hints)?,
        mlp_dim: first_axis(tensors, "encoder.0.mlp_hidden.bias").unwrap_or(4 * dim),
        patch_size,
        image_size: image_size(tensors, patch_size, hints)?,
        num_classes: num_classes(tensors),
        layer_norm_epsilon: hints
            .layer_norm_epsilon
            .unwrap_or_else(|| tensors.naming().default_layer_norm_epsilon()),
        pooling: hints.pooling.unwrap_or(Pooling::ClassToken),
    })
}

/// Outputs of the head.
fn num_classes(tensors: &NamedTensors) -> usize {
    first_axis(tensors, "logits.bias").or_else(|| first_axis(tensors, "logits.weight")).unwrap_or(1)
}

fn first_axis(tensors: &NamedTensors, name: &str) -> Option<usize> {
    tensors.shape(name)?.first().copied()
}

/// How many different numbers follow a prefix; a hole among them shows up as missing tensors.
fn count_blocks(tensors: &NamedTensors, prefix: &str) -> usize {
    let numbers: BTreeSet<&str> = tensors
        .names()
        .filter_map(|name| name.strip_prefix(prefix)?.split('.').next())
        .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    numbers.len()
}

/// From a kernel `[dim, 3, patch, patch]` or flat `[dim, 3 * patch * patch]`.
fn patch_size(tensors: &NamedTensors) -> Result<usize, CheckpointError> {
    const USUAL: usize = 16;
    let Some(kernel) = tensors.shape("patch_embedding.weight") else { return Ok(USUAL) };
    let (channels, values) = (3, kernel.iter().skip(1).product::<usize>());
    let patch_size = (values / channels).isqrt();
    if patch_size > 0 && channels * patch_size * patch_size == values {
        Ok(patch_size)
    } else {
        Err(CheckpointError::Architecture(format!(
            "its patch projection is {kernel:?}; square patches of three channels are read"
        )))
    }
}

fn num_heads(dim: usize, hints: &Hints) -> Result<usize, CheckpointError> {
    let num_heads = match hints.num_heads {
        Some(num_heads) => num_heads,
        None if dim == VIT_HUGE.0 => VIT_HUGE.1,
        None if dim.is_multiple_of(USUAL_HEAD_DIM) => dim / USUAL_HEAD_DIM,
        None => return Err(CheckpointError::HeadsUnknown { dim }),
    };
    if num_heads == 0 || !dim.is_multiple_of(num_heads) {
        let message =
            format!("its config says {num_heads} attention heads, which cannot share {dim} features");
        return Err(CheckpointError::Architecture(message));
    }
    Ok(num_heads)
}

/// From the positions: one of the class token and a square grid of patches.
fn image_size(tensors: &NamedTensors, patch_size: usize, hints: &Hints) -> Result<usize, CheckpointError> {
    const USUAL: usize = 224;
    let Some(&[tokens, _]) = tensors.shape("embeddings.position") else { return Ok(USUAL) };
    let patches = tokens.saturating_sub(1);
    let side = patches.isqrt();
    if side == 0 || side * side != patches {
        let message =
            format!("it has {tokens} positions; one class token and a square grid of patches are read");
        return Err(CheckpointError::Architecture(message));
    }
    let image_size = hints.image_size.filter(|size| size / patch_size == side).unwrap_or(side * patch_size);
    if image_size > MAX_IMAGE_SIZE {
        let message = format!("it reads {image_size} pixels a side; at most {MAX_IMAGE_SIZE} are allowed");
        return Err(CheckpointError::Architecture(message));
    }
    Ok(image_size)
}
