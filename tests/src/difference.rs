//! How far two tensors are apart, as the project states every tolerance.

use candle_core::{Result, Tensor};

/// max |a - b| / max |reference|; NaN anywhere gives NaN, which no tolerance admits.
///
/// # Errors
/// If the shapes differ.
pub fn relative_difference(ours: &Tensor, reference: &Tensor) -> Result<f32> {
    let ours: Vec<f32> = ours.flatten_all()?.to_vec1()?;
    let reference: Vec<f32> = reference.flatten_all()?.to_vec1()?;
    if ours.len() != reference.len() {
        candle_core::bail!("{} values against {}", ours.len(), reference.len());
    }
    let scale = largest(reference.iter().copied());
    Ok(largest(ours.iter().zip(&reference).map(|(a, b)| a - b)) / scale)
}

/// The largest magnitude; NaN if one is among the values.
pub fn largest(values: impl Iterator<Item = f32>) -> f32 {
    values.fold(
        0.0,
        |largest: f32, value| {
            if value.is_nan() || largest.is_nan() { f32::NAN } else { largest.max(value.abs()) }
        },
    )
}
