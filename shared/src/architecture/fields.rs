//! An architecture as it is read: all fields of both families in one struct. The derived reading of a tagged enum keeps the
//! whole value aside until it knows the tag, which brings a second reader of every field into the browser's module.

use serde::Deserialize;

use super::{ArchitectureConfig, BlockKind, Pooling, ResNetConfig, VitConfig};
use crate::model::ModelSlot;

/// The fields of [`ArchitectureConfig`], of which each family has its own.
#[derive(Deserialize)]
pub struct ArchitectureFields {
    family: ModelSlot,
    image_size: usize,
    num_classes: usize,
    block: Option<BlockKind>,
    stage_depths: Option<[usize; 4]>,
    dim: Option<usize>,
    depth: Option<usize>,
    num_heads: Option<usize>,
    mlp_dim: Option<usize>,
    patch_size: Option<usize>,
    layer_norm_epsilon: Option<f64>,
    pooling: Option<Pooling>,
}

impl TryFrom<ArchitectureFields> for ArchitectureConfig {
    type Error = String;

    fn try_from(fields: ArchitectureFields) -> Result<Self, String> {
        let ArchitectureFields { family, image_size, num_classes, .. } = fields;
        Ok(match family {
            ModelSlot::Resnet => Self::Resnet(ResNetConfig {
                block: present(fields.block, "block")?,
                stage_depths: present(fields.stage_depths, "stage_depths")?,
                num_classes,
                image_size,
            }),
            ModelSlot::Vit => Self::Vit(VitConfig {
                dim: present(fields.dim, "dim")?,
                depth: present(fields.depth, "depth")?,
                num_heads: present(fields.num_heads, "num_heads")?,
                mlp_dim: present(fields.mlp_dim, "mlp_dim")?,
                patch_size: present(fields.patch_size, "patch_size")?,
                image_size,
                num_classes,
                layer_norm_epsilon: present(fields.layer_norm_epsilon, "layer_norm_epsilon")?,
                pooling: present(fields.pooling, "pooling")?,
            }),
        })
    }
}

/// A field that a family must have.
fn present<T>(field: Option<T>, name: &str) -> Result<T, String> {
    field.ok_or_else(|| format!("missing field `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let resnet = r#"{"family":"resnet","block":"bottleneck","stage_depths":[3,4,6,3],"num_classes":257,"image_size":224}"#;
        let vit = r#"{"family":"vit","dim":384,"depth":12,"num_heads":6,"mlp_dim":1536,"patch_size":16,"image_size":224,"num_classes":102,"layer_norm_epsilon":1e-6,"pooling":"mean"}"#;
        for json in [resnet, vit] {
            let config: ArchitectureConfig = serde_json::from_str(json).expect("all fields are there");
            let written = serde_json::to_value(&config).expect("a config is plain data");
            assert_eq!(written, serde_json::from_str::<serde_json::Value>(json).expect("this is JSON"));
        }
    }

    #[test]
    fn a_missing_field_is_named() {
        let json = r#"{"family":"resnet","num_classes":2,"image_size":224,"block":"basic"}"#;
        let error = serde_json::from_str::<ArchitectureConfig>(json).expect_err("no depths");
        assert!(error.to_string().contains("stage_depths"), "{error}");
    }
}
