//! Heads on few photos and on all: which are chosen, and what is said of them.

use candle_core::Device;
use server::dataset::{Dataset, Split, SplitPlan};
use server::stop_flag::StopFlag;
use server::training::data_efficiency::{EfficiencyData, EfficiencyPlan, measure_backbone};
use server::training::{Extraction, Settings, TrainingError, Trunk};
use shared::HeadRecipe;
use shared::training::{BackboneEfficiency, Method, Schedule};
use tests::photo_folders::{photo_folders, small_vit};

fn measure(method: Method, stop: &StopFlag) -> Result<BackboneEfficiency, TrainingError> {
    let folder = photo_folders(&(0..5).map(|index| (format!("class_{index}"), 10)).collect::<Vec<_>>());
    let dataset = Dataset::open(folder.path(), None, &StopFlag::default(), &mut |_progress| {})?;
    let plan = SplitPlan { seed: 0, validation_percent: 20.0, test_percent: 30.0 };
    let rows = Split::stratified(&dataset, &plan)?.rows(&dataset);
    let model = small_vit();
    let plan = EfficiencyPlan {
        counts: vec![1, 4],
        seeds: vec![3, 4, 5],
        recipe: HeadRecipe { method, ..HeadRecipe::default() },
    };
    let settings = Settings { extraction: Extraction::on(&Device::Cpu), cache: None, stop };
    let data = EfficiencyData { dataset: &dataset, rows: &rows, test: None };
    measure_backbone(Trunk::of(&model, &Device::Cpu), data, &plan, &settings, &mut |_event| {})
}

#[test]
fn heads_are_fitted_to_few_photos_and_to_all() {
    let steps = Method::Gradient(Schedule { epochs: 30, learning_rate: 0.01, ..Schedule::default() });
    for method in [Method::Ridge { penalty: None }, Method::Ridge { penalty: Some(2.0) }, steps] {
        let curve = measure(method.clone(), &StopFlag::default()).expect("it is not stopped");
        let points: Vec<(Option<u64>, u64, usize)> = curve
            .points
            .iter()
            .map(|point| (point.photos_per_class, point.num_train, point.top1_percent.len()))
            .collect();
        // What is for validation is trained on: 7 of 10 photos a class.
        assert_eq!(points, [(Some(1), 5, 3), (Some(4), 20, 3), (None, 35, 1)]);
        let all = &curve.points[2];
        assert_eq!((all.mean_percent, all.deviation_percent), (100.0, 0.0), "{method:?}");
        assert!(curve.points.iter().all(|point| point.low_percent <= point.mean_percent));
    }
}

#[test]
fn a_measurement_can_be_stopped() {
    let stop = StopFlag::default();
    stop.stop();
    assert!(matches!(measure(Method::Ridge { penalty: None }, &stop), Err(TrainingError::Stopped(_))));
}
