//! The innermost loop of every product: a tile of sums that stays in registers while it runs along the depth.
//!
//! A tile is up to [`ROWS`] rows by [`COLUMNS`] columns, and one column more where a map's side leaves one over (224 pixels give maps of
//! 49, 196, 784 and 3136 places). Rows are read number by number, columns vector by vector. Tiles of pairs have twice as many rows: where a
//! level multiplies matrices, it takes as many at once.

mod finish;

use std::mem::MaybeUninit;
use std::ptr::null;

use super::lanes::{Lanes, load_up_to};
use super::numbers::{Numbers, Singles};
use finish::store_finished;
pub use finish::{Activation, Finish, Following, Stages, finish_row};

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
    /// From 1 to the [`Numbers::TILE_ROWS`] of what is multiplied.
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
    /// to a whole number of vectors, and for pairs up to [`COLUMNS`]; a column more has [`COLUMNS`] before it.
    #[inline(always)]
    pub unsafe fn compute<L: Lanes, N: Numbers>(self) {
        unsafe {
            if let (RowSide::Plain(start, step), true) = (self.a, N::ARE_PAIRS && L::HAS_MATRICES) {
                self.by_matrices::<L, N>(start, step);
            } else if N::TILE_ROWS > ROWS && self.rows > ROWS {
                Self { rows: ROWS, ..self }.by_vectors::<L, N>();
                self.from(ROWS, 0).by_vectors::<L, N>();
            } else {
                self.by_vectors::<L, N>();
            }
        }
    }

    /// Up to [`ROWS`] rows.
    #[inline(always)]
    unsafe fn by_vectors<L: Lanes, N: Numbers>(self) {
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

    /// Where the level multiplies matrices. They take 16 steps of the depth at once; what is left of it, and the column more, vectors take.
    #[inline(always)]
    unsafe fn by_matrices<L: Lanes, N: Numbers>(self, a: *const f32, a_step: usize) {
        let Self { rows, columns, depth, b, out, finish, .. } = self;
        let groups = depth / 16;
        let mut sums = MaybeUninit::<[[f32; COLUMNS]; 2 * ROWS]>::uninit();
        let sums = sums.as_mut_ptr().cast::<f32>();
        unsafe {
            L::matrix_sums(rows, groups, (a, a_step), (b.start, b.step), sums);
            for r in 0..rows {
                let a = a.add(r * a_step);
                let finish = finish.at(r, 0, out.step);
                let target = out.start.add(r * out.step);
                let mut sum = vectors::<L, VECTORS>(sums.add(r * COLUMNS));
                for index in groups * 16..depth {
                    let value = L::splat(*a.add(index));
                    let vectors = vectors::<L, VECTORS>(b.start.add(index * b.step));
                    for (sum, vector) in sum.iter_mut().zip(vectors) {
                        *sum = N::add_product::<L>(value, vector, *sum);
                    }
                }
                for (v, sum) in sum.into_iter().enumerate() {
                    let column = v * L::WIDTH;
                    if column < columns {
                        store_finished::<L>(
                            sum,
                            target.add(column),
                            columns - column,
                            finish.at(0, column, out.step),
                        );
                    }
                }
                if !b.extra.is_null() {
                    let sum = L::splat(dot::<L, N>(a, b.extra, depth));
                    store_finished::<L>(sum, target.add(columns), 1, finish.at(0, columns, out.step));
                }
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
        let mut extras = [0.0_f32; 32];
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
                if EXTRA {
                    unsafe {
                        L::store(extras.as_mut_ptr(), extra[0]);
                        L::store(extras.as_mut_ptr().add(L::WIDTH), extra[1]);
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
                if EXTRA {
                    for (sum, row) in extras.iter_mut().zip(at) {
                        *sum = unsafe { dot::<L, N>(row, b.extra, depth) };
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
            for (r, value) in extras.into_iter().enumerate().take(rows) {
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

/// The sum of `depth` products of what stands one after another on both sides.
#[inline(always)]
unsafe fn dot<L: Lanes, N: Numbers>(a: *const f32, b: *const f32, depth: usize) -> f32 {
    unsafe {
        let mut sums = L::splat(0.0);
        for index in (0..depth).step_by(L::WIDTH) {
            let [a, b] = [a, b].map(|side| load_up_to::<L>(side.add(index), depth - index));
            sums = N::add_product::<L>(a, b, sums);
        }
        L::sum(sums)
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
