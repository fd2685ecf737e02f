//! transformers' `config.json` (hyper-parameters and labels) and `preprocessor_config.json`.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::{Interpolation, LongerSide, Preprocessing, Resize};

use super::Companion;
use crate::models::checkpoint::description::Description;
use crate::models::checkpoint::error::CheckpointError;
use crate::models::checkpoint::infer::Hints;

/// `config.json`.
#[derive(Debug, Deserialize)]
struct Config {
    #[serde(rename = "_name_or_path")]
    name: Option<String>,
    num_attention_heads: Option<usize>,
    layer_norm_eps: Option<f64>,
    image_size: Option<usize>,
    hidden_act: Option<String>,
    #[serde(default)]
    downsample_in_bottleneck: bool,
    #[serde(default)]
    downsample_in_first_stage: bool,
    #[serde(default)]
    id2label: BTreeMap<String, String>,
}

/// `preprocessor_config.json`.
#[derive(Debug, Deserialize)]
struct Preprocessor {
    #[serde(alias = "feature_extractor_type")]
    image_processor_type: Option<String>,
    do_resize: Option<bool>,
    size: Option<Size>,
    resample: Option<u32>,
    do_center_crop: Option<bool>,
    crop_size: Option<Size>,
    crop_pct: Option<f64>,
    do_rescale: Option<bool>,
    rescale_factor: Option<f64>,
    do_normalize: Option<bool>,
    image_mean: Option<[f32; 3]>,
    image_std: Option<[f32; 3]>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum Size {
    Side(usize),
    Exact { height: usize, width: usize },
    ShorterSide { shortest_edge: usize },
}

/// Reads the config of a ResNet or a ViT.
///
/// # Errors
/// If it is broken or asks for what the explorer does not compute.
pub fn read_config(companion: &Companion) -> Result<Description, CheckpointError> {
    let config: Config = companion.parse()?;
    match config.hidden_act.as_deref() {
        None | Some("gelu" | "relu") => {}
        Some(other) => return Err(companion.broken(format!("its activation {other:?} is not computed"))),
    }
    if config.downsample_in_bottleneck || config.downsample_in_first_stage {
        return Err(companion.broken("it strides where ResNet v1.5 does not"));
    }
    Ok(Description {
        hints: Hints {
            num_heads: config.num_attention_heads,
            layer_norm_epsilon: config.layer_norm_eps,
            image_size: config.image_size,
            pooling: None,
        },
        labels: labels(&config.id2label),
        title: config.name.filter(|name| !name.is_empty()),
        ..Description::default()
    })
}

/// In the order of the logits; `None` where a number is missing, or the names are the `LABEL_0` that nobody chose.
fn labels(id2label: &BTreeMap<String, String>) -> Option<Vec<String>> {
    let labels: Option<Vec<String>> =
        (0..id2label.len()).map(|index| id2label.get(&index.to_string()).cloned()).collect();
    labels.filter(|labels| {
        let is_placeholder = |(index, label): (usize, &String)| *label == format!("LABEL_{index}");
        !labels.iter().enumerate().all(is_placeholder)
    })
}

/// Reads the preprocessing of a ViT, DeiT or ConvNext image processor (which transformers' ResNets use).
///
/// # Errors
/// If it is broken or asks for what the explorer does not compute.
pub fn read_preprocessor(companion: &Companion) -> Result<Description, CheckpointError> {
    let preprocessor: Preprocessor = companion.parse()?;
    Ok(Description { preprocessing: preprocessor.preprocessing(companion)?, ..Description::default() })
}

impl Preprocessor {
    fn preprocessing(&self, companion: &Companion) -> Result<Option<Preprocessing>, CheckpointError> {
        /// transformers multiplies by 1/255 unless it is told otherwise.
        const RESCALE: f64 = 1.0 / 255.0;
        let Some(size) = self.size else { return Ok(None) };
        if self.do_resize == Some(false) {
            return Err(companion.broken("it does not resize; pictures come in all sizes"));
        }
        let factor = self.rescale_factor.unwrap_or(RESCALE);
        if self.do_rescale == Some(false) || (factor - RESCALE).abs() > 1e-6 {
            return Err(companion.broken("it does not scale pixels to 0..1"));
        }
        let (resize, crop_size) = if self.is_type("ConvNext") {
            self.convnext_resize(companion, size)?
        } else {
            self.plain_resize(companion, size)?
        };
        let normalises = self.do_normalize != Some(false);
        Ok(Some(Preprocessing {
            resize,
            longer_side: LongerSide::Truncated,
            interpolation: self.interpolation(companion)?,
            crop_size,
            mean: if normalises { self.image_mean.unwrap_or([0.5; 3]) } else { [0.0; 3] },
            std: if normalises { self.image_std.unwrap_or([0.5; 3]) } else { [1.0; 3] },
        }))
    }

    fn is_type(&self, name: &str) -> bool {
        self.image_processor_type.as_ref().is_some_and(|kind| kind.starts_with(name))
    }

    /// A resize, then a crop of the centre if `do_center_crop` is set.
    fn plain_resize(&self, companion: &Companion, size: Size) -> Result<(Resize, usize), CheckpointError> {
        let (resize, side) = match size {
            Size::Side(side) => (Resize::Squash { width: side, height: side }, Some(side)),
            Size::Exact { height, width } => {
                (Resize::Squash { width, height }, (height == width).then_some(height))
            }
            Size::ShorterSide { shortest_edge } => (Resize::ShorterSide { size: shortest_edge }, None),
        };
        let crop = match (self.do_center_crop, self.crop_size) {
            (Some(true), Some(crop)) => square(crop),
            (Some(true), None) => None,
            _ => side,
        };
        let crop = crop.ok_or_else(|| companion.broken("what it leaves of a picture is no square"))?;
        Ok((resize, crop))
    }

    /// Below 384 pixels the shorter side is `size / crop_pct` and the centre is cut; from there on it squashes.
    fn convnext_resize(&self, companion: &Companion, size: Size) -> Result<(Resize, usize), CheckpointError> {
        const SQUASHES_FROM: usize = 384;
        const USUAL_CROP_FRACTION: f64 = 224.0 / 256.0;
        let side = match size {
            Size::ShorterSide { shortest_edge } => Some(shortest_edge),
            other => square(other),
        };
        let side = side.ok_or_else(|| companion.broken("its size is no square"))?;
        if side >= SQUASHES_FROM {
            return Ok((Resize::Squash { width: side, height: side }, side));
        }
        let fraction = self.crop_pct.unwrap_or(USUAL_CROP_FRACTION);
        if !(fraction > 0.0 && fraction <= 1.0) {
            return Err(companion.broken(format!("crop_pct is {fraction}, not in 0..1")));
        }
        Ok((Resize::ShorterSide { size: (side as f64 / fraction) as usize }, side))
    }

    /// `resample` counts as PIL does.
    fn interpolation(&self, companion: &Companion) -> Result<Interpolation, CheckpointError> {
        match self.resample {
            Some(0) => Ok(Interpolation::Nearest),
            Some(1) => Ok(Interpolation::Lanczos),
            Some(2) => Ok(Interpolation::Bilinear),
            Some(3) => Ok(Interpolation::Bicubic),
            Some(other) => Err(companion.broken(format!("its resample {other} is not computed"))),
            None if self.is_type("DeiT") => Ok(Interpolation::Bicubic),
            None => Ok(Interpolation::Bilinear),
        }
    }
}

fn square(size: Size) -> Option<usize> {
    match size {
        Size::Side(side) => Some(side),
        Size::Exact { height, width } => (height == width).then_some(height),
        Size::ShorterSide { .. } => None,
    }
}
