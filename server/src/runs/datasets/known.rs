//! A data set whose files were looked at: what is said of it, and its photos by class, filter and content.

use std::collections::HashMap;

use shared::DatasetSummary;
use shared::dataset::{DatasetPhoto, DatasetPhotos, DatasetState, PhotoFilter};

use super::super::error::RunsError;
use crate::dataset::{Dataset, Picture, read_picture_file};

/// A shorter side below this is odd.
const SMALL_PX: u32 = 128;
/// Sides that differ by more than this factor are odd.
const ELONGATED: u32 = 2;

/// A data set whose files were looked at.
#[derive(Debug)]
pub struct KnownDataset {
    dataset: Dataset,
    by_content: HashMap<String, usize>,
}

impl KnownDataset {
    /// Of a data set that was opened.
    pub fn new(dataset: Dataset) -> Self {
        let contents = dataset.pictures.iter().map(|picture| picture.content.clone());
        let by_content = contents.enumerate().map(|(row, content)| (content, row)).collect();
        Self { dataset, by_content }
    }

    /// What a page shows.
    pub fn summary(&self) -> DatasetSummary {
        self.dataset.summary()
    }

    /// Class folders.
    pub fn num_classes(&self) -> usize {
        self.dataset.classes.len()
    }

    /// Pictures.
    pub fn num_pictures(&self) -> usize {
        self.dataset.pictures.len()
    }

    /// Folders of the classes.
    pub fn class_folders(&self) -> Vec<String> {
        self.dataset.class_folders()
    }

    /// How lists name it.
    pub fn state(&self) -> DatasetState {
        DatasetState::Ready {
            num_classes: self.num_classes(),
            num_pictures: self.num_pictures() as u64,
            num_skipped: self.dataset.skipped.len(),
        }
    }

    /// Some photos, of a class or of all.
    ///
    /// # Errors
    /// It has no such class.
    pub fn photos(
        &self,
        class: Option<usize>,
        filter: PhotoFilter,
        offset: usize,
        limit: usize,
    ) -> Result<DatasetPhotos, RunsError> {
        if let Some(class) = class.filter(|class| *class >= self.num_classes()) {
            let last = self.num_classes() - 1;
            return Err(RunsError::Invalid(format!(
                "There is no class {class}: the data set's are 0 to {last}."
            )));
        }
        let wanted = |picture: &&Picture| {
            class.is_none_or(|class| picture.class_index == class) && passes(picture, filter)
        };
        let pictures = || self.dataset.pictures.iter().filter(wanted);
        let photos = pictures().skip(offset).take(limit).map(|picture| DatasetPhoto {
            id: picture.content.clone(),
            class_index: picture.class_index,
            width: picture.width,
            height: picture.height,
            is_grey: picture.is_grey,
        });
        Ok(DatasetPhotos { total: pictures().count() as u64, photos: photos.collect() })
    }

    /// Whether it has a photo whose file has this hash.
    pub fn holds(&self, id: &str) -> bool {
        self.by_content.contains_key(id)
    }

    /// A photo's file by the hash of its content, which it still has.
    ///
    /// # Errors
    /// There is none of that hash, or it has changed.
    pub fn read_photo(&self, id: &str) -> Result<Vec<u8>, RunsError> {
        let row = self.by_content.get(id).ok_or_else(|| {
            RunsError::Unknown(
                "This data set has no photo of that id. Its photos are listed beside it.".to_owned(),
            )
        })?;
        let path = self.dataset.folder.join(&self.dataset.pictures[*row].path);
        let gone = || {
            RunsError::Unknown("This photo has changed or gone since the data set was looked at.".to_owned())
        };
        let bytes = read_picture_file(&path).map_err(|_unreadable| gone())?;
        if blake3::hash(&bytes).to_hex().as_str() == id { Ok(bytes) } else { Err(gone()) }
    }
}

fn passes(picture: &Picture, filter: PhotoFilter) -> bool {
    let (shorter, longer) = (picture.width.min(picture.height), picture.width.max(picture.height));
    match filter {
        PhotoFilter::All => true,
        PhotoFilter::Grey => picture.is_grey,
        PhotoFilter::Odd => shorter < SMALL_PX || longer > shorter.saturating_mul(ELONGATED),
    }
}
