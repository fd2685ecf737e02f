//! The zip archive around a checkpoint: where each member lies in the file. torch.save stores members as they are, so
//! they are read in place, and nothing is ever inflated.

use std::collections::HashMap;
use std::io::Cursor;
use std::ops::Range;

use zip::{CompressionMethod, ZipArchive};

use super::PickleError;

/// More members than any checkpoint has tensors.
const MAX_MEMBERS: usize = 100_000;
const PICKLE: &str = "data.pkl";

/// Where a member lies, checked against the file's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    start: usize,
    /// Bytes.
    pub size: usize,
}

impl Extent {
    /// The bytes of the file.
    pub fn range(self) -> Range<usize> {
        self.start..self.start + self.size
    }
}

/// The directory of an archive.
pub struct Archive {
    /// The folder that holds everything, with its slash.
    root: String,
    members: HashMap<String, Extent>,
}

impl Archive {
    /// Reads the directory.
    ///
    /// # Errors
    /// If it is broken, or is none of `torch.save`.
    pub fn read(bytes: &[u8]) -> Result<Self, PickleError> {
        let mut zip = ZipArchive::new(Cursor::new(bytes))?;
        if zip.len() > MAX_MEMBERS {
            return Err(PickleError::TooLarge("it has more members than any checkpoint has tensors"));
        }
        let mut members = HashMap::new();
        for index in 0..zip.len() {
            let member = zip.by_index_raw(index)?;
            let name = member.name()?.into_owned();
            let start = member.data_start().and_then(|start| usize::try_from(start).ok());
            let size = usize::try_from(member.size()).ok();
            let is_stored = member.compression() == CompressionMethod::Stored
                && member.compressed_size() == member.size();
            let (Some(start), Some(size), true) = (start, size, is_stored) else {
                return Err(PickleError::Member(name));
            };
            if start.checked_add(size).is_none_or(|end| end > bytes.len()) {
                return Err(PickleError::Member(name));
            }
            members.insert(name, Extent { start, size });
        }
        let pickle = members.keys().find(|name| is_pickle(name)).ok_or(PickleError::NoPickle)?;
        let root = pickle[..pickle.len() - PICKLE.len()].to_owned();
        let archive = Self { root, members };
        let byte_order = archive.member("byteorder").map(|extent| &bytes[extent.range()]);
        if byte_order.is_ok_and(|order| order == b"big") {
            return Err(PickleError::BigEndian);
        }
        Ok(archive)
    }

    /// The pickle.
    ///
    /// # Errors
    /// If there is none.
    pub fn pickle(&self) -> Result<Extent, PickleError> {
        self.member(PICKLE)
    }

    /// The values of the storage with that key.
    ///
    /// # Errors
    /// If there are none.
    pub fn storage(&self, key: &str) -> Result<Extent, PickleError> {
        self.member(&format!("data/{key}"))
    }

    fn member(&self, name: &str) -> Result<Extent, PickleError> {
        let name = format!("{}{name}", self.root);
        self.members.get(&name).copied().ok_or(PickleError::Member(name))
    }
}

/// `data.pkl` in the one folder of the archive.
fn is_pickle(name: &str) -> bool {
    name.strip_suffix(PICKLE).is_some_and(|root| root.ends_with('/') && root.matches('/').count() == 1)
}
