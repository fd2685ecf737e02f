//! Archives of photos from outside: honest ones are unpacked, hostile ones are refused in words, and nothing is left of those.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use server::dataset::Dataset;
use server::dataset::archive::{ArchiveError, ArchiveLimits, Unpacked, unpack};
use server::stop_flag::StopFlag;
use tar::{EntryType, Header};
use tempfile::TempDir;
use tests::photo_folders::photo;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Small, so that hostile archives are quickly made.
const LIMITS: ArchiveLimits = ArchiveLimits {
    max_entries: 50,
    max_total_bytes: 5_000_000,
    max_ratio: 100,
    max_path_bytes: 200,
    max_depth: 4,
};

/// A place for an archive and for what comes out of it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder can be made") }
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("inner/photos")
    }

    fn unpack(&self, bytes: &[u8]) -> Result<Unpacked, ArchiveError> {
        self.unpack_until(bytes, u64::MAX)
    }

    /// Asked to stop once so many bytes are written.
    fn unpack_until(&self, bytes: &[u8], end: u64) -> Result<Unpacked, ArchiveError> {
        let archive = self.folder.path().join("archive");
        fs::write(&archive, bytes).expect("a temporary folder");
        fs::create_dir_all(self.folder.path().join("inner")).expect("a temporary folder");
        let stop = StopFlag::default();
        unpack(&archive, &self.target(), &LIMITS, &stop, &mut |written| {
            if written >= end {
                stop.stop();
            }
        })
    }

    /// Unpacks what must not be, and looks that nothing is left.
    fn refused(&self, bytes: &[u8]) -> ArchiveError {
        let error = self.unpack(bytes).expect_err("a hostile archive");
        self.check_nothing_left();
        error
    }

    fn check_nothing_left(&self) {
        let names = |folder: &Path| -> Vec<String> {
            let entries = fs::read_dir(folder).expect("a folder");
            let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
            let mut names: Vec<String> = entries.map(|entry| name(entry.expect("readable"))).collect();
            names.sort();
            names
        };
        assert_eq!(names(self.folder.path()), ["archive", "inner"]);
        assert_eq!(names(&self.folder.path().join("inner")), [""; 0]);
    }
}

fn tar(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, kind, content) in entries {
        let mut header = Header::new_ustar();
        // The library itself would refuse to write such names.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file(*name, options).expect("memory");
        writer.write_all(content).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// A zip with one deflated entry, written by hand: the library is built without compression.
fn deflated_zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("memory");
    let packed = encoder.finish().expect("memory");
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let mut sizes = Vec::new();
    for number in [crc.sum(), packed.len() as u32, content.len() as u32] {
        sizes.extend(number.to_le_bytes());
    }
    let name_length = (name.len() as u16).to_le_bytes();
    let mut bytes = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0".to_vec();
    bytes.extend(&sizes);
    bytes.extend(name_length);
    bytes.extend([0, 0]);
    bytes.extend(name.as_bytes());
    bytes.extend(packed);
    let start = bytes.len() as u32;
    bytes.extend(b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0");
    bytes.extend(&sizes);
    bytes.extend(name_length);
    bytes.extend([0; 12]);
    bytes.extend(0_u32.to_le_bytes());
    bytes.extend(name.as_bytes());
    let length = bytes.len() as u32 - start;
    bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    bytes.extend(length.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn honest_archives_become_data_sets() {
    let photos = [("set/cats/a.png", photo(0, 0)), ("set/dogs/b.png", photo(1, 0))];
    let zipped = zip(&photos.each_ref().map(|(name, bytes)| (*name, bytes.as_slice())));
    let mut entries =
        vec![("set/", EntryType::Directory, &b""[..]), ("set/.DS_Store", EntryType::Regular, b"x")];
    entries.extend(photos.iter().map(|(name, bytes)| (*name, EntryType::Regular, bytes.as_slice())));
    let tape = tar(&entries);
    for bytes in [zipped, gzip(&tape), tape] {
        let place = Place::new();
        let unpacked = place.unpack(&bytes).expect("an honest archive");
        assert_eq!(unpacked.num_files, 2);
        let set = place.target().join("set");
        let dataset = Dataset::open(&set, None, &StopFlag::default(), &mut |_progress| {});
        assert_eq!(dataset.expect("a data set").class_names(), ["cats", "dogs"]);
        let again = place.unpack(&bytes).expect_err("it is there already");
        assert!(matches!(again, ArchiveError::Exists { .. }));
    }
}

#[test]
fn what_is_deflated_is_inflated_and_checked() {
    let content = b"a photo of a cat, ".repeat(200);
    let bytes = deflated_zip("cats/a.txt", &content);
    let place = Place::new();
    place.unpack(&bytes).expect("an honest archive");
    assert_eq!(fs::read(place.target().join("cats/a.txt")).expect("it was written"), content);
    let mut damaged = bytes.clone();
    damaged[14] ^= 1;
    let directory = damaged.windows(4).position(|window| window == b"PK\x01\x02").expect("it has one");
    damaged[directory + 16] ^= 1;
    assert!(matches!(Place::new().refused(&damaged), ArchiveError::Damaged(_)), "another checksum");
}

#[test]
fn long_names_are_read_in_both_forms() {
    let name = format!("cats/{}.png", "long".repeat(40));
    let record_length = 3 + 1 + "path=".len() + name.len() + 1;
    let pax = format!("{record_length} path={name}\n");
    let photo = photo(0, 0);
    for (kind, extension) in [
        (EntryType::XHeader, pax.clone().into_bytes()),
        (EntryType::GNULongName, format!("{name}\0").into_bytes()),
    ] {
        let place = Place::new();
        let bytes = tar(&[("long", kind, &extension), ("short", EntryType::Regular, &photo)]);
        place.unpack(&bytes).expect("an honest archive");
        assert!(place.target().join(&name).is_file(), "{kind:?}");
    }
    let slip = "20 path=../../evil\n";
    let bytes = tar(&[("long", EntryType::XHeader, slip.as_bytes()), ("short", EntryType::Regular, &photo)]);
    Place::new().refused(&bytes);
    let broken: [&[u8]; 4] = [b"path=a\n", b"999 path=a\n", b"3 p\n", b"20 size=99999999999\n"];
    for records in broken {
        let bytes = tar(&[("long", EntryType::XHeader, records), ("short", EntryType::Regular, &photo)]);
        let error = Place::new().refused(&bytes);
        assert!(matches!(error, ArchiveError::Damaged(_)), "{error}");
    }
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    let deep = "a/".repeat(9) + "b.png";
    let names =
        ["../evil.png", "cats/../../evil.png", "/tmp/evil.png", "C:\\evil.png", "cats\\..\\evil.png", &deep];
    for name in names {
        for bytes in [tar(&[(name, EntryType::Regular, b"evil")]), deflated_zip(name, b"evil")] {
            let error = Place::new().refused(&bytes);
            assert!(matches!(error, ArchiveError::Path { .. }), "{name}: {error}");
        }
    }
}

#[test]
fn only_files_and_folders_are_taken() {
    let kinds = [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Block, EntryType::Fifo];
    for kind in kinds {
        let error = Place::new().refused(&tar(&[("cats/a.png", kind, b"")]));
        assert!(matches!(error, ArchiveError::Kind { .. }), "{kind:?}: {error}");
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("cats", "/etc", SimpleFileOptions::default()).expect("memory");
    let bytes = writer.finish().expect("memory").into_inner();
    assert!(matches!(Place::new().refused(&bytes), ArchiveError::Kind { .. }));
    // A folder that is a link, and a file below it.
    let bytes = tar(&[("cats", EntryType::Symlink, b""), ("cats/evil.png", EntryType::Regular, b"evil")]);
    assert!(matches!(Place::new().refused(&bytes), ArchiveError::Kind { .. }));
}

#[test]
fn bombs_do_not_go_off() {
    let zeros = vec![0; 4_000_000];
    let bomb = deflated_zip("cats/a.png", &zeros);
    assert!(bomb.len() < 40_000, "{}", bomb.len());
    assert!(matches!(Place::new().refused(&bomb), ArchiveError::Ratio { .. }));
    let bomb = gzip(&tar(&[("cats/a.png", EntryType::Regular, &zeros)]));
    assert!(matches!(Place::new().refused(&bomb), ArchiveError::Ratio { .. }));
    // Nothing that compresses, but too much of it.
    let noise: Vec<u8> = blake3_noise(6_000_000);
    let large = zip(&[("cats/a.png", &noise)]);
    assert!(matches!(Place::new().refused(&large), ArchiveError::TooLarge { .. }));
    // An entry that says that it is larger than the archive.
    let mut lying = tar(&[("cats/a.png", EntryType::Regular, b"small")]);
    let mut header = Header::new_ustar();
    header.as_mut_bytes().copy_from_slice(&lying[..512]);
    header.set_size(1 << 32);
    header.set_cksum();
    lying[..512].copy_from_slice(header.as_bytes());
    Place::new().refused(&lying);
    // A name that would not fit in memory.
    header.set_entry_type(EntryType::GNULongName);
    header.set_cksum();
    lying[..512].copy_from_slice(header.as_bytes());
    assert!(matches!(Place::new().refused(&lying), ArchiveError::Damaged(_)));
}

fn blake3_noise(count: usize) -> Vec<u8> {
    let mut noise = vec![0; count];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    noise
}

#[test]
fn entries_are_counted_before_they_are_read() {
    let names: Vec<String> = (0..60).map(|index| format!("cats/{index}.png")).collect();
    let few: Vec<(&str, EntryType, &[u8])> =
        names.iter().map(|name| (name.as_str(), EntryType::Regular, &b""[..])).collect();
    assert!(matches!(Place::new().refused(&tar(&few)), ArchiveError::TooManyEntries { max: 50 }));
    let few: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(matches!(Place::new().refused(&zip(&few)), ArchiveError::TooManyEntries { max: 50 }));
    // A million entries, of which only the end of the directory is there.
    let mut announced = b"PK\x03\x04".to_vec();
    announced.extend(b"PK\x06\x06");
    announced.extend([0; 28]);
    announced.extend(1_000_000_u64.to_le_bytes());
    announced.extend([0; 16]);
    announced.extend(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0");
    assert!(matches!(Place::new().refused(&announced), ArchiveError::TooManyEntries { max: 50 }));
}

#[test]
fn wrong_files_are_refused_in_words() {
    for bytes in [&b""[..], b"no archive", b"\x89PNG\r\n\x1a\n", b"Rar!\x1a\x07\x00"] {
        assert!(matches!(Place::new().refused(bytes), ArchiveError::UnknownFormat));
    }
    let whole = zip(&[("cats/a.png", b"photo")]);
    assert!(matches!(Place::new().refused(&whole[..whole.len() - 30]), ArchiveError::Damaged(_)));
    let whole = gzip(&tar(&[("cats/a.png", EntryType::Regular, &blake3_noise(5000))]));
    assert!(matches!(Place::new().refused(&whole[..whole.len() / 2]), ArchiveError::Damaged(_)));
    let twice =
        tar(&[("cats/a.png", EntryType::Regular, b"one"), ("cats/a.png", EntryType::Regular, b"two")]);
    assert!(matches!(Place::new().refused(&twice), ArchiveError::Path { .. }));
}

#[test]
fn a_cancelled_upload_leaves_nothing() {
    let noise = blake3_noise(1_000_000);
    let bytes = zip(&[("cats/a.png", &noise), ("cats/b.png", &noise)]);
    let place = Place::new();
    let stopped = place.unpack_until(&bytes, 1_500_000);
    assert!(matches!(stopped, Err(ArchiveError::Stopped(_))));
    place.check_nothing_left();
    assert_eq!(place.unpack(&bytes).expect("it goes in later").num_files, 2);
}
