//! Listens, and stops without dropping what was accepted: after the signal no connection is taken any more, requests that
//! arrived are answered, and only then the models' threads end.
//!
//! `axum::serve` would do, but for clients that send their headers slowly or never: it waits for them as long as they like.

use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

/// Pause after a failure to accept that is not one connection's own, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// How long clients are waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the headers of a request, and for the next request on a connection.
    pub headers: Duration,
    /// For what was accepted before the stop.
    pub stop: Duration,
}

/// Answers until `stop` resolves, then finishes what was accepted.
pub async fn serve_until(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
    patience: Patience,
) {
    let mut connections = http1::Builder::new();
    connections.timer(TokioTimer::new()).header_read_timeout(patience.headers);
    let accepted = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            stream = accept(&listener) => {
                let service = TowerToHyperService::new(router.clone());
                let connection = accepted.watch(connections.serve_connection(TokioIo::new(stream), service));
                tokio::spawn(async move {
                    // A client that broke off, or was too slow.
                    _ = connection.await.inspect_err(|error| tracing::debug!(%error, "a connection ended"));
                });
            }
            () = &mut stop => break,
        }
    }
    drop(listener);
    tracing::info!("stopping: what was accepted is finished first");
    if tokio::time::timeout(patience.stop, accepted.shutdown()).await.is_err() {
        tracing::warn!("some clients did not take their answers in time; they are left behind");
    }
}

/// The next connection.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _peer)) => {
                // Answers are small and waited for. A socket that refuses this is slower, not wrong.
                _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// The client was gone before it was taken.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};

    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
