//! The innermost loop of every product: a tile of sums that stays in registers while it runs along the depth.
//!
//! A tile is up to [`ROWS`] rows by [`COLUMNS`] columns, and one column more where a map's side leaves one over (224 pixels give maps of
//! 49, 196, 784 and 3136 places). Rows are read number by number, columns vector by vector.

use super::gelu::gelu;
use super::lanes::Lanes;

/// Rows of a tile.
pub const ROWS: usize = 8;
/// Columns of a tile, without the one more.
pub const COLUMNS: usize = 48;
/// Vectors of a tile's row.
const VECTORS: usize = 3;

/// The side that is read number by number.
#[derive(Clone, Copy, Debug)]
pub enum RowSide {
    /// `[depth, ..]`, rows side by side, at this distance from one step of the depth to the next; as many as a tile has can be read.
    Packed(*const f32, usize),
    /// Row after row, at this distance.
    Plain(*const f32, usize),
}

/// The side that is read vector by vector.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSide {
    /// `[depth, ..]`, the first column of the first row.
    pub start: *const f32,
    /// From one row of it to the next.
    pub step: usize,
    /// `[depth]`: one column more, or null.
    pub extra: *const f32,
}

/// What happens to a sum before it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Finish {
    /// Whether what is stored already is the beginning of the sum.
    pub continues: bool,
    /// `[rows]`, or null.
    pub row_bias: *const f32,
    /// `[columns]`, or null.
    pub column_bias: *const f32,
    /// As the output is laid out, or null.
    pub residual: *const f32,
    /// The last step.
    pub activation: Activation,
}

/// What follows a sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    #[default]
    None,
    /// `max(x, 0)`
    Relu,
    /// `x * P(X <= x)`, X standard normal, with the exact error function.
    Gelu,
}

/// What follows all sums of an output.
#[derive(Clone, Copy, Debug, Default)]
pub struct Following<'a> {
    /// Added to the output, as it is laid out.
    pub residual: Option<&'a [f32]>,
    /// The last step.
    pub activation: Activation,
}

impl Finish {
    /// Stores the bare sum.
    pub const NOTHING: Self = Self {
        continues: false,
        row_bias: std::ptr::null(),
        column_bias: std::ptr::null(),
        residual: std::ptr::null(),
        activation: Activation::None,
    };

    /// The same for the part of the output that begins at a row and a column.
    #[inline(always)]
    unsafe fn at(self, row: usize, column: usize, out_step: usize) -> Self {
        unsafe {
            Self {
                row_bias: moved(self.row_bias, row),
                column_bias: moved(self.column_bias, column),
                residual: moved(self.residual, row * out_step + column),
                ..self
            }
        }
    }
}

#[inline(always)]
unsafe fn moved(pointer: *const f32, by: usize) -> *const f32 {
    if pointer.is_null() { pointer } else { unsafe { pointer.add(by) } }
}

/// Where a tile is stored.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// The first column of the first row.
    pub start: *mut f32,
    /// From one row to the next.
    pub step: usize,
}

/// Adds up `depth` outer products and stores `rows` by `columns` sums, and the column more where there is one.
///
/// # Safety
/// `1 <= rows <= ROWS`, `1 <= columns <= COLUMNS`; all that `a`, `b`, `out` and `finish` point at for that many rows, columns and depth
/// is there, `b` also up to a whole number of vectors; a column more has 48 before it.
#[inline(always)]
pub unsafe fn tile<L: Lanes>(
    rows: usize,
    columns: usize,
    depth: usize,
    a: RowSide,
    b: ColumnSide,
    out: Output,
    finish: Finish,
) {
    if L::TILE_ROWS == ROWS {
        unsafe {
            match (a, rows) {
                // Fewer rows take less time where none is packed beside them.
                (RowSide::Plain(..), 1) => part_rows::<L, 1>(rows, columns, depth, a, b, out, finish),
                (RowSide::Packed(..), 1..=4) | (RowSide::Plain(..), 2..=4) => {
                    part_rows::<L, 4>(rows, columns, depth, a, b, out, finish)
                }
                (RowSide::Plain(..), 5) => part_rows::<L, 5>(rows, columns, depth, a, b, out, finish),
                (RowSide::Plain(..), 6) => part_rows::<L, 6>(rows, columns, depth, a, b, out, finish),
                (RowSide::Plain(..), 7) => part_rows::<L, 7>(rows, columns, depth, a, b, out, finish),
                _ => part_rows::<L, 8>(rows, columns, depth, a, b, out, finish),
            }
        }
    } else {
        let first = rows.min(4);
        unsafe { part_rows::<L, 4>(first, columns, depth, a, b, out, finish) };
        if rows > first {
            let a = match a {
                RowSide::Packed(start, step) => RowSide::Packed(unsafe { start.add(4) }, step),
                RowSide::Plain(start, step) => RowSide::Plain(unsafe { start.add(4 * step) }, step),
            };
            let below = Output { start: unsafe { out.start.add(4 * out.step) }, ..out };
            let finish = unsafe { finish.at(4, 0, out.step) };
            unsafe { part_rows::<L, 4>(rows - first, columns, depth, a, b, below, finish) };
        }
    }
}

#[inline(always)]
unsafe fn part_rows<L: Lanes, const R: usize>(
    rows: usize,
    columns: usize,
    depth: usize,
    a: RowSide,
    b: ColumnSide,
    out: Output,
    finish: Finish,
) {
    let mut column = 0;
    while column < columns {
        let (left, b_part) = (columns - column, ColumnSide { start: unsafe { b.start.add(column) }, ..b });
        let part = Output { start: unsafe { out.start.add(column) }, ..out };
        let finish = unsafe { finish.at(0, column, out.step) };
        let is_last = left <= VECTORS * L::WIDTH;
        unsafe {
            if left > 2 * L::WIDTH {
                let width = left.min(VECTORS * L::WIDTH);
                if is_last && !b.extra.is_null() {
                    sums::<L, R, 3, true>(rows, width, depth, a, b_part, part, finish);
                } else {
                    sums::<L, R, 3, false>(rows, width, depth, a, b_part, part, finish);
                }
            } else if left > L::WIDTH {
                sums::<L, R, 2, false>(rows, left, depth, a, b_part, part, finish);
            } else {
                sums::<L, R, 1, false>(rows, left, depth, a, b_part, part, finish);
            }
        }
        column += VECTORS * L::WIDTH;
    }
}

/// The sums of `R` rows by `V` vectors in registers.
#[inline(always)]
unsafe fn sums<L: Lanes, const R: usize, const V: usize, const EXTRA: bool>(
    rows: usize,
    columns: usize,
    depth: usize,
    a: RowSide,
    b: ColumnSide,
    out: Output,
    finish: Finish,
) {
    let mut sum = [[unsafe { L::splat(0.0) }; V]; R];
    // Two vectors of the rows hold them at every level: 8 of 16, 8 of 8, 2 times 4.
    let mut extra = [unsafe { L::splat(0.0) }; 2];
    match a {
        RowSide::Packed(start, step) => {
            let (mut a, mut b_row) = (start, b.start);
            for index in 0..depth {
                unsafe {
                    let vectors = vectors::<L, V>(b_row);
                    for (r, row) in sum.iter_mut().enumerate() {
                        let value = L::splat(*a.add(r));
                        for (v, sum) in row.iter_mut().enumerate() {
                            *sum = L::fma(value, vectors[v], *sum);
                        }
                    }
                    if EXTRA {
                        let value = L::splat(*b.extra.add(index));
                        extra[0] = L::fma(L::load(a), value, extra[0]);
                        if L::WIDTH < R {
                            extra[1] = L::fma(L::load(a.add(L::WIDTH)), value, extra[1]);
                        }
                    }
                    a = a.add(step);
                    b_row = b_row.add(b.step);
                }
            }
        }
        RowSide::Plain(start, step) => {
            // What is beyond the last row is read from the last row again, and never stored.
            let mut at = [start; R];
            for (r, row) in at.iter_mut().enumerate() {
                *row = unsafe { start.add(r.min(rows - 1) * step) };
            }
            let mut b_row = b.start;
            for index in 0..depth {
                unsafe {
                    let vectors = vectors::<L, V>(b_row);
                    for (r, row) in sum.iter_mut().enumerate() {
                        let value = L::splat(*at[r].add(index));
                        for (v, sum) in row.iter_mut().enumerate() {
                            *sum = L::fma(value, vectors[v], *sum);
                        }
                    }
                    b_row = b_row.add(b.step);
                }
            }
        }
    }
    for (r, row) in sum.into_iter().enumerate().take(rows) {
        let finish = unsafe { finish.at(r, 0, out.step) };
        for (v, sum) in row.into_iter().enumerate() {
            let column = v * L::WIDTH;
            let target = unsafe { out.start.add(r * out.step + column) };
            unsafe { store_finished::<L>(sum, target, columns - column, finish.at(0, column, out.step)) };
        }
    }
    if EXTRA {
        let mut values = [0.0_f32; 32];
        unsafe {
            L::store(values.as_mut_ptr(), extra[0]);
            L::store(values.as_mut_ptr().add(L::WIDTH), extra[1]);
        }
        for (r, value) in values.into_iter().enumerate().take(rows) {
            unsafe {
                let target = out.start.add(r * out.step + columns);
                let finish = finish.at(r, columns, out.step);
                store_finished::<L>(L::splat(value), target, 1, finish);
            }
        }
    }
}

/// `V` vectors one after another.
#[inline(always)]
unsafe fn vectors<L: Lanes, const V: usize>(from: *const f32) -> [L::Vector; V] {
    let mut vectors = [unsafe { L::splat(0.0) }; V];
    for (v, vector) in vectors.iter_mut().enumerate() {
        *vector = unsafe { L::load(from.add(v * L::WIDTH)) };
    }
    vectors
}

/// `count` floats of a vector, or all.
#[inline(always)]
unsafe fn load_up_to<L: Lanes>(from: *const f32, count: usize) -> L::Vector {
    unsafe { if count >= L::WIDTH { L::load(from) } else { L::load_first(from, count) } }
}

/// Finishes a vector of sums of one row and stores its first `count` lanes, or all.
#[inline(always)]
unsafe fn store_finished<L: Lanes>(sum: L::Vector, target: *mut f32, count: usize, finish: Finish) {
    let mut value = sum;
    unsafe {
        if finish.continues {
            value = L::add(value, load_up_to::<L>(target, count));
        }
        if !finish.row_bias.is_null() {
            value = L::add(value, L::splat(*finish.row_bias));
        }
        if !finish.column_bias.is_null() {
            value = L::add(value, load_up_to::<L>(finish.column_bias, count));
        }
        if !finish.residual.is_null() {
            value = L::add(value, load_up_to::<L>(finish.residual, count));
        }
        match finish.activation {
            Activation::None => {}
            Activation::Relu => value = L::max(L::splat(0.0), value),
            Activation::Gelu => value = gelu::<L>(value),
        }
        if count >= L::WIDTH {
            L::store(target, value);
        } else {
            L::store_first(target, value, count);
        }
    }
}
