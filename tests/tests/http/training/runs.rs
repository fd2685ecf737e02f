//! Runs: watched to their end, one after another, stopped, removed, and what came of them.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use shared::training::{
    AnsweredPhoto, HeadRecipe, Method as FitMethod, RunEvent, RunHistory, RunRequest, RunResult, RunState,
    ScratchPlan, TrainingOverview,
};
use shared::{ErrorCode, ModelSlot, route};
use tests::training_server::{Place, TrainingServer, classes, head_request, photos, ridge_request};

fn names(events: &[RunEvent]) -> Vec<&'static str> {
    let mut names: Vec<_> = events.iter().map(RunEvent::name).collect();
    names.dedup();
    names
}

fn history(events: &[RunEvent]) -> &RunHistory {
    match events.first() {
        Some(RunEvent::History(history)) => history,
        other => panic!("the history comes first, not {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_watched_from_its_first_event_to_its_last() {
    let place = Place::new(&[("small", &classes(4, 10))]);
    let server = TrainingServer::start(place.settings()).await;
    let asked = server.ask(&head_request("small", 60)).await;
    assert_eq!((asked.dataset_name.as_str(), asked.backbones.len()), ("small", 1));
    let events = server.watch(&asked.id, |_event| false).await;
    let names = names(&events);
    assert_eq!(names[..2], ["history", "status"]);
    assert_eq!(names.last(), Some(&"status"));
    // What was told before this watcher came is in the history.
    let before = history(&events);
    assert!(before.split.is_some() || names.contains(&"split"), "{names:?}");
    assert!(!before.features.is_empty() || names.contains(&"features"), "{names:?}");
    let steps: Vec<u64> = history(&events)
        .steps
        .iter()
        .chain(events.iter().flat_map(|event| match event {
            RunEvent::Steps { points, .. } => points.as_slice(),
            _ => &[],
        }))
        .map(|point| point.step)
        .collect();
    assert_eq!(steps, (1..=180).collect::<Vec<u64>>(), "24 photos in steps of 8, 60 times");
    let Some(RunEvent::Status(last)) = events.last() else { panic!("a status") };
    let RunState::Done { head_id: Some(head_id), top1: Some(top1), seconds } = &last.state else {
        panic!("{:?}", last.state)
    };
    assert!(top1.percent > 50.0 && *seconds > 0.0, "colours are easily learned: {top1:?}");

    let later = server.watch(&asked.id, |_event| false).await;
    assert_eq!(names_of(&later), ["history", "status"], "it has ended, and so do its events");
    assert_eq!((history(&later).steps.len(), history(&later).epochs.len()), (180, 60));

    let result: RunResult = server.explorer.get(&route::run(route::RUN_RESULT, &asked.id, "")).await.json();
    let RunResult::Head { report, .. } = result else { panic!("a head") };
    assert_eq!(&report.head_id, head_id);
    let head = server.file(&asked.id, "head.safetensors").await;
    assert_eq!(blake3::hash(&head).to_hex().as_str(), head_id);
    for (name, start) in
        [("report.json", "{"), ("curve.csv", "step,"), ("classes.csv", "class,"), ("split.json", "{")]
    {
        assert!(server.file(&asked.id, name).await.starts_with(start.as_bytes()), "{name}");
    }
    let test = report.test.expect("there are test photos");
    let answers = route::run(route::RUN_ANSWERS, &asked.id, "");
    let all: Vec<AnsweredPhoto> = server.explorer.get(&answers).await.json();
    assert_eq!(all.len() as u64, test.num_pictures);
    let mut counted = vec![vec![0; 4]; 4];
    for (class, row) in counted.iter_mut().enumerate() {
        for (answer, count) in row.iter_mut().enumerate() {
            let path = format!("{answers}?class={class}&answer={answer}");
            let cell: Vec<AnsweredPhoto> = server.explorer.get(&path).await.json();
            *count = cell.len() as u32;
        }
    }
    assert_eq!(counted, test.confusion, "what stands behind each cell is its count");
    let photo = route::dataset(route::DATASET_PHOTO, &all[0].dataset, &all[0].photo_id);
    assert_eq!(server.explorer.get(&photo).await.status, StatusCode::OK);
}

fn names_of(events: &[RunEvent]) -> Vec<&'static str> {
    events.iter().map(RunEvent::name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_run_works_and_the_next_waits() {
    let place = Place::new(&[("small", &classes(4, 10))]);
    let server = TrainingServer::start(place.settings()).await;
    let first = server.ask(&head_request("small", 9_000)).await;
    server.watch(&first.id, |event| matches!(event, RunEvent::Steps { .. })).await;
    let second = server.ask(&ridge_request("small", ModelSlot::Resnet)).await;
    let third = server.ask(&ridge_request("small", ModelSlot::Vit)).await;
    assert_eq!(second.state, RunState::Queued { ahead: 1 });
    assert_eq!(third.state, RunState::Queued { ahead: 2 });
    let overview: TrainingOverview = server.explorer.get(route::TRAINING).await.json();
    let ids: Vec<&str> = overview.runs.iter().map(|run| run.id.as_str()).collect();
    assert_eq!(ids, [third.id.as_str(), &second.id, &first.id], "the newest first");
    assert_eq!(server.explorer.metric("backbone_explorer_runs_under_way").await, 3.0);

    let removed = server.admin(Method::DELETE, &route::run(route::RUN, &second.id, ""), Body::empty()).await;
    assert_eq!(removed.error().code, ErrorCode::Conflict, "it waits");
    let stopped = server.tell(route::RUN_STOP, &second.id).await;
    assert_eq!(stopped.status, StatusCode::ACCEPTED);
    assert_eq!(server.status(&second.id).await.state, RunState::Stopped);
    assert_eq!(server.status(&third.id).await.state, RunState::Queued { ahead: 1 });
    assert_eq!(server.tell(route::RUN_RESUME, &second.id).await.status, StatusCode::ACCEPTED);
    assert_eq!(server.tell(route::RUN_RESUME, &second.id).await.error().code, ErrorCode::Conflict);
    assert_eq!(server.status(&second.id).await.state, RunState::Queued { ahead: 2 }, "behind the third");

    server.tell(route::RUN_STOP, &first.id).await;
    assert_eq!(server.ended(&first.id).await.state, RunState::Stopped);
    server.done(&third.id).await;
    server.done(&second.id).await;
    assert_eq!(
        server.tell(route::RUN_STOP, &second.id).await.error().code,
        ErrorCode::Conflict,
        "it is done"
    );
    assert_eq!(server.tell(route::RUN_RESUME, &second.id).await.error().code, ErrorCode::Conflict);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curves_of_both_backbones_come_of_one_run() {
    let place = Place::new(&[("small", &classes(3, 10)), ("test", &classes(3, 4))]);
    let server = TrainingServer::start(place.settings()).await;
    let mut choice = photos("small");
    choice.test_dataset = Some("test".to_owned());
    let recipe = HeadRecipe { method: FitMethod::Ridge { penalty: None }, ..HeadRecipe::default() };
    let request = RunRequest::DataEfficiency { photos: choice, counts: vec![1, 2], repetitions: 2, recipe };
    let asked = server.ask(&request).await;
    assert_eq!(asked.backbones.len(), 2);
    let events = server.watch(&asked.id, |_event| false).await;
    let curves = events.iter().filter(|event| matches!(event, RunEvent::Curve(_))).count();
    assert_eq!(curves + history(&events).curves.len(), 2, "one for each backbone");
    let status = server.done(&asked.id).await;
    assert!(matches!(status.state, RunState::Done { head_id: None, top1: None, .. }));
    let result: RunResult = server.explorer.get(&route::run(route::RUN_RESULT, &asked.id, "")).await.json();
    let RunResult::DataEfficiency(efficiency) = result else { panic!("curves") };
    assert_eq!((efficiency.num_test, efficiency.backbones.len()), (12, 2));
    assert_eq!(efficiency.backbones[0].points.len(), 3, "1, 2 and all photos a class");
    assert!(server.file(&asked.id, "efficiency.csv").await.starts_with(b"backbone,"));
    let missing = server.explorer.get(&route::run(route::RUN_FILE, &asked.id, "head.safetensors")).await;
    assert_eq!(missing.error().code, ErrorCode::TrainingUnknown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_models_learn_from_scratch() {
    let place = Place::new(&[("small", &classes(2, 8))]);
    let server = TrainingServer::start(place.settings()).await;
    let plan = ScratchPlan {
        image_size: 32,
        counts: vec![2],
        seeds: vec![0],
        epochs: 2,
        min_steps: 0,
        batch_size: 4,
        learning_rates: vec![1e-3],
        ..ScratchPlan::default()
    };
    let asked = server.ask(&RunRequest::FromScratch { photos: photos("small"), plan }).await;
    assert!(asked.backbones.is_empty());
    let events = server.watch(&asked.id, |_event| false).await;
    server.done(&asked.id).await;
    let learned =
        |history: &RunHistory| history.learners.iter().filter(|epoch| epoch.top1_percent.is_some()).count();
    let told = events
        .iter()
        .filter(|event| matches!(event, RunEvent::Learner(epoch) if epoch.top1_percent.is_some()));
    assert_eq!(told.count() + learned(history(&events)), 4, "2 and all photos a class, of both kinds");
    let result: RunResult = server.explorer.get(&route::run(route::RUN_RESULT, &asked.id, "")).await.json();
    let RunResult::FromScratch(outcome) = result else { panic!("models from scratch") };
    assert_eq!((outcome.learners.len(), outcome.learners[0].points.len()), (2, 2));
    assert!(!outcome.command.contains(&*place.dataset("small").to_string_lossy()), "{}", outcome.command);
    assert!(server.file(&asked.id, "efficiency.csv").await.starts_with(b"model,"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_files_of_the_list_are_handed_out() {
    let place = Place::new(&[("small", &classes(2, 6))]);
    let server = TrainingServer::start(place.settings()).await;
    let asked = server.ask(&ridge_request("small", ModelSlot::Vit)).await;
    server.done(&asked.id).await;
    for name in
        ["run.json", "history.json", "..%2F..%2Flock", "%2Fetc%2Fpasswd", "head.safetensors%00", "progress"]
    {
        let answer = server.explorer.get(&route::run(route::RUN_FILE, &asked.id, name)).await;
        assert_eq!(answer.error().code, ErrorCode::TrainingUnknown, "{name}");
    }
    for id in ["..", "%2e%2e%2fruns", "", "unknown"] {
        let answer = server.explorer.get(&format!("{}/{id}/files/run.json", route::RUNS)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_followed_is_refused_at_once() {
    let place =
        Place::new(&[("small", &classes(2, 6)), ("single", &classes(1, 4)), ("many", &classes(3, 3))]);
    let server = TrainingServer::start(place.settings()).await;
    let head = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut request = serde_json::to_value(head_request("small", 3)).expect("plain data");
        change(&mut request);
        request
    };
    let set = |path: &'static str, value: serde_json::Value| {
        head(&|request| *request.pointer_mut(path).expect(path) = value.clone())
    };
    for (request, code, word) in [
        (set("/photos/dataset", "unknown".into()), ErrorCode::TrainingUnknown, "unknown"),
        (set("/photos/dataset", "single".into()), ErrorCode::RequestInvalid, "one class"),
        (set("/photos/test_percent", 90.into()), ErrorCode::RequestInvalid, "90"),
        (set("/recipe/method/epochs", 0.into()), ErrorCode::RequestInvalid, "epochs"),
        (set("/recipe/method/batch_size", 0.into()), ErrorCode::RequestInvalid, "photos"),
        (set("/recipe/method/learning_rate", (-1.0).into()), ErrorCode::RequestInvalid, "learning rate"),
        (set("/recipe/method/label_smoothing", 1.into()), ErrorCode::RequestInvalid, "smoothing"),
        (set("/backbone", "resnext".into()), ErrorCode::RequestInvalid, "resnext"),
        (set("/kind", "tail".into()), ErrorCode::RequestInvalid, "tail"),
        (
            head(&|request| request["photos"]["test_dataset"] = "many".into()),
            ErrorCode::RequestInvalid,
            "002.thing-2",
        ),
    ] {
        let answer = server.admin_json(Method::POST, route::RUNS, &request).await;
        assert_eq!(answer.error().code, code, "{request}");
        assert!(answer.error().message.contains(word), "{word}: {}", answer.error());
    }
    let overview: TrainingOverview = server.explorer.get(route::TRAINING).await.json();
    assert!(overview.runs.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_runs_wait_as_may() {
    let place = Place::new(&[("small", &classes(2, 6))]);
    let server = TrainingServer::start(place.settings()).await;
    let first = server.ask(&head_request("small", 9_000)).await;
    server.watch(&first.id, |event| matches!(event, RunEvent::Epoch(_) | RunEvent::Steps { .. })).await;
    for _ in 0..8 {
        server.ask(&ridge_request("small", ModelSlot::Vit)).await;
    }
    let request = ridge_request("small", ModelSlot::Vit);
    let refused = server.admin_json(Method::POST, route::RUNS, &request).await;
    assert_eq!((refused.status, refused.error().code), (StatusCode::CONFLICT, ErrorCode::Conflict));
    server.tell(route::RUN_STOP, &first.id).await;
}
