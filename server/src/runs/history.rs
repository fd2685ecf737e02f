//! What a run has told, put together from its events, for those who come later.

use shared::training::{RunEvent, RunHistory, StepPoint};

/// A history that grows and stays bounded.
#[derive(Clone, Debug)]
pub struct History {
    told: RunHistory,
    /// Each so manieth step is kept.
    stride: u64,
}

impl History {
    /// That goes on from what was told before.
    pub fn new(told: RunHistory) -> Self {
        let mut history = Self { told, stride: 1 };
        history.thin();
        history
    }

    /// Everything until now.
    pub fn told(&self) -> &RunHistory {
        &self.told
    }

    /// Adds an event.
    pub fn add(&mut self, event: &RunEvent) {
        let told = &mut self.told;
        match event {
            RunEvent::History(history) => *self = Self::new(history.as_ref().clone()),
            RunEvent::Status(_status) => {}
            RunEvent::Reading(progress) => told.reading = Some(*progress),
            RunEvent::Split(counts) => told.split = Some(*counts),
            RunEvent::Features(features) => {
                put(&mut told.features, *features, |one, other| one.slot == other.slot);
            }
            RunEvent::Resumed { step } => {
                told.steps.retain(|point| point.step <= *step);
                told.epochs.retain(|point| point.step <= *step);
                told.resumed_at.push(*step);
            }
            RunEvent::Steps { points, pictures_per_second } => {
                told.pictures_per_second = Some(*pictures_per_second);
                self.add_steps(points);
            }
            RunEvent::Epoch(epoch) => {
                put(&mut told.epochs, *epoch, |one, other| one.epoch == other.epoch);
            }
            RunEvent::Models { done, total } => told.models = Some((*done, *total)),
            RunEvent::Curve(curve) => {
                put(&mut told.curves, curve.as_ref().clone(), |one, other| one.slot == other.slot);
            }
            RunEvent::Learner(epoch) => put(&mut told.learners, *epoch, |one, other| {
                (one.slot, one.photos_per_class, one.seed, one.epoch, one.is_try)
                    == (other.slot, other.photos_per_class, other.seed, other.epoch, other.is_try)
                    && one.learning_rate.total_cmp(&other.learning_rate).is_eq()
            }),
        }
    }

    fn add_steps(&mut self, points: &[StepPoint]) {
        let stride = self.stride;
        self.told.steps.extend(points.iter().filter(|point| is_kept(point, stride)));
        self.thin();
    }

    fn thin(&mut self) {
        while self.told.steps.len() > RunHistory::MAX_STEPS {
            self.stride *= 2;
            let stride = self.stride;
            self.told.steps.retain(|point| is_kept(point, stride));
        }
    }
}

fn is_kept(point: &StepPoint, stride: u64) -> bool {
    (point.step.saturating_sub(1)).is_multiple_of(stride)
}

/// In the place of what it is a later word on, else at the end.
fn put<T>(values: &mut Vec<T>, value: T, is_same: impl Fn(&T, &T) -> bool) {
    match values.iter_mut().find(|known| is_same(known, &value)) {
        Some(known) => *known = value,
        None => values.push(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(range: std::ops::Range<u64>) -> RunEvent {
        let point = |step| StepPoint { step, loss: 1.0, learning_rate: 0.1 };
        RunEvent::Steps { points: range.map(point).collect(), pictures_per_second: 7.0 }
    }

    #[test]
    fn a_long_curve_is_thinned_evenly() {
        let mut history = History::new(RunHistory::default());
        for start in (1..10_001).step_by(50) {
            history.add(&steps(start..start + 50));
        }
        let kept: Vec<u64> = history.told().steps.iter().map(|point| point.step).collect();
        assert!(kept.len() <= RunHistory::MAX_STEPS && kept.len() > RunHistory::MAX_STEPS / 2);
        assert!(kept.windows(2).all(|pair| pair[1] - pair[0] == 8), "{:?}", &kept[..4]);
        assert_eq!(kept[0], 1);
    }

    #[test]
    fn who_goes_on_from_an_earlier_step_forgets_what_came_after() {
        let mut history = History::new(RunHistory::default());
        history.add(&steps(1..21));
        history.add(&RunEvent::Resumed { step: 10 });
        history.add(&steps(11..16));
        let kept: Vec<u64> = history.told().steps.iter().map(|point| point.step).collect();
        assert_eq!(kept, (1..16).collect::<Vec<_>>());
        assert_eq!(history.told().resumed_at, [10]);
    }
}
