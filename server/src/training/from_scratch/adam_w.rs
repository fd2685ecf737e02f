//! AdamW over all parameters of a small model, on the host: moments are plain numbers, and a parameter is written back once a step.

use candle_core::backprop::GradStore;
use candle_core::{Device, Result, Tensor, Var};

use super::network::ParameterSpec;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// The moments of each parameter.
///
/// # Source
/// Loshchilov and Hutter 2019, as `torch.optim.AdamW` has it.
#[derive(Debug)]
pub struct AdamW {
    moments: Vec<[Vec<f32>; 2]>,
    weight_decay: f32,
    num_steps: i32,
}

impl AdamW {
    /// Before the first step.
    pub fn new(parameters: &[(ParameterSpec, Var)], weight_decay: f64) -> Self {
        let zeros = |var: &Var| vec![0.0; var.elem_count()];
        let moments = parameters.iter().map(|(_spec, var)| [zeros(var), zeros(var)]).collect();
        Self { moments, weight_decay: weight_decay as f32, num_steps: 0 }
    }

    /// Changes the parameters along their gradients; one without a gradient stays as it is.
    ///
    /// # Errors
    /// The device fails.
    pub fn step(
        &mut self,
        parameters: &[(ParameterSpec, Var)],
        gradients: &GradStore,
        learning_rate: f64,
    ) -> Result<()> {
        self.num_steps += 1;
        let correction = |beta: f32| 1.0 - beta.powi(self.num_steps);
        let (first_correction, root_correction) = (correction(BETA_1), correction(BETA_2).sqrt());
        let rate = learning_rate as f32;
        for ((spec, var), [first, second]) in parameters.iter().zip(&mut self.moments) {
            let Some(gradient) = gradients.get(var.as_tensor()) else { continue };
            let gradient = numbers(gradient)?;
            let mut values = numbers(var.as_tensor())?;
            let kept = 1.0 - if spec.decays() { rate * self.weight_decay } else { 0.0 };
            let moments = first.iter_mut().zip(second);
            for ((value, gradient), (first, second)) in values.iter_mut().zip(&gradient).zip(moments) {
                *first = BETA_1 * *first + (1.0 - BETA_1) * gradient;
                *second = BETA_2 * *second + (1.0 - BETA_2) * gradient * gradient;
                let root = second.sqrt() / root_correction + EPSILON;
                *value = *value * kept - rate / first_correction * *first / root;
            }
            var.set(&Tensor::from_vec(values, var.shape(), var.device())?)?;
        }
        Ok(())
    }
}

fn numbers(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.detach().to_device(&Device::Cpu)?.flatten_all()?.to_vec1()
}
