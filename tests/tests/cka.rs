//! How similar layers are: the numbers against PyTorch's, a comparison over a folder of pictures that is stopped and goes on, and
//! which of the measured matrices belongs to the loaded models.

use std::fs;
use std::path::Path;

use candle_core::{Device, Tensor};
use server::analysis::cka::{GramMatrix, HsicSums};
use server::comparison::measured::{self, MeasuredError};
use server::comparison::{ComparisonError, LayerComparison, PictureSet, Plan};
use server::device::Precision;
use server::models::registry::{self, ModelRequest};
use server::models::{Capture, preprocess};
use shared::{CkaMatrix, ModelInfo, ModelSlot};
use tempfile::TempDir;
use tests::difference::relative_difference;
use tests::explorer::{assets, models, picture};

/// Of the largest magnitude: features are multiplied in f32.
const TOLERANCE: f32 = 1e-4;
const RESNET_SIDE: usize = 64;
const NUM_PICTURES: u32 = 11;
const BATCH_SIZE: usize = 5;

#[test]
fn hsic_and_cka_are_those_of_pytorch() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens/cka/cka.safetensors");
    let golden = candle_core::safetensors::load(path, &Device::Cpu).expect("the golden is in the repository");
    for (num_minibatches, suffix) in [(1, ""), (2, "_halves")] {
        let mut sums = HsicSums::new(3);
        for minibatch in 0..num_minibatches {
            let size = 12 / num_minibatches;
            let layers = ["x", "y", "z"].map(|name| {
                let part = golden[name].narrow(0, minibatch * size, size).expect("12 pictures");
                GramMatrix::of(&flat(&part), size).centred().expect("enough pictures")
            });
            sums.add(&layers);
        }
        let hsic: Vec<f64> = (0..9).map(|at| sums.hsic(at / 3, at % 3)).collect();
        let cka = sums.cka().expect("they vary").concat();
        for (name, ours) in [("hsic", hsic), ("cka", cka)] {
            let ours: Vec<f32> = ours.into_iter().map(|value| value as f32).collect();
            let ours = Tensor::from_vec(ours, (3, 3), &Device::Cpu).expect("nine values");
            let difference =
                relative_difference(&ours, &golden[&format!("{name}{suffix}")]).expect("as many");
            assert!(difference < TOLERANCE, "{name}{suffix}: {difference}");
        }
    }
}

#[test]
fn a_folder_is_compared_and_a_stopped_run_goes_on() {
    let folder = pictures();
    let plan = plan(&folder);
    let at_once = compare(plan.clone(), false);
    assert_eq!(at_once, compare(plan, true), "stopped after every minibatch");
    assert_eq!((at_once.num_pictures, at_once.num_minibatches), (10, 2), "one is left over");
    let names: Vec<String> =
        at_once.layers.iter().map(|layer| format!("{} {}", layer.model, layer.node)).collect();
    assert_eq!(names[..2], ["resnet maxpool", "resnet layer1.0"]);
    assert_eq!(names.last().map(String::as_str), Some("vit norm"));
    for (row, values) in at_once.matrix.iter().enumerate() {
        assert_eq!(values[row], 1.0);
        assert!(values.iter().enumerate().all(|(column, value)| *value == at_once.matrix[column][row]));
    }
    let apart = at_once.matrix[0][names.len() - 1];
    assert!(apart < 0.99, "the first layer of one is not the last of the other: {apart}");
}

#[test]
fn the_matrix_is_of_what_the_models_hold_for_the_pictures() {
    let folder = pictures();
    let matrix = compare(plan(&folder), false);
    let expected = expected_matrix(&plan(&folder), &matrix);
    for (ours, expected) in matrix.matrix.concat().into_iter().zip(expected.concat()) {
        // Rounded to five digits.
        assert!((ours - expected).abs() < 1e-4, "{ours}, {expected} expected");
    }
}

#[test]
fn files_that_are_no_pictures_are_passed_over_and_named() {
    let folder = pictures();
    fs::write(folder.path().join("pictures/deep/notes.txt"), "no picture").expect("a temporary folder");
    let models = models(RESNET_SIDE);
    let mut comparison = LayerComparison::open(models, Device::Cpu, plan(&folder)).expect("a new run");
    while comparison.advance().expect("the models run") {}
    let [unreadable] = comparison.unreadable() else { panic!("{:?}", comparison.unreadable()) };
    assert_eq!(unreadable.name, "deep/notes.txt");
    assert_eq!((comparison.num_pictures(), comparison.position()), (10, 12));
}

#[test]
fn too_few_pictures_and_an_odd_progress_file_are_said_to_be() {
    let folder = pictures();
    let plan = Plan { batch_size: 12, ..plan(&folder) };
    let open = |plan: Plan| LayerComparison::open(models(RESNET_SIDE), Device::Cpu, plan);
    let mut comparison = open(plan.clone()).expect("a new run");
    assert!(!comparison.advance().expect("the pictures are read"));
    assert!(matches!(comparison.matrix(), Err(ComparisonError::TooFewPictures { batch_size: 12 })));
    fs::write(&plan.progress_file, "something else").expect("a temporary folder");
    assert!(matches!(open(plan).err(), Some(ComparisonError::Progress { .. })));
}

#[test]
fn the_order_depends_on_the_seed_alone() {
    let folder = pictures();
    let names = |seed: u64| {
        let pictures = PictureSet::find(&folder.path().join("pictures"), seed).expect("the folder is there");
        pictures.names().to_vec()
    };
    assert_eq!(names(0), names(0));
    assert_ne!(names(0), names(1));
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(names(0)), sorted(names(1)));
    assert_eq!(names(0).len(), NUM_PICTURES as usize);
}

#[test]
fn a_measured_matrix_goes_with_its_models_alone() {
    let folder = pictures();
    let matrix = compare(plan(&folder), false);
    let [resnet, vit] = models(RESNET_SIDE).map(|model| model.info);
    let assets = folder.path().join("assets");
    assert_eq!(measured::find(&assets, [&resnet, &vit]).expect("no folder is no failure"), None);
    fs::create_dir_all(assets.join("cka")).expect("a temporary folder");
    let file = assets.join("cka/noise.json");
    let write = |text: String| fs::write(&file, text).expect("a temporary folder");
    write(serde_json::to_string(&matrix).expect("numbers"));
    assert_eq!(measured::find(&assets, [&resnet, &vit]).expect("a matrix"), Some(matrix.clone()));
    assert_eq!(measured::read(&file, [&resnet, &vit]).expect("the same"), matrix);

    let other_weights = changed(&vit, |info| info.checkpoint.id.push('0'));
    let other_preprocessing = changed(&vit, |info| info.preprocessing.mean = [0.25; 3]);
    let other_size = models(96).map(|model| model.info)[0].clone();
    for others in [[&resnet, &other_weights], [&resnet, &other_preprocessing], [&other_size, &vit]] {
        assert_eq!(measured::find(&assets, others).expect("a matrix"), None);
        assert!(matches!(measured::read(&file, others), Err(MeasuredError::OtherModels { .. })));
    }

    let mut short = matrix.clone();
    short.matrix.pop();
    let mut large = matrix;
    large.matrix[1][2] = 1.5;
    for odd in [short, large] {
        write(serde_json::to_string(&odd).expect("numbers"));
        let error = measured::find(&assets, [&resnet, &vit]).expect_err("its numbers do not fit");
        assert!(matches!(error, MeasuredError::Inconsistent { .. }), "{error}");
    }
    write("{}".to_owned());
    assert!(matches!(measured::find(&assets, [&resnet, &vit]), Err(MeasuredError::Malformed { .. })));
}

#[test]
fn the_demo_weights_come_with_their_matrix() {
    let [resnet, vit] = ModelSlot::ALL.map(|slot| {
        let source = "demo".to_owned();
        let request = ModelRequest {
            slot,
            source,
            labels: None,
            preprocessing: None,
            head: None,
            precision: Precision::F32,
            assets: assets().to_owned(),
        };
        registry::load(&request, &Device::Cpu, "CPU").expect("the demo weights are in the repository").info
    });
    let matrix =
        measured::find(assets(), [&resnet, &vit]).expect("readable").expect("one of the demo weights");
    assert_eq!((matrix.layers.len(), matrix.num_pictures), (18 + 14, 816));
}

/// A folder with eleven pictures in `pictures`, some of them deeper.
fn pictures() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder can be made");
    fs::create_dir_all(folder.path().join("pictures/deep")).expect("a temporary folder");
    for index in 0..NUM_PICTURES {
        let place = if index % 3 == 0 { "deep/" } else { "" };
        let path = folder.path().join(format!("pictures/{place}{index}.png"));
        fs::write(path, picture(70 + index, 90, index)).expect("a temporary folder");
    }
    fs::write(folder.path().join("pictures/.hidden"), "not looked at").expect("a temporary folder");
    folder
}

fn plan(folder: &TempDir) -> Plan {
    Plan {
        pictures: PictureSet::find(&folder.path().join("pictures"), 3).expect("the folder is there"),
        batch_size: BATCH_SIZE,
        dataset: "noise".to_owned(),
        progress_file: folder.path().join("cka.json.progress"),
    }
}

/// The matrix of a plan; `is_interrupted` throws the comparison away after every minibatch and opens it again.
fn compare(plan: Plan, is_interrupted: bool) -> CkaMatrix {
    let open = || LayerComparison::open(models(RESNET_SIDE), Device::Cpu, plan.clone()).expect("readable");
    let mut comparison = open();
    assert_eq!(comparison.position(), 0);
    while comparison.advance().expect("the models run") {
        if is_interrupted {
            let position = comparison.position();
            comparison = open();
            assert_eq!(comparison.position(), position, "it goes on where it was");
        }
    }
    let matrix = comparison.matrix().expect("there were enough pictures");
    comparison.forget_progress().expect("it is there");
    assert!(!plan.progress_file.exists());
    matrix
}

/// The same from one forward pass for each picture, whose nodes are captured as a visitor's are.
fn expected_matrix(plan: &Plan, matrix: &CkaMatrix) -> Vec<Vec<f64>> {
    let models = models(RESNET_SIDE);
    let mut sums = HsicSums::new(matrix.layers.len());
    for names in plan.pictures.names().chunks_exact(BATCH_SIZE) {
        let mut features = vec![Vec::new(); matrix.layers.len()];
        for name in names {
            let folder = plan.progress_file.parent().expect("a folder").join("pictures");
            let bytes = fs::read(folder.join(name)).expect("it was found there");
            let decoded = preprocess::decode(&bytes, &Default::default()).expect("a picture");
            for model in &models {
                let wanted = &model.info.preprocessing;
                let cropped = preprocess::crop_resized(wanted, &decoded.pixels);
                let (side, values) = (wanted.crop_size, preprocess::normalise(wanted, &cropped));
                let image = Tensor::from_vec(values, (1, 3, side, side), &Device::Cpu).expect("an image");
                let layers = matrix.layers.iter().map(|layer| layer.node.clone());
                let mut capture = Capture::new(layers);
                model.backbone.forward_observed(&image, &mut capture).expect("a forward pass");
                let tensors = capture.into_tensors().expect("tensors");
                for (layer, features) in matrix.layers.iter().zip(&mut features) {
                    if layer.model == model.info.slot {
                        features.extend(flat(&tensors[&layer.node]));
                    }
                }
            }
        }
        let grams: Vec<_> = features
            .iter()
            .map(|features| GramMatrix::of(features, BATCH_SIZE).centred().expect("enough"))
            .collect();
        sums.add(&grams);
    }
    sums.cka().expect("they vary")
}

fn changed(info: &ModelInfo, change: impl Fn(&mut ModelInfo)) -> ModelInfo {
    let mut info = info.clone();
    change(&mut info);
    info
}

fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().and_then(|flat| flat.to_vec1()).expect("numbers")
}
