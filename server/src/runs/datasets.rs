//! The data sets of a server: those that were named when it started and those that came as archives. Their files are looked at one data set
//! after another on a thread of its own, and again, quickly, after a restart.

mod known;
mod names;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde::{Deserialize, Serialize};
use shared::dataset::{DatasetListing, DatasetState};

use super::error::RunsError;
use super::folder::remove_folder;
use super::settings::{NamedDataset, TrainingSettings};
use super::{disk::Disk, folder};
use crate::dataset::{self, Dataset, DatasetError};
use crate::safe_file;
use crate::stop_flag::StopFlag;

pub use known::KnownDataset;
pub use names::{class_root, slug, visible};

/// What is kept of an uploaded data set beside its photos.
const ABOUT: &str = "about.json";
/// The folder with its photos.
const PHOTOS: &str = "photos";

/// The data sets of a server.
#[derive(Debug)]
pub struct Datasets {
    shelf: Arc<Shelf>,
    to_read: Mutex<Sender<String>>,
}

/// What the thread that looks at files shares.
#[derive(Debug)]
struct Shelf {
    entries: Mutex<Vec<Entry>>,
    cache: Option<PathBuf>,
    stop: StopFlag,
}

/// A data set.
#[derive(Clone, Debug)]
struct Entry {
    listing: DatasetListing,
    /// With one folder for each class.
    folder: PathBuf,
    /// Once its files were looked at.
    known: Option<Arc<KnownDataset>>,
}

/// What is kept of an uploaded data set beside its photos.
#[derive(Debug, Serialize, Deserialize)]
pub struct About {
    /// What it is called.
    pub name: String,
}

impl Datasets {
    /// The named ones, and those below the folder of uploads.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn open(settings: &TrainingSettings, uploads: Option<&Path>) -> Result<Self, RunsError> {
        let mut entries: Vec<Entry> = settings.datasets.iter().map(Entry::named).collect();
        if let Some(uploads) = uploads {
            entries.extend(uploaded(uploads)?);
        }
        let ids: Vec<String> = entries.iter().map(|entry| entry.listing.id.clone()).collect();
        let cache = settings.folder.as_deref().map(folder::cache);
        let shelf = Arc::new(Shelf { entries: Mutex::new(entries), cache, stop: StopFlag::default() });
        let (to_read, waiting) = mpsc::channel::<String>();
        let reader = Arc::clone(&shelf);
        let thread = thread::Builder::new().name("datasets".to_owned());
        let started = thread.spawn(move || {
            for id in waiting {
                reader.read(&id);
            }
        });
        started.map_err(RunsError::file("datasets"))?;
        let datasets = Self { shelf, to_read: Mutex::new(to_read) };
        ids.into_iter().for_each(|id| datasets.look_at(id));
        Ok(datasets)
    }

    /// All of them, the named ones first.
    pub fn list(&self) -> Vec<DatasetListing> {
        self.shelf.lock().iter().map(|entry| entry.listing.clone()).collect()
    }

    /// One whose files were looked at.
    ///
    /// # Errors
    /// There is none of that id, or it cannot be used yet, or never.
    pub fn known(&self, id: &str) -> Result<Arc<KnownDataset>, RunsError> {
        let entry = self.entry(id)?;
        entry.known.ok_or_else(|| {
            let name = &entry.listing.name;
            RunsError::Conflict(match entry.listing.state {
                DatasetState::Failed { message } => format!("The data set {name} cannot be used: {message}."),
                _reading => format!(
                    "The files of the data set {name} are still being looked at. Try again in a moment."
                ),
            })
        })
    }

    /// What one is called and where its class folders are.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn place(&self, id: &str) -> Result<(String, PathBuf), RunsError> {
        let entry = self.entry(id)?;
        Ok((entry.listing.name, entry.folder))
    }

    /// Adds one that came as an archive: its folder, with [`About`] and photos, is put among the uploads.
    ///
    /// # Errors
    /// It is there already, or the disk refuses.
    pub fn add(&self, id: String, made: &Path, uploads: &Path) -> Result<DatasetListing, RunsError> {
        let listing = {
            let mut entries = self.shelf.lock();
            if let Some(entry) = entries.iter().find(|entry| entry.listing.id == id) {
                let name = &entry.listing.name;
                return Err(RunsError::Conflict(format!(
                    "This archive is there already, as the data set {name}."
                )));
            }
            let folder = uploads.join(&id);
            fs::rename(made, &folder).map_err(RunsError::file(&folder))?;
            let entry = Entry::uploaded(id.clone(), &folder)?;
            let listing = entry.listing.clone();
            entries.push(entry);
            listing
        };
        self.look_at(id);
        Ok(listing)
    }

    /// Removes one that came as an archive, with its photos. `is_used` says whether a run needs it.
    ///
    /// # Errors
    /// There is none of that id, it was named when the server started, or a run needs it.
    pub fn remove(
        &self,
        id: &str,
        uploads: &Path,
        disk: &Disk,
        is_used: impl FnOnce() -> bool,
    ) -> Result<(), RunsError> {
        let entry = {
            let mut entries = self.shelf.lock();
            let index = entries.iter().position(|entry| entry.listing.id == id);
            let index = index.ok_or_else(|| unknown(id))?;
            if !entries[index].listing.is_uploaded {
                return Err(RunsError::Conflict(
                    "This data set was named with --dataset when the server started; only uploaded ones can be removed."
                        .to_owned(),
                ));
            }
            if is_used() {
                return Err(RunsError::Conflict(
                    "A run that waits or works needs this data set. Stop the run first.".to_owned(),
                ));
            }
            entries.remove(index)
        };
        if let Some(cache) = &self.shelf.cache {
            dataset::forget(&entry.folder, cache);
        }
        let folder = uploads.join(id);
        remove_folder(&folder).map_err(RunsError::file(&folder))?;
        disk.has_changed();
        Ok(())
    }

    fn entry(&self, id: &str) -> Result<Entry, RunsError> {
        let entries = self.shelf.lock();
        entries.iter().find(|entry| entry.listing.id == id).cloned().ok_or_else(|| unknown(id))
    }

    fn look_at(&self, id: String) {
        let to_read = self.to_read.lock().expect("no holder of this lock panics");
        // The thread ends with this sender and not before.
        _ = to_read.send(id);
    }
}

impl Drop for Datasets {
    fn drop(&mut self) {
        self.shelf.stop.stop();
    }
}

impl Shelf {
    /// Looks at all files of a data set and says how far that is.
    fn read(&self, id: &str) {
        let Some((name, folder)) = self.with(id, |entry| (entry.listing.name.clone(), entry.folder.clone()))
        else {
            return;
        };
        let mut watch = |progress: shared::training::Progress| {
            self.set_state(id, DatasetState::Reading { done: progress.done, total: progress.total });
        };
        match Dataset::open(&folder, self.cache.as_deref(), &self.stop, &mut watch) {
            Ok(dataset) => {
                let known = KnownDataset::new(dataset.named(Some(name)));
                self.with(id, |entry| {
                    entry.listing.state = known.state();
                    entry.known = Some(Arc::new(known));
                });
            }
            Err(DatasetError::Stopped(_stopped)) => {}
            Err(error) => {
                tracing::warn!(%id, %error, "a data set cannot be used");
                let message = error.to_string().replace(&folder.display().to_string(), &name);
                self.set_state(id, DatasetState::Failed { message });
            }
        }
    }

    fn set_state(&self, id: &str, state: DatasetState) {
        self.with(id, |entry| entry.listing.state = state);
    }

    fn with<T>(&self, id: &str, work: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        self.lock().iter_mut().find(|entry| entry.listing.id == id).map(work)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().expect("no holder of this lock panics")
    }
}

impl Entry {
    fn named(named: &NamedDataset) -> Self {
        let NamedDataset { name, folder } = named;
        Self::new(slug(name), name.clone(), false, folder.clone())
    }

    fn uploaded(id: String, folder: &Path) -> Result<Self, RunsError> {
        let path = folder.join(ABOUT);
        let bytes = fs::read(&path).map_err(RunsError::file(&path))?;
        let about: About =
            serde_json::from_slice(&bytes).map_err(|error| RunsError::file(&path)(error.into()))?;
        Ok(Self::new(id, about.name, true, class_root(&folder.join(PHOTOS))))
    }

    fn new(id: String, name: String, is_uploaded: bool, folder: PathBuf) -> Self {
        let state = DatasetState::Reading { done: 0, total: 0 };
        Self { listing: DatasetListing { id, name, is_uploaded, state }, folder, known: None }
    }
}

impl About {
    /// Writes it beside the photos.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn write(&self, folder: &Path) -> Result<(), RunsError> {
        let path = folder.join(ABOUT);
        let bytes = serde_json::to_vec(self).expect("a name is JSON");
        safe_file::replace(&path, &bytes).map_err(RunsError::file(path))
    }

    /// Where the photos go.
    pub fn photos(folder: &Path) -> PathBuf {
        folder.join(PHOTOS)
    }
}

/// Those that came as archives before; what is no data set is left where it is.
fn uploaded(uploads: &Path) -> Result<Vec<Entry>, RunsError> {
    let mut entries = Vec::new();
    for folder in fs::read_dir(uploads).map_err(RunsError::file(uploads))? {
        let folder = folder.map_err(RunsError::file(uploads))?;
        let Ok(id) = folder.file_name().into_string() else { continue };
        match Entry::uploaded(id, &folder.path()) {
            Ok(entry) => entries.push(entry),
            Err(error) => tracing::warn!(%error, "an uploaded data set cannot be read and is passed over"),
        }
    }
    entries.sort_by(|one, other| one.listing.name.cmp(&other.listing.name));
    Ok(entries)
}

fn unknown(id: &str) -> RunsError {
    RunsError::Unknown(format!("There is no data set {id:?} on this server. /api/v1/datasets lists them."))
}
