//! All folders of features in a cache, one for each checkpoint, preprocessing and device, and how they are kept below a number of bytes: those
//! that were not used for longest are removed first. What is in a folder is `feature_store`'s business.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, File, FileTimes};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use shared::ModelInfo;

use super::error::TrainingError;
use super::feature_store::FeatureStore;

/// Below a cache's folder.
const FOLDER: &str = "features";
/// An empty file in each folder of shards, which was written when the folder was last used.
const LAST_USED: &str = "last_used";

/// Removes the features of other models, those that were not used for longest first, until all of them take at most so many bytes; gives the
/// bytes that are then used. Features of the models `in_use` are kept, whatever they take.
///
/// # Errors
/// The cache's folder cannot be read, or a folder in it not be removed.
pub fn bound_feature_cache(
    cache: &Path,
    max_bytes: u64,
    in_use: &[&ModelInfo],
) -> Result<u64, TrainingError> {
    let kept: Vec<PathBuf> =
        in_use.iter().map(|info| FeatureStore::of(info, cache).folder().to_owned()).collect();
    let mut folders = used_folders(cache)?;
    folders.sort_by_key(|folder| folder.last_used);
    let mut used_bytes: u64 = folders.iter().map(|folder| folder.size_bytes).sum();
    for folder in folders {
        if used_bytes <= max_bytes {
            break;
        }
        if kept.contains(&folder.path) {
            continue;
        }
        fs::remove_dir_all(&folder.path).map_err(|source| failure(&folder.path, source))?;
        tracing::info!(path = %folder.path.display(), size_bytes = folder.size_bytes, "features that were not used for longest are removed");
        used_bytes -= folder.size_bytes;
    }
    Ok(used_bytes)
}

/// What all features in a cache take.
///
/// # Errors
/// Its folder cannot be read.
pub fn feature_cache_bytes(cache: &Path) -> Result<u64, TrainingError> {
    Ok(used_folders(cache)?.iter().map(|folder| folder.size_bytes).sum())
}

/// Where the folders of features are.
pub fn folder(cache: &Path) -> PathBuf {
    cache.join(FOLDER)
}

/// Says that a folder of features is used now.
///
/// # Errors
/// It cannot be written.
pub fn mark_used(folder: &Path) -> io::Result<()> {
    File::create(folder.join(LAST_USED))?.set_times(FileTimes::new().set_modified(SystemTime::now()))
}

struct UsedFolder {
    path: PathBuf,
    size_bytes: u64,
    last_used: SystemTime,
}

fn used_folders(cache: &Path) -> Result<Vec<UsedFolder>, TrainingError> {
    let all = folder(cache);
    let mut folders = Vec::new();
    for entry in entries(&all)? {
        let path = entry.path();
        // A link is none of ours, and what it leads to is not to be removed.
        if !entry.file_type().map_err(|source| failure(&path, source))?.is_dir() {
            continue;
        }
        let (mut size_bytes, mut last_used) = (0, SystemTime::UNIX_EPOCH);
        for file in entries(&path)? {
            let metadata = match file.metadata() {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failure(&file.path(), error)),
            };
            size_bytes += metadata.len();
            if file.file_name() == OsStr::new(LAST_USED) {
                last_used = metadata.modified().unwrap_or(last_used);
            }
        }
        folders.push(UsedFolder { path, size_bytes, last_used });
    }
    Ok(folders)
}

/// What is in a folder; nothing where there is none.
fn entries(folder: &Path) -> Result<Vec<DirEntry>, TrainingError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries.collect::<io::Result<Vec<_>>>(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => Err(error),
    };
    entries.map_err(|source| failure(folder, source))
}

fn failure(path: &Path, source: io::Error) -> TrainingError {
    TrainingError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use shared::{CheckpointInfo, ModelSlot, Preprocessing};
    use tempfile::TempDir;

    use super::*;
    use crate::training::FeatureTable;

    fn info(checkpoint: &str) -> ModelInfo {
        let config = shared::architecture::ResNetConfig {
            block: shared::architecture::BlockKind::Basic,
            stage_depths: [1; 4],
            num_classes: 2,
            image_size: 32,
        };
        ModelInfo {
            slot: ModelSlot::Resnet,
            name: "ResNet-10".to_owned(),
            architecture: shared::ArchitectureConfig::Resnet(config),
            checkpoint: CheckpointInfo { id: checkpoint.to_owned(), ..CheckpointInfo::default() },
            preprocessing: Preprocessing::default(),
            labels: Vec::new(),
            label_source: String::new(),
            device: "CPU".to_owned(),
        }
    }

    /// A shard of one picture, last used so many seconds after 1970.
    fn keep(info: &ModelInfo, cache: &Path, seconds: u64) -> PathBuf {
        let mut shard = FeatureTable::new(512);
        shard.insert("a picture", [0.5; 512]);
        let store = FeatureStore::of(info, cache);
        store.write(&shard).expect("a temporary folder");
        let used = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let marker = File::options().write(true).open(store.folder().join(LAST_USED)).expect("it was marked");
        marker.set_modified(used).expect("a temporary folder");
        store.folder().to_owned()
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first_and_what_is_in_use_stays() {
        let place = TempDir::new().expect("a temporary folder");
        let cache = place.path();
        assert_eq!(bound_feature_cache(cache, 0, &[]).expect("nothing is there"), 0);
        let infos = ["first", "second", "third"].map(info);
        let folders = [keep(&infos[0], cache, 300), keep(&infos[1], cache, 100), keep(&infos[2], cache, 200)];
        let there = || folders.iter().map(|folder| folder.is_dir()).collect::<Vec<_>>();
        let bytes = feature_cache_bytes(cache).expect("readable");
        assert!(bytes > 3 * 512 * 4, "{bytes}");
        assert_eq!(bound_feature_cache(cache, bytes, &[]).expect("readable"), bytes);
        assert_eq!(there(), [true; 3], "it is not above");
        let left = bound_feature_cache(cache, bytes - 1, &[&infos[1]]).expect("readable");
        assert_eq!((there(), left), (vec![true, true, false], bytes / 3 * 2), "the oldest is in use");
        // Reading is using.
        let mut table = FeatureTable::new(512);
        FeatureStore::of(&infos[1], cache).read(&["a picture"].into(), &mut table).expect("readable");
        assert_eq!(table.contents().len(), 1);
        assert_eq!(bound_feature_cache(cache, left - 1, &[]).expect("readable"), bytes / 3);
        assert_eq!(there(), [false, true, false]);
        assert_eq!(bound_feature_cache(cache, 0, &[&infos[1]]).expect("readable"), bytes / 3);
        assert_eq!(bound_feature_cache(cache, 0, &[]).expect("readable"), 0);
        assert_eq!(there(), [false; 3]);
    }
}
