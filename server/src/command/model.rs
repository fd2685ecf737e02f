//! The options of every command that runs a model, and the model.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use shared::{ModelInfo, ModelSlot};

use crate::config::{self, ModelOptions};
use crate::device::{self, DeviceChoice, NamedDevice};
use crate::models::registry::{self, LoadedModel};
use crate::training::{Extraction, bound_feature_cache};

/// The options of every command that runs a model.
#[derive(Args, Clone, Debug)]
pub struct RunOptions {
    /// Folder that keeps features, and what was seen of photos, so that no photo goes through a backbone twice [default:
    /// backbone-explorer in $XDG_CACHE_HOME or ~/.cache].
    #[arg(long, env = "EXPLORER_CACHE", value_name = "FOLDER")]
    pub cache: Option<PathBuf>,
    /// Megabytes that features may take in it. Behind a run, those of other models are removed until they do, the ones that were not used
    /// for longest first.
    #[arg(long, env = "EXPLORER_CACHE_MB", value_name = "MEGABYTES", default_value_t = 10_000)]
    pub cache_mb: u64,
    /// Photos of a forward pass [default: 8 on a CPU, 64 on a GPU].
    #[arg(long, value_name = "COUNT")]
    pub forward_batch_size: Option<NonZeroUsize>,
    /// Where the model runs: auto, cpu or cuda:N.
    #[arg(long, env = "EXPLORER_DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
    /// Threads that the CPU computes with [default: one for each physical core that this process may use].
    #[arg(long, env = "EXPLORER_THREADS", value_name = "COUNT")]
    pub threads: Option<NonZeroUsize>,
    /// Folder with the demo weights [default: `assets` beside the program, or in a folder above it or above the working directory].
    #[arg(long, env = "EXPLORER_ASSETS", value_name = "FOLDER")]
    pub assets: Option<PathBuf>,
    /// Weights, labels, preprocessing.
    #[command(flatten)]
    pub models: ModelOptions,
}

impl RunOptions {
    /// Prepares the process and opens the device; before any other thread is started.
    ///
    /// # Errors
    /// There is no such device.
    pub fn open_device(&self) -> Result<NamedDevice> {
        device::prepare_cpu(self.threads);
        self.device.open()?.into_iter().next().context("there is no device")
    }

    /// The model of a slot as its checkpoint has it, without a head of another file.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub fn load(&self, slot: ModelSlot, device: &NamedDevice) -> Result<LoadedModel> {
        let assets = config::find_assets(self.assets.as_deref())?;
        let mut request = self.models.request(slot, assets);
        request.head = None;
        let model = registry::load(&request, &device.device, &device.name);
        model.with_context(|| format!("cannot load --{slot} {}", request.source))
    }

    /// Where features are kept.
    pub fn cache(&self) -> Option<PathBuf> {
        self.cache.clone().or_else(config::cache_folder)
    }

    /// Removes features of other models than these until all features take as much as they may.
    ///
    /// # Errors
    /// The cache cannot be read, or nothing be removed from it.
    pub fn bound_cache(&self, in_use: &[&ModelInfo]) -> Result<()> {
        const BYTES_A_MEGABYTE: u64 = 1_000_000;
        let Some(cache) = self.cache() else { return Ok(()) };
        bound_feature_cache(&cache, self.cache_mb.saturating_mul(BYTES_A_MEGABYTE), in_use)
            .context("the features in the cache cannot be kept below --cache-mb")?;
        Ok(())
    }

    /// How pictures go through the backbone.
    pub fn extraction(&self, device: &NamedDevice) -> Extraction {
        let extraction = Extraction::on(&device.device);
        Extraction { batch_size: self.forward_batch_size.unwrap_or(extraction.batch_size), ..extraction }
    }
}
