//! The small Vision Transformer: patches of 8 pixels, positions that are learned, pre-norm encoder blocks, then the mean over all tokens
//! (Dosovitskiy et al. 2021; without a class token, as in Beyer et al. 2022, "Better plain ViT baselines").

use candle_core::{Result, Tensor};

use super::network::{IMAGE_CHANNELS, ParameterSpec, Start, Weights};
use crate::models::layers::learned::{EPSILON, attention, gelu, layer_norm, linear};

const PATCH_SIZE: usize = 8;
const DIM: usize = 64;
const DEPTH: usize = 4;
const HEADS: usize = 4;
const MLP_DIM: usize = 4 * DIM;
/// Of positions.
const POSITION_DEVIATION: f64 = 0.02;

/// Its sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vit {
    /// Side of a photo: whole patches.
    pub image_size: usize,
    /// Outputs.
    pub num_classes: usize,
}

/// A linear layer.
struct Projection {
    name: String,
    in_features: usize,
    out_features: usize,
}

impl Vit {
    /// In words.
    pub fn name(&self) -> String {
        format!("ViT of {DEPTH} blocks, {DIM} features, patches of {PATCH_SIZE} pixels")
    }

    /// In the order in which they are drawn. Matrices start as Glorot and Bengio 2010 have it, the head at 0.
    pub fn parameters(&self) -> Vec<ParameterSpec> {
        let positions = Start::Normal(POSITION_DEVIATION);
        let mut parameters = Self::embedding().parameters().to_vec();
        parameters.push(ParameterSpec::new("position_embedding", &[self.num_tokens(), DIM], positions));
        for block in 0..DEPTH {
            parameters.extend(ParameterSpec::norm(&format!("blocks.{block}.first_norm"), DIM));
            parameters.extend(ParameterSpec::norm(&format!("blocks.{block}.second_norm"), DIM));
            parameters.extend(Self::projections(block).iter().flat_map(Projection::parameters));
        }
        parameters.extend(ParameterSpec::norm("norm", DIM));
        parameters.extend(ParameterSpec::linear("head", DIM, self.num_classes, Start::Zeros));
        parameters
    }

    /// Multiply-accumulates of a photo: those of the linear layers, of scores and of their mixes.
    pub fn num_macs(&self) -> u64 {
        let blocks: usize = (0..DEPTH).flat_map(Self::projections).map(|layer| layer.num_weights()).sum();
        let linear = self.num_tokens() * (Self::embedding().num_weights() + blocks);
        let attention = DEPTH * 2 * self.num_tokens().pow(2) * DIM;
        (linear + attention + DIM * self.num_classes) as u64
    }

    /// # Shapes
    /// As [`super::network::Network::forward`].
    ///
    /// # Errors
    /// As [`super::network::Network::forward`].
    pub fn forward(&self, weights: &Weights, photos: &Tensor) -> Result<Tensor> {
        let (batch, tokens) = (photos.dim(0)?, self.num_tokens());
        let embedded = Self::embedding().forward(weights, &self.patches(photos)?)?;
        let positions = weights.get("position_embedding")?;
        let embedded = embedded.reshape((batch, tokens, DIM))?.broadcast_add(positions)?;
        let mut features = embedded.reshape((batch * tokens, DIM))?;
        for block in 0..DEPTH {
            let [joined, mixed, widened, narrowed] = Self::projections(block);
            let normed = norm(weights, &format!("blocks.{block}.first_norm"), &features)?;
            let joined = joined.forward(weights, &normed)?.reshape((batch, tokens, 3 * DIM))?;
            let context = attention(&joined, HEADS)?.reshape((batch * tokens, DIM))?;
            features = (features + mixed.forward(weights, &context)?)?;
            let normed = norm(weights, &format!("blocks.{block}.second_norm"), &features)?;
            let hidden = gelu(&widened.forward(weights, &normed)?)?;
            features = (features + narrowed.forward(weights, &hidden)?)?;
        }
        let normed = norm(weights, "norm", &features)?;
        let [weight, bias] = weights.pair("head")?;
        linear(&normed.reshape((batch, tokens, DIM))?.mean(1)?, weight, bias)
    }

    fn num_tokens(&self) -> usize {
        (self.image_size / PATCH_SIZE).pow(2)
    }

    /// Each patch as a row: channel, row, column, as PyTorch stores a kernel.
    fn patches(&self, photos: &Tensor) -> Result<Tensor> {
        let (batch, side) = (photos.dim(0)?, self.image_size / PATCH_SIZE);
        let cut = photos.reshape((batch, IMAGE_CHANNELS, side, PATCH_SIZE, side, PATCH_SIZE))?;
        let rows = cut.permute((0, 2, 4, 1, 3, 5))?.contiguous()?;
        rows.reshape((batch * side * side, IMAGE_CHANNELS * PATCH_SIZE * PATCH_SIZE))
    }

    fn embedding() -> Projection {
        Projection {
            name: "patch_embedding".to_owned(),
            in_features: IMAGE_CHANNELS * PATCH_SIZE * PATCH_SIZE,
            out_features: DIM,
        }
    }

    /// Of queries, keys and values joined; of the context; of both layers of the MLP.
    fn projections(block: usize) -> [Projection; 4] {
        [
            ("attention", DIM, 3 * DIM),
            ("context", DIM, DIM),
            ("mlp.first", DIM, MLP_DIM),
            ("mlp.second", MLP_DIM, DIM),
        ]
        .map(|(name, in_features, out_features)| Projection {
            name: format!("blocks.{block}.{name}"),
            in_features,
            out_features,
        })
    }
}

impl Projection {
    fn num_weights(&self) -> usize {
        self.in_features * self.out_features
    }

    fn parameters(&self) -> [ParameterSpec; 2] {
        let Self { name, in_features, out_features } = self;
        let deviation = (2.0 / (in_features + out_features) as f64).sqrt();
        ParameterSpec::linear(name, *in_features, *out_features, Start::Normal(deviation))
    }

    fn forward(&self, weights: &Weights, rows: &Tensor) -> Result<Tensor> {
        let [weight, bias] = weights.pair(&self.name)?;
        linear(rows, weight, bias)
    }
}

fn norm(weights: &Weights, name: &str, rows: &Tensor) -> Result<Tensor> {
    let [weight, bias] = weights.pair(name)?;
    layer_norm(rows, weight, bias, EPSILON)
}
