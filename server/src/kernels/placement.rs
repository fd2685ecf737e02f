//! On which processors the kernels' threads run. Woken after a rest, Linux often puts two of them on one processor, where the second waits for
//! the first for many milliseconds before it is moved: of a pass that takes 18 ms on two free cores it then took 31. A thread that
//! stays on a core of its own never waits so.

/// Starts the threads that the kernels share their work among, before anything else asks for them. Where there is one for each core that this
/// process may use, each stays on its core; fewer are left to the system, which knows what else runs.
pub fn start_threads(count: usize) {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(count);
    #[cfg(target_os = "linux")]
    let threads = {
        let cores = linux::cores(&linux::allowed());
        let stays = cores.len() == count;
        threads.start_handler(move |index| {
            if stays {
                linux::stay_on(&cores[index]);
            }
        })
    };
    if let Err(error) = threads.build_global() {
        tracing::warn!(cause = %error, "the kernels' threads are not as they were asked for");
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::read_to_string;

    use libc::{CPU_ISSET, CPU_SET, CPU_SETSIZE, cpu_set_t};

    /// For the system.
    const THIS_THREAD: libc::pid_t = 0;

    /// Where this thread may run; nowhere if the system does not tell.
    pub fn allowed() -> cpu_set_t {
        let mut set = none();
        // SAFETY: the set is as large as is said.
        unsafe { libc::sched_getaffinity(THIS_THREAD, size_of::<cpu_set_t>(), &mut set) };
        set
    }

    /// The processors of each core, of those in a set.
    pub fn cores(allowed: &cpu_set_t) -> Vec<cpu_set_t> {
        let mut cores: Vec<(String, cpu_set_t)> = Vec::new();
        for processor in 0..CPU_SETSIZE as usize {
            // SAFETY: the number is one of a set's.
            if !unsafe { CPU_ISSET(processor, allowed) } {
                continue;
            }
            let siblings = format!("/sys/devices/system/cpu/cpu{processor}/topology/thread_siblings_list");
            let core = read_to_string(siblings).unwrap_or_else(|_| processor.to_string());
            let known = cores.iter().position(|(other, _)| *other == core);
            let index = known.unwrap_or_else(|| {
                cores.push((core, none()));
                cores.len() - 1
            });
            // SAFETY: as above.
            unsafe { CPU_SET(processor, &mut cores[index].1) };
        }
        cores.into_iter().map(|(_, core)| core).collect()
    }

    /// Keeps this thread on some processors. A system that forbids it goes on as it likes.
    pub fn stay_on(processors: &cpu_set_t) {
        // SAFETY: the set is as large as is said.
        unsafe { libc::sched_setaffinity(THIS_THREAD, size_of::<cpu_set_t>(), processors) };
    }

    fn none() -> cpu_set_t {
        // SAFETY: a set of bits, none of them set.
        unsafe { std::mem::zeroed() }
    }

    #[cfg(test)]
    mod tests {
        use libc::CPU_COUNT;

        use super::*;

        #[test]
        fn each_processor_belongs_to_one_core_and_a_thread_stays_on_it() {
            let allowed = allowed();
            let cores = cores(&allowed);
            // SAFETY: reads sets.
            let count = |set: &cpu_set_t| unsafe { CPU_COUNT(set) };
            assert!(count(&allowed) > 0, "the system tells");
            assert_eq!(cores.iter().map(count).sum::<i32>(), count(&allowed));
            for core in cores {
                let stayed = std::thread::spawn(move || {
                    stay_on(&core);
                    super::allowed()
                });
                let stayed = stayed.join().expect("a set");
                for processor in 0..CPU_SETSIZE as usize {
                    // SAFETY: the number is one of a set's.
                    unsafe { assert_eq!(CPU_ISSET(processor, &stayed), CPU_ISSET(processor, &core)) };
                }
            }
        }
    }
}
