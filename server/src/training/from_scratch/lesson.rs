//! One small model from its first values to the share of photos that it gets right.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use candle_core::{D, Device, Tensor, Var};
use shared::permutation::{Splitmix64, permutation};
use shared::training::{LearnerEpoch, ScratchPlan};

use super::adam_w::AdamW;
use super::network::{Network, ParameterSpec, Weights};
use super::photos::{Batch, Photos, Views};
use crate::training::TrainingError;
use crate::training::objective::Objective;

/// Of all steps, those in which the learning rate rises.
const WARM_UP_SHARE: f64 = 0.05;
/// Batches that are prepared ahead.
const BATCHES_AHEAD: usize = 2;
/// Photos of a forward pass that measures.
const MEASURED_AT_ONCE: usize = 64;
/// Changes whenever the same lesson would come out otherwise.
const VERSION: u32 = 1;

/// What a model learns from, and how.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Which model.
    pub network: Network,
    /// At most so many photos a class; none: all.
    pub photos_per_class: Option<u64>,
    /// Positions of the photos that it learns from.
    pub train: Vec<usize>,
    /// Positions of those that it is measured on.
    pub measured: Vec<usize>,
    /// Of its first values, of the order and of the views of photos.
    pub seed: u64,
    /// After the rise.
    pub learning_rate: f64,
    /// Whether that learning rate is tried.
    pub is_try: bool,
}

/// Where lessons are given.
pub struct Room<'a> {
    /// All photos.
    pub photos: &'a Photos,
    /// How every model is trained.
    pub plan: &'a ScratchPlan,
    /// Outputs.
    pub num_classes: usize,
    /// Where models are.
    pub device: &'a Device,
    /// Called before each step; ends the lesson with its error.
    pub before_step: &'a (dyn Fn() -> Result<(), TrainingError> + Sync),
}

impl Lesson {
    /// Steps of an epoch, and epochs.
    pub fn length(&self, plan: &ScratchPlan) -> [u64; 2] {
        let steps = (self.train.len() as u64).div_ceil(plan.batch_size as u64).max(1);
        [steps, plan.epochs.max(plan.min_steps.div_ceil(steps))]
    }

    /// Changes with everything that the outcome depends on.
    pub fn key(&self, room: &Room<'_>) -> String {
        let ScratchPlan { image_size, batch_size, weight_decay, label_smoothing, .. } = room.plan;
        let described = serde_json::to_vec(&(
            (VERSION, env!("CARGO_PKG_VERSION"), format!("{:?}", self.network), self.length(room.plan)),
            (image_size, batch_size, weight_decay, label_smoothing, room.device.is_cpu()),
            (self.seed, self.learning_rate),
            room.photos.contents(&self.train).collect::<Vec<_>>(),
            room.photos.contents(&self.measured).collect::<Vec<_>>(),
        ));
        blake3::hash(&described.expect("names and numbers are JSON")).to_hex().to_string()
    }

    /// Learns, tells each epoch, and measures after the last, whose event is returned too. Of a try whose loss is no number, 0 % is right.
    ///
    /// # Errors
    /// The device fails, the room ends the lesson, or the loss of another model than a try is no number.
    pub fn give(&self, room: &Room<'_>, tell: &dyn Fn(LearnerEpoch)) -> Result<LearnerEpoch, TrainingError> {
        thread::scope(|scope| {
            let (sender, batches) = sync_channel(BATCHES_AHEAD);
            scope.spawn(move || {
                let order = self.order(room.plan);
                for (views, rows) in order {
                    // Nobody takes them any more once the lesson has ended.
                    if sender.send(room.photos.batch(&rows, Views::Drawn(views))).is_err() {
                        return;
                    }
                }
            });
            self.learn(room, &batches, tell)
        })
    }

    /// Seed of the views and positions of the photos, batch by batch.
    fn order(&self, plan: &ScratchPlan) -> impl Iterator<Item = (u64, Vec<usize>)> {
        let [_steps, epochs] = self.length(plan);
        (0..epochs).flat_map(move |epoch| {
            let mut numbers = Splitmix64::of(self.seed, &[epoch]);
            let (order, views) = (numbers.bits(), numbers.bits());
            let order = permutation(self.train.len(), order);
            let rows: Vec<usize> = order.into_iter().map(|position| self.train[position]).collect();
            let batches: Vec<_> = rows.chunks(plan.batch_size).map(|rows| (views, rows.to_vec())).collect();
            batches
        })
    }

    fn learn(
        &self,
        room: &Room<'_>,
        batches: &Receiver<Batch>,
        tell: &dyn Fn(LearnerEpoch),
    ) -> Result<LearnerEpoch, TrainingError> {
        let [steps, epochs] = self.length(room.plan);
        let mut learner = Learner::new(self, room)?;
        for epoch in 1..=epochs {
            let mut total = 0.0;
            for step in (epoch - 1) * steps..epoch * steps {
                (room.before_step)()?;
                let batch = batches.recv().expect("a batch for each step");
                let rate = self.learning_rate * rate_share(step, steps * epochs);
                let loss = learner.step(batch, rate)?;
                if !loss.is_finite() {
                    let done = (step - (epoch - 1) * steps).max(1);
                    let diverged = self.event(epoch, total / done as f64, Some(0.0));
                    tell(diverged);
                    return if self.is_try {
                        Ok(diverged)
                    } else {
                        Err(TrainingError::Diverged { step: step + 1 })
                    };
                }
                total += loss;
            }
            let top1 = if epoch == epochs { Some(learner.top1_percent(&self.measured)?) } else { None };
            let event = self.event(epoch, total / steps as f64, top1);
            tell(event);
            if top1.is_some() {
                return Ok(event);
            }
        }
        unreachable!("there is an epoch")
    }

    fn event(&self, epoch: u64, train_loss: f64, top1_percent: Option<f64>) -> LearnerEpoch {
        LearnerEpoch {
            slot: self.network.slot(),
            photos_per_class: self.photos_per_class,
            seed: self.seed,
            learning_rate: self.learning_rate,
            is_try: self.is_try,
            epoch,
            train_loss,
            top1_percent,
        }
    }
}

/// A model that learns.
struct Learner<'a> {
    network: Network,
    room: &'a Room<'a>,
    parameters: Vec<(ParameterSpec, Var)>,
    optimizer: AdamW,
    objective: Objective,
}

impl<'a> Learner<'a> {
    fn new(lesson: &Lesson, room: &'a Room<'a>) -> Result<Self, TrainingError> {
        let parameters = lesson.network.start(lesson.seed, room.device)?;
        let optimizer = AdamW::new(&parameters, room.plan.weight_decay);
        let objective = Objective::new(vec![1.0; room.num_classes], room.plan.label_smoothing);
        Ok(Self { network: lesson.network, room, parameters, optimizer, objective })
    }

    /// The loss before the step.
    fn step(&mut self, batch: Batch, learning_rate: f64) -> Result<f64, TrainingError> {
        let (photos, labels) = batch.tensor(self.room.device)?;
        let logits = self.network.forward(&self.weights(|var| var.as_tensor().clone()), &photos)?;
        let loss = self.objective.loss(&logits.detach(), &labels)?;
        let gradients = (logits * loss.gradient)?.sum_all()?.backward()?;
        self.optimizer.step(&self.parameters, &gradients, learning_rate)?;
        Ok(loss.value)
    }

    /// Share of these photos whose class ranks first.
    fn top1_percent(&self, rows: &[usize]) -> Result<f64, TrainingError> {
        let weights = self.weights(Var::as_detached_tensor);
        let mut num_right = 0;
        for rows in rows.chunks(MEASURED_AT_ONCE) {
            (self.room.before_step)()?;
            let (photos, labels) = self.room.photos.batch(rows, Views::Middle).tensor(self.room.device)?;
            let answers = self.network.forward(&weights, &photos)?.argmax(D::Minus1)?.to_vec1::<u32>()?;
            num_right += answers.iter().zip(&labels).filter(|(answer, label)| answer == label).count();
        }
        Ok(num_right as f64 / rows.len() as f64 * 100.0)
    }

    fn weights(&self, tensor: impl Fn(&Var) -> Tensor) -> Weights {
        Weights::new(self.parameters.iter().map(|(spec, var)| (spec.name.clone(), tensor(var))))
    }
}

/// Of the learning rate: a straight rise, then a half cosine to 0 behind the last step (Loshchilov and Hutter 2017).
fn rate_share(step: u64, num_steps: u64) -> f64 {
    let warm_up = (num_steps as f64 * WARM_UP_SHARE).ceil();
    let step = step as f64;
    if step < warm_up {
        return (step + 1.0) / warm_up;
    }
    let part = (step - warm_up) / (num_steps as f64 - warm_up).max(1.0);
    0.5 * (1.0 + (std::f64::consts::PI * part).cos())
}
