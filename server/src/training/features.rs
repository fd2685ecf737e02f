//! Pictures through a frozen backbone, up to its head, and kept in shards as they come. What is kept is always of the checkpoint's own layers:
//! features of a tail that was trained with a head are computed anew.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use candle_core::Device;
use shared::training::Progress;
use shared::{ModelInfo, SkippedFile};

use super::error::TrainingError;
use super::feature_store::FeatureStore;
use super::feature_table::FeatureTable;
use super::prepared::{Preparation, Prepared, for_each_batch};
use crate::dataset::{Dataset, Picture};
use crate::device::{to_device, to_host};
use crate::models::registry::LoadedModel;
use crate::models::{Backbone, ParameterSource};
use crate::stop_flag::StopFlag;

/// A frozen model. Whoever owns a model can lend it; a clone of its backbone shares the weights. A head and a tail of another file that the model has
/// now do not count: what is trained and measured reads the layers of its checkpoint.
#[derive(Clone, Copy)]
pub struct Trunk<'a> {
    /// What is said of it.
    pub info: &'a ModelInfo,
    /// Its layers.
    pub backbone: &'a Backbone,
    /// Their parameters by name.
    pub weights: &'a Arc<dyn ParameterSource>,
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

impl<'a> Trunk<'a> {
    /// Of a loaded model.
    pub fn of(model: &'a LoadedModel, device: &'a Device) -> Self {
        Self { info: &model.info, backbone: &model.backbone, weights: &model.weights, device }
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
    let store = settings.cache.map(|cache| FeatureStore::of(trunk.info, cache));
    let backbone = trunk.backbone.with_own_tail();
    extract_through(Source { trunk, backbone, store }, pictures, settings, watch)
}

/// The features of these pictures through other layers than the checkpoint's: nothing is looked up in a cache or added to it.
///
/// # Errors
/// The model does not run, or the flag says to stop.
pub fn extract_tuned(
    trunk: Trunk<'_>,
    tuned: Backbone,
    pictures: &[(&Dataset, &Picture)],
    settings: &Settings<'_>,
    watch: &mut dyn FnMut(Progress),
) -> Result<Extracted, TrainingError> {
    extract_through(Source { trunk, backbone: tuned, store: None }, pictures, settings, watch)
}

/// Where features come from.
struct Source<'a> {
    trunk: Trunk<'a>,
    backbone: Backbone,
    store: Option<FeatureStore>,
}

fn extract_through(
    source: Source<'_>,
    pictures: &[(&Dataset, &Picture)],
    settings: &Settings<'_>,
    watch: &mut dyn FnMut(Progress),
) -> Result<Extracted, TrainingError> {
    let Source { trunk, backbone, store } = source;
    let mut table = FeatureTable::new(trunk.info.architecture.num_features());
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
        backbone,
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
    backbone: Backbone,
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
        let Extraction { batch_size, num_decoders, .. } = settings.extraction;
        let preprocessing = &self.trunk.info.preprocessing;
        let preparation = Preparation { batch_size, num_decoders, preprocessing };
        for_each_batch(missing, preparation, |batch| {
            settings.stop.check()?;
            self.compute(batch)?;
            watch(self.progress());
            Ok(())
        })
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
        let Trunk { info, device, .. } = self.trunk;
        let side = info.architecture.image_size();
        let images = to_device(values, (contents.len(), 3, side, side), device)?;
        let features = device.with_context(|| self.backbone.features(&images))?;
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
