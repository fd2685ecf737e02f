//! A run as it is watched: server-sent events, the history first. Whoever reads slowly gets the history anew in place of what was missed.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use futures::{Stream, StreamExt};
use shared::training::{RunEvent, RunHistory, RunStatus};
use shared::{ApiErrorBody, route};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::http::error::Failure;
use crate::http::event_stream;
use crate::http::extract::ValidPath;
use crate::http::state::Explorer;
use crate::runs::Run;

/// Watch a run.
///
/// As `text/event-stream`; each event is a `RunEvent` as JSON under its name. The first is `history`, all that was told before, and
/// `history` comes again where a client has read too slowly or the run has gone on from an earlier step. `status` is the second, comes with
/// each change of state, and is the last once the run has ended. Steps come a few together, about ten times a second.
#[utoipa::path(
    get,
    path = route::RUN_EVENTS,
    tag = "Training",
    params(("run_id" = String, Path, description = "A run's id")),
    responses(
        (status = 200, description = "Events.", content((String = "text/event-stream"))),
        (status = 404, description = "`training_unknown`", body = ApiErrorBody),
    )
)]
pub async fn watch_run(
    State(explorer): State<Explorer>,
    ValidPath(id): ValidPath<String>,
) -> Result<Response, Failure> {
    let run = explorer.training().run(&id)?;
    let events = Watching::begin(run).events().map(|event| written(&event));
    let stopping = Box::pin(async move { explorer.experiments_stopped().await });
    Ok(event_stream::respond(events.take_until(stopping)))
}

/// Who watches a run.
struct Watching {
    run: Arc<Run>,
    /// What is sent next, the last first.
    ready: Vec<RunEvent>,
    events: Receiver<RunEvent>,
    has_ended: bool,
}

impl Watching {
    fn begin(run: Arc<Run>) -> Self {
        let watch = run.feed.watch();
        // A change between these two lines is told again, as an event.
        let status = run.status();
        let mut watching = Self { run, ready: Vec::new(), events: watch.events, has_ended: false };
        watching.catch_up(watch.history, status);
        watching
    }

    fn catch_up(&mut self, history: RunHistory, status: RunStatus) {
        self.ready = vec![RunEvent::Status(Box::new(status)), RunEvent::History(Box::new(history))];
    }

    fn events(self) -> impl Stream<Item = RunEvent> {
        futures::stream::unfold(self, |mut watching| async {
            let event = watching.next().await?;
            Some((event, watching))
        })
    }

    async fn next(&mut self) -> Option<RunEvent> {
        if self.has_ended {
            return None;
        }
        let event = match self.ready.pop() {
            Some(event) => event,
            None => self.told().await?,
        };
        self.has_ended = matches!(&event, RunEvent::Status(status) if !status.state.is_under_way());
        Some(event)
    }

    async fn told(&mut self) -> Option<RunEvent> {
        match self.events.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(_missed)) => {
                let watch = self.run.feed.watch();
                self.events = watch.events;
                let status = self.run.status();
                self.catch_up(watch.history, status);
                self.ready.pop()
            }
            // The run was removed.
            Err(RecvError::Closed) => None,
        }
    }
}

fn written(event: &RunEvent) -> Event {
    Event::default().event(event.name()).json_data(event).expect("what runs say is plain data")
}
