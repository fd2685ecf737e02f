//! What a worker does at once: waiting questions to one model for what its nodes hold, about at most so many pictures, or one
//! computation. Several questions about one picture share its place, so a page that asks for twenty nodes of a photo costs one
//! forward pass.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use shared::{ModelSlot, NodeId};

use super::job::{Computation, Job, Observation, Work};
use crate::images::{ImageId, ModelInput};

/// What a worker takes from the queue.
#[derive(Debug)]
pub enum Task {
    /// One forward pass for several questions.
    Observe(Batch),
    /// A computation, which has the model to itself.
    Compute {
        /// The model that is asked.
        slot: ModelSlot,
        /// The picture.
        input: Arc<ModelInput>,
        /// What is computed.
        computation: Computation,
    },
}

/// Questions that one forward pass answers.
#[derive(Debug)]
pub struct Batch {
    /// The model that is asked.
    pub slot: ModelSlot,
    /// The pictures, each once, in the order of their rows.
    pub inputs: Vec<Arc<ModelInput>>,
    /// The questions, each with its picture's row.
    pub questions: Vec<Question>,
}

/// A question and its place in a batch.
#[derive(Debug)]
pub struct Question {
    /// Who asks what.
    pub observation: Observation,
    /// When it was asked.
    pub asked_at: Instant,
    /// Where its picture is.
    pub row: usize,
}

impl Task {
    /// What answers this job and, where it is for a node, all others that the same forward pass can answer, which are taken from those
    /// that wait. Never waits for more to come.
    pub fn of(job: Job, waiting: &mut VecDeque<Job>, max_images: usize) -> Self {
        let Job { slot, input, asked_at, work, .. } = job;
        let observation = match work {
            Work::Compute(computation) => return Self::Compute { slot, input, computation },
            Work::Observe(observation) => observation,
        };
        let first = Question { observation, asked_at, row: 0 };
        let mut batch = Batch { slot, inputs: vec![input], questions: vec![first] };
        let others = waiting.drain(..).filter_map(|job| batch.join(job, max_images)).collect();
        *waiting = others;
        Self::Observe(batch)
    }
}

impl Batch {
    /// The nodes that are asked for, of any picture.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.questions.iter().flat_map(|question| question.observation.nodes.iter().cloned())
    }

    /// Takes a job in; gives it back where this forward pass cannot answer it.
    fn join(&mut self, job: Job, max_images: usize) -> Option<Job> {
        let Some(row) = self.row_for(&job, max_images) else { return Some(job) };
        match job {
            Job { work: Work::Observe(observation), asked_at, .. } => {
                self.questions.push(Question { observation, asked_at, row });
                None
            }
            job => Some(job),
        }
    }

    fn row_for(&mut self, job: &Job, max_images: usize) -> Option<usize> {
        if job.slot != self.slot || matches!(job.work, Work::Compute(_)) {
            return None;
        }
        if let Some(row) = self.row_of(job.input.image_id) {
            return Some(row);
        }
        if self.inputs.len() >= max_images {
            return None;
        }
        self.inputs.push(Arc::clone(&job.input));
        Some(self.inputs.len() - 1)
    }

    fn row_of(&self, image_id: ImageId) -> Option<usize> {
        self.inputs.iter().position(|input| input.image_id == image_id)
    }
}
