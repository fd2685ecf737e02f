//! Tails that are trained with a head: the whole way to a file and back into a model, runs that are stopped and go on, files that do not fit, and
//! features that are never those of another tail.

use std::fs;
use std::path::{Path, PathBuf};

use candle_core::Device;
use server::comparison::measured::compared_model;
use server::dataset::{Dataset, SplitPlan};
use server::models::checkpoint::head::{HeadError, HeadFile, to_bytes};
use server::models::registry::LoadedModel;
use server::models::tail::Tail;
use server::models::with_head::with_head;
use server::stop_flag::StopFlag;
use server::training::{
    Extraction, Job, Settings, SplitSource, Trained, TrainingError, Trunk, evaluate_head,
};
use shared::architecture::BlockKind;
use shared::training::{FineTuning, Method, Schedule};
use shared::{HeadRecipe, TrainingEvent};
use tempfile::TempDir;
use tests::configurations;
use tests::difference::relative_difference;
use tests::photo_folders::{photo_folders, small_model, small_vit};
use tests::synthetic;

use crate::runs::run_until as run;

const PLAN: FineTuning = FineTuning { epochs: 3, learning_rate: 5e-4, batch_size: 5, weight_decay: 0.05 };

fn classes() -> TempDir {
    photo_folders(&(0..4).map(|index| (format!("class_{index}"), 10)).collect::<Vec<_>>())
}

/// Heads that are far from done, so that something is left for the tail.
fn job(dataset: &Path, place: &Path) -> Job {
    Job {
        dataset: dataset.to_owned(),
        name: Some("Colours".to_owned()),
        test: None,
        split: SplitSource::Seeded(SplitPlan { seed: 0, validation_percent: 20.0, test_percent: 20.0 }),
        recipe: HeadRecipe {
            method: Method::Gradient(Schedule {
                epochs: 2,
                batch_size: 8,
                learning_rate: 1e-3,
                ..Schedule::default()
            }),
            ..HeadRecipe::default()
        },
        fine_tuning: Some(PLAN),
        cache: Some(place.join("cache")),
        progress_file: Some(place.join("head.progress")),
        extraction: Extraction::on(&Device::Cpu),
    }
}

fn open(bytes: &[u8], place: &Path) -> Result<HeadFile, HeadError> {
    let path = place.join("head.safetensors");
    fs::write(&path, bytes).expect("a temporary folder");
    HeadFile::open(&path)
}

fn check_way(model: &LoadedModel, tuned_name: &str) {
    let (dataset, place) = (classes(), TempDir::new().expect("a temporary folder"));
    let job = job(dataset.path(), place.path());
    let (trained, events) = run(model, &job, |_event| false);
    let Trained { head: bytes, report, answers, .. } = trained.expect("it runs");
    let tuning = report.fine_tuning.as_ref().expect("it was asked for");
    // 24 pictures: 2 epochs of 3 steps for the head, 3 of 5 for the tail.
    assert_eq!((tuning.first_step, tuning.first_epoch), (7, 3));
    assert_eq!((report.steps.len(), report.epochs.len()), (21, 5));
    assert_eq!(report.steps.iter().map(|point| point.step).collect::<Vec<_>>(), (1..=21).collect::<Vec<_>>());
    assert_eq!(report.epochs[4].step, 21);
    let told = |event: &&TrainingEvent| matches!(event, TrainingEvent::Step { .. });
    assert_eq!(events.iter().filter(told).count(), 21);
    assert_eq!(report.steps[6].learning_rate, PLAN.learning_rate);
    let loss = |index: usize| report.epochs[index].validation_loss.expect("validation pictures");
    assert!(loss(4) < 0.95 * loss(1), "{} {}", loss(4), loss(1));
    let best = tuning.best_epoch.expect("validation pictures") as usize;
    assert!((3..=5).all(|epoch| loss(best - 1) <= loss(epoch - 1)));
    let validation = report.validation.as_ref().expect("validation pictures");
    assert!((validation.cross_entropy - loss(best - 1)).abs() < 1e-4, "what was kept is what is measured");
    let before = tuning.validation_before.as_ref().expect("validation pictures");
    assert!((before.cross_entropy - loss(1)).abs() < 1e-4, "the head on the checkpoint's own layers");
    assert_eq!(tuning.tuned, tuned_name);

    let file = open(&bytes, place.path()).expect("it was just written");
    assert_eq!((file.id.as_str(), file.card.fine_tuning), (report.head_id.as_str(), Some(PLAN)));
    let count: usize = file.tail.values().chain([&file.weight, &file.bias]).map(|t| t.elem_count()).sum();
    assert_eq!(count as u64, tuning.num_parameters);
    let tuned = with_head(model, &file).expect("the same trunk");
    let info = &tuned.info.checkpoint;
    assert_eq!(info.head.as_ref().and_then(|head| head.tuned.as_deref()), Some(tuned_name));
    assert!(info.trained_on.as_ref().is_some_and(|text| text.contains(tuned_name)), "{:?}", info.trained_on);
    let name = Tail::of(&model.info.architecture).parameters[0].name.clone();
    let weight = |model: &LoadedModel| model.weights.parameter(&name).expect("it has it");
    assert!(
        relative_difference(&weight(&tuned), &weight(model)).expect("the shape") > 1e-4,
        "what views read"
    );

    // The loaded file answers as was measured, and an evaluation of it too.
    let stop = StopFlag::default();
    let settings = Settings { extraction: job.extraction, cache: None, stop: &stop };
    let data = Dataset::open(dataset.path(), None, &stop, &mut |_progress| {}).expect("a data set");
    let every = evaluate_head(Trunk::of(&tuned, &Device::Cpu), &file, data, &settings, &mut |_progress| {});
    let every = every.expect("it runs").answers;
    for answer in &answers {
        let again = every.iter().find(|other| other.photo_id == answer.photo_id).expect("it is there");
        assert_eq!(again.answer_index, answer.answer_index);
        assert!((again.probability - answer.probability).abs() < 1e-5);
    }
    let images = synthetic::images(&model.info.architecture, 2).expect("room");
    let logits = |model: &LoadedModel| model.backbone.forward(&images).expect("it runs");
    let features = tuned.backbone.features(&images).expect("it runs");
    let expected = features.matmul(&file.weight.t().expect("a matrix")).expect("shapes");
    let expected = expected.broadcast_add(&file.bias).expect("shapes");
    assert!(relative_difference(&logits(&tuned), &expected).expect("the shape") < 1e-5);

    // Nothing of the tail is left below another head, whichever model that is put onto.
    let plain = Job { fine_tuning: None, progress_file: None, ..job.clone() };
    let from_own = run(model, &plain, |_event| false).0.expect("it runs");
    let from_tuned = run(&tuned, &plain, |_event| false).0.expect("it runs");
    assert_eq!(from_own.head, from_tuned.head, "heads are trained on the checkpoint's own layers");
    let without_cache = run(&tuned, &Job { cache: None, ..plain }, |_event| false).0.expect("it runs");
    assert_eq!(from_own.head, without_cache.head);
    assert_eq!(from_own.report.backbone_trained_on, model.info.checkpoint.trained_on);
    let plain = open(&from_own.head, place.path()).expect("it was just written");
    let [direct, after] = [model, &tuned].map(|model| with_head(model, &plain).expect("the same trunk"));
    assert_eq!(direct.info, after.info);
    assert_eq!(relative_difference(&logits(&after), &logits(&direct)).expect("the shape"), 0.0);
    assert_eq!(relative_difference(&weight(&after), &weight(model)).expect("the shape"), 0.0);

    // A comparison of layers is of the layers that it was measured on.
    let compared = |model: &LoadedModel| compared_model(&model.info).checkpoint_id;
    assert_eq!(compared(&direct), compared(model));
    assert_ne!(compared(&tuned), compared(model));
    assert_eq!(tuned.info.checkpoint.trunk_id(), model.info.checkpoint.id);
}

#[test]
fn a_vits_last_block_is_trained_and_loaded_again() {
    check_way(&small_vit(), "encoder.2 and norm");
}

#[test]
fn a_resnets_last_stage_is_trained_and_loaded_again() {
    check_way(&small_model(configurations::resnet(BlockKind::Basic, [1, 1, 1, 1])), "layer4");
}

#[test]
fn a_stopped_run_goes_on_behind_its_last_epoch_and_ends_as_if_it_had_not_been() {
    let (model, dataset) = (small_vit(), classes());
    let [whole_place, place] = [0, 1].map(|_place| TempDir::new().expect("a temporary folder"));
    let whole = run(&model, &job(dataset.path(), whole_place.path()), |_event| false).0.expect("it runs");
    let job = job(dataset.path(), place.path());
    // In the head, in the first epoch of the tail, of which nothing is kept, and in the second.
    for (last_step, resumed) in [(4, None), (9, Some(4)), (13, Some(6)), (14, Some(11))] {
        let (stopped, events) = run(
            &model,
            &job,
            |event| matches!(event, TrainingEvent::Step { point, .. } if point.step == last_step),
        );
        assert!(matches!(stopped, Err(TrainingError::Stopped(_))), "{last_step}");
        let told = events.iter().find_map(|event| match event {
            TrainingEvent::Resumed { step } => Some(*step),
            _ => None,
        });
        assert_eq!(told, resumed, "{last_step}");
    }
    let again = run(&model, &job, |_event| false).0.expect("it is not stopped any more");
    assert_eq!(again.report.steps.len(), whole.report.steps.len());
    for (ours, expected) in again.report.steps.iter().zip(&whole.report.steps) {
        assert!((ours.loss - expected.loss).abs() < 1e-12, "step {}", ours.step);
    }
    assert_eq!(again.report.epochs.len(), whole.report.epochs.len());
    assert_eq!(again.head, whole.head, "the same file");
    assert_eq!(again.report.recipe, whole.report.recipe);
    assert_eq!(again.report.best_epoch, whole.report.best_epoch);
    // With another plan the kept run is another run.
    let other = Job { fine_tuning: Some(FineTuning { epochs: 1, ..PLAN }), ..job };
    let (trained, events) = run(&model, &other, |_event| false);
    assert_eq!(trained.expect("it runs").report.epochs.len(), 3);
    assert!(!events.iter().any(|event| matches!(event, TrainingEvent::Resumed { .. })));
}

#[test]
fn a_ridge_is_tuned_too_and_without_validation_the_last_epoch_is_taken() {
    let (model, dataset) = (small_vit(), classes());
    let place = TempDir::new().expect("a temporary folder");
    let job = Job {
        split: SplitSource::Seeded(SplitPlan { seed: 0, validation_percent: 0.0, test_percent: 20.0 }),
        recipe: HeadRecipe { method: Method::Ridge { penalty: None }, ..HeadRecipe::default() },
        ..job(dataset.path(), place.path())
    };
    let report = run(&model, &job, |_event| false).0.expect("it runs").report;
    let tuning = report.fine_tuning.expect("it was asked for");
    assert_eq!((tuning.first_step, tuning.first_epoch, tuning.best_epoch), (1, 1, Some(3)));
    assert!(matches!(report.recipe.method, Method::Ridge { penalty: Some(_) }));
    let again = run(&model, &job, |_event| false).0.expect("the run is kept until its file goes").report;
    assert_eq!((again.steps.len(), again.recipe, again.head_id), (21, report.recipe, report.head_id));
}

#[test]
fn plans_that_cannot_be_followed_are_refused_before_anything_is_read() {
    let model = small_vit();
    let place = TempDir::new().expect("a temporary folder");
    for plan in [
        FineTuning { epochs: 0, ..PLAN },
        FineTuning { batch_size: 0, ..PLAN },
        FineTuning { learning_rate: f64::NAN, ..PLAN },
        FineTuning { weight_decay: -1.0, ..PLAN },
    ] {
        let job = Job { fine_tuning: Some(plan), ..job(&PathBuf::from("not there"), place.path()) };
        let error = run(&model, &job, |_event| false).0.expect_err("it cannot be followed");
        assert!(matches!(&error, TrainingError::Recipe(text) if text.contains("fine-tuning")), "{error}");
    }
    let dataset = classes();
    let job = Job {
        fine_tuning: Some(FineTuning { learning_rate: 1e30, ..PLAN }),
        ..job(dataset.path(), place.path())
    };
    let error = run(&model, &job, |_event| false).0.expect_err("it diverges");
    assert!(matches!(error, TrainingError::Diverged { .. }), "{error}");
}

#[test]
fn a_picture_that_goes_is_named_and_the_run_goes_on_when_it_is_back() {
    let (model, dataset) = (small_vit(), classes());
    let place = TempDir::new().expect("a temporary folder");
    let job = job(dataset.path(), place.path());
    let photos: Vec<PathBuf> =
        (0..10).map(|number| dataset.path().join(format!("class_1/{number:03}.png"))).collect();
    let files: Vec<Vec<u8>> = photos.iter().map(|path| fs::read(path).expect("it is there")).collect();
    let (stopped, _events) = run(&model, &job, |event| {
        if matches!(event, TrainingEvent::Epoch(epoch) if epoch.epoch == 3) {
            photos.iter().for_each(|path| fs::write(path, "something else").expect("a temporary folder"));
        }
        false
    });
    let error = stopped.expect_err("pictures of the second epoch are gone").to_string();
    assert!(error.contains("class_1/0") && error.contains("changed"), "{error}");
    for (path, bytes) in photos.iter().zip(&files) {
        fs::write(path, bytes).expect("a temporary folder");
    }
    let (trained, events) = run(&model, &job, |_event| false);
    assert_eq!(trained.expect("they are back").report.epochs.len(), 5);
    assert!(events.contains(&TrainingEvent::Resumed { step: 11 }));
}

#[test]
fn files_whose_tail_does_not_fit_are_refused() {
    let (model, dataset) = (small_vit(), classes());
    let place = TempDir::new().expect("a temporary folder");
    let job = Job { progress_file: None, ..job(dataset.path(), place.path()) };
    let bytes = run(&model, &job, |_event| false).0.expect("it runs").head;
    let file = open(&bytes, place.path()).expect("it was just written");
    let written = |change: &dyn Fn(&mut HeadFile)| {
        let mut file = file.clone();
        change(&mut file);
        let HeadFile { weight, bias, tail, card, .. } = &file;
        to_bytes(weight, bias, tail, card).expect("on the CPU")
    };
    assert_eq!(written(&|_file| {}), bytes, "the same file again");
    let refused = |change: &dyn Fn(&mut HeadFile)| {
        let file = open(&written(change), place.path()).expect("a file that says what it holds");
        match with_head(&model, &file) {
            Err(error @ HeadError::Tail { .. }) => error.to_string(),
            Err(other) => panic!("{other}"),
            Ok(_model) => panic!("it was loaded"),
        }
    };
    let error = refused(&|file| drop(file.tail.remove("norm.weight")));
    assert!(error.contains("norm.weight"), "{error}");
    let error = refused(&|file| {
        file.tail.insert("encoder.2.mlp.bias".to_owned(), file.bias.clone());
    });
    assert!(error.contains("encoder.2.mlp.bias") && error.contains("[48]"), "{error}");
    let error = refused(&|file| {
        file.tail.insert("encoder.0.mlp.bias".to_owned(), file.bias.clone());
    });
    assert!(error.contains("encoder.0.mlp.bias"), "{error}");
    for change in
        [&(|file: &mut HeadFile| file.tail.clear()) as &dyn Fn(&mut HeadFile), &|file: &mut HeadFile| {
            file.card.fine_tuning = None;
        }]
    {
        let error = open(&written(change), place.path()).expect_err("file and card disagree");
        assert!(matches!(error, HeadError::NoHead(_)), "{error}");
    }
}
