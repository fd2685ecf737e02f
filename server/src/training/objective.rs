//! The loss that a head is fitted by, and its gradient in closed form: that of softmax and cross-entropy is what was answered less what was
//! wanted.

use candle_core::{D, DType, Result, Tensor};
use candle_nn::ops::log_softmax;
use shared::training::ClassWeights;

/// Cross-entropy with class weights and label smoothing.
///
/// # Source
/// `torch.nn.CrossEntropyLoss(weight, label_smoothing)` with its mean: `sum(t * -log p) / sum(w_y)`, where a picture of class y wants
/// `t_c = (1 - smoothing) w_y [c = y] + smoothing w_c / classes`.
#[derive(Clone, Debug)]
pub struct Objective {
    class_weights: Vec<f32>,
    label_smoothing: f32,
}

/// A minibatch's loss and what follows from it.
#[derive(Debug)]
pub struct Loss {
    /// The mean.
    pub value: f64,
    /// Of the mean, by the logits: `[batch, classes]`.
    pub gradient: Tensor,
    /// Pictures whose class had the largest logit.
    pub num_right: u64,
}

impl Objective {
    /// One weight a class.
    pub fn new(class_weights: Vec<f32>, label_smoothing: f64) -> Self {
        Self { class_weights, label_smoothing: label_smoothing as f32 }
    }

    /// Every picture alike, or every class; one without training pictures does not count.
    pub fn weights(choice: ClassWeights, class_counts: &[u64]) -> Vec<f32> {
        match choice {
            ClassWeights::Uniform => vec![1.0; class_counts.len()],
            ClassWeights::Balanced => {
                let total: u64 = class_counts.iter().sum();
                let present = class_counts.iter().filter(|count| **count > 0).count();
                let weight = |count: &u64| match count {
                    0 => 0.0,
                    count => (total as f64 / (present as f64 * *count as f64)) as f32,
                };
                class_counts.iter().map(weight).collect()
            }
        }
    }

    /// # Shapes
    /// `logits`: `[batch, classes]`, f32; `labels`: `[batch]`.
    ///
    /// # Errors
    /// They do not go together.
    pub fn loss(&self, logits: &Tensor, labels: &[u32]) -> Result<Loss> {
        let num_classes = self.class_weights.len();
        let spread = self.label_smoothing / num_classes as f32;
        let mut wanted = Vec::with_capacity(labels.len() * num_classes);
        let mut total_weight = 0.0_f64;
        for label in labels {
            let start = wanted.len();
            wanted.extend(self.class_weights.iter().map(|weight| spread * weight));
            let own = self.class_weights[*label as usize];
            wanted[start + *label as usize] += (1.0 - self.label_smoothing) * own;
            total_weight += f64::from(own);
        }
        // A minibatch of classes that do not count has no mean.
        let scale = if total_weight > 0.0 { 1.0 / total_weight } else { 0.0 };
        let wanted = Tensor::from_vec(wanted, (labels.len(), num_classes), logits.device())?;
        let log_probabilities = log_softmax(logits, D::Minus1)?;
        let value = (&wanted * &log_probabilities)?.sum_all()?.to_scalar::<f32>()?;
        let answered = log_probabilities.exp()?.broadcast_mul(&wanted.sum_keepdim(D::Minus1)?)?;
        let gradient = ((answered - wanted)? * scale)?;
        let labels = Tensor::new(labels, logits.device())?;
        let is_right = logits.argmax(D::Minus1)?.eq(&labels)?;
        let num_right = is_right.to_dtype(DType::F32)?.sum_all()?.to_scalar::<f32>()?;
        Ok(Loss { value: -f64::from(value) * scale, gradient, num_right: num_right as u64 })
    }
}
