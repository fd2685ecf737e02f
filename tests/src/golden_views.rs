//! Goldens of what is computed of a picture, in `goldens/analysis`: read by key, and compared by the largest difference over the
//! largest magnitude of the golden. The script that makes them says what each key holds.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Result, Tensor};

/// Values that a golden holds of a larger tensor.
const SAMPLES: usize = 251;

/// The goldens of one model.
pub struct GoldenViews {
    name: String,
    tensors: HashMap<String, Tensor>,
}

impl GoldenViews {
    /// Those of a configuration.
    ///
    /// # Errors
    /// There are none of that name.
    pub fn of(name: &str) -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("goldens/analysis/{name}.safetensors"));
        let tensors = candle_core::safetensors::load(path, &Device::Cpu)?;
        Ok(Self { name: name.to_owned(), tensors })
    }

    /// Keys that begin so, without that beginning, sorted.
    pub fn keys(&self, beginning: &str) -> Vec<String> {
        let keys = self.tensors.keys().filter(|key| !key.ends_with("/max_abs"));
        let mut keys: Vec<String> =
            keys.filter_map(|key| key.strip_prefix(beginning)).map(str::to_owned).collect();
        keys.sort();
        keys
    }

    /// Whole numbers.
    ///
    /// # Panics
    /// There is none of that key, or it holds others.
    pub fn integers(&self, key: &str) -> Vec<i64> {
        self.tensors[key].to_vec1().expect("whole numbers")
    }

    /// Whether values are the golden's, to a part of its largest magnitude.
    ///
    /// # Panics
    /// They are not, or there is no golden of that key.
    pub fn check(&self, key: &str, values: &[f32], tolerance: f32) {
        let golden = self.tensors.get(key).unwrap_or_else(|| panic!("{}: no golden of {key}", self.name));
        let golden: Vec<f32> = golden.flatten_all().and_then(|golden| golden.to_vec1()).expect("f32 values");
        let magnitude = self.tensors.get(&format!("{key}/max_abs"));
        let step = magnitude.map_or(1, |_sampled| (values.len() / SAMPLES).max(1));
        assert_eq!(values.len().div_ceil(step), golden.len(), "{} {key}", self.name);
        let largest = |values: &mut dyn Iterator<Item = f32>| {
            values
                .map(f32::abs)
                .fold(0.0, |largest: f32, value| if value.is_nan() { value } else { largest.max(value) })
        };
        let scale = magnitude.map_or_else(
            || largest(&mut golden.iter().copied()),
            |magnitude| magnitude.get(0).and_then(|value| value.to_scalar()).expect("one value"),
        );
        let mut differences = values.iter().step_by(step).zip(&golden).map(|(ours, golden)| ours - golden);
        let difference = largest(&mut differences) / scale;
        assert!(difference <= tolerance, "{} {key}: off by {difference:e} of {scale}", self.name);
    }
}
