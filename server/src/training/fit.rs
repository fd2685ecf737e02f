//! A linear layer fitted step by step. Everything that the next step depends on is kept in a file every so many steps, so that a run that was
//! killed goes on as if it had not been: weights, moments, the place in the epoch's order, and the curves.

use std::path::PathBuf;

use candle_core::{D, Result as TensorResult, Tensor};
use candle_nn::ops::log_softmax;
use serde::{Deserialize, Serialize};
use shared::training::{EpochPoint, Schedule, StepPoint};

use super::error::TrainingError;
use super::examples::{Examples, Head};
use super::objective::{Loss, Objective};
use super::optimizer::Moments;
use super::progress_file::{KeptRun, ProgressFile};

/// What a head is fitted to and how.
#[derive(Clone, Debug)]
pub struct FitPlan {
    /// The steps.
    pub schedule: Schedule,
    /// What the pictures of an epoch are shuffled with.
    pub seed: u64,
    /// Outputs.
    pub num_classes: usize,
    /// Scaled.
    pub train: Examples,
    /// Scaled alike; none, or empty, where nothing is to be chosen.
    pub validation: Option<Examples>,
    /// Where the run is kept; none: nowhere.
    pub progress_file: Option<PathBuf>,
    /// Steps between two times that it is kept.
    pub save_every: u64,
    /// Changes with everything that the steps depend on.
    pub fingerprint: String,
}

/// A run under way.
#[derive(Debug)]
pub struct Fit {
    plan: FitPlan,
    objective: Objective,
    file: Option<ProgressFile>,
    tensors: Tensors,
    state: State,
    order: Vec<u32>,
}

/// The numbers of a run.
#[derive(Clone, Debug)]
pub struct Tensors {
    /// After the last step.
    pub head: Head,
    /// After the best epoch.
    pub best: Head,
    /// Of the optimiser.
    pub moments: Moments,
}

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Each step until now.
    pub steps: Vec<StepPoint>,
    /// Each epoch until now.
    pub epochs: Vec<EpochPoint>,
    /// Of the epoch that is under way, by picture.
    loss_sum: f64,
    /// Of the epoch that is under way.
    num_right: u64,
    /// With the lowest validation loss.
    pub best_epoch: Option<u64>,
    /// Whether patience came to its end.
    ended_early: bool,
}

/// What a step brought.
#[derive(Clone, Copy, Debug)]
pub struct StepOutcome {
    /// The step.
    pub step: StepPoint,
    /// The epoch, where the step ended one.
    pub epoch: Option<EpochPoint>,
}

impl Fit {
    /// Before the first step, or behind the last that was kept of the same run.
    ///
    /// # Errors
    /// A file of progress is there and cannot be read, or the recipe cannot be followed.
    pub fn open(plan: FitPlan) -> Result<Self, TrainingError> {
        check(&plan)?;
        let device = plan.train.features.device();
        let num_features = plan.train.features.dim(1)?;
        let file = plan.progress_file.clone().map(ProgressFile::new);
        let kept = match &file {
            Some(file) => file.read(&plan.fingerprint, device)?,
            None => None,
        };
        let head = Head::zeros(plan.num_classes, num_features, device)?;
        let moments = Moments::new(&head)?;
        let mut tensors = Tensors { best: head.clone(), head, moments };
        let state = match kept {
            Some(kept) => tensors.restore(kept)?,
            None => State::default(),
        };
        let counts = plan.train.class_counts(plan.num_classes);
        let weights = Objective::weights(plan.schedule.class_weights, &counts);
        let objective = Objective::new(weights, plan.schedule.label_smoothing);
        let mut fit = Self { plan, objective, file, tensors, state, order: Vec::new() };
        fit.order = order(fit.plan.seed, fit.epoch_index(), fit.plan.train.len());
        Ok(fit)
    }

    /// Steps that are done.
    pub fn num_done(&self) -> u64 {
        self.state.steps.len() as u64
    }

    /// Steps of the whole run, if it is not ended early.
    pub fn num_steps(&self) -> u64 {
        self.plan.schedule.epochs * self.steps_per_epoch()
    }

    /// Whether no step is left.
    pub fn is_done(&self) -> bool {
        self.state.ended_early || self.num_done() >= self.num_steps()
    }

    /// The curves.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The next step.
    ///
    /// # Errors
    /// The loss is no number, the device fails, or the progress cannot be written.
    pub fn step(&mut self) -> Result<StepOutcome, TrainingError> {
        let learning_rate = self.plan.schedule.learning_rate_at(self.num_done(), self.num_steps());
        let batch = self.batch()?;
        let (loss, gradient) = self.loss(&batch)?;
        let step = StepPoint { step: self.num_done() + 1, loss: loss.value, learning_rate };
        if !loss.value.is_finite() {
            return Err(TrainingError::Diverged { step: step.step - 1 });
        }
        let Tensors { head, moments, .. } = &mut self.tensors;
        *head = moments.step(head, gradient, &self.plan.schedule, learning_rate)?;
        self.state.loss_sum += loss.value * batch.len() as f64;
        self.state.num_right += loss.num_right;
        self.state.steps.push(step);
        let ends_epoch = self.num_done().is_multiple_of(self.steps_per_epoch());
        let epoch = if ends_epoch { Some(self.end_epoch()?) } else { None };
        if self.num_done().is_multiple_of(self.plan.save_every) {
            self.save()?;
        }
        Ok(StepOutcome { step, epoch })
    }

    /// Keeps the run as it is.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self) -> Result<(), TrainingError> {
        match &self.file {
            Some(file) => file.write(&self.plan.fingerprint, &self.tensors.kept(&self.state)),
            None => Ok(()),
        }
    }

    /// The weights after the best epoch where there are validation pictures, else the last; for scaled features.
    pub fn head(&self) -> &Head {
        if self.state.best_epoch.is_some() { &self.tensors.best } else { &self.tensors.head }
    }

    fn steps_per_epoch(&self) -> u64 {
        self.plan.train.len().div_ceil(self.plan.schedule.batch_size) as u64
    }

    /// From 0.
    fn epoch_index(&self) -> u64 {
        self.num_done() / self.steps_per_epoch()
    }

    fn batch(&self) -> TensorResult<Examples> {
        let batch_size = self.plan.schedule.batch_size;
        let place = (self.num_done() % self.steps_per_epoch()) as usize * batch_size;
        let rows = &self.order[place..self.order.len().min(place + batch_size)];
        self.plan.train.select(rows)
    }

    /// The loss and the gradients of weight and bias.
    fn loss(&self, batch: &Examples) -> TensorResult<(Loss, [Tensor; 2])> {
        let logits = self.tensors.head.logits(&batch.features)?;
        let loss = self.objective.loss(&logits, &batch.labels)?;
        let weight = loss.gradient.t()?.matmul(&batch.features)?;
        let bias = loss.gradient.sum(0)?;
        Ok((loss, [weight, bias]))
    }

    fn end_epoch(&mut self) -> Result<EpochPoint, TrainingError> {
        let count = self.plan.train.len() as f64;
        let measured = match &self.plan.validation {
            Some(validation) if !validation.is_empty() => Some(measure(&self.tensors.head, validation)?),
            _ => None,
        };
        let point = EpochPoint {
            epoch: self.state.epochs.len() as u64 + 1,
            step: self.num_done(),
            train_loss: self.state.loss_sum / count,
            train_top1_percent: 100.0 * self.state.num_right as f64 / count,
            validation_loss: measured.map(|(loss, _top1)| loss),
            validation_top1_percent: measured.map(|(_loss, top1)| top1),
        };
        self.state.epochs.push(point);
        (self.state.loss_sum, self.state.num_right) = (0.0, 0);
        self.choose(&point);
        self.order = order(self.plan.seed, self.epoch_index(), self.plan.train.len());
        Ok(point)
    }

    /// Keeps the weights of an epoch that is better than all before, and loses patience with others.
    fn choose(&mut self, point: &EpochPoint) {
        let Some(loss) = point.validation_loss else { return };
        let best = self.state.best_epoch.and_then(|epoch| self.state.epochs.get(epoch as usize - 1));
        if best.and_then(|best| best.validation_loss).is_none_or(|best| loss < best) {
            self.state.best_epoch = Some(point.epoch);
            self.tensors.best = self.tensors.head.clone();
        }
        let waited = point.epoch - self.state.best_epoch.unwrap_or(point.epoch);
        self.state.ended_early = self.plan.schedule.patience.is_some_and(|patience| waited >= patience);
    }
}

impl Tensors {
    fn named(&mut self) -> [(&'static str, &mut Tensor); 8] {
        let Self { head, best, moments: Moments { first, second, .. } } = self;
        let ([first_weight, first_bias], [second_weight, second_bias]) =
            (first.as_mut_slice(), second.as_mut_slice())
        else {
            unreachable!("a head has two parameters")
        };
        [
            ("weight", &mut head.weight),
            ("bias", &mut head.bias),
            ("best.weight", &mut best.weight),
            ("best.bias", &mut best.bias),
            ("first.weight", first_weight),
            ("first.bias", first_bias),
            ("second.weight", second_weight),
            ("second.bias", second_bias),
        ]
    }

    fn kept(&self, state: &State) -> KeptRun<State> {
        let tensors = self.clone().named().map(|(name, tensor)| (name.to_owned(), tensor.clone()));
        KeptRun { tensors: tensors.into(), num_steps: self.moments.num_steps, state: state.clone() }
    }

    fn restore(&mut self, mut kept: KeptRun<State>) -> TensorResult<State> {
        for (name, tensor) in self.named() {
            *tensor = kept.take(name, tensor.dims())?;
        }
        self.moments.num_steps = kept.num_steps;
        Ok(kept.state)
    }
}

fn check(plan: &FitPlan) -> Result<(), TrainingError> {
    let Schedule { learning_rate, epochs, batch_size, weight_decay, label_smoothing, .. } = plan.schedule;
    let wrong = |reason: &str| Err(TrainingError::Recipe(reason.to_owned()));
    if epochs == 0 || batch_size == 0 || plan.save_every == 0 {
        return wrong("a run takes at least one epoch, and a step at least one picture");
    }
    if !(learning_rate.is_finite() && learning_rate > 0.0 && weight_decay.is_finite() && weight_decay >= 0.0)
    {
        return wrong("the learning rate must be above 0, and the weight decay not below");
    }
    if !(0.0..1.0).contains(&label_smoothing) {
        return wrong("label smoothing is a share, from 0 to below 1");
    }
    let found = plan.train.class_counts(plan.num_classes).iter().filter(|count| **count > 0).count();
    if found < 2 { Err(TrainingError::TooFewClasses { found }) } else { Ok(()) }
}

/// Mean cross-entropy, and the share whose class ranks first in percent.
pub fn measure(head: &Head, examples: &Examples) -> TensorResult<(f64, f64)> {
    let logits = head.logits(&examples.features)?;
    let labels = Tensor::new(examples.labels.as_slice(), logits.device())?;
    let log_probabilities = log_softmax(&logits, D::Minus1)?;
    let own = log_probabilities.gather(&labels.unsqueeze(1)?, 1)?;
    let loss = -f64::from(own.mean_all()?.to_scalar::<f32>()?);
    let answers = logits.argmax(D::Minus1)?.to_vec1::<u32>()?;
    let num_right = answers.iter().zip(&examples.labels).filter(|(answer, label)| answer == label).count();
    Ok((loss, 100.0 * num_right as f64 / examples.len() as f64))
}

/// The order of an epoch: Fisher and Yates' shuffle with numbers of BLAKE3, so that no generator has a state to keep.
pub fn order(seed: u64, epoch_index: u64, count: usize) -> Vec<u32> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes()).update(&epoch_index.to_le_bytes());
    let mut numbers = hasher.finalize_xof();
    let mut order: Vec<u32> = (0..count as u32).collect();
    for last in (1..count).rev() {
        let mut bytes = [0; 8];
        numbers.fill(&mut bytes);
        // The bias of the remainder is below count / 2^64.
        order.swap(last, (u64::from_le_bytes(bytes) % (last as u64 + 1)) as usize);
    }
    order
}
