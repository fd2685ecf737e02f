//! Runs that were stopped, or whose process was killed, become what they would have become.

use std::fs;
use std::path::Path;

use shared::route;
use shared::training::{RunEvent, RunHistory, RunState};
use tempfile::TempDir;
use tests::training_server::{Place, TrainingServer, classes, head_request};

/// Steps of the run of these tests: 24 photos in steps of 8.
const EPOCHS: u64 = 2_000;
const NUM_STEPS: u64 = 3 * EPOCHS;

/// Whether a run has come so far that something of its steps is kept.
fn has_steps(event: &RunEvent) -> bool {
    let last = match event {
        RunEvent::Steps { points, .. } => points.last().map(|point| point.step),
        RunEvent::History(history) => history.steps.last().map(|point| point.step),
        _ => None,
    };
    last.is_some_and(|step| step > 150)
}

async fn uninterrupted(place: &Place) -> (Vec<u8>, RunHistory) {
    let folder = TempDir::new().expect("a temporary folder");
    let server = TrainingServer::start(place.settings_in(folder.path())).await;
    let run = server.ask(&head_request("small", EPOCHS)).await;
    server.done(&run.id).await;
    (server.file(&run.id, "head.safetensors").await, told(&server, &run.id).await)
}

async fn told(server: &TrainingServer, id: &str) -> RunHistory {
    match server.watch(id, |event| matches!(event, RunEvent::History(_))).await.pop() {
        Some(RunEvent::History(history)) => *history,
        other => panic!("the history comes first, not {other:?}"),
    }
}

fn assert_same_curve(history: &RunHistory, expected: &RunHistory) {
    assert_eq!(expected.epochs.len() as u64, EPOCHS);
    assert_eq!(history.steps, expected.steps);
    assert_eq!(history.epochs, expected.epochs);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_stopped_becomes_the_same_head() {
    let place = Place::new(&[("small", &classes(4, 10))]);
    let (head, curve) = uninterrupted(&place).await;
    let server = TrainingServer::start(place.settings()).await;
    let run = server.ask(&head_request("small", EPOCHS)).await;
    server.watch(&run.id, has_steps).await;
    server.tell(route::RUN_STOP, &run.id).await;
    assert_eq!(server.ended(&run.id).await.state, RunState::Stopped);
    server.tell(route::RUN_RESUME, &run.id).await;
    server.done(&run.id).await;
    assert!(server.file(&run.id, "head.safetensors").await == head, "bit by bit");
    let history = told(&server, &run.id).await;
    assert_eq!(history.resumed_at.len(), 1);
    assert!((151..NUM_STEPS).contains(&history.resumed_at[0]), "on the way: {:?}", history.resumed_at);
    assert_same_curve(&history, &curve);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_whose_process_was_killed_goes_on_in_the_next() {
    let place = Place::new(&[("small", &classes(4, 10))]);
    let (head, curve) = uninterrupted(&place).await;
    let server = TrainingServer::start(place.settings()).await;
    let run = server.ask(&head_request("small", EPOCHS)).await;
    let queued = server.ask(&head_request("small", 1)).await;
    server.watch(&run.id, has_steps).await;
    // What lies on the disk at this moment is all that a process that is killed leaves behind.
    let left = TempDir::new().expect("a temporary folder");
    copy(place.folder.path(), left.path());
    drop(server);

    let server = TrainingServer {
        explorer: tests::explorer::TestExplorer::without_models(&place.settings_in(left.path())),
        settings: place.settings_in(left.path()),
    };
    assert_eq!(server.status(&run.id).await.state, RunState::Interrupted);
    assert_eq!(server.status(&queued.id).await.state, RunState::Queued { ahead: 0 }, "it waits again");
    server.explorer.load_models(&server.settings);
    server.done(&queued.id).await;
    server.ready("small").await;
    server.tell(route::RUN_RESUME, &run.id).await;
    server.done(&run.id).await;
    assert!(server.file(&run.id, "head.safetensors").await == head, "bit by bit");
    let history = told(&server, &run.id).await;
    assert_eq!(history.resumed_at.len(), 1);
    assert!((100..NUM_STEPS).contains(&history.resumed_at[0]), "{:?}", history.resumed_at);
    assert_same_curve(&history, &curve);
    assert!(!left.path().join("runs").join(&run.id).join("progress").exists(), "it is no longer needed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_stopped_interrupts_its_run() {
    let place = Place::new(&[("small", &classes(4, 10))]);
    let server = TrainingServer::start(place.settings()).await;
    let run = server.ask(&head_request("small", 9_000)).await;
    server.watch(&run.id, has_steps).await;
    server.explorer.explorer.training().close();
    assert_eq!(server.status(&run.id).await.state, RunState::Interrupted);
    let second = server::runs::Training::open(place.settings().training);
    assert!(second.is_err(), "two servers do not share a folder");
    drop(server);
    let server = TrainingServer::start(place.settings()).await;
    assert_eq!(server.status(&run.id).await.state, RunState::Interrupted);
    assert!(told(&server, &run.id).await.steps.len() > 100, "what it has told is still known");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a temporary folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else if !entry.file_name().to_string_lossy().ends_with(".part") {
            fs::copy(entry.path(), target).expect("a file");
        }
    }
}
