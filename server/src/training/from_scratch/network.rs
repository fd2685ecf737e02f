//! What the two small models have in common: named parameters, how they start, and a forward pass. Which of them is which is said here alone.

use std::collections::HashMap;

use candle_core::{Device, Result, Tensor, Var, bail};
use shared::ModelSlot;
use shared::permutation::Splitmix64;

use super::cnn::Cnn;
use super::vit::Vit;

/// Channels of a photo.
pub const IMAGE_CHANNELS: usize = 3;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Convolutions.
    Cnn(Cnn),
    /// Attention.
    Vit(Vit),
}

/// A parameter before it has values.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterSpec {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its first values.
    pub start: Start,
}

/// First values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// All 0.
    Zeros,
    /// All 1.
    Ones,
    /// Drawn, of mean 0 and this deviation.
    Normal(f64),
}

/// Parameters by name.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    tensors: HashMap<String, Tensor>,
}

impl Network {
    /// The slot of its family.
    pub fn slot(&self) -> ModelSlot {
        match self {
            Self::Cnn(_) => ModelSlot::Resnet,
            Self::Vit(_) => ModelSlot::Vit,
        }
    }

    /// What it is, in words.
    pub fn name(&self) -> String {
        match self {
            Self::Cnn(cnn) => cnn.name(),
            Self::Vit(vit) => vit.name(),
        }
    }

    /// In the order in which they are drawn.
    pub fn parameters(&self) -> Vec<ParameterSpec> {
        match self {
            Self::Cnn(cnn) => cnn.parameters(),
            Self::Vit(vit) => vit.parameters(),
        }
    }

    /// Weights and biases that are learned.
    pub fn num_parameters(&self) -> u64 {
        self.parameters().iter().map(|spec| spec.shape.iter().product::<usize>() as u64).sum()
    }

    /// Multiply-accumulates of a photo.
    pub fn num_macs(&self) -> u64 {
        match self {
            Self::Cnn(cnn) => cnn.num_macs(),
            Self::Vit(vit) => vit.num_macs(),
        }
    }

    /// # Shapes
    /// `photos`: `[batch, 3, image_size, image_size]`, f32, normalised; to `[batch, num_classes]`, logits.
    ///
    /// # Errors
    /// A parameter is missing, or a shape is another.
    pub fn forward(&self, weights: &Weights, photos: &Tensor) -> Result<Tensor> {
        match self {
            Self::Cnn(cnn) => cnn.forward(weights, photos),
            Self::Vit(vit) => vit.forward(weights, photos),
        }
    }

    /// First values of all parameters, drawn with a seed.
    ///
    /// # Errors
    /// The device has no room.
    pub fn start(&self, seed: u64, device: &Device) -> Result<Vec<(ParameterSpec, Var)>> {
        let mut numbers = Splitmix64::of(seed, &[self.slot() as u64]);
        let start = |spec: ParameterSpec| {
            let count = spec.shape.iter().product();
            let values: Vec<f32> = match spec.start {
                Start::Zeros => vec![0.0; count],
                Start::Ones => vec![1.0; count],
                Start::Normal(deviation) => {
                    (0..count).map(|_| (numbers.normal() * deviation) as f32).collect()
                }
            };
            let tensor = Tensor::from_vec(values, spec.shape.as_slice(), device)?;
            Ok((spec, Var::from_tensor(&tensor)?))
        };
        self.parameters().into_iter().map(start).collect()
    }
}

impl ParameterSpec {
    /// A parameter.
    pub fn new(name: impl Into<String>, shape: &[usize], start: Start) -> Self {
        Self { name: name.into(), shape: shape.to_vec(), start }
    }

    /// `{name}.weight` of ones and `{name}.bias` of zeros.
    pub fn norm(name: &str, dim: usize) -> [Self; 2] {
        [
            Self::new(format!("{name}.weight"), &[dim], Start::Ones),
            Self::new(format!("{name}.bias"), &[dim], Start::Zeros),
        ]
    }

    /// `{name}.weight`, `[out_features, in_features]`, and `{name}.bias` of zeros.
    pub fn linear(name: &str, in_features: usize, out_features: usize, start: Start) -> [Self; 2] {
        [
            Self::new(format!("{name}.weight"), &[out_features, in_features], start),
            Self::new(format!("{name}.bias"), &[out_features], Start::Zeros),
        ]
    }

    /// Whether it decays: matrices and kernels do; biases, scales and positions do not.
    pub fn decays(&self) -> bool {
        self.shape.len() > 1 && self.name.ends_with(".weight")
    }
}

impl Weights {
    /// These tensors.
    pub fn new(tensors: impl IntoIterator<Item = (String, Tensor)>) -> Self {
        Self { tensors: tensors.into_iter().collect() }
    }

    /// A parameter.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn get(&self, name: &str) -> Result<&Tensor> {
        match self.tensors.get(name) {
            Some(tensor) => Ok(tensor),
            None => bail!("there is no parameter {name}"),
        }
    }

    /// `{name}.weight` and `{name}.bias`.
    ///
    /// # Errors
    /// One is missing.
    pub fn pair(&self, name: &str) -> Result<[&Tensor; 2]> {
        Ok([self.get(&format!("{name}.weight"))?, self.get(&format!("{name}.bias"))?])
    }
}
