//! The page of training and the reports of runs as the server sends them, before any script.

use std::future::ready;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use server::http::assets::Site;
use server::http::training_pages::{self, TrainingSource};
use shared::page::TrainingPageState;
use shared::training::{RunResult, RunState, RunStatus};
use shared::{ApiError, ErrorCode, ModelSlot};
use tempfile::TempDir;
use tests::site;
use tests::training_states::{DONE_RUN, efficiency_result, head_result, status, training_state};
use tower::ServiceExt;

#[derive(Clone)]
struct Fixed {
    state: Result<TrainingPageState, ApiError>,
    result: RunResult,
}

impl TrainingSource for Fixed {
    fn training_state(&self) -> impl Future<Output = Result<TrainingPageState, ApiError>> + Send {
        ready(self.state.clone())
    }

    fn run_report(&self, id: &str) -> impl Future<Output = Result<(RunStatus, RunResult), ApiError>> + Send {
        let done = RunState::Done { head_id: None, top1: None, seconds: 1.0 };
        let unknown =
            ApiError { code: ErrorCode::TrainingUnknown, message: "There is no run <x>.".to_owned() };
        let is_known = id == DONE_RUN;
        ready(is_known.then(|| (status(DONE_RUN, ModelSlot::Vit, done), self.result.clone())).ok_or(unknown))
    }
}

impl Default for Fixed {
    fn default() -> Self {
        Self { state: Ok(training_state()), result: head_result() }
    }
}

async fn get(source: Fixed, path: &str, cookie: &str) -> (StatusCode, String) {
    let directory = TempDir::new().expect("a temporary folder can be made");
    site::write(directory.path());
    let site = Site::open(directory.path()).expect("the site is complete");
    let router: Router = training_pages::router(source, site.document_assets.clone());
    let request =
        Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).expect("a valid request");
    let response = router.oneshot(request).await.expect("a router always answers");
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 24).await.expect("the page is small");
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

/// Nothing that the security policy refuses, and no label as markup.
fn assert_clean(html: &str) {
    assert!(!html.contains(" style=\"") && !html.contains("<style"), "an inline style");
    assert!(
        !html.contains("<of>") && !html.contains("<very>") && !html.contains("a/<b>"),
        "a label became markup"
    );
}

#[tokio::test]
async fn the_page_says_what_the_server_has() {
    let (status, html) = get(Fixed::default(), "/training", "theme=dark").await;
    assert_eq!(status, StatusCode::OK);
    assert_clean(&html);
    assert!(html.contains("<html lang=\"en\" data-theme=\"dark\">"));
    let (visible, data) = html.split_once("id=\"page-state\">").expect("the state is there");
    for expected in [
        "Raw Data",
        "Preprocessing",
        "Backbone",
        "Head",
        "Logits",
        "animals &lt;of&gt; all kinds",
        "waits for 1 run",
        "50.0",
        "/training/runs/run-1",
    ] {
        assert!(visible.contains(expected), "{expected}");
    }
    let scripts: Vec<&str> =
        html.split("<script").skip(1).filter_map(|script| script.split('>').next()).collect();
    let [script, block] = scripts[..] else { panic!("{scripts:?}") };
    assert!(script.contains("src=\"/static/training.js\"") && block.contains("application/json"));
    let data = data.split("</script>").next().expect("it ends");
    let state: TrainingPageState = serde_json::from_str(data).expect("it holds the state");
    assert_eq!(state, training_state());
}

#[tokio::test]
async fn a_server_that_does_not_train_says_how_it_would() {
    let mut state = training_state();
    state.overview.is_enabled = false;
    state.overview.runs.clear();
    state.datasets.clear();
    let (_status, html) = get(Fixed { state: Ok(state), ..Fixed::default() }, "/training", "").await;
    for expected in ["--dataset", "--admin-token", "No head has been trained", "This server has no data set"]
    {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(!html.contains("id=\"admin-token\""), "there is no token to be asked for");
}

#[tokio::test]
async fn models_that_are_not_ready_are_said_to_be() {
    let error = ApiError { code: ErrorCode::NotReady, message: "The models are being <loaded>.".to_owned() };
    let (status, html) = get(Fixed { state: Err(error), ..Fixed::default() }, "/training", "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(html.contains("The models are being &lt;loaded&gt;."));
}

#[tokio::test]
async fn a_report_of_a_head_holds_everything_and_needs_no_script() {
    let (status, html) = get(Fixed::default(), "/training/runs/run-1", "").await;
    assert_eq!(status, StatusCode::OK);
    assert_clean(&html);
    assert!(!html.contains("<script"));
    for expected in [
        "ViT-S/16 on animals",
        "head-1",
        "0123abcd",
        "feedbeef",
        "a/&lt;b&gt;.png",
        "AdamW",
        "class 256",
        "CPU, 2 threads",
        "2000-02-29",
        "ImageNet",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(html.matches("class=\"chart-line\"").count() >= 6, "the curves and the calibration are drawn");
    let (_before, confusion) = html.split_once("Most frequent wrong answers").expect("they are listed");
    let confusion = confusion.split("</table>").next().unwrap_or_default();
    assert!(confusion.contains("class 3") && confusion.contains("class 4"), "the one wrong answer is listed");
}

#[tokio::test]
async fn a_report_of_curves_says_what_the_trunks_have_seen() {
    let source = Fixed { result: efficiency_result(), ..Fixed::default() };
    let (_status, html) = get(source, "/training/runs/run-1", "").await;
    assert_clean(&html);
    assert!(html.contains("These &lt;very&gt; photos") && html.contains("its card does not say"));
    assert!(html.contains("What it cannot show"));
    assert_eq!(html.matches("class=\"chart-span\"").count(), 2, "both curves have their intervals");
}

#[tokio::test]
async fn a_report_that_is_not_there_says_so() {
    let (status, html) = get(Fixed::default(), "/training/runs/gone", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(html.contains("There is no run &lt;x&gt;.") && html.contains("href=\"/training\""));
}
