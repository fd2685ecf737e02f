//! An explorer that trains: small synthetic models, made-up data sets, a folder of its own, and who has the token.

use std::path::Path;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use futures::StreamExt;
use serde::Serialize;
use server::runs::{AdminToken, NamedDataset, TrainingSettings};
use shared::ModelSlot;
use shared::dataset::{DatasetListing, DatasetState};
use shared::route;
use shared::training::{
    HeadRecipe, Method as FitMethod, PhotoChoice, RunEvent, RunRequest, RunState, RunStatus, Schedule,
};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::explorer::{Answer, Settings, TestExplorer};
use crate::photo_folders::photo_folders;

/// Opens everything on these servers.
pub const TOKEN: &str = "the token of these tests";
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// An explorer that trains.
pub struct TrainingServer {
    /// The explorer.
    pub explorer: TestExplorer,
    /// What it was started with.
    pub settings: Settings,
}

/// What outlives a server: the folder of training and the data sets.
pub struct Place {
    /// Of training.
    pub folder: TempDir,
    datasets: Vec<(String, TempDir)>,
}

impl Place {
    /// With data sets of these names and classes.
    ///
    /// # Panics
    /// If no temporary folder can be written.
    pub fn new(datasets: &[(&str, &[(String, usize)])]) -> Self {
        let made = datasets.iter().map(|(name, classes)| ((*name).to_owned(), photo_folders(classes)));
        Self { folder: TempDir::new().expect("a temporary folder"), datasets: made.collect() }
    }

    /// Where a data set's class folders are.
    ///
    /// # Panics
    /// If there is none of that name.
    pub fn dataset(&self, name: &str) -> &Path {
        let found = self.datasets.iter().find(|(known, _folder)| known == name);
        found.expect("a data set of this place").1.path()
    }

    /// What a server here may do.
    pub fn settings(&self) -> Settings {
        self.settings_in(self.folder.path())
    }

    /// The same with another folder of training.
    ///
    /// # Panics
    /// Never: the token is long enough.
    pub fn settings_in(&self, folder: &Path) -> Settings {
        let datasets = self.datasets.iter();
        let datasets = datasets
            .map(|(name, folder)| NamedDataset { name: name.clone(), folder: folder.path().to_owned() });
        let training = TrainingSettings {
            admin_token: Some(AdminToken::new(TOKEN).expect("long enough")),
            folder: Some(folder.to_owned()),
            max_disk_bytes: 1_000_000_000,
            max_archive_bytes: 50_000_000,
            datasets: datasets.collect(),
        };
        Settings { training, ..Settings::default() }
    }
}

impl TrainingServer {
    /// A server with these settings whose data sets have been looked at.
    ///
    /// # Panics
    /// If they cannot be used.
    pub async fn start(settings: Settings) -> Self {
        let server = Self { explorer: TestExplorer::start(&settings), settings };
        for dataset in server.datasets().await {
            server.ready(&dataset.id).await;
        }
        server
    }

    /// Its data sets.
    pub async fn datasets(&self) -> Vec<DatasetListing> {
        self.explorer.get(route::DATASETS).await.json()
    }

    /// Waits until the files of a data set have been looked at.
    ///
    /// # Panics
    /// If it cannot be used.
    pub async fn ready(&self, id: &str) -> DatasetListing {
        let begun = Instant::now();
        loop {
            let dataset = self.datasets().await.into_iter().find(|dataset| dataset.id == id);
            let dataset = dataset.expect("it is there");
            match &dataset.state {
                DatasetState::Ready { .. } => return dataset,
                DatasetState::Failed { message } => panic!("{message}"),
                DatasetState::Reading { .. } => assert!(begun.elapsed() < PATIENCE, "{id} is never ready"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Sends a request with the token.
    pub async fn admin(&self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        self.explorer.send(admin(method, path, body)).await
    }

    /// Sends JSON with the token.
    ///
    /// # Panics
    /// If it is none.
    pub async fn admin_json(&self, method: Method, path: &str, body: &impl Serialize) -> Answer {
        let body = serde_json::to_vec(body).expect("plain data");
        let mut request = admin(method, path, body);
        request.headers_mut().insert("content-type", "application/json".parse().expect("a header"));
        self.explorer.send(request).await
    }

    /// Asks for a run that is accepted.
    ///
    /// # Panics
    /// If it is not.
    pub async fn ask(&self, request: &RunRequest) -> RunStatus {
        let answer = self.admin_json(Method::POST, route::RUNS, request).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.json()
    }

    /// How a run stands.
    pub async fn status(&self, id: &str) -> RunStatus {
        self.explorer.get(&route::run(route::RUN, id, "")).await.json()
    }

    /// Sends a run a word: stop or resume.
    pub async fn tell(&self, pattern: &str, id: &str) -> Answer {
        self.admin(Method::POST, &route::run(pattern, id, ""), Body::empty()).await
    }

    /// Watches a run to its end, or until an event that is waited for.
    ///
    /// # Panics
    /// If neither comes, or an event cannot be read.
    pub async fn watch(&self, id: &str, mut is_last: impl FnMut(&RunEvent) -> bool) -> Vec<RunEvent> {
        let request = Request::get(route::run(route::RUN_EVENTS, id, "")).body(Body::empty());
        let router = self.explorer.router.clone();
        let response = router.oneshot(request.expect("a valid request")).await.expect("it answers");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut chunks = response.into_body().into_data_stream();
        let (mut text, mut events) = (String::new(), Vec::new());
        let reading = async {
            while let Some(chunk) = chunks.next().await {
                text.push_str(&String::from_utf8_lossy(&chunk.expect("it does not break off")));
                while let Some((message, rest)) = text.split_once("\n\n") {
                    let event = read_event(message);
                    text = rest.to_owned();
                    let Some(event) = event else { continue };
                    let ends = is_last(&event);
                    events.push(event);
                    if ends {
                        return;
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("the events come in time");
        events
    }

    /// Waits until a run has ended.
    pub async fn ended(&self, id: &str) -> RunStatus {
        self.watch(id, |_event| false).await;
        self.status(id).await
    }

    /// Waits until a run is done.
    ///
    /// # Panics
    /// If it ends otherwise.
    pub async fn done(&self, id: &str) -> RunStatus {
        let status = self.ended(id).await;
        assert!(matches!(status.state, RunState::Done { .. }), "{:?}", status.state);
        status
    }

    /// A file of a run.
    ///
    /// # Panics
    /// If it has none of that name.
    pub async fn file(&self, id: &str, name: &str) -> Vec<u8> {
        let answer = self.explorer.get(&route::run(route::RUN_FILE, id, name)).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {:?}", answer.body);
        answer.body.to_vec()
    }
}

/// A request with the token.
///
/// # Panics
/// If the path is none.
pub fn admin(method: Method, path: &str, body: impl Into<Body>) -> Request<Body> {
    let request =
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {TOKEN}"));
    request.body(body.into()).expect("a valid request")
}

/// So many classes with so many photos each.
pub fn classes(count: usize, photos: usize) -> Vec<(String, usize)> {
    (0..count).map(|index| (format!("{index:03}.thing-{index}"), photos)).collect()
}

/// A head for the ViT, step by step.
pub fn head_request(dataset: &str, epochs: u64) -> RunRequest {
    let schedule = Schedule { epochs, batch_size: 8, patience: None, ..Schedule::default() };
    let recipe = HeadRecipe { method: FitMethod::Gradient(schedule), ..HeadRecipe::default() };
    RunRequest::Head { photos: photos(dataset), backbone: ModelSlot::Vit, recipe, fine_tuning: None }
}

/// A head for a model, at once.
pub fn ridge_request(dataset: &str, backbone: ModelSlot) -> RunRequest {
    let recipe = HeadRecipe { method: FitMethod::Ridge { penalty: None }, ..HeadRecipe::default() };
    RunRequest::Head { photos: photos(dataset), backbone, recipe, fine_tuning: None }
}

/// A data set, divided as usual.
pub fn photos(dataset: &str) -> PhotoChoice {
    PhotoChoice {
        dataset: dataset.to_owned(),
        test_dataset: None,
        seed: 3,
        validation_percent: 20.0,
        test_percent: 20.0,
    }
}

/// An event and the name that it was sent under; comments keep a connection alive.
fn read_event(message: &str) -> Option<RunEvent> {
    let field = |name: &str| message.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let data = field("data:")?;
    let event: RunEvent = serde_json::from_str(data).expect("an event of a run");
    assert_eq!(field("event:"), Some(event.name()));
    Some(event)
}
