//! A whole explorer with small synthetic models, to be asked without a socket: the routes, the memory for pictures, the queue and the
//! worker are the real ones.

use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use candle_core::{Device, Tensor};
use image::{ImageFormat, Rgb, RgbImage};
use serde::de::DeserializeOwned;
use server::cache::CacheLimits;
use server::http::assets::Site;
use server::http::{Explorer, HttpOptions, Loaded, build_router};
use server::images::ImageLimits;
use server::inference::{DeviceModels, Inference, InferenceLimits};
use server::models::preprocess::DecodeLimits;
use server::models::registry::LoadedModel;
use server::models::{Backbone, ParameterSource};
use server::runs::{Training, TrainingSettings};
use server::samples::{self, SamplePhoto};
use server::telemetry::Metrics;
use shared::architecture::{BlockKind, ResNetConfig};
use shared::{
    ApiError, ApiErrorBody, ArchitectureConfig, CheckpointInfo, CkaMatrix, ImageInfo, Interpolation,
    LongerSide, ModelInfo, ModelSlot, Predictions, Preprocessing, Resize, route,
};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::{configurations, site, synthetic};

const HOUR: Duration = Duration::from_secs(3600);
/// Larger than any answer of these tests.
const MAX_ANSWER_BYTES: usize = 1 << 26;

/// What an explorer of a test may cost, and how large its ResNet's input is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Limits of requests.
    pub http: HttpOptions,
    /// Limits of pictures.
    pub images: ImageLimits,
    /// Limits of the models.
    pub inference: InferenceLimits,
    /// Side of the ResNet's input; a large one makes a slow model.
    pub resnet_side: usize,
    /// What may be trained.
    pub training: TrainingSettings,
}

/// The program's own defaults.
impl Default for Settings {
    fn default() -> Self {
        let cache = CacheLimits { max_bytes: 256_000_000, idle_time: HOUR };
        Self {
            http: HttpOptions {
                max_upload_bytes: 20_000_000,
                uploads_memory_bytes: 256_000_000,
                request_timeout: Duration::from_secs(30),
                frame_ancestors: "'none'".to_owned(),
            },
            images: ImageLimits { decode: DecodeLimits::default(), cache, num_decoders: 2 },
            inference: InferenceLimits { queue_length: 64, batch_size: 8, cache },
            resnet_side: 64,
            training: TrainingSettings::default(),
        }
    }
}

/// An explorer and the folder that its site is in.
pub struct TestExplorer {
    /// Its routes.
    pub router: Router,
    /// The explorer itself.
    pub explorer: Explorer,
    _site: TempDir,
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Of the answer.
    pub status: StatusCode,
    /// Of the answer.
    pub headers: HeaderMap,
    /// Complete.
    pub body: Bytes,
}

impl TestExplorer {
    /// An explorer whose models answer.
    ///
    /// # Panics
    /// If the synthetic models do not run.
    pub fn start(settings: &Settings) -> Self {
        let explorer = Self::without_models(settings);
        explorer.load_models(settings);
        explorer
    }

    /// An explorer whose models are still to come.
    ///
    /// # Panics
    /// If the repository's assets are incomplete.
    pub fn without_models(settings: &Settings) -> Self {
        let directory = TempDir::new().expect("a temporary folder can be made");
        site::write(directory.path());
        let site = Site::open(directory.path()).expect("the site is complete");
        let training = Training::open(settings.training.clone()).expect("a folder of its own");
        let explorer =
            Explorer::with_training(settings.http.clone(), PHOTOS.clone(), Metrics::new(), training);
        let router = build_router(&explorer, &site, assets()).expect("plain frame ancestors");
        Self { router, explorer, _site: directory }
    }

    /// Lets the models answer from now on.
    ///
    /// # Panics
    /// If the synthetic models do not run.
    pub fn load_models(&self, settings: &Settings) {
        self.load_models_with(settings, None);
    }

    /// Lets the models answer from now on, with what was measured of their layers.
    ///
    /// # Panics
    /// If the synthetic models do not run.
    pub fn load_models_with(&self, settings: &Settings, cka: Option<CkaMatrix>) {
        let models = models(settings.resnet_side);
        let devices = vec![DeviceModels { device: Device::Cpu, models }];
        let inference = Inference::start(devices, settings.inference, self.explorer.metrics());
        let inference = inference.expect("the models run");
        let loaded =
            Loaded::new(inference, settings.images, self.explorer.samples()).expect("the samples decode");
        self.explorer.provide(loaded.with_cka(cka));
    }

    /// Sends any request.
    ///
    /// # Panics
    /// If the answer breaks off.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        send(self.router.clone(), request).await
    }

    /// Asks for a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(get(path)).await
    }

    /// Sends a file as the body.
    pub async fn post(&self, bytes: impl Into<Body>) -> Answer {
        self.send(post(bytes)).await
    }

    /// Sends a picture that is taken in.
    ///
    /// # Panics
    /// If it is not.
    pub async fn upload(&self, bytes: Vec<u8>) -> ImageInfo {
        let answer = self.post(bytes).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.json()
    }

    /// All classes of a model's answer.
    ///
    /// # Panics
    /// If there is none.
    pub async fn predict(&self, image_id: &str, slot: ModelSlot) -> Predictions {
        self.get(&route::predictions(image_id, slot, None)).await.json()
    }

    /// A number of `/metrics`, such as `backbone_explorer_queue_length`; 0 where it is not there yet.
    ///
    /// # Panics
    /// If the line holds no number.
    pub async fn metric(&self, name_and_labels: &str) -> f64 {
        let answer = self.get(route::METRICS).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let mut values =
            text.lines().filter_map(|line| line.strip_prefix(name_and_labels)?.strip_prefix(' '));
        values.next().map_or(0.0, |value| value.parse().expect("a number"))
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// If the request failed or the body is something else.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{}: {:?}", self.status, self.body);
        serde_json::from_slice(&self.body).expect("the JSON that was asked for")
    }

    /// The failure, which must be in the one shape.
    ///
    /// # Panics
    /// If it is not.
    pub fn error(&self) -> ApiError {
        assert!(!self.status.is_success(), "{}: {:?}", self.status, self.body);
        let content_type = self.headers.get("content-type").map(|value| value.as_bytes());
        assert_eq!(content_type, Some(b"application/json".as_slice()), "{}: {:?}", self.status, self.body);
        let body: ApiErrorBody = serde_json::from_slice(&self.body).expect("a failure in the one shape");
        assert!(body.error.message.len() > 25, "a sentence that helps, not {}", body.error.message);
        body.error
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as an array of f32.
    ///
    /// # Panics
    /// If the request failed or the body is no `.npy` file of that kind.
    pub fn array(&self) -> Tensor {
        assert!(self.status.is_success(), "{}: {:?}", self.status, self.body);
        let file = TempDir::new().expect("a temporary folder can be made");
        let path = file.path().join("array.npy");
        std::fs::write(&path, &self.body).expect("a temporary folder can be written");
        Tensor::read_npy(path).expect("candle's own reader takes it")
    }
}

/// Sends a request to these routes and waits for the whole answer.
///
/// # Panics
/// If the answer breaks off.
pub async fn send(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.expect("a router always answers");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, MAX_ANSWER_BYTES).await.expect("the answer is complete");
    Answer { status: parts.status, headers: parts.headers, body }
}

/// A request for a path.
///
/// # Panics
/// If the path is none.
pub fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("a valid path")
}

/// A request that sends a file.
///
/// # Panics
/// Never.
pub fn post(bytes: impl Into<Body>) -> Request<Body> {
    Request::post(route::IMAGES).body(bytes.into()).expect("a valid request")
}

/// A picture as PNG; another `seed` makes another picture.
///
/// # Panics
/// Never.
pub fn picture(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        Rgb([7_u32, 13, 29]
            .map(|step| ((x * step + y * (step + 4) + seed * 31 + (x / 8) * (y / 8)) % 256) as u8))
    };
    let mut file = Cursor::new(Vec::new());
    RgbImage::from_fn(width, height, pixel).write_to(&mut file, ImageFormat::Png).expect("a small PNG");
    file.into_inner()
}

/// The repository's assets.
pub fn assets() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets"))
}

/// The sample photos of the repository, read once.
static PHOTOS: LazyLock<Vec<SamplePhoto>> =
    LazyLock::new(|| samples::load(assets(), &DecodeLimits::default()).expect("the assets are complete"));

/// What a model is made of.
type Parts = (ArchitectureConfig, Backbone, Arc<dyn ParameterSource>);

/// The parts of the ResNet and of the ViT, made once.
static MODELS: LazyLock<[Parts; 2]> = LazyLock::new(|| {
    let vit = configurations::all().into_iter().find(|(name, _config)| *name == "vit_torchvision");
    let vit = vit.expect("it is one of them").1;
    [configurations::resnet(BlockKind::Basic, [1, 1, 1, 1]), vit].map(|architecture| {
        let weights = synthetic::weights(&architecture.graph()).expect("there is memory for a small model");
        let backbone = Backbone::load(&architecture, &weights, &Device::Cpu).expect("the weights fit");
        (architecture, backbone, Arc::new(weights) as Arc<dyn ParameterSource>)
    })
});

/// The synthetic ResNet, with an input of this side, and the synthetic ViT.
///
/// # Panics
/// If the weights do not fit.
pub fn models(resnet_side: usize) -> [LoadedModel; 2] {
    [resnet(resnet_side), vit()]
}

fn vit() -> LoadedModel {
    let (architecture, backbone, weights) = MODELS[1].clone();
    let preprocessing = Preprocessing {
        longer_side: LongerSide::Truncated,
        resize: Resize::Squash { width: 64, height: 64 },
        interpolation: Interpolation::Bicubic,
        crop_size: architecture.image_size(),
        mean: [0.5; 3],
        std: [0.5; 3],
    };
    LoadedModel { info: info(ModelSlot::Vit, architecture, preprocessing), backbone, weights }
}

fn resnet(side: usize) -> LoadedModel {
    let (architecture, mut backbone, weights) = MODELS[0].clone();
    let ArchitectureConfig::Resnet(config) = architecture else { unreachable!("the first is the ResNet") };
    let architecture = ArchitectureConfig::Resnet(ResNetConfig { image_size: side, ..config.clone() });
    if side != config.image_size {
        backbone =
            Backbone::load(&architecture, &*weights, &Device::Cpu).expect("weights know no image size");
    }
    let preprocessing = Preprocessing {
        resize: Resize::ShorterSide { size: side + side / 8 },
        crop_size: side,
        ..Preprocessing::default()
    };
    LoadedModel { info: info(ModelSlot::Resnet, architecture, preprocessing), backbone, weights }
}

fn info(slot: ModelSlot, architecture: ArchitectureConfig, preprocessing: Preprocessing) -> ModelInfo {
    ModelInfo {
        slot,
        name: architecture.name(),
        checkpoint: CheckpointInfo {
            id: format!("{slot}-checkpoint"),
            source: "synthetic".to_owned(),
            ..CheckpointInfo::default()
        },
        preprocessing,
        // One fewer than there are classes: the last has to be named by its position.
        labels: (1..architecture.num_classes()).map(|index| format!("thing {index}")).collect(),
        label_source: "the test".to_owned(),
        device: "CPU".to_owned(),
        architecture,
    }
}
