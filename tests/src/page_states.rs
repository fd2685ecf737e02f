//! A page's first state without weights: both architectures at small class counts, one sample, answers made by a formula.

use shared::architecture::{BlockKind, Pooling, ResNetConfig, VitConfig};
use shared::{
    Accuracy, ArchitectureConfig, CheckpointInfo, ClassScore, ImageInfo, ModelInfo, ModelRef, ModelSlot,
    PageState, Predictions, Preprocessing, Sample, SpecimenPredictions, Timings,
};

/// Classes of both heads.
pub const LABELS: [&str; 7] = ["anchor", "cup", "<script>", "ferry", "lamp", "pagoda", "wrench"];

/// The state.
pub fn page_state() -> PageState {
    let image = image();
    PageState {
        resnet: model(ModelSlot::Resnet),
        vit: model(ModelSlot::Vit),
        samples: vec![sample("coffee", image.clone()), sample("pagoda", image.clone())],
        specimen: SpecimenPredictions {
            image,
            sample: "coffee".to_owned(),
            resnet: predictions(ModelSlot::Resnet, 1),
            vit: predictions(ModelSlot::Vit, 5),
        },
        max_upload_bytes: 20_000_000,
    }
}

fn image() -> ImageInfo {
    ImageInfo {
        image_id: "0123456789abcdef".to_owned(),
        width: 600,
        height: 400,
        format: "JPEG".to_owned(),
        channels: "RGB, 8 bits a channel".to_owned(),
        size_bytes: 56_155,
        notes: Vec::new(),
    }
}

fn sample(name: &str, image: ImageInfo) -> Sample {
    Sample {
        name: name.to_owned(),
        description: format!("A photo of {name}."),
        attribution: format!("Photo of {name}: nobody, CC0"),
        expected_label: Some("cup".to_owned()),
        path: format!("/photos/{name}.jpg"),
        thumbnail_path: format!("/photos/thumbnails/{name}.webp"),
        image,
    }
}

fn model(slot: ModelSlot) -> ModelInfo {
    let architecture = match slot {
        ModelSlot::Resnet => ArchitectureConfig::Resnet(ResNetConfig {
            block: BlockKind::Bottleneck,
            stage_depths: [3, 4, 6, 3],
            num_classes: LABELS.len(),
            image_size: 224,
        }),
        ModelSlot::Vit => ArchitectureConfig::Vit(VitConfig {
            dim: 384,
            depth: 12,
            num_heads: 6,
            mlp_dim: 1536,
            patch_size: 16,
            image_size: 224,
            num_classes: LABELS.len(),
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::ClassToken,
        }),
    };
    ModelInfo {
        slot,
        name: architecture.name(),
        architecture,
        checkpoint: CheckpointInfo {
            id: format!("{slot}-checkpoint"),
            source: "demo".to_owned(),
            format: "GGUF".to_owned(),
            trained_on: Some(format!("what the {slot} was trained on")),
            accuracy: Some(Accuracy {
                top1_percent: 81.5,
                top5_percent: 94.0,
                dataset: "a test set".to_owned(),
                num_images: 816,
            }),
            size_bytes: 25_300_000,
            ..CheckpointInfo::default()
        },
        preprocessing: Preprocessing::default(),
        labels: LABELS.map(str::to_owned).to_vec(),
        label_source: "the test".to_owned(),
        device: "CPU, 2 threads".to_owned(),
    }
}

/// All classes, ranked; `best` comes first with 0.713.
fn predictions(slot: ModelSlot, best: usize) -> Predictions {
    let score = |index: usize| ClassScore {
        index,
        label: LABELS[index].to_owned(),
        probability: if index == best { 0.713 } else { 0.287 / (LABELS.len() - 1) as f32 },
        logit: if index == best { 4.0 } else { 0.5 },
    };
    let others = (0..LABELS.len()).filter(|index| *index != best);
    Predictions {
        model: ModelRef {
            slot,
            name: model(slot).name,
            checkpoint_id: format!("{slot}-checkpoint"),
            num_classes: LABELS.len(),
        },
        classes: [best].into_iter().chain(others).map(score).collect(),
        timings: Timings { decode_ms: 6.2, preprocess_ms: 4.1, queue_ms: 0.1, forward_ms: 88.0 },
    }
}
