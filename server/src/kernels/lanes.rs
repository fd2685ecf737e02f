//! Vectors of f32 as wide as the processor has them. A kernel is written once over [`Lanes`] and compiled for each [`Level`].

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod amx;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

use super::Level;
pub use portable::Portable;

#[cfg(target_arch = "x86_64")]
pub use {avx2::Avx2, avx512::Avx512};

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub use amx::is_there as has_matrices;

/// A vector of [`Lanes::WIDTH`] floats and what can be done with it.
///
/// # Safety
/// Every function may use instructions of its level: it is called only inside of [`run`] at that level. Pointers need no alignment;
/// what each function reads or writes there must be one allocation's.
pub unsafe trait Lanes: Copy {
    /// The register.
    type Vector: Copy;
    /// Floats in a vector; divides 16.
    const WIDTH: usize;
    /// Rows of a tile whose sums stay in registers.
    const TILE_ROWS: usize;
    /// Whether [`Lanes::matrix_sums`] is there.
    const HAS_MATRICES: bool = false;

    /// The same number in every lane.
    unsafe fn splat(value: f32) -> Self::Vector;
    /// Reads `WIDTH` floats.
    unsafe fn load(from: *const f32) -> Self::Vector;
    /// Writes `WIDTH` floats.
    unsafe fn store(to: *mut f32, vector: Self::Vector);
    /// Reads `count < WIDTH` floats, the other lanes are 0.
    unsafe fn load_first(from: *const f32, count: usize) -> Self::Vector;
    /// Writes the first `count < WIDTH` lanes.
    unsafe fn store_first(to: *mut f32, vector: Self::Vector, count: usize);
    /// Has the memory at an address brought nearer, where the level can; the address may be any.
    unsafe fn prefetch(at: *const f32);
    /// Every second of `2 * WIDTH` floats, the first included.
    unsafe fn load_even(from: *const f32) -> Self::Vector;
    /// `a + b`
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a - b`
    unsafe fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b`
    unsafe fn mul(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a / b`
    unsafe fn div(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b + c`, rounded once where the level has an instruction for it.
    unsafe fn fma(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// Both products of a pair of bfloat16 in each lane (see [`super::numbers`]) added to `c`; numbers below the smallest normal one may
    /// count as 0.
    unsafe fn fma_pairs(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// Sums of products of pairs, of whole matrices at once: for each of `rows` rows of `a`, at most 16, one after another at its distance,
    /// with 48 columns of `b`, whose steps of the depth are at its distance. `groups` times 16 steps are taken. All sums are written, row after row.
    ///
    /// # Safety
    /// The level has it; all that `a` and `b` point at for that many rows and steps is there, and room for the sums.
    unsafe fn matrix_sums(
        _rows: usize,
        _groups: usize,
        _a: (*const f32, usize),
        _b: (*const f32, usize),
        _sums: *mut f32,
    ) {
        unreachable!("a level without matrices");
    }
    /// The larger of each pair; `b` where one of them is NaN.
    unsafe fn max(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// The nearest integer, the even one of two.
    unsafe fn round(a: Self::Vector) -> Self::Vector;
    /// 2 to the power of each lane, an integer between -126 and 127.
    unsafe fn power_of_two(exponent: Self::Vector) -> Self::Vector;
    /// `magnitude`, which is >= 0, with the sign of `sign`.
    unsafe fn with_sign(magnitude: Self::Vector, sign: Self::Vector) -> Self::Vector;
    /// The sum of all lanes.
    unsafe fn sum(a: Self::Vector) -> f32;
    /// The largest lane.
    unsafe fn largest(a: Self::Vector) -> f32;
}

/// `count` floats of a vector, the other lanes 0, or all.
///
/// # Safety
/// As [`Lanes::load`].
#[inline(always)]
pub unsafe fn load_up_to<L: Lanes>(from: *const f32, count: usize) -> L::Vector {
    unsafe { if count >= L::WIDTH { L::load(from) } else { L::load_first(from, count) } }
}

/// Writes `count` lanes of a vector, or all.
///
/// # Safety
/// As [`Lanes::store`].
#[inline(always)]
pub unsafe fn store_up_to<L: Lanes>(to: *mut f32, vector: L::Vector, count: usize) {
    unsafe { if count >= L::WIDTH { L::store(to, vector) } else { L::store_first(to, vector, count) } }
}

/// What is done at a level.
pub trait Kernel {
    /// What it gives.
    type Output;
    /// Whether it multiplies pairs.
    const HAS_PAIRS: bool = false;

    /// Does it. Always inlined, so that it is compiled with the instructions of the level.
    ///
    /// # Safety
    /// Called by [`run`] alone, which knows that the processor has the instructions of `L`.
    unsafe fn run<L: Lanes>(self) -> Self::Output;
}

/// Runs a kernel with the instructions of a level.
pub fn run<K: Kernel>(level: Level, kernel: K) -> K::Output {
    match level.0 {
        // SAFETY: a `Level` is made only where the processor has its instructions.
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        super::level::Set::Amx if K::HAS_PAIRS => unsafe { run_amx(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        super::level::Set::Avx512Bf16 if K::HAS_PAIRS => unsafe { run_avx512_bf16(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        super::level::Set::Avx512 | super::level::Set::Avx512Bf16 => unsafe { run_avx512(kernel) },
        // SAFETY: as above.
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        super::level::Set::Amx => unsafe { run_avx512(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        super::level::Set::Avx2 => unsafe { run_avx2(kernel) },
        // SAFETY: what is portable needs no instructions beyond the target's own.
        super::level::Set::Portable => unsafe { kernel.run::<Portable>() },
    }
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[target_feature(enable = "avx512bf16,avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
unsafe fn run_amx<K: Kernel>(kernel: K) -> K::Output {
    // SAFETY: the caller's processor has the instructions.
    unsafe {
        let _registers = amx::Registers::taken();
        kernel.run::<Avx512<true, true>>()
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512bf16,avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
unsafe fn run_avx512_bf16<K: Kernel>(kernel: K) -> K::Output {
    // SAFETY: the caller's processor has the instructions.
    unsafe { kernel.run::<Avx512<true, false>>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
unsafe fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    // SAFETY: the caller's processor has the instructions.
    unsafe { kernel.run::<Avx512<false, false>>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    // SAFETY: the caller's processor has the instructions.
    unsafe { kernel.run::<Avx2>() }
}
