//! A head in closed form: least squares between features and classes with a penalty on the weights. Its outputs are near 0 and 1; one
//! factor on all of them, the temperature, then makes their softmax fit pictures that were not fitted to.

use candle_core::{DType, Device, Result as TensorResult, Tensor};
use rayon::prelude::*;
use thiserror::Error;

use super::error::TrainingError;
use super::examples::{Examples, Head};
use super::fit::measure;
use super::objective::Objective;
use crate::analysis::cholesky;

/// Penalties that are tried, by the number of training pictures; features that are scaled have squares that sum to that number.
const PENALTIES: [f64; 5] = [0.003, 0.01, 0.03, 0.1, 0.3];
/// Logarithms of the factors between which the temperature lies.
const FACTORS: [f64; 2] = [0.0, 5.0];
/// Halvings of that interval.
const SEARCH_STEPS: usize = 40;

/// Why there is no solution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RidgeError {
    /// No penalty, and features that follow from others.
    #[error("some features follow from others, so that a ridge takes a penalty above 0")]
    Singular,
    /// A number that is none.
    #[error("the penalty of a ridge is a number, not below 0")]
    Penalty,
}

/// The equations of a ridge, of which any penalty can be solved.
pub struct Ridge {
    /// `[features, features]`
    gram: Vec<f64>,
    /// `[classes, features]`
    products: Vec<f64>,
    mean_features: Vec<f64>,
    mean_targets: Vec<f64>,
    device: Device,
}

impl Ridge {
    /// Of these pictures: a target is 1 for the picture's class and 0 for the others, and both sides are centred, so that the biases are
    /// not penalised.
    ///
    /// # Errors
    /// The device fails.
    pub fn new(train: &Examples, num_classes: usize) -> TensorResult<Self> {
        let features = train.features.to_device(&Device::Cpu)?.to_dtype(DType::F64)?;
        let count = train.len();
        let mean = features.mean(0)?;
        let centred = features.broadcast_sub(&mean)?;
        let counts = train.class_counts(num_classes);
        let mean_targets: Vec<f64> = counts.iter().map(|own| *own as f64 / count as f64).collect();
        let mut targets = vec![0.0_f64; num_classes * count];
        for (row, label) in train.labels.iter().enumerate() {
            targets[*label as usize * count + row] = 1.0;
        }
        // The features are centred, so the targets need not be.
        let targets = Tensor::from_vec(targets, (num_classes, count), &Device::Cpu)?;
        Ok(Self {
            gram: centred.t()?.matmul(&centred)?.flatten_all()?.to_vec1()?,
            products: targets.matmul(&centred)?.flatten_all()?.to_vec1()?,
            mean_features: mean.to_vec1()?,
            mean_targets,
            device: train.features.device().clone(),
        })
    }

    /// The head with this penalty: `W = (X^T X + penalty I)^-1 X^T Y`.
    ///
    /// # Errors
    /// The penalty is too small, or the device has no room.
    ///
    /// # Source
    /// Hoerl and Kennard, "Ridge Regression", 1970.
    pub fn solve(&self, penalty: f64) -> Result<Head, TrainingError> {
        if !(penalty.is_finite() && penalty >= 0.0) {
            return Err(RidgeError::Penalty.into());
        }
        let num_features = self.mean_features.len();
        let mut matrix = self.gram.clone();
        for diagonal in matrix.iter_mut().step_by(num_features + 1) {
            *diagonal += penalty;
        }
        cholesky::factor(&mut matrix, num_features).map_err(|_singular| RidgeError::Singular)?;
        let mut weight = self.products.clone();
        weight.par_chunks_mut(num_features).for_each(|row| cholesky::solve(&matrix, row));
        let bias = weight.chunks_exact(num_features).zip(&self.mean_targets).map(|(row, mean)| {
            mean - row.iter().zip(&self.mean_features).map(|(weight, mean)| weight * mean).sum::<f64>()
        });
        let bias: Vec<f32> = bias.map(|value| value as f32).collect();
        let weight: Vec<f32> = weight.iter().map(|value| *value as f32).collect();
        let num_classes = bias.len();
        Ok(Head {
            weight: Tensor::from_vec(weight, (num_classes, num_features), &self.device)?,
            bias: Tensor::from_vec(bias, num_classes, &self.device)?,
        })
    }

    /// The head of the penalty under which the validation pictures' classes rank first most often, of several the largest, with its
    /// penalty. Without validation pictures, that of the middle one.
    ///
    /// # Errors
    /// As [`Self::solve`].
    pub fn best(
        &self,
        num_pictures: usize,
        validation: Option<&Examples>,
    ) -> Result<(Head, f64), TrainingError> {
        let Some(validation) = validation.filter(|validation| !validation.is_empty()) else {
            let penalty = PENALTIES[PENALTIES.len() / 2] * num_pictures as f64;
            return Ok((self.solve(penalty)?, penalty));
        };
        let mut best: Option<(Head, f64, f64)> = None;
        for part in PENALTIES.into_iter().rev() {
            let penalty = part * num_pictures as f64;
            let head = self.solve(penalty)?;
            let (_loss, top1) = measure(&head, validation)?;
            if best.as_ref().is_none_or(|(_head, _penalty, highest)| top1 > *highest) {
                best = Some((head, penalty, top1));
            }
        }
        let (head, penalty, _top1) = best.expect("several penalties were tried");
        Ok((head, penalty))
    }
}

/// The head times the factor with which its softmax fits these pictures best. No answer changes its rank by it.
///
/// # Errors
/// The device fails.
///
/// # Source
/// Guo et al., "On Calibration of Modern Neural Networks", 2017, temperature scaling; the loss has one valley along the factor, which is
/// found by golden sections. Labels are smoothed by one picture in all and two more (Platt, "Probabilistic Outputs for Support Vector
/// Machines", 1999): where every answer is right, no factor would be large enough.
pub fn temperature(head: &Head, examples: &Examples) -> TensorResult<Head> {
    let scaled = |logarithm: f64| -> TensorResult<Head> {
        let factor = logarithm.exp();
        Ok(Head { weight: (&head.weight * factor)?, bias: (&head.bias * factor)? })
    };
    let smoothing = 1.0 / (examples.len() as f64 + 2.0);
    let objective = Objective::new(vec![1.0; head.bias.dim(0)?], smoothing);
    let loss = |logarithm: f64| {
        let logits = scaled(logarithm)?.logits(&examples.features)?;
        Ok::<_, candle_core::Error>(objective.loss(&logits, &examples.labels)?.value)
    };
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let [mut low, mut high] = FACTORS;
    let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
    let (mut left_loss, mut right_loss) = (loss(left)?, loss(right)?);
    for _step in 0..SEARCH_STEPS {
        if left_loss < right_loss {
            (high, right, right_loss) = (right, left, left_loss);
            left = high - golden * (high - low);
            left_loss = loss(left)?;
        } else {
            (low, left, left_loss) = (left, right, right_loss);
            right = low + golden * (high - low);
            right_loss = loss(right)?;
        }
    }
    scaled(f64::midpoint(low, high))
}
