//! Data sets that come as archives: honest ones are there, also after a restart, and nothing is left of the others.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream;
use shared::dataset::DatasetListing;
use shared::{ErrorCode, route};
use tests::explorer::Answer;
use tests::photo_folders::photo;
use tests::training_server::{Place, TrainingServer, admin};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Names and files of a small data set.
fn files(prefix: &str) -> Vec<(String, Vec<u8>)> {
    let file =
        |class: u32, number: u32| (format!("{prefix}{class:03}.thing/{number}.png"), photo(class, number));
    (0..3).flat_map(|class| (0..3).map(move |number| file(class, number))).collect()
}

fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("an entry");
        zip.write_all(bytes).expect("an entry");
    }
    zip.finish().expect("an archive").into_inner()
}

fn tarred(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.as_ustar_mut().expect("ustar").name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, bytes.as_slice()).expect("an entry");
    }
    tar.into_inner().expect("an archive")
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes).expect("memory");
    gzip.finish().expect("memory")
}

async fn upload(server: &TrainingServer, name: &str, body: impl Into<Body>) -> Answer {
    server.admin(Method::POST, &format!("{}?name={name}", route::DATASETS), body).await
}

/// All files below a folder, but for the lock.
fn left(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    // What goes while it is looked at is gone.
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(left(&path));
        } else if !path.ends_with("lock") {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn archives_become_data_sets_that_outlive_the_process() {
    let place = Place::new(&[]);
    let mut ids = Vec::new();
    {
        let server = TrainingServer::start(place.settings()).await;
        let archives = [
            ("zip", zipped(&files(""))),
            ("tar", tarred(&files("all of them/"))),
            ("tar.gz", gzipped(&tarred(&files("./")))),
        ];
        for (kind, archive) in archives {
            let answer = upload(&server, &format!("My%20{kind}"), archive.clone()).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{kind}: {:?}", answer.body);
            let listing: DatasetListing = answer.json();
            assert!(listing.is_uploaded && listing.name == format!("My {kind}"));
            assert_eq!(
                answer.header("location"),
                Some(route::dataset(route::DATASET, &listing.id, "").as_str())
            );
            let ready = server.ready(&listing.id).await;
            let state = serde_json::to_value(&ready.state).expect("plain data");
            assert_eq!((&state["num_classes"], &state["num_pictures"]), (&3.into(), &9.into()), "{kind}");
            let again = upload(&server, &format!("My%20{kind}"), archive).await;
            assert_eq!(again.error().code, ErrorCode::Conflict, "{kind}");
            ids.push(listing.id);
        }
        assert_eq!(fs::read_dir(place.folder.path().join("incoming")).expect("a folder").count(), 0);
    }
    fs::create_dir_all(place.folder.path().join("incoming/7")).expect("a folder");
    fs::write(place.folder.path().join("incoming/7/archive"), "of a process that was killed")
        .expect("a file");
    let server = TrainingServer::start(place.settings()).await;
    assert_eq!(fs::read_dir(place.folder.path().join("incoming")).expect("a folder").count(), 0);
    let mut listed: Vec<String> = server.datasets().await.into_iter().map(|dataset| dataset.id).collect();
    listed.sort();
    ids.sort();
    assert_eq!(listed, ids);
    let photo_path =
        route::dataset(route::DATASET_PHOTO, &ids[0], blake3::hash(&photo(1, 1)).to_hex().as_str());
    assert_eq!(server.explorer.get(&photo_path).await.body, photo(1, 1));
    for id in &ids {
        let path = route::dataset(route::DATASET, id, "");
        assert_eq!(server.admin(Method::DELETE, &path, Body::empty()).await.status, StatusCode::NO_CONTENT);
        assert_eq!(server.explorer.get(&path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(left(place.folder.path()), Vec::<PathBuf>::new(), "all of it is gone");
}

#[tokio::test]
async fn hostile_archives_leave_nothing() {
    let place = Place::new(&[]);
    let server = TrainingServer::start(place.settings()).await;
    let mut slip = files("");
    slip.push(("../../outside.png".to_owned(), photo(0, 0)));
    let mut bomb = files("");
    bomb.push(("000.thing/bomb.png".to_owned(), vec![0; 20_000_000]));
    let one_class: Vec<_> = files("").into_iter().filter(|(name, _bytes)| name.starts_with("000")).collect();
    let mut truncated = zipped(&files(""));
    truncated.truncate(truncated.len() / 2);
    for (what, archive, expected) in [
        ("zip slip", zipped(&slip), "path"),
        ("tar slip", tarred(&slip), "path"),
        ("bomb", gzipped(&tarred(&bomb)), "times its size"),
        ("cut off", truncated, "damaged"),
        ("no archive", b"GIF89a and so on".to_vec(), ".zip"),
        ("empty", Vec::new(), ".zip"),
        ("one class", zipped(&one_class), "1 class folder"),
    ] {
        let answer = upload(&server, "hostile", archive).await;
        assert_eq!(
            (answer.status, answer.error().code),
            (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::ArchiveInvalid),
            "{what}"
        );
        assert!(answer.error().message.contains(expected), "{what}: {}", answer.error());
        assert!(!answer.error().message.contains(&*place.folder.path().to_string_lossy()), "{what}");
        assert_eq!(left(place.folder.path()), Vec::<PathBuf>::new(), "{what}");
    }
    assert!(server.datasets().await.is_empty());
}

#[tokio::test]
async fn what_is_no_request_is_refused_before_it_is_received() {
    let place = Place::new(&[]);
    let server = TrainingServer::start(place.settings()).await;
    let unread =
        || Body::from_stream(stream::once(async { panic!("the body was read") as std::io::Result<Bytes> }));
    for query in
        ["", "?name=", "?name=%20", &format!("?name={}", "a".repeat(81)), "?name=a%0ab", "?name=a&b=c"]
    {
        let answer = server.admin(Method::POST, &format!("{}{query}", route::DATASETS), unread()).await;
        assert_eq!(answer.error().code, ErrorCode::RequestInvalid, "{query}");
    }
    let mut form = admin(Method::POST, &format!("{}?name=a", route::DATASETS), unread());
    form.headers_mut().insert("content-type", "multipart/form-data; boundary=b".parse().expect("a header"));
    assert_eq!(server.explorer.send(form).await.error().code, ErrorCode::RequestInvalid);
}

#[tokio::test]
async fn too_many_bytes_are_refused_announced_or_not() {
    let place = Place::new(&[]);
    let mut settings = place.settings();
    settings.training.max_archive_bytes = 100_000;
    let server = TrainingServer::start(settings).await;
    let path = format!("{}?name=large", route::DATASETS);
    let unread =
        Body::from_stream(stream::once(async { panic!("the body was read") as std::io::Result<Bytes> }));
    let mut announced = admin(Method::POST, &path, unread);
    announced.headers_mut().insert("content-length", "100001".parse().expect("a header"));
    let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[0; 4096])));
    let endless = admin(Method::POST, &path, Body::from_stream(endless));
    for request in [announced, endless] {
        let answer = server.explorer.send(request).await;
        assert_eq!(
            (answer.status, answer.error().code),
            (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::ArchiveInvalid)
        );
        assert_eq!(left(place.folder.path()), Vec::<PathBuf>::new());
    }
}

#[tokio::test]
async fn the_disk_that_training_takes_is_bounded() {
    let place = Place::new(&[]);
    let archive = zipped(&files(""));
    let mut settings = place.settings();
    settings.training.max_disk_bytes = archive.len() as u64 - 1;
    let server = TrainingServer::start(settings.clone()).await;
    let answer = upload(&server, "much", archive.clone()).await;
    assert_eq!((answer.status, answer.error().code), (StatusCode::INSUFFICIENT_STORAGE, ErrorCode::DiskFull));
    drop(server);
    // The archive fits, and what is in it does not fit beside it.
    settings.training.max_disk_bytes = archive.len() as u64 + 5_000;
    let server = TrainingServer::start(settings).await;
    let answer = upload(&server, "much", archive).await;
    assert_eq!(answer.error().code, ErrorCode::DiskFull, "{}", answer.error());
    assert_eq!(left(place.folder.path()), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_midway_leaves_nothing() {
    let place = Place::new(&[]);
    let server = TrainingServer::start(place.settings()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let router = server.explorer.router.clone();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let archive = zipped(&files(""));
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    let head = format!(
        "POST {}?name=a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
        route::DATASETS,
        tests::training_server::TOKEN,
        archive.len()
    );
    connection.write_all(head.as_bytes()).await.expect("it reads");
    connection.write_all(&archive[..archive.len() / 2]).await.expect("it reads");
    let until = async |is_there: bool| {
        let begun = Instant::now();
        while left(place.folder.path()).is_empty() == is_there {
            assert!(begun.elapsed() < Duration::from_secs(20), "is the archive there: not {is_there}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    until(true).await;
    let second = upload(&server, "b", archive.clone()).await;
    assert_eq!(second.error().code, ErrorCode::Conflict, "one archive at a time");
    drop(connection);
    until(false).await;
    assert!(server.datasets().await.is_empty());
    let mut whole = TcpStream::connect(address).await.expect("it listens");
    whole
        .write_all(head.replace("Host: a", "Host: a\r\nConnection: close").as_bytes())
        .await
        .expect("it reads");
    whole.write_all(&archive).await.expect("it reads");
    let mut answer = String::new();
    whole.read_to_string(&mut answer).await.expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    serving.abort();
}
