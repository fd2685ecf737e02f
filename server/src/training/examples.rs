//! What a head is fitted to, and the head itself: rows of features with their classes, scaled for the fit, and a linear layer that reads
//! features as they are.

use candle_core::{Device, Result, Tensor};
use shared::HeadRecipe;
use shared::training::{EpochPoint, FeatureScaling, StepPoint};

use super::feature_table::FeatureTable;
use crate::dataset::{Dataset, Picture};

/// Features with their classes.
#[derive(Clone, Debug)]
pub struct Examples {
    /// `[pictures, features]`, f32.
    pub features: Tensor,
    /// Position of the class of each picture.
    pub labels: Vec<u32>,
    /// Content of each picture.
    pub contents: Vec<String>,
    /// Path of each picture.
    pub paths: Vec<String>,
}

/// What is done with features before the fit: `(x - mean) / deviation`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    mean: Vec<f32>,
    deviation: Vec<f32>,
}

/// `y = x W^T + b`
#[derive(Clone, Debug)]
pub struct Head {
    /// `[classes, features]`, f32.
    pub weight: Tensor,
    /// `[classes]`, f32.
    pub bias: Tensor,
}

/// A head for features as they are, and how it came.
#[derive(Clone, Debug)]
pub struct FittedHead {
    /// The head.
    pub head: Head,
    /// How it was made, with a penalty that was chosen.
    pub recipe: HeadRecipe,
    /// Each step; none where it was made at once.
    pub steps: Vec<StepPoint>,
    /// Each epoch.
    pub epochs: Vec<EpochPoint>,
    /// The epoch that was kept.
    pub best_epoch: Option<u64>,
}

impl Examples {
    /// The rows of a table that belong to these pictures; those without a row are left out.
    ///
    /// # Errors
    /// The device has no room.
    pub fn of(table: &FeatureTable, dataset: &Dataset, rows: &[usize], device: &Device) -> Result<Self> {
        let pictures = rows.iter().map(|row| &dataset.pictures[*row]);
        let known: Vec<(&Picture, &[f32])> =
            pictures.filter_map(|picture| Some((picture, table.row(&picture.content)?))).collect();
        let values: Vec<f32> = known.iter().flat_map(|(_picture, row)| row.iter().copied()).collect();
        let pictures = || known.iter().map(|(picture, _row)| picture);
        Ok(Self {
            features: Tensor::from_vec(values, (known.len(), table.num_features()), device)?,
            labels: pictures().map(|picture| picture.class_index as u32).collect(),
            contents: pictures().map(|picture| picture.content.clone()).collect(),
            paths: pictures().map(|picture| picture.path.clone()).collect(),
        })
    }

    /// Pictures.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Those at these positions.
    ///
    /// # Errors
    /// There is no such position.
    pub fn select(&self, rows: &[u32]) -> Result<Self> {
        let index = Tensor::new(rows, self.features.device())?;
        let texts = |all: &[String]| rows.iter().map(|row| all[*row as usize].clone()).collect();
        Ok(Self {
            features: self.features.index_select(&index, 0)?,
            labels: rows.iter().map(|row| self.labels[*row as usize]).collect(),
            contents: texts(&self.contents),
            paths: texts(&self.paths),
        })
    }

    /// Pictures of each class.
    pub fn class_counts(&self, num_classes: usize) -> Vec<u64> {
        let mut counts = vec![0; num_classes];
        for label in &self.labels {
            counts[*label as usize] += 1;
        }
        counts
    }
}

impl Scaling {
    /// That of a recipe, measured on the training pictures. A feature that does not vary is only shifted.
    ///
    /// # Errors
    /// The features cannot be read from their device.
    pub fn of(choice: FeatureScaling, train: &Examples) -> Result<Self> {
        let (count, num_features) = train.features.dims2()?;
        let mut scaling = Self { mean: vec![0.0; num_features], deviation: vec![1.0; num_features] };
        if choice == FeatureScaling::Raw || count == 0 {
            return Ok(scaling);
        }
        let values = train.features.to_device(&Device::Cpu)?.flatten_all()?.to_vec1::<f32>()?;
        let (mut sums, mut squares) = (vec![0.0_f64; num_features], vec![0.0_f64; num_features]);
        for row in values.chunks_exact(num_features) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += f64::from(*value);
            }
        }
        let means: Vec<f64> = sums.iter().map(|sum| sum / count as f64).collect();
        for row in values.chunks_exact(num_features) {
            for ((square, value), mean) in squares.iter_mut().zip(row).zip(&means) {
                *square += (f64::from(*value) - mean).powi(2);
            }
        }
        for (index, (mean, square)) in means.iter().zip(&squares).enumerate() {
            let deviation = (square / count as f64).sqrt();
            scaling.mean[index] = *mean as f32;
            if deviation > f64::from(f32::EPSILON) * mean.abs() {
                scaling.deviation[index] = deviation as f32;
            }
        }
        Ok(scaling)
    }

    /// The same pictures, scaled.
    ///
    /// # Errors
    /// They have another number of features.
    pub fn apply(&self, examples: &Examples) -> Result<Examples> {
        let device = examples.features.device();
        let (mean, deviation) = (self.tensor(&self.mean, device)?, self.tensor(&self.deviation, device)?);
        let features = examples.features.broadcast_sub(&mean)?.broadcast_div(&deviation)?;
        Ok(Examples { features, ..examples.clone() })
    }

    /// The head that gives of features as they are what `head` gives of scaled ones.
    ///
    /// # Errors
    /// It reads another number of features.
    pub fn undo(&self, head: &Head) -> Result<Head> {
        let device = head.weight.device();
        let (mean, deviation) = (self.tensor(&self.mean, device)?, self.tensor(&self.deviation, device)?);
        let weight = head.weight.broadcast_div(&deviation)?;
        let shift = weight.matmul(&mean.unsqueeze(1)?)?.squeeze(1)?;
        Ok(Head { weight, bias: (&head.bias - shift)? })
    }

    fn tensor(&self, values: &[f32], device: &Device) -> Result<Tensor> {
        Tensor::from_slice(values, values.len(), device)
    }
}

impl Head {
    /// Zeros, from which the cross-entropy of a linear layer has no other valley to end in.
    ///
    /// # Errors
    /// The device has no room.
    pub fn zeros(num_classes: usize, num_features: usize, device: &Device) -> Result<Self> {
        let zeros = |shape: &[usize]| Tensor::zeros(shape, candle_core::DType::F32, device);
        Ok(Self { weight: zeros(&[num_classes, num_features])?, bias: zeros(&[num_classes])? })
    }

    /// # Shapes
    /// `features`: `[pictures, features]` to `[pictures, classes]`.
    ///
    /// # Errors
    /// They are another number.
    pub fn logits(&self, features: &Tensor) -> Result<Tensor> {
        features.matmul(&self.weight.t()?)?.broadcast_add(&self.bias)
    }
}
