//! An experiment that runs, on a task of its own: as fast as the models answer, however slowly a client reads, and no longer than there
//! is a client.

use std::sync::Arc;
use std::time::Instant;

use futures::Stream;
use shared::ModelSlot;
use shared::views::{ExperimentDone, ExperimentPoint, ExperimentStart};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::http::error::Failure;
use crate::http::loaded::Loaded;
use crate::http::state::Explorer;
use crate::images::StoredImage;
use crate::inference::InferenceError;
use crate::views::experiments::{self, Bench, Experiment, Report};

/// What comes of an experiment, in this order: the start, its points, the end.
pub enum Message {
    /// What is measured.
    Start(ExperimentStart),
    /// A point.
    Point(ExperimentPoint),
    /// It is ready.
    Done(ExperimentDone),
    /// It is not going to be.
    Failed(Failure),
}

/// An experiment that runs as long as this is held.
pub struct Running {
    // As many messages as the experiment has points, which is bounded.
    messages: UnboundedReceiver<Message>,
}

impl Running {
    /// Starts an experiment with what was loaded when it was asked for, which gives its place back when it ends.
    pub fn start(
        explorer: Explorer,
        loaded: Arc<Loaded>,
        image: Arc<StoredImage>,
        experiment: Box<dyn Experiment>,
        place: OwnedSemaphorePermit,
    ) -> Self {
        let (sender, messages) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            tokio::select! {
                () = sender.closed() => tracing::debug!("an experiment was stopped: its client left"),
                () = explorer.experiments_stopped() => send(&sender, Message::Failed(stopping())),
                end = run(&loaded, &image, &*experiment, &sender) => send(&sender, end),
            }
            drop(place);
        });
        Self { messages }
    }

    /// Its messages as they come.
    pub fn messages(self) -> impl Stream<Item = Message> {
        futures::stream::unfold(self.messages, |mut messages| async {
            messages.recv().await.map(|message| (message, messages))
        })
    }

    /// All its points, once there are all.
    ///
    /// # Errors
    /// It failed.
    pub async fn points(mut self) -> Result<Vec<ExperimentPoint>, Failure> {
        let mut points = Vec::new();
        while let Some(message) = self.messages.recv().await {
            match message {
                Message::Start(_start) => {}
                Message::Point(point) => points.push(point),
                Message::Done(_done) => return Ok(points),
                Message::Failed(failure) => return Err(failure),
            }
        }
        Err(Failure::Internal("an experiment panicked".to_owned()))
    }
}

/// Runs it to its last message.
async fn run(
    loaded: &Loaded,
    image: &Arc<StoredImage>,
    experiment: &dyn Experiment,
    sender: &UnboundedSender<Message>,
) -> Message {
    let start = Instant::now();
    let bench = Bench { inference: &loaded.inference, images: &loaded.images, image };
    let report = |report| {
        send(
            sender,
            match report {
                Report::Start(start) => Message::Start(start),
                Report::Point(point) => Message::Point(point),
            },
        );
    };
    match experiments::run(bench, experiment, report).await {
        Ok(()) => Message::Done(ExperimentDone { seconds: start.elapsed().as_secs_f64() }),
        Err(error) => {
            tracing::warn!(%error, "an experiment broke off");
            // Names of nodes are the graph's own, so that this slot is never named.
            Message::Failed(Failure::of_view(ModelSlot::Resnet, error))
        }
    }
}

/// Who left does not get it, and that is no failure.
fn send(sender: &UnboundedSender<Message>, message: Message) {
    _ = sender.send(message);
}

fn stopping() -> Failure {
    Failure::Inference(InferenceError::ShuttingDown)
}
