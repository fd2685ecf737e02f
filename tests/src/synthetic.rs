//! Weights and images made of a hash of a parameter's name and a value's position. `goldens/models/synthetic.py` makes
//! the same, bit by bit, so that goldens need no weights beside them.

use std::collections::HashMap;

use candle_core::{Device, Result, Tensor};
use shared::architecture::ParameterSpec;
use shared::{ArchitectureConfig, Graph};

/// Every parameter of the graph, by internal name.
///
/// # Errors
/// If candle cannot allocate.
pub fn weights(graph: &Graph) -> Result<HashMap<String, Tensor>> {
    graph
        .nodes
        .iter()
        .flat_map(|node| &node.parameters)
        .map(|parameter| Ok((parameter.name.clone(), parameter_tensor(parameter)?)))
        .collect()
}

/// `[batch, 3, side, side]`, values in -2..2; image `index` is the same in every batch.
///
/// # Errors
/// If candle cannot allocate.
pub fn images(config: &ArchitectureConfig, batch: usize) -> Result<Tensor> {
    let side = config.image_size();
    let images: Vec<Tensor> = (0..batch)
        .map(|index| {
            let values = uniform(&format!("image.{index}"), 3 * side * side).map(|value| value * 2.0);
            Tensor::from_vec(values.collect::<Vec<f32>>(), (3, side, side), &Device::Cpu)
        })
        .collect::<Result<_>>()?;
    Tensor::stack(&images, 0)
}

/// Values in -1..1 that a name gives.
///
/// # Errors
/// If candle cannot allocate.
pub fn values(name: &str, shape: &[usize]) -> Result<Tensor> {
    Tensor::from_iter(uniform(name, shape.iter().product()), &Device::Cpu)?.reshape(shape)
}

fn parameter_tensor(parameter: &ParameterSpec) -> Result<Tensor> {
    let count: usize = parameter.shape.iter().product();
    let name = parameter.name.as_str();
    let (centre, spread) = centre_and_spread(name, &parameter.shape);
    let values: Vec<f32> = uniform(name, count).map(|value| centre + spread * value).collect();
    Tensor::from_vec(values, parameter.shape.as_slice(), &Device::Cpu)
}

/// Centre and half width of a parameter's values: such that signals keep their size through the layers, and that no
/// normalisation is the identity.
fn centre_and_spread(name: &str, shape: &[usize]) -> (f32, f32) {
    let is_scale = name.ends_with("norm.weight");
    if name.ends_with("running_var") {
        (1.0, 0.5)
    } else if is_scale {
        (1.0, 0.25)
    } else if name.starts_with("embeddings.") {
        (0.0, 0.5)
    } else if shape.len() > 1 {
        let fan_in: usize = shape[1..].iter().product();
        (0.0, (6.0 / fan_in as f64).sqrt() as f32)
    } else {
        (0.0, 0.125)
    }
}

/// Values in -1..1, multiples of 2^-23: splitmix64 of the name's FNV-1a hash and the position.
fn uniform(name: &str, count: usize) -> impl Iterator<Item = f32> + use<> {
    let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (0..count as u64).map(move |position| {
        let mut bits = seed.wrapping_add((position + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        ((bits >> 40) as f32 - 8_388_608.0) / 8_388_608.0
    })
}
