//! A convolution as a product whose columns are the places of the output: windows are laid side by side in scratch, a block of channels
//! and a few tiles of places at a time, so that nothing of the size of the whole unfolded map ever exists.

mod gradient;
mod windows;
mod winograd;

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use shared::architecture::ConvSpec;

use super::lanes::{Kernel, Lanes, run};
use super::level::Level;
use super::memory::{Shared, filled, with_scratch};
use super::numbers::{Numbers, Pairs, Singles, Width, paired_channels, unpaired_channels};
use super::panels::Panels;
use super::tasks::{parts, share, wanted_tasks};
use super::tile::{Following, Output, ROWS, RowSide, Stages, Tile};
use windows::{Places, Window, Windows};
use winograd::{Call, Winograd};

/// Products in the depth of one block, about.
const BLOCK_DEPTH: usize = 256;
/// The same of pairs, at least, and a multiple of 16: matrices then leave no part of the depth over.
const PAIRS_OF_BLOCK: usize = 256;
/// Tiles of places that are laid out at a time: what they take stays in the second cache.
const GROUP_TILES: usize = 4;
/// Rows that a task computes at least: laying out its windows then costs little beside.
const MIN_TASK_ROWS: usize = 128;

/// A convolution with its packed weights.
#[derive(Clone, Debug)]
pub struct Convolution {
    spec: ConvSpec,
    width: Width,
    weights: Panels,
    /// Padded to whole tiles.
    bias: Vec<f32>,
    /// From gradients of the output towards those of the input, made when the first one flows back.
    turned: OnceLock<Box<Self>>,
    winograd: Option<Winograd>,
}

impl Convolution {
    /// Packs the weights, which are rounded if they are to be half as wide.
    ///
    /// # Shapes
    /// `weights`: `[out_channels, in_channels, kernel_size, kernel_size]`; `bias`: `[out_channels]`.
    pub fn new(spec: ConvSpec, width: Width, weights: &[f32], bias: &[f32]) -> Self {
        let ConvSpec { in_channels, out_channels, kernel_size, .. } = spec;
        assert_eq!(bias.len(), out_channels, "a bias for each channel");
        let mut bias = bias.to_vec();
        bias.resize(out_channels.next_multiple_of(ROWS), 0.0);
        let window = kernel_size * kernel_size;
        let depth = width.places(in_channels) * window;
        let (weights, winograd) = match width {
            Width::Single => (
                Panels::of_rows(weights, out_channels, depth, window * (BLOCK_DEPTH / window).max(1)),
                Winograd::of(spec, weights),
            ),
            Width::Half => {
                let pairs = paired_channels(Level::best(), weights, in_channels, window);
                let channels =
                    PAIRS_OF_BLOCK.div_ceil(window).next_multiple_of(16 >> window.trailing_zeros().min(4));
                let block = window * channels;
                (Panels::of_plain_rows(&pairs, out_channels, depth, block, Pairs::TILE_ROWS), None)
            }
        };
        Self { spec, width, weights, bias, turned: OnceLock::new(), winograd }
    }

    /// Kernel, stride and border.
    pub fn spec(&self) -> ConvSpec {
        self.spec
    }

    /// The weights, `[out_channels, in_channels, kernel_size, kernel_size]`.
    pub fn weights(&self) -> Vec<f32> {
        let weights = self.weights.unpacked();
        match self.width {
            Width::Single => weights,
            Width::Half => unpaired_channels(&weights, self.spec.in_channels, self.spec.kernel_size.pow(2)),
        }
    }

    /// The convolution and what follows.
    ///
    /// # Shapes
    /// `input`: `[batch, in_channels, height, width]` with `[height, width] = size`, to `[batch, out_channels, out_height, out_width]`.
    pub fn forward(
        &self,
        level: Level,
        input: &[f32],
        size: [usize; 2],
        following: Following<'_>,
    ) -> Vec<f32> {
        let length = self.output_len(input, size);
        // SAFETY: all of the output is written.
        unsafe { filled(length, |out| self.forward_into(level, input, size, following, out, None)) }
    }

    /// The same, with what the output was before the residual.
    ///
    /// # Shapes
    /// As [`Self::forward`].
    pub fn forward_in_stages(
        &self,
        level: Level,
        input: &[f32],
        size: [usize; 2],
        following: Following<'_>,
    ) -> Stages {
        let length = self.output_len(input, size);
        // SAFETY: all of both is written.
        unsafe {
            Stages::filled(length, |out, before_residual| {
                self.forward_into(level, input, size, following, out, Some(before_residual));
            })
        }
    }

    fn output_len(&self, input: &[f32], size: [usize; 2]) -> usize {
        let [out_height, out_width] = size.map(|side| self.spec.output_side(side));
        let batch = input.len() / (self.spec.in_channels * size[0] * size[1]);
        batch * self.spec.out_channels * out_height * out_width
    }

    /// The same, written to all of `output` and of what it was before the residual, which is as long.
    ///
    /// # Shapes
    /// `input`: `[batch, in_channels, height, width]` with `[height, width] = size`, to `[batch, out_channels, out_height, out_width]`.
    pub(super) fn forward_into(
        &self,
        level: Level,
        input: &[f32],
        size: [usize; 2],
        following: Following<'_>,
        output: &mut [MaybeUninit<f32>],
        before_residual: Option<Shared>,
    ) {
        let ConvSpec { in_channels, out_channels, .. } = self.spec;
        let places = Places::new(self.spec, size);
        let (in_image, out_image) = (in_channels * size[0] * size[1], out_channels * places.count());
        let batch = input.len() / in_image;
        assert_eq!(input.len(), batch * in_image, "whole pictures");
        assert_eq!(output.len(), batch * out_image, "room for whole pictures");
        assert!(following.residual.is_none_or(|residual| residual.len() == output.len()), "as the output");
        let out = Shared::of(output);
        if let Some(winograd) = self.winograd.as_ref().filter(|_| Winograd::pays(places.count())) {
            let (spec, bias) = (self.spec, &self.bias[..]);
            // SAFETY: checked above; `before_residual` is as long as the output.
            unsafe {
                winograd.forward(level, Call { spec, bias, input, size, following, out, before_residual })
            };
            return;
        }
        let work = Work { input, batch, places: &places, following, out, before_residual };
        match self.width {
            Width::Single => self.share_work::<Singles>(level, &work),
            Width::Half => {
                let input = &paired_channels(level, input, in_channels, size[0] * size[1]);
                self.share_work::<Pairs>(level, &Work { input, ..work });
            }
        }
    }

    /// Cuts the work into tasks.
    fn share_work<N: Numbers>(&self, level: Level, work: &Work<'_>) {
        let Work { input, batch, places, .. } = *work;
        let out_channels = self.spec.out_channels;
        let spec = ConvSpec { in_channels: self.width.places(self.spec.in_channels), ..self.spec };
        let (in_image, out_image) = (input.len() / batch.max(1), out_channels * places.count());
        let group_tiles = (batch * places.windows().len() / wanted_tasks()).clamp(1, GROUP_TILES);
        let groups: Vec<&[Window]> = places.windows().chunks(group_tiles).collect();
        let row_parts = parts(out_channels.div_ceil(MIN_TASK_ROWS), batch * groups.len());
        let tasks = batch * groups.len() * row_parts;
        (0..tasks).into_par_iter().for_each(|task| {
            let (part, group) = (task % row_parts, task / row_parts);
            let (image, group) = (group / groups.len(), group % groups.len());
            let tiles = out_channels.div_ceil(N::TILE_ROWS);
            let rows = share(tiles, part, row_parts).map(|tile| (tile * N::TILE_ROWS).min(out_channels));
            let windows = Windows::new(spec, places, groups[group], self.weights.block);
            with_scratch(windows.scratch_len(), |scratch| {
                let task = Task::<N> {
                    convolution: self,
                    work,
                    input: &input[image * in_image..][..in_image],
                    windows: &windows,
                    scratch,
                    group: groups[group],
                    rows,
                    first: image * out_image,
                    numbers: PhantomData,
                };
                run(level, task);
            });
        });
    }
}

/// All that there is to do.
struct Work<'a> {
    /// Numbers or pairs of them.
    input: &'a [f32],
    batch: usize,
    places: &'a Places,
    following: Following<'a>,
    out: Shared,
    before_residual: Option<Shared>,
}

/// Some rows of the output at some places of one picture.
struct Task<'a, N> {
    convolution: &'a Convolution,
    work: &'a Work<'a>,
    /// One picture.
    input: &'a [f32],
    windows: &'a Windows<'a>,
    scratch: &'a mut [f32],
    group: &'a [Window],
    rows: [usize; 2],
    /// Where the picture begins in the output.
    first: usize,
    numbers: PhantomData<N>,
}

impl<N: Numbers> Kernel for Task<'_, N> {
    type Output = ();
    const HAS_PAIRS: bool = N::ARE_PAIRS;

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { windows, scratch, rows: [first_row, end_row], .. } = self;
        let Work { following, out, before_residual, .. } = *self.work;
        let places = self.work.places.count();
        let Convolution { spec, weights, bias, .. } = self.convolution;
        let window = spec.kernel_size * spec.kernel_size;
        windows.clear(scratch);
        for start in (0..weights.depth).step_by(weights.block) {
            let depth = weights.block.min(weights.depth - start);
            let is_last = start + depth == weights.depth;
            // SAFETY: at this level; the scratch is as long as was asked for.
            unsafe { windows.lay_out::<L>(self.input, start / window..(start + depth) / window, scratch) };
            for row in (first_row..end_row).step_by(N::TILE_ROWS) {
                let panel = weights.panel(start, row).as_ptr();
                let a =
                    if N::ARE_PAIRS { RowSide::Plain(panel, depth) } else { RowSide::Packed(panel, ROWS) };
                for (index, place) in self.group.iter().enumerate() {
                    let offset = self.first + row * places + place.first;
                    // SAFETY: rows and places are inside of this picture's output, and no other task has them; `before_residual` is as long;
                    // the windows were laid out for this depth.
                    unsafe {
                        let mut finish = following.finish(before_residual, start > 0, is_last, offset);
                        if is_last {
                            finish.row_bias = bias[row..].as_ptr();
                        }
                        let tile = Tile {
                            rows: (end_row - row).min(N::TILE_ROWS),
                            columns: place.columns,
                            depth,
                            a,
                            b: windows.columns(scratch, index),
                            out: Output { start: out.at(offset), step: places },
                            finish,
                        };
                        tile.compute::<L, N>();
                    }
                }
            }
        }
    }
}
