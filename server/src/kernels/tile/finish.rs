//! What happens to sums before they are stored.

use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};

use crate::kernels::gelu::gelu;
use crate::kernels::lanes::{Lanes, load_up_to, store_up_to};
use crate::kernels::memory::{Shared, filled};

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
    ///
    /// # Safety
    /// What it points at has them.
    #[inline(always)]
    pub unsafe fn at(self, row: usize, column: usize, out_step: usize) -> Self {
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
///
/// # Safety
/// As [`finish_row`].
#[inline(always)]
pub unsafe fn store_finished<L: Lanes>(sum: L::Vector, target: *mut f32, count: usize, finish: Finish) {
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
