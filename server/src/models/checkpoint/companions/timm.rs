//! timm's `config.json`: the architecture by name and the preprocessing under `pretrained_cfg`.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::architecture::Pooling;
use shared::{LongerSide, ModelSlot, Preprocessing, Resize};

use super::{Companion, interpolation};
use crate::models::checkpoint::description::Description;
use crate::models::checkpoint::error::CheckpointError;
use crate::models::checkpoint::infer::Hints;

/// timm's ResNets whose tensors fit and whose forward pass is the plain one; others blur or pool without any tensor.
const PLAIN_RESNETS: [&str; 5] = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"];

#[derive(Debug, Deserialize)]
struct Config {
    architecture: Option<String>,
    global_pool: Option<String>,
    #[serde(default)]
    model_args: ModelArgs,
    label_names: Option<Vec<String>>,
    #[serde(default)]
    label_descriptions: BTreeMap<String, String>,
    pretrained_cfg: PretrainedConfig,
}

#[derive(Debug, Default, Deserialize)]
struct ModelArgs {
    num_heads: Option<usize>,
    global_pool: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PretrainedConfig {
    tag: Option<String>,
    license: Option<String>,
    input_size: [usize; 3],
    #[serde(default = "default_interpolation")]
    interpolation: String,
    #[serde(default = "default_crop_fraction")]
    crop_pct: f64,
    #[serde(default = "default_crop_mode")]
    crop_mode: String,
    mean: [f32; 3],
    std: [f32; 3],
}

fn default_interpolation() -> String {
    "bicubic".to_owned()
}

fn default_crop_fraction() -> f64 {
    0.875
}

fn default_crop_mode() -> String {
    "center".to_owned()
}

/// Reads timm's config.
///
/// # Errors
/// If it is broken, or names an architecture or a crop that the explorer does not compute.
pub fn read(companion: &Companion, family: ModelSlot) -> Result<Description, CheckpointError> {
    let config: Config = companion.parse()?;
    if family == ModelSlot::Resnet
        && let Some(architecture) = &config.architecture
        && !PLAIN_RESNETS.contains(&architecture.as_str())
    {
        return Err(companion.broken(format!(
            "{architecture} is not one of the plain ResNets ({})",
            PLAIN_RESNETS.join(", ")
        )));
    }
    let pooling = config.model_args.global_pool.as_deref().or(config.global_pool.as_deref());
    let pooling = match (family, pooling) {
        (ModelSlot::Resnet, _) | (_, None) => None,
        (_, Some("token")) => Some(Pooling::ClassToken),
        (_, Some("avg")) => Some(Pooling::Mean),
        (_, Some(other)) => return Err(companion.broken(format!("its pooling {other:?} is not computed"))),
    };
    let title = config.architecture.map(|architecture| match &config.pretrained_cfg.tag {
        Some(tag) if !tag.is_empty() => format!("{architecture}.{tag}"),
        _ => architecture,
    });
    let describe = |name: String| config.label_descriptions.get(&name).cloned().unwrap_or(name);
    Ok(Description {
        hints: Hints { num_heads: config.model_args.num_heads, pooling, ..Hints::default() },
        labels: config.label_names.map(|names| names.into_iter().map(describe).collect()),
        title,
        preprocessing: Some(preprocessing(companion, &config.pretrained_cfg)?),
        license: config.pretrained_cfg.license,
        ..Description::default()
    })
}

/// What `timm.data.create_transform` makes of it for evaluation.
fn preprocessing(companion: &Companion, config: &PretrainedConfig) -> Result<Preprocessing, CheckpointError> {
    let [_, height, width] = config.input_size;
    if height != width {
        return Err(companion.broken(format!("its input of {height} x {width} pixels is no square")));
    }
    if !(config.crop_pct > 0.0 && config.crop_pct <= 1.0) {
        return Err(companion.broken(format!("crop_pct is {}, not in 0..1", config.crop_pct)));
    }
    let size = (height as f64 / config.crop_pct).floor() as usize;
    let resize = match config.crop_mode.as_str() {
        "center" => Resize::ShorterSide { size },
        "squash" => Resize::Squash { width: size, height: size },
        other => return Err(companion.broken(format!("its crop_mode {other:?} is not computed"))),
    };
    let interpolation = interpolation(&config.interpolation).ok_or_else(|| {
        companion.broken(format!("its interpolation {:?} is unknown", config.interpolation))
    })?;
    Ok(Preprocessing {
        resize,
        longer_side: LongerSide::Truncated,
        interpolation,
        crop_size: height,
        mean: config.mean,
        std: config.std,
    })
}
