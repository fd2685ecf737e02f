//! Small models of both families on which the tests across crates run, under the names of `goldens/models`.

use shared::ArchitectureConfig;
use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};

const NUM_CLASSES: usize = 10;

/// Every configuration that has a golden: basic and bottleneck blocks; patches of 14, 16 and 32 pixels; 4, 9 and 25
/// patches; both poolings; both epsilons.
pub fn all() -> Vec<(&'static str, ArchitectureConfig)> {
    vec![
        ("resnet18", resnet(BlockKind::Basic, [2, 2, 2, 2])),
        ("resnet50", resnet(BlockKind::Bottleneck, [3, 4, 6, 3])),
        ("vit_torchvision", vit_torchvision()),
        ("vit_timm_mean", vit_timm_mean()),
        ("vit_transformers", vit_transformers()),
    ]
}

/// A ResNet that reads 64 pixels.
pub fn resnet(block: BlockKind, stage_depths: [usize; 4]) -> ArchitectureConfig {
    ArchitectureConfig::Resnet(ResNetConfig { block, stage_depths, num_classes: NUM_CLASSES, image_size: 64 })
}

fn vit_torchvision() -> ArchitectureConfig {
    ArchitectureConfig::Vit(VitConfig {
        dim: 48,
        depth: 3,
        num_heads: 3,
        mlp_dim: 160,
        patch_size: 16,
        image_size: 64,
        num_classes: NUM_CLASSES,
        layer_norm_epsilon: 1e-6,
        pooling: Pooling::ClassToken,
    })
}

fn vit_timm_mean() -> ArchitectureConfig {
    ArchitectureConfig::Vit(VitConfig {
        dim: 64,
        depth: 2,
        num_heads: 2,
        mlp_dim: 256,
        patch_size: 32,
        image_size: 96,
        num_classes: NUM_CLASSES,
        layer_norm_epsilon: 1e-6,
        pooling: Pooling::Mean,
    })
}

fn vit_transformers() -> ArchitectureConfig {
    ArchitectureConfig::Vit(VitConfig {
        dim: 72,
        depth: 2,
        num_heads: 3,
        mlp_dim: 100,
        patch_size: 14,
        image_size: 70,
        num_classes: NUM_CLASSES,
        layer_norm_epsilon: 1e-12,
        pooling: Pooling::ClassToken,
    })
}
