//! How work that takes minutes is asked to end: it looks at the flag between its steps, leaves what it has done in order, and says
//! that it was stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

/// A clone is the same flag.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Arc<AtomicBool>);

/// The work was asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("stopped as asked; what is done is kept, and the same command goes on from there")]
pub struct Stopped;

impl StopFlag {
    /// Asks the work to end.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// # Errors
    /// It was asked to end.
    pub fn check(&self) -> Result<(), Stopped> {
        if self.0.load(Ordering::Relaxed) { Err(Stopped) } else { Ok(()) }
    }
}
