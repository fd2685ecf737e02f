//! Products of pairs by AMX: eight registers of 16 rows by 64 bytes, and an instruction that multiplies two of them.
//!
//! What it multiplies with columns (`b`) has two numbers of 16 bits beside each other along the depth in each place: pairs as
//! [`super::super::numbers`] makes them. Compilers of the stable channel have no functions for it, so it is written in assembly.

use std::arch::asm;
use std::arch::x86_64::{__cpuid_count, __get_cpuid_max};
use std::sync::OnceLock;

use crate::kernels::tile::COLUMNS;

/// Rows of a register.
const ROWS: u8 = 16;
/// Bytes of its rows.
const ROW_BYTES: u16 = 64;
/// Bytes from one row of the sums to the next.
const SUMS_STEP: usize = COLUMNS * size_of::<f32>();

/// Whether the processor has it and Linux lets this process use it, which it is asked for once.
pub fn is_there() -> bool {
    /// Of EDX of leaf 7: AMX-BF16 and AMX-TILE.
    const AMX: u32 = 1 << 22 | 1 << 24;
    /// arch_prctl(2) and what it is asked for: the data of the registers.
    const REQUEST_PERMISSION: libc::c_long = 0x1023;
    const REGISTER_DATA: libc::c_long = 18;
    static IS_THERE: OnceLock<bool> = OnceLock::new();
    *IS_THERE.get_or_init(|| {
        let has_leaf = __get_cpuid_max(0).0 >= 7;
        has_leaf
            && __cpuid_count(7, 0).edx & AMX == AMX
            // SAFETY: takes and gives numbers only. Without the permission the first use would end the process.
            && unsafe { libc::syscall(libc::SYS_arch_prctl, REQUEST_PERMISSION, REGISTER_DATA) } == 0
    })
}

/// What the registers are used as, by the layout that the processor reads.
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

impl Shapes {
    /// 0 to 2: sums; 3: rows of `a`; 4 to 6: steps of `b`.
    const fn of(rows: u8) -> Self {
        let (mut of_rows, mut row_bytes) = ([0; 16], [0; 16]);
        let mut register = 0;
        while register < 7 {
            of_rows[register] = if register < 4 { rows } else { ROWS };
            row_bytes[register] = ROW_BYTES;
            register += 1;
        }
        Self { palette: 1, start_row: 0, reserved: [0; 14], row_bytes, rows: of_rows }
    }

    /// # Safety
    /// [`is_there`] has said so.
    #[inline(always)]
    unsafe fn set(&self) {
        // SAFETY: reads the shapes, which are valid ones.
        unsafe { asm!("ldtilecfg [{}]", in(reg) self, options(nostack, readonly, preserves_flags)) }
    }
}

static WHOLE: Shapes = Shapes::of(ROWS);

/// The registers, with their shapes for 16 rows, for as long as this is kept. Released they cost a switch of threads nothing.
pub struct Registers(());

impl Registers {
    /// # Safety
    /// [`is_there`] has said so.
    pub unsafe fn taken() -> Self {
        // SAFETY: the caller promises it.
        unsafe { WHOLE.set() };
        Self(())
    }
}

impl Drop for Registers {
    fn drop(&mut self) {
        // SAFETY: they were taken.
        unsafe { asm!("tilerelease", options(nostack, nomem, preserves_flags)) }
    }
}

/// [`super::Lanes::matrix_sums`].
///
/// # Safety
/// As there, while the [`Registers`] are taken.
#[inline(always)]
pub unsafe fn sums(
    rows: usize,
    groups: usize,
    (a, a_step): (*const f32, usize),
    (b, b_step): (*const f32, usize),
    sums: *mut f32,
) {
    let is_whole = rows == usize::from(ROWS);
    // SAFETY: reads `rows` rows of 64 bytes of `a` and 16 steps of 192 bytes of `b` for each group, writes `rows` rows of 192 bytes: the caller
    // promises that they are there. The shapes are those for 16 rows before and after.
    unsafe {
        if !is_whole {
            Shapes::of(rows as u8).set();
        }
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "test {groups}, {groups}",
            "jz 3f",
            "2:",
            "tileloadd tmm3, [{a} + {a_step}]",
            "tileloadd tmm4, [{b} + {b_step}]",
            "tdpbf16ps tmm0, tmm3, tmm4",
            "tileloadd tmm5, [{b} + {b_step} + 64]",
            "tdpbf16ps tmm1, tmm3, tmm5",
            "tileloadd tmm6, [{b} + {b_step} + 128]",
            "tdpbf16ps tmm2, tmm3, tmm6",
            "add {a}, 64",
            "add {b}, {b_group}",
            "dec {groups}",
            "jnz 2b",
            "3:",
            "tilestored [{sums} + {sums_step}], tmm0",
            "tilestored [{sums} + {sums_step} + 64], tmm1",
            "tilestored [{sums} + {sums_step} + 128], tmm2",
            a = inout(reg) a => _,
            a_step = in(reg) a_step * size_of::<f32>(),
            b = inout(reg) b => _,
            b_step = in(reg) b_step * size_of::<f32>(),
            b_group = in(reg) b_step * size_of::<f32>() * 16,
            groups = inout(reg) groups => _,
            sums = in(reg) sums,
            sums_step = in(reg) SUMS_STEP,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _,
            options(nostack),
        );
        if !is_whole {
            WHOLE.set();
        }
    }
}
