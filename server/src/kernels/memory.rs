//! Memory of the kernels: outputs that are written once, and scratch that a thread keeps.

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};

/// What reading whole vectors may touch beyond an array's end, in floats.
pub const MARGIN: usize = 64;

/// A vector of `length` floats that `fill` writes.
///
/// # Safety
/// `fill` writes every one of them.
pub unsafe fn filled(length: usize, fill: impl FnOnce(&mut [MaybeUninit<f32>])) -> Vec<f32> {
    let mut values = Vec::with_capacity(length);
    fill(&mut values.spare_capacity_mut()[..length]);
    // SAFETY: the capacity is there, and the caller promises that all of it has been written.
    unsafe { values.set_len(length) };
    values
}

/// Floats that begin where a line of the processor's caches does.
#[derive(Clone, Debug)]
pub struct Lines {
    lines: Vec<Line>,
    length: usize,
}

#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line {
    _floats: [f32; 16],
}

impl Lines {
    /// `length` times 0.
    pub fn zeros(length: usize) -> Self {
        Self { lines: vec![Line { _floats: [0.0; 16] }; length.div_ceil(16)], length }
    }

    /// `length` floats that `fill` writes.
    ///
    /// # Safety
    /// `fill` writes every one of them.
    pub unsafe fn filled(length: usize, fill: impl FnOnce(&mut [MaybeUninit<f32>])) -> Self {
        let count = length.div_ceil(16);
        let mut lines = Vec::<Line>::with_capacity(count);
        let places = lines.spare_capacity_mut().as_mut_ptr().cast::<MaybeUninit<f32>>();
        // SAFETY: a line is 16 floats, so that there is room for so many; the caller promises that they are written, and what is left of the
        // last line is written here.
        unsafe {
            let places = std::slice::from_raw_parts_mut(places, count * 16);
            let (places, rest) = places.split_at_mut(length);
            fill(places);
            rest.fill(MaybeUninit::new(0.0));
            lines.set_len(count);
        }
        Self { lines, length }
    }
}

impl Deref for Lines {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: a line is 16 floats, and there are lines for `length` of them.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl DerefMut for Lines {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}

/// An output that several threads write, each its own places.
#[derive(Clone, Copy, Debug)]
pub struct Shared(*mut f32);

// SAFETY: a pointer alone does nothing; who writes through it promises that no other thread touches the place.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// Of this output.
    pub fn of(output: &mut [MaybeUninit<f32>]) -> Self {
        Self(output.as_mut_ptr().cast())
    }

    /// Of one that has been written before.
    pub fn over(output: &mut [f32]) -> Self {
        Self(output.as_mut_ptr())
    }

    /// From an element on.
    ///
    /// # Safety
    /// There are more than `index` elements.
    pub unsafe fn from(self, index: usize) -> Self {
        // SAFETY: inside of the output.
        Self(unsafe { self.at(index) })
    }

    /// Some elements.
    ///
    /// # Safety
    /// There are as many from `index` on, and nobody else has them while they are lent.
    pub unsafe fn slice<'a>(self, index: usize, length: usize) -> &'a mut [MaybeUninit<f32>] {
        // SAFETY: inside of the output, and the caller's alone.
        unsafe { std::slice::from_raw_parts_mut(self.at(index).cast(), length) }
    }

    /// The place of an element.
    ///
    /// # Safety
    /// There are more than `index` elements.
    pub unsafe fn at(self, index: usize) -> *mut f32 {
        // SAFETY: inside of the output.
        unsafe { self.0.add(index) }
    }
}

thread_local! {
    static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Hands out `length` floats that hold anything, aligned to 64 bytes. The thread keeps them for the next time.
pub fn with_scratch<T>(length: usize, work: impl FnOnce(&mut [f32]) -> T) -> T {
    const ALIGNMENT: usize = 16;
    // Taken out meanwhile: work that is stolen on this thread while it waits finds an empty place and makes its own.
    let mut scratch = SCRATCH.take();
    if scratch.len() < length + ALIGNMENT {
        scratch = vec![0.0; length + ALIGNMENT];
    }
    let skipped = scratch.as_ptr().align_offset(64).min(ALIGNMENT);
    let result = work(&mut scratch[skipped..skipped + length]);
    SCRATCH.set(scratch);
    result
}

/// Memory that is asked for in large pages before it is used: what the forward passes of some pictures leave behind, and the weights.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const IN_LARGE_PAGES: usize = 1 << 30;

/// Lets the process keep the memory that it frees, for the next forward pass: given back, it would have to be cleared page by page, which takes
/// as long as half of the pass. And has memory that it uses for the first time come in large pages where the system has them, for the same
/// reason. To be called once, at the start.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // The most that glibc takes: larger tensors are mapped and given back.
        const MAPPED_FROM: i32 = 32 << 20;
        /// What glibc begins with.
        const MAPPINGS: i32 = 65536;
        /// The large pages of x86 and of ARM with small ones of 4 KiB.
        const LARGE_PAGE: usize = 2 << 20;
        // SAFETY: sets numbers of the allocator; what is advised of lies inside of what was just allocated, and is given back untouched.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM);
            libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
            // What a thread gets beside the first heap is given back whatever the threshold.
            libc::mallopt(libc::M_ARENA_MAX, 1);
            // The heap grows once, and stays as large; nothing of it is touched.
            libc::mallopt(libc::M_MMAP_MAX, 0);
            let heap = libc::malloc(IN_LARGE_PAGES);
            if !heap.is_null() {
                let skipped = heap.align_offset(LARGE_PAGE).min(LARGE_PAGE);
                libc::madvise(heap.add(skipped), IN_LARGE_PAGES - 2 * LARGE_PAGE, libc::MADV_HUGEPAGE);
            }
            libc::free(heap);
            libc::mallopt(libc::M_MMAP_MAX, MAPPINGS);
        }
    }
}
