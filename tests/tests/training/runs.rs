//! Runs that are killed or stopped and go on, with the same curve and the same head as one that was not.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use candle_core::{Device, Tensor};
use server::dataset::SplitPlan;
use server::models::registry::LoadedModel;
use server::stop_flag::StopFlag;
use server::training::{
    Examples, Extraction, Fit, FitPlan, Job, SplitSource, TestOrigin, Trained, TrainingError, Trunk,
    train_head,
};
use shared::training::{ClassWeights, Method, Optimizer, Schedule};
use shared::{HeadRecipe, TrainingEvent};
use tempfile::TempDir;
use tests::photo_folders::{photo_folders, small_vit};

/// What the issue asks; the numbers are equal.
const TOLERANCE: f64 = 1e-6;
const CLASSES: usize = 5;
const FEATURES: usize = 9;

fn examples(count: usize, seed: u64) -> Examples {
    let number = |index: usize| {
        let mixed = (index as u64 + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    let labels: Vec<u32> = (0..count).map(|row| (row % CLASSES) as u32).collect();
    let values: Vec<f32> = (0..count * FEATURES)
        .map(|index| {
            number(index) + if index % FEATURES == labels[index / FEATURES] as usize { 0.4 } else { 0.0 }
        })
        .collect();
    let names: Vec<String> = (0..count).map(|index| index.to_string()).collect();
    let features = Tensor::from_vec(values, (count, FEATURES), &Device::Cpu).expect("room");
    Examples { features, labels, contents: names.clone(), paths: names }
}

fn plan(optimizer: Optimizer, progress_file: Option<&Path>) -> FitPlan {
    FitPlan {
        schedule: Schedule {
            optimizer,
            learning_rate: 0.05,
            epochs: 9,
            batch_size: 8,
            class_weights: ClassWeights::Balanced,
            patience: Some(4),
            ..Schedule::default()
        },
        seed: 3,
        num_classes: CLASSES,
        train: examples(61, 1),
        validation: Some(examples(20, 9000)),
        progress_file: progress_file.map(Path::to_owned),
        save_every: 5,
        fingerprint: "the same run".to_owned(),
    }
}

fn run(fit: &mut Fit) {
    while !fit.is_done() {
        fit.step().expect("it computes");
    }
}

fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().and_then(|tensor| tensor.to_vec1()).expect("numbers")
}

fn check_killed_at(optimizer: Optimizer, num_steps: u64) {
    let mut whole = Fit::open(plan(optimizer, None)).expect("a new run");
    run(&mut whole);
    let place = TempDir::new().expect("a temporary folder");
    let path = place.path().join("run.progress");
    let mut killed = Fit::open(plan(optimizer, Some(&path))).expect("a new run");
    for _step in 0..num_steps {
        killed.step().expect("it computes");
    }
    // Nothing is done at its end, as with a process that is killed.
    drop(killed);
    let mut again = Fit::open(plan(optimizer, Some(&path))).expect("a run that goes on");
    assert_eq!(again.num_done(), num_steps / 5 * 5, "behind the last step that was kept");
    run(&mut again);
    let (whole_state, state) = (whole.state(), again.state());
    assert_eq!(state.steps.len(), whole_state.steps.len());
    for (ours, expected) in state.steps.iter().zip(&whole_state.steps) {
        assert!((ours.loss - expected.loss).abs() < TOLERANCE, "step {}", ours.step);
        assert!((ours.learning_rate - expected.learning_rate).abs() < TOLERANCE, "step {}", ours.step);
    }
    assert_eq!(state.epochs.len(), whole_state.epochs.len());
    for (ours, expected) in state.epochs.iter().zip(&whole_state.epochs) {
        assert!((ours.train_loss - expected.train_loss).abs() < TOLERANCE, "epoch {}", ours.epoch);
        assert_eq!(ours.validation_top1_percent, expected.validation_top1_percent);
    }
    assert_eq!(state.best_epoch, whole_state.best_epoch);
    assert_eq!(values(&again.head().weight), values(&whole.head().weight));
    assert_eq!(values(&again.head().bias), values(&whole.head().bias));
}

#[test]
fn a_killed_run_goes_on_as_if_it_had_not_been() {
    for num_steps in [5, 23, 40] {
        check_killed_at(Optimizer::ADAM_W, num_steps);
        check_killed_at(Optimizer::SGD, num_steps);
    }
}

#[test]
fn another_run_starts_anew_and_a_broken_file_is_named() {
    let place = TempDir::new().expect("a temporary folder");
    let path = place.path().join("run.progress");
    let mut fit = Fit::open(plan(Optimizer::SGD, Some(&path))).expect("a new run");
    for _step in 0..10 {
        fit.step().expect("it computes");
    }
    let other = FitPlan { fingerprint: "another run".to_owned(), ..plan(Optimizer::SGD, Some(&path)) };
    assert_eq!(Fit::open(other).expect("a new run").num_done(), 0);
    fs::write(&path, "something else").expect("a temporary folder");
    let error = Fit::open(plan(Optimizer::SGD, Some(&path))).expect_err("no run").to_string();
    assert!(error.contains("run.progress"), "{error}");
}

#[test]
fn a_run_without_progress_ends_early_and_keeps_its_best() {
    let hopeless = FitPlan { validation: Some(examples(20, 77)), ..plan(Optimizer::ADAM_W, None) };
    let hopeless = FitPlan {
        schedule: Schedule {
            learning_rate: 2.0,
            epochs: 200,
            patience: Some(2),
            ..hopeless.schedule.clone()
        },
        ..hopeless
    };
    let mut fit = Fit::open(hopeless).expect("a new run");
    run(&mut fit);
    let epochs = &fit.state().epochs;
    assert!(epochs.len() < 200, "{}", epochs.len());
    let loss = |index: usize| epochs[index].validation_loss.expect("validation pictures");
    let best = fit.state().best_epoch.expect("one is the best") as usize;
    assert_eq!(best + 2, epochs.len());
    assert!((0..epochs.len()).all(|index| loss(index) >= loss(best - 1)));
}

#[test]
fn recipes_that_cannot_be_followed_are_refused() {
    let changed = |change: fn(&mut FitPlan)| {
        let mut plan = plan(Optimizer::SGD, None);
        change(&mut plan);
        Fit::open(plan)
    };
    let changes: [fn(&mut FitPlan); 4] = [
        |plan| plan.schedule.learning_rate = 0.0,
        |plan| plan.schedule.epochs = 0,
        |plan| plan.schedule.label_smoothing = 1.0,
        |plan| plan.train.labels.fill(0),
    ];
    assert!(changes.into_iter().all(|change| changed(change).is_err()));
    let mut diverging = changed(|plan| plan.schedule.learning_rate = 1e38).expect("a number");
    let error = (0..20).find_map(|_step| diverging.step().err());
    assert!(matches!(error, Some(TrainingError::Diverged { .. })), "{error:?}");
}

/// A job over a small data set, which is kept in `place`.
fn job(dataset: &Path, place: &Path) -> Job {
    Job {
        dataset: dataset.to_owned(),
        name: Some("Colours".to_owned()),
        test: None,
        split: SplitSource::Seeded(SplitPlan { seed: 0, validation_percent: 20.0, test_percent: 20.0 }),
        recipe: HeadRecipe {
            method: Method::Gradient(Schedule { epochs: 12, batch_size: 8, ..Schedule::default() }),
            ..HeadRecipe::default()
        },
        cache: Some(place.join("cache")),
        progress_file: Some(place.join("head.progress")),
        fine_tuning: None,
        extraction: Extraction {
            shard_size: 7.try_into().expect("not zero"),
            ..Extraction::on(&Device::Cpu)
        },
    }
}

/// Runs a job until an event says to stop.
pub fn run_until(
    model: &LoadedModel,
    job: &Job,
    is_end: impl Fn(&TrainingEvent) -> bool,
) -> (Result<Trained, TrainingError>, Vec<TrainingEvent>) {
    let (stop, mut events) = (StopFlag::default(), Vec::new());
    let trained = train_head(Trunk::of(model, &Device::Cpu), job, &stop, &mut |event| {
        if is_end(&event) {
            stop.stop();
        }
        events.push(event);
    });
    (trained, events)
}

#[test]
fn a_stopped_job_goes_on_and_ends_with_the_same_head() {
    let model = small_vit();
    let dataset = photo_folders(&(0..4).map(|index| (format!("class_{index}"), 10)).collect::<Vec<_>>());
    let [whole_place, place] = [0, 1].map(|_place| TempDir::new().expect("a temporary folder"));
    let (whole, _events) = run_until(&model, &job(dataset.path(), whole_place.path()), |_event| false);
    let whole = whole.expect("it is not stopped");
    let test = whole.report.test.as_ref().expect("test pictures");
    assert_eq!((test.num_pictures, whole.report.split.train), (8, 24));
    assert_eq!(test.top1.count, 8, "colours are easily told apart");

    let job = job(dataset.path(), place.path());
    let is_stopped =
        |result: Result<Trained, TrainingError>| matches!(result, Err(TrainingError::Stopped(_)));
    let during_features =
        |event: &TrainingEvent| matches!(event, TrainingEvent::Features(progress) if progress.done >= 16);
    assert!(is_stopped(run_until(&model, &job, during_features).0));
    let during_steps =
        |event: &TrainingEvent| matches!(event, TrainingEvent::Step { point, .. } if point.step == 11);
    let (stopped, events) = run_until(&model, &job, during_steps);
    assert!(is_stopped(stopped));
    let first_features = events.iter().find_map(|event| match event {
        TrainingEvent::Features(progress) => Some(progress.cached),
        _ => None,
    });
    assert!(first_features.is_some_and(|cached| (8..40).contains(&cached)), "{first_features:?}");
    let (again, events) = run_until(&model, &job, |_event| false);
    assert!(events.contains(&TrainingEvent::Resumed { step: 11 }));
    let again = again.expect("it is not stopped any more");
    assert_eq!(again.report.timings.features_computed, 0, "all are in the cache");
    assert_eq!(again.report.steps.len(), whole.report.steps.len());
    for (ours, expected) in again.report.steps.iter().zip(&whole.report.steps) {
        assert!((ours.loss - expected.loss).abs() < TOLERANCE, "step {}", ours.step);
    }
    assert_eq!(again.head, whole.head, "the same file");
}

#[test]
fn each_test_photo_has_an_answer_by_which_it_is_found_again() {
    let model = small_vit();
    let classes: Vec<(String, usize)> = (0..3).map(|index| (format!("class_{index}"), 10)).collect();
    let (dataset, other) = (photo_folders(&classes), photo_folders(&classes[..2]));
    let place = TempDir::new().expect("a temporary folder");
    let own = job(dataset.path(), place.path());
    let with_other = Job {
        test: Some(other.path().to_owned()),
        // So many steps do not part the classes, so that there are mistakes too.
        recipe: HeadRecipe {
            method: Method::Gradient(Schedule { epochs: 1, learning_rate: 1e-6, ..Schedule::default() }),
            ..HeadRecipe::default()
        },
        ..own.clone()
    };
    for (job, origin, count) in [(own, TestOrigin::Own, 6), (with_other, TestOrigin::Other, 20)] {
        let trained = run_until(&model, &job, |_event| false).0.expect("it runs");
        assert_eq!((trained.test_origin, trained.answers.len()), (origin, count));
        let folder = job.test.as_ref().unwrap_or(&job.dataset);
        let mut classes_by_photo = std::collections::HashMap::new();
        for class_index in 0..3 {
            for number in 0..10 {
                let path = folder.join(format!("class_{class_index}/{number:03}.png"));
                let Ok(bytes) = fs::read(path) else { continue };
                classes_by_photo.insert(blake3::hash(&bytes).to_hex().to_string(), class_index);
            }
        }
        let test = trained.report.test.expect("test pictures");
        let mut confusion = vec![vec![0; 3]; 3];
        for answer in &trained.answers {
            assert_eq!(classes_by_photo.get(&answer.photo_id), Some(&answer.class_index));
            assert!((1.0 / 3.0..=1.0).contains(&answer.probability));
            confusion[answer.class_index][answer.answer_index] += 1;
        }
        assert_eq!(confusion, test.confusion);
        for mistake in &test.mistakes {
            assert!(trained.answers.iter().any(|answer| {
                answer.photo_id == mistake.photo_id && answer.answer_index == mistake.answer_index
            }));
        }
    }
}

#[test]
fn a_damaged_shard_is_computed_again_and_a_file_that_went_is_named() {
    let model = small_vit();
    let dataset = photo_folders(&[("a".to_owned(), 10), ("b".to_owned(), 10)]);
    let place = TempDir::new().expect("a temporary folder");
    let job = job(dataset.path(), place.path());
    let head = run_until(&model, &job, |_event| false).0.expect("it runs").head;
    let features = fs::read_dir(place.path().join("cache/features")).expect("it was made").next();
    let features = features.expect("one checkpoint").expect("readable").path();
    let mut shards: Vec<_> =
        fs::read_dir(&features).expect("a folder").map(|shard| shard.expect("readable").path()).collect();
    shards.retain(|path| path.extension().is_some_and(|ending| ending == "safetensors"));
    assert_eq!(shards.len(), 3, "20 pictures in batches of 8: shards of 8, 8 and 4");
    let bytes = fs::read(&shards[0]).expect("a shard");
    fs::write(&shards[0], &bytes[..bytes.len() - 5]).expect("a temporary folder");
    fs::remove_file(place.path().join("head.progress")).expect("the run was kept");
    let again = run_until(&model, &job, |_event| false).0.expect("it runs");
    assert!((4..=8).contains(&again.report.timings.features_computed));
    assert_eq!(again.head, head);

    fs::remove_dir_all(&features).expect("a folder");
    let gone = dataset.path().join("a/003.png");
    let (trained, _events) = run_until(&model, &job, |event| {
        if matches!(event, TrainingEvent::Dataset { .. }) {
            fs::write(&gone, "changed meanwhile").expect("a temporary folder");
        }
        false
    });
    let report = trained.expect("one picture is not fatal").report;
    let skipped: HashSet<&str> = report.skipped_later.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(skipped, HashSet::from(["a/003.png"]));
}
