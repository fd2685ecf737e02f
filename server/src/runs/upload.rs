//! A data set on its way in: the archive is written to the disk as it comes, unpacked on a thread of its own, and put among the data sets as
//! a whole. Whoever breaks off, on either side, leaves nothing behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use shared::dataset::DatasetListing;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::sync::OwnedSemaphorePermit;

use super::datasets::{About, class_root, slug, visible};
use super::error::RunsError;
use super::folder::remove_folder;
use super::state::Shared;
use super::training::Training;
use crate::dataset::archive::{ArchiveError, ArchiveLimits, unpack};
use crate::stop_flag::StopFlag;

/// The archive, until it is unpacked.
const ARCHIVE: &str = "archive";
/// Letters of the archive's hash in a data set's id.
const HASH_LETTERS: usize = 8;
/// The longest name.
const MAX_NAME_LETTERS: usize = 80;
/// A head takes two classes.
const MIN_CLASSES: usize = 2;
/// What is unpacked may have so many times the bytes of the largest archive: photos hardly shrink.
const MAX_UNPACKED: u64 = 2;

/// An archive that is being received.
#[derive(Debug)]
pub struct Upload {
    parts: Parts,
    file: File,
    hasher: blake3::Hasher,
    num_bytes: u64,
}

/// What goes along from the first byte to the data set.
#[derive(Debug)]
struct Parts {
    shared: Arc<Shared>,
    name: String,
    folder: IncomingFolder,
    /// Disk that was left when it began.
    room_bytes: u64,
    _turn: OwnedSemaphorePermit,
}

/// A folder that goes when it is dropped, unless it was renamed.
#[derive(Debug)]
struct IncomingFolder(PathBuf);

/// Asks the unpacking to end when whoever waits for it has left.
struct StopsWhenDropped(StopFlag);

impl Upload {
    /// Begins to receive an archive, whose length may be known.
    ///
    /// # Errors
    /// The name cannot be used, another archive is being received, or it cannot fit.
    pub async fn begin(training: &Training, name: &str, length: Option<u64>) -> Result<Self, RunsError> {
        let name = checked(name)?;
        let shared = Arc::clone(training.shared());
        let max_bytes = shared.settings.max_archive_bytes;
        if length.is_some_and(|length| length > max_bytes) {
            return Err(RunsError::ArchiveTooLarge { max_bytes });
        }
        let turn = Arc::clone(&shared.uploading).try_acquire_owned().map_err(|_taken| {
            RunsError::Conflict(
                "Another archive is being received. Send this one when that is done.".to_owned(),
            )
        })?;
        let asked = Arc::clone(&shared);
        let begun = on_a_thread(move || {
            let room_bytes = asked.disk.room_for(length.unwrap_or(0))?;
            Ok((room_bytes, IncomingFolder::make(&asked.folder()?.incoming())?))
        });
        let (room_bytes, folder) = begun.await?;
        let path = folder.0.join(ARCHIVE);
        let file = File::create(&path).await.map_err(RunsError::file(path))?;
        let parts = Parts { shared, name, folder, room_bytes, _turn: turn };
        Ok(Self { parts, file, hasher: blake3::Hasher::new(), num_bytes: 0 })
    }

    /// Writes what has come.
    ///
    /// # Errors
    /// The archive is larger than it may be, or the disk is full.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), RunsError> {
        self.num_bytes += bytes.len() as u64;
        let Parts { shared, room_bytes, folder, .. } = &self.parts;
        let max_bytes = shared.settings.max_archive_bytes;
        if self.num_bytes > max_bytes {
            return Err(RunsError::ArchiveTooLarge { max_bytes });
        }
        if self.num_bytes > *room_bytes {
            return Err(shared.disk_full());
        }
        self.hasher.update(bytes);
        self.file.write_all(bytes).await.map_err(RunsError::file(folder.0.join(ARCHIVE)))
    }

    /// Unpacks it and adds the data set. Whoever stops waiting stops the unpacking.
    ///
    /// # Errors
    /// Says what is wrong with the archive.
    pub async fn finish(mut self) -> Result<DatasetListing, RunsError> {
        let path = self.parts.folder.0.join(ARCHIVE);
        self.file.flush().await.map_err(RunsError::file(path))?;
        drop(self.file);
        let hash = self.hasher.finalize().to_hex();
        let id = format!("{}-{}", slug(&self.parts.name), &hash[..HASH_LETTERS]);
        let waiting = StopsWhenDropped(StopFlag::default());
        let stop = waiting.0.clone();
        let (parts, num_bytes) = (self.parts, self.num_bytes);
        let added = on_a_thread(move || parts.add(id, num_bytes, &stop)).await;
        drop(waiting);
        added
    }
}

impl Parts {
    fn add(self, id: String, num_bytes: u64, stop: &StopFlag) -> Result<DatasetListing, RunsError> {
        let folder = &self.folder.0;
        let (archive, photos) = (folder.join(ARCHIVE), About::photos(folder));
        let left = self.room_bytes.saturating_sub(num_bytes);
        let usual = self.shared.settings.max_archive_bytes.saturating_mul(MAX_UNPACKED);
        let limits = ArchiveLimits { max_total_bytes: usual.min(left), ..ArchiveLimits::default() };
        unpack(&archive, &photos, &limits, stop, &mut |_bytes| {}).map_err(|error| match error {
            ArchiveError::TooLarge { .. } if left < usual => self.shared.disk_full(),
            error => RunsError::archive(error),
        })?;
        check_classes(&photos)?;
        fs::remove_file(&archive).map_err(RunsError::file(&archive))?;
        About { name: self.name.clone() }.write(folder)?;
        let listing = self.shared.datasets.add(id, folder, &self.shared.folder()?.uploads());
        self.shared.disk.has_changed();
        listing
    }
}

impl IncomingFolder {
    fn make(incoming: &Path) -> Result<Self, RunsError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let path = incoming.join(COUNT.fetch_add(1, Ordering::Relaxed).to_string());
        fs::create_dir_all(&path).map_err(RunsError::file(&path))?;
        Ok(Self(path))
    }
}

impl Drop for IncomingFolder {
    fn drop(&mut self) {
        if let Err(error) = remove_folder(&self.0) {
            tracing::error!(path = %self.0.display(), %error, "an archive is left on the disk until the next start");
        }
    }
}

impl Drop for StopsWhenDropped {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn checked(name: &str) -> Result<String, RunsError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME_LETTERS || name.chars().any(char::is_control) {
        return Err(RunsError::Invalid(format!(
            "Say what the data set is called: name=NAME in the query, with 1 to {MAX_NAME_LETTERS} letters."
        )));
    }
    Ok(name.to_owned())
}

fn check_classes(photos: &Path) -> Result<(), RunsError> {
    let found = visible(&class_root(photos)).iter().filter(|path| path.is_dir()).count();
    if found < MIN_CLASSES { Err(RunsError::NoClasses { found }) } else { Ok(()) }
}

/// Work on the disk, off the threads that answer requests.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RunsError> + Send + 'static,
) -> Result<T, RunsError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panic| Err(RunsError::file("upload")(std::io::Error::other(panic))))
}
