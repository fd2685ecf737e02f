//! What a run has told, event by event, as one value: what the figures are drawn from.

use shared::training::{BackboneProgress, RunEvent, RunHistory};

/// Adds an event to what was told before. A history that comes whole replaces it, as after a connection that broke.
pub fn fold(history: &mut RunHistory, event: RunEvent) {
    match event {
        RunEvent::History(whole) => *history = *whole,
        RunEvent::Status(_) => {}
        RunEvent::Reading(progress) => history.reading = Some(progress),
        RunEvent::Split(split) => history.split = Some(split),
        RunEvent::Features(progress) => put_features(&mut history.features, progress),
        RunEvent::Resumed { step } => {
            // What was told of steps that are done again is replaced by what they bring now.
            history.steps.retain(|point| point.step <= step);
            history.epochs.retain(|point| point.step <= step);
            history.resumed_at.push(step);
        }
        RunEvent::Steps { points, pictures_per_second } => {
            history.pictures_per_second = Some(pictures_per_second);
            history.steps.extend(points);
            thin(&mut history.steps);
        }
        RunEvent::Epoch(point) => history.epochs.push(point),
        RunEvent::Models { done, total } => history.models = Some((done, total)),
        RunEvent::Curve(curve) => {
            history.curves.retain(|known| known.slot != curve.slot);
            history.curves.push(*curve);
        }
        RunEvent::Learner(epoch) => history.learners.push(epoch),
    }
}

fn put_features(features: &mut Vec<BackboneProgress>, progress: BackboneProgress) {
    match features.iter_mut().find(|known| known.slot == progress.slot) {
        Some(known) => *known = progress,
        None => features.push(progress),
    }
}

/// Every second step of a long run, as the server keeps them.
fn thin<T>(steps: &mut Vec<T>) {
    while steps.len() > RunHistory::MAX_STEPS {
        let mut position = 0;
        steps.retain(|_step| {
            position += 1;
            position % 2 == 1
        });
    }
}

#[cfg(test)]
mod tests {
    use shared::ModelSlot;
    use shared::training::{EpochPoint, Progress, StepPoint};

    use super::*;

    fn steps(from: u64, to: u64) -> RunEvent {
        let points = (from..=to).map(|step| StepPoint { step, loss: 1.0 / step as f64, learning_rate: 0.1 });
        RunEvent::Steps { points: points.collect(), pictures_per_second: 9.0 }
    }

    fn epoch(epoch: u64, step: u64) -> RunEvent {
        RunEvent::Epoch(EpochPoint {
            epoch,
            step,
            train_loss: 1.0,
            train_top1_percent: 50.0,
            validation_loss: None,
            validation_top1_percent: None,
        })
    }

    #[test]
    fn a_run_that_goes_on_forgets_what_it_does_again() {
        let mut history = RunHistory::default();
        for event in [steps(1, 10), epoch(1, 5), epoch(2, 10), RunEvent::Resumed { step: 7 }, steps(8, 9)] {
            fold(&mut history, event);
        }
        assert_eq!(
            history.steps.iter().map(|point| point.step).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5, 6, 7, 8, 9]
        );
        assert_eq!((history.epochs.len(), history.resumed_at.as_slice()), (1, [7].as_slice()));
        assert_eq!(history.pictures_per_second, Some(9.0));
        fold(&mut history, RunEvent::History(Box::default()));
        assert_eq!(history, RunHistory::default());
    }

    #[test]
    fn each_backbone_has_its_own_progress() {
        let mut history = RunHistory::default();
        for (slot, done) in [(ModelSlot::Resnet, 1), (ModelSlot::Vit, 2), (ModelSlot::Resnet, 3)] {
            let progress = Progress { done, ..Progress::default() };
            fold(&mut history, RunEvent::Features(BackboneProgress { slot, progress }));
        }
        assert_eq!(history.features.iter().map(|known| known.progress.done).collect::<Vec<_>>(), [3, 2]);
    }

    #[test]
    fn steps_of_a_long_run_stay_few() {
        let mut history = RunHistory::default();
        fold(&mut history, steps(1, 5_000));
        fold(&mut history, steps(5_001, 5_010));
        assert!(
            history.steps.len() <= RunHistory::MAX_STEPS && history.steps.len() > 1_000,
            "{}",
            history.steps.len()
        );
        assert_eq!(history.steps.first().map(|point| point.step), Some(1));
    }
}
