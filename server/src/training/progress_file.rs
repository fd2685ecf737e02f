//! A run in a file that is replaced as a whole: safetensors with weights and moments, and the curves in its metadata.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::training::{EpochPoint, StepPoint};

use super::error::TrainingError;
use crate::safe_file;

/// The entry with a [`Kept`], as JSON.
const RUN: &str = "run";

#[derive(Serialize, Deserialize)]
struct Kept<S> {
    fingerprint: String,
    num_steps: u64,
    state: S,
}

/// What every state of a run has.
#[derive(Deserialize)]
struct Curves {
    steps: Vec<StepPoint>,
    epochs: Vec<EpochPoint>,
}

/// The curves of a run that is kept at this path; `None` where there is none, or something else.
pub fn kept_curves(path: &Path) -> Option<(Vec<StepPoint>, Vec<EpochPoint>)> {
    let bytes = safe_file::read_if_there(path).ok()??;
    let (_length, header) = SafeTensors::read_metadata(&bytes).ok()?;
    let kept: Kept<Curves> = serde_json::from_str(header.metadata().as_ref()?.get(RUN)?).ok()?;
    Some((kept.state.steps, kept.state.epochs))
}

/// Where a run is kept.
#[derive(Clone, Debug)]
pub struct ProgressFile {
    path: PathBuf,
}

/// A run as it is kept.
#[derive(Clone, Debug)]
pub struct KeptRun<S> {
    /// Weights and moments by name, f32.
    pub tensors: BTreeMap<String, Tensor>,
    /// Steps that the optimiser has taken.
    pub num_steps: u64,
    /// Everything else, the curves among it.
    pub state: S,
}

impl<S> KeptRun<S> {
    /// Takes a tensor out.
    ///
    /// # Errors
    /// There is none of that name and shape.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> candle_core::Result<Tensor> {
        match self.tensors.remove(name) {
            Some(tensor) if tensor.dims() == shape => Ok(tensor),
            _ => candle_core::bail!("the run that was kept has no {name} of shape {shape:?}"),
        }
    }
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
    pub fn read<S: DeserializeOwned>(
        &self,
        fingerprint: &str,
        device: &Device,
    ) -> Result<Option<KeptRun<S>>, TrainingError> {
        let bytes = safe_file::read_if_there(&self.path).map_err(|error| self.failure(error))?;
        let Some(bytes) = bytes else { return Ok(None) };
        let broken = |error: Cause| self.failure(io::Error::other(error));
        let (_length, header) = SafeTensors::read_metadata(&bytes).map_err(|error| broken(error.into()))?;
        let text = header.metadata().as_ref().and_then(|texts| texts.get(RUN));
        let text = text.ok_or_else(|| broken("it is no run that was stopped".into()))?;
        // The state of another run may have another form.
        let kept: Kept<serde_json::Value> =
            serde_json::from_str(text).map_err(|error| self.failure(error.into()))?;
        if kept.fingerprint != fingerprint {
            return Ok(None);
        }
        let state = serde_json::from_value(kept.state).map_err(|error| self.failure(error.into()))?;
        let file = SafeTensors::deserialize(&bytes).map_err(|error| broken(error.into()))?;
        let mut tensors = BTreeMap::new();
        for (name, view) in file.tensors() {
            if view.dtype() != Dtype::F32 {
                return Err(broken(format!("{name} is not f32").into()));
            }
            let tensor = Tensor::from_raw_buffer(view.data(), DType::F32, view.shape(), device)?;
            tensors.insert(name, tensor);
        }
        Ok(Some(KeptRun { tensors, num_steps: kept.num_steps, state }))
    }

    /// Replaces what was kept.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write<S: Serialize>(&self, fingerprint: &str, run: &KeptRun<S>) -> Result<(), TrainingError> {
        let kept = Kept { fingerprint: fingerprint.to_owned(), num_steps: run.num_steps, state: &run.state };
        let kept = serde_json::to_string(&kept).expect("finite numbers are JSON");
        let mut values = Vec::with_capacity(run.tensors.len());
        for (name, tensor) in &run.tensors {
            let numbers = tensor.to_device(&Device::Cpu)?.flatten_all()?.to_vec1::<f32>()?;
            let bytes: Vec<u8> = numbers.iter().flat_map(|value| value.to_le_bytes()).collect();
            values.push((name.as_str(), tensor.dims().to_vec(), bytes));
        }
        let written = serialize(&values, kept).and_then(|bytes| safe_file::replace(&self.path, &bytes));
        written.map_err(|error| self.failure(error))
    }

    fn failure(&self, source: io::Error) -> TrainingError {
        TrainingError::File { path: self.path.clone(), source }
    }
}

/// Why a file cannot be used.
type Cause = Box<dyn std::error::Error + Send + Sync>;

fn serialize(values: &[(&str, Vec<usize>, Vec<u8>)], kept: String) -> io::Result<Vec<u8>> {
    let views = values.iter().map(|(name, shape, bytes)| {
        Ok((*name, TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(io::Error::other)?))
    });
    let views = views.collect::<io::Result<Vec<_>>>()?;
    let texts = HashMap::from([(RUN.to_owned(), kept)]);
    safetensors::serialize(views, Some(texts)).map_err(io::Error::other)
}
