//! 4 lanes in plain Rust, which the compiler turns into what every processor of its target has: SSE2, or NEON.

use std::array;

use super::Lanes;

const WIDTH: usize = 4;

/// No more than the target's own instructions.
#[derive(Clone, Copy, Debug)]
pub struct Portable;

// SAFETY: each function does what the trait says.
unsafe impl Lanes for Portable {
    type Vector = [f32; WIDTH];
    const WIDTH: usize = WIDTH;
    const TILE_ROWS: usize = if cfg!(target_arch = "aarch64") { 8 } else { 4 };

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        [value; WIDTH]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::Vector {
        unsafe { from.cast::<Self::Vector>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: Self::Vector) {
        unsafe { to.cast::<Self::Vector>().write_unaligned(vector) }
    }
    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> Self::Vector {
        array::from_fn(|lane| if lane < count { unsafe { from.add(lane).read() } } else { 0.0 })
    }
    #[inline(always)]
    unsafe fn store_first(to: *mut f32, vector: Self::Vector, count: usize) {
        for (lane, value) in vector.into_iter().enumerate().take(count) {
            unsafe { to.add(lane).write(value) }
        }
    }
    #[inline(always)]
    unsafe fn prefetch(_at: *const f32) {}
    #[inline(always)]
    unsafe fn load_even(from: *const f32) -> Self::Vector {
        array::from_fn(|lane| unsafe { from.add(2 * lane).read() })
    }
    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        array::from_fn(|lane| a[lane] + b[lane])
    }
    #[inline(always)]
    unsafe fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        array::from_fn(|lane| a[lane] - b[lane])
    }
    #[inline(always)]
    unsafe fn mul(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        array::from_fn(|lane| a[lane] * b[lane])
    }
    #[inline(always)]
    unsafe fn div(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        array::from_fn(|lane| a[lane] / b[lane])
    }
    #[inline(always)]
    unsafe fn fma(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        // Without an instruction for it, rounding once takes a call for each lane.
        if cfg!(target_feature = "fma") || cfg!(target_arch = "aarch64") {
            array::from_fn(|lane| a[lane].mul_add(b[lane], c[lane]))
        } else {
            array::from_fn(|lane| a[lane] * b[lane] + c[lane])
        }
    }
    #[inline(always)]
    unsafe fn fma_pairs(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        let halves = |pairs: Self::Vector| {
            let bits = pairs.map(f32::to_bits);
            [bits.map(|bits| f32::from_bits(bits << 16)), bits.map(|bits| f32::from_bits(bits & 0xFFFF_0000))]
        };
        let ([a, a_upper], [b, b_upper]) = (halves(a), halves(b));
        unsafe { Self::fma(a, b, Self::fma(a_upper, b_upper, c)) }
    }
    #[inline(always)]
    unsafe fn max(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        array::from_fn(|lane| if a[lane] > b[lane] { a[lane] } else { b[lane] })
    }
    #[inline(always)]
    unsafe fn round(a: Self::Vector) -> Self::Vector {
        a.map(f32::round_ties_even)
    }
    #[inline(always)]
    unsafe fn power_of_two(exponent: Self::Vector) -> Self::Vector {
        exponent.map(|exponent| f32::from_bits(((exponent as i32 + 127) << 23) as u32))
    }
    #[inline(always)]
    unsafe fn with_sign(magnitude: Self::Vector, sign: Self::Vector) -> Self::Vector {
        array::from_fn(|lane| magnitude[lane].copysign(sign[lane]))
    }
    #[inline(always)]
    unsafe fn sum(a: Self::Vector) -> f32 {
        (a[0] + a[2]) + (a[1] + a[3])
    }
    #[inline(always)]
    unsafe fn largest(a: Self::Vector) -> f32 {
        a.into_iter().fold(f32::NEG_INFINITY, f32::max)
    }
}
