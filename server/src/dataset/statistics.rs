//! What is said of a data set in numbers: classes, sizes, shapes, grey pictures.

use shared::{DatasetSummary, HistogramBin};

use super::{Dataset, Picture};

/// Lower ends of the bins, in pixels.
const SHORTER_SIDES: [f64; 9] = [0.0, 64.0, 128.0, 192.0, 224.0, 256.0, 384.0, 512.0, 1024.0];
/// Lower ends of the bins, width over height; 1 is the square.
const ASPECT_RATIOS: [f64; 10] = [0.0, 0.5, 0.67, 0.8, 0.95, 1.05, 1.25, 1.5, 2.0, 3.0];

impl Dataset {
    /// What a page or a report shows.
    pub fn summary(&self) -> DatasetSummary {
        let shorter_side = |picture: &Picture| f64::from(picture.width.min(picture.height));
        let aspect_ratio = |picture: &Picture| f64::from(picture.width) / f64::from(picture.height);
        DatasetSummary {
            name: self.name.clone(),
            hash: self.hash.clone(),
            classes: self.classes.clone(),
            num_pictures: self.pictures.len() as u64,
            num_grey: self.pictures.iter().filter(|picture| picture.is_grey).count() as u64,
            shorter_sides: histogram(&SHORTER_SIDES, self.pictures.iter().map(shorter_side)),
            aspect_ratios: histogram(&ASPECT_RATIOS, self.pictures.iter().map(aspect_ratio)),
            skipped: self.skipped.clone(),
        }
    }
}

/// How many values lie in each bin; `lows` begin with 0, and no value is below.
fn histogram(lows: &[f64], values: impl Iterator<Item = f64>) -> Vec<HistogramBin> {
    let high = |index: usize| lows.get(index + 1).copied();
    let mut bins: Vec<HistogramBin> = lows
        .iter()
        .enumerate()
        .map(|(index, &low)| HistogramBin { low, high: high(index), count: 0 })
        .collect();
    for value in values {
        let index = lows.partition_point(|low| *low <= value).saturating_sub(1);
        bins[index].count += 1;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_holds_its_lower_end() {
        let counts = |values: &[f64]| -> Vec<u64> {
            histogram(&[0.0, 1.0, 2.0], values.iter().copied()).iter().map(|bin| bin.count).collect()
        };
        assert_eq!(counts(&[0.0, 0.99, 1.0, 1.5, 2.0, 1e9]), [2, 2, 2]);
        assert_eq!(counts(&[]), [0, 0, 0]);
    }
}
