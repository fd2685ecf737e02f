//! Data sets: a folder of class folders, as torchvision's ImageFolder reads one. Every file is looked at once, what is no picture is
//! passed over and named, and what is left has a hash. Dividing it is `split`'s business, running a model on it that of `training`.

pub mod archive;
mod error;
mod examine;
mod folders;
mod index;
mod split;
mod split_files;
mod statistics;

use std::path::{Path, PathBuf};

use shared::training::Progress;
use shared::{DatasetClass, SkippedFile};

use crate::models::labels;
use crate::stop_flag::StopFlag;

pub use error::DatasetError;
pub use examine::read as read_picture_file;
pub use index::forget;
pub use split::{Split, SplitPlan, SplitRows, shuffled};
pub use split_files::FILES as SPLIT_FILES;

use examine::Examined;
use folders::FoundFile;
use index::Index;

/// Files that are looked at between two reports.
const CHUNK: usize = 64;

/// A data set in memory, without its pixels.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// What it is called.
    pub name: String,
    /// Where it lies.
    pub folder: PathBuf,
    /// In the order of their folders' names: that of the outputs.
    pub classes: Vec<DatasetClass>,
    /// Class by class, by path.
    pub pictures: Vec<Picture>,
    /// Files that no picture could be read from.
    pub skipped: Vec<SkippedFile>,
    /// BLAKE3 over the classes, and the path and content of every picture.
    pub hash: String,
}

/// A picture of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Below the folder, with `/` on every system.
    pub path: String,
    /// Position of its class.
    pub class_index: usize,
    /// BLAKE3 of the file.
    pub content: String,
    /// Upright, in pixels.
    pub width: u32,
    /// Upright, in pixels.
    pub height: u32,
    /// Whether red, green and blue are equal everywhere.
    pub is_grey: bool,
}

/// Who watches while files are looked at.
pub type Watcher<'a> = &'a mut dyn FnMut(Progress);

impl Dataset {
    /// Looks at all files of a folder of class folders. What was seen of a file is kept in a file in `cache`, if there is one, by name,
    /// size and time of change, so that the next look is quick.
    ///
    /// # Errors
    /// The folder cannot be read, has no class folders, or the flag says to stop.
    pub fn open(
        folder: &Path,
        cache: Option<&Path>,
        stop: &StopFlag,
        watch: Watcher<'_>,
    ) -> Result<Self, DatasetError> {
        let found = folders::find(folder)?;
        let mut index = Index::open(folder, cache);
        let examined = look_at(folder, &found.files, &mut index, stop, watch);
        // What was seen is worth keeping, whether the rest was seen or not.
        index.write()?;
        let examined = examined?;
        let names = labels::of_folders(&found.classes);
        let classes = found.classes.iter().zip(names);
        let classes = classes
            .map(|(folder, name)| DatasetClass { folder: folder.clone(), name, num_pictures: 0 })
            .collect();
        let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
        let mut dataset = Self {
            name,
            folder: folder.to_owned(),
            classes,
            pictures: Vec::new(),
            skipped: found.outside,
            hash: String::new(),
        };
        for (file, examined) in found.files.into_iter().zip(examined) {
            dataset.add(file, examined);
        }
        if dataset.pictures.is_empty() {
            return Err(DatasetError::NoPictures { path: folder.to_owned() });
        }
        dataset.hash = dataset.content_hash();
        Ok(dataset)
    }

    /// A data set, and another one for the test under its classes where there is one.
    ///
    /// # Errors
    /// As [`Self::open`], or the other one has a class with pictures that is not among them.
    pub fn open_with_test(
        folder: &Path,
        test: Option<&Path>,
        cache: Option<&Path>,
        stop: &StopFlag,
        watch: Watcher<'_>,
    ) -> Result<(Self, Option<Self>), DatasetError> {
        let dataset = Self::open(folder, cache, stop, watch)?;
        let test = test.map(|folder| Self::open(folder, cache, stop, watch)).transpose()?;
        let test = test.map(|test| test.with_classes_of(&dataset.class_folders())).transpose()?;
        Ok((dataset, test))
    }

    /// The same under another name.
    #[must_use]
    pub fn named(self, name: Option<String>) -> Self {
        Self { name: name.unwrap_or(self.name), ..self }
    }

    /// Names of the classes for display.
    pub fn class_names(&self) -> Vec<String> {
        self.classes.iter().map(|class| class.name.clone()).collect()
    }

    /// Folders of the classes.
    pub fn class_folders(&self) -> Vec<String> {
        self.classes.iter().map(|class| class.folder.clone()).collect()
    }

    /// The same pictures under the classes of another data set or head, by the names of the folders.
    ///
    /// # Errors
    /// It has a class with pictures that is not among them.
    pub fn with_classes_of(mut self, folders: &[String]) -> Result<Self, DatasetError> {
        let place = |folder: &str| folders.iter().position(|known| known == folder);
        let unknown: Vec<String> = self
            .classes
            .iter()
            .filter(|class| class.num_pictures > 0 && place(&class.folder).is_none())
            .map(|class| class.folder.clone())
            .collect();
        if !unknown.is_empty() {
            return Err(DatasetError::OtherClasses { path: self.folder, unknown });
        }
        let own = self.class_folders();
        for picture in &mut self.pictures {
            picture.class_index = place(&own[picture.class_index]).expect("every class was found");
        }
        let names = labels::of_folders(folders);
        self.classes = folders
            .iter()
            .zip(names)
            .map(|(folder, name)| DatasetClass { folder: folder.clone(), name, num_pictures: 0 })
            .collect();
        for picture in &self.pictures {
            self.classes[picture.class_index].num_pictures += 1;
        }
        Ok(self)
    }

    fn add(&mut self, file: FoundFile, examined: Examined) {
        match examined {
            Examined::Picture { content, width, height, is_grey } => {
                self.classes[file.class_index].num_pictures += 1;
                let (path, class_index) = (file.path, file.class_index);
                self.pictures.push(Picture { path, class_index, content, width, height, is_grey });
            }
            Examined::Unreadable { reason } => {
                self.skipped.push(SkippedFile { path: file.path, reason });
            }
        }
    }

    fn content_hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        // No name holds a zero.
        for class in &self.classes {
            hasher.update(class.folder.as_bytes()).update(b"\0");
        }
        for picture in &self.pictures {
            hasher.update(picture.path.as_bytes()).update(b"\0").update(picture.content.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// What every file is, in their order.
fn look_at(
    folder: &Path,
    files: &[FoundFile],
    index: &mut Index,
    stop: &StopFlag,
    watch: Watcher<'_>,
) -> Result<Vec<Examined>, DatasetError> {
    let mut examined = Vec::with_capacity(files.len());
    for chunk in files.chunks(CHUNK) {
        stop.check()?;
        examined.extend(index.examine(folder, chunk));
        watch(Progress { done: examined.len() as u64, total: files.len() as u64, ..Progress::default() });
    }
    Ok(examined)
}
