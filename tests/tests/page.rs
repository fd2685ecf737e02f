//! The page as the server sends it, before any script: what it says, what it may not contain, and how its files are kept.

use std::future::Future;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::{Router, http};
use server::http::assets::{Site, SiteError};
use server::http::pages::{self, PageSource};
use shared::{ApiError, ErrorCode, PageState};
use tempfile::TempDir;
use tests::page_states::page_state;
use tests::site;
use tower::ServiceExt;

#[derive(Clone)]
struct Fixed(Result<PageState, ApiError>);

impl PageSource for Fixed {
    fn generation(&self) -> u64 {
        1
    }

    fn page_state(&self, sample: Option<&str>) -> impl Future<Output = Result<PageState, ApiError>> + Send {
        let mut state = self.0.clone();
        if let (Ok(state), Some(sample)) = (&mut state, sample) {
            state.specimen.sample = sample.to_owned();
        }
        std::future::ready(state)
    }
}

fn router(source: Fixed) -> (Router, TempDir) {
    let directory = TempDir::new().expect("a temporary folder can be made");
    site::write(directory.path());
    let site = Site::open(directory.path()).expect("the site is complete");
    let router = pages::router(source, site.document_assets.clone()).merge(site.router(directory.path()));
    (router, directory)
}

async fn get(source: Fixed, path: &str, header: (&str, &str)) -> (StatusCode, HeaderMap, String) {
    let (router, _directory) = router(source);
    let request = Request::get(path).header(header.0, header.1).body(Body::empty()).expect("a valid request");
    let response = router.oneshot(request).await.expect("a router always answers");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 22).await.expect("the page is small");
    (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
}

async fn page(path: &str) -> String {
    let (status, _headers, html) = get(Fixed(Ok(page_state())), path, ("accept", "text/html")).await;
    assert_eq!(status, StatusCode::OK);
    html
}

/// The part that a visitor without a script reads.
fn visible(html: &str) -> &str {
    html.split("id=\"page-state\"").next().expect("a split has a first part")
}

#[tokio::test]
async fn both_answers_are_in_the_html() {
    let html = page("/").await;
    let html = visible(&html);
    for expected in ["ResNet-50", "ViT-S/16", "cup", "pagoda", "71.3", "CPU, 2 threads", "Model Architecture"]
    {
        assert!(html.contains(expected), "{expected}");
    }
}

#[tokio::test]
async fn a_query_opens_its_view() {
    let chosen = |html: &str, model: &str| {
        let option = html
            .split(&format!("id=\"model-{model}\""))
            .nth(1)
            .map(str::to_owned)
            .expect("the toggle is there");
        option.split('>').next().is_some_and(|attributes| attributes.contains("aria-checked=\"true\""))
    };
    let html = page("/?model=vit&stage=backbone").await;
    assert!(chosen(&html, "vit") && !chosen(&html, "resnet"));
    let html = page("/?model=nonsense").await;
    assert!(chosen(&html, "resnet") && !chosen(&html, "vit"));
    let html = page("/?picture=pagoda").await;
    assert!(visible(&html).contains("A photo of pagoda."));
    assert!(visible(&html).contains("Photo of pagoda: nobody"));
}

#[tokio::test]
async fn nothing_inline_and_nothing_injected() {
    let html = page("/?node=%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!html.contains("<script>"), "a label or the query reached the document as markup");
    assert!(!html.contains(" style=\""), "the security policy forbids inline styles");
    let styles: Vec<&str> = html.split("<style").skip(1).collect();
    let [sheet] = styles[..] else { panic!("the policy knows one style element, not {}", styles.len()) };
    assert!(sheet.starts_with(">first.css</style>"), "it is the built sheet to the byte");
    let scripts: Vec<&str> =
        html.split("<script").skip(1).filter_map(|script| script.split('>').next()).collect();
    let [boot, data] = scripts[..] else { panic!("{scripts:?}") };
    assert!(boot.contains("src=\"/static/boot.js\""));
    assert!(data.contains("type=\"application/json\""));
    let json = html.split("id=\"page-state\">").nth(1).and_then(|rest| rest.split("</script>").next());
    let state: PageState =
        serde_json::from_str(json.expect("the data block is there")).expect("it holds the state");
    assert_eq!(state, page_state());
}

#[tokio::test]
async fn what_is_below_the_first_screen_is_styled_where_it_begins() {
    let link = "<link rel=\"stylesheet\" href=\"/static/later.css\">";
    let html = page("/").await;
    let (head, body) = html.split_once("</head>").expect("a head");
    assert!(!head.contains(link), "the first view does not wait for it");
    let before = body.split_once(link).expect("it is named once").0;
    assert!(before.contains("id=\"pipeline\"") && !before.contains("id=\"specifications-heading\""));
    assert_eq!(body.matches(link).count(), 1);
    for query in ["stage=output", "model=vit&stage=backbone&node=norm", "lens=attention"] {
        let html = page(&format!("/?{query}")).await;
        let (head, body) = html.split_once("</head>").expect("a head");
        assert!(head.contains(link) && !body.contains(link), "{query} shows at once what it styles");
    }
}

#[tokio::test]
async fn the_front_page_is_kept_compressed() {
    let source = Fixed(Ok(page_state()));
    let (router, _directory) = router(source);
    let ask = async |path: &str, cookie: &str, encoding: &str| {
        let request = Request::get(path).header("cookie", cookie).header("accept-encoding", encoding);
        let response = router.clone().oneshot(request.body(Body::empty()).expect("a valid request")).await;
        let (parts, body) = response.expect("a router always answers").into_parts();
        let body = to_bytes(body, 1 << 22).await.expect("the page is small");
        let photo = &parts.headers[http::header::LINK];
        assert!(photo.to_str().is_ok_and(|link| link.starts_with("</photos/") && link.contains("as=image")));
        (parts.headers.get(http::header::CONTENT_ENCODING).cloned(), body)
    };
    for cookie in ["", "theme=dark", "theme=light"] {
        let (encoding, html) = ask("/", cookie, "gzip, br").await;
        assert_eq!(encoding, None, "the first to ask does not wait for it");
        let compressed = loop {
            let (encoding, body) = ask("/", cookie, "gzip, br").await;
            if encoding.is_some_and(|encoding| encoding == "br") {
                break body;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &compressed[..], &mut unpacked).expect("brotli");
        assert_eq!(unpacked, html, "{cookie}");
        assert_eq!(ask("/", cookie, "gzip").await, (None, html), "{cookie}");
        assert_eq!(ask("/?model=vit", cookie, "br").await.0, None, "another view is not the front page");
    }
}

#[tokio::test]
async fn a_chosen_theme_is_in_the_document() {
    for (cookie, expected) in
        [("theme=dark", "<html lang=\"en\" data-theme=\"dark\">"), ("a=b", "<html lang=\"en\">")]
    {
        let (_status, headers, html) = get(Fixed(Ok(page_state())), "/", ("cookie", cookie)).await;
        assert!(html.contains(expected), "{cookie}");
        assert_eq!(headers[http::header::VARY], "cookie");
    }
}

#[tokio::test]
async fn models_that_are_not_ready_are_said_to_be() {
    let error = ApiError { code: ErrorCode::NotReady, message: "The models are being <loaded>.".to_owned() };
    let (status, headers, html) = get(Fixed(Err(error)), "/", ("accept", "text/html")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(headers.contains_key(http::header::RETRY_AFTER));
    assert!(html.contains("The models are being &lt;loaded&gt;."));
}

#[tokio::test]
async fn files_are_kept_for_ever_and_failures_are_not() {
    let source = Fixed(Ok(page_state()));
    let (status, headers, body) = get(source.clone(), "/static/style.css", ("accept-encoding", "br")).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "smaller"));
    assert_eq!(headers[http::header::CONTENT_ENCODING], "br");
    assert!(headers[http::header::CACHE_CONTROL].to_str().is_ok_and(|value| value.contains("immutable")));
    let (_status, headers, _body) = get(source.clone(), "/static/app_bg.wasm", ("accept", "*/*")).await;
    assert_eq!(headers[http::header::CONTENT_TYPE], "application/wasm");
    let (status, headers, _body) = get(source.clone(), "/static/gone.js", ("accept", "*/*")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(!headers.contains_key(http::header::CACHE_CONTROL));
    let (status, _headers, body) = get(source, "/favicon.svg", ("accept", "*/*")).await;
    assert!(status == StatusCode::OK && body.starts_with("<svg"));
}

#[tokio::test]
async fn a_site_that_lacks_a_file_is_refused() {
    let directory = TempDir::new().expect("a temporary folder can be made");
    assert!(matches!(Site::open(directory.path()), Err(SiteError::Unreadable { .. })));
    std::fs::write(directory.path().join("manifest.json"), "{\"style.css\":\"s.css\"}")
        .expect("it can be written");
    assert!(matches!(Site::open(directory.path()), Err(SiteError::FileMissing { .. })));
}
