//! The innermost loop of every product: a tile of sums that stays in registers while it runs along the depth.
//!
//! A tile is up to [`ROWS`] rows by [`COLUMNS`] columns, and one column more where a map's side leaves one over (224 pixels give maps of
//! 49, 196, 784 and 3136 places). Rows are read number by number, columns vector by vector.

use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};

use super::gelu::gelu;
use super::lanes::{Lanes, load_up_to, store_up_to};
use super::memory::{Shared, filled};
use super::numbers::{Numbers, Singles};

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

impl RowSide {
    /// From a row on.
    #[inline(always)]
    unsafe fn from(self, row: usize) -> Self {
        match self {
            Self::Packed(start, step) => Self::Packed(unsafe { start.add(row) }, step),
            Self::Plain(start, step) => Self::Plain(unsafe { start.add(row * step) }, step),
        }
    }
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
    /// Where the sum is stored without the residual, as the output is laid out, or null.
    pub before_residual: *mut f32,
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

/// An output and what it was before its last steps.
#[derive(Clone, Debug, Default)]
pub struct Stages {
    /// Without the residual and the activation.
    pub before_residual: Vec<f32>,
    /// At last.
    pub output: Vec<f32>,
}

impl Stages {
    /// Of `length` floats each, written by `fill`: to an output and to what is beside it.
    ///
    /// # Safety
    /// `fill` writes all of what it gets.
    pub unsafe fn filled(length: usize, fill: impl FnOnce(&mut [MaybeUninit<f32>], Shared)) -> Self {
        let mut before_residual = Vec::new();
        // SAFETY: the caller promises it.
        let output = unsafe {
            filled(length, |output| {
                before_residual = filled(length, |before_residual| fill(output, Shared::of(before_residual)));
            })
        };
        Self { before_residual, output }
    }
}

impl Following<'_> {
    /// For a tile that begins at an offset of the output: all of it at the end of the depth, nothing before.
    ///
    /// # Safety
    /// What it is stored in before the residual is as long as the output.
    #[inline(always)]
    pub unsafe fn finish(
        self,
        before_residual: Option<Shared>,
        continues: bool,
        is_last: bool,
        offset: usize,
    ) -> Finish {
        let mut finish = Finish { continues, ..Finish::NOTHING };
        if is_last {
            finish.activation = self.activation;
            if let Some(residual) = self.residual {
                finish.residual = residual[offset..].as_ptr();
            }
            if let Some(before_residual) = before_residual {
                // SAFETY: the caller promises it.
                finish.before_residual = unsafe { before_residual.at(offset) };
            }
        }
        finish
    }
}

impl Finish {
    /// Stores the bare sum.
    pub const NOTHING: Self = Self {
        continues: false,
        row_bias: null(),
        column_bias: null(),
        residual: null(),
        activation: Activation::None,
        before_residual: null_mut(),
    };

    /// The same for the part of the output that begins at a row and a column.
    #[inline(always)]
    unsafe fn at(self, row: usize, column: usize, out_step: usize) -> Self {
        unsafe {
            Self {
                row_bias: moved(self.row_bias, row),
                column_bias: moved(self.column_bias, column),
                residual: moved(self.residual, row * out_step + column),
                before_residual: moved(self.before_residual, row * out_step + column).cast_mut(),
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

/// A tile of an output: `depth` outer products added up.
#[derive(Clone, Copy, Debug)]
pub struct Tile {
    /// From 1 to [`ROWS`].
    pub rows: usize,
    /// From 1 to [`COLUMNS`], without the one more.
    pub columns: usize,
    /// Products in each sum, or pairs of them.
    pub depth: usize,
    /// The side that is read number by number.
    pub a: RowSide,
    /// The side that is read vector by vector.
    pub b: ColumnSide,
    /// Where the sums are stored.
    pub out: Output,
    /// What happens to them before.
    pub finish: Finish,
}

impl Tile {
    /// Computes and stores all of it, and the column more where there is one.
    ///
    /// # Safety
    /// Called at the level of `L`; `a` and `b` hold numbers of kind `N`. All that `a`, `b`, `out` and `finish` point at for that many rows, columns and depth is there, `b` also up
    /// to a whole number of vectors; a column more has [`COLUMNS`] before it.
    #[inline(always)]
    pub unsafe fn compute<L: Lanes, N: Numbers>(self) {
        unsafe {
            if L::TILE_ROWS == ROWS {
                match (self.a, self.rows) {
                    // Fewer rows take less time where none is packed beside them.
                    (RowSide::Plain(..), 1) => self.part_rows::<L, N, 1>(),
                    (RowSide::Packed(..), 1..=4) | (RowSide::Plain(..), 2..=4) => self.part_rows::<L, N, 4>(),
                    (RowSide::Plain(..), 5) => self.part_rows::<L, N, 5>(),
                    (RowSide::Plain(..), 6) => self.part_rows::<L, N, 6>(),
                    (RowSide::Plain(..), 7) => self.part_rows::<L, N, 7>(),
                    _ => self.part_rows::<L, N, 8>(),
                }
            } else if self.rows <= 4 {
                self.part_rows::<L, N, 4>();
            } else {
                Self { rows: 4, ..self }.part_rows::<L, N, 4>();
                self.from(4, 0).part_rows::<L, N, 4>();
            }
        }
    }

    /// The rest of it, from a row and a column on.
    #[inline(always)]
    unsafe fn from(self, row: usize, column: usize) -> Self {
        let Self { out, finish, .. } = self;
        unsafe {
            Self {
                rows: self.rows - row,
                columns: self.columns - column,
                a: self.a.from(row),
                b: ColumnSide { start: self.b.start.add(column), ..self.b },
                out: Output { start: out.start.add(row * out.step + column), ..out },
                finish: finish.at(row, column, out.step),
                ..self
            }
        }
    }

    #[inline(always)]
    unsafe fn part_rows<L: Lanes, N: Numbers, const R: usize>(self) {
        let most = VECTORS * L::WIDTH;
        let mut column = 0;
        while column < self.columns {
            unsafe {
                let rest = self.from(0, column);
                let part = Self { columns: rest.columns.min(most), ..rest };
                if part.columns > 2 * L::WIDTH {
                    if rest.columns <= most && !part.b.extra.is_null() {
                        part.sums::<L, N, R, 3, true>();
                    } else {
                        part.sums::<L, N, R, 3, false>();
                    }
                } else if part.columns > L::WIDTH {
                    part.sums::<L, N, R, 2, false>();
                } else {
                    part.sums::<L, N, R, 1, false>();
                }
            }
            column += most;
        }
    }

    /// The sums of `R` rows by `V` vectors in registers.
    #[inline(always)]
    unsafe fn sums<L: Lanes, N: Numbers, const R: usize, const V: usize, const EXTRA: bool>(self) {
        let Self { rows, columns, depth, a, b, out, finish } = self;
        let mut sum = [[unsafe { L::splat(0.0) }; V]; R];
        // Two vectors of the rows hold them at every level: 8 of 16, 8 of 8, 2 times 4.
        let mut extra = [unsafe { L::splat(0.0) }; 2];
        match a {
            RowSide::Packed(start, step) => {
                let (mut a, mut b_row) = (start, b.start);
                // Weights of which each is used a few times only would be waited for: the next panel follows this one.
                let panel = depth * step;
                for index in 0..depth {
                    unsafe {
                        L::prefetch(a.wrapping_add(panel));
                        let vectors = vectors::<L, V>(b_row);
                        for (r, row) in sum.iter_mut().enumerate() {
                            let value = L::splat(*a.add(r));
                            for (v, sum) in row.iter_mut().enumerate() {
                                *sum = N::add_product::<L>(value, vectors[v], *sum);
                            }
                        }
                        if EXTRA {
                            let value = L::splat(*b.extra.add(index));
                            extra[0] = N::add_product::<L>(L::load(a), value, extra[0]);
                            if L::WIDTH < R {
                                extra[1] = N::add_product::<L>(L::load(a.add(L::WIDTH)), value, extra[1]);
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
                                *sum = N::add_product::<L>(value, vectors[v], *sum);
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
}

/// A whole product: `[rows, columns]` sums along a depth, tile by tile.
///
/// # Safety
/// As [`Tile::compute`], for any number of rows and columns.
#[inline(always)]
pub unsafe fn product<L: Lanes>(
    [rows, columns, depth]: [usize; 3],
    a: RowSide,
    (b, b_step): (*const f32, usize),
    out: Output,
) {
    for row in (0..rows).step_by(ROWS) {
        for column in (0..columns).step_by(COLUMNS) {
            unsafe {
                let tile = Tile {
                    rows: (rows - row).min(ROWS),
                    columns: (columns - column).min(COLUMNS),
                    depth,
                    a: a.from(row),
                    b: ColumnSide { start: b.add(column), step: b_step, extra: null() },
                    out: Output { start: out.start.add(row * out.step + column), ..out },
                    finish: Finish::NOTHING,
                };
                tile.compute::<L, Singles>();
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

/// Finishes `count` sums of one row and stores them.
///
/// # Safety
/// Called at the level of `L`; all that `sums`, `target` and `finish` point at for that many columns is there.
#[inline(always)]
pub unsafe fn finish_row<L: Lanes>(sums: *const f32, count: usize, target: *mut f32, finish: Finish) {
    for column in (0..count).step_by(L::WIDTH) {
        let left = count - column;
        unsafe {
            let sum = load_up_to::<L>(sums.add(column), left);
            store_finished::<L>(sum, target.add(column), left, finish.at(0, column, 0));
        }
    }
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
        if !finish.before_residual.is_null() {
            store_up_to::<L>(finish.before_residual, value, count);
        }
        if !finish.residual.is_null() {
            value = L::add(value, load_up_to::<L>(finish.residual, count));
        }
        match finish.activation {
            Activation::None => {}
            Activation::Relu => value = L::max(L::splat(0.0), value),
            Activation::Gelu => value = gelu::<L>(value),
        }
        store_up_to::<L>(target, value, count);
    }
}
