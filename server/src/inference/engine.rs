//! The front of the models: what is loaded, and the two ways to ask: what a node holds, and what a computation gives. What a
//! forward pass computed is kept in a bounded memory, so that looking at another node of the same picture runs no model.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use candle_core::Tensor;
use futures::FutureExt;
use futures::future::{BoxFuture, WeakShared};
use shared::{ModelSlot, NodeId};
use tokio::sync::oneshot;

use super::devices::DeviceModels;
use super::job::{Computation, InferenceError, Job, Observation, Observed, Work};
use super::model::Model;
use super::queue::Queue;
use super::trace::Trace;
use super::worker::Worker;
use crate::analysis::Array;
use crate::cache::{BoundedCache, CacheLimits};
use crate::images::{ImageId, ModelInput};
use crate::models::Backbone;
use crate::models::checkpoint::head::{HeadError, HeadFile};
use crate::telemetry::Metrics;

/// What the models may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InferenceLimits {
    /// Questions that may wait.
    pub queue_length: usize,
    /// Pictures that one forward pass takes.
    pub batch_size: usize,
    /// Memory of what forward passes computed.
    pub cache: CacheLimits,
}

/// One part in so many of the memory is for small answers, such as logits, which the tensors of other pictures must not
/// displace.
const SMALL_SHARE: u64 = 16;
/// The largest small answer.
const MAX_SMALL_BYTES: u64 = 16_384;

/// Whose forward pass. The fingerprint names the checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct TraceKey {
    fingerprint: String,
    image_id: ImageId,
}

/// A small answer's address.
type SmallKey = (TraceKey, NodeId);

/// A forward pass's address: the picture and the nodes that are asked for.
type PassKey = (TraceKey, Vec<NodeId>);

/// A forward pass that is waited for. Once nobody waits, its place in the queue is free.
type Pass = BoxFuture<'static, Result<Arc<Trace>, InferenceError>>;

/// What runs on each device.
struct Devices {
    /// When the process started.
    start: Arc<[DeviceModels]>,
    /// Now: a slot may have another head.
    now: Arc<[DeviceModels]>,
}

/// Loaded models and the threads that run them.
pub struct Inference {
    models: [Arc<Model>; 2],
    devices: Devices,
    limits: InferenceLimits,
    metrics: Metrics,
    queue: Arc<Queue>,
    traces: BoundedCache<TraceKey, Arc<Trace>>,
    small: BoundedCache<SmallKey, Observed>,
    /// Nodes of pictures that are being computed: who asks for the same waits for the same pass.
    under_way: Mutex<HashMap<PassKey, WeakShared<Pass>>>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

impl Inference {
    /// Starts a thread for each device; each holds both models, and all take from one queue. What is said of the models is taken
    /// from the first device.
    ///
    /// # Errors
    /// A model does not run on its device.
    ///
    /// # Panics
    /// Where there is no device.
    pub fn start(
        devices: Vec<DeviceModels>,
        limits: InferenceLimits,
        metrics: &Metrics,
    ) -> candle_core::Result<Self> {
        let devices: Arc<[DeviceModels]> = devices.into();
        Self::run(Devices { start: Arc::clone(&devices), now: devices }, limits, metrics)
    }

    /// The same with another head in a slot, or with the model of the start: threads, queue and memory are new ones, layers share their
    /// weights. This one goes on until it is dropped.
    ///
    /// # Errors
    /// The head was trained on another checkpoint or preprocessing, or a model does not run on its device.
    pub fn with_head(&self, slot: ModelSlot, head: Option<&HeadFile>) -> Result<Self, HeadError> {
        let Devices { start, now } = &self.devices;
        let now = now.iter().zip(start.iter()).map(|(now, start)| now.with_head(start, slot, head));
        let devices = Devices { start: Arc::clone(start), now: now.collect::<Result<_, _>>()? };
        Ok(Self::run(devices, self.limits, &self.metrics)?)
    }

    /// The models as they were when the process started, on each device.
    pub fn models_at_start(&self) -> Arc<[DeviceModels]> {
        Arc::clone(&self.devices.start)
    }

    fn run(devices: Devices, limits: InferenceLimits, metrics: &Metrics) -> candle_core::Result<Self> {
        let queue = Arc::new(Queue::new(limits.queue_length));
        let mut models = None;
        let mut workers = Vec::new();
        for DeviceModels { device, models: [resnet, vit] } in devices.now.iter().cloned() {
            let backbones = [resnet.backbone.clone(), vit.backbone.clone()];
            let described =
                models.get_or_insert_with(|| [resnet, vit].map(|model| Arc::new(Model::of(model))));
            let nodes = [0, 1].map(|index: usize| described[index].node_ids());
            let (max_images, metrics) = (limits.batch_size, metrics.clone());
            let worker = Worker { device, backbones, nodes, max_images, metrics };
            let sizes = [0, 1].map(|index: usize| described[index].info.architecture.image_size());
            worker.warm_up(sizes)?;
            let queue = Arc::clone(&queue);
            let name = format!("worker-{}", workers.len());
            let thread = thread::Builder::new().name(name).spawn(move || worker.run(&queue));
            workers.push(thread?);
        }
        let models = models.expect("models run on at least one device");
        let small_bytes = limits.cache.max_bytes / SMALL_SHARE;
        let of_bytes = |max_bytes| CacheLimits { max_bytes, ..limits.cache };
        let traces = BoundedCache::new(of_bytes(limits.cache.max_bytes - small_bytes));
        let small = BoundedCache::new(of_bytes(small_bytes));
        let under_way = Mutex::default();
        let (metrics, workers) = (metrics.clone(), Mutex::new(workers));
        Ok(Self { models, devices, limits, metrics, queue, traces, small, under_way, workers })
    }

    /// What is known of the model in a slot.
    pub fn model(&self, slot: ModelSlot) -> &Arc<Model> {
        let [resnet, vit] = &self.models;
        match slot {
            ModelSlot::Resnet => resnet,
            ModelSlot::Vit => vit,
        }
    }

    /// What a node holds for a picture, from memory or from a forward pass. Who stops waiting frees the place in the queue.
    ///
    /// # Errors
    /// There is no room in the queue, or the forward pass failed.
    pub async fn observe(
        &self,
        slot: ModelSlot,
        node: &NodeId,
        input: &Arc<ModelInput>,
    ) -> Result<Observed, InferenceError> {
        let small_key = (self.key(slot, input), node.clone());
        if let Some(observed) = self.small.get(&small_key) {
            return Ok(observed);
        }
        let trace = self.trace(slot, std::slice::from_ref(node), input).await?;
        let array = trace.array(node)?;
        let observed = Observed { array, queue_ms: trace.queue_ms, forward_ms: trace.forward_ms };
        let size_bytes = observed.array.size_bytes();
        if size_bytes <= MAX_SMALL_BYTES {
            self.small.insert(small_key, observed.clone(), size_bytes);
        }
        Ok(observed)
    }

    /// What several nodes hold for a picture, from memory or from one forward pass.
    ///
    /// # Errors
    /// As [`Inference::observe`].
    pub async fn observe_all(
        &self,
        slot: ModelSlot,
        nodes: &[NodeId],
        input: &Arc<ModelInput>,
    ) -> Result<Vec<Array>, InferenceError> {
        let trace = self.trace(slot, nodes, input).await?;
        let nodes = nodes.to_vec();
        let copying = tokio::task::spawn_blocking(move || trace.arrays(&nodes));
        // Fails only where the work panicked, which the panic hook has reported.
        copying.await.unwrap_or(Err(InferenceError::Failed))
    }

    /// What a computation with a model gives, such as a gradient. It gets the picture's input, `[1, 3, side, side]`, on the model's
    /// device, and has the device to itself. Nothing is kept. Who stops waiting frees the place in the queue.
    ///
    /// # Errors
    /// There is no room in the queue, or the computation failed.
    pub async fn compute<T: Send + 'static>(
        &self,
        slot: ModelSlot,
        input: &Arc<ModelInput>,
        compute: impl FnOnce(&Backbone, &Tensor) -> candle_core::Result<T> + Send + 'static,
    ) -> Result<T, InferenceError> {
        let (computation, answer) = Computation::new(compute);
        self.push(slot, input, Work::Compute(computation))?;
        answer.await.unwrap_or(Err(InferenceError::Failed))
    }

    /// Questions that wait.
    pub fn queue_length(&self) -> usize {
        self.queue.len()
    }

    /// Whether a question waits or is being answered.
    pub fn is_busy(&self) -> bool {
        self.queue.is_busy()
    }

    /// Memory of the answers that are kept.
    pub fn activations_bytes(&self) -> u64 {
        self.traces.size_bytes() + self.small.size_bytes()
    }

    /// Lets go of answers that were not asked for in time.
    pub fn drop_idle(&self) {
        self.traces.drop_idle();
        self.small.drop_idle();
    }

    /// Takes no more questions, answers those that wait, and ends the threads. Blocks until they ended.
    pub fn shut_down(&self) {
        self.queue.close();
        let workers = std::mem::take(&mut *self.workers.lock().expect("no holder of this lock panics"));
        for worker in workers {
            worker.join().expect("a worker catches what panics in it");
        }
    }

    /// What a forward pass left that observed at least these nodes: one of before, one that is under way for the same, or a new one, which is
    /// then kept.
    async fn trace(
        &self,
        slot: ModelSlot,
        nodes: &[NodeId],
        input: &Arc<ModelInput>,
    ) -> Result<Arc<Trace>, InferenceError> {
        let key = self.key(slot, input);
        let holds_all = |trace: &Arc<Trace>| nodes.iter().all(|node| trace.holds(node));
        if let Some(trace) = self.traces.get(&key).filter(holds_all) {
            return Ok(trace);
        }
        let address = (key, nodes.to_vec());
        let pass = {
            let mut under_way = self.under_way.lock().expect("no holder of this lock panics");
            match under_way.get(&address).and_then(WeakShared::upgrade) {
                Some(pass) => pass,
                None => {
                    let (reply, answer) = oneshot::channel();
                    let observation = Observation { nodes: nodes.to_vec(), reply };
                    self.push(slot, input, Work::Observe(observation))?;
                    let pass = async { answer.await.unwrap_or(Err(InferenceError::ShuttingDown)) };
                    let pass = pass.boxed().shared();
                    under_way.retain(|_address, pass| pass.upgrade().is_some());
                    under_way.extend(pass.downgrade().map(|pass| (address.clone(), pass)));
                    pass
                }
            }
        };
        let trace = pass.await?;
        let known = self.traces.get(&address.0).filter(|known| !known.is_within(&trace));
        let kept = known.map_or_else(|| Arc::clone(&trace), |known| Arc::new(trace.with(&known)));
        self.traces.insert(address.0, Arc::clone(&kept), kept.size_bytes());
        Ok(trace)
    }

    fn key(&self, slot: ModelSlot, input: &ModelInput) -> TraceKey {
        TraceKey { fingerprint: self.model(slot).fingerprint.clone(), image_id: input.image_id }
    }

    fn push(&self, slot: ModelSlot, input: &Arc<ModelInput>, work: Work) -> Result<(), InferenceError> {
        let answer = self.model(slot).graph.nodes.last().map(|node| &node.id);
        let is_for_answer = matches!(&work, Work::Observe(observation) if observation.nodes.iter().all(|node| Some(node) == answer));
        let (input, asked_at) = (Arc::clone(input), Instant::now());
        self.queue.push(Job { slot, is_for_answer, input, asked_at, work })
    }
}

impl Drop for Inference {
    fn drop(&mut self) {
        self.queue.close();
    }
}
