//! Folders of class folders: what is found in them, in which order and under which names, what is passed over, and how they are divided.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use server::dataset::{Dataset, DatasetError, Split, SplitPlan};
use server::stop_flag::StopFlag;
use tempfile::TempDir;
use tests::photo_folders::{add_photo, photo, photo_folders};

const PLAN: SplitPlan = SplitPlan { seed: 7, validation_percent: 20.0, test_percent: 25.0 };

fn open(folder: &Path) -> Dataset {
    Dataset::open(folder, None, &StopFlag::default(), &mut |_progress| {}).expect("a data set")
}

fn folders(classes: &[(&str, usize)]) -> TempDir {
    photo_folders(&classes.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<Vec<_>>())
}

#[test]
fn folders_are_classes_in_the_order_of_their_names() {
    let folder = folders(&[("257.clutter", 1), ("001.ak47", 2), ("Faces_easy", 1), ("faces", 1)]);
    add_photo(folder.path(), "001.ak47/deep/b.png", 1, 9);
    let dataset = open(folder.path());
    let classes: Vec<(&str, &str, u64)> = dataset
        .classes
        .iter()
        .map(|class| (class.folder.as_str(), class.name.as_str(), class.num_pictures))
        .collect();
    let expected = [
        ("001.ak47", "ak47", 3),
        ("257.clutter", "clutter", 1),
        ("Faces_easy", "Faces easy", 1),
        ("faces", "faces", 1),
    ];
    assert_eq!(classes, expected);
    let paths: Vec<&str> = dataset.pictures.iter().map(|picture| picture.path.as_str()).collect();
    assert_eq!(paths[..3], ["001.ak47/000.png", "001.ak47/001.png", "001.ak47/deep/b.png"]);
}

#[test]
fn a_known_data_set_is_shown_in_its_own_spelling() {
    let names = include_str!("../../assets/labels/caltech256.txt").lines().filter(|name| !name.is_empty());
    let classes: Vec<(String, usize)> = names
        .clone()
        .enumerate()
        .map(|(index, name)| (format!("{:03}.{}-101", index + 1, name.to_lowercase().replace(' ', "-")), 1))
        .collect();
    assert_eq!(open(photo_folders(&classes).path()).class_names(), names.collect::<Vec<_>>());
}

#[test]
fn bad_files_are_listed_and_the_rest_is_used() {
    let folder = folders(&[("a", 3), ("b", 2), ("empty", 0)]);
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a temporary folder");
        fs::write(path, bytes).expect("a temporary folder");
    };
    write("README.txt", b"about");
    write("a/notes.txt", b"no picture");
    write("a/cut.png", &photo(0, 0)[..60]);
    write("a/.hidden", b"not looked at");
    write("b/empty.jpg", b"");
    write("empty/Thumbs.db", b"\0\0\0\0");
    let dataset = open(folder.path());
    let counts: Vec<u64> = dataset.classes.iter().map(|class| class.num_pictures).collect();
    assert_eq!(counts, [3, 2, 0], "a class without pictures keeps its place");
    let skipped: Vec<&str> = dataset.skipped.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(skipped, ["README.txt", "a/cut.png", "a/notes.txt", "b/empty.jpg", "empty/Thumbs.db"]);
    assert!(dataset.skipped.iter().all(|file| file.reason.len() > 10), "{:?}", dataset.skipped);
    assert_eq!(dataset.summary().skipped, dataset.skipped);
}

#[test]
fn folders_without_pictures_are_refused_in_words() {
    let folder = TempDir::new().expect("a temporary folder");
    let refused = |folder: &Path| {
        Dataset::open(folder, None, &StopFlag::default(), &mut |_progress| {}).expect_err("no data set")
    };
    assert!(matches!(refused(folder.path()), DatasetError::NoClasses { .. }));
    fs::create_dir(folder.path().join("a")).expect("a temporary folder");
    assert!(matches!(refused(folder.path()), DatasetError::NoPictures { .. }));
    assert!(matches!(refused(&folder.path().join("nowhere")), DatasetError::FolderUnreadable { .. }));
    let stop = StopFlag::default();
    stop.stop();
    add_photo(folder.path(), "a/a.png", 0, 0);
    let stopped = Dataset::open(folder.path(), None, &stop, &mut |_progress| {});
    assert!(matches!(stopped, Err(DatasetError::Stopped(_))));
}

#[test]
fn the_hash_is_of_names_and_contents() {
    let folder = folders(&[("a", 2), ("b", 2)]);
    let hash = open(folder.path()).hash;
    assert_eq!(open(folder.path()).hash, hash);
    fs::write(folder.path().join("a/notes.txt"), "no picture").expect("a temporary folder");
    assert_eq!(open(folder.path()).hash, hash, "what is no picture does not count");
    fs::rename(folder.path().join("a/000.png"), folder.path().join("b/900.png")).expect("both are there");
    let moved = open(folder.path()).hash;
    assert_ne!(moved, hash);
    add_photo(folder.path(), "b/900.png", 0, 77);
    assert_ne!(open(folder.path()).hash, moved);
}

#[test]
fn a_file_that_changed_is_looked_at_again() {
    let (folder, cache) = (folders(&[("a", 2), ("b", 1)]), TempDir::new().expect("a temporary folder"));
    let open = || {
        Dataset::open(folder.path(), Some(cache.path()), &StopFlag::default(), &mut |_progress| {})
            .expect("a data set")
    };
    let first = open();
    assert_eq!(open().pictures, first.pictures);
    fs::write(folder.path().join("a/000.png"), "broken since").expect("a temporary folder");
    let later = open();
    assert_eq!(later.pictures[..], first.pictures[1..]);
    assert_eq!(later.skipped.len(), 1);
}

#[test]
fn sizes_and_grey_pictures_are_counted() {
    let folder = folders(&[("a", 3)]);
    let grey = image::GrayImage::from_pixel(300, 100, image::Luma([90]));
    grey.save(folder.path().join("a/grey.png")).expect("a temporary folder");
    let summary = open(folder.path()).summary();
    assert_eq!((summary.num_pictures, summary.num_grey), (4, 1));
    let counted = |bins: &[shared::HistogramBin]| -> Vec<(f64, u64)> {
        bins.iter().filter(|bin| bin.count > 0).map(|bin| (bin.low, bin.count)).collect()
    };
    assert_eq!(counted(&summary.shorter_sides), [(0.0, 3), (64.0, 1)]);
    assert_eq!(
        counted(&summary.aspect_ratios),
        [(0.95, 3), (3.0, 1)],
        "40 x 40, 40 x 41, 40 x 42; 300 x 100"
    );
}

#[test]
fn each_class_is_divided_alike_and_every_time_the_same() {
    let folder = folders(&[("a", 20), ("b", 8), ("c", 3), ("d", 1)]);
    let dataset = open(folder.path());
    let split = Split::stratified(&dataset, &PLAN).expect("shares that leave something");
    let count = |paths: &[String]| -> Vec<usize> {
        let of = |class: &str| paths.iter().filter(|path| path.starts_with(&format!("{class}/"))).count();
        ["a", "b", "c", "d"].map(of).to_vec()
    };
    assert_eq!(count(&split.test), [5, 2, 1, 0]);
    assert_eq!(count(&split.validation), [4, 2, 1, 0]);
    assert_eq!(count(&split.train), [11, 4, 1, 1]);
    let all: BTreeSet<&String> =
        [&split.train, &split.validation, &split.test].into_iter().flatten().collect();
    assert_eq!(all.len(), dataset.pictures.len(), "each picture is in one part");
    assert_eq!(Split::stratified(&dataset, &PLAN).expect("shares"), split);
    let other = SplitPlan { seed: 8, ..PLAN };
    assert_ne!(Split::stratified(&dataset, &other).expect("shares").test, split.test);

    // A new class changes nothing of the others.
    add_photo(folder.path(), "aa/0.png", 50, 0);
    let later = Split::stratified(&open(folder.path()), &PLAN).expect("shares");
    assert_eq!(count(&later.test), count(&split.test));
    assert!(split.test.iter().all(|path| later.test.contains(path)));
    let too_much = SplitPlan { validation_percent: 60.0, test_percent: 40.0, ..PLAN };
    assert!(matches!(Split::stratified(&dataset, &too_much), Err(DatasetError::Shares { .. })));
}

#[test]
fn a_split_is_kept_and_belongs_to_its_data_set() {
    let folder = folders(&[("a", 6), ("b", 6)]);
    let dataset = open(folder.path());
    let split = Split::stratified(&dataset, &PLAN).expect("shares");
    let place = TempDir::new().expect("a temporary folder");
    let path = place.path().join("split.json");
    split.write(&path).expect("a temporary folder");
    assert_eq!(Split::read(&dataset, &path).expect("it was written"), split);
    add_photo(folder.path(), "a/more.png", 0, 90);
    let other = Split::read(&open(folder.path()), &path);
    assert!(matches!(other, Err(DatasetError::SplitOfOtherData { .. })));
}

#[test]
fn official_lists_are_followed() {
    let folder = folders(&[("a", 6), ("b", 6)]);
    fs::write(folder.path().join("a/bad.png"), "no picture").expect("a temporary folder");
    let dataset = open(folder.path());
    let lists = TempDir::new().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        fs::write(lists.path().join(name), text).expect("a temporary folder");
    };
    let split = |plan: &SplitPlan| Split::from_files(&dataset, lists.path(), plan);
    assert!(matches!(split(&PLAN), Err(DatasetError::SplitFile { .. })), "no list");

    write("train.txt", "# official\na/000.png\t0\n./b\\001.png\n\na/bad.png\nb/002.png\na/003.png\n");
    write("test.txt", "a/005.png\n");
    write("validation.txt", "b/000.png\n");
    let followed = split(&PLAN).expect("lists that go together");
    assert_eq!(followed.train, ["a/000.png", "a/003.png", "b/001.png", "b/002.png"]);
    assert_eq!((followed.validation.len(), followed.test.len()), (1, 1));

    fs::remove_file(lists.path().join("validation.txt")).expect("it is there");
    let half = SplitPlan { validation_percent: 50.0, ..PLAN };
    let held_out = split(&half).expect("lists that go together");
    assert_eq!((held_out.train.len(), held_out.validation.len(), held_out.test.len()), (2, 2, 1));

    write("test.txt", "a/000.png\n");
    let message = split(&PLAN).expect_err("in two lists").to_string();
    assert!(message.contains("a/000.png"), "{message}");
    write("test.txt", "a/999.png\n../secret.png\n");
    let message = split(&PLAN).expect_err("no such files").to_string();
    assert!(message.contains("a/999.png, ../secret.png"), "{message}");
}
