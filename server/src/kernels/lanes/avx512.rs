//! 16 lanes of AVX-512.

use std::arch::x86_64::{
    __m512, __m512bh, __mmask16, _MM_FROUND_NO_EXC, _MM_FROUND_TO_NEAREST_INT, _MM_HINT_T0, _mm_prefetch,
    _mm512_add_epi32, _mm512_add_ps, _mm512_and_ps, _mm512_and_si512, _mm512_castps_si512,
    _mm512_castsi512_ps, _mm512_cvtps_epi32, _mm512_div_ps, _mm512_dpbf16_ps, _mm512_fmadd_ps,
    _mm512_loadu_ps, _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps, _mm512_max_ps, _mm512_mul_ps,
    _mm512_or_ps, _mm512_permutex2var_ps, _mm512_reduce_add_ps, _mm512_reduce_max_ps, _mm512_roundscale_ps,
    _mm512_set1_epi32, _mm512_set1_ps, _mm512_setr_epi32, _mm512_slli_epi32, _mm512_storeu_ps, _mm512_sub_ps,
};
use std::mem::transmute;

use super::Lanes;

/// AVX-512 with its foundation and the VL, DQ and BW extensions, and where it is said with BF16, or with that and AMX.
#[derive(Clone, Copy, Debug)]
pub struct Avx512<const HAS_BF16: bool, const HAS_AMX: bool>;

// SAFETY: each function does what the trait says; a mask keeps partial reads and writes inside.
unsafe impl<const HAS_BF16: bool, const HAS_AMX: bool> Lanes for Avx512<HAS_BF16, HAS_AMX> {
    type Vector = __m512;
    const WIDTH: usize = 16;
    const TILE_ROWS: usize = 8;
    const HAS_MATRICES: bool = HAS_AMX;

    #[inline(always)]
    unsafe fn splat(value: f32) -> __m512 {
        unsafe { _mm512_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        unsafe { _mm512_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: __m512) {
        unsafe { _mm512_storeu_ps(to, vector) }
    }
    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> __m512 {
        unsafe { _mm512_maskz_loadu_ps(mask(count), from) }
    }
    #[inline(always)]
    unsafe fn store_first(to: *mut f32, vector: __m512, count: usize) {
        unsafe { _mm512_mask_storeu_ps(to, mask(count), vector) }
    }
    #[inline(always)]
    unsafe fn prefetch(at: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) }
    }
    #[inline(always)]
    unsafe fn load_even(from: *const f32) -> __m512 {
        unsafe {
            let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            _mm512_permutex2var_ps(_mm512_loadu_ps(from), even, _mm512_loadu_ps(from.add(16)))
        }
    }
    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn sub(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_sub_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn div(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_div_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn fma_pairs(a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe {
            if HAS_BF16 {
                return _mm512_dpbf16_ps(
                    c,
                    transmute::<__m512, __m512bh>(a),
                    transmute::<__m512, __m512bh>(b),
                );
            }
            let [a, b] = [a, b].map(|pairs| {
                let bits = _mm512_castps_si512(pairs);
                let upper = _mm512_and_si512(bits, _mm512_set1_epi32(i32::MIN >> 15));
                [_mm512_slli_epi32::<16>(bits), upper].map(|bits| _mm512_castsi512_ps(bits))
            });
            _mm512_fmadd_ps(a[0], b[0], _mm512_fmadd_ps(a[1], b[1], c))
        }
    }
    #[cfg(target_os = "linux")]
    #[inline(always)]
    unsafe fn matrix_sums(
        rows: usize,
        groups: usize,
        a: (*const f32, usize),
        b: (*const f32, usize),
        sums: *mut f32,
    ) {
        unsafe { super::amx::sums(rows, groups, a, b, sums) }
    }
    #[inline(always)]
    unsafe fn max(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_max_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn round(a: __m512) -> __m512 {
        unsafe { _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(a) }
    }
    #[inline(always)]
    unsafe fn power_of_two(exponent: __m512) -> __m512 {
        unsafe {
            let biased = _mm512_add_epi32(_mm512_cvtps_epi32(exponent), _mm512_set1_epi32(127));
            _mm512_castsi512_ps(_mm512_slli_epi32::<23>(biased))
        }
    }
    #[inline(always)]
    unsafe fn with_sign(magnitude: __m512, sign: __m512) -> __m512 {
        unsafe { _mm512_or_ps(magnitude, _mm512_and_ps(sign, _mm512_set1_ps(-0.0))) }
    }
    #[inline(always)]
    unsafe fn sum(a: __m512) -> f32 {
        unsafe { _mm512_reduce_add_ps(a) }
    }
    #[inline(always)]
    unsafe fn largest(a: __m512) -> f32 {
        unsafe { _mm512_reduce_max_ps(a) }
    }
}

/// The first `count < 16` lanes.
#[inline(always)]
fn mask(count: usize) -> __mmask16 {
    (1 << count) - 1
}
