//! Sections Preprocessing and Backbone: what each photo becomes, which backbones a head is trained on, how far their features are.

use leptos::prelude::*;
use shared::ModelSlot;
use shared::architecture::Operation;

use super::fields::{CheckBox, NumberInput};
use crate::components::stages::data_table::{Cell, DataTable, Row};
use crate::i18n::text::training as text;
use crate::i18n::text::training::recipe;
use crate::state::Training;
use crate::state::training::{Draft, fields};

/// What each backbone reads.
#[component]
pub fn Preprocessings() -> impl IntoView {
    let training = Training::expect();
    let lines = ModelSlot::ALL.map(|slot| {
        let model = training.model(slot);
        view! {
            <div data-model=slot.as_str()>
                <dt>{text::preprocessing_of(&model.name)}</dt>
                <dd>{text::preprocessing_line(&model.preprocessing)}</dd>
            </div>
        }
    });
    view! {
        <dl class="facts-pair">{lines}</dl>
        <p><a href="/?stage=preprocessing#stage-panel">{text::SEE_PREPROCESSING}</a></p>
    }
}

/// Which backbones, and whether their last part is trained too.
#[component]
pub fn Backbones() -> impl IntoView {
    let training = Training::expect();
    let draft = expect_context::<RwSignal<Draft>>();
    let boxes = ModelSlot::ALL.map(|slot| {
        let index = usize::from(slot == ModelSlot::Vit);
        let words = recipe::features(&training.name(slot), num_features(training, slot));
        view! {
            <div data-model=slot.as_str() class="backbone-choice">
                <CheckBox
                    words=Signal::derive(move || words.clone())
                    is_on=Signal::derive(move || draft.with(|draft| draft.backbones[index]))
                    on_change=move |is_on| draft.update(|draft| draft.backbones[index] = is_on)
                />
            </div>
        }
    });
    let is_tuned = move || draft.with(|draft| draft.is_fine_tuned);
    view! {
        <fieldset class="division needs-script">
            <legend>{recipe::BACKBONES}</legend>
            <div class="backbone-choices">{boxes}</div>
            <CheckBox
                words=Signal::derive(|| recipe::FINE_TUNING.to_owned())
                is_on=Signal::derive(is_tuned)
                on_change=move |is_on| draft.update(|draft| draft.is_fine_tuned = is_on)
            />
            {move || is_tuned().then(|| view! {
                <p class="warning">{recipe::FINE_TUNING_WARNING}</p>
                <div class="field-grid">
                    <NumberInput draft field=fields::TUNING_EPOCHS/>
                    <NumberInput draft field=fields::TUNING_LEARNING_RATE/>
                </div>
            })}
        </fieldset>
        <TrunkTable/>
    }
}

/// What the trunks were trained on, which every curve is to be read with.
#[component]
fn TrunkTable() -> impl IntoView {
    let training = Training::expect();
    let rows: Vec<Row> = ModelSlot::ALL
        .into_iter()
        .map(|slot| {
            let model = training.model(slot);
            let trained =
                model.checkpoint.trunk_trained_on().unwrap_or(text::runs::TRAINED_ON_UNKNOWN).to_owned();
            let cells = [model.name, text::family(slot).to_owned(), trained].map(Cell::Words).to_vec();
            Row { cells, is_marked: false }
        })
        .collect();
    view! {
        <DataTable caption=text::runs::TRUNKS.to_owned() columns=text::runs::TRUNK_COLUMNS.map(str::to_owned).to_vec() rows=rows/>
    }
}

/// What the head reads of a photo.
fn num_features(training: Training, slot: ModelSlot) -> usize {
    let graph = training.model(slot).architecture.graph();
    let last = graph.nodes.iter().rev().find_map(|node| match node.operation {
        Operation::Linear { in_features, .. } => Some(in_features),
        _ => None,
    });
    last.unwrap_or_default()
}
