//! How a head is made: every number that its weights depend on, beside the pictures and the backbone.

use serde::{Deserialize, Serialize};

/// A recipe; the same one on the same features gives the same head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeadRecipe {
    /// What is done with the features before.
    pub scaling: FeatureScaling,
    /// How weights are fitted.
    pub method: Method,
    /// What pictures are shuffled with.
    pub seed: u64,
}

/// What is done with features before a head is fitted. The head that comes out reads the features as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FeatureScaling {
    /// Mean 0 and deviation 1 over the training pictures, each feature for itself.
    #[default]
    Standardised,
    /// Nothing.
    Raw,
}

/// How weights are fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Method {
    /// Step by step, by the gradient of the cross-entropy.
    Gradient(Schedule),
    /// At once: least squares with a penalty, scaled so that its softmax fits the validation pictures.
    Ridge {
        /// Added to the diagonal; none: the best of a few on the validation pictures.
        penalty: Option<f64>,
    },
}

/// The steps of a fit by gradient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Schedule {
    /// What is made of a gradient.
    pub optimizer: Optimizer,
    /// At the first step; a half cosine takes it to 0 behind the last.
    pub learning_rate: f64,
    /// Passes over the training pictures.
    pub epochs: u64,
    /// Pictures of a step.
    pub batch_size: usize,
    /// Of the weights, not of the biases.
    pub weight_decay: f64,
    /// What of a label's probability is spread over all classes.
    pub label_smoothing: f64,
    /// How much each class counts.
    pub class_weights: ClassWeights,
    /// Epochs without a lower validation loss after which the run ends; none: never.
    pub patience: Option<u64>,
}

/// What is made of a gradient; as `torch.optim` has them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "optimizer", rename_all = "snake_case")]
pub enum Optimizer {
    /// Stochastic gradient descent with momentum; decay is part of the gradient.
    Sgd {
        /// How much of the step before goes on.
        momentum: f64,
    },
    /// Adam with decoupled weight decay.
    AdamW {
        /// Of the mean of gradients.
        beta1: f64,
        /// Of the mean of their squares.
        beta2: f64,
        /// Added to the root.
        epsilon: f64,
    },
}

/// How much each class counts in the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// By its pictures.
    #[default]
    Uniform,
    /// All alike: in inverse proportion to its training pictures.
    Balanced,
}

impl Default for HeadRecipe {
    fn default() -> Self {
        Self { scaling: FeatureScaling::default(), method: Method::Gradient(Schedule::default()), seed: 0 }
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            optimizer: Optimizer::ADAM_W,
            learning_rate: 5e-4,
            epochs: 100,
            batch_size: 128,
            weight_decay: 0.1,
            label_smoothing: 0.05,
            class_weights: ClassWeights::default(),
            patience: Some(10),
        }
    }
}

impl Optimizer {
    /// With the numbers of its paper (Kingma and Ba 2015; Loshchilov and Hutter 2019).
    pub const ADAM_W: Self = Self::AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    /// With the usual momentum.
    pub const SGD: Self = Self::Sgd { momentum: 0.9 };
}

impl Schedule {
    /// The half cosine of Loshchilov and Hutter 2017 without restarts: `step` from 0 of `num_steps`.
    pub fn learning_rate_at(&self, step: u64, num_steps: u64) -> f64 {
        let part = step as f64 / num_steps.max(1) as f64;
        self.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * part).cos())
    }
}
