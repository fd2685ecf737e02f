//! `POST /images` and `GET /images/{image_id}`.

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use shared::{ErrorCode, ImageInfo, route};
use tests::explorer::{Settings, TestExplorer, picture};
use tests::hostile_images::{Expected, bit_flips, table};

const BOUNDARY: &str = "a-boundary";

fn form(field: &str, file: &[u8]) -> Request<Body> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nsomething else\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"photo.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n"
    );
    let body = [head.as_bytes(), file, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
    form_of(body)
}

fn form_of(body: Vec<u8>) -> Request<Body> {
    Request::post(route::IMAGES)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(body.into())
        .expect("a valid request")
}

#[tokio::test]
async fn a_picture_is_taken_in_and_described() {
    let explorer = TestExplorer::start(&Settings::default());
    let file = picture(90, 70, 1);
    let answer = explorer.post(file.clone()).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let info: ImageInfo = answer.json();
    assert_eq!((info.width, info.height, info.format.as_str()), (90, 70, "PNG"));
    assert_eq!(info.size_bytes, file.len() as u64);
    // BLAKE3 of the bytes, as `b3sum` gives it; here of the same library, which has its own test vectors.
    let path = format!("{}/{}", route::IMAGES, info.image_id);
    assert_eq!(info.image_id.len(), 64);
    assert_eq!(answer.header("location"), Some(path.as_str()));
    assert_eq!(explorer.get(&path).await.json::<ImageInfo>(), info);
}

#[tokio::test]
async fn a_form_is_as_good_as_the_bytes() {
    let explorer = TestExplorer::start(&Settings::default());
    let file = picture(40, 50, 2);
    let of_bytes = explorer.upload(file.clone()).await;
    let of_form: ImageInfo = explorer.send(form("file", &file)).await.json();
    assert_eq!(of_bytes, of_form);
}

#[tokio::test]
async fn a_form_that_holds_no_picture_is_refused() {
    let explorer = TestExplorer::start(&Settings::default());
    let file = picture(40, 50, 2);
    let missing = explorer.send(form("picture", &file)).await;
    assert_eq!((missing.status, missing.error().code), (StatusCode::BAD_REQUEST, ErrorCode::ImageMissing));
    let empty = explorer.send(form("file", b"")).await;
    assert_eq!((empty.status, empty.error().code), (StatusCode::BAD_REQUEST, ErrorCode::ImageMissing));
    let cut = explorer.send(form_of(format!("--{BOUNDARY}\r\nContent-Disposition: form-da").into())).await;
    assert_eq!((cut.status, cut.error().code), (StatusCode::BAD_REQUEST, ErrorCode::RequestInvalid));
    let without_boundary = Request::post(route::IMAGES).header("content-type", "multipart/form-data");
    let without_boundary = explorer.send(without_boundary.body(file.into()).expect("a valid request")).await;
    assert_eq!(without_boundary.error().code, ErrorCode::RequestInvalid);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_hostile_image_ends_as_the_table_says() {
    let explorer = TestExplorer::start(&Settings::default());
    for hostile in table().into_iter().chain(bit_flips(300)) {
        let answer = explorer.post(hostile.bytes).await;
        if answer.status == StatusCode::CREATED {
            let info: ImageInfo = answer.json();
            match hostile.expected {
                Expected::Decodes { width, height } => {
                    assert_eq!((info.width, info.height), (width, height), "{}", hostile.name);
                }
                Expected::DecodesOrFails => {}
                Expected::Fails(code) => panic!("{}: {code:?} expected", hostile.name),
            }
        } else {
            let code = answer.error().code;
            assert!(hostile.expected.allows(code), "{}: {:?}", hostile.name, answer.error());
            assert!(answer.status.is_client_error(), "{}: {}", hostile.name, answer.status);
        }
        assert_eq!(explorer.get(route::READYZ).await.status, StatusCode::OK, "{}", hostile.name);
    }
}

#[tokio::test]
async fn each_failure_has_its_status() {
    let explorer = TestExplorer::start(&Settings::default());
    let png = picture(40, 40, 3);
    for (bytes, status) in [
        (b"a text".to_vec(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (png[..png.len() / 2].to_vec(), StatusCode::UNPROCESSABLE_ENTITY),
        (Vec::new(), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(explorer.post(bytes).await.status, status);
    }
}

#[tokio::test]
async fn a_picture_that_nobody_sent_is_unknown() {
    let explorer = TestExplorer::start(&Settings::default());
    for id in ["0".repeat(64), "xyz".to_owned(), "0".repeat(65), "%2e%2e".to_owned()] {
        for path in [
            format!("{}/{id}", route::IMAGES),
            format!("{}/{id}/predictions?model=vit", route::IMAGES),
            format!("{}/{id}/preprocessed/cropped.png?model=vit", route::IMAGES),
            format!("{}/{id}/tensors/logits?model=vit", route::IMAGES),
        ] {
            let answer = explorer.get(&path).await;
            assert_eq!(
                (answer.status, answer.error().code),
                (StatusCode::NOT_FOUND, ErrorCode::ImageUnknown),
                "{path}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_picture_sent_at_once_is_one_picture() {
    let explorer = TestExplorer::start(&Settings::default());
    let file = Bytes::from(picture(1200, 900, 4));
    let uploads = (0..8).map(|_copy| {
        let (router, file) = (explorer.router.clone(), file.clone());
        tokio::spawn(tests::explorer::send(router, tests::explorer::post(file)))
    });
    let mut infos = Vec::new();
    for upload in uploads.collect::<Vec<_>>() {
        let answer = upload.await.expect("no panic");
        assert_eq!(answer.status, StatusCode::CREATED);
        infos.push(answer.json::<ImageInfo>());
    }
    assert!(infos.windows(2).all(|pair| pair[0] == pair[1]));
    let loaded = explorer.explorer.loaded().expect("the models are there");
    assert_eq!(loaded.images.num_decoded(), 1, "eight uploads of the same bytes");
    explorer.upload(file.to_vec()).await;
    assert_eq!(loaded.images.num_decoded(), 1, "held already");
}
