//! Photos, each as many times as there are clients: what stands behind the end of a JPEG file makes another file of the same picture.

use std::path::Path;

use anyhow::{Context, Result, bail};

/// Some photos.
pub struct Photos {
    files: Vec<Vec<u8>>,
}

impl Photos {
    /// All JPEG files of a folder, in the order of their names.
    ///
    /// # Errors
    /// There are none, or one cannot be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        let mut paths: Vec<_> =
            entries.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
        paths.sort();
        if paths.is_empty() {
            bail!("{} has no .jpg", folder.display());
        }
        let read = |path| std::fs::read(path).with_context(|| format!("cannot read {path:?}"));
        Ok(Self { files: paths.iter().map(read).collect::<Result<_>>()? })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// The file of a photo as it is.
    pub fn original(&self, index: usize) -> &[u8] {
        &self.files[index]
    }

    /// Which photo a number stands for.
    pub fn index(&self, number: usize) -> usize {
        number % self.files.len()
    }

    /// A file that no other number gives.
    pub fn file(&self, number: usize) -> Vec<u8> {
        let mut file = self.files[self.index(number)].clone();
        file.extend(number.to_le_bytes());
        file
    }
}
