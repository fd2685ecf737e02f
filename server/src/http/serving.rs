//! Listens, and stops without dropping what was accepted: after the signal no connection is taken any more, requests that
//! arrived are answered, and only then the models' threads end.

use std::future::{Future, IntoFuture};
use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Answers until `stop` resolves, then finishes what was accepted, but waits no longer than `patience` for it.
///
/// # Errors
/// The socket fails.
pub async fn serve_until(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
    patience: Duration,
) -> io::Result<()> {
    let (begin_shutdown, shutdown_begun) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        // An error says that the other half was dropped, which is the signal.
        _ = shutdown_begun.await;
    });
    let mut server = tokio::spawn(server.into_future());
    tokio::select! {
        result = &mut server => return result?,
        () = stop => drop(begin_shutdown),
    }
    tracing::info!("stopping: what was accepted is finished first");
    match tokio::time::timeout(patience, server).await {
        Ok(result) => result?,
        Err(_elapsed) => {
            tracing::warn!("some clients did not take their answers in time; they are left behind");
            Ok(())
        }
    }
}
