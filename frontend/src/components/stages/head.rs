//! Stage Head: the linear layer that turns the backbone's feature vector into a logit for each class. A logit is taken apart
//! into what each feature adds to it, and the sum is held against the server's logit.

mod class_choice;
mod parts;
mod strips;
mod weight_map;

use std::sync::Arc;

use leptos::prelude::*;
use shared::{Graph, ModelSlot, Node, NodeId, Operation, route};

use super::answers::{Ranking, chosen_answer};
use super::facts::Facts;
use crate::api::Array;
use crate::i18n::number;
use crate::i18n::text::stages::head as text;
use crate::i18n::text::training;
use crate::state::{Models, TensorLoad, TensorRequest, View};
use class_choice::ClassChoice;
use parts::Parts;
use strips::Strips;
use weight_map::WeightMap;

/// Id of the head in every graph.
const HEAD: &str = "logits";

/// Sizes of the linear layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct HeadSize {
    classes: usize,
    features: usize,
}

/// What the figures of the stage share.
#[derive(Clone, Copy)]
struct HeadView {
    model: Memo<ModelSlot>,
    size: Memo<HeadSize>,
    answer: Ranking,
    /// The class that the visitor chose; the model's first answer where `None`.
    chosen: RwSignal<Option<usize>>,
    /// The class that the figures take apart.
    class: Memo<usize>,
    /// What the head reads.
    features: TensorLoad,
    /// The weights of the class.
    weights: TensorLoad,
    /// The bias of every class.
    bias: TensorLoad,
}

/// The inside of the stage.
#[component]
pub fn HeadStage() -> impl IntoView {
    let models = StoredValue::new(Models::expect());
    let head = HeadView::new(models);
    let model = head.model;
    view! {
        <div class="stage-inside">
            <p class="stage-lead">{move || text::lead(head.size.get().classes, head.size.get().features)}</p>
            <Facts facts=Signal::derive(move || models.with_value(|models| facts(models.graph(model.get()))))/>
            <div class="stage-figures needs-script">
                <ClassChoice head/>
                <Strips head/>
                <Parts head/>
                <WeightMap head/>
            </div>
            <p class="stage-next">{text::NEXT}</p>
            <p>{training::TRAIN_YOUR_OWN_WHY}" "<a href=route::TRAINING_PAGE>{training::TRAIN_YOUR_OWN}</a></p>
        </div>
    }
}

impl HeadView {
    fn new(models: StoredValue<Models>) -> Self {
        let model = View::expect().model();
        let size = Memo::new(move |_previous| models.with_value(|models| size(models.graph(model.get()))));
        let answer = chosen_answer();
        let chosen = RwSignal::new(None::<usize>);
        let class = Memo::new(move |_previous| {
            let first = || answer.with(|answer| answer.as_ref()?.classes.first().map(|class| class.index));
            chosen.get().filter(|class| *class < size.get().classes).or_else(first).unwrap_or_default()
        });
        let parameter = move |suffix: &str, slice: Option<String>| TensorRequest::Parameter {
            model: model.get(),
            name: format!("{HEAD}.{suffix}"),
            slice,
        };
        let features = TensorLoad::new(move || {
            let node = models.with_value(|models| input_of_head(models.graph(model.get())))?;
            Some(TensorRequest::Node { model: model.get(), node, slice: None })
        });
        let weights = TensorLoad::new(move || Some(parameter("weight", Some(class.get().to_string()))));
        let bias = TensorLoad::new(move || Some(parameter("bias", None)));
        Self { model, size, answer, chosen, class, features, weights, bias }
    }

    /// Name of the class that is taken apart, derived.
    fn class_label(self) -> Signal<String> {
        let models = Models::expect();
        Signal::derive(move || {
            models.info(self.model.get()).labels.get(self.class.get()).cloned().unwrap_or_default()
        })
    }
}

fn ready(load: TensorLoad) -> Option<Arc<Array>> {
    load.state().with(|state| state.ready().cloned())
}

fn head_of(graph: &Graph) -> Option<&Node> {
    graph.node(&NodeId::new(HEAD))
}

fn size(graph: &Graph) -> HeadSize {
    match head_of(graph).map(|node| &node.operation) {
        Some(&Operation::Linear { in_features, out_features, .. }) => {
            HeadSize { classes: out_features, features: in_features }
        }
        _ => HeadSize { classes: 0, features: 0 },
    }
}

/// The node whose tensor the head reads.
fn input_of_head(graph: &Graph) -> Option<NodeId> {
    let head = head_of(graph)?;
    graph.edges.iter().find(|edge| edge.to == head.id).map(|edge| edge.from.clone())
}

fn facts(graph: &Graph) -> Vec<(&'static str, String)> {
    let HeadSize { classes, features } = size(graph);
    let Some(head) = head_of(graph) else { return Vec::new() };
    let share = |part: u64, total: u64| number::percent(part as f32 / total.max(1) as f32);
    let input = input_of_head(graph).map(|node| node.to_string()).unwrap_or_default();
    vec![
        (text::READS, format!("{input}, {}", text::numbers(features))),
        (text::WRITES, text::numbers(classes)),
        (text::WEIGHTS, number::shape(&[classes, features])),
        (
            text::PARAMETERS,
            text::of_model(
                &number::thousands(head.parameter_count()),
                &share(head.parameter_count(), graph.total_parameters()),
            ),
        ),
        (text::MACS, text::of_model(&number::thousands(head.macs), &share(head.macs, graph.total_macs()))),
    ]
}
