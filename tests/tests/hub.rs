//! Weights from the hub: against a small server on this machine that speaks its protocol.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use server::models::checkpoint::Checkpoint;
use server::models::source::hub::{Hub, HubError};
use tempfile::TempDir;
use tests::checkpoint_files;
use tests::hub_server::{COMMIT, HubServer, Repository};

const ID: &str = "lab/vit";

/// A hub of one ViT with its configs, and an empty cache.
struct Scene {
    server: HubServer,
    cache: TempDir,
    weights: Vec<u8>,
}

impl Scene {
    fn new() -> Self {
        let file = checkpoint_files::build("vit_transformers.safetensors");
        let mut files: BTreeMap<String, Vec<u8>> = ["config.json", "preprocessor_config.json"]
            .into_iter()
            .map(|name| (name.to_owned(), fs::read(file.folder().join(name)).expect("it was written")))
            .collect();
        let weights = fs::read(&file.path).expect("it was written");
        files.insert("model.safetensors".to_owned(), weights.clone());
        files.insert("README.md".to_owned(), b"A ViT.".to_vec());
        files.insert("large/model.safetensors".to_owned(), weights[..weights.len() / 2].to_vec());
        let server = HubServer::start(Repository { id: ID.to_owned(), files, ..Repository::default() });
        Self { server, cache: tempfile::tempdir().expect("a temporary folder"), weights }
    }

    fn fetch(&self, name: &str) -> Result<PathBuf, HubError> {
        self.fetch_from(&self.server.endpoint(), name)
    }

    fn fetch_from(&self, endpoint: &str, name: &str) -> Result<PathBuf, HubError> {
        Hub::at(endpoint, self.cache.path().join("hub"))?.fetch(&name.parse()?)
    }

    fn refusal(&self, name: &str) -> String {
        self.fetch(name).expect_err("it must fail").to_string()
    }

    fn blobs(&self) -> Vec<PathBuf> {
        let folder = self.cache.path().join("hub/models--lab--vit/blobs");
        let entries = folder.read_dir().expect("a download made it");
        let paths = entries.map(|entry| entry.expect("it can be listed").path());
        paths.filter(|path| path.extension().is_none_or(|extension| extension != "lock")).collect()
    }
}

#[test]
fn weights_come_with_their_configs_and_load() {
    let scene = Scene::new();
    let path = scene.fetch(ID).expect("it is on the hub");
    assert_eq!(fs::read(&path).expect("it was downloaded"), scene.weights);
    let checkpoint = Checkpoint::open(&path).expect("a checkpoint");
    let labels = checkpoint.description.labels.expect("the config beside it names the classes");
    assert_eq!(labels[3], "kind_3");
    assert_eq!(checkpoint.description.preprocessing.expect("the other config").crop_size, 70);
    let asked = scene.server.take_requests();
    assert!(!asked.iter().any(|request| request.starts_with("README.md")), "{asked:?}");
}

#[test]
fn the_cache_answers_without_a_network() {
    let scene = Scene::new();
    let path = scene.fetch(ID).expect("it is on the hub");
    scene.server.take_requests();
    assert_eq!(scene.fetch(ID).expect("it is in the cache"), path);
    assert_eq!(scene.server.take_requests(), Vec::<String>::new());
    // Nobody listens on port 1 of this machine.
    let nowhere = "http://127.0.0.1:1";
    assert_eq!(scene.fetch_from(nowhere, ID).expect("it is in the cache"), path);
    let error = scene.fetch_from(nowhere, "lab/other").expect_err("it is not").to_string();
    assert!(error.contains("hf:lab/other is not in the cache") && error.contains("give its path"), "{error}");
}

#[test]
fn an_interrupted_download_goes_on_where_it_stopped() {
    let scene = Scene::new();
    let half = scene.weights.len() / 2;
    scene.server.change(|repository| repository.hang_up_after = Some(half + 1));
    let path = scene.fetch(ID).expect("the second attempt brings the rest");
    assert_eq!(fs::read(path).expect("it was downloaded"), scene.weights);
    let asked = scene.server.take_requests();
    let ranges: Vec<&String> =
        asked.iter().filter(|request| request.starts_with("model.safetensors")).collect();
    let resumed = format!("model.safetensors bytes={}-", half + 1);
    assert_eq!(ranges.last().map(|request| request.as_str()), Some(resumed.as_str()), "{asked:?}");
}

#[test]
fn a_later_start_goes_on_too() {
    let scene = Scene::new();
    // Every attempt brings a few bytes, so the first start gives up.
    scene.server.change(|repository| repository.hang_up_after = Some(1000));
    let error = scene.refusal(ID);
    assert!(error.contains("could not be asked"), "{error}");
    scene.server.take_requests();
    scene.server.change(|repository| repository.hang_up_after = None);
    let path = scene.fetch(ID).expect("the rest");
    assert_eq!(fs::read(path).expect("it was downloaded"), scene.weights);
    let asked = scene.server.take_requests();
    assert!(!asked.contains(&"model.safetensors bytes=0-".to_owned()), "{asked:?}");
}

#[test]
fn a_download_with_another_checksum_is_thrown_away() {
    let scene = Scene::new();
    scene.server.change(|repository| repository.lies = true);
    let error = scene.refusal(ID);
    assert!(error.contains("another checksum"), "{error}");
    assert_eq!(scene.blobs(), Vec::<PathBuf>::new());
    scene.server.change(|repository| repository.lies = false);
    scene.fetch(ID).expect("an honest hub");
}

#[test]
fn a_cached_file_that_has_changed_is_thrown_away() {
    let scene = Scene::new();
    let path = scene.fetch(ID).expect("it is on the hub");
    let mut content = scene.weights.clone();
    content[5000] ^= 1;
    fs::write(path.canonicalize().expect("a link to the blob"), content).expect("the cache can be written");
    assert!(scene.refusal(ID).contains("another checksum"));
    assert_eq!(fs::read(scene.fetch(ID).expect("it is on the hub")).expect("anew"), scene.weights);
}

#[test]
fn a_revision_and_a_file_can_be_named() {
    let scene = Scene::new();
    let name = format!("{ID}@{COMMIT}/large/model.safetensors");
    let path = scene.fetch(&name).expect("it is on the hub");
    assert!(path.ends_with(Path::new(COMMIT).join("large/model.safetensors")), "{}", path.display());
    assert_eq!(fs::read(path).expect("it was downloaded").len(), scene.weights.len() / 2);
    // A config of the folder above is not one of the file's.
    assert_eq!(scene.blobs().len(), 1);
}

#[test]
fn what_the_hub_does_not_give_is_said() {
    let scene = Scene::new();
    assert!(scene.refusal("lab/other").contains("the hub has no hf:lab/other"));
    assert!(scene.refusal("lab/vit/no.safetensors").contains("status 404"));
    assert!(scene.refusal("vit").contains("hf:owner/name"));
    scene.server.change(|repository| {
        repository.files.retain(|name, _| name.ends_with(".json") || name.ends_with(".md"));
    });
    let error = scene.refusal(ID);
    assert!(error.contains("no single file of weights") && error.contains("README.md"), "{error}");
    scene.server.change(|repository| repository.gated = true);
    assert!(scene.refusal(ID).contains("HF_TOKEN"));
}

#[test]
fn a_single_file_of_another_name_is_found() {
    let scene = Scene::new();
    scene.server.change(|repository| {
        let weights = repository.files.remove("model.safetensors").expect("it is there");
        repository.files.remove("large/model.safetensors");
        repository.files.insert("resnet50-11ad3fa6.pth".to_owned(), weights);
    });
    let path = scene.fetch(ID).expect("the only weights");
    assert!(path.ends_with("resnet50-11ad3fa6.pth"));
    scene.server.take_requests();
    assert_eq!(scene.fetch_from("http://127.0.0.1:1", ID).expect("it is in the cache"), path);
}
