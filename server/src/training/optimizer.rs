//! What is made of a gradient, with moments that can be kept and read again: a run that goes on is the same run.

use candle_core::{Result, Tensor};
use shared::training::{Optimizer, Schedule};

use super::examples::Head;

/// What an optimiser remembers: of each parameter the mean of gradients, and for AdamW that of their squares.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Of each parameter.
    pub first: Vec<Tensor>,
    /// Of each parameter; SGD leaves it as it is.
    pub second: Vec<Tensor>,
    /// Steps that were taken.
    pub num_steps: u64,
}

/// A parameter before a step.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'a> {
    /// What it is.
    pub value: &'a Tensor,
    /// What of it each step takes away beside the gradient, by the learning rate; SGD adds it to the gradient.
    pub decay: f64,
}

impl Moments {
    /// Of weight and bias of a head, before the first step.
    ///
    /// # Errors
    /// The device has no room.
    pub fn new(head: &Head) -> Result<Self> {
        Self::of([&head.weight, &head.bias])
    }

    /// Of these parameters, before the first step.
    ///
    /// # Errors
    /// The device has no room.
    pub fn of<'a>(parameters: impl IntoIterator<Item = &'a Tensor>) -> Result<Self> {
        let zeros = parameters.into_iter().map(Tensor::zeros_like).collect::<Result<Vec<_>>>()?;
        Ok(Self { first: zeros.clone(), second: zeros, num_steps: 0 })
    }

    /// The head after a step. Decay is for the weight alone.
    ///
    /// # Shapes
    /// `gradient`: those of weight and bias.
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
        let weight = Parameter { value: &head.weight, decay: schedule.weight_decay };
        let bias = Parameter { value: &head.bias, decay: 0.0 };
        let stepped = self.step_all(&[weight, bias], gradient.into(), schedule.optimizer, learning_rate)?;
        let [weight, bias] = <[Tensor; 2]>::try_from(stepped).expect("two parameters");
        Ok(Head { weight, bias })
    }

    /// The parameters after a step, in the order in which the moments were made.
    ///
    /// # Shapes
    /// `gradients`: as the parameters.
    ///
    /// # Source
    /// `torch.optim.SGD` without dampening and Nesterov's change, `torch.optim.AdamW` (Loshchilov and Hutter 2019).
    ///
    /// # Errors
    /// The shapes do not go together.
    pub fn step_all(
        &mut self,
        parameters: &[Parameter<'_>],
        gradients: Vec<Tensor>,
        optimizer: Optimizer,
        learning_rate: f64,
    ) -> Result<Vec<Tensor>> {
        self.num_steps += 1;
        let steps = parameters.iter().zip(gradients).enumerate();
        let steps = steps.map(|(index, (parameter, gradient))| match optimizer {
            Optimizer::Sgd { momentum } => {
                self.sgd_step(index, parameter, (gradient, momentum), learning_rate)
            }
            Optimizer::AdamW { beta1, beta2, epsilon } => {
                let adam = AdamW { beta1, beta2, epsilon };
                self.adam_step(index, parameter, (gradient, adam), learning_rate)
            }
        });
        steps.collect()
    }

    fn sgd_step(
        &mut self,
        index: usize,
        parameter: &Parameter<'_>,
        (gradient, momentum): (Tensor, f64),
        learning_rate: f64,
    ) -> Result<Tensor> {
        let gradient = (gradient + (parameter.value * parameter.decay)?)?;
        self.first[index] = ((&self.first[index] * momentum)? + gradient)?;
        parameter.value - (&self.first[index] * learning_rate)?
    }

    fn adam_step(
        &mut self,
        index: usize,
        parameter: &Parameter<'_>,
        (gradient, adam): (Tensor, AdamW),
        learning_rate: f64,
    ) -> Result<Tensor> {
        let AdamW { beta1, beta2, epsilon } = adam;
        self.first[index] = ((&self.first[index] * beta1)? + (&gradient * (1.0 - beta1))?)?;
        self.second[index] = ((&self.second[index] * beta2)? + (gradient.sqr()? * (1.0 - beta2))?)?;
        let correction = |beta: f64| 1.0 - beta.powf(self.num_steps as f64);
        let root = (self.second[index].sqrt()? / correction(beta2).sqrt())?;
        let direction = (&self.first[index] / (root + epsilon)?)?;
        let kept = (parameter.value * (1.0 - learning_rate * parameter.decay))?;
        kept - (direction * (learning_rate / correction(beta1)))?
    }
}

#[derive(Clone, Copy)]
struct AdamW {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
}
