//! Resizes a picture as Pillow 13 does: one axis, rounded to 8 bits, then the other. Any window of the result can be made
//! without the rest of it, which is what keeps a picture of 1 x 20000 pixels cheap.
//!
//! # Source
//! Pillow, `src/libImaging/Resample.c` and, for nearest, `Geometry.c`. The crate `fast_image_resize` always goes through
//! the columns first, so that where bicubic or Lanczos overshoot its pixels differ from Pillow's by many levels.

use std::ops::Range;

use image::RgbImage;
use shared::{Interpolation, PixelSize};

use super::filter::{FRACTION_BITS, Filter, Taps};
use crate::kernels::{Level, Neighbours, across_rows, along_row};

/// A rectangle of the resized picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its columns.
    pub columns: Range<u32>,
    /// Its rows.
    pub rows: Range<u32>,
}

impl Window {
    /// All of a picture.
    pub fn all(size: PixelSize) -> Self {
        Self { columns: 0..size.width, rows: 0..size.height }
    }
}

/// The part `window` of what `image` looks like at `size`. `window` must lie inside `size`.
pub fn resample(
    image: &RgbImage,
    size: PixelSize,
    interpolation: Interpolation,
    window: &Window,
) -> RgbImage {
    if image.width() == 0 || image.height() == 0 {
        return RgbImage::new(window.columns.len() as u32, window.rows.len() as u32);
    }
    match Filter::of(interpolation) {
        None => pick_nearest(image, size, window),
        Some(filter) => convolve(image, size, filter, window),
    }
}

fn convolve(image: &RgbImage, size: PixelSize, filter: Filter, window: &Window) -> RgbImage {
    // An axis that keeps its length needs no case of its own: its only tap of weight 1 gives the pixel itself.
    let row_taps = filter.taps(image.height(), size.height, window.rows.clone());
    let column_taps = filter.taps(image.width(), size.width, window.columns.clone());
    if shrinks_mostly_in_height(image, size) {
        let shortened = along_columns(image, &row_taps, 0);
        return along_rows(&shortened, &column_taps, 0..row_taps.len());
    }
    let first_row = row_taps.iter().map(|taps| taps.start).min().unwrap_or(0);
    let end_row = row_taps.iter().map(|taps| taps.start + taps.weights.len()).max().unwrap_or(0);
    let narrowed = along_rows(image, &column_taps, first_row..end_row);
    along_columns(&narrowed, &row_taps, first_row)
}

/// Whether Pillow, from version 13 on, goes through the columns before the rows. It shows in the pixels where a filter
/// overshoots, since each pass clips to 8 bits.
fn shrinks_mostly_in_height(image: &RgbImage, size: PixelSize) -> bool {
    let (lost_rows, lost_columns) =
        (image.height().saturating_sub(size.height), image.width().saturating_sub(size.width));
    u64::from(lost_rows) > 2 * u64::from(lost_columns)
}

/// Makes each row of `rows` as long as there are taps.
fn along_rows(image: &RgbImage, taps: &[Taps], rows: Range<usize>) -> RgbImage {
    let mut output = RgbImage::new(taps.len() as u32, rows.len() as u32);
    let row_len = image.width() as usize;
    let neighbours = taps.iter().map(|taps| Neighbours::new(taps.start, &taps.weights));
    let neighbours: Vec<_> = neighbours.collect();
    let source_rows = image.as_raw().chunks_exact(row_len * 3).skip(rows.start);
    let output_rows = output.chunks_exact_mut((taps.len() * 3).max(1));
    for (source_row, output_row) in source_rows.zip(output_rows) {
        along_row(Level::best(), source_row, &neighbours, FRACTION_BITS, output_row);
    }
    output
}

/// Makes each column as long as there are taps. `image` begins with row `first_row` of the picture that the taps mean.
fn along_columns(image: &RgbImage, taps: &[Taps], first_row: usize) -> RgbImage {
    let row_len = image.width() as usize * 3;
    let mut output = RgbImage::new(image.width(), taps.len() as u32);
    for (output_row, taps) in output.chunks_exact_mut(row_len.max(1)).zip(taps) {
        let source_rows = &image.as_raw()[(taps.start - first_row) * row_len..];
        across_rows(Level::best(), source_rows, &taps.weights, FRACTION_BITS, output_row);
    }
    output
}

fn pick_nearest(image: &RgbImage, size: PixelSize, window: &Window) -> RgbImage {
    let columns = nearest_sources(image.width(), size.width, &window.columns);
    let rows = nearest_sources(image.height(), size.height, &window.rows);
    RgbImage::from_fn(columns.len() as u32, rows.len() as u32, |column, row| {
        *image.get_pixel(columns[column as usize], rows[row as usize])
    })
}

/// The source pixel of each output pixel: its centre, summed up step by step as Pillow sums it, since at exact borders
/// the sum's own rounding decides.
fn nearest_sources(source_len: u32, output_len: u32, range: &Range<u32>) -> Vec<u32> {
    let step = f64::from(source_len) / f64::from(output_len);
    let mut position = step * 0.5;
    let mut sources = Vec::with_capacity(range.len());
    for output in 0..range.end {
        if output >= range.start {
            sources.push((position as u32).min(source_len - 1));
        }
        position += step;
    }
    sources
}
