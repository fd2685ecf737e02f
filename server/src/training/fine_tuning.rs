//! Fine-tuning: the tail of a backbone (`models::tail`) trained together with a head that was fitted before. What is below the tail runs as
//! ever, for each batch anew: what it gives is too large to keep. The run is kept at the end of each epoch and goes on from there. Batch-norms
//! keep their running statistics.

mod kept;
mod plan;
mod trainable_tail;

use std::time::Instant;

use candle_core::{DType, Result as TensorResult, Tensor};
use shared::TrainingEvent;
use shared::training::{EpochPoint, FineTuning, Optimizer, Schedule, StepPoint};

use super::error::TrainingError;
use super::examples::{Examples, FittedHead, Head};
use super::features::{Trunk, extract_tuned};
use super::fit::{measure, order};
use super::optimizer::{Moments, Parameter};
use super::prepared::{Preparation, Prepared, for_each_batch};
use super::progress_file::ProgressFile;
use crate::device::to_device;
use crate::models::Backbone;
use crate::models::checkpoint::head::{BIAS, WEIGHT};
use crate::models::tail::{Tail, TailParameters};
use crate::models::with_head::{own_weights, with_tail};
use kept::State;

pub use plan::{Pictures, Tuned, TuningPlan, check};
pub use trainable_tail::TrainableTail;

/// A run under way.
pub struct Tuning<'a> {
    plan: TuningPlan<'a>,
    file: Option<ProgressFile>,
    /// With the checkpoint's own tail, of which nothing but what is below is run.
    backbone: Backbone,
    input: Tail,
    start: FittedHead,
    tail: TrainableTail,
    best: Vec<Tensor>,
    moments: Moments,
    state: State,
}

/// What an epoch has seen so far.
#[derive(Default)]
struct Seen {
    loss_sum: f64,
    num_right: u64,
    num_pictures: u64,
}

impl<'a> Tuning<'a> {
    /// Behind the last epoch that was kept of the same run, or before the first, from the head that `fit` makes; it is not called for a run that
    /// goes on.
    ///
    /// # Errors
    /// A file of progress is there and cannot be read, the head cannot be made, or the device has no room.
    pub fn open(
        plan: TuningPlan<'a>,
        fit: impl FnOnce() -> Result<FittedHead, TrainingError>,
    ) -> Result<Self, TrainingError> {
        let file = plan.progress_file.map(|path| ProgressFile::new(path.to_owned()));
        let mut kept = match &file {
            Some(file) => file.read::<State>(&plan.fingerprint, plan.trunk.device)?,
            None => None,
        };
        let Trunk { info, backbone, weights, device } = plan.trunk;
        let start = match &mut kept {
            Some(kept) => State::start(kept, &plan.recipe)?,
            None => fit()?,
        };
        let own = own_weights(weights);
        let tail = TrainableTail::new(&info.architecture, own.as_ref(), &start.head, device)?;
        own.let_go();
        let tensors = || tail.variables().values().map(|variable| variable.as_tensor());
        let mut tuning = Self {
            file,
            backbone: backbone.with_own_tail(),
            input: Tail::of(&info.architecture),
            best: tensors().map(|tensor| tensor.detach().copy()).collect::<TensorResult<_>>()?,
            moments: Moments::of(tensors())?,
            state: State {
                steps: start.steps.clone(),
                epochs: start.epochs.clone(),
                num_start_steps: start.steps.len(),
                num_start_epochs: start.epochs.len(),
                start_best_epoch: start.best_epoch,
                penalty_bits: State::penalty_bits(&start.recipe),
                best_epoch: None,
                seconds: 0.0,
            },
            start,
            tail,
            plan,
        };
        if let Some(kept) = kept {
            tuning.restore(kept)?;
        }
        Ok(tuning)
    }

    /// Steps that are done, those of the start among them; none where it starts anew.
    pub fn resumed_at(&self) -> Option<u64> {
        (self.num_done() > 0).then_some(self.state.steps.len() as u64)
    }

    /// All epochs that are left.
    ///
    /// # Errors
    /// The loss is no number, a picture cannot be read any more, the device fails, or the flag says to stop: what is done since the last epoch is
    /// then lost.
    pub fn run(mut self, watch: &mut dyn FnMut(TrainingEvent)) -> Result<Tuned, TrainingError> {
        while self.num_epochs() < self.plan.plan.epochs {
            let started = Instant::now();
            let seen = self.epoch(watch)?;
            let point = self.end_epoch(&seen)?;
            self.state.seconds += started.elapsed().as_secs_f64();
            self.save()?;
            watch(TrainingEvent::Epoch(point));
        }
        let names = self.tail.variables().keys();
        let mut tensors: TailParameters = names.cloned().zip(self.best).collect();
        let mut take = |name: &str| tensors.remove(name).expect("the head is among what is trained");
        let head = Head { weight: take(WEIGHT), bias: take(BIAS) };
        let State { steps, epochs, best_epoch, seconds, .. } = self.state;
        Ok(Tuned {
            start: self.start,
            head,
            tail: tensors,
            name: self.input.name,
            steps,
            epochs,
            best_epoch,
            seconds,
        })
    }

    fn num_done(&self) -> u64 {
        self.state.steps.len().saturating_sub(self.state.num_start_steps) as u64
    }

    fn num_epochs(&self) -> u64 {
        self.state.epochs.len().saturating_sub(self.state.num_start_epochs) as u64
    }

    fn num_steps(&self) -> u64 {
        self.plan.plan.epochs * self.plan.train.rows.len().div_ceil(self.plan.plan.batch_size) as u64
    }

    fn epoch(&mut self, watch: &mut dyn FnMut(TrainingEvent)) -> Result<Seen, TrainingError> {
        let order = order(self.plan.recipe.seed, self.num_epochs(), self.plan.train.rows.len());
        let pictures = self.plan.train.listed(order.into_iter().map(|place| place as usize));
        let preparation = Preparation {
            batch_size: self.plan.plan.batch_size.try_into().map_err(candle_core::Error::wrap)?,
            num_decoders: self.plan.settings.extraction.num_decoders,
            preprocessing: &self.plan.trunk.info.preprocessing,
        };
        let (started, mut seen) = (Instant::now(), Seen::default());
        for_each_batch(&pictures, preparation, |batch| {
            self.plan.settings.stop.check()?;
            let point = self.step(batch, &mut seen)?;
            let pictures_per_second = seen.num_pictures as f64 / started.elapsed().as_secs_f64();
            watch(TrainingEvent::Step { point, pictures_per_second });
            Ok(())
        })?;
        Ok(seen)
    }

    fn step(&mut self, batch: Prepared<'_>, seen: &mut Seen) -> Result<StepPoint, TrainingError> {
        let (mut labels, mut values) = (Vec::new(), Vec::new());
        for (picture, prepared) in batch {
            let lost = |reason| TrainingError::PictureLost { path: picture.path.clone(), reason };
            values.extend(prepared.map_err(lost)?);
            labels.push(picture.class_index as u32);
        }
        let Trunk { info, device, .. } = self.plan.trunk;
        let side = info.architecture.image_size();
        let images = to_device(values, (labels.len(), 3, side, side), device)?;
        let input = device.with_context(|| self.backbone.up_to(&images, &self.input.input))?;
        let logits = self.tail.logits(&input.to_dtype(DType::F32)?)?;
        let loss = self.plan.objective.loss(&logits.detach(), &labels)?;
        let steps_before = self.state.steps.len() as u64;
        if !loss.value.is_finite() {
            return Err(TrainingError::Diverged { step: steps_before });
        }
        let learning_rate = self.schedule().learning_rate_at(self.num_done(), self.num_steps());
        let gradients = self.tail.gradients(&logits, &loss.gradient)?;
        self.apply(gradients, learning_rate)?;
        seen.loss_sum += loss.value * labels.len() as f64;
        seen.num_right += loss.num_right;
        seen.num_pictures += labels.len() as u64;
        let point = StepPoint { step: steps_before + 1, loss: loss.value, learning_rate };
        self.state.steps.push(point);
        Ok(point)
    }

    /// Weights decay; biases, scales and shifts, which have one axis, do not.
    fn apply(&mut self, gradients: Vec<Tensor>, learning_rate: f64) -> TensorResult<()> {
        let decay = |tensor: &Tensor| {
            if tensor.rank() > 1 { self.plan.plan.weight_decay } else { 0.0 }
        };
        let variables = self.tail.variables();
        let parameters: Vec<Parameter<'_>> = variables
            .values()
            .map(|variable| Parameter { value: variable.as_tensor(), decay: decay(variable.as_tensor()) })
            .collect();
        let stepped = self.moments.step_all(&parameters, gradients, Optimizer::ADAM_W, learning_rate)?;
        variables.values().zip(stepped).try_for_each(|(variable, value)| variable.set(&value.detach()))
    }

    fn schedule(&self) -> Schedule {
        let FineTuning { epochs, learning_rate, batch_size, weight_decay } = self.plan.plan;
        Schedule { epochs, learning_rate, batch_size, weight_decay, ..Schedule::default() }
    }

    fn end_epoch(&mut self, seen: &Seen) -> Result<EpochPoint, TrainingError> {
        let measured = self.validate()?;
        let count = seen.num_pictures.max(1) as f64;
        let point = EpochPoint {
            epoch: self.state.epochs.len() as u64 + 1,
            step: self.state.steps.len() as u64,
            train_loss: seen.loss_sum / count,
            train_top1_percent: 100.0 * seen.num_right as f64 / count,
            validation_loss: measured.map(|(loss, _top1)| loss),
            validation_top1_percent: measured.map(|(_loss, top1)| top1),
        };
        let best = self.state.best_epoch.and_then(|epoch| self.state.epochs.get(epoch as usize - 1));
        let best_loss = best.and_then(|best| best.validation_loss);
        let is_better = match (point.validation_loss, best_loss) {
            (Some(loss), Some(best)) => loss < best,
            _ => true,
        };
        self.state.epochs.push(point);
        if is_better {
            self.state.best_epoch = Some(point.epoch);
            let variables = self.tail.variables().values();
            self.best = variables
                .map(|variable| variable.as_tensor().detach().copy())
                .collect::<TensorResult<_>>()?;
        }
        Ok(point)
    }

    /// Mean cross-entropy and the share that ranks first, through the layers that answer visitors.
    fn validate(&self) -> Result<Option<(f64, f64)>, TrainingError> {
        let Pictures { dataset, rows } = &self.plan.validation;
        if rows.is_empty() {
            return Ok(None);
        }
        let Trunk { info, weights, device, .. } = self.plan.trunk;
        let tuned = with_tail(&self.backbone, &info.architecture, weights, self.tail.parameters()?)?;
        let pictures: Vec<_> = rows.iter().map(|row| (*dataset, &dataset.pictures[*row])).collect();
        let extracted =
            extract_tuned(self.plan.trunk, tuned, &pictures, &self.plan.settings, &mut |_progress| {})?;
        let examples = Examples::of(&extracted.table, dataset, rows, device)?;
        Ok(Some(measure(&self.tail.head()?, &examples)?))
    }
}
