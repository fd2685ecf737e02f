//! What is computed of a picture against PyTorch's goldens in `goldens/analysis`, whose `make.py` says what each key holds.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Result, Tensor};

use crate::difference::largest;

/// Values that a golden holds of a larger tensor.
const SAMPLES: usize = 251;
/// What stands beside a tensor that is held in samples.
const MAX_ABS: &str = "/max_abs";

/// The goldens of one configuration.
pub struct GoldenViews {
    tensors: HashMap<String, Tensor>,
}

impl GoldenViews {
    /// Reads those of a configuration, such as `resnet18`.
    ///
    /// # Errors
    /// If there are none.
    pub fn read(name: &str) -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("goldens/analysis/{name}.safetensors"));
        Ok(Self { tensors: candle_core::safetensors::load(path, &Device::Cpu)? })
    }

    /// What stands behind a prefix such as `cam/` in the keys that have it, in order.
    pub fn behind(&self, prefix: &str) -> Vec<String> {
        let keys = self.tensors.keys().filter(|key| !key.ends_with(MAX_ABS));
        let mut rests: Vec<String> =
            keys.filter_map(|key| key.strip_prefix(prefix)).map(str::to_owned).collect();
        rests.sort();
        rests
    }

    /// Whole numbers.
    ///
    /// # Panics
    /// There are none of that key.
    pub fn integers(&self, key: &str) -> Vec<i64> {
        self.tensors[key].to_vec1().expect("whole numbers")
    }

    /// Values are the golden's, to a part of its largest magnitude.
    ///
    /// # Panics
    /// They are not, or there is no golden of that key.
    pub fn check(&self, key: &str, ours: &[f32], tolerance: f32) {
        let difference = self.difference(key, ours).expect("the golden can be read");
        assert!(difference <= tolerance, "{key}: {difference:e}");
    }

    /// max |ours - golden| / max |golden|, of the values that the golden holds; where these are samples, of the largest magnitude too.
    ///
    /// # Panics
    /// If there is no golden of that key, or it has another number of values.
    ///
    /// # Errors
    /// If the golden cannot be read.
    pub fn difference(&self, key: &str, ours: &[f32]) -> Result<f32> {
        let golden = self.tensors.get(key).unwrap_or_else(|| panic!("no golden {key}"));
        let reference: Vec<f32> = golden.flatten_all()?.to_vec1()?;
        let Some(magnitude) = self.tensors.get(&format!("{key}{MAX_ABS}")) else {
            assert_eq!(ours.len(), reference.len(), "{key}");
            let differences = ours.iter().zip(&reference).map(|(ours, reference)| ours - reference);
            return Ok(largest(differences) / largest(reference.iter().copied()));
        };
        let magnitude: f32 = magnitude.get(0)?.to_scalar()?;
        let step = (ours.len() / SAMPLES).max(1);
        assert_eq!(ours.len().div_ceil(step), reference.len(), "{key}");
        let sampled = ours.iter().step_by(step).zip(&reference).map(|(ours, reference)| ours - reference);
        Ok(largest(sampled.chain([largest(ours.iter().copied()) - magnitude])) / magnitude)
    }
}

/// What `rows` gives for each token, some rows of numbers, as matrices with a row for each token, one after another.
///
/// # Panics
/// Not all tokens give as many rows.
pub fn of_all_tokens(tokens: usize, rows: impl Fn(usize) -> Vec<Vec<f64>>) -> Vec<f64> {
    let of_tokens: Vec<Vec<Vec<f64>>> = (0..tokens).map(rows).collect();
    let count = of_tokens.first().map_or(0, Vec::len);
    (0..count).flat_map(|index| of_tokens.iter().flat_map(move |rows| rows[index].iter().copied())).collect()
}

/// The mixture of `tokens` tokens that is one of them.
pub fn only(token: usize, tokens: usize) -> Vec<f64> {
    (0..tokens).map(|other| if other == token { 1.0 } else { 0.0 }).collect()
}
