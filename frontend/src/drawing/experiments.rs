//! What experiments on the picture showed: curves, maps and findings, as pure functions of the points that have come. No words here:
//! a finding is numbers, from which `i18n` makes its sentence, whichever way it turns out.

pub mod cover;
pub mod shuffle;
pub mod skips;
pub mod translation;

use shared::views::{ExperimentPoint, ExperimentStart, ModelOutcome, TopClass};
use shared::{Graph, ModelSlot, Node, Section};

/// A change of a probability below this is called none.
const LEAST_CHANGE: f32 = 0.01;
/// How many times as large a change is that is called the larger one.
const CLEARLY_LARGER: f32 = 1.5;

/// What is drawn of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Probability of the class that came first on the unchanged picture.
    Probability,
    /// Its logit.
    Logit,
}

/// Which of two models a change hits harder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Neither is hit to speak of.
    Neither,
    /// Clearly this one.
    One(ModelSlot),
    /// Both about alike.
    Alike,
}

impl Quantity {
    /// Of an answer to a changed picture.
    pub fn of(self, outcome: &ModelOutcome) -> f32 {
        match self {
            Self::Probability => outcome.probability,
            Self::Logit => outcome.logit,
        }
    }

    /// Of the answer to the unchanged picture.
    pub fn of_unchanged(self, class: &TopClass) -> f32 {
        match self {
            Self::Probability => class.probability,
            Self::Logit => class.logit,
        }
    }
}

impl Verdict {
    /// From the size of the change of each.
    pub fn of([resnet, vit]: [f32; 2]) -> Self {
        let (resnet, vit) = (resnet.abs(), vit.abs());
        let (larger, smaller) = (resnet.max(vit), resnet.min(vit));
        if larger < LEAST_CHANGE {
            Self::Neither
        } else if larger < CLEARLY_LARGER * smaller {
            Self::Alike
        } else if resnet > vit {
            Self::One(ModelSlot::Resnet)
        } else {
            Self::One(ModelSlot::Vit)
        }
    }
}

/// What a model answered at a point, where the point is about it.
pub fn outcome(point: &ExperimentPoint, slot: ModelSlot) -> Option<&ModelOutcome> {
    point.outcomes.iter().find(|outcome| outcome.slot == slot)
}

/// The class that a model answers first on the unchanged picture, where the model is asked.
pub fn unchanged(start: &ExperimentStart, slot: ModelSlot) -> Option<&TopClass> {
    let position = start.models.iter().position(|model| model.slot == slot)?;
    start.classes.get(position)
}

/// The curve of a model: a number of the setting against what was answered.
pub fn curve(
    points: &[ExperimentPoint],
    slot: ModelSlot,
    quantity: Quantity,
    x: impl Fn(&ExperimentPoint) -> f64,
) -> Vec<(f64, f64)> {
    let place = |point: &ExperimentPoint| Some((x(point), f64::from(quantity.of(outcome(point, slot)?))));
    points.iter().filter_map(place).collect()
}

/// The blocks of a model, in order: what the server counts them by.
pub fn blocks(graph: &Graph) -> impl Iterator<Item = &Node> {
    graph.roots().filter(|node| matches!(node.section, Section::Stage(_) | Section::Encoder(_)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use shared::prediction::ModelRef;

    pub fn class(class: usize, probability: f32) -> TopClass {
        TopClass { class, label: format!("class {class}"), probability, logit: 10.0 * probability }
    }

    pub fn answer(slot: ModelSlot, probability: f32, first: usize) -> ModelOutcome {
        ModelOutcome {
            slot,
            probability,
            logit: 10.0 * probability,
            top: class(first, probability),
            largest_logit_change: 1.0,
            changes: Vec::new(),
        }
    }

    pub fn point(setting: &[f64], outcomes: Vec<ModelOutcome>) -> ExperimentPoint {
        ExperimentPoint {
            index: 0,
            setting: setting.to_vec(),
            name: String::new(),
            covered: Vec::new(),
            outcomes,
        }
    }

    #[test]
    fn the_larger_change_is_named_only_if_it_is_clear() {
        assert_eq!(Verdict::of([0.3, -0.05]), Verdict::One(ModelSlot::Resnet));
        assert_eq!(Verdict::of([0.05, -0.3]), Verdict::One(ModelSlot::Vit));
        assert_eq!(Verdict::of([0.3, 0.25]), Verdict::Alike);
        assert_eq!(Verdict::of([0.009, 0.0]), Verdict::Neither);
    }

    #[test]
    fn models_are_found_by_their_slot() {
        let start = ExperimentStart {
            models: vec![ModelRef {
                slot: ModelSlot::Vit,
                name: String::new(),
                checkpoint_id: String::new(),
                num_classes: 9,
            }],
            classes: vec![class(3, 0.5)],
            num_points: 2,
        };
        assert_eq!(unchanged(&start, ModelSlot::Vit).map(|class| class.class), Some(3));
        assert_eq!(unchanged(&start, ModelSlot::Resnet), None);
        let points = [point(&[2.0], vec![answer(ModelSlot::Vit, 0.25, 3)]), point(&[4.0], Vec::new())];
        let drawn = curve(&points, ModelSlot::Vit, Quantity::Logit, |point| point.setting[0]);
        assert_eq!(drawn, [(2.0, 2.5)]);
    }
}
