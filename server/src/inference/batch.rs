//! What a worker computes at once: waiting questions to one model, about at most so many pictures. Several questions about one
//! picture share its place, so a page that asks for twenty nodes of a photo costs one forward pass.

use std::collections::VecDeque;
use std::sync::Arc;

use shared::{ModelSlot, NodeId};

use super::job::Job;
use crate::images::{ImageId, ModelInput};

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

/// A job and its place in a batch.
#[derive(Debug)]
pub struct Question {
    /// Who asks what.
    pub job: Job,
    /// Where its picture is.
    pub row: usize,
}

impl Batch {
    /// Takes the oldest question and all others that can be answered with it; those of clients that left are dropped. Never
    /// waits for more to come. `None` where nothing is left.
    pub fn take(waiting: &mut VecDeque<Job>, max_images: usize) -> Option<Self> {
        waiting.retain(|job| !job.is_abandoned());
        let slot = waiting.front()?.slot;
        let mut batch = Self { slot, inputs: Vec::new(), questions: Vec::new() };
        let mut others = VecDeque::new();
        for job in waiting.drain(..) {
            match batch.row_for(&job, max_images) {
                Some(row) => batch.questions.push(Question { job, row }),
                None => others.push_back(job),
            }
        }
        *waiting = others;
        Some(batch)
    }

    /// The nodes that are asked for, of any picture.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.questions.iter().map(|question| question.job.node.clone())
    }

    fn row_for(&mut self, job: &Job, max_images: usize) -> Option<usize> {
        if job.slot != self.slot {
            return None;
        }
        if let Some(row) = self.row_of(job.input.image_id) {
            return Some(row);
        }
        if self.inputs.len() == max_images {
            return None;
        }
        self.inputs.push(Arc::clone(&job.input));
        Some(self.inputs.len() - 1)
    }

    fn row_of(&self, image_id: ImageId) -> Option<usize> {
        self.inputs.iter().position(|input| input.image_id == image_id)
    }
}
