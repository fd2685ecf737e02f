//! Checkpoint files as PyTorch, timm, transformers and gguf wrote them, put together from `goldens/checkpoints`: literal
//! bytes, and the synthetic weights between them. A SHA-256 proves that the result is the library's file.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::Tensor;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shared::ArchitectureConfig;
use tempfile::TempDir;

use crate::{configurations, synthetic};

/// A file without its weights.
#[derive(Debug, Deserialize)]
struct Skeleton {
    /// Name of the configuration and of the golden that holds its nodes.
    model: String,
    sha256: String,
    companions: HashMap<String, String>,
    segments: Vec<Segment>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Segment {
    Bytes(String),
    Parameter(String),
}

/// A checkpoint in a folder of its own, with what lies beside it; removed when dropped.
#[derive(Debug)]
pub struct CheckpointFile {
    /// The checkpoint.
    pub path: PathBuf,
    /// Name of the configuration that it is of.
    pub model: String,
    /// That configuration.
    pub config: ArchitectureConfig,
    folder: TempDir,
}

impl CheckpointFile {
    /// The folder that it lies in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The path as an option's value.
    pub fn source(&self) -> String {
        self.path.to_str().expect("temporary folders have plain names").to_owned()
    }
}

/// Puts the file `name` of the goldens together.
///
/// # Panics
/// If the golden is missing, or the result is not the file that the library wrote.
pub fn build(name: &str) -> CheckpointFile {
    let golden = fs::read(folder().join(format!("{name}.json"))).expect("the golden is committed");
    let skeleton: Skeleton = serde_json::from_slice(&golden).expect("the golden is a skeleton");
    let (_, config) = configurations::all()
        .into_iter()
        .find(|(name, _)| *name == skeleton.model)
        .expect("the golden names a configuration");
    let weights = synthetic::weights(&config.graph()).expect("synthetic weights");
    let mut content = Vec::new();
    for segment in &skeleton.segments {
        match segment {
            Segment::Bytes(hexadecimal) => content.extend(bytes(hexadecimal)),
            Segment::Parameter(name) => content.extend(values(&weights[name])),
        }
    }
    assert_eq!(hexadecimal(&Sha256::digest(&content)), skeleton.sha256, "{name} is not the library's file");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, content).expect("the folder can be written");
    for (name, text) in &skeleton.companions {
        fs::write(folder.path().join(name), text).expect("the folder can be written");
    }
    CheckpointFile { path, model: skeleton.model, config, folder }
}

/// Where the goldens lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens/checkpoints")
}

fn values(tensor: &Tensor) -> Vec<u8> {
    let values: Vec<f32> =
        tensor.flatten_all().and_then(|tensor| tensor.to_vec1()).expect("synthetic weights are f32");
    values.into_iter().flat_map(f32::to_le_bytes).collect()
}

fn bytes(hexadecimal: &str) -> impl Iterator<Item = u8> {
    let (pairs, _) = hexadecimal.as_bytes().as_chunks::<2>();
    pairs.iter().map(|pair| {
        let pair = std::str::from_utf8(pair).expect("hexadecimal digits");
        u8::from_str_radix(pair, 16).expect("hexadecimal digits")
    })
}

/// Bytes in hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
