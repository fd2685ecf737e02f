//! Both models' answers to the picture on the bench, for figures that need all classes.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{ClassScore, ModelSlot, Predictions};

use crate::state::{Answer, Models, Specimen, View};

/// An answer once it is there.
pub type Ranking = Memo<Option<Arc<Predictions>>>;

/// The chosen model's answer.
pub fn chosen_answer() -> Ranking {
    let model = View::expect().model();
    answer_of(move || model.get())
}

/// The other model's answer, where both know the same classes.
pub fn comparable_answer() -> Ranking {
    let (model, models) = (View::expect().model(), Models::expect());
    let [resnet, vit] = ModelSlot::ALL.map(|slot| &models.info(slot).labels);
    let are_equal = resnet == vit;
    let other = answer_of(move || model.get().other());
    Memo::new(move |_previous| if are_equal { other.get() } else { None })
}

/// A class in a ranking, with its rank from 1.
pub fn ranked(ranking: &Predictions, index: usize) -> Option<(usize, &ClassScore)> {
    let position = ranking.classes.iter().position(|class| class.index == index)?;
    Some((position + 1, &ranking.classes[position]))
}

fn answer_of(model: impl Fn() -> ModelSlot + Send + Sync + 'static) -> Ranking {
    let specimen = Specimen::expect();
    Memo::new(move |_previous| {
        specimen.answer(model()).with(|answer| match answer {
            Answer::Ready(predictions) => Some(Arc::new(predictions.clone())),
            Answer::Waiting | Answer::Failed(_) => None,
        })
    })
}
