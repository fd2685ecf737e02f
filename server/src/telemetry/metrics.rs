//! The numbers of `/metrics`, in Prometheus's text format. Labels are routes, methods, statuses and models, never anything that a
//! visitor can make up, so their number is bounded.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use shared::ModelSlot;

/// Upper bounds in seconds: from an answer out of memory to a request that times out.
const DURATION_BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
const BATCH_BUCKETS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Which requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// The pattern that matched, or `unmatched`.
    pub route: String,
    /// Such as `GET`.
    pub method: String,
    /// Such as `200`.
    pub status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModelLabels {
    model: &'static str,
}

/// All numbers; a clone counts into the same ones.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Histograms<RouteLabels>,
    forward_seconds: Histograms<ModelLabels>,
    batch_images: Histograms<ModelLabels>,
    levels: Levels,
}

/// What is read off the process when it is asked for.
#[derive(Clone, Debug, Default)]
struct Levels {
    queue_length: Gauge,
    image_bytes: Gauge<u64, AtomicU64>,
    activation_bytes: Gauge<u64, AtomicU64>,
    ready: Gauge,
    runs_under_way: Gauge,
}

/// The state of the process at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Snapshot {
    /// Questions that wait for a model.
    pub queue_length: usize,
    /// Memory of the pictures.
    pub image_bytes: u64,
    /// Memory of the answers that are kept.
    pub activation_bytes: u64,
    /// Whether both models are loaded.
    pub is_ready: bool,
    /// Runs of training that wait or work.
    pub runs_under_way: usize,
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Arc::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(durations),
            forward_seconds: Family::new_with_constructor(durations),
            batch_images: Family::new_with_constructor(batch_sizes),
            levels: Levels::default(),
        };
        metrics.registry = Arc::new(metrics.register());
        metrics
    }

    /// Counts a request and what it took.
    pub fn observe_request(&self, labels: RequestLabels, duration: Duration) {
        let route = RouteLabels { route: labels.route.clone() };
        self.request_seconds.get_or_create(&route).observe(duration.as_secs_f64());
        self.requests.get_or_create(&labels).inc();
    }

    /// Counts a forward pass.
    pub fn observe_batch(&self, slot: ModelSlot, num_images: usize, forward_time: Duration) {
        let model = ModelLabels { model: slot.as_str() };
        self.forward_seconds.get_or_create(&model).observe(forward_time.as_secs_f64());
        self.batch_images.get_or_create(&model).observe(num_images as f64);
    }

    /// Everything in Prometheus's text format.
    ///
    /// # Errors
    /// A label cannot be written.
    pub fn write(&self, snapshot: Snapshot) -> Result<String, fmt::Error> {
        self.levels.queue_length.set(i64::try_from(snapshot.queue_length).unwrap_or(i64::MAX));
        self.levels.image_bytes.set(snapshot.image_bytes);
        self.levels.activation_bytes.set(snapshot.activation_bytes);
        self.levels.ready.set(i64::from(snapshot.is_ready));
        self.levels.runs_under_way.set(i64::try_from(snapshot.runs_under_way).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn register(&self) -> Registry {
        let mut registry = Registry::with_prefix("backbone_explorer");
        registry.register("requests", "Requests that were answered", self.requests.clone());
        registry.register_with_unit(
            "request_duration",
            "Until the head of an answer",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        registry.register_with_unit(
            "forward_duration",
            "A forward pass with what was copied out of it",
            Unit::Seconds,
            self.forward_seconds.clone(),
        );
        registry.register("batch_images", "Pictures of a forward pass", self.batch_images.clone());
        registry.register(
            "queue_length",
            "Questions that wait for a model",
            self.levels.queue_length.clone(),
        );
        let images = self.levels.image_bytes.clone();
        registry.register_with_unit("image_cache", "Memory of the pictures", Unit::Bytes, images);
        let activations = self.levels.activation_bytes.clone();
        registry.register_with_unit(
            "activation_cache",
            "Memory of the answers kept",
            Unit::Bytes,
            activations,
        );
        registry.register(
            "runs_under_way",
            "Runs of training that wait or work",
            self.levels.runs_under_way.clone(),
        );
        registry.register("ready", "1 once both models are loaded", self.levels.ready.clone());
        registry
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

fn durations() -> Histogram {
    Histogram::new(DURATION_BUCKETS)
}

fn batch_sizes() -> Histogram {
    Histogram::new(BATCH_BUCKETS)
}
