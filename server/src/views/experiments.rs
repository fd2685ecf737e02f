//! Experiments: the models are asked again and again about a picture, or a model, that is changed a little, and what they answer is
//! held against what they answer to the unchanged one. A file for each experiment says what is changed at each of its points; here
//! they are run, point by point, each a forward pass of its own, so that other visitors get their turn in between.

pub mod cover;
mod outcome;
pub mod shuffle;
pub mod skip;
pub mod translation;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use candle_core::Tensor;
use shared::views::{ExperimentPoint, ExperimentStart, ModelOutcome, NodeChange};
use shared::{ModelSlot, Node, NodeId};

use super::layers::blocks;
use super::{ViewError, on_a_thread};
use crate::analysis::Array;
use crate::analysis::cover::Cover;
use crate::images::{Images, ModelInput, StoredImage};
use crate::inference::{Inference, InferenceError, Model, array};
use crate::models::interventions::{Both, SwitchOff};
use crate::models::{Backbone, Capture, Observer};
use outcome::{Reference, Watched};

/// Points of one experiment, at most.
const MAX_POINTS: usize = 300;
/// How long an experiment that has begun waits before it asks a model again whose queue was full, and how often.
const QUEUE_PAUSE: Duration = Duration::from_millis(100);
const MAX_QUEUE_PAUSES: usize = 100;

/// Where experiments are made.
#[derive(Clone, Copy)]
pub struct Bench<'explorer> {
    /// Runs the models.
    pub inference: &'explorer Inference,
    /// Holds the pictures.
    pub images: &'explorer Images,
    /// The picture.
    pub image: &'explorer Arc<StoredImage>,
}

/// What is changed, point by point.
pub trait Experiment: Send + Sync {
    /// Who is asked.
    fn slots(&self) -> &[ModelSlot];

    /// What the numbers of a setting are, for tables.
    fn setting_names(&self) -> &'static [&'static str];

    /// How many points there are.
    fn num_points(&self) -> usize;

    /// What is changed at a point, as numbers and in words.
    fn setting(&self, index: usize) -> (Vec<f64>, String);

    /// The patches that are covered at a point, where patches are.
    fn covered(&self, _index: usize) -> Vec<usize> {
        Vec::new()
    }

    /// What a model is asked at a point. `None` where the point is not about this model.
    fn trial(&self, index: usize, slot: ModelSlot) -> Option<Trial>;

    /// How a model is asked about the unchanged picture.
    fn unchanged(&self) -> Pass {
        Pass::Plain
    }

    /// Whether the outputs of all blocks are compared, place by place.
    fn compares_blocks(&self) -> bool {
        false
    }
}

/// A question to a model.
pub struct Trial {
    /// What it reads.
    pub input: Arc<ModelInput>,
    /// How it computes.
    pub pass: Pass,
    /// What of the picture is covered.
    pub cover: Option<Arc<Cover>>,
}

/// How a model computes.
#[derive(Clone, Debug)]
pub enum Pass {
    /// As always.
    Plain,
    /// Without its position embeddings, where it has any.
    WithoutPositions,
    /// With something switched off.
    Without(SwitchOff),
}

/// What is reported as it comes.
#[derive(Clone, Debug)]
pub enum Report {
    /// What is measured, first.
    Start(ExperimentStart),
    /// One point after another.
    Point(ExperimentPoint),
}

/// What a model answers to a trial.
struct Answer {
    logits: Array,
    /// The nodes that were asked for.
    nodes: BTreeMap<NodeId, Array>,
}

/// Runs an experiment. Who drops this before it is ready stops it.
///
/// # Errors
/// A model cannot be asked, or its answer is no numbers.
pub async fn run(
    bench: Bench<'_>,
    experiment: &dyn Experiment,
    report: impl Fn(Report),
) -> Result<(), ViewError> {
    let mut references = Vec::new();
    for slot in experiment.slots() {
        references.push(reference(bench, experiment, *slot).await?);
    }
    report(Report::Start(ExperimentStart {
        models: references.iter().map(|reference| reference.model.reference()).collect(),
        classes: references.iter().map(Reference::top_class).collect(),
        num_points: experiment.num_points(),
    }));
    for index in 0..experiment.num_points() {
        let mut outcomes: Vec<ModelOutcome> = Vec::new();
        for reference in &references {
            if let Some(trial) = experiment.trial(index, reference.slot) {
                outcomes.push(outcome(bench, reference, trial).await?);
            }
        }
        let (setting, name) = experiment.setting(index);
        report(Report::Point(ExperimentPoint {
            index,
            setting,
            name,
            covered: experiment.covered(index),
            outcomes,
        }));
    }
    Ok(())
}

/// What a model answers to the unchanged picture.
async fn reference(
    bench: Bench<'_>,
    experiment: &dyn Experiment,
    slot: ModelSlot,
) -> Result<Reference, ViewError> {
    let model = bench.inference.model(slot);
    let watched: Vec<Node> =
        if experiment.compares_blocks() { blocks(&model.graph).cloned().collect() } else { Vec::new() };
    let trial =
        Trial { input: Arc::clone(bench.image.input(slot)), pass: experiment.unchanged(), cover: None };
    let nodes = watched.iter().map(|node| node.id.clone()).collect();
    let answer = answer(bench.inference, slot, &trial, nodes).await?;
    Reference::new(slot, Arc::clone(model), answer.logits, Watched::new(model, watched, answer.nodes))
}

/// What a model answers to a trial, held against what it answers to the unchanged picture.
async fn outcome(bench: Bench<'_>, reference: &Reference, trial: Trial) -> Result<ModelOutcome, ViewError> {
    let answer = answer(bench.inference, reference.slot, &trial, reference.watched.ids()).await?;
    let watched = Arc::clone(&reference.watched);
    let changes: Vec<NodeChange> = match answer.nodes.is_empty() {
        true => Vec::new(),
        false => on_a_thread(move || watched.changes(&answer.nodes, trial.cover.as_deref())).await?,
    };
    reference.outcome(&answer.logits, changes)
}

/// Asks a model. Where its queue is full, an experiment that has begun waits for a while.
async fn answer(
    inference: &Inference,
    slot: ModelSlot,
    trial: &Trial,
    nodes: Vec<NodeId>,
) -> Result<Answer, ViewError> {
    let mut pauses = 0;
    loop {
        let (pass, nodes) = (trial.pass.clone(), nodes.clone());
        let compute = move |backbone: &Backbone, image: &Tensor| {
            let mut capture = Capture::new(nodes);
            let logits = pass.forward(backbone, image, &mut capture)?;
            let nodes = capture.into_tensors()?;
            let nodes = nodes.iter().map(|(node, tensor)| Ok((node.clone(), array(&tensor.get(0)?)?)));
            Ok(Answer { logits: array(&logits.get(0)?)?, nodes: nodes.collect::<candle_core::Result<_>>()? })
        };
        match inference.compute(slot, &trial.input, compute).await {
            Err(InferenceError::QueueFull) if pauses < MAX_QUEUE_PAUSES => {
                pauses += 1;
                tokio::time::sleep(QUEUE_PAUSE).await;
            }
            result => return Ok(result?),
        }
    }
}

impl Pass {
    fn forward(
        self,
        backbone: &Backbone,
        image: &Tensor,
        observer: &mut dyn Observer,
    ) -> candle_core::Result<Tensor> {
        match self {
            Self::Plain => backbone.forward_observed(image, observer),
            Self::WithoutPositions => backbone.without_positions()?.forward_observed(image, observer),
            Self::Without(mut off) => backbone.forward_observed(image, &mut Both(&mut off, observer)),
        }
    }
}

/// Refuses an experiment of too many points.
fn check_points(count: usize) -> Result<(), ViewError> {
    if count <= MAX_POINTS {
        return Ok(());
    }
    let message =
        format!("That makes {count} points, and an experiment has at most {MAX_POINTS}: take larger steps.");
    Err(ViewError::OutOfRange(message))
}

/// How a message names a model.
fn name(model: &Model) -> String {
    format!("{} ({})", model.info.name, model.info.slot)
}
