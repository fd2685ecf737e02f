//! Bytes, pixels, memory and time: each limit is enforced, with its own words, and what does not count against it passes.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use futures::stream;
use server::cache::CacheLimits;
use shared::{ErrorCode, ModelSlot, route};
use tests::explorer::{Settings, TestExplorer, picture};
use tests::hostile_images::PngFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The ResNet's and the ViT's inputs of the small models: squares of three bytes a pixel.
const INPUT_BYTES: u64 = 2 * 3 * 64 * 64;

fn announcing(length: u64, body: Body) -> Request<Body> {
    Request::post(route::IMAGES).header("content-length", length).body(body).expect("a valid request")
}

/// A body that must not be read.
fn unread() -> Body {
    Body::from_stream(stream::once(async { panic!("the body was read") as Result<Bytes, std::io::Error> }))
}

#[tokio::test]
async fn too_many_bytes_are_refused_by_their_announcement() {
    let explorer = TestExplorer::start(&Settings::default());
    let answer = explorer.send(announcing(200_000_000, unread())).await;
    assert_eq!(
        (answer.status, answer.error().code),
        (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::ImageTooLarge)
    );
    assert!(answer.error().message.contains("20.0 MB"), "{}", answer.error());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_sends_everything_before_it_reads_gets_the_answer() {
    let mut settings = Settings::default();
    settings.http.max_upload_bytes = 2_000_000;
    let explorer = TestExplorer::start(&settings);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let router = explorer.router.clone();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    let body = vec![0; 6_000_000];
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        route::IMAGES,
        body.len()
    );
    connection.write_all(head.as_bytes()).await.expect("it reads");
    connection.write_all(&body).await.expect("it reads all of it");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("image_too_large"), "{answer}");
    server.abort();
}

#[tokio::test]
async fn too_many_bytes_are_refused_as_they_come() {
    let mut settings = Settings::default();
    settings.http.max_upload_bytes = 10_000;
    let explorer = TestExplorer::start(&settings);
    let endless =
        Body::from_stream(stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[0; 4096]))));
    let answer = explorer.send(Request::post(route::IMAGES).body(endless).expect("a valid request")).await;
    assert_eq!(
        (answer.status, answer.error().code),
        (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::ImageTooLarge)
    );
    let form = [
        b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n".as_slice(),
        &[0; 10_001],
        b"\r\n--b--\r\n",
    ]
    .concat();
    let form = Request::post(route::IMAGES)
        .header("content-type", "multipart/form-data; boundary=b")
        .body(form.into());
    let answer = explorer.send(form.expect("a valid request")).await;
    assert_eq!(answer.error().code, ErrorCode::ImageTooLarge);
    let exactly = explorer.post(vec![0; 10_000]).await;
    assert_eq!(exactly.error().code, ErrorCode::ImageFormatUnknown, "the limit itself is allowed");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_the_clients_fault() {
    let explorer = TestExplorer::start(&Settings::default());
    let broken = Body::from_stream(stream::iter([
        Ok(Bytes::from_static(b"\x89PNG")),
        Err(std::io::Error::other("the connection broke")),
    ]));
    let answer = explorer.send(Request::post(route::IMAGES).body(broken).expect("a valid request")).await;
    assert_eq!((answer.status, answer.error().code), (StatusCode::BAD_REQUEST, ErrorCode::RequestInvalid));
}

#[tokio::test]
async fn too_many_pixels_are_refused() {
    let mut settings = Settings::default();
    settings.images.decode.max_pixels = 100 * 100;
    let explorer = TestExplorer::start(&settings);
    explorer.upload(picture(100, 100, 1)).await;
    let answer = explorer.post(picture(101, 100, 1)).await;
    assert_eq!(
        (answer.status, answer.error().code),
        (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::ImageTooManyPixels)
    );
}

#[tokio::test]
async fn too_much_memory_is_refused() {
    let mut settings = Settings::default();
    settings.images.decode.max_memory_bytes = 6 * 100 * 100;
    let explorer = TestExplorer::start(&settings);
    explorer.upload(picture(100, 100, 1)).await;
    let answer = explorer.post(picture(102, 100, 1)).await;
    assert_eq!(
        (answer.status, answer.error().code),
        (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::ImageTooManyPixels)
    );
}

#[tokio::test]
async fn memory_for_pictures_is_bounded_and_the_oldest_go() {
    let mut settings = Settings::default();
    let files: Vec<Vec<u8>> = (0..4).map(|seed| picture(50, 50, seed)).collect();
    let largest = files.iter().map(Vec::len).max().expect("four") as u64;
    settings.images.cache.max_bytes = 2 * (largest + INPUT_BYTES) + 100;
    let explorer = TestExplorer::start(&settings);
    let mut ids = Vec::new();
    for file in &files {
        ids.push(explorer.upload(file.clone()).await.image_id);
        let held = explorer.metric("backbone_explorer_image_cache_bytes").await;
        assert!(held <= settings.images.cache.max_bytes as f64, "{held}");
    }
    let statuses: Vec<StatusCode> = [
        explorer.get(&route::IMAGE.replace("{image_id}", &ids[0])).await.status,
        explorer.get(&route::IMAGE.replace("{image_id}", &ids[1])).await.status,
        explorer.get(&route::IMAGE.replace("{image_id}", &ids[2])).await.status,
        explorer.get(&route::IMAGE.replace("{image_id}", &ids[3])).await.status,
    ]
    .to_vec();
    assert_eq!(statuses, [StatusCode::NOT_FOUND, StatusCode::NOT_FOUND, StatusCode::OK, StatusCode::OK]);
    let gone = explorer.get(&route::predictions(&ids[0], ModelSlot::Vit, None)).await;
    assert_eq!(gone.error().code, ErrorCode::ImageUnknown);
    assert_eq!(explorer.upload(files[0].clone()).await.image_id, ids[0], "sent again, it is there again");
    assert_eq!(explorer.predict(&ids[0], ModelSlot::Vit).await.classes.len(), 10);
}

#[tokio::test]
async fn a_picture_that_can_never_be_held_is_refused() {
    let mut settings = Settings::default();
    settings.images.cache.max_bytes = 1000;
    let explorer = TestExplorer::start(&settings);
    let answer = explorer.post(picture(50, 50, 1)).await;
    assert_eq!(
        (answer.status, answer.error().code),
        (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::ImageTooLarge)
    );
}

#[tokio::test]
async fn pictures_that_nobody_asks_for_go_in_time() {
    let mut settings = Settings::default();
    let idle_time = Duration::from_millis(300);
    settings.images.cache = CacheLimits { idle_time, ..settings.images.cache };
    let explorer = TestExplorer::start(&settings);
    let image = explorer.upload(picture(50, 50, 1)).await;
    let path = route::IMAGE.replace("{image_id}", &image.image_id);
    assert_eq!(explorer.get(&path).await.status, StatusCode::OK);
    tokio::time::sleep(idle_time * 2).await;
    explorer.explorer.drop_idle();
    assert_eq!(explorer.metric("backbone_explorer_image_cache_bytes").await, 0.0);
    assert_eq!(explorer.get(&path).await.error().code, ErrorCode::ImageUnknown);
    let samples: Vec<shared::Sample> = explorer.get(route::SAMPLES).await.json();
    let sample = route::IMAGE.replace("{image_id}", &samples[0].image.image_id);
    assert_eq!(explorer.get(&sample).await.status, StatusCode::OK, "samples stay");
}

#[tokio::test]
async fn uploads_that_do_not_fit_together_are_asked_to_come_back() {
    let mut settings = Settings::default();
    settings.http.max_upload_bytes = 1_000_000;
    settings.http.uploads_memory_bytes = 1_500_000;
    let explorer = TestExplorer::start(&settings);
    let (first, _arriving) = hanging_body();
    let router = explorer.router.clone();
    let slow = tokio::spawn(tests::explorer::send(router, announcing(1_000_000, first)));
    tokio::time::sleep(Duration::from_millis(50)).await;
    let answer = explorer.send(announcing(900_000, unread())).await;
    assert_eq!(
        (answer.status, answer.error().code),
        (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Overloaded)
    );
    assert!(answer.header("retry-after").is_some());
    let small = picture(50, 50, 1);
    let answer = explorer.send(announcing(small.len() as u64, small.into())).await;
    assert_eq!(answer.status, StatusCode::CREATED, "a small one still fits");
    slow.abort();
    assert!(slow.await.is_err_and(|error| error.is_cancelled()));
    let answer = explorer.send(announcing(900_000, vec![0; 900_000].into())).await;
    assert_eq!(answer.error().code, ErrorCode::ImageFormatUnknown, "who left made room");
}

#[tokio::test]
async fn an_upload_that_does_not_arrive_is_given_up() {
    let mut settings = Settings::default();
    settings.http.request_timeout = Duration::from_millis(100);
    let explorer = TestExplorer::start(&settings);
    let (body, _arriving) = hanging_body();
    let answer = explorer.send(Request::post(route::IMAGES).body(body).expect("a valid request")).await;
    assert_eq!((answer.status, answer.error().code), (StatusCode::REQUEST_TIMEOUT, ErrorCode::TimedOut));
}

#[tokio::test]
async fn a_bomb_is_refused_by_its_header() {
    let explorer = TestExplorer::start(&Settings::default());
    let bomb = PngFile::new(60_000, 60_000, 8, 2).rows(&[0; 100]);
    let answer = explorer.post(bomb).await;
    assert_eq!(answer.error().code, ErrorCode::ImageTooManyPixels);
}

/// A body that begins and then waits for ever; it ends when the other half is dropped.
fn hanging_body() -> (Body, futures::channel::mpsc::UnboundedSender<Result<Bytes, std::io::Error>>) {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    sender.unbounded_send(Ok(Bytes::from_static(b"\x89PNG"))).expect("the other half is here");
    (Body::from_stream(receiver), sender)
}
