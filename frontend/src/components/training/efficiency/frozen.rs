//! Heads on few to all photos a class, on both frozen backbones.

use std::sync::Arc;

use leptos::prelude::*;
use shared::training::{BackboneEfficiency, DataEfficiency, RunRequest, RunResult};

use super::chart::{EfficiencyChart, OneCurve, most_per_class};
use super::start::{NumberOf, StartRun};
use super::{Kind, UnderWay};
use crate::api::training as api;
use crate::i18n::text::training::efficiency as text;
use crate::state::Training;
use crate::state::training::{Asked, Draft, MethodChoice, RunWatch, is_done};

/// Photos a class that heads are trained on.
const COUNTS: [u64; 5] = [1, 2, 4, 8, 16];
/// Choices of photos, where the field does not say otherwise.
const REPETITIONS: u64 = 5;

/// The measurement.
#[component]
pub fn Frozen() -> impl IntoView {
    let training = Training::expect();
    let draft = expect_context::<RwSignal<Draft>>();
    let runs = Kind::Frozen.runs(training);
    let watch = RunWatch::new(move || {
        runs.with(|runs| runs.iter().rev().find(|run| run.state.is_under_way()).map(|run| run.id.clone()))
    });
    let done = Memo::new(move |_previous| {
        runs.with(|runs| runs.iter().find(|run| is_done(run)).map(|run| run.id.clone()))
    });
    let asked =
        Asked::new(move || done.get(), |id: String| async move { api::result(&id).await.map(Arc::new) });
    let repetitions = RwSignal::new(REPETITIONS);
    let request = move || {
        let dataset = training.dataset.get();
        draft.with(|draft| {
            // Closed form: dozens of heads in seconds, and nothing is chosen by validation photos.
            let ridge = Draft { method: MethodChoice::Ridge, ..draft.clone() };
            Ok(RunRequest::DataEfficiency {
                photos: ridge.photos(dataset.as_deref())?,
                counts: COUNTS.to_vec(),
                repetitions: repetitions.get(),
                recipe: ridge.recipe()?,
            })
        })
    };
    let result = move || match asked.ready()?.as_ref() {
        RunResult::DataEfficiency(result) => Some(Shown { result }.view()),
        RunResult::Head { .. } | RunResult::FromScratch(_) => None,
    };
    let so_far = move || {
        let curves = watch.history().with(|history| history.curves.iter().map(curve).collect::<Vec<_>>());
        (asked.ready().is_none() && !curves.is_empty())
            .then(|| view! { <EfficiencyChart curves most_per_class=32/> })
    };
    let is_none =
        move || done.with(Option::is_none) && watch.history().with(|history| history.curves.is_empty());
    view! {
        <section class="measurement" aria-labelledby="frozen-heading" data-measurement="frozen">
            <h3 id="frozen-heading">{text::FROZEN}</h3>
            <p>{text::FROZEN_LEAD}</p>
            {move || is_none().then(|| view! { <p class="empty">{text::NONE}</p> })}
            {result}
            {so_far}
            <p>{text::FROZEN_CAN}</p>
            <p>{text::FROZEN_CANNOT}</p>
            <StartRun id="start-efficiency" name=text::START request=Signal::derive(request)>
                <NumberOf name=text::REPETITIONS value=repetitions least=1 most=20/>
            </StartRun>
            <UnderWay list=runs watch/>
        </section>
    }
}

/// A result that is shown.
struct Shown<'a> {
    result: &'a DataEfficiency,
}

impl Shown<'_> {
    fn view(&self) -> impl IntoView + use<> {
        let DataEfficiency { dataset, num_test, seeds, backbones, .. } = self.result;
        let curves: Vec<OneCurve> = backbones.iter().map(curve).collect();
        let points = curves.first().map(|curve| curve.points.clone()).unwrap_or_default();
        let most = most_per_class(dataset.classes.iter().map(|class| class.num_pictures), &points);
        let seen: Vec<_> = backbones
            .iter()
            .map(|backbone| view! { <li>{text::trained_on(&backbone.name, backbone.trained_on.as_deref())}</li> })
            .collect();
        let measured = text::measured_on(&dataset.name, dataset.classes.len(), *num_test, seeds.len());
        view! {
            <EfficiencyChart curves most_per_class=most/>
            <p class="muted">{measured}</p>
            <div class="seen"><p>{text::SEEN}</p><ul class="plain-list">{seen}</ul></div>
        }
    }
}

fn curve(backbone: &BackboneEfficiency) -> OneCurve {
    OneCurve { slot: backbone.slot, name: backbone.name.clone(), points: backbone.points.clone() }
}
