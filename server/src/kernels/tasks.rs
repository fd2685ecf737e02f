//! How work is shared among threads.

use std::sync::OnceLock;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

/// Tasks for each thread, where there is enough to share: one that is held up leaves its work to the others.
const TASKS_PER_THREAD: usize = 4;

/// Runs `work` on a thread that the kernels' tasks run on: handing tasks out from there wakes no other thread.
pub fn on_worker<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::scope(|_| work())
}

/// What is kept in a place, or is made and then kept there. Whoever makes it shares the work, and a thread that waits for its parts takes up other
/// work, which may ask for the same: it would wait for itself, as `get_or_init` does. Here it makes its own, and the first one stays.
pub fn kept_or_made<T>(place: &OnceLock<T>, make: impl FnOnce() -> T) -> &T {
    match place.get() {
        Some(kept) => kept,
        None => {
            let made = make();
            place.get_or_init(|| made)
        }
    }
}

/// Does several pieces of work of which each is cut into tasks itself: threads take one piece each, as long as there are enough, and no
/// thread waits for another between the tasks of a piece.
pub fn each<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    (0..count).into_par_iter().with_max_len(1).map(&work).collect()
}

/// How many tasks keep all threads busy.
pub fn wanted_tasks() -> usize {
    rayon::current_num_threads() * TASKS_PER_THREAD
}

/// Into how many parts, at most `units`, each of `others` pieces of work is cut so that every thread has some.
pub fn parts(units: usize, others: usize) -> usize {
    wanted_tasks().div_ceil(others.max(1)).min(units).max(1)
}

/// Shares units of work among tasks: each gets where its own begin and end.
pub fn in_parts(units: usize, work: impl Fn([usize; 2]) + Sync) {
    let parts = parts(units, 1);
    (0..parts).into_par_iter().for_each(|part| work(share(units, part, parts)));
}

/// Where part `part` of `parts` begins and ends, when `units` are shared among them.
pub fn share(units: usize, part: usize, parts: usize) -> [usize; 2] {
    [part, part + 1].map(|edge| units * edge / parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_may_ask_for_itself() {
        let place = OnceLock::new();
        let made = kept_or_made(&place, || kept_or_made(&place, || 1) + 1);
        assert_eq!((*made, place.get()), (1, Some(&1)), "the first one stays");
    }
}
