//! What every request can reach: the samples from the start, pictures and models once these are loaded. The page's first state
//! is put together here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue};
use shared::{ApiError, CHECKPOINTS_HEADER, ModelSlot, PageState};
use tokio::sync::{Mutex, MutexGuard, OwnedSemaphorePermit, Semaphore, watch};

use super::admin::Gate;
use super::error::Failure;
use super::loaded::Loaded;
use super::pages::PageSource;
use crate::cache::{BoundedCache, CacheLimits};
use crate::models::checkpoint::head::HeadFile;
use crate::runs::Training;
use crate::samples::SamplePhoto;
use crate::telemetry::{Metrics, Snapshot};

/// What the router needs to know beside what it serves.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Largest upload.
    pub max_upload_bytes: u64,
    /// Memory of all uploads that are being received.
    pub uploads_memory_bytes: u64,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// Who may show the page in a frame, in the security policy's words.
    pub frame_ancestors: String,
}

/// The explorer as its routes see it. A clone is the same explorer.
#[derive(Clone)]
pub struct Explorer(Arc<State>);

struct State {
    options: HttpOptions,
    metrics: Metrics,
    samples: Vec<SamplePhoto>,
    training: Arc<Training>,
    gate: Gate,
    /// Room for uploads that are being received, in units of [`UPLOAD_UNIT`].
    upload_room: Arc<Semaphore>,
    /// Experiments that may still begin.
    experiment_places: Arc<Semaphore>,
    /// Whether experiments have to end.
    stops_experiments: watch::Sender<bool>,
    loaded: RwLock<Option<Arc<Loaded>>>,
    /// Counts what was loaded: what was made of an earlier one is out of date.
    generation: AtomicU64,
    /// Held while a head is swapped: one after another.
    swapping: Mutex<()>,
    /// Of photos of data sets, by the photo's hash and the side.
    thumbnails: BoundedCache<(String, u32), Bytes>,
}

/// Bytes that one permit of the room for uploads stands for.
const UPLOAD_UNIT: u64 = 1024;

/// Experiments that run at the same time. Each has one question before the models at any moment.
const MAX_EXPERIMENTS: usize = 4;

/// Memory of thumbnails.
const THUMBNAILS: CacheLimits = CacheLimits { max_bytes: 32_000_000, idle_time: Duration::from_secs(3600) };

impl Explorer {
    /// An explorer that shows these samples, whose models are still to come.
    pub fn new(options: HttpOptions, samples: Vec<SamplePhoto>, metrics: Metrics) -> Self {
        Self::with_training(options, samples, metrics, Training::off())
    }

    /// The same with data sets and runs.
    pub fn with_training(
        options: HttpOptions,
        samples: Vec<SamplePhoto>,
        metrics: Metrics,
        training: Arc<Training>,
    ) -> Self {
        let units =
            (options.uploads_memory_bytes.max(options.max_upload_bytes) / UPLOAD_UNIT).saturating_add(1);
        let upload_room = usize::try_from(units).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self(Arc::new(State {
            options,
            metrics,
            samples,
            gate: Gate::new(training.settings().admin_token.clone()),
            training,
            upload_room: Arc::new(Semaphore::new(upload_room)),
            experiment_places: Arc::new(Semaphore::new(MAX_EXPERIMENTS)),
            stops_experiments: watch::Sender::new(false),
            loaded: RwLock::default(),
            generation: AtomicU64::new(0),
            swapping: Mutex::default(),
            thumbnails: BoundedCache::new(THUMBNAILS),
        }))
    }

    /// From here on these models answer, and runs get theirs. Requests that have begun end with those that they began with.
    pub fn provide(&self, loaded: Loaded) {
        let models = loaded.inference.models_at_start();
        self.put(Arc::new(loaded));
        // Runs belong to this explorer and must not keep it.
        let state = Arc::downgrade(&self.0);
        let is_busy = move || {
            let loaded = state.upgrade().and_then(|state| Self(state).loaded().ok());
            loaded.is_some_and(|loaded| loaded.inference.is_busy())
        };
        self.0.training.start_runs(models, Arc::new(is_busy));
    }

    /// Models and pictures at this moment; to be asked for once in a request.
    ///
    /// # Errors
    /// The models are not loaded yet.
    pub fn loaded(&self) -> Result<Arc<Loaded>, Failure> {
        let loaded = self.0.loaded.read().expect("no holder of this lock panics");
        loaded.clone().ok_or(Failure::NotReady)
    }

    /// The same for a question that may say which checkpoints it is asked of, so that a page never mixes what two heads answer.
    ///
    /// # Errors
    /// The models are not loaded yet, or one of them has another head by now.
    pub fn loaded_for(&self, headers: &HeaderMap) -> Result<Arc<Loaded>, Failure> {
        let loaded = self.loaded()?;
        let is_other = |asked: &HeaderValue| asked.as_bytes() != loaded.checkpoint_ids().as_bytes();
        if headers.get(CHECKPOINTS_HEADER).is_some_and(is_other) {
            return Err(Failure::HeadChanged);
        }
        Ok(loaded)
    }

    /// Has a model answer with another head, or with that of the start, for all visitors. The new one answers about the samples before
    /// it takes the old one's place; a failure leaves everything as it was. One swap after another.
    ///
    /// # Errors
    /// The head does not go with the model, or the models are not loaded or do not answer.
    pub async fn use_head(&self, slot: ModelSlot, head: Option<HeadFile>) -> Result<Arc<Loaded>, Failure> {
        let _turn = self.swap_turn().await;
        let old = self.loaded()?;
        let now = old.clone();
        let inference = tokio::task::spawn_blocking(move || now.inference.with_head(slot, head.as_ref()));
        let inference = inference.await.map_err(|panic| Failure::Internal(panic.to_string()))?;
        let inference = inference.map_err(Failure::of_head)?;
        let loaded = Arc::new(old.with_inference(inference));
        loaded.answer_samples(&self.0.samples).await?;
        self.put(Arc::clone(&loaded));
        Ok(loaded)
    }

    /// Held by who needs that no head is swapped meanwhile.
    pub async fn swap_turn(&self) -> MutexGuard<'_, ()> {
        self.0.swapping.lock().await
    }

    fn put(&self, loaded: Arc<Loaded>) {
        let mut place = self.0.loaded.write().expect("no holder of this lock panics");
        *place = Some(loaded);
        self.0.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// Data sets and runs.
    pub fn training(&self) -> &Arc<Training> {
        &self.0.training
    }

    /// Thumbnails of photos of data sets.
    pub fn thumbnails(&self) -> &BoundedCache<(String, u32), Bytes> {
        &self.0.thumbnails
    }

    /// Who may change something.
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// Limits.
    pub fn options(&self) -> &HttpOptions {
        &self.0.options
    }

    /// Where requests are counted.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// The photos that ship with the explorer.
    pub fn samples(&self) -> &[SamplePhoto] {
        &self.0.samples
    }

    /// Room for an upload of this size, held until the permit is dropped.
    ///
    /// # Errors
    /// There is none at the moment.
    pub fn reserve_upload(&self, size_bytes: u64) -> Result<OwnedSemaphorePermit, Failure> {
        let units = u32::try_from(size_bytes.div_ceil(UPLOAD_UNIT)).unwrap_or(u32::MAX);
        Arc::clone(&self.0.upload_room).try_acquire_many_owned(units).map_err(|_full| Failure::UploadsFull)
    }

    /// A place for an experiment, held until the permit is dropped.
    ///
    /// # Errors
    /// As many run as may.
    pub fn begin_experiment(&self) -> Result<OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.0.experiment_places).try_acquire_owned().map_err(|_full| Failure::ExperimentsFull)
    }

    /// Ends all experiments, so that nobody waits for them while the process stops.
    pub fn stop_experiments(&self) {
        self.0.stops_experiments.send_replace(true);
    }

    /// Resolves once experiments have to end.
    pub async fn experiments_stopped(&self) {
        let mut stops = self.0.stops_experiments.subscribe();
        // The sender lives as long as this explorer.
        _ = stops.wait_for(|stops| *stops).await;
    }

    /// The process at this moment.
    pub fn snapshot(&self) -> Snapshot {
        self.loaded().map_or_else(
            |_not_ready| Snapshot::default(),
            |loaded| Snapshot {
                queue_length: loaded.inference.queue_length(),
                image_bytes: loaded.images.size_bytes(),
                activation_bytes: loaded.inference.activations_bytes(),
                is_ready: true,
                runs_under_way: self.0.training.num_under_way(),
            },
        )
    }

    /// Lets go of pictures and answers that were not asked for in time.
    pub fn drop_idle(&self) {
        if let Ok(loaded) = self.loaded() {
            loaded.images.drop_idle();
            loaded.inference.drop_idle();
        }
        self.0.thumbnails.drop_idle();
    }

    /// Asks both models about every sample, so that no visitor waits for these answers.
    ///
    /// # Errors
    /// A model does not answer.
    pub async fn answer_samples(&self) -> Result<(), Failure> {
        self.loaded()?.answer_samples(&self.0.samples).await
    }

    async fn first_state(&self, sample: Option<&str>) -> Result<PageState, Failure> {
        let loaded = self.loaded()?;
        let index = self.0.samples.iter().position(|photo| Some(photo.sample.name.as_str()) == sample);
        let specimen = loaded.sample_answer(&self.0.samples, index.unwrap_or(0)).await?;
        Ok(PageState {
            resnet: loaded.inference.model(ModelSlot::Resnet).info.clone(),
            vit: loaded.inference.model(ModelSlot::Vit).info.clone(),
            samples: self.0.samples.iter().map(|photo| photo.sample.clone()).collect(),
            specimen,
            max_upload_bytes: self.0.options.max_upload_bytes,
        })
    }
}

impl PageSource for Explorer {
    fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::SeqCst)
    }

    async fn page_state(&self, sample: Option<&str>) -> Result<PageState, ApiError> {
        self.first_state(sample).await.map_err(|failure| failure.to_api_error())
    }
}
