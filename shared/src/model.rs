//! What a loaded model says of itself: architecture, checkpoint, preprocessing and labels. Nothing on the page about
//! a model is a constant; all of it comes from here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::architecture::ArchitectureConfig;

/// The two places of the explorer, one for each family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ModelSlot {
    /// The CNN.
    Resnet,
    /// The Vision Transformer.
    Vit,
}

impl ModelSlot {
    /// Both, in the order in which the page shows them.
    pub const ALL: [Self; 2] = [Self::Resnet, Self::Vit];

    /// The name in paths, queries and options.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resnet => "resnet",
            Self::Vit => "vit",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Resnet => Self::Vit,
            Self::Vit => Self::Resnet,
        }
    }
}

impl fmt::Display for ModelSlot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text was neither `resnet` nor `vit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownModel(pub String);

impl fmt::Display for UnknownModel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "there is no model {:?}; the models are \"resnet\" and \"vit\"", self.0)
    }
}

impl std::error::Error for UnknownModel {}

impl FromStr for ModelSlot {
    type Err = UnknownModel;

    fn from_str(text: &str) -> Result<Self, UnknownModel> {
        Self::ALL.into_iter().find(|slot| slot.as_str() == text).ok_or_else(|| UnknownModel(text.to_owned()))
    }
}

/// Everything about one loaded model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelInfo {
    /// Where it is loaded.
    pub slot: ModelSlot,
    /// The usual name of the architecture, such as `ViT-S/16`.
    pub name: String,
    /// Hyper-parameters; the graph follows from them.
    pub architecture: ArchitectureConfig,
    /// The weights and their origin.
    pub checkpoint: CheckpointInfo,
    /// How a picture becomes the input tensor.
    pub preprocessing: Preprocessing,
    /// Name of each class, in the order of the logits, cleaned for display.
    pub labels: Vec<String>,
    /// Where the labels come from, such as `Caltech-101, from the checkpoint`.
    pub label_source: String,
    /// What runs it, such as `CPU, 2 threads` or `CUDA 0`.
    pub device: String,
}

/// Where a model's weights come from and what is known of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckpointInfo {
    /// BLAKE3 of the file's bytes, in hexadecimal; with a head of another file, BLAKE3 of both. Cache keys and answers carry it.
    pub id: String,
    /// The source as it was given: `demo`, a path's file name, or `hf:owner/name`.
    pub source: String,
    /// The file format and the naming of its tensors, such as `GGUF` or `safetensors, timm names`.
    pub format: String,
    /// Title of the weights in words.
    pub title: Option<String>,
    /// What they were trained on, in a sentence.
    pub trained_on: Option<String>,
    /// Where they come from, in a sentence or two.
    pub provenance: Option<String>,
    /// Licence of the weights.
    pub license: Option<String>,
    /// Measured accuracy.
    pub accuracy: Option<Accuracy>,
    /// Size of the file.
    pub size_bytes: u64,
    /// The head, where it comes from a file of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<HeadInfo>,
}

impl CheckpointInfo {
    /// BLAKE3 of the checkpoint below a head of another file: what heads are trained on. Where a tail was trained with the head
    /// ([`HeadInfo::tuned`]), the layers of the model are not all this checkpoint's.
    pub fn trunk_id(&self) -> &str {
        self.head.as_ref().map_or(&self.id, |head| &head.trunk_id)
    }

    /// What names all layers below the head: the checkpoint, or with a tail that was trained with the head both together.
    pub fn layers_id(&self) -> &str {
        match &self.head {
            Some(head) if head.tuned.is_none() => &head.trunk_id,
            _ => &self.id,
        }
    }

    /// What the checkpoint below a head of another file was trained on.
    pub fn trunk_trained_on(&self) -> Option<&str> {
        match &self.head {
            Some(head) => head.trunk_trained_on.as_deref(),
            None => self.trained_on.as_deref(),
        }
    }
}

/// A head that was trained on the features of a checkpoint and loaded onto it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeadInfo {
    /// BLAKE3 of the head's file.
    pub id: String,
    /// BLAKE3 of the checkpoint below it.
    pub trunk_id: String,
    /// What its data set is called.
    pub dataset: String,
    /// The data set's hash.
    pub data_hash: String,
    /// What below the head was trained with it and is its file's, such as `layer4`; none: everything is the checkpoint's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuned: Option<String>,
    /// What the checkpoint was trained on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trunk_trained_on: Option<String>,
}

/// A measured accuracy and what it was measured on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Accuracy {
    /// Percent of pictures whose class ranks first.
    pub top1_percent: f64,
    /// Percent of pictures whose class is among the first five.
    pub top5_percent: f64,
    /// The pictures.
    pub dataset: String,
    /// How many they were.
    pub num_images: u64,
}

/// How a picture becomes a model's input; belongs to the checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preprocessing {
    /// How the picture is resized.
    pub resize: Resize,
    /// What becomes of a fraction of a pixel where the longer side follows from the shorter one.
    #[serde(default, skip_serializing_if = "LongerSide::is_usual")]
    pub longer_side: LongerSide,
    /// The filter of the resize, antialiased when it shrinks.
    pub interpolation: Interpolation,
    /// Side of the square cut from the centre, in pixels.
    pub crop_size: usize,
    /// Subtracted from each of red, green, blue in 0..1.
    pub mean: [f32; 3],
    /// Then divided by.
    pub std: [f32; 3],
}

impl Preprocessing {
    /// Mean of ImageNet's training images, as torchvision gives it.
    pub const IMAGENET_MEAN: [f32; 3] = [0.485, 0.456, 0.406];
    /// Standard deviation of ImageNet's training images, as torchvision gives it.
    pub const IMAGENET_STD: [f32; 3] = [0.229, 0.224, 0.225];
}

/// A bare checkpoint's preprocessing: shorter side 256, bilinear, centre 224, ImageNet mean and deviation.
impl Default for Preprocessing {
    fn default() -> Self {
        Self {
            resize: Resize::ShorterSide { size: 256 },
            longer_side: LongerSide::Truncated,
            interpolation: Interpolation::Bilinear,
            crop_size: 224,
            mean: Self::IMAGENET_MEAN,
            std: Self::IMAGENET_STD,
        }
    }
}

/// The size before the crop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "mode", rename_all = "snake_case", try_from = "ResizeFields")]
pub enum Resize {
    /// The shorter side becomes `size`; the aspect ratio stays.
    ShorterSide {
        /// Pixels.
        size: usize,
    },
    /// Exactly this size; the aspect ratio is lost.
    Squash {
        /// Pixels.
        width: usize,
        /// Pixels.
        height: usize,
    },
}

/// The whole pixels of a longer side that is none: `size * longer / shorter`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LongerSide {
    /// Cut off, as torchvision, timm and transformers do it.
    #[default]
    Truncated,
    /// To the nearest, a half to the even one, as Python's `round`.
    Rounded,
}

impl LongerSide {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// The fields of [`Resize`], read without keeping the whole value aside until the mode is known.
#[derive(Deserialize)]
struct ResizeFields {
    mode: ResizeMode,
    size: Option<usize>,
    width: Option<usize>,
    height: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ResizeMode {
    ShorterSide,
    Squash,
}

impl TryFrom<ResizeFields> for Resize {
    type Error = &'static str;

    fn try_from(fields: ResizeFields) -> Result<Self, Self::Error> {
        match (fields.mode, fields.size, fields.width, fields.height) {
            (ResizeMode::ShorterSide, Some(size), _, _) => Ok(Self::ShorterSide { size }),
            (ResizeMode::ShorterSide, None, _, _) => Err("mode `shorter_side` needs the field `size`"),
            (ResizeMode::Squash, _, Some(width), Some(height)) => Ok(Self::Squash { width, height }),
            (ResizeMode::Squash, ..) => Err("mode `squash` needs the fields `width` and `height`"),
        }
    }
}

/// Filter of a resize.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// The nearest pixel.
    Nearest,
    /// Triangle filter.
    Bilinear,
    /// Cubic filter with a = -0.5, as Pillow's.
    Bicubic,
    /// Windowed sinc of three lobes.
    Lanczos,
}
