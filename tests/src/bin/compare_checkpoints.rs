//! Compares full-size checkpoints with PyTorch at every node: `goldens/checkpoints/full_size.py FOLDER PHOTO` makes them,
//! `cargo run --release -p tests --bin compare_checkpoints -- FOLDER` loads each and prints its worst node.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use candle_core::{Device, Tensor};
use clap::Parser;
use server::device::Precision;
use server::models::registry::{LoadedModel, ModelRequest, load};
use shared::ModelSlot;
use tests::difference::relative_difference;
use tests::golden_nodes::observe;

/// The project's tolerance between two implementations in f32.
const TOLERANCE: f32 = 1e-4;

/// Compares full-size checkpoints with PyTorch.
#[derive(Debug, Parser)]
struct Options {
    /// The folder that full_size.py wrote.
    folder: PathBuf,
}

fn main() -> Result<()> {
    let folder = Options::parse().folder;
    let entries = folder.read_dir().with_context(|| folder.display().to_string())?;
    let mut folders: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    folders.sort();
    ensure!(!folders.is_empty(), "{} is empty", folder.display());
    let mut failures = 0;
    for folder in folders {
        let worst = compare(&folder).with_context(|| folder.display().to_string())?;
        // A NaN is no difference within any tolerance.
        failures += usize::from(worst.is_nan() || worst > TOLERANCE);
    }
    ensure!(failures == 0, "{failures} checkpoints differ by more than {TOLERANCE:e}");
    Ok(())
}

/// Loads the checkpoint of a folder and prints how far its nodes are from PyTorch's; gives the largest difference.
fn compare(folder: &Path) -> Result<f32> {
    let started = Instant::now();
    let model = load_any(&checkpoint(folder)?)?;
    let load_ms = started.elapsed().as_millis();
    let mut golden = candle_core::safetensors::load(folder.join("nodes.safetensors"), &Device::Cpu)?;
    let image: Tensor = golden.get("input").context("the golden has the input")?.clone();
    let nodes = observe(&model.backbone, &model.info.architecture, &image)?;
    let (mut worst, mut worst_node, mut logits) = (0.0_f32, String::new(), f32::NAN);
    for (node, tensor) in &nodes {
        let reference = golden.remove(node.as_str()).with_context(|| format!("no golden of {node}"))?;
        let difference = relative_difference(tensor, &reference)?;
        if node.as_str() == "logits" {
            logits = difference;
        }
        if difference.is_nan() || difference > worst {
            (worst, worst_node) = (difference, node.to_string());
        }
    }
    ensure!(golden.is_empty(), "the model lacks {:?}", golden.keys());
    println!(
        "{}: {}, {}, {} nodes, loaded in {load_ms} ms: worst {worst:.1e} at {worst_node}, logits {logits:.1e}",
        folder.file_name().unwrap_or_default().display(),
        model.info.name,
        model.info.checkpoint.format,
        nodes.len(),
    );
    Ok(worst)
}

fn checkpoint(folder: &Path) -> Result<PathBuf> {
    for name in ["model.pth", "model.safetensors"] {
        let path = folder.join(name);
        if fs::exists(&path)? {
            return Ok(path);
        }
    }
    bail!("it holds no checkpoint")
}

/// Into the slot that takes it.
fn load_any(path: &Path) -> Result<LoadedModel> {
    let source = path.to_str().context("the path is text")?.to_owned();
    let mut request = ModelRequest {
        slot: ModelSlot::Resnet,
        source,
        labels: None,
        preprocessing: None,
        precision: Precision::F32,
        head: None,
        assets: PathBuf::new(),
    };
    if path.to_string_lossy().contains("vit") {
        request.slot = ModelSlot::Vit;
    }
    Ok(load(&request, &Device::Cpu, "CPU")?)
}
