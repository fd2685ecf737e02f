//! Stage Preprocessing: the real pixels after resize, crop and normalisation, as the chosen model's weights want them.

mod normalised;
mod resize_choice;
mod steps;

use leptos::prelude::*;
use shared::{ModelSlot, Preprocessing};

use super::facts::Facts;
use crate::components::part::Part;
use crate::components::picture_reading::PictureReading;
use crate::components::training::AUGMENTATION;
use crate::i18n::text::stages::preprocessing as text;
use crate::state::{Models, View};
use normalised::Normalised;
use resize_choice::ResizeChoice;
use steps::Steps;

/// The chosen model's preprocessing.
type Recipe = Memo<Preprocessing>;

/// The inside of the stage.
#[component]
pub fn PreprocessingStage() -> impl IntoView {
    let model = View::expect().model();
    let models = StoredValue::new(Models::expect());
    let recipe: Recipe = Memo::new(move |_previous| {
        models.with_value(|models| models.info(model.get()).preprocessing.clone())
    });
    let lead = move || {
        models.with_value(|models| {
            let [resnet, vit] = ModelSlot::ALL.map(|slot| &models.info(slot).preprocessing);
            let names =
                (models.info(model.get()).name.as_str(), models.info(model.get().other()).name.as_str());
            text::lead(names, resnet == vit)
        })
    };
    let cropped = PictureReading::new();
    view! {
        <div class="stage-inside">
            <p class="stage-lead">{lead}</p>
            <Facts facts=Signal::derive(move || recipe.with(facts))/>
            <Steps recipe cropped/>
            <ResizeChoice recipe/>
            <Normalised recipe cropped/>
            <Part load=AUGMENTATION/>
        </div>
    }
}

fn facts(recipe: &Preprocessing) -> Vec<(&'static str, String)> {
    vec![
        (text::RESIZE, text::resize(recipe)),
        (text::INTERPOLATION, text::interpolation(recipe.interpolation).to_owned()),
        (text::CROP, text::crop(recipe.crop_size)),
        (text::MEAN, text::triple(recipe.mean)),
        (text::DEVIATION, text::triple(recipe.std)),
    ]
}
