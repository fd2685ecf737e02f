//! The models of the crate candle-transformers, at the size of those that are compared. It has other names for the weights and no
//! way to be given ours without renaming all of them, and time does not depend on what they are: they are random.

use std::collections::HashMap;

use anyhow::{Result, bail};
use candle_core::{DType, Device, Module, Tensor};
use candle_nn::{Activation, Func, VarBuilder, VarMap};
use candle_transformers::models::{resnet, vit};

const NUM_CLASSES: usize = 1000;

/// A model of candle-transformers.
pub enum CandleModel {
    ResNet(Func<'static>),
    Vit(Box<vit::Model>),
}

impl CandleModel {
    /// The model of timm's name, in f32.
    ///
    /// # Errors
    /// It is not known.
    pub fn random(model: &str, device: &Device) -> Result<Self> {
        Ok(match model {
            "resnet50" => Self::ResNet(twice(device, |weights| resnet::resnet50(NUM_CLASSES, weights))?),
            "vit_base_patch16_224" => Self::Vit(Box::new(random_vit(768, 12, device)?)),
            "vit_small_patch16_224" => Self::Vit(Box::new(random_vit(384, 6, device)?)),
            _ => bail!("candle-transformers is not asked for a {model}"),
        })
    }

    /// The logits.
    ///
    /// # Errors
    /// The images have another size.
    pub fn forward(&self, images: &Tensor) -> candle_core::Result<Tensor> {
        match self {
            Self::ResNet(model) => model.forward(images),
            Self::Vit(model) => model.forward(images),
        }
    }
}

fn random_vit(dim: usize, num_heads: usize, device: &Device) -> candle_core::Result<vit::Model> {
    let config = vit::Config {
        hidden_size: dim,
        num_hidden_layers: 12,
        num_attention_heads: num_heads,
        intermediate_size: 4 * dim,
        hidden_act: Activation::Gelu,
        layer_norm_eps: 1e-6,
        image_size: 224,
        patch_size: 16,
        num_channels: 3,
        qkv_bias: true,
    };
    twice(device, |weights| vit::Model::new(&config, NUM_CLASSES, weights))
}

/// Builds a model once with variables, which are made as it asks for them, and then with their values: what is computed with
/// variables remembers how, for gradients that nobody wants here.
fn twice<T>(
    device: &Device,
    build: impl Fn(VarBuilder<'static>) -> candle_core::Result<T>,
) -> candle_core::Result<T> {
    let variables = VarMap::new();
    build(VarBuilder::from_varmap(&variables, DType::F32, device))?;
    let made = variables.data().lock().expect("nobody panicked with it");
    let values = made.iter().map(|(name, variable)| (name.clone(), variable.as_detached_tensor()));
    let values: HashMap<String, Tensor> = values.collect();
    build(VarBuilder::from_tensors(values, DType::F32, device))
}
