//! Colours of dense values: viridis for values from a least to a largest, blue over white to red for signed ones. Both are
//! perceptually uniform enough to be read as heights; neither relies on red against green.

use super::grid::Grid;

/// How values become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Viridis from the least to the largest value.
    Sequential,
    /// Blue below, white at and red above zero, as far down as up.
    Diverging,
}

/// Viridis (van der Walt, Smith, 2015) at 17 equal steps.
const VIRIDIS: [u32; 17] = [
    0x44_01_54, 0x48_18_6a, 0x47_2d_7b, 0x42_40_86, 0x3b_52_8b, 0x33_63_8d, 0x2c_72_8e, 0x26_82_8e,
    0x21_91_8c, 0x1f_a0_88, 0x28_ae_80, 0x3f_bc_73, 0x5e_c9_62, 0x84_d4_4b, 0xad_dc_30, 0xd8_e2_19,
    0xfd_e7_25,
];
/// RdBu of ColorBrewer (Brewer, Harrower), blue first, at 7 equal steps.
const BLUE_WHITE_RED: [u32; 7] =
    [0x21_66_ac, 0x67_a9_cf, 0xd1_e5_f0, 0xf7_f7_f7, 0xfd_db_c7, 0xef_8a_62, 0xb2_18_2b];

impl Scale {
    /// The values at the two ends of the scale for a grid.
    pub fn range(self, grid: &Grid) -> (f32, f32) {
        let (low, high) = grid.range();
        match self {
            Self::Sequential => (low, high),
            Self::Diverging => {
                let reach = low.abs().max(high.abs());
                (-reach, reach)
            }
        }
    }

    /// Red, green and blue at a position from 0 to 1.
    pub fn colour(self, position: f32) -> [u8; 3] {
        match self {
            Self::Sequential => between(&VIRIDIS, position),
            Self::Diverging => between(&BLUE_WHITE_RED, position),
        }
    }

    /// One pixel of red, green, blue and opacity for each value; a value that is not finite stays transparent.
    pub fn pixels(self, grid: &Grid, range: (f32, f32)) -> Vec<u8> {
        let (low, high) = range;
        let span = if high > low { high - low } else { 1.0 };
        let pixel = |value: &f32| match value.is_finite() {
            true => {
                let [red, green, blue] = self.colour((value - low) / span);
                [red, green, blue, u8::MAX]
            }
            false => [0; 4],
        };
        grid.values.iter().flat_map(pixel).collect()
    }
}

fn between(stops: &[u32], position: f32) -> [u8; 3] {
    let position = position.clamp(0.0, 1.0) * (stops.len() - 1) as f32;
    let index = (position as usize).min(stops.len() - 2);
    let part = position - index as f32;
    [16, 8, 0].map(|shift| {
        let channel = |stop: u32| ((stop >> shift) & 0xff) as f32;
        let (from, to) = (channel(stops[index]), channel(stops[index + 1]));
        (from + (to - from) * part).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_in_their_ends_and_signed_ones_are_white_at_zero() {
        assert_eq!(Scale::Sequential.colour(0.0), [0x44, 0x01, 0x54]);
        assert_eq!(Scale::Sequential.colour(1.0), [0xfd, 0xe7, 0x25]);
        assert_eq!(Scale::Sequential.colour(0.5), [0x21, 0x91, 0x8c]);
        assert_eq!(Scale::Diverging.colour(0.5), [0xf7, 0xf7, 0xf7]);
        assert_eq!(Scale::Diverging.colour(7.0), [0xb2, 0x18, 0x2b]);
        let grid = Grid { rows: 1, columns: 3, values: vec![-1.0, 0.0, 4.0] };
        assert_eq!(Scale::Diverging.range(&grid), (-4.0, 4.0));
        let pixels = Scale::Diverging.pixels(&grid, (-4.0, 4.0));
        assert_eq!(pixels[4..8], [0xf7, 0xf7, 0xf7, 0xff]);
    }

    #[test]
    fn even_values_and_gaps_are_drawn() {
        let grid = Grid { rows: 1, columns: 2, values: vec![3.0, f32::NAN] };
        let pixels = Scale::Sequential.pixels(&grid, Scale::Sequential.range(&grid));
        assert_eq!(pixels, [0x44, 0x01, 0x54, 0xff, 0, 0, 0, 0]);
    }
}
