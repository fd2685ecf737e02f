//! Where pictures are decoded: threads made for blocking work, only so many at a time. Each may hold as much as the decoder's
//! own limit allows, so the number bounds the memory too.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinError;

/// Places for work that takes a processor and memory.
#[derive(Clone, Debug)]
pub struct Decoders {
    places: Arc<Semaphore>,
}

impl Decoders {
    /// At most `count` at a time.
    pub fn new(count: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(count.max(1))) }
    }

    /// Runs the work once a place is free. Who stops waiting before that frees the turn; work that has begun is finished.
    ///
    /// # Errors
    /// The work panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        let place = Arc::clone(&self.places).acquire_owned().await.expect("the places are never closed");
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(place);
            result
        })
        .await
    }
}
