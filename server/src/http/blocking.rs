//! Work that takes a while or waits for the disk, off the threads that answer requests.

use super::error::Failure;

/// Does it on a thread of its own.
///
/// # Errors
/// What the work fails with.
pub async fn on_a_thread<T: Send + 'static, E: Into<Failure> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|panic| Failure::Internal(panic.to_string()))?.map_err(Into::into)
}
