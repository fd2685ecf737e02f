//! Small models that learn from scratch: gradients against candle's own, passes and steps against PyTorch, and whole experiments.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor, Var};
use serde::Deserialize;
use server::dataset::{Dataset, Split, SplitPlan};
use server::models::layers::learned::{self, Followed, composed};
use server::stop_flag::StopFlag;
use server::training::data_efficiency::EfficiencyData;
use server::training::from_scratch::{AdamW, Cnn, Network, Settings, Vit, Weights, learn, num_models};
use server::training::{Objective, TrainingError};
use shared::architecture::ConvSpec;
use shared::permutation::Splitmix64;
use shared::training::{FromScratch, LearnerEpoch, ScratchPlan};
use tempfile::TempDir;
use tests::difference::relative_difference;
use tests::photo_folders::photo_folders;

const TOLERANCE: f32 = 1e-4;
const CLASSES: usize = 10;
const PHOTOS: usize = 6;

#[derive(Deserialize)]
struct Golden {
    num_parameters: u64,
    logits: Vec<f32>,
    losses: Vec<f64>,
    logits_after: Vec<f32>,
}

fn drawn(seed: u64, shape: &[usize], deviation: f64) -> Tensor {
    let mut numbers = Splitmix64::new(seed);
    let count = shape.iter().product();
    let values: Vec<f32> = (0..count).map(|_| (numbers.normal() * deviation) as f32).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).expect("as many values")
}

fn difference(ours: &Tensor, reference: &Tensor) -> f32 {
    relative_difference(ours, reference).expect("the same shape")
}

fn against_pytorch(name: &str, network: Network) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens/from_scratch/from_scratch.json");
    let text = fs::read(path).expect("the golden is in the repository");
    let mut goldens: HashMap<String, Golden> = serde_json::from_slice(&text).expect("goldens");
    let golden = goldens.remove(name).expect("a golden for each");
    assert_eq!(network.num_parameters(), golden.num_parameters);
    let parameters = network.start(3, &Device::Cpu).expect("room");
    let (_spec, head) = parameters.iter().find(|(spec, _var)| spec.name == "head.weight").expect("a head");
    head.set(&drawn(11, head.dims(), 0.1)).expect("the same shape");
    let photos = drawn(12, &[PHOTOS, 3, 64, 64], 1.0);
    let labels: Vec<u32> = (0..PHOTOS as u32).collect();
    let weights =
        Weights::new(parameters.iter().map(|(spec, var)| (spec.name.clone(), var.as_tensor().clone())));
    let logits = || network.forward(&weights, &photos).expect("a forward pass");
    let golden_of = |values: Vec<f32>| {
        Tensor::from_vec(values, (PHOTOS, CLASSES), &Device::Cpu).expect("logits of each photo")
    };
    let found = difference(&logits(), &golden_of(golden.logits));
    assert!(found < TOLERANCE, "{name}: logits are off by {found}");
    let objective = Objective::new(vec![1.0; CLASSES], 0.1);
    let mut optimizer = AdamW::new(&parameters, 0.05);
    for (step, expected) in golden.losses.iter().enumerate() {
        let logits = logits();
        let loss = objective.loss(&logits.detach(), &labels).expect("a loss");
        assert!((loss.value - expected).abs() < 1e-3, "{name}, step {step}: {} for {expected}", loss.value);
        let gradients =
            (logits * loss.gradient).and_then(|sum| sum.sum_all()?.backward()).expect("gradients");
        optimizer.step(&parameters, &gradients, 2e-3).expect("a step");
    }
    let found = difference(&logits(), &golden_of(golden.logits_after));
    assert!(found < 1e-2, "{name}: logits after {} steps are off by {found}", golden.losses.len());
}

#[test]
fn the_cnn_and_its_steps_are_pytorchs() {
    let cnn = Cnn { image_size: 64, last_channels: 97, num_classes: CLASSES };
    against_pytorch("cnn", Network::Cnn(cnn));
}

#[test]
fn the_vit_and_its_steps_are_pytorchs() {
    against_pytorch("vit", Network::Vit(Vit { image_size: 64, num_classes: CLASSES }));
}

/// Output and gradients of two ways to compute the same, from the same numbers.
fn check_gradients(
    name: &str,
    shapes: &[&[usize]],
    kernel: impl Fn(&[Tensor]) -> candle_core::Result<Tensor>,
    composed: impl Fn(&[Tensor]) -> candle_core::Result<Tensor>,
) {
    let variables: Vec<Var> = shapes
        .iter()
        .enumerate()
        .map(|(index, shape)| Var::from_tensor(&drawn(index as u64, shape, 1.0)).expect("room"))
        .collect();
    let inputs: Vec<Tensor> = variables.iter().map(|var| var.as_tensor().clone()).collect();
    let [ours, theirs] = [kernel(&inputs), composed(&inputs)].map(|output| output.expect("a forward pass"));
    let found = difference(&ours, &theirs);
    assert!(found < TOLERANCE, "{name}: the output is off by {found}");
    let direction = drawn(99, ours.dims(), 1.0);
    let [ours, theirs] = [ours, theirs].map(|output| {
        (output * &direction).and_then(|sum| sum.sum_all()?.backward()).expect("a backward pass")
    });
    for (index, input) in inputs.iter().enumerate() {
        let [ours, theirs] = [&ours, &theirs].map(|gradients| gradients.get(input).expect("a gradient"));
        let found = difference(ours, theirs);
        assert!(found < TOLERANCE, "{name}: gradient {index} is off by {found}");
    }
}

#[test]
fn gradients_of_the_kernels_are_candles() {
    for (kernel_size, stride, padding, side) in
        [(3, 1, 1, 16), (3, 1, 1, 7), (3, 2, 1, 16), (3, 2, 1, 9), (1, 2, 0, 8), (1, 1, 0, 5), (5, 2, 2, 11)]
    {
        let spec = ConvSpec { in_channels: 5, out_channels: 7, kernel_size, stride, padding };
        check_gradients(
            &format!("{spec:?}, {side} pixels"),
            &[&[3, 5, side, side], &[7, 5, kernel_size, kernel_size]],
            |inputs| learned::convolution(&inputs[0], &inputs[1], spec),
            |inputs| composed::convolution(&inputs[0], &inputs[1], spec),
        );
    }
    check_gradients(
        "linear",
        &[&[37, 20], &[50, 20], &[50]],
        |inputs| learned::linear(&inputs[0], &inputs[1], &inputs[2]),
        |inputs| composed::linear(&inputs[0], &inputs[1], &inputs[2]),
    );
    // More rows than a task takes, and features that are no whole vectors.
    check_gradients(
        "layer norm",
        &[&[600, 37], &[37], &[37]],
        |inputs| learned::layer_norm(&inputs[0], &inputs[1], &inputs[2], learned::EPSILON),
        |inputs| composed::layer_norm(&inputs[0], &inputs[1], &inputs[2], learned::EPSILON),
    );
    for followed in [Followed::Nothing, Followed::Relu] {
        check_gradients(
            &format!("group norm, then {followed:?}"),
            &[&[3, 6, 5, 7], &[6], &[6]],
            |inputs| learned::group_norm(&inputs[0], &inputs[1], &inputs[2], followed),
            |inputs| composed::group_norm(&inputs[0], &inputs[1], &inputs[2], followed),
        );
    }
    check_gradients(
        "attention",
        &[&[2, 9, 3 * 24]],
        |inputs| learned::attention(&inputs[0], 3),
        |inputs| composed::attention(&inputs[0], 3),
    );
    check_gradients("GELU", &[&[300]], |inputs| learned::gelu(&inputs[0]), |inputs| inputs[0].gelu_erf());
    check_gradients(
        "a sum and its ReLU",
        &[&[3, 40], &[3, 40]],
        |inputs| learned::joined_relu(&inputs[0], &inputs[1]),
        |inputs| (&inputs[0] + &inputs[1])?.relu(),
    );
}

#[test]
fn a_gradient_is_the_slope() {
    // Finite differences of a convolution in f64, along a direction.
    let spec = ConvSpec { in_channels: 3, out_channels: 4, kernel_size: 3, stride: 2, padding: 1 };
    let (map, kernel) = (drawn(1, &[2, 3, 9, 9], 1.0), Var::from_tensor(&drawn(2, &[4, 3, 3, 3], 1.0)));
    let (kernel, along) = (kernel.expect("room"), drawn(3, &[4, 3, 3, 3], 1.0));
    let gradients = learned::convolution(&map, kernel.as_tensor(), spec)
        .and_then(|output| output.sqr()?.sum_all()?.backward())
        .expect("gradients");
    let slope = gradients.get(kernel.as_tensor()).expect("a gradient");
    let slope = (slope * &along).and_then(|sum| sum.sum_all()?.to_scalar::<f32>()).expect("a number");
    let value = |step: f64| {
        let wide = |tensor: &Tensor| tensor.to_dtype(DType::F64);
        let moved = (wide(kernel.as_tensor())? + (wide(&along)? * step)?)?;
        composed::convolution(&wide(&map)?, &moved, spec)?.sqr()?.sum_all()?.to_scalar::<f64>()
    };
    let step = 1e-4;
    let found = (value(step).expect("a number") - value(-step).expect("a number")) / (2.0 * step);
    assert!((f64::from(slope) - found).abs() < 1e-3 * found.abs(), "{slope} and {found}");
}

struct Data {
    _folder: TempDir,
    dataset: Dataset,
    split: Split,
}

fn data(num_classes: usize, photos: usize) -> Data {
    let folder =
        photo_folders(&(0..num_classes).map(|index| (format!("class_{index}"), photos)).collect::<Vec<_>>());
    let dataset =
        Dataset::open(folder.path(), None, &StopFlag::default(), &mut |_progress| {}).expect("photos");
    let plan = SplitPlan { seed: 0, validation_percent: 20.0, test_percent: 30.0 };
    let split = Split::stratified(&dataset, &plan).expect("a share for each");
    Data { _folder: folder, dataset, split }
}

fn short_plan() -> ScratchPlan {
    ScratchPlan {
        image_size: 32,
        counts: vec![2],
        seeds: vec![0, 1],
        epochs: 2,
        min_steps: 25,
        batch_size: 8,
        learning_rates: vec![1e-3, 3e-3],
        ..ScratchPlan::default()
    }
}

fn run(
    data: &Data,
    plan: &ScratchPlan,
    stop: &StopFlag,
    folder: Option<&Path>,
    watch: &mut dyn FnMut(LearnerEpoch),
) -> Result<FromScratch, TrainingError> {
    let rows = data.split.rows(&data.dataset);
    let data = EfficiencyData { dataset: &data.dataset, rows: &rows, test: None };
    let settings = Settings { device: &Device::Cpu, device_name: "CPU", stop, folder };
    learn(data, plan, &settings, watch)
}

#[test]
fn both_kinds_learn_photos_that_differ_in_colour() {
    let data = data(4, 10);
    let mut finished: Vec<LearnerEpoch> = Vec::new();
    let outcome = run(&data, &short_plan(), &StopFlag::default(), None, &mut |epoch| {
        if epoch.top1_percent.is_some() {
            finished.push(epoch);
        }
    });
    let outcome = outcome.expect("it is not stopped");
    assert_eq!((outcome.num_test, outcome.num_classes, outcome.learners.len()), (12, 4, 2));
    assert_eq!(finished.len() as u64, num_models(&short_plan()));
    assert_eq!(finished.iter().filter(|epoch| epoch.is_try).count(), 4);
    let [cnn, vit] = [0, 1].map(|index| outcome.learners[index].num_parameters);
    assert!(cnn.abs_diff(vit) as f64 <= 0.02 * vit as f64, "{cnn} and {vit} parameters");
    for learner in &outcome.learners {
        let points: Vec<(Option<u64>, u64, usize)> = learner
            .points
            .iter()
            .map(|point| (point.photos_per_class, point.num_train, point.top1_percent.len()))
            .collect();
        // What is for validation is learned from in the end: 7 of 10 photos a class.
        assert_eq!(points, [(Some(2), 8, 2), (None, 28, 2)]);
        assert!(learner.points[1].mean_percent > 90.0, "{}: {:?}", learner.name, learner.points[1]);
        assert_eq!(learner.tried.iter().map(|(rate, _share)| *rate).collect::<Vec<_>>(), [1e-3, 3e-3]);
        let best = learner.tried.iter().map(|(_rate, share)| *share).fold(0.0, f64::max);
        let chosen = learner.tried.iter().find(|(_rate, share)| *share == best).expect("one is best");
        assert_eq!(learner.learning_rate, chosen.0);
    }
}

#[test]
fn a_model_gets_a_few_photos_by_heart() {
    let data = data(3, 4);
    // Photos of the test are those that it learned from.
    let rows = server::dataset::SplitRows {
        train: (0..12).collect(),
        validation: Vec::new(),
        test: (0..12).collect(),
    };
    let plan = ScratchPlan {
        counts: Vec::new(),
        seeds: vec![5],
        min_steps: 40,
        learning_rates: vec![2e-3],
        ..short_plan()
    };
    let data = EfficiencyData { dataset: &data.dataset, rows: &rows, test: None };
    let stop = StopFlag::default();
    let settings = Settings { device: &Device::Cpu, device_name: "CPU", stop: &stop, folder: None };
    let outcome = learn(data, &plan, &settings, &mut |_epoch| {}).expect("it is not stopped");
    for learner in &outcome.learners {
        assert_eq!(learner.points[0].top1_percent, [100.0], "{}", learner.name);
        assert!(learner.tried.is_empty() && learner.learning_rate == 2e-3);
    }
}

#[test]
fn an_experiment_that_was_stopped_goes_on_and_ends_alike() {
    let data = data(3, 8);
    let plan = ScratchPlan { min_steps: 6, ..short_plan() };
    let whole = run(&data, &plan, &StopFlag::default(), None, &mut |_epoch| {}).expect("it is not stopped");

    let folder = TempDir::new().expect("a temporary folder can be made");
    let place: PathBuf = folder.path().join("runs/1");
    let stop = StopFlag::default();
    let mut before = 0;
    let stopped = run(&data, &plan, &stop, Some(&place), &mut |epoch| {
        before += u32::from(epoch.top1_percent.is_some());
        if before == 5 {
            stop.stop();
        }
    });
    assert!(matches!(stopped, Err(TrainingError::Stopped(_))));
    let told = RefCell::new(Vec::new());
    let resumed =
        run(&data, &plan, &StopFlag::default(), Some(&place), &mut |epoch| told.borrow_mut().push(epoch));
    let resumed = resumed.expect("it goes on");
    assert_eq!(resumed.learners, whole.learners);
    // Finished models are told by their last epoch alone, the others by all.
    let told = told.into_inner();
    assert_eq!(told.iter().filter(|epoch| epoch.top1_percent.is_some()).count() as u64, num_models(&plan));
    let firsts = told.iter().filter(|epoch| epoch.epoch == 1 && epoch.top1_percent.is_none()).count() as u64;
    assert!(firsts <= num_models(&plan) - u64::from(before), "{firsts} models were trained again");
    // With all models in the record, nothing is trained at all.
    let again = run(&data, &plan, &StopFlag::default(), Some(&place), &mut |epoch| {
        assert!(epoch.top1_percent.is_some(), "{epoch:?}");
    });
    assert_eq!(again.expect("all is there").learners, whole.learners);
    // Another plan shares none of them.
    let other = ScratchPlan { weight_decay: 0.0, ..plan };
    let mut epochs = 0;
    run(&data, &other, &StopFlag::default(), Some(&place), &mut |_epoch| epochs += 1)
        .expect("it is not stopped");
    assert!(epochs > num_models(&other), "every model is trained");
}

#[test]
fn what_cannot_be_done_is_said() {
    let data = data(3, 8);
    let fails = |plan: ScratchPlan| {
        run(&data, &plan, &StopFlag::default(), None, &mut |_epoch| {})
            .expect_err("it cannot be done")
            .to_string()
    };
    assert!(fails(ScratchPlan { image_size: 50, ..short_plan() }).contains("50 pixels"));
    // A rate at which numbers overflow.
    let steep = ScratchPlan { learning_rates: vec![1.0], min_steps: 200, weight_decay: 10.0, ..short_plan() };
    assert!(fails(steep).contains("the loss is no number after step"));
    let folder = TempDir::new().expect("a temporary folder can be made");
    fs::write(folder.path().join("from_scratch.progress.json"), "no record").expect("it can be written");
    let broken = run(&data, &short_plan(), &StopFlag::default(), Some(folder.path()), &mut |_epoch| {});
    assert!(matches!(broken, Err(TrainingError::File { .. })), "{broken:?}");
}
