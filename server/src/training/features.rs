//! Pictures through a frozen backbone, up to its head: decoded and prepared on threads of their own while the model runs on the batch
//! before, and kept in shards as they come.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use candle_core::Device;
use rayon::prelude::*;
use shared::training::Progress;
use shared::{ModelInfo, Preprocessing, SkippedFile};

use super::error::TrainingError;
use super::feature_store::FeatureStore;
use crate::dataset::{Dataset, Picture, read_picture_file};
use crate::device::{to_device, to_host};
use crate::models::Backbone;
use crate::models::preprocess::{DecodeLimits, crop_resized, decode, normalise};
use crate::models::registry::LoadedModel;
use crate::stop_flag::StopFlag;

/// Batches that are prepared ahead.
const BATCHES_AHEAD: usize = 2;

/// A frozen model. Whoever owns a model can lend it; a clone of its backbone shares the weights.
#[derive(Clone, Copy)]
pub struct Trunk<'a> {
    /// What is said of it.
    pub info: &'a ModelInfo,
    /// Its layers.
    pub backbone: &'a Backbone,
    /// Where they are.
    pub device: &'a Device,
}

/// How pictures go through a backbone.
#[derive(Clone, Copy, Debug)]
pub struct Extraction {
    /// Pictures of a forward pass.
    pub batch_size: NonZeroUsize,
    /// Pictures of a file in the cache: what is lost at most when a run is killed.
    pub shard_size: NonZeroUsize,
    /// Threads that decode.
    pub num_decoders: NonZeroUsize,
}

/// Rows of features by the content of their pictures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeatureTable {
    num_features: usize,
    contents: Vec<String>,
    rows: HashMap<String, usize>,
    values: Vec<f32>,
}

/// Features, and how they came.
#[derive(Debug)]
pub struct Extracted {
    /// By content.
    pub table: FeatureTable,
    /// Pictures that the backbone was run on.
    pub num_computed: u64,
    /// What that took.
    pub seconds: f64,
    /// Files that could be read when the data set was looked at, and not now.
    pub skipped: Vec<SkippedFile>,
}

/// Prepared pictures of a batch, or why a file gives none.
type Prepared<'a> = Vec<(&'a Picture, Result<Vec<f32>, String>)>;

impl<'a> Trunk<'a> {
    /// Of a loaded model.
    pub fn of(model: &'a LoadedModel, device: &'a Device) -> Self {
        Self { info: &model.info, backbone: &model.backbone, device }
    }
}

impl Extraction {
    /// On a CPU one decoder keeps up with a backbone that has the other cores; a faster device waits for decoders.
    pub fn on(device: &Device) -> Self {
        const BATCH: NonZeroUsize = NonZeroUsize::new(8).expect("not zero");
        const GPU_BATCH: NonZeroUsize = NonZeroUsize::new(64).expect("not zero");
        const SHARD: NonZeroUsize = NonZeroUsize::new(256).expect("not zero");
        const CORES_A_DECODER: usize = 8;
        let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        if device.is_cpu() {
            let num_decoders = NonZeroUsize::new(cores.get() / CORES_A_DECODER).unwrap_or(NonZeroUsize::MIN);
            Self { batch_size: BATCH, shard_size: SHARD, num_decoders }
        } else {
            Self { batch_size: GPU_BATCH, shard_size: SHARD, num_decoders: cores }
        }
    }
}

impl FeatureTable {
    /// Without rows.
    pub fn new(num_features: usize) -> Self {
        Self { num_features, ..Self::default() }
    }

    /// Values of a row.
    pub fn num_features(&self) -> usize {
        self.num_features
    }

    /// The pictures in the order of the rows.
    pub fn contents(&self) -> &[String] {
        &self.contents
    }

    /// `[pictures, features]`
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// A picture's features.
    pub fn row(&self, content: &str) -> Option<&[f32]> {
        let start = self.rows.get(content)? * self.num_features;
        Some(&self.values[start..start + self.num_features])
    }

    /// Adds a row, unless there is one of that picture.
    ///
    /// # Panics
    /// If it has another number of features.
    pub fn insert(&mut self, content: &str, values: impl IntoIterator<Item = f32>) {
        if self.rows.contains_key(content) {
            return;
        }
        self.values.extend(values);
        self.rows.insert(content.to_owned(), self.contents.len());
        self.contents.push(content.to_owned());
        assert_eq!(self.values.len(), self.contents.len() * self.num_features, "a whole row");
    }

    fn extend(&mut self, other: &Self) {
        for (row, content) in other.contents.iter().enumerate() {
            let values = &other.values[row * other.num_features..][..other.num_features];
            self.insert(content, values.iter().copied());
        }
    }
}

/// The features of these pictures: from the cache what is there, the rest computed and added to it.
///
/// # Errors
/// The model does not run, the cache cannot be read or written, or the flag says to stop; what was computed until then is kept.
pub fn extract(
    trunk: Trunk<'_>,
    pictures: &[(&Dataset, &Picture)],
    settings: &Settings<'_>,
    watch: &mut dyn FnMut(Progress),
) -> Result<Extracted, TrainingError> {
    let mut table = FeatureTable::new(trunk.info.architecture.num_features());
    let store = settings.cache.map(|cache| FeatureStore::of(trunk.info, cache));
    let wanted: HashSet<&str> = pictures.iter().map(|(_dataset, picture)| picture.content.as_str()).collect();
    if let Some(store) = &store {
        store.read(&wanted, &mut table)?;
    }
    let mut seen = HashSet::new();
    let missing: Vec<(&Path, &Picture)> = pictures
        .iter()
        .filter(|(_dataset, picture)| table.row(&picture.content).is_none() && seen.insert(&picture.content))
        .map(|(dataset, picture)| (dataset.folder.as_path(), *picture))
        .collect();
    let mut run = Run {
        trunk,
        store,
        shard: FeatureTable::new(table.num_features()),
        shard_size: settings.extraction.shard_size.get(),
        table,
        skipped: Vec::new(),
        num_cached: (wanted.len() - missing.len()) as u64,
        num_computed: 0,
        num_wanted: wanted.len() as u64,
        started: Instant::now(),
    };
    watch(run.progress());
    let outcome = run.through(&missing, settings, watch);
    // What was computed is kept, whether the rest was or not.
    run.close_shard()?;
    outcome?;
    Ok(Extracted {
        seconds: run.started.elapsed().as_secs_f64(),
        table: run.table,
        num_computed: run.num_computed,
        skipped: run.skipped,
    })
}

/// What an extraction needs beside pictures and model.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// How pictures go through.
    pub extraction: Extraction,
    /// Where features are kept; none: nowhere.
    pub cache: Option<&'a Path>,
    /// Looked at after each batch.
    pub stop: &'a StopFlag,
}

struct Run<'a> {
    trunk: Trunk<'a>,
    store: Option<FeatureStore>,
    shard: FeatureTable,
    shard_size: usize,
    table: FeatureTable,
    skipped: Vec<SkippedFile>,
    num_cached: u64,
    num_computed: u64,
    num_wanted: u64,
    started: Instant,
}

impl Run<'_> {
    fn through(
        &mut self,
        missing: &[(&Path, &Picture)],
        settings: &Settings<'_>,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<(), TrainingError> {
        let preprocessing = &self.trunk.info.preprocessing;
        let Extraction { batch_size, num_decoders, .. } = settings.extraction;
        let decoders = rayon::ThreadPoolBuilder::new().num_threads(num_decoders.get()).build();
        let decoders = decoders.map_err(candle_core::Error::wrap)?;
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(BATCHES_AHEAD);
            scope.spawn(|| {
                let sender = sender;
                decoders.install(|| prepare_all(missing, batch_size.get(), preprocessing, &sender));
            });
            self.consume(receiver, settings.stop, watch)
        })
    }

    fn consume(
        &mut self,
        receiver: Receiver<Prepared<'_>>,
        stop: &StopFlag,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<(), TrainingError> {
        for batch in receiver {
            stop.check()?;
            self.compute(batch)?;
            watch(self.progress());
        }
        Ok(())
    }

    fn compute(&mut self, batch: Prepared<'_>) -> Result<(), TrainingError> {
        let (mut contents, mut values) = (Vec::new(), Vec::new());
        for (picture, prepared) in batch {
            match prepared {
                Ok(prepared) => {
                    contents.push(&picture.content);
                    values.extend(prepared);
                }
                Err(reason) => self.skipped.push(SkippedFile { path: picture.path.clone(), reason }),
            }
        }
        if contents.is_empty() {
            return Ok(());
        }
        let Trunk { info, backbone, device } = self.trunk;
        let side = info.architecture.image_size();
        let images = to_device(values, (contents.len(), 3, side, side), device)?;
        let features = device.with_context(|| backbone.features(&images))?;
        let features = to_host(&features)?.to_vec2::<f32>()?;
        for (content, row) in contents.iter().zip(features) {
            self.shard.insert(content, row);
        }
        self.num_computed += contents.len() as u64;
        if self.shard.contents().len() >= self.shard_size {
            self.close_shard()?;
        }
        Ok(())
    }

    fn close_shard(&mut self) -> Result<(), TrainingError> {
        if let Some(store) = &self.store {
            store.write(&self.shard)?;
        }
        self.table.extend(&self.shard);
        self.shard = FeatureTable::new(self.table.num_features());
        Ok(())
    }

    fn progress(&self) -> Progress {
        let done = self.num_cached + self.num_computed + self.skipped.len() as u64;
        let seconds = self.started.elapsed().as_secs_f64();
        let pictures_per_second = if seconds > 0.0 { self.num_computed as f64 / seconds } else { 0.0 };
        let left = self.num_wanted.saturating_sub(done) as f64;
        Progress {
            done,
            total: self.num_wanted,
            cached: self.num_cached,
            pictures_per_second,
            seconds_left: (pictures_per_second > 0.0).then(|| left / pictures_per_second),
        }
    }
}

/// Sends batch after batch, until all are sent or nobody takes them any more.
fn prepare_all<'a>(
    missing: &[(&Path, &'a Picture)],
    batch_size: usize,
    preprocessing: &Preprocessing,
    sender: &SyncSender<Prepared<'a>>,
) {
    for batch in missing.chunks(batch_size) {
        let prepared: Prepared<'a> = batch
            .par_iter()
            .map(|(folder, picture)| (*picture, prepare(folder, picture, preprocessing)))
            .collect();
        if sender.send(prepared).is_err() {
            return;
        }
    }
}

fn prepare(folder: &Path, picture: &Picture, preprocessing: &Preprocessing) -> Result<Vec<f32>, String> {
    let bytes = read_picture_file(&folder.join(&picture.path))?;
    if blake3::hash(&bytes).to_hex().as_str() != picture.content {
        return Err("it has changed since the data set was looked at".to_owned());
    }
    let pixels = decode(&bytes, &DecodeLimits::default()).map_err(|error| error.to_string())?.pixels;
    Ok(normalise(preprocessing, &crop_resized(preprocessing, &pixels)))
}
