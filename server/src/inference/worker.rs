//! The thread that owns the models of one device: takes a batch, runs the forward pass, copies out what was asked for. Whatever
//! happens to one batch, the thread goes on to the next.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::{Device, Result, Tensor};
use shared::{ModelSlot, NodeId};

use super::batch::{Batch, Question};
use super::job::{InferenceError, Observed};
use super::queue::Queue;
use crate::analysis::Array;
use crate::images::ModelInput;
use crate::models::{Backbone, Capture};
use crate::telemetry::Metrics;

/// Both models on one device.
pub struct Worker {
    /// Where they are.
    pub device: Device,
    /// The ResNet and the ViT.
    pub backbones: [Backbone; 2],
    /// Pictures that one forward pass takes.
    pub max_images: usize,
    /// Where batches are counted.
    pub metrics: Metrics,
}

/// What a node held for every picture of a batch, the batch axis first.
type Captured = BTreeMap<NodeId, Tensor>;

impl Worker {
    /// Answers until the queue is closed and empty.
    pub fn run(&self, queue: &Queue) {
        while let Some(batch) = queue.take(self.max_images) {
            self.answer(batch);
        }
    }

    /// One forward pass of each model, thrown away: what is slow only once is over before the first visitor comes, and a model
    /// that cannot run is found at start.
    ///
    /// # Errors
    /// A model does not run on this device.
    pub fn warm_up(&self, image_sizes: [usize; 2]) -> Result<()> {
        for (backbone, side) in self.backbones.iter().zip(image_sizes) {
            let images = Tensor::zeros((1, 3, side, side), candle_core::DType::F32, &self.device)?;
            self.device.with_context(|| backbone.forward(&images))?;
        }
        Ok(())
    }

    fn answer(&self, batch: Batch) {
        let started_at = Instant::now();
        let captured = catch_unwind(AssertUnwindSafe(|| self.forward(&batch)));
        let forward_time = started_at.elapsed();
        self.metrics.observe_batch(batch.slot, batch.inputs.len(), forward_time);
        match captured {
            Ok(Ok(captured)) => {
                for question in batch.questions {
                    let observed = observe(&captured, &question, started_at, forward_time);
                    question.job.answer(observed);
                }
            }
            Ok(Err(error)) => {
                tracing::error!(slot = %batch.slot, %error, "a forward pass failed");
                fail(batch.questions);
            }
            // The panic itself has been reported by the panic hook.
            Err(_panic) => {
                tracing::error!(slot = %batch.slot, "a forward pass panicked");
                fail(batch.questions);
            }
        }
    }

    fn forward(&self, batch: &Batch) -> Result<Captured> {
        let images = self.stack(&batch.inputs)?;
        let mut capture = Capture::new(batch.nodes());
        let backbone = self.backbone(batch.slot);
        self.device.with_context(|| backbone.forward_observed(&images, &mut capture))?;
        // Copying to the host waits for the device, so the time that is measured is the computation's.
        let host = capture
            .into_tensors()
            .into_iter()
            .map(|(node, tensor)| Ok((node, tensor.to_device(&Device::Cpu)?)));
        host.collect()
    }

    /// `[batch, 3, side, side]`
    fn stack(&self, inputs: &[Arc<ModelInput>]) -> Result<Tensor> {
        let (width, height) = inputs.first().map_or((0, 0), |input| input.cropped.dimensions());
        let values: Vec<f32> = inputs.iter().flat_map(|input| input.values.iter().copied()).collect();
        Tensor::from_vec(values, (inputs.len(), 3, height as usize, width as usize), &self.device)
    }

    fn backbone(&self, slot: ModelSlot) -> &Backbone {
        let [resnet, vit] = &self.backbones;
        match slot {
            ModelSlot::Resnet => resnet,
            ModelSlot::Vit => vit,
        }
    }
}

fn observe(
    captured: &Captured,
    question: &Question,
    started_at: Instant,
    forward_time: Duration,
) -> std::result::Result<Observed, InferenceError> {
    let array = captured.get(&question.job.node).ok_or(InferenceError::Failed).and_then(|tensor| {
        row(tensor, question.row).map_err(|error| {
            tracing::error!(node = %question.job.node, %error, "a tensor cannot be copied out");
            InferenceError::Failed
        })
    })?;
    Ok(Observed {
        array,
        queue_ms: started_at.saturating_duration_since(question.job.asked_at).as_secs_f64() * 1e3,
        forward_ms: forward_time.as_secs_f64() * 1e3,
    })
}

/// One picture's part of a tensor, without the batch axis.
fn row(tensor: &Tensor, row: usize) -> Result<Array> {
    let part = tensor.get(row)?;
    Ok(Array::new(part.dims().to_vec(), part.flatten_all()?.to_vec1::<f32>()?))
}

fn fail(questions: Vec<Question>) {
    for question in questions {
        question.job.answer(Err(InferenceError::Failed));
    }
}
