//! Made-up data sets, and a small ViT that heads are trained on: photos of a class share a colour, so that there is something to learn.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use candle_core::Device;
use image::{ImageFormat, Rgb, RgbImage};
use server::models::registry::LoadedModel;
use server::models::{Backbone, ParameterSource};
use shared::{ArchitectureConfig, CheckpointInfo, ModelInfo, ModelSlot, Preprocessing, Resize};
use tempfile::TempDir;

use crate::{configurations, synthetic};

/// Pixels of a side.
const SIDE: u32 = 40;

/// A data set in a folder of its own.
///
/// # Panics
/// If the folder cannot be written.
pub fn photo_folders(classes: &[(String, usize)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder can be made");
    for (class_index, (class, count)) in classes.iter().enumerate() {
        for number in 0..*count {
            add_photo(folder.path(), &format!("{class}/{number:03}.png"), class_index as u32, number as u32);
        }
    }
    folder
}

/// Puts a photo of a class into a data set.
///
/// # Panics
/// If the folder cannot be written.
pub fn add_photo(folder: &Path, name: &str, class_index: u32, number: u32) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a class folder")).expect("a temporary folder can be written");
    fs::write(path, photo(class_index, number)).expect("a temporary folder can be written");
}

/// A photo as a file.
///
/// # Panics
/// Never: a small picture can be written as PNG.
pub fn photo(class_index: u32, number: u32) -> Vec<u8> {
    let colour = class_index.wrapping_add(1).wrapping_mul(0x9e37_79b9).to_be_bytes();
    let noise = |x: u32, y: u32, channel: u32| {
        let mixed = (x * 31 + y * 17 + channel * 7 + number * 101).wrapping_mul(0x85eb_ca6b);
        (mixed >> 27) as u8
    };
    let pixels = RgbImage::from_fn(SIDE, SIDE + number % 3, |x, y| {
        Rgb([0, 1, 2].map(|channel: u32| colour[channel as usize].saturating_add(noise(x, y, channel))))
    });
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, ImageFormat::Png).expect("a small picture can be written");
    bytes.into_inner()
}

/// The ViT of the goldens with torchvision's names, which reads 64 pixels and gives 48 features.
///
/// # Panics
/// If the weights do not fit.
pub fn small_vit() -> LoadedModel {
    small_model(configurations::all().swap_remove(2).1)
}

/// A model of synthetic weights.
///
/// # Panics
/// If the weights do not fit.
pub fn small_model(architecture: ArchitectureConfig) -> LoadedModel {
    let weights = synthetic::weights(&architecture.graph()).expect("candle can allocate");
    let backbone = Backbone::load(&architecture, &weights, &Device::Cpu).expect("the weights fit");
    let side = architecture.image_size();
    let slot = match architecture {
        ArchitectureConfig::Resnet(_) => ModelSlot::Resnet,
        ArchitectureConfig::Vit(_) => ModelSlot::Vit,
    };
    let info = ModelInfo {
        slot,
        name: architecture.name(),
        checkpoint: CheckpointInfo { id: "of the trunk".to_owned(), ..CheckpointInfo::default() },
        preprocessing: Preprocessing {
            resize: Resize::Squash { width: side, height: side },
            crop_size: side,
            ..Preprocessing::default()
        },
        labels: (0..architecture.num_classes()).map(|index| format!("class {index}")).collect(),
        label_source: "the test".to_owned(),
        device: "CPU".to_owned(),
        architecture,
    };
    LoadedModel { info, backbone, weights: Arc::new(weights) as Arc<dyn ParameterSource> }
}
