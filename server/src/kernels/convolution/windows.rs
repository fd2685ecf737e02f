//! What lies under the kernel at each place of the output, laid out as the columns of a product.

use std::ops::Range;

use shared::architecture::ConvSpec;

use crate::kernels::lanes::Lanes;
use crate::kernels::memory::MARGIN;
use crate::kernels::tile::{COLUMNS, ColumnSide};

/// The places of an output, cut into the columns of tiles.
#[derive(Debug)]
pub struct Places {
    /// Height and width of the input.
    in_size: [usize; 2],
    /// Height and width of the output.
    out_size: [usize; 2],
    windows: Vec<Window>,
}

/// The columns of one tile: consecutive places, row after row.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The first place.
    pub first: usize,
    /// How many, without the one more.
    pub columns: usize,
    /// Whether there is one more.
    pub has_extra: bool,
}

impl Places {
    /// Of a convolution's output for an input of this size.
    pub fn new(spec: ConvSpec, in_size: [usize; 2]) -> Self {
        let out_size = in_size.map(|side| spec.output_side(side));
        Self { in_size, out_size, windows: windows(out_size[0] * out_size[1]) }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.out_size[0] * self.out_size[1]
    }

    /// The columns of each tile.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }
}

/// Cuts places into whole tiles. What is left over becomes one column more of some of them, where it is no more than that and would
/// not fill vectors.
pub fn windows(count: usize) -> Vec<Window> {
    let (whole, left) = (count / COLUMNS, count % COLUMNS);
    let spread = if left <= whole && !left.is_multiple_of(COLUMNS / 3) { left } else { 0 };
    let mut windows: Vec<Window> = (0..whole)
        .map(|index| Window {
            first: index * COLUMNS + index.min(spread),
            columns: COLUMNS,
            has_extra: index < spread,
        })
        .collect();
    if left > spread {
        windows.push(Window { first: whole * COLUMNS, columns: left, has_extra: false });
    }
    windows
}

/// The columns of some tiles for a block of channels, in scratch.
#[derive(Debug)]
pub struct Windows<'a> {
    spec: ConvSpec,
    in_size: [usize; 2],
    tiles: &'a [Window],
    /// Steps of the depth, at most.
    depth: usize,
    copies: Copies,
    /// Rows of the input that lie under the kernel, zeros around it counted.
    rows: Range<usize>,
    /// From one row to the next in the bordered channel.
    row_step: usize,
}

/// What is copied for one step of the depth: from where in a channel, to where in the columns of tiles.
#[derive(Debug, Default)]
struct Copies {
    /// Whole vectors of 16; what is written too far is written again by a later copy, or lies in a margin.
    vectors: Vec<[usize; 2]>,
    /// Single floats.
    singles: Vec<[usize; 2]>,
    /// The column more of a tile, whose steps of the depth stand one after another.
    extras: Vec<[usize; 2]>,
}

/// Floats that are copied at a time.
const VECTOR: usize = 16;

impl<'a> Windows<'a> {
    /// Of these tiles, for blocks of at most this depth.
    pub fn new(spec: ConvSpec, places: &Places, tiles: &'a [Window], depth: usize) -> Self {
        let ConvSpec { kernel_size, stride, padding, .. } = spec;
        let [in_size, [_, out_width]] = [places.in_size, places.out_size];
        let (first, end) = tiles.first().zip(tiles.last()).map_or((0, 1), |(first, last)| {
            (first.first, last.first + last.columns + usize::from(last.has_extra))
        });
        let (first_row, last_row) = (first / out_width, (end - 1) / out_width);
        let row_step = in_size[1] + 2 * padding + 16;
        let mut copies = Copies::default();
        for (tile, window) in tiles.iter().enumerate() {
            let start = tile * tile_len(depth);
            let source = |place: usize| {
                if is_plain(spec) {
                    return place;
                }
                let (row, column) = (place / out_width, place % out_width);
                (row - first_row) * stride * row_step + column * stride
            };
            let end = window.first + window.columns;
            let mut place = window.first;
            while place < end {
                let in_row = if is_plain(spec) { end } else { place - place % out_width + out_width };
                let count = in_row.min(end) - place;
                let copy = |done: usize| [source(place + done), start + place - window.first + done];
                // Channels that are read where they stand have no margin, and other strides no instruction.
                let in_vectors = match (is_plain(spec), stride) {
                    (true, _) => count - count % VECTOR,
                    (false, 1 | 2) => count,
                    _ => 0,
                };
                copies.vectors.extend((0..in_vectors).step_by(VECTOR).map(copy));
                copies.singles.extend((in_vectors..count).map(copy));
                place += count;
            }
            if window.has_extra {
                copies.extras.push([source(end), start + depth * COLUMNS + MARGIN]);
            }
        }
        let rows = first_row * stride..last_row * stride + kernel_size;
        Self { spec, in_size, tiles, copies, depth, rows, row_step }
    }

    /// Floats of scratch.
    pub fn scratch_len(&self) -> usize {
        self.channel_len() + self.tiles.len() * tile_len(self.depth)
    }

    /// Room for one channel with its border.
    fn channel_len(&self) -> usize {
        if is_plain(self.spec) { 0 } else { (self.rows.len() * self.row_step + MARGIN).next_multiple_of(16) }
    }

    /// The columns of tile `index`.
    ///
    /// # Safety
    /// They were laid out in this scratch.
    #[inline(always)]
    pub unsafe fn columns(&self, scratch: &[f32], index: usize) -> ColumnSide {
        // SAFETY: `scratch_len` has room for every tile.
        let start = unsafe { scratch.as_ptr().add(self.channel_len() + index * tile_len(self.depth)) };
        let extra = unsafe { start.add(self.depth * COLUMNS + MARGIN) };
        let has_extra = self.tiles[index].has_extra;
        ColumnSide { start, step: COLUMNS, extra: if has_extra { extra } else { std::ptr::null() } }
    }

    /// Makes the border around a channel. Channels that are laid out afterwards leave it as it is.
    pub fn clear(&self, scratch: &mut [f32]) {
        scratch[..self.channel_len()].fill(0.0);
    }

    /// Lays out the windows of some channels: `[channel, kernel row, kernel column]` is the depth.
    ///
    /// # Safety
    /// Called at the level of `L`; the scratch has the length of [`Self::scratch_len`] and was cleared; `input` is a picture of
    /// the size that the places were made for.
    #[inline(always)]
    pub unsafe fn lay_out<L: Lanes>(&self, input: &[f32], channels: Range<usize>, scratch: &mut [f32]) {
        let kernel_size = self.spec.kernel_size;
        let plane = self.in_size[0] * self.in_size[1];
        let (bordered, tiles) = scratch.split_at_mut(self.channel_len());
        let mut step =
            Step { copies: &self.copies, stride: self.spec.stride, tiles: tiles.as_mut_ptr(), index: 0 };
        for channel in channels {
            // SAFETY: copies read inside of a channel, or of its bordered copy with its margin, and write inside of the tiles.
            unsafe {
                if is_plain(self.spec) {
                    step.lay_out::<L>(input.as_ptr().add(channel * plane));
                    continue;
                }
                self.copy_channel::<L>(input, channel * plane, bordered);
                for row in 0..kernel_size {
                    for column in 0..kernel_size {
                        step.lay_out::<L>(bordered.as_ptr().add(row * self.row_step + column));
                    }
                }
            }
        }
    }

    /// Copies the rows of a channel that are under the kernel; what is outside of the picture stays 0.
    #[inline(always)]
    unsafe fn copy_channel<L: Lanes>(&self, input: &[f32], channel: usize, bordered: &mut [f32]) {
        let ([height, width], padding) = (self.in_size, self.spec.padding);
        for row in self.rows.start.max(padding)..self.rows.end.min(height + padding) {
            let from = channel + (row - padding) * width;
            let to = (row - self.rows.start) * self.row_step + padding;
            let mut column = 0;
            // SAFETY: inside of the input, and inside of a bordered row with its 16 floats more.
            unsafe {
                let target = bordered.as_mut_ptr().add(to);
                while column < width {
                    let left = input.len() - from - column;
                    let source = input.as_ptr().add(from + column);
                    let values = if left >= L::WIDTH { L::load(source) } else { L::load_first(source, left) };
                    L::store(target.add(column), values);
                    column += L::WIDTH;
                }
                for border in 0..padding {
                    *target.add(width + border) = 0.0;
                }
            }
        }
    }
}

/// One step of the depth after another.
struct Step<'a> {
    copies: &'a Copies,
    stride: usize,
    tiles: *mut f32,
    index: usize,
}

impl Step<'_> {
    /// Copies what is under one pixel of the kernel.
    #[inline(always)]
    unsafe fn lay_out<L: Lanes>(&mut self, source: *const f32) {
        unsafe {
            let target = self.tiles.add(self.index * COLUMNS);
            if self.stride == 2 {
                for [from, to] in &self.copies.vectors {
                    for lane in (0..VECTOR).step_by(L::WIDTH) {
                        L::store(target.add(to + lane), L::load_even(source.add(from + 2 * lane)));
                    }
                }
            } else {
                for [from, to] in &self.copies.vectors {
                    for lane in (0..VECTOR).step_by(L::WIDTH) {
                        L::store(target.add(to + lane), L::load(source.add(from + lane)));
                    }
                }
            }
            for [from, to] in &self.copies.singles {
                *target.add(*to) = *source.add(*from);
            }
            for [from, to] in &self.copies.extras {
                *self.tiles.add(to + self.index) = *source.add(*from);
            }
        }
        self.index += 1;
    }
}

/// Whether a window is one pixel and the places are the pixels.
fn is_plain(spec: ConvSpec) -> bool {
    spec.kernel_size == 1 && spec.stride == 1 && spec.padding == 0
}

/// Floats of one tile's columns: themselves, a margin, the column more.
pub fn tile_len(depth: usize) -> usize {
    depth * COLUMNS + MARGIN + depth.next_multiple_of(16)
}
