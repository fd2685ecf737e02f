//! Lessons on all cores, a model a thread: the longest first, so that none is left alone at the end. What they tell comes to the caller's
//! thread, in the order in which it happens.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Instant;

use rayon::ThreadPoolBuilder;
use shared::training::LearnerEpoch;

use super::lesson::{Lesson, Room};
use super::record::{Finished, Record};
use crate::stop_flag::{StopFlag, Stopped};
use crate::training::TrainingError;

/// What comes from a worker.
enum Message {
    Epoch(LearnerEpoch),
    Ended(usize, Result<LearnerEpoch, TrainingError>),
}

/// Gives all lessons that are not in the record, and keeps each as it ends. What is in the record is told again.
///
/// # Errors
/// That of the first lesson that fails, or the flag says to stop; the others are ended, and those that were finished are kept.
pub fn give_all(
    lessons: &[Lesson],
    room: &Room<'_>,
    stop: &StopFlag,
    record: &mut Record,
    watch: &mut dyn FnMut(LearnerEpoch),
) -> Result<Vec<Finished>, TrainingError> {
    let keys: Vec<String> = lessons.iter().map(|lesson| lesson.key(room)).collect();
    for finished in keys.iter().filter_map(|key| record.get(key)) {
        watch(finished.epoch);
    }
    let mut missing: Vec<usize> =
        (0..lessons.len()).filter(|index| record.get(&keys[*index]).is_none()).collect();
    missing.sort_by_key(|index| std::cmp::Reverse(lessons[*index].length(room.plan).iter().product::<u64>()));
    let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let before_step = || {
        stop.check()?;
        if is_over.load(Ordering::Relaxed) { Err(Stopped.into()) } else { Ok(()) }
    };
    let room = &Room { before_step: &before_step, ..*room };
    let work = |sender: Sender<Message>| {
        loop {
            let Some(index) = missing.get(next.fetch_add(1, Ordering::Relaxed)).copied() else { return };
            let tell = |epoch| _ = sender.send(Message::Epoch(epoch));
            let ended = lessons[index].give(room, &tell);
            let is_last = ended.is_err();
            if sender.send(Message::Ended(index, ended)).is_err() || is_last {
                return;
            }
        }
    };
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        let on_cpu = room.device.is_cpu();
        let count = if on_cpu { rayon::current_num_threads().min(missing.len()) } else { 1 };
        for _ in 0..count {
            let (sender, work) = (sender.clone(), &work);
            // Kernels share their work among the threads of the pool that they are called in: this one's.
            let pool = on_cpu.then(|| ThreadPoolBuilder::new().num_threads(1).build()).transpose();
            let pool = pool.map_err(candle_core::Error::wrap)?;
            scope.spawn(move || match pool {
                Some(pool) => pool.install(|| work(sender)),
                None => work(sender),
            });
        }
        drop(sender);
        let (mut first_error, mut last_end) = (None, Instant::now());
        for message in receiver {
            match message {
                Message::Epoch(epoch) => watch(epoch),
                Message::Ended(index, Ok(epoch)) => {
                    let finished = Finished::new(epoch, last_end.elapsed().as_secs_f64());
                    last_end = Instant::now();
                    if let Err(error) = record.keep(keys[index].clone(), finished) {
                        is_over.store(true, Ordering::Relaxed);
                        first_error.get_or_insert(error);
                    }
                }
                Message::Ended(_index, Err(error)) => {
                    is_over.store(true, Ordering::Relaxed);
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(()), Err)
    })?;
    Ok(keys.iter().map(|key| record.get(key).expect("every lesson was given")).collect())
}
