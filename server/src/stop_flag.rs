//! How work that takes minutes is asked to end, and lets others go first: it looks at the flag between its steps, leaves what it has done in
//! order, and says that it was stopped.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

/// A clone is the same flag.
#[derive(Clone, Default)]
pub struct StopFlag {
    is_set: Arc<AtomicBool>,
    give_way: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// The work was asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("stopped as asked; what is done is kept, and the same command goes on from there")]
pub struct Stopped;

impl StopFlag {
    /// A flag that calls this between two steps of the work, each time before it looks whether to stop: a server waits in it while visitors
    /// wait. A stop that comes meanwhile is seen when it returns.
    pub fn giving_way(give_way: impl Fn() + Send + Sync + 'static) -> Self {
        Self { give_way: Some(Arc::new(give_way)), ..Self::default() }
    }

    /// Asks the work to end.
    pub fn stop(&self) {
        self.is_set.store(true, Ordering::Relaxed);
    }

    /// Called between two steps: lets others go first, where the flag was made for that.
    ///
    /// # Errors
    /// It was asked to end.
    pub fn check(&self) -> Result<(), Stopped> {
        if let Some(give_way) = &self.give_way
            && !self.is_set()
        {
            give_way();
        }
        if self.is_set() { Err(Stopped) } else { Ok(()) }
    }

    /// Whether the work was asked to end.
    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for StopFlag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StopFlag").field("is_set", &self.is_set()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[test]
    fn others_go_first_at_each_check_until_it_is_stopped() {
        let count = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&count);
        let flag = StopFlag::giving_way(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        assert!(flag.check().is_ok() && flag.clone().check().is_ok());
        flag.stop();
        assert_eq!(flag.check(), Err(Stopped));
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }
}
