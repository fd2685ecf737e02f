//! The small CNN: a stem and three stages of one residual block, each halving the map, then the mean over all places. 3x3 convolutions, each
//! with group normalisation of one group and a ReLU, as in He et al. 2016 but for the norm: that of a batch would depend on how many
//! photos there are, which is what is asked.

use candle_core::{Result, Tensor};
use shared::architecture::ConvSpec;

use super::network::{IMAGE_CHANNELS, ParameterSpec, Start, Weights};
use crate::models::layers::learned::{Followed, convolution, group_norm, joined_relu, linear};

/// Channels of the stem, and of the first two stages. The last stage takes what makes both models equally large.
const STEM: usize = 32;
const FIRST_STAGES: [usize; 2] = [32, 64];

/// Its sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cnn {
    /// Side of a photo.
    pub image_size: usize,
    /// Channels of the last stage.
    pub last_channels: usize,
    /// Outputs.
    pub num_classes: usize,
}

/// A convolution with its place in the model.
struct Unit {
    name: String,
    spec: ConvSpec,
    /// Side of the map that it reads.
    side: usize,
}

/// A stage: two convolutions, and that of the shortcut.
struct Stage {
    first: Unit,
    second: Unit,
    shortcut: Unit,
}

impl Cnn {
    /// In words.
    pub fn name(&self) -> String {
        let [first, second] = FIRST_STAGES;
        format!("CNN of 3 stages, {first}, {second} and {} channels", self.last_channels)
    }

    /// In the order in which they are drawn.
    pub fn parameters(&self) -> Vec<ParameterSpec> {
        let units = self.units();
        let mut parameters: Vec<ParameterSpec> = units.iter().flat_map(Unit::parameters).collect();
        parameters.extend(ParameterSpec::linear("head", self.last_channels, self.num_classes, Start::Zeros));
        parameters
    }

    /// Multiply-accumulates of a photo: those of convolutions and head.
    pub fn num_macs(&self) -> u64 {
        let units: u64 = self.units().iter().map(Unit::num_macs).sum();
        units + (self.last_channels * self.num_classes) as u64
    }

    /// # Shapes
    /// As [`super::network::Network::forward`].
    ///
    /// # Errors
    /// As [`super::network::Network::forward`].
    pub fn forward(&self, weights: &Weights, photos: &Tensor) -> Result<Tensor> {
        let mut map = self.stem().forward(weights, photos, Followed::Relu)?;
        for Stage { first, second, shortcut } in self.stages() {
            let residual = first.forward(weights, &map, Followed::Relu)?;
            let residual = second.forward(weights, &residual, Followed::Nothing)?;
            let shortcut = shortcut.forward(weights, &map, Followed::Nothing)?;
            map = joined_relu(&residual, &shortcut)?;
        }
        let [weight, bias] = weights.pair("head")?;
        linear(&map.flatten_from(2)?.mean(2)?, weight, bias)
    }

    fn stem(&self) -> Unit {
        let spec = ConvSpec {
            in_channels: IMAGE_CHANNELS,
            out_channels: STEM,
            kernel_size: 3,
            stride: 2,
            padding: 1,
        };
        Unit { name: "stem".to_owned(), spec, side: self.image_size }
    }

    fn stages(&self) -> Vec<Stage> {
        let [first, second] = FIRST_STAGES;
        let (mut side, mut in_channels) = (self.stem().out_side(), STEM);
        let mut stages = Vec::new();
        for (index, out_channels) in [first, second, self.last_channels].into_iter().enumerate() {
            let spec = ConvSpec { in_channels, out_channels, kernel_size: 3, stride: 2, padding: 1 };
            let unit = |name: &str, spec, side| Unit { name: format!("stages.{index}.{name}"), spec, side };
            let first = unit("first", spec, side);
            let out_side = first.out_side();
            let second = unit("second", ConvSpec { in_channels: out_channels, stride: 1, ..spec }, out_side);
            let shortcut = unit("shortcut", ConvSpec { kernel_size: 1, padding: 0, ..spec }, side);
            stages.push(Stage { first, second, shortcut });
            (side, in_channels) = (out_side, out_channels);
        }
        stages
    }

    fn units(&self) -> Vec<Unit> {
        let stages = self.stages().into_iter();
        let stages = stages.flat_map(|Stage { first, second, shortcut }| [first, second, shortcut]);
        std::iter::once(self.stem()).chain(stages).collect()
    }
}

impl Unit {
    fn out_side(&self) -> usize {
        self.spec.output_side(self.side)
    }

    fn num_macs(&self) -> u64 {
        let ConvSpec { in_channels, out_channels, kernel_size, .. } = self.spec;
        (in_channels * out_channels * (kernel_size * self.out_side()).pow(2)) as u64
    }

    /// He et al. 2015: a deviation that keeps the size of what passes through ReLUs.
    fn parameters(&self) -> Vec<ParameterSpec> {
        let ConvSpec { in_channels, out_channels, kernel_size, .. } = self.spec;
        let fan_in = in_channels * kernel_size * kernel_size;
        let kernel = ParameterSpec::new(
            format!("{}.weight", self.name),
            &[out_channels, in_channels, kernel_size, kernel_size],
            Start::Normal((2.0 / fan_in as f64).sqrt()),
        );
        let norm = ParameterSpec::norm(&format!("{}.norm", self.name), out_channels);
        std::iter::once(kernel).chain(norm).collect()
    }

    fn forward(&self, weights: &Weights, map: &Tensor, followed: Followed) -> Result<Tensor> {
        let kernel = weights.get(&format!("{}.weight", self.name))?;
        let map = convolution(map, kernel, self.spec)?;
        let [weight, bias] = weights.pair(&format!("{}.norm", self.name))?;
        group_norm(&map, weight, bias, followed)
    }
}
