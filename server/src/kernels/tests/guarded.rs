//! Memory between two pages that nobody may touch: reading or writing a float too far ends the test at once.

use std::mem::MaybeUninit;
use std::ptr::{NonNull, null_mut};

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

/// The largest pages that Linux is built with.
const PAGE: usize = 65536;

/// Floats that end where a forbidden page begins.
pub struct Guarded {
    mapping: NonNull<u8>,
    mapped: usize,
    length: usize,
}

impl Guarded {
    /// A copy of these.
    pub fn of(values: &[f32]) -> Self {
        let mapped = size_of_val(values).next_multiple_of(PAGE) + 2 * PAGE;
        // SAFETY: a new mapping; its first and its last page become forbidden before anybody knows of it.
        let mapping = unsafe {
            let mapping =
                mmap_anonymous(null_mut(), mapped, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE)
                    .expect("memory");
            let last = mapping.byte_add(mapped - PAGE);
            mprotect(mapping, PAGE, MprotectFlags::empty()).expect("a first page");
            mprotect(last, PAGE, MprotectFlags::empty()).expect("a last page");
            NonNull::new(mapping.cast::<u8>()).expect("not at 0")
        };
        let mut guarded = Self { mapping, mapped, length: values.len() };
        for (place, value) in guarded.places().iter_mut().zip(values) {
            place.write(*value);
        }
        guarded
    }

    /// The floats.
    pub fn values(&self) -> &[f32] {
        // SAFETY: between the forbidden pages, written when it was made.
        unsafe { std::slice::from_raw_parts(self.start(), self.length) }
    }

    /// The floats, to be written.
    pub fn places(&mut self) -> &mut [MaybeUninit<f32>] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.start().cast(), self.length) }
    }

    fn start(&self) -> *mut f32 {
        // SAFETY: the floats end where the last page begins.
        unsafe { self.mapping.byte_add(self.mapped - PAGE).cast::<f32>().sub(self.length).as_ptr() }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's own.
        unsafe { munmap(self.mapping.as_ptr().cast(), self.mapped) }.expect("a mapping");
    }
}
