//! The exact GELU and the exponential, vectors at a time.

use super::lanes::Lanes;

/// `exp(x)` for `x <= 0`, to 2 units in the last place; 0 below -87.
///
/// # Safety
/// Called at the level of `L`.
#[inline(always)]
pub unsafe fn exp<L: Lanes>(x: L::Vector) -> L::Vector {
    unsafe {
        let x = L::max(x, L::splat(-87.3));
        let power = L::round(L::mul(x, L::splat(std::f32::consts::LOG2_E)));
        // ln 2 in two parts, so that the rest keeps its digits (Cody and Waite).
        let rest = L::fma(power, L::splat(-0.693_359_4), x);
        let rest = L::fma(power, L::splat(2.121_944_4e-4), rest);
        let coefficients = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
        let mut sum = L::splat(coefficients[0]);
        for coefficient in &coefficients[1..] {
            sum = L::fma(sum, rest, L::splat(*coefficient));
        }
        L::mul(sum, L::power_of_two(power))
    }
}

/// `x / 2 * (1 + erf(x / sqrt 2))`; the error function to 1.5e-7 of 1.
///
/// # Safety
/// Called at the level of `L`.
///
/// # Source
/// Abramowitz and Stegun, "Handbook of Mathematical Functions", 7.1.26.
#[inline(always)]
pub unsafe fn gelu<L: Lanes>(x: L::Vector) -> L::Vector {
    unsafe {
        let half = L::mul(x, L::splat(0.5));
        L::fma(half, error_function::<L>(x), half)
    }
}

/// The slope of [`gelu`]: `P(X <= x) + x * density(x)`, X standard normal.
///
/// # Safety
/// Called at the level of `L`.
#[inline(always)]
pub unsafe fn slope_of_gelu<L: Lanes>(x: L::Vector) -> L::Vector {
    const DENSITY_AT_ZERO: f32 = 0.398_942_3;
    unsafe {
        let half = L::splat(0.5);
        let below = L::fma(half, error_function::<L>(x), half);
        let squares = L::mul(L::mul(x, x), L::splat(-0.5));
        L::fma(L::mul(x, L::splat(DENSITY_AT_ZERO)), exp::<L>(squares), below)
    }
}

/// `erf(x / sqrt 2)`
#[inline(always)]
unsafe fn error_function<L: Lanes>(x: L::Vector) -> L::Vector {
    unsafe {
        let scaled = L::mul(x, L::splat(std::f32::consts::FRAC_1_SQRT_2));
        let magnitude = L::max(scaled, L::sub(L::splat(0.0), scaled));
        let t = L::div(L::splat(1.0), L::fma(magnitude, L::splat(0.327_591_1), L::splat(1.0)));
        let mut sum = L::splat(1.061_405_4);
        for coefficient in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
            sum = L::fma(sum, t, L::splat(coefficient));
        }
        let tail = L::mul(L::mul(sum, t), exp::<L>(L::sub(L::splat(0.0), L::mul(magnitude, magnitude))));
        L::with_sign(L::sub(L::splat(1.0), tail), x)
    }
}
