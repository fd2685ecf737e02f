//! A run of fine-tuning in its file: all variables as they are, as they were after the best epoch, and their moments; the head that it started
//! from; the curves.

use candle_core::{Result as TensorResult, Tensor};
use serde::{Deserialize, Serialize};
use shared::HeadRecipe;
use shared::training::{EpochPoint, Method, StepPoint};

use super::Tuning;
use crate::models::tail::TailParameters;
use crate::training::error::TrainingError;
use crate::training::examples::{FittedHead, Head};
use crate::training::progress_file::KeptRun;

/// What the parts of a kept run start with.
const BEFORE: &str = "before.";
const BEST: &str = "best.";
const FIRST: &str = "first.";
const SECOND: &str = "second.";

/// Everything of a run but its tensors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// Each step, those of the head among them.
    pub steps: Vec<StepPoint>,
    /// Each epoch, those of the head among them.
    pub epochs: Vec<EpochPoint>,
    /// The head's.
    pub num_start_steps: usize,
    /// The head's.
    pub num_start_epochs: usize,
    /// The epoch that was kept of the head.
    pub start_best_epoch: Option<u64>,
    /// Bits of the penalty that a ridge was given: a number in JSON may lose the last one.
    pub penalty_bits: Option<u64>,
    /// The epoch of the tail that is the best so far.
    pub best_epoch: Option<u64>,
    /// What it has taken, without pauses.
    pub seconds: f64,
}

impl Tuning<'_> {
    /// Keeps the run as it is.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn save(&self) -> Result<(), TrainingError> {
        let Some(file) = &self.file else { return Ok(()) };
        let names = || self.tail.variables().keys();
        let named = |prefix: &'static str, tensors: &[Tensor]| {
            names().zip(tensors.to_vec()).map(move |(name, tensor)| (format!("{prefix}{name}"), tensor))
        };
        let now: Vec<_> =
            self.tail.variables().values().map(|variable| variable.as_tensor().clone()).collect();
        let mut tensors: TailParameters = named("", &now).collect();
        tensors.extend(named(BEST, &self.best));
        tensors.extend(named(FIRST, &self.moments.first));
        tensors.extend(named(SECOND, &self.moments.second));
        tensors.insert(format!("{BEFORE}weight"), self.start.head.weight.clone());
        tensors.insert(format!("{BEFORE}bias"), self.start.head.bias.clone());
        let kept = KeptRun { tensors, num_steps: self.moments.num_steps, state: self.state.clone() };
        file.write(&self.plan.fingerprint, &kept)
    }

    /// Goes on where a run was kept.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub(super) fn restore(&mut self, mut kept: KeptRun<State>) -> TensorResult<()> {
        for (index, (name, variable)) in self.tail.variables().iter().enumerate() {
            let mut take = |prefix: &str| kept.take(&format!("{prefix}{name}"), variable.dims());
            variable.set(&take("")?)?;
            self.best[index] = take(BEST)?;
            self.moments.first[index] = take(FIRST)?;
            self.moments.second[index] = take(SECOND)?;
        }
        self.moments.num_steps = kept.num_steps;
        self.state = kept.state;
        Ok(())
    }
}

impl State {
    /// What is kept of how a head was made, beside what was asked for.
    pub fn penalty_bits(recipe: &HeadRecipe) -> Option<u64> {
        match recipe.method {
            Method::Ridge { penalty } => penalty.map(f64::to_bits),
            Method::Gradient(_) => None,
        }
    }

    /// The head that a run which was kept started from.
    ///
    /// # Errors
    /// It is not there.
    pub fn start(kept: &mut KeptRun<Self>, recipe: &HeadRecipe) -> TensorResult<FittedHead> {
        let mut take = |name: &str| match kept.tensors.remove(&format!("{BEFORE}{name}")) {
            Some(tensor) => Ok(tensor),
            None => candle_core::bail!("the run that was kept has no {BEFORE}{name}"),
        };
        let head = Head { weight: take("weight")?, bias: take("bias")? };
        let state = &kept.state;
        let mut recipe = recipe.clone();
        if let Method::Ridge { penalty } = &mut recipe.method {
            *penalty = state.penalty_bits.map(f64::from_bits);
        }
        Ok(FittedHead {
            head,
            recipe,
            steps: state.steps.iter().take(state.num_start_steps).copied().collect(),
            epochs: state.epochs.iter().take(state.num_start_epochs).copied().collect(),
            best_epoch: state.start_best_epoch,
        })
    }
}
