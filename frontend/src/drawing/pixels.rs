//! A picture's pixels as numbers: one of them, a channel of them, how often each value occurs. The pixels come from a canvas;
//! reading that is the components' affair.

/// Red, green, blue.
pub const CHANNELS: usize = 3;
/// Values that a channel of eight bits can take.
pub const LEVELS: usize = 256;
/// Bytes of a canvas for each pixel: red, green, blue, opacity.
const BYTES_PER_PIXEL: usize = 4;

/// Opaque pixels, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green, blue and opacity of each.
    pub rgba: Vec<u8>,
}

/// How often each value of a channel occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// By value.
    pub counts: Vec<u32>,
}

impl Pixels {
    /// How many they are.
    pub fn count(&self) -> usize {
        self.rgba.len() / BYTES_PER_PIXEL
    }

    /// Red, green and blue of a pixel; `None` outside.
    pub fn at(&self, column: usize, row: usize) -> Option<[u8; CHANNELS]> {
        let start = (row * self.width + column) * BYTES_PER_PIXEL;
        let pixel = (column < self.width).then(|| self.rgba.get(start..start + CHANNELS))??;
        pixel.try_into().ok()
    }

    /// A channel alone as shades of grey, as opaque pixels.
    pub fn channel(&self, channel: usize) -> Self {
        let grey = |pixel: &[u8]| [pixel[channel], pixel[channel], pixel[channel], u8::MAX];
        Self { rgba: self.rgba.chunks_exact(BYTES_PER_PIXEL).flat_map(grey).collect(), ..*self }
    }

    /// How often each value of a channel occurs.
    pub fn histogram(&self, channel: usize) -> Histogram {
        let mut counts = vec![0; LEVELS];
        self.rgba.chunks_exact(BYTES_PER_PIXEL).for_each(|pixel| counts[usize::from(pixel[channel])] += 1);
        Histogram { counts }
    }
}

impl Histogram {
    /// The mean value; 0 of nothing.
    pub fn mean(&self) -> f64 {
        let sum: f64 =
            self.counts.iter().enumerate().map(|(value, &count)| value as f64 * f64::from(count)).sum();
        sum / self.total().max(1) as f64
    }

    /// The standard deviation; 0 of nothing.
    pub fn deviation(&self) -> f64 {
        let mean = self.mean();
        let squares = self
            .counts
            .iter()
            .enumerate()
            .map(|(value, &count)| (value as f64 - mean).powi(2) * f64::from(count));
        (squares.sum::<f64>() / self.total().max(1) as f64).sqrt()
    }

    /// The part of all values that is the least or the largest possible, where a camera or an editor has cut off.
    pub fn clipped_part(&self) -> f64 {
        let ends = u64::from(self.counts[0]) + u64::from(self.counts[LEVELS - 1]);
        ends as f64 / self.total().max(1) as f64
    }

    /// Counts of neighbouring values together, in `bins` equal parts.
    pub fn binned(&self, bins: usize) -> Vec<u32> {
        self.counts.chunks(LEVELS.div_ceil(bins.max(1))).map(|chunk| chunk.iter().sum()).collect()
    }

    fn total(&self) -> u64 {
        self.counts.iter().copied().map(u64::from).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_pixels() -> Pixels {
        Pixels { width: 2, height: 1, rgba: vec![0, 10, 20, 255, 255, 30, 20, 255] }
    }

    #[test]
    fn pixels_are_found_by_column_and_row() {
        assert_eq!(two_pixels().count(), 2);
        assert_eq!(two_pixels().at(1, 0), Some([255, 30, 20]));
        assert_eq!(two_pixels().at(2, 0), None);
        assert_eq!(two_pixels().at(0, 1), None);
        assert_eq!(two_pixels().channel(1).rgba, [10, 10, 10, 255, 30, 30, 30, 255]);
    }

    #[test]
    fn a_histogram_counts_each_value_once() {
        let [red, green, blue] = [0, 1, 2].map(|channel| two_pixels().histogram(channel));
        assert_eq!((red.counts[0], red.counts[255]), (1, 1));
        assert_eq!((red.mean(), red.deviation(), red.clipped_part()), (127.5, 127.5, 1.0));
        assert_eq!((green.mean(), green.deviation(), green.clipped_part()), (20.0, 10.0, 0.0));
        assert_eq!((blue.mean(), blue.deviation()), (20.0, 0.0));
        assert_eq!(red.binned(2), [1, 1]);
        assert_eq!(green.binned(64)[2..8], [1, 0, 0, 0, 0, 1]);
        assert_eq!(Histogram { counts: vec![0; LEVELS] }.mean(), 0.0);
    }
}
