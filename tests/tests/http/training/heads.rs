//! *Use this head*: another head for all visitors while they ask, and back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use shared::training::{FineTuning, HeadChoice, HeadListing, RunRequest, RunState, TrainingOverview};
use shared::{CHECKPOINTS_HEADER, ErrorCode, Graph, ModelInfo, ModelSlot, Predictions, route};
use tests::explorer::picture;
use tests::training_server::{Place, TrainingServer, classes, ridge_request};

async fn models(server: &TrainingServer) -> Vec<ModelInfo> {
    server.explorer.get(route::MODELS).await.json()
}

/// Trains a head and says its id.
async fn train(server: &TrainingServer, dataset: &str, slot: ModelSlot) -> (String, String) {
    let run = server.ask(&ridge_request(dataset, slot)).await;
    match server.done(&run.id).await.state {
        RunState::Done { head_id: Some(head_id), .. } => (run.id, head_id),
        other => panic!("{other:?}"),
    }
}

/// The page without a query as it is kept: asked for until it is, and each time of the models that answer now.
async fn front_page(server: &TrainingServer) -> String {
    let id = models(server).await.remove(1).checkpoint.id;
    loop {
        let request = Request::get("/").header("accept-encoding", "br").body(Body::empty());
        let answer = server.explorer.send(request.expect("a valid request")).await;
        let mut page = Vec::new();
        match answer.header("content-encoding") {
            Some("br") => {
                brotli::BrotliDecompress(&mut &answer.body[..], &mut page).expect("brotli");
            }
            _plain => page.extend_from_slice(&answer.body),
        }
        let page = String::from_utf8(page).expect("a page");
        assert!(page.contains(&id), "the page of other models");
        // Only what is kept says so in this order.
        if answer.header("vary") == Some("cookie, accept-encoding") {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn put(server: &TrainingServer, slot: ModelSlot, head_id: &str) -> tests::explorer::Answer {
    let choice = HeadChoice { head_id: head_id.to_owned() };
    server.admin_json(Method::PUT, &route::head(slot), &choice).await
}

/// The classes of an answer without what differs from time to time.
fn scores(predictions: &Predictions) -> Vec<(usize, String, u32)> {
    let classes = predictions.classes.iter();
    classes.map(|class| (class.index, class.label.clone(), class.logit.to_bits())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_and_fifty_seven_folders_give_as_many_logits_and_back() {
    let place = Place::new(&[("caltech 257", &classes(257, 3))]);
    let server = TrainingServer::start(place.settings()).await;
    let image = server.explorer.upload(picture(80, 60, 5)).await;
    let before = models(&server).await;
    let answers = [
        server.explorer.predict(&image.image_id, ModelSlot::Resnet).await,
        server.explorer.predict(&image.image_id, ModelSlot::Vit).await,
    ];
    let front = front_page(&server).await;
    assert!(front.contains(&before[1].checkpoint.id));
    assert_eq!(server.explorer.get(&route::head(ModelSlot::Vit)).await.status, StatusCode::NO_CONTENT);

    let (run_id, head_id) = train(&server, "caltech-257", ModelSlot::Vit).await;
    let listing: HeadListing = put(&server, ModelSlot::Vit, &head_id).await.json();
    assert_eq!((listing.num_classes, listing.is_in_use), (257, true));
    assert_eq!((listing.run_id.as_ref(), &listing.id), (Some(&run_id), &head_id));
    let shown: HeadListing = server.explorer.get(&route::head(ModelSlot::Vit)).await.json();
    assert_eq!(shown, listing);
    let overview: TrainingOverview = server.explorer.get(route::TRAINING).await.json();
    assert_eq!(overview.heads.len(), 1);
    assert!(overview.heads[0].is_in_use && overview.disk_bytes > 0);

    let now = models(&server).await;
    assert_eq!(now[0], before[0], "the other model is as it was");
    assert_eq!((now[1].architecture.num_classes(), now[1].labels.len()), (257, 257));
    assert_eq!(now[1].labels[256], "thing-256");
    assert_ne!(now[1].checkpoint.id, before[1].checkpoint.id);
    assert_eq!(now[1].checkpoint.trunk_id(), before[1].checkpoint.id);
    let graph: Graph = server.explorer.get(&route::graph(ModelSlot::Vit)).await.json();
    let logits = graph.nodes.last().expect("a graph has nodes");
    assert_eq!(logits.output_shape.dims(), [257]);
    let answer = server.explorer.predict(&image.image_id, ModelSlot::Vit).await;
    assert_eq!((answer.classes.len(), &answer.model.checkpoint_id), (257, &now[1].checkpoint.id));
    assert!(answer.classes.iter().any(|class| class.label == "thing-256"));
    let weight = server.explorer.get(&route::weights(ModelSlot::Vit, "logits.weight", None)).await.array();
    assert_eq!(weight.dims()[0], 257);
    let page = front_page(&server).await;
    assert!(page.contains("257") && page.contains(&now[1].checkpoint.id));

    for slot in ModelSlot::ALL {
        let path = route::head(slot);
        assert_eq!(server.admin(Method::DELETE, &path, Body::empty()).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(models(&server).await, before);
    for (slot, before) in ModelSlot::ALL.into_iter().zip(&answers) {
        let after = server.explorer.predict(&image.image_id, slot).await;
        assert_eq!((scores(&after), &after.model), (scores(before), &before.model), "{slot}");
    }
    let back = front_page(&server).await;
    assert!(back.contains(&before[1].checkpoint.id) && !back.contains(&now[1].checkpoint.id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_mixes_two_heads() {
    let place = Place::new(&[("few", &classes(3, 6)), ("more", &classes(11, 6))]);
    let server = Arc::new(TrainingServer::start(place.settings()).await);
    let (_run, few) = train(&server, "few", ModelSlot::Resnet).await;
    let (_run, more) = train(&server, "more", ModelSlot::Resnet).await;
    let mut images = Vec::new();
    for seed in 0..24 {
        images.push(server.explorer.upload(picture(70, 70, seed)).await.image_id);
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let mut asking = Vec::new();
    for visitor in 0..3 {
        let (server, images, is_over) = (Arc::clone(&server), images.clone(), Arc::clone(&is_over));
        asking.push(tokio::spawn(async move {
            let mut seen = BTreeSet::new();
            let mut turn = visitor;
            while !is_over.load(Ordering::Relaxed) {
                turn += 1;
                // What is answered from memory never waits, and others have to have their turn.
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                let image = &images[turn % images.len()];
                let answer = server.explorer.get(&route::predictions(image, ModelSlot::Resnet, None)).await;
                let predictions: Predictions = answer.json();
                let labels = predictions.classes.iter().map(|class| class.label.as_str());
                let highest = labels.max().unwrap_or_default().to_owned();
                seen.insert((
                    predictions.model.checkpoint_id.clone(),
                    predictions.model.num_classes,
                    predictions.classes.len(),
                    highest.starts_with("thing-"),
                ));
            }
            seen
        }));
    }
    let mut expected = BTreeSet::new();
    let own = models(&server).await.remove(0);
    expected.insert((own.checkpoint.id.clone(), 10));
    for head in [&few, &more, &few, &more] {
        assert_eq!(put(&server, ModelSlot::Resnet, head).await.status, StatusCode::OK);
        let info = models(&server).await.remove(0);
        expected.insert((info.checkpoint.id.clone(), info.architecture.num_classes()));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    is_over.store(true, Ordering::Relaxed);
    let mut seen = BTreeSet::new();
    for visitor in asking {
        seen.extend(visitor.await.expect("every answer is one"));
    }
    assert_eq!(expected.len(), 3);
    for (checkpoint_id, num_classes, num_answered, is_trained) in &seen {
        assert_eq!(num_classes, num_answered, "{checkpoint_id}");
        assert!(expected.contains(&(checkpoint_id.clone(), *num_classes)), "{checkpoint_id}: {num_classes}");
        assert_eq!(*is_trained, checkpoint_id != &own.checkpoint.id);
    }
    assert!(seen.len() >= 2, "visitors asked while heads were swapped: {seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_was_made_for_another_head_is_told_so() {
    let place = Place::new(&[("few", &classes(3, 6))]);
    let server = TrainingServer::start(place.settings()).await;
    let image = server.explorer.upload(picture(80, 60, 5)).await.image_id;
    let paths = [
        route::predictions(&image, ModelSlot::Resnet, None),
        route::tensor(&image, ModelSlot::Vit, &"logits".into(), None),
        route::view(route::IMAGE_ROLLOUT, &image, "", "model=vit"),
        route::view(route::IMAGE_EXPERIMENT, &image, "shuffle", "format=json&grid=2"),
        route::weights(ModelSlot::Vit, "logits.bias", None),
    ];
    let ask = async |path: &str, page: Option<&str>| {
        let mut request = Request::get(path);
        if let Some(page) = page {
            request = request.header(CHECKPOINTS_HEADER, page);
        }
        let answer = server.explorer.send(request.body(Body::empty()).expect("a valid request")).await;
        if answer.status == StatusCode::OK {
            return None;
        }
        assert_eq!(answer.status, StatusCode::CONFLICT, "{path}");
        Some(answer.error().code)
    };
    let ids = async || {
        models(&server).await.into_iter().map(|model| model.checkpoint.id).collect::<Vec<_>>().join(",")
    };
    let before = ids().await;
    let (_run, head_id) = train(&server, "few", ModelSlot::Vit).await;
    for path in &paths {
        assert_eq!(ask(path, Some(&before)).await, None, "{path}");
    }
    put(&server, ModelSlot::Vit, &head_id).await;
    let now = ids().await;
    for path in &paths {
        assert_eq!(ask(path, Some(&before)).await, Some(ErrorCode::HeadChanged), "{path}");
        assert_eq!(ask(path, Some(&now)).await, None, "{path}");
        assert_eq!(ask(path, None).await, None, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_that_was_tuned_comes_and_goes_with_its_head() {
    let place = Place::new(&[("few", &classes(3, 6))]);
    let server = TrainingServer::start(place.settings()).await;
    let image = server.explorer.upload(picture(80, 60, 5)).await.image_id;
    let before = server.explorer.predict(&image, ModelSlot::Vit).await;
    let mut request = ridge_request("few", ModelSlot::Vit);
    if let RunRequest::Head { fine_tuning, .. } = &mut request {
        *fine_tuning = Some(FineTuning { epochs: 2, batch_size: 4, ..FineTuning::default() });
    }
    let run = server.ask(&request).await;
    let RunState::Done { head_id: Some(head_id), .. } = server.done(&run.id).await.state else {
        panic!("a head")
    };
    let listing: HeadListing = put(&server, ModelSlot::Vit, &head_id).await.json();
    assert_eq!(listing.num_classes, 3);
    let tuned = models(&server).await.remove(1);
    assert!(tuned.checkpoint.head.as_ref().is_some_and(|head| head.tuned.is_some()));
    assert_eq!(server.explorer.predict(&image, ModelSlot::Vit).await.classes.len(), 3);
    server.admin(Method::DELETE, &route::head(ModelSlot::Vit), Body::empty()).await;
    let after = server.explorer.predict(&image, ModelSlot::Vit).await;
    assert_eq!((scores(&after), &after.model), (scores(&before), &before.model), "nothing of it is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_in_use_stays_and_others_go() {
    let place = Place::new(&[("few", &classes(3, 6))]);
    let server = TrainingServer::start(place.settings()).await;
    let (run_id, head_id) = train(&server, "few", ModelSlot::Vit).await;
    put(&server, ModelSlot::Vit, &head_id).await;
    let path = route::run(route::RUN, &run_id, "");
    let refused = server.admin(Method::DELETE, &path, Body::empty()).await;
    assert_eq!((refused.status, refused.error().code), (StatusCode::CONFLICT, ErrorCode::Conflict));
    server.admin(Method::DELETE, &route::head(ModelSlot::Vit), Body::empty()).await;
    assert_eq!(server.admin(Method::DELETE, &path, Body::empty()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.explorer.get(&path).await.error().code, ErrorCode::TrainingUnknown);
    assert!(!place.folder.path().join("runs").join(&run_id).exists());
    let gone = put(&server, ModelSlot::Vit, &head_id).await;
    assert_eq!(gone.error().code, ErrorCode::TrainingUnknown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_does_not_go_with_a_model_changes_nothing() {
    let place = Place::new(&[("few", &classes(3, 6))]);
    let server = TrainingServer::start(place.settings()).await;
    let (run_id, head_id) = train(&server, "few", ModelSlot::Vit).await;
    let before = models(&server).await;
    assert_eq!(put(&server, ModelSlot::Resnet, &head_id).await.error().code, ErrorCode::Conflict);
    for unknown in ["", "..", &"0".repeat(64)] {
        assert_eq!(put(&server, ModelSlot::Vit, unknown).await.error().code, ErrorCode::TrainingUnknown);
    }
    let file = place.folder.path().join("runs").join(run_id).join("head.safetensors");
    let mut bytes = std::fs::read(&file).expect("the head");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, &bytes).expect("the head");
    assert_eq!(put(&server, ModelSlot::Vit, &head_id).await.error().code, ErrorCode::Conflict);
    std::fs::write(&file, &bytes[..100]).expect("the head");
    let broken = put(&server, ModelSlot::Vit, &head_id).await;
    assert_eq!(
        (broken.status, broken.error().code),
        (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal)
    );
    assert_eq!(models(&server).await, before);
    let body = server.admin(Method::PUT, &route::head(ModelSlot::Vit), "{").await;
    assert_eq!(body.error().code, ErrorCode::RequestInvalid);
}
