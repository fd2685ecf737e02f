//! The request that is under way, so that a newer picture or the visitor can end it. One at a time; browser only.

use std::cell::RefCell;

use web_sys::{AbortController, AbortSignal, File};

struct Job {
    controller: AbortController,
    file: Option<File>,
}

thread_local! {
    static JOB: RefCell<Option<Job>> = const { RefCell::new(None) };
}

/// Ends the job before and starts one; the signal goes with its requests. `file` is kept for [`file`].
pub fn start(file: Option<File>) -> AbortSignal {
    cancel();
    // The constructor has no way to fail in a browser that runs WebAssembly.
    let controller = AbortController::new().expect("browsers have AbortController");
    let signal = controller.signal();
    JOB.replace(Some(Job { controller, file }));
    signal
}

/// Ends the job.
pub fn cancel() {
    JOB.with_borrow(|job| job.iter().for_each(|job| job.controller.abort()));
}

/// The file of the job, ended or not.
pub fn file() -> Option<File> {
    JOB.with_borrow(|job| job.as_ref().and_then(|job| job.file.clone()))
}
