//! The lens that switches off the shortcut or the residual branch of one block after another, and draws the damage.

mod bars;

use leptos::prelude::*;
use shared::ModelSlot;
use shared::views::{ExperimentPoint, ExperimentStart};

use super::experiment::depth_maps::{DepthMaps, Outline};
use super::experiment::{RunBar, StateChoice, table};
use super::frame::LensFrame;
use crate::drawing::experiments::cover::changes;
use crate::drawing::experiments::skips::{Damage, Summary, bar_range, damage, summary};
use crate::drawing::experiments::{Verdict, blocks, unchanged};
use crate::drawing::lens::Lens;
use crate::i18n::text::lenses::{experiment, question, skips as text};
use crate::state::experiment_run::{ExperimentRun, Progress};
use crate::state::{LensState, Models, Specimen};
use bars::Bars;

/// What was seen of a model.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    slot: ModelSlot,
    model: String,
    class: String,
    probability: f32,
    damage: Vec<Damage>,
}

fn seen(models: &Models, start: &ExperimentStart, points: &[ExperimentPoint]) -> Vec<Seen> {
    let of_model = |model: &shared::prediction::ModelRef| {
        let class = unchanged(start, model.slot)?;
        Some(Seen {
            slot: model.slot,
            model: model.name.clone(),
            class: class.label.clone(),
            probability: class.probability,
            damage: damage(points, models.graph(model.slot), model.slot, class),
        })
    };
    start.models.iter().filter_map(of_model).collect()
}

fn finding(seen: &[Seen], is_residual: bool, is_done: bool) -> Option<String> {
    let told =
        |seen: &Seen| Some((seen.slot, seen.model.clone(), seen.class.clone(), summary(&seen.damage)?));
    let told: Vec<(ModelSlot, String, String, Summary)> = seen.iter().filter_map(told).collect();
    let verdict = match &told[..] {
        [] => return None,
        [(.., one), (.., other)] => Some(Verdict::of([one.mean_lost, other.mean_lost])),
        _ => None,
    };
    let named = verdict.map(|verdict| {
        let named = told.iter().find(|(slot, ..)| verdict == Verdict::One(*slot));
        (verdict, named.map_or("", |(_slot, model, ..)| model.as_str()))
    });
    let told: Vec<text::Told<'_>> = told
        .iter()
        .map(|(_slot, model, class, seen)| text::Told { model, class, seen: seen.clone() })
        .collect();
    Some(experiment::so_far(&text::finding(&told, is_residual, named), is_done))
}

/// The lens.
#[component]
pub fn Skips() -> impl IntoView {
    let (state, models) = (LensState::new(), StoredValue::new(Models::expect()));
    let run = ExperimentRun::new();
    let (part, block) = (state.text("part"), state.text("block"));
    let is_residual = Memo::new(move |_previous| part.get().as_deref() == Some("residual"));
    let part_name = move || if is_residual.get() { "residual" } else { "shortcut" };
    let query = Memo::new(move |_previous| format!("part={}", part_name()));
    let all_seen = Memo::new(move |_previous| {
        let start = run.start().get();
        let of_points = |points: &Vec<ExperimentPoint>| {
            start.as_ref().map(|start| models.with_value(|models| seen(models, start, points)))
        };
        run.points().with(of_points).unwrap_or_default()
    });
    let range = Memo::new(move |_previous| {
        all_seen.with(|seen| bar_range(seen.iter().flat_map(|seen| &seen.damage)))
    });
    let is_done = move || run.progress().get() == Progress::Done;
    let title = move || {
        let finding = all_seen.with(|seen| finding(seen, is_residual.get(), is_done()));
        finding.unwrap_or_else(|| question(Lens::Skips).to_owned())
    };
    let panels = move || {
        let panel = |seen: Seen| {
            let others = summary(&seen.damage).map(|summary| text::others(&summary, is_residual.get()));
            view! {
                <section class="damage" data-model=seen.slot.as_str()>
                    <h5>{seen.model}</h5>
                    <p class="muted">{experiment::unchanged_short(&seen.class, seen.probability)}</p>
                    <Bars model=seen.slot damage=seen.damage range=range.get() chosen=block/>
                    <p>{others}</p>
                </section>
            }
        };
        all_seen.get().into_iter().map(panel).collect::<Vec<_>>()
    };
    view! {
        <LensFrame
            lens=Lens::Skips
            title=Signal::derive(title)
            explanation=text::NOTE
            source=text::SOURCE
            loads=Vec::new()
            numbers=Signal::derive(move || run.npy())
            table=move |()| run.start().with(|start| run.points().with(|points| table(start.as_ref(), points)))
        >
            <div class="lens-controls">
                <StateChoice name=text::PART key="part" options=vec![("shortcut", text::PARTS[0]), ("residual", text::PARTS[1])]/>
            </div>
            <RunBar run experiment="skip" query/>
            <p class="figure-note muted">{text::LOST}</p>
            <div class="experiment-pair">{panels}</div>
            <BlockMaps block is_residual/>
        </LensFrame>
    }
}

/// What changes in every block of a model when the part of one is switched off.
#[component]
fn BlockMaps(
    /// The block, if one is chosen.
    block: Memo<Option<String>>,
    /// Which part.
    is_residual: Memo<bool>,
) -> impl IntoView {
    let (models, specimen) = (StoredValue::new(Models::expect()), Specimen::expect());
    let run = ExperimentRun::new();
    let image = Memo::new(move |_previous| specimen.image().with(|image| image.info.image_id.clone()));
    // Whose block it is.
    let owner = Memo::new(move |_previous| {
        let block = block.get()?;
        let has = |slot: &ModelSlot| {
            models.with_value(|models| blocks(models.graph(*slot)).any(|node| node.id.as_str() == block))
        };
        ModelSlot::ALL.into_iter().find(has)
    });
    Effect::new(move |_previous: Option<()>| {
        image.track();
        if let (Some(block), Some(slot)) = (block.get(), owner.get()) {
            let part = if is_residual.get() { "residual" } else { "shortcut" };
            run.run("skip", &format!("model={slot}&part={part}&block={block}&changes=true"));
        }
    });
    on_cleanup(move || run.stop());
    let shown = move || {
        let (block, slot) = (block.get()?, owner.get()?);
        let name = models.with_value(|models| text::maps(&models.info(slot).name, &block, is_residual.get()));
        let of_point = move || {
            run.points()
                .with(|points| points.first().map(|point| changes(point, slot).to_vec()))
                .unwrap_or_default()
        };
        let error = move || match run.progress().get() {
            Progress::Failed(error) => Some(error.message),
            Progress::Running => Some(text::MAPS_COMING.to_owned()),
            _ => None,
        };
        Some(view! {
            <p role="status" class="muted">{error}</p>
            <DepthMaps model=slot name=Signal::stored(name) changes=Signal::derive(of_point) outline=Signal::stored(Outline::default())/>
        })
    };
    view! { <div class="block-maps">{shown}</div> }
}
