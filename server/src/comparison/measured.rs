//! Matrices that were measured before: read from files, checked, and matched with the models that are loaded.

use std::path::{Path, PathBuf};

use shared::{CkaMatrix, ComparedModel, ModelInfo};
use thiserror::Error;

use super::layers::compared_layers;

/// Below the assets.
const FOLDER: &str = "cka";

/// Why a matrix cannot be shown.
#[derive(Debug, Error)]
pub enum MeasuredError {
    /// A file that cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that is something else.
    #[error("{} is no comparison of layers as `cargo xtask cka` writes it", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where it goes wrong.
        source: serde_json::Error,
    },
    /// Numbers that do not go with the layers.
    #[error("{} is no comparison of layers as `cargo xtask cka` writes it: {reason}", path.display())]
    Inconsistent {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// A file that was asked for, of other weights.
    #[error(
        "{} was measured with other weights or another preprocessing than those that are loaded: measure it again with \
         `cargo xtask cka`, or leave out --cka",
        path.display()
    )]
    OtherModels {
        /// Which file.
        path: PathBuf,
    },
}

/// How a matrix names a model: by the layers below its head, whose outputs are not compared.
pub fn compared_model(info: &ModelInfo) -> ComparedModel {
    ComparedModel {
        slot: info.slot,
        name: info.name.clone(),
        checkpoint_id: info.checkpoint.layers_id().to_owned(),
        preprocessing: info.preprocessing.clone(),
    }
}

/// The matrix of a file.
///
/// # Errors
/// It is none, or was measured with other models.
pub fn read(path: &Path, models: [&ModelInfo; 2]) -> Result<CkaMatrix, MeasuredError> {
    let matrix = parse(path)?;
    if is_of(&matrix, models) {
        Ok(matrix)
    } else {
        Err(MeasuredError::OtherModels { path: path.to_owned() })
    }
}

/// The first matrix of an assets folder, by file name, that was measured with these models.
///
/// # Errors
/// A file is no matrix.
pub fn find(assets: &Path, models: [&ModelInfo; 2]) -> Result<Option<CkaMatrix>, MeasuredError> {
    for path in files(&assets.join(FOLDER))? {
        let matrix = parse(&path)?;
        if is_of(&matrix, models) {
            return Ok(Some(matrix));
        }
    }
    Ok(None)
}

/// The JSON files of a folder, by name; none where there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, MeasuredError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|source| MeasuredError::Unreadable { path: folder.to_owned(), source })?;
    let paths = entries.into_iter().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    paths.sort();
    Ok(paths)
}

fn parse(path: &Path) -> Result<CkaMatrix, MeasuredError> {
    let bytes =
        std::fs::read(path).map_err(|source| MeasuredError::Unreadable { path: path.to_owned(), source })?;
    let matrix: CkaMatrix = serde_json::from_slice(&bytes)
        .map_err(|source| MeasuredError::Malformed { path: path.to_owned(), source })?;
    match fault(&matrix) {
        None => Ok(matrix),
        Some(reason) => Err(MeasuredError::Inconsistent { path: path.to_owned(), reason }),
    }
}

fn fault(matrix: &CkaMatrix) -> Option<&'static str> {
    let num_layers = matrix.layers.len();
    let rows = &matrix.matrix;
    if rows.len() != num_layers || rows.iter().any(|row| row.len() != num_layers) {
        return Some("it does not have a row and a column for each layer");
    }
    let is_alignment = |value: &f64| (-1.0..=1.0).contains(value);
    (!rows.iter().flatten().all(is_alignment)).then_some("not all of its values lie in -1..=1")
}

fn is_of(matrix: &CkaMatrix, models: [&ModelInfo; 2]) -> bool {
    let layers: Vec<_> = models.into_iter().flat_map(compared_layers).collect();
    models.map(compared_model) == matrix.models && layers == matrix.layers
}
