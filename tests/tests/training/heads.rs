//! Heads as files, and a model that gets one: everything that is said of it follows.

use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use server::dataset::{Dataset, SplitPlan};
use server::device::Precision;
use server::models::checkpoint::head::{HeadCard, HeadError, HeadFile, to_bytes};
use server::models::registry::{self, LoadError, LoadedModel, ModelRequest};
use server::models::tail::TailParameters;
use server::models::with_head::with_head;
use server::stop_flag::StopFlag;
use server::training::{
    Extraction, Job, Settings, SplitSource, TrainingError, Trunk, evaluate_head, train_head,
};
use shared::training::{Method, Schedule};
use shared::{HeadRecipe, ModelSlot, Preprocessing};
use tempfile::TempDir;
use tests::difference::relative_difference;
use tests::photo_folders::{photo_folders, small_vit};
use tests::synthetic;

fn train(model: &LoadedModel, dataset: &Path, method: Method, place: &Path) -> (HeadFile, PathBuf) {
    let job = Job {
        dataset: dataset.to_owned(),
        name: None,
        test: None,
        split: SplitSource::Seeded(SplitPlan { seed: 0, validation_percent: 0.0, test_percent: 0.0 }),
        recipe: HeadRecipe { method, ..HeadRecipe::default() },
        cache: None,
        progress_file: None,
        fine_tuning: None,
        extraction: Extraction::on(&Device::Cpu),
    };
    let trunk = Trunk::of(model, &Device::Cpu);
    let trained = train_head(trunk, &job, &StopFlag::default(), &mut |_event| {}).expect("it runs");
    let path = place.join("head.safetensors");
    fs::write(&path, &trained.head).expect("a temporary folder");
    let head = HeadFile::open(&path).expect("it was just written");
    assert_eq!(head.id, trained.report.head_id);
    (head, path)
}

fn steps(epochs: u64) -> Method {
    Method::Gradient(Schedule { epochs, learning_rate: 0.01, ..Schedule::default() })
}

#[test]
fn a_data_set_of_257_folders_gives_257_outputs() {
    let folders: Vec<(String, usize)> =
        (1..=257).map(|number| (format!("{number:03}.thing_{number}"), 2)).collect();
    let (dataset, place) = (photo_folders(&folders), TempDir::new().expect("a temporary folder"));
    let model = small_vit();
    let (head, _path) = train(&model, dataset.path(), steps(2), place.path());
    assert_eq!(head.weight.dims(), [257, 48]);
    let headed = with_head(&model, &head).expect("the same trunk");
    let info = &headed.info;
    assert_eq!(info.architecture.num_classes(), 257);
    let graph = info.architecture.graph();
    let logits = graph.nodes.iter().find(|node| node.id.as_str() == "logits").expect("a head");
    assert_eq!(logits.output_shape.elements(), 257);
    assert_eq!((info.labels.len(), info.labels[1].as_str()), (257, "thing 2"));
    let weight = headed.weights.parameter("logits.weight").expect("the head's");
    assert_eq!(weight.dims(), [257, 48], "what class maps and the page read");

    let images = synthetic::images(&info.architecture, 2).expect("room");
    let logits = headed.backbone.forward(&images).expect("it runs");
    let features = model.backbone.features(&images).expect("it runs");
    let expected = features.matmul(&head.weight.t().expect("a matrix")).expect("shapes");
    let expected = expected.broadcast_add(&head.bias).expect("shapes");
    assert!(relative_difference(&logits, &expected).expect("the shape") < 1e-5);
}

#[test]
fn ids_change_with_the_head_and_come_back_without_it() {
    let dataset = photo_folders(&[("a".to_owned(), 4), ("b".to_owned(), 4)]);
    let place = TempDir::new().expect("a temporary folder");
    let model = small_vit();
    let (first, _path) = train(&model, dataset.path(), steps(1), place.path());
    let (second, _path) = train(&model, dataset.path(), steps(3), place.path());
    assert_ne!(first.id, second.id);
    let id = |model: &LoadedModel| model.info.checkpoint.id.clone();
    let with_first = with_head(&model, &first).expect("the same trunk");
    let with_second = with_head(&with_first, &second).expect("the same trunk below");
    assert_ne!(id(&with_first), id(&model));
    assert_ne!(id(&with_second), id(&with_first));
    let directly = with_head(&model, &second).expect("the same trunk");
    assert_eq!(id(&with_second), id(&directly), "what was there before leaves nothing");
    assert_eq!(with_second.info.checkpoint.trunk_id(), model.info.checkpoint.id);
    let again = train(&model, dataset.path(), steps(3), place.path()).0;
    assert_eq!(again.id, second.id, "the same recipe gives the same file");
}

#[test]
fn a_ridge_tells_colours_apart_and_is_measured() {
    let classes: Vec<(String, usize)> = (0..6).map(|index| (format!("{index}"), 8)).collect();
    let (dataset, place) = (photo_folders(&classes), TempDir::new().expect("a temporary folder"));
    let model = small_vit();
    let (head, _path) = train(&model, dataset.path(), Method::Ridge { penalty: None }, place.path());
    assert!(matches!(head.card.recipe.method, Method::Ridge { penalty: Some(_) }), "which one is said");
    let stop = StopFlag::default();
    let settings = Settings { extraction: Extraction::on(&Device::Cpu), cache: None, stop: &stop };
    let open = |folder: &Path| Dataset::open(folder, None, &stop, &mut |_progress| {}).expect("a data set");
    let trunk = Trunk::of(&model, &Device::Cpu);
    // Two of the classes, of which one stands elsewhere than in the head.
    let part = photo_folders(&[("unused".to_owned(), 0), ("0".to_owned(), 0)]);
    fs::remove_dir(part.path().join("unused")).ok();
    tests::photo_folders::add_photo(part.path(), "3/x.png", 3, 40);
    tests::photo_folders::add_photo(part.path(), "5/x.png", 5, 40);
    let answers = evaluate_head(trunk, &head, open(part.path()), &settings, &mut |_progress| {});
    let evaluation = answers.expect("classes of the head").evaluation;
    assert_eq!((evaluation.num_pictures, evaluation.top1.count), (2, 2));
    assert_eq!((evaluation.confusion[3][3], evaluation.confusion[5][5]), (1, 1));
    tests::photo_folders::add_photo(part.path(), "another/x.png", 9, 40);
    let other = evaluate_head(trunk, &head, open(part.path()), &settings, &mut |_progress| {});
    let message = other.expect_err("a class that the head does not have").to_string();
    assert!(message.contains("another"), "{message}");
    assert!(matches!(
        train_head(trunk, &one_class_job(dataset.path()), &stop, &mut |_event| {}),
        Err(TrainingError::Dataset(_))
    ));
}

fn one_class_job(dataset: &Path) -> Job {
    Job {
        dataset: dataset.join("0"),
        name: None,
        test: None,
        split: SplitSource::Seeded(SplitPlan { seed: 0, validation_percent: 0.0, test_percent: 0.0 }),
        recipe: HeadRecipe::default(),
        cache: None,
        progress_file: None,
        fine_tuning: None,
        extraction: Extraction::on(&Device::Cpu),
    }
}

/// A head of three classes for the demo's ViT, all of whose logits are 0 but the last one.
fn demo_head(backbone_id: &str, preprocessing: &Preprocessing, num_features: usize) -> Vec<u8> {
    let names: Vec<String> = ["cat", "dog", "sea horse"].map(str::to_owned).to_vec();
    let card = HeadCard {
        slot: ModelSlot::Vit,
        backbone_id: backbone_id.to_owned(),
        backbone: "ViT-S/16".to_owned(),
        dataset: "Animals".to_owned(),
        data_hash: "0".repeat(64),
        class_folders: names.clone(),
        recipe: HeadRecipe::default(),
        fine_tuning: None,
        metrics: None,
        class_names: names,
        preprocessing: preprocessing.clone(),
    };
    let weight = Tensor::zeros((3, num_features), candle_core::DType::F32, &Device::Cpu).expect("room");
    let bias = Tensor::new(&[0.0_f32, 0.0, 5.0], &Device::Cpu).expect("room");
    to_bytes(&weight, &bias, &TailParameters::new(), &card).expect("on the CPU")
}

fn request(slot: ModelSlot, head: Option<PathBuf>) -> ModelRequest {
    ModelRequest {
        slot,
        source: "demo".to_owned(),
        labels: None,
        preprocessing: None,
        head,
        precision: Precision::F32,
        assets: Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets"),
    }
}

#[test]
fn a_head_is_loaded_at_start_onto_its_own_trunk_alone() {
    let load = |request: &ModelRequest| registry::load(request, &Device::Cpu, "CPU");
    let place = TempDir::new().expect("a temporary folder");
    let path = place.path().join("head.safetensors");
    let write = |bytes: &[u8]| fs::write(&path, bytes).expect("a temporary folder");
    let demo = load(&request(ModelSlot::Vit, None)).expect("the demo").info;
    let (id, preprocessing) = (demo.checkpoint.id.as_str(), &demo.preprocessing);

    write(&demo_head(id, preprocessing, 384));
    let headed = load(&request(ModelSlot::Vit, Some(path.clone()))).expect("the same trunk");
    assert_eq!(headed.info.labels, ["cat", "dog", "sea horse"]);
    assert_eq!(headed.info.label_source, "names from the head");
    assert_eq!(headed.info.architecture.num_classes(), 3);
    assert_ne!(headed.info.checkpoint.id, demo.checkpoint.id);
    let images = Tensor::zeros((1, 3, 224, 224), candle_core::DType::F32, &Device::Cpu).expect("room");
    let logits =
        headed.backbone.forward(&images).and_then(|logits| logits.to_vec2::<f32>()).expect("it runs");
    assert_eq!(logits, [[0.0, 0.0, 5.0]]);

    let refused = |slot: ModelSlot, bytes: &[u8]| {
        write(bytes);
        match load(&request(slot, Some(path.clone()))) {
            Err(LoadError::Head { error, .. }) => error,
            Err(other) => panic!("{other}"),
            Ok(_loaded) => panic!("it was loaded"),
        }
    };
    let other = refused(ModelSlot::Vit, &demo_head("of something else", preprocessing, 384));
    assert!(matches!(*other, HeadError::OtherBackbone { .. }));
    assert!(other.to_string().contains("of something else") && other.to_string().contains(id), "{other}");
    let other = refused(ModelSlot::Resnet, &demo_head(id, preprocessing, 384));
    assert!(matches!(*other, HeadError::OtherBackbone { .. }));
    let other = refused(ModelSlot::Vit, &demo_head(id, preprocessing, 100));
    assert!(matches!(*other, HeadError::Features { found: 100, expected: 384, .. }));
    let whole = demo_head(id, preprocessing, 384);
    assert!(matches!(*refused(ModelSlot::Vit, &whole[..whole.len() - 9]), HeadError::File(_)));
    assert!(matches!(*refused(ModelSlot::Vit, b"no head at all"), HeadError::File(_)));
    let checkpoint =
        request(ModelSlot::Vit, None).assets.join("weights/vit_small_patch16_224_caltech101.gguf");
    let error = HeadFile::open(&checkpoint).expect_err("a checkpoint is no head");
    assert!(matches!(error, HeadError::NoHead(_)), "{error}");
}

#[test]
fn a_head_brings_its_preprocessing_along() {
    let place = TempDir::new().expect("a temporary folder");
    let path = place.path().join("head.safetensors");
    let load = |head: Option<PathBuf>| registry::load(&request(ModelSlot::Vit, head), &Device::Cpu, "CPU");
    let demo = load(None).expect("the demo");
    let other = Preprocessing { std: [0.5; 3], ..demo.info.preprocessing.clone() };
    fs::write(&path, demo_head(&demo.info.checkpoint.id, &other, 384)).expect("a temporary folder");
    assert_eq!(load(Some(path.clone())).expect("the same trunk").info.preprocessing, other);
    let head = HeadFile::open(&path).expect("it was just written");
    let swapped = with_head(&demo, &head);
    assert!(matches!(swapped, Err(HeadError::OtherPreprocessing)), "a running model keeps its own");
}
