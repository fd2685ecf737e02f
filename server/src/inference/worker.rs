//! The thread that owns the models of one device: takes a task, runs the forward pass or the computation, hands out what was asked
//! for. Whatever happens to one task, the thread goes on to the next.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::{Device, Result, Tensor};
use shared::{ModelSlot, NodeId};

use super::batch::{Batch, Question, Task};
use super::devices::index;
use super::job::InferenceError;
use super::queue::Queue;
use super::trace::Trace;
use crate::device::to_device;
use crate::images::ModelInput;
use crate::models::{Backbone, Capture, Captured};
use crate::telemetry::Metrics;

/// Both models on one device.
pub struct Worker {
    /// Where they are.
    pub device: Device,
    /// The ResNet and the ViT.
    pub backbones: [Backbone; 2],
    /// Every node of each.
    pub nodes: [Vec<NodeId>; 2],
    /// Pictures that one forward pass takes.
    pub max_images: usize,
    /// Where batches are counted.
    pub metrics: Metrics,
}

impl Worker {
    /// Answers until the queue is closed and empty.
    pub fn run(&self, queue: &Queue) {
        while let Some(task) = queue.take(self.max_images) {
            match task {
                Task::Observe(batch) => self.answer(batch),
                Task::Compute { slot, input, computation } => {
                    let computed = catch_unwind(AssertUnwindSafe(|| -> Result<()> {
                        let images = self.stack(&[input])?;
                        self.device.with_context(|| computation.run(self.backbone(slot), &images));
                        Ok(())
                    }));
                    match computed {
                        Ok(Ok(())) => {}
                        Ok(Err(error)) => {
                            tracing::error!(%slot, %error, "a picture cannot be brought to the device")
                        }
                        // The panic itself has been reported by the panic hook; who waits sees the sender dropped.
                        Err(_panic) => tracing::error!(%slot, "a computation panicked"),
                    }
                }
            }
            queue.finish();
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
        // A GPU says what it could not do when it is waited for.
        self.device.synchronize()
    }

    fn answer(&self, batch: Batch) {
        let started_at = Instant::now();
        let captured = catch_unwind(AssertUnwindSafe(|| self.forward(&batch)));
        let forward_time = started_at.elapsed();
        self.metrics.observe_batch(batch.slot, batch.inputs.len(), forward_time);
        match captured {
            Ok(Ok(captured)) => hand_out(&captured, batch.questions, started_at, forward_time),
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
        let mut capture = self.capture(batch);
        let backbone = self.backbone(batch.slot);
        self.device.with_context(|| backbone.forward_observed(&images, &mut capture))?;
        // Waits for the device, so the time that is measured is the computation's.
        self.device.synchronize()?;
        Ok(capture.into_captured())
    }

    /// A picture that has the forward pass to itself leaves everything behind, because whoever looks at one node soon looks at
    /// others, and keeping tensors copies nothing. Of several pictures together only what was asked for is kept: their tensors
    /// would have to be taken apart.
    fn capture(&self, batch: &Batch) -> Capture {
        match batch.inputs.len() {
            1 => Capture::new(self.nodes[index(batch.slot)].iter().cloned()),
            _ => Capture::new(batch.nodes()),
        }
    }

    /// `[batch, 3, side, side]`
    fn stack(&self, inputs: &[Arc<ModelInput>]) -> Result<Tensor> {
        let (width, height) = inputs.first().map_or((0, 0), |input| input.cropped.dimensions());
        let values: Vec<f32> = inputs.iter().flat_map(|input| input.values().into_owned()).collect();
        to_device(values, (inputs.len(), 3, height as usize, width as usize), &self.device)
    }

    fn backbone(&self, slot: ModelSlot) -> &Backbone {
        &self.backbones[index(slot)]
    }
}

/// Answers each question with the trace of its picture, one for all questions about it.
fn hand_out(captured: &Captured, questions: Vec<Question>, started_at: Instant, forward_time: Duration) {
    let mut traces: BTreeMap<usize, Arc<Trace>> = BTreeMap::new();
    for Question { observation, asked_at, row } in questions {
        let trace = match traces.get(&row) {
            Some(trace) => Ok(Arc::clone(trace)),
            None => {
                let queue_ms = started_at.saturating_duration_since(asked_at).as_secs_f64() * 1e3;
                trace(captured, row)
                    .map(|tensors| Arc::new(Trace::new(tensors, queue_ms, forward_time.as_secs_f64() * 1e3)))
            }
        };
        let answer = trace.map_err(|error| {
            tracing::error!(%error, "tensors cannot be taken apart");
            InferenceError::Failed
        });
        if let Ok(trace) = &answer {
            traces.insert(row, Arc::clone(trace));
        }
        observation.answer(answer);
    }
}

/// One picture's part of each tensor, without the batch axis. A part of a batch is copied, or it would keep the whole.
fn trace(captured: &Captured, row: usize) -> Result<Captured> {
    captured.parts(|tensor| {
        let part = tensor.get(row)?;
        if tensor.dim(0)? == 1 { Ok(part) } else { part.force_contiguous() }
    })
}

fn fail(questions: Vec<Question>) {
    for question in questions {
        question.observation.answer(Err(InferenceError::Failed));
    }
}
