//! A made-up state of training, for tests of its pages: a data set of many classes, a run of each kind, and what came of them.

use shared::dataset::{DatasetListing, DatasetState};
use shared::page::TrainingPageState;
use shared::training::{
    BackboneEfficiency, CalibrationBin, ClassResult, EfficiencyPoint, EpochPoint, HeadListing, Mistake,
    PhotoChoice, Proportion, RunRequest, RunResult, RunState, RunStatus, StepPoint, TrainingOverview,
    TrainingTimings,
};
use shared::{
    DataEfficiency, DatasetClass, DatasetSummary, Evaluation, HeadRecipe, HistogramBin, ModelSlot,
    Preprocessing, RunReport, SkippedFile, SplitCounts,
};

use crate::page_states::page_state;

/// Classes of the data set.
pub const NUM_CLASSES: usize = 257;
/// The run that is done.
pub const DONE_RUN: &str = "run-1";

/// A server with one data set, a head that is done and in use, one that waits.
pub fn training_state() -> TrainingPageState {
    let page = page_state();
    let done =
        RunState::Done { head_id: Some("head-1".to_owned()), top1: Some(share(50, 100)), seconds: 12.5 };
    TrainingPageState {
        resnet: page.resnet,
        vit: page.vit,
        datasets: vec![DatasetListing {
            id: "animals".to_owned(),
            name: "animals <of> all kinds".to_owned(),
            is_uploaded: false,
            state: DatasetState::Ready { num_classes: NUM_CLASSES, num_pictures: 2056, num_skipped: 1 },
        }],
        overview: TrainingOverview {
            is_enabled: true,
            max_archive_bytes: 2_000_000_000,
            disk_bytes: 1_000_000,
            max_disk_bytes: 20_000_000_000,
            runs: vec![
                status("run-2", ModelSlot::Resnet, RunState::Queued { ahead: 1 }),
                status(DONE_RUN, ModelSlot::Vit, done),
            ],
            heads: vec![HeadListing {
                id: "head-1".to_owned(),
                run_id: Some(DONE_RUN.to_owned()),
                slot: ModelSlot::Vit,
                dataset: "animals".to_owned(),
                num_classes: NUM_CLASSES,
                top1_percent: Some(50.0),
                is_in_use: true,
            }],
        },
    }
}

/// A run for a head on the data set.
pub fn status(id: &str, backbone: ModelSlot, state: RunState) -> RunStatus {
    let photos = PhotoChoice {
        dataset: "animals".to_owned(),
        test_dataset: None,
        seed: 3,
        validation_percent: 15.0,
        test_percent: 15.0,
    };
    let name = if backbone == ModelSlot::Vit { "ViT-S/16" } else { "ResNet-50" };
    RunStatus {
        id: id.to_owned(),
        request: RunRequest::Head { photos, backbone, recipe: HeadRecipe::default(), fine_tuning: None },
        dataset_name: "animals".to_owned(),
        backbones: vec![name.to_owned()],
        created_ms: 951_782_400_000,
        state,
    }
}

/// What came of the run that is done.
pub fn head_result() -> RunResult {
    let epoch = |epoch: u64| EpochPoint {
        epoch,
        step: epoch * 10,
        train_loss: 2.0 / epoch as f64,
        train_top1_percent: 40.0 + epoch as f64,
        validation_loss: Some(2.5 / epoch as f64),
        validation_top1_percent: Some(35.0 + epoch as f64),
    };
    let report = RunReport {
        slot: ModelSlot::Vit,
        backbone: "ViT-S/16".to_owned(),
        backbone_id: "0123abcd".to_owned(),
        backbone_trained_on: Some("ImageNet".to_owned()),
        preprocessing: Preprocessing::default(),
        head_id: "head-1".to_owned(),
        dataset: summary(),
        split: SplitCounts { train: 1500, validation: 300, test: 256 },
        test_dataset: None,
        recipe: HeadRecipe::default(),
        steps: (1..=20).map(|step| StepPoint { step, loss: 1.0, learning_rate: 0.1 }).collect(),
        epochs: (1..=12).map(epoch).collect(),
        best_epoch: Some(12),
        validation: None,
        test: Some(Box::new(evaluation())),
        fine_tuning: None,
        skipped_later: Vec::new(),
        timings: TrainingTimings { device: "CPU, 2 threads".to_owned(), ..TrainingTimings::default() },
    };
    RunResult::Head { report: Box::new(report) }
}

/// Curves of both backbones.
pub fn efficiency_result() -> RunResult {
    let point = |photos_per_class: Option<u64>, mean: f64| EfficiencyPoint {
        photos_per_class,
        num_train: 100,
        top1_percent: vec![mean],
        mean_percent: mean,
        deviation_percent: 1.0,
        low_percent: mean - 3.0,
        high_percent: mean + 3.0,
    };
    let backbone = |slot: ModelSlot, name: &str, first: f64| BackboneEfficiency {
        slot,
        name: name.to_owned(),
        checkpoint_id: format!("{slot}-checkpoint"),
        trained_on: (slot == ModelSlot::Vit).then(|| "These <very> photos".to_owned()),
        points: vec![point(Some(1), first), point(Some(4), first + 20.0), point(None, first + 40.0)],
    };
    RunResult::DataEfficiency(Box::new(DataEfficiency {
        dataset: summary(),
        num_test: 256,
        recipe: HeadRecipe::default(),
        seeds: vec![0, 1],
        backbones: vec![
            backbone(ModelSlot::Resnet, "ResNet-50", 34.0),
            backbone(ModelSlot::Vit, "ViT-S/16", 29.0),
        ],
    }))
}

fn summary() -> DatasetSummary {
    let class = |index: usize| DatasetClass {
        folder: format!("{index:03}.class-{index}"),
        name: format!("class {index}"),
        num_pictures: 8,
    };
    DatasetSummary {
        name: "animals <of> all kinds".to_owned(),
        hash: "feedbeef".to_owned(),
        classes: (0..NUM_CLASSES).map(class).collect(),
        num_pictures: 8 * NUM_CLASSES as u64,
        num_grey: 1,
        shorter_sides: vec![HistogramBin { low: 0.0, high: None, count: 2056 }],
        aspect_ratios: vec![HistogramBin { low: 0.0, high: None, count: 2056 }],
        skipped: vec![SkippedFile { path: "a/<b>.png".to_owned(), reason: "it is no picture".to_owned() }],
    }
}

fn evaluation() -> Evaluation {
    let row = |class: usize| {
        let mut row = vec![0; NUM_CLASSES];
        row[class] = 1;
        row
    };
    let mut confusion: Vec<Vec<u32>> = (0..NUM_CLASSES).map(row).collect();
    confusion[3][4] = 7;
    let class = |index: usize| ClassResult {
        name: format!("class {index}"),
        num_pictures: 1,
        num_answers: 1,
        precision: 0.5,
        recall: 1.0,
        f1: 0.667,
    };
    Evaluation {
        num_pictures: 264,
        top1: share(257, 264),
        top5: share(264, 264),
        macro_f1: 0.7,
        cross_entropy: 0.8,
        classes: (0..NUM_CLASSES).map(class).collect(),
        confusion,
        calibration: vec![CalibrationBin {
            low: 0.8,
            high: 1.0,
            count: 264,
            mean_probability: 0.9,
            accuracy: 0.97,
        }],
        expected_calibration_error: 0.07,
        mistakes: vec![Mistake {
            path: "class-3/7.png".to_owned(),
            photo_id: "77".to_owned(),
            class_index: 3,
            answer_index: 4,
            probability: 0.93,
        }],
    }
}

fn share(count: u64, all: u64) -> Proportion {
    let percent = count as f64 / all as f64 * 100.0;
    Proportion { count, percent, low_percent: percent - 3.0, high_percent: percent + 3.0 }
}
