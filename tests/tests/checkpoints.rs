//! Loading models: the demo weights that ship, and small checkpoints of every format and naming, which must give
//! PyTorch's tensors at every node. `broken_checkpoints.rs` has those that must not load.

use std::fs;
use std::path::Path;

use candle_core::Device;
use server::device::Precision;
use server::models::registry::{LoadError, LoadedModel, ModelRequest, load};
use shared::{ArchitectureConfig, Interpolation, LongerSide, ModelSlot, Preprocessing, Resize};
use tests::{checkpoint_files, golden_nodes, synthetic};

/// The project's tolerance between two implementations in f32, whose sums run in different orders.
const TOLERANCE: f32 = 1e-4;

fn request(slot: ModelSlot, source: &str) -> ModelRequest {
    ModelRequest {
        slot,
        source: source.to_owned(),
        labels: None,
        preprocessing: None,
        precision: Precision::F32,
        head: None,
        assets: Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets"),
    }
}

fn load_on_cpu(request: &ModelRequest) -> Result<LoadedModel, LoadError> {
    load(request, &Device::Cpu, "CPU")
}

fn slot_of(config: &ArchitectureConfig) -> ModelSlot {
    match config {
        ArchitectureConfig::Resnet(_) => ModelSlot::Resnet,
        ArchitectureConfig::Vit(_) => ModelSlot::Vit,
    }
}

#[test]
fn every_format_and_naming_gives_pytorchs_nodes() {
    let table = [
        ("resnet18.pth", "PyTorch .pth, torchvision and timm names"),
        ("resnet18_timm.safetensors", "safetensors, torchvision and timm names"),
        ("resnet18_transformers.safetensors", "safetensors, transformers names"),
        ("vit.pth", "PyTorch .pth, torchvision names"),
        ("vit_state_dict.pth", "PyTorch .pth, torchvision names"),
        ("vit_model.pth", "PyTorch .pth, torchvision names"),
        ("vit_model_state_dict.pth", "PyTorch .pth, torchvision names"),
        ("vit_parameters.pth", "PyTorch .pth, torchvision names"),
        ("vit_timm.safetensors", "safetensors, timm names"),
        ("vit_timm.gguf", "GGUF"),
        ("vit_transformers.safetensors", "safetensors, transformers names"),
        ("vit_transformers_modules.safetensors", "safetensors, transformers names"),
    ];
    for (name, format) in table {
        let file = checkpoint_files::build(name);
        let mut request = request(slot_of(&file.config), &file.source());
        if matches!(file.config, ArchitectureConfig::Resnet(_)) {
            // A ResNet's tensors do not tell the size that the goldens were made at.
            request.preprocessing = Some(file.folder().join("preprocessing.json"));
            let preprocessing =
                Preprocessing { crop_size: file.config.image_size(), ..Preprocessing::default() };
            let json = serde_json::to_string(&preprocessing).expect("numbers are JSON");
            fs::write(file.folder().join("preprocessing.json"), json).expect("the folder can be written");
        }
        let model = load_on_cpu(&request).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(model.info.architecture, file.config, "{name}");
        assert_eq!(model.info.checkpoint.format, format, "{name}");
        assert_eq!(model.info.checkpoint.source, name);
        let content = fs::read(&file.path).expect("it was written");
        assert_eq!(model.info.checkpoint.id, blake3::hash(&content).to_hex().as_str(), "{name}");
        assert_eq!(model.info.checkpoint.size_bytes, content.len() as u64, "{name}");
        let images = synthetic::images(&file.config, 1).expect("an image");
        let nodes = golden_nodes::observe(&model.backbone, &file.config, &images).expect("a forward pass");
        let (node, difference) = golden_nodes::worst(&file.model, &nodes).expect("the golden is committed");
        assert!(difference <= TOLERANCE, "{name} {node}: {difference:e}");
    }
}

#[test]
fn parameters_are_handed_out_by_internal_name() {
    let file = checkpoint_files::build("vit_timm.safetensors");
    let model = load_on_cpu(&request(ModelSlot::Vit, &file.source())).expect("it loads");
    for (name, expected) in synthetic::weights(&file.config.graph()).expect("synthetic weights") {
        let tensor = model.weights.parameter(&name).expect("the graph names it");
        assert_eq!(tensor.dims(), expected.dims(), "{name}");
        let values = |tensor: candle_core::Tensor| -> Vec<f32> {
            tensor.flatten_all().and_then(|tensor| tensor.to_vec1()).expect("f32 values")
        };
        assert_eq!(values(tensor), values(expected), "{name}");
    }
    assert!(model.weights.parameter("encoder.9.query.weight").is_err());
}

#[test]
fn the_demo_weights_say_everything_about_themselves() {
    for (slot, name) in [(ModelSlot::Resnet, "ResNet-50"), (ModelSlot::Vit, "ViT-S/16")] {
        let info = load_on_cpu(&request(slot, "demo")).expect("they ship").info;
        assert_eq!((info.slot, info.name.as_str(), info.device.as_str()), (slot, name, "CPU"));
        assert_eq!((info.architecture.num_classes(), info.architecture.image_size()), (102, 224));
        assert_eq!((info.labels.len(), info.labels[31].as_str()), (102, "cup"));
        assert_eq!(info.label_source, "Caltech-101, from the checkpoint");
        assert_eq!(info.preprocessing.interpolation, Interpolation::Bicubic);
        let checkpoint = info.checkpoint;
        assert_eq!((checkpoint.source.as_str(), checkpoint.format.as_str()), ("demo", "GGUF"));
        assert_eq!(checkpoint.id.len(), 64);
        for text in [checkpoint.title, checkpoint.trained_on, checkpoint.provenance, checkpoint.license] {
            assert!(text.is_some_and(|text| !text.is_empty()));
        }
        assert_eq!(checkpoint.accuracy.expect("it was measured").num_images, 816);
    }
}

#[test]
fn the_demo_weights_are_small() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/weights");
    let sizes = folder
        .read_dir()
        .expect("they ship")
        .map(|entry| entry.and_then(|entry| entry.metadata()).expect("it can be read").len());
    let total: u64 = sizes.sum();
    assert!(total <= 55_000_000, "{total} bytes");
}

#[test]
fn preprocessing_is_the_checkpoints() {
    let bare = Preprocessing::default();
    let half = [0.5; 3];
    let table = [
        // timm: input 96, crop_pct 0.9, bicubic.
        (
            "vit_timm.safetensors",
            Preprocessing {
                longer_side: LongerSide::Truncated,
                resize: Resize::ShorterSide { size: 106 },
                interpolation: Interpolation::Bicubic,
                crop_size: 96,
                mean: half,
                std: half,
            },
        ),
        // transformers' ViT: squashed to 70, bilinear.
        (
            "vit_transformers.safetensors",
            Preprocessing {
                longer_side: LongerSide::Truncated,
                resize: Resize::Squash { width: 70, height: 70 },
                interpolation: Interpolation::Bilinear,
                crop_size: 70,
                mean: half,
                std: half,
            },
        ),
        // transformers' ResNet: 64 / 0.875, bicubic, and the mean and deviation of its library, not ImageNet's.
        (
            "resnet18_transformers.safetensors",
            Preprocessing {
                longer_side: LongerSide::Truncated,
                resize: Resize::ShorterSide { size: 73 },
                interpolation: Interpolation::Bicubic,
                crop_size: 64,
                mean: half,
                std: half,
            },
        ),
        // Nothing beside it: the usual preprocessing, at the size of the positions.
        (
            "vit.pth",
            Preprocessing { resize: Resize::ShorterSide { size: 73 }, crop_size: 64, ..bare.clone() },
        ),
        ("resnet18.pth", bare),
    ];
    for (name, expected) in table {
        let file = checkpoint_files::build(name);
        let info = load_on_cpu(&request(slot_of(&file.config), &file.source())).expect("it loads").info;
        assert_eq!(info.preprocessing, expected, "{name}");
        assert_eq!(info.architecture.image_size(), expected.crop_size, "{name}");
    }
}

#[test]
fn an_options_preprocessing_goes_before_the_checkpoints() {
    let file = checkpoint_files::build("vit_transformers.safetensors");
    let path = file.folder().join("mine.json");
    let mine = Preprocessing { crop_size: 70, mean: [0.25; 3], ..Preprocessing::default() };
    fs::write(&path, serde_json::to_vec(&mine).expect("numbers are JSON"))
        .expect("the folder can be written");
    let request = ModelRequest { preprocessing: Some(path), ..request(ModelSlot::Vit, &file.source()) };
    assert_eq!(load_on_cpu(&request).expect("it loads").info.preprocessing, mine);
}

#[test]
fn labels_come_from_the_option_the_checkpoint_or_the_count() {
    let table = [
        ("vit_transformers.safetensors", "kind 3", "names from the checkpoint"),
        ("vit_timm.gguf", "thing 3", "names from the checkpoint"),
        ("vit.pth", "class 3", "numbers, as the checkpoint names no classes"),
    ];
    for (name, label, source) in table {
        let file = checkpoint_files::build(name);
        let request = request(ModelSlot::Vit, &file.source());
        let info = load_on_cpu(&request).expect("it loads").info;
        assert_eq!((info.labels[3].as_str(), info.label_source.as_str()), (label, source), "{name}");

        let labels = file.folder().join("mine.txt");
        let names: String = (0..10).map(|index| format!("my {index}\n")).collect();
        fs::write(&labels, names).expect("the folder can be written");
        let info = load_on_cpu(&ModelRequest { labels: Some(labels), ..request }).expect("it loads").info;
        assert_eq!((info.labels[3].as_str(), info.label_source.as_str()), ("my 3", "names from mine.txt"));
    }
}

#[test]
fn titles_and_licences_come_from_the_config_beside_the_file() {
    let file = checkpoint_files::build("vit_timm.safetensors");
    let checkpoint = load_on_cpu(&request(ModelSlot::Vit, &file.source())).expect("it loads").info.checkpoint;
    assert_eq!(checkpoint.title.as_deref(), Some("vit_tiny_patch32_96.test"));
    assert_eq!(checkpoint.license.as_deref(), Some("apache-2.0"));
}
