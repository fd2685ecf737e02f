//! The way back through a convolution. What a pixel of the input gave to the output depends on where it stands between the steps of the
//! stride, its phase: pixels of one phase met the same part of the kernel. A convolution of the gradient, of stride 1, with a group of
//! channels for each phase computes them all, and none of its products is with a zero between the steps.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use shared::architecture::ConvSpec;

use super::Convolution;
use crate::kernels::level::Level;
use crate::kernels::numbers::Width;
use crate::kernels::tasks::kept_or_made;
use crate::kernels::tile::Following;

/// Along one axis: how many phases meet the kernel at all, and how many of its pixels each meets at most.
#[derive(Clone, Copy, Debug)]
struct Phases {
    count: usize,
    taps: usize,
}

impl Phases {
    fn of(spec: ConvSpec) -> Self {
        Self { count: spec.stride.min(spec.kernel_size), taps: spec.kernel_size.div_ceil(spec.stride) }
    }
}

impl Convolution {
    /// From the gradient of the output to that of an input of this size.
    ///
    /// # Shapes
    /// `gradient`: `[batch, out_channels, out_height, out_width]` to `[batch, in_channels, height, width]`.
    pub fn gradient(&self, level: Level, gradient: &[f32], size: [usize; 2]) -> Vec<f32> {
        let turned = kept_or_made(&self.turned, || Box::new(self.turned()));
        let out_size = size.map(|side| self.spec.output_side(side));
        let maps = turned.forward(level, gradient, out_size, Following::default());
        if self.spec.stride == 1 {
            return maps;
        }
        woven(self.spec, &maps, out_size.map(|side| turned.spec.output_side(side)), size)
    }

    /// The convolution of the gradient: channels are `[row's phase, column's phase, in_channels]`.
    fn turned(&self) -> Self {
        let ConvSpec { in_channels, out_channels, kernel_size, stride, padding } = self.spec;
        let Phases { count, taps } = Phases::of(self.spec);
        let (weights, channels) = (self.weights(), count * count * in_channels);
        let mut turned = vec![0.0; channels * out_channels * taps * taps];
        turned.par_chunks_exact_mut(out_channels * taps * taps).enumerate().for_each(|(channel, kernels)| {
            let (phase, input) = (channel / in_channels, channel % in_channels);
            for (output, kernel) in kernels.chunks_exact_mut(taps * taps).enumerate() {
                let own = &weights[(output * in_channels + input) * kernel_size * kernel_size..];
                for (tap, weight) in kernel.iter_mut().enumerate() {
                    // Turned by 180 degrees: the last tap met the first pixel of the kernel.
                    let [row, column] = [(phase / count, tap / taps), (phase % count, tap % taps)]
                        .map(|(phase, tap)| phase + stride * (taps - 1 - tap));
                    if row < kernel_size && column < kernel_size {
                        *weight = own[row * kernel_size + column];
                    }
                }
            }
        });
        let spec = ConvSpec {
            in_channels: out_channels,
            out_channels: channels,
            kernel_size: taps,
            stride: 1,
            // Every place that a part of the kernel reaches; of stride 1 only those that are in the input.
            padding: if stride == 1 { taps - 1 - padding } else { taps - 1 },
        };
        Self::new(spec, Width::Single, &turned, &vec![0.0; channels])
    }
}

/// Puts the pixels of all phases where they belong in an input of this size; those that no kernel met are 0.
///
/// # Shapes
/// `maps`: `[batch, row's phase, column's phase, in_channels, height, width]` with `[height, width] = map_size`, to `[batch, in_channels,
/// height, width]` with `[height, width] = size`.
fn woven(spec: ConvSpec, maps: &[f32], map_size: [usize; 2], size: [usize; 2]) -> Vec<f32> {
    let ConvSpec { in_channels, stride, padding, .. } = spec;
    let count = Phases::of(spec).count;
    let [map_plane, plane] = [map_size, size].map(|[height, width]| height * width);
    let batch = maps.len() / (count * count * in_channels * map_plane);
    // The phase of a pixel, and its place among those of that phase.
    let place = |pixel: usize| ((pixel + padding) % stride, (pixel + padding) / stride);
    let mut result = vec![0.0; batch * in_channels * plane];
    result.par_chunks_exact_mut(plane).enumerate().for_each(|(index, pixels)| {
        let (picture, channel) = (index / in_channels, index % in_channels);
        for (row, pixels) in pixels.chunks_exact_mut(size[1]).enumerate() {
            let (row_phase, row) = place(row);
            if row_phase >= count || row >= map_size[0] {
                continue;
            }
            for first in 0..stride.min(size[1]) {
                let (phase, column) = place(first);
                if phase >= count || column >= map_size[1] {
                    continue;
                }
                let map = ((picture * count + row_phase) * count + phase) * in_channels + channel;
                let row = &maps[map * map_plane + row * map_size[1]..][..map_size[1]];
                let targets = pixels[first..].iter_mut().step_by(stride);
                targets.zip(&row[column..]).for_each(|(pixel, gradient)| *pixel = *gradient);
            }
        }
    });
    result
}
