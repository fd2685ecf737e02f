//! Fine-tuning: the tail of a backbone (`models::tail`) trained together with a head that was fitted before. What is below the tail runs as
//! ever, for each batch anew: what it gives is too large to keep. The run is kept at the end of each epoch and goes on from there. Batch-norms
//! keep their running statistics.

mod layers;
mod trainable_tail;

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use candle_core::Result as TensorResult;
use serde::{Deserialize, Serialize};
use shared::training::{EpochPoint, FineTuning, Optimizer, Schedule, StepPoint};
use shared::{HeadRecipe, TrainingEvent};

use super::error::TrainingError;
use super::examples::{Examples, FittedHead, Head};
use super::features::{Settings, Trunk, extract_tuned};
use super::fit::{measure, order};
use super::objective::Objective;
use super::optimizer::{Moments, Parameter};
use super::prepared::{Preparation, Prepared, for_each_batch};
use super::progress_file::{KeptRun, ProgressFile};
use crate::dataset::{Dataset, Picture};
use crate::device::to_device;
use crate::models::Backbone;
use crate::models::tail::{Tail, TailParameters};
use crate::models::with_head::{own_weights, with_tail};

pub use trainable_tail::TrainableTail;

/// What the parts of a kept run start with.
const BEFORE: &str = "before.";
const BEST: &str = "best.";
const FIRST: &str = "first.";
const SECOND: &str = "second.";

/// What is trained, on what and how.
pub struct TuningPlan<'a> {
    /// The model.
    pub trunk: Trunk<'a>,
    /// The steps.
    pub plan: FineTuning,
    /// What the loss is.
    pub objective: Objective,
    /// What the pictures of an epoch are shuffled with.
    pub seed: u64,
    /// Trained on.
    pub train: Pictures<'a>,
    /// What the best epoch is chosen by; none, or no pictures: the last is taken.
    pub validation: Pictures<'a>,
    /// Threads, and the flag.
    pub settings: Settings<'a>,
    /// Where the run is kept; none: nowhere.
    pub progress_file: Option<&'a Path>,
    /// Changes with everything that the steps depend on.
    pub fingerprint: String,
}

/// Pictures of a data set.
#[derive(Clone, Debug)]
pub struct Pictures<'a> {
    /// The data set.
    pub dataset: &'a Dataset,
    /// Their positions in it.
    pub rows: Vec<usize>,
}

/// What comes out.
#[derive(Debug)]
pub struct Tuned {
    /// What it started from.
    pub start: FittedHead,
    /// Of the best epoch where there are validation pictures, else of the last.
    pub head: Head,
    /// The same.
    pub tail: TailParameters,
    /// What was trained, in words.
    pub name: String,
    /// Those of the start, and behind them its own.
    pub steps: Vec<StepPoint>,
    /// The same.
    pub epochs: Vec<EpochPoint>,
    /// The epoch that was kept.
    pub best_epoch: Option<u64>,
    /// What it took, without pauses.
    pub seconds: f64,
}

/// Everything of a run but its tensors.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    /// Those of the start among them.
    steps: Vec<StepPoint>,
    epochs: Vec<EpochPoint>,
    num_start_steps: usize,
    num_start_epochs: usize,
    start_best_epoch: Option<u64>,
    recipe: HeadRecipe,
    best_epoch: Option<u64>,
    seconds: f64,
}

/// A run under way.
pub struct Tuning<'a> {
    plan: TuningPlan<'a>,
    file: Option<ProgressFile>,
    /// With the checkpoint's own tail, of which nothing but what is below is run.
    backbone: Backbone,
    input: Tail,
    start: FittedHead,
    tail: TrainableTail,
    best: Vec<candle_core::Tensor>,
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

/// Says what is wrong with a plan.
///
/// # Errors
/// It cannot be followed.
pub fn check(plan: &FineTuning) -> Result<(), TrainingError> {
    let FineTuning { epochs, learning_rate, batch_size, weight_decay } = *plan;
    let wrong = |reason: &str| Err(TrainingError::Recipe(format!("fine-tuning: {reason}")));
    if epochs == 0 || batch_size == 0 {
        return wrong("it takes at least one epoch, and a step at least one photo");
    }
    if !(learning_rate.is_finite() && learning_rate > 0.0) {
        return wrong("the learning rate must be above 0");
    }
    if !(weight_decay.is_finite() && weight_decay >= 0.0) {
        return wrong("the weight decay must not be below 0");
    }
    Ok(())
}

impl<'a> Pictures<'a> {
    /// Those of some examples.
    pub fn of(dataset: &'a Dataset, examples: &Examples) -> Self {
        let places: HashMap<&str, usize> =
            dataset.pictures.iter().enumerate().map(|(row, picture)| (picture.path.as_str(), row)).collect();
        Self {
            dataset,
            rows: examples.paths.iter().filter_map(|path| places.get(path.as_str()).copied()).collect(),
        }
    }

    fn listed(&self, order: impl IntoIterator<Item = usize>) -> Vec<(&'a Path, &'a Picture)> {
        let pictures = order.into_iter().map(|place| &self.dataset.pictures[self.rows[place]]);
        pictures.map(|picture| (self.dataset.folder.as_path(), picture)).collect()
    }
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
        let kept = match &file {
            Some(file) => file.read::<State>(&plan.fingerprint, plan.trunk.device)?,
            None => None,
        };
        let Trunk { info, backbone, weights, device } = plan.trunk;
        let mut kept = kept;
        let start = match &mut kept {
            Some(kept) => State::start(kept)?,
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
                recipe: start.recipe.clone(),
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
        let head = Head {
            weight: take(crate::models::checkpoint::head::WEIGHT),
            bias: take(crate::models::checkpoint::head::BIAS),
        };
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
        let order = order(self.plan.seed, self.num_epochs(), self.plan.train.rows.len());
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
        let logits = self.tail.logits(&input.to_dtype(candle_core::DType::F32)?)?;
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
    fn apply(&mut self, gradients: Vec<candle_core::Tensor>, learning_rate: f64) -> TensorResult<()> {
        let decay = |tensor: &candle_core::Tensor| {
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

    fn save(&self) -> Result<(), TrainingError> {
        let Some(file) = &self.file else { return Ok(()) };
        let names = || self.tail.variables().keys();
        let named = |prefix: &'static str, tensors: &[candle_core::Tensor]| {
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

    fn restore(&mut self, mut kept: KeptRun<State>) -> TensorResult<()> {
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
    /// The head that a run which was kept started from.
    fn start(kept: &mut KeptRun<Self>) -> TensorResult<FittedHead> {
        let mut take = |name: &str| match kept.tensors.remove(&format!("{BEFORE}{name}")) {
            Some(tensor) => Ok(tensor),
            None => candle_core::bail!("the run that was kept has no {BEFORE}{name}"),
        };
        let head = Head { weight: take("weight")?, bias: take("bias")? };
        let state = &kept.state;
        Ok(FittedHead {
            head,
            recipe: state.recipe.clone(),
            steps: state.steps.iter().take(state.num_start_steps).copied().collect(),
            epochs: state.epochs.iter().take(state.num_start_epochs).copied().collect(),
            best_epoch: state.start_best_epoch,
        })
    }
}
