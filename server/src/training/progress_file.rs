//! A run in a file that is replaced as a whole: safetensors with weights and moments, and the curves in its metadata.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};
use shared::training::{EpochPoint, StepPoint};

use super::error::TrainingError;
use super::examples::Head;
use super::fit::{State, Tensors};
use super::optimizer::Moments;
use crate::safe_file;

/// The entry with a [`Kept`], as JSON.
const RUN: &str = "run";
/// In the order of [`list`].
const NAMES: [&str; 8] = [
    "weight",
    "bias",
    "best.weight",
    "best.bias",
    "first.weight",
    "first.bias",
    "second.weight",
    "second.bias",
];

#[derive(Serialize, Deserialize)]
struct Kept {
    fingerprint: String,
    num_steps: u64,
    state: State,
}

/// The curves of a run that is kept at this path; `None` where there is none, or something else.
pub fn kept_curves(path: &Path) -> Option<(Vec<StepPoint>, Vec<EpochPoint>)> {
    let bytes = safe_file::read_if_there(path).ok()??;
    let (_length, header) = SafeTensors::read_metadata(&bytes).ok()?;
    let kept: Kept = serde_json::from_str(header.metadata().as_ref()?.get(RUN)?).ok()?;
    Some((kept.state.steps, kept.state.epochs))
}

/// Where a run is kept.
#[derive(Clone, Debug)]
pub struct ProgressFile {
    path: PathBuf,
}

impl ProgressFile {
    /// At this path.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// What was kept of the run with this fingerprint; `None` where nothing was, or another one.
    ///
    /// # Errors
    /// It is something else, or cannot be read.
    pub fn read(
        &self,
        fingerprint: &str,
        device: &Device,
    ) -> Result<Option<(Tensors, State)>, TrainingError> {
        let bytes = safe_file::read_if_there(&self.path).map_err(|error| self.failure(error))?;
        let Some(bytes) = bytes else { return Ok(None) };
        let broken = |reason: &str| self.failure(io::Error::other(reason.to_owned()));
        let (_length, header) =
            SafeTensors::read_metadata(&bytes).map_err(|error| self.failure(io::Error::other(error)))?;
        let text = header.metadata().as_ref().and_then(|texts| texts.get(RUN));
        let text = text.ok_or_else(|| broken("it is no run that was stopped"))?;
        let kept: Kept = serde_json::from_str(text).map_err(|error| self.failure(error.into()))?;
        if kept.fingerprint != fingerprint {
            return Ok(None);
        }
        let file = SafeTensors::deserialize(&bytes).map_err(|error| self.failure(io::Error::other(error)))?;
        let mut tensors = Vec::with_capacity(NAMES.len());
        for name in NAMES {
            let view = file.tensor(name).map_err(|error| self.failure(io::Error::other(error)))?;
            tensors.push(Tensor::from_raw_buffer(
                view.data(),
                candle_core::DType::F32,
                view.shape(),
                device,
            )?);
        }
        let tensors = <[Tensor; NAMES.len()]>::try_from(tensors).expect("as many as names");
        Ok(Some((named(tensors, kept.num_steps), kept.state)))
    }

    /// Replaces what was kept.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, fingerprint: &str, tensors: &Tensors, state: &State) -> Result<(), TrainingError> {
        let kept = Kept {
            fingerprint: fingerprint.to_owned(),
            num_steps: tensors.moments.num_steps,
            state: state.clone(),
        };
        let kept = serde_json::to_string(&kept).expect("finite numbers are JSON");
        let mut values = Vec::with_capacity(NAMES.len());
        for tensor in list(tensors) {
            let numbers = tensor.to_device(&Device::Cpu)?.flatten_all()?.to_vec1::<f32>()?;
            let bytes: Vec<u8> = numbers.iter().flat_map(|value| value.to_le_bytes()).collect();
            values.push((tensor.dims().to_vec(), bytes));
        }
        let written = serialize(&values, kept).and_then(|bytes| safe_file::replace(&self.path, &bytes));
        written.map_err(|error| self.failure(error))
    }

    fn failure(&self, source: io::Error) -> TrainingError {
        TrainingError::File { path: self.path.clone(), source }
    }
}

fn serialize(values: &[(Vec<usize>, Vec<u8>)], kept: String) -> io::Result<Vec<u8>> {
    let views = NAMES.into_iter().zip(values).map(|(name, (shape, bytes))| {
        Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(io::Error::other)?))
    });
    let views = views.collect::<io::Result<Vec<_>>>()?;
    let texts = HashMap::from([(RUN.to_owned(), kept)]);
    safetensors::serialize(views, Some(texts)).map_err(io::Error::other)
}

fn list(tensors: &Tensors) -> [&Tensor; NAMES.len()] {
    let Tensors { head, best, moments: Moments { first, second, .. } } = tensors;
    [&head.weight, &head.bias, &best.weight, &best.bias, &first[0], &first[1], &second[0], &second[1]]
}

fn named(tensors: [Tensor; NAMES.len()], num_steps: u64) -> Tensors {
    let [weight, bias, best_weight, best_bias, first_weight, first_bias, second_weight, second_bias] =
        tensors;
    Tensors {
        head: Head { weight, bias },
        best: Head { weight: best_weight, bias: best_bias },
        moments: Moments {
            first: [first_weight, first_bias],
            second: [second_weight, second_bias],
            num_steps,
        },
    }
}
