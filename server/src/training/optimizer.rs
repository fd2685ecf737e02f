//! What is made of a gradient, with moments that can be kept and read again: a run that goes on is the same run.

use candle_core::{Result, Tensor};
use shared::training::{Optimizer, Schedule};

use super::examples::Head;

/// What an optimiser remembers: of weight and bias the mean of gradients, and for AdamW that of their squares.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Of weight and bias.
    pub first: [Tensor; 2],
    /// Of weight and bias; SGD leaves it as it is.
    pub second: [Tensor; 2],
    /// Steps that were taken.
    pub num_steps: u64,
}

impl Moments {
    /// Before the first step.
    ///
    /// # Errors
    /// The device has no room.
    pub fn new(head: &Head) -> Result<Self> {
        let zeros = || Ok::<_, candle_core::Error>([head.weight.zeros_like()?, head.bias.zeros_like()?]);
        Ok(Self { first: zeros()?, second: zeros()?, num_steps: 0 })
    }

    /// The head after a step. Decay is for the weight alone.
    ///
    /// # Shapes
    /// `gradient`: those of weight and bias.
    ///
    /// # Source
    /// `torch.optim.SGD` without dampening and Nesterov's change, `torch.optim.AdamW` (Loshchilov and Hutter 2019).
    ///
    /// # Errors
    /// The shapes do not go together.
    pub fn step(
        &mut self,
        head: &Head,
        gradient: [Tensor; 2],
        schedule: &Schedule,
        learning_rate: f64,
    ) -> Result<Head> {
        self.num_steps += 1;
        let decays = [schedule.weight_decay, 0.0];
        let mut stepped = Vec::with_capacity(2);
        for (index, gradient) in gradient.into_iter().enumerate() {
            let parameter = [&head.weight, &head.bias][index];
            let update = Update { decay: decays[index], learning_rate };
            stepped.push(match schedule.optimizer {
                Optimizer::Sgd { momentum } => {
                    self.sgd_step(index, parameter, (gradient, momentum), &update)?
                }
                Optimizer::AdamW { beta1, beta2, epsilon } => {
                    let adam = AdamW { beta1, beta2, epsilon };
                    self.adam_step(index, parameter, (gradient, adam), &update)?
                }
            });
        }
        let [weight, bias] = <[Tensor; 2]>::try_from(stepped).expect("two parameters");
        Ok(Head { weight, bias })
    }

    fn sgd_step(
        &mut self,
        index: usize,
        parameter: &Tensor,
        (gradient, momentum): (Tensor, f64),
        update: &Update,
    ) -> Result<Tensor> {
        let gradient = (gradient + (parameter * update.decay)?)?;
        self.first[index] = ((&self.first[index] * momentum)? + gradient)?;
        parameter - (&self.first[index] * update.learning_rate)?
    }

    fn adam_step(
        &mut self,
        index: usize,
        parameter: &Tensor,
        (gradient, adam): (Tensor, AdamW),
        update: &Update,
    ) -> Result<Tensor> {
        let AdamW { beta1, beta2, epsilon } = adam;
        self.first[index] = ((&self.first[index] * beta1)? + (&gradient * (1.0 - beta1))?)?;
        self.second[index] = ((&self.second[index] * beta2)? + (gradient.sqr()? * (1.0 - beta2))?)?;
        let correction = |beta: f64| 1.0 - beta.powf(self.num_steps as f64);
        let root = (self.second[index].sqrt()? / correction(beta2).sqrt())?;
        let direction = (&self.first[index] / (root + epsilon)?)?;
        let kept = (parameter * (1.0 - update.learning_rate * update.decay))?;
        kept - (direction * (update.learning_rate / correction(beta1)))?
    }
}

struct Update {
    decay: f64,
    learning_rate: f64,
}

#[derive(Clone, Copy)]
struct AdamW {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
}
