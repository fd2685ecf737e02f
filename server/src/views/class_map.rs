//! Class maps: where in a map a class's logit comes from, and what the model says without one of these places.

use std::sync::Arc;

use candle_core::Result as TensorResult;
use shared::views::{CellCheck, ClassMapAbout, ClassMapMethod};
use shared::{Graph, NodeId, Operation};

use super::places::Places;
use super::{Subject, View, ViewError, on_a_thread};
use crate::analysis::{Array, class_map};
use crate::inference::{InferenceError, array};
use crate::models::gradients;
use crate::models::observer::PlaceZeroed;

/// The map whose mean the head reads, and the head.
struct Head {
    map: NodeId,
    linear: NodeId,
}

/// What a map says of a class.
struct OfClass {
    class: usize,
    logit: f32,
    bias: Option<f32>,
    check: Option<CellCheck>,
}

/// The class activation map, which is exact: its mean and the head's bias are the logit. With a place, what the logit loses without it.
///
/// # Errors
/// The model has no map whose mean the head reads, or `node` is another one; there is no such class or place; or the model could not be
/// asked.
pub async fn cam(
    subject: Subject<'_>,
    node: Option<&NodeId>,
    class: usize,
    place: Option<[usize; 2]>,
) -> Result<View<ClassMapAbout>, ViewError> {
    let head = Head::of(&subject)?;
    let (node, places) = target(&subject, &head, node)?;
    if node != head.map {
        return Err(ViewError::Unavailable(format!(
            "A class activation map is of {}, the map whose mean the head reads. For {node} ask with method=grad-cam.",
            head.map
        )));
    }
    subject.check_class(class)?;
    if let Some([row, column]) = place {
        places.unit(row, column)?;
    }
    let [map, logits] = &subject.observe_all(&[node.clone(), head.linear.clone()]).await?[..] else {
        return Err(InferenceError::Failed.into());
    };
    let logit = logits.values[class];
    let (weights, bias) = head.of_class(&subject, class).await?;
    let values = class_map::cam(map, &weights.values);
    let check = match place {
        Some(place) => {
            let expected_loss = values[place[0] * places.columns + place[1]] / values.len() as f64;
            let without = logit_without(&subject, &node, place, class).await?;
            Some(CellCheck { place, expected_loss: expected_loss as f32, measured_loss: logit - without })
        }
        None => None,
    };
    let of_class = OfClass { class, logit, bias: Some(bias), check };
    Ok(view(&subject, ClassMapMethod::Cam, (node, places), &values, Some(of_class)))
}

/// A Grad-CAM of a map, by default of the last.
///
/// # Errors
/// The model has no maps, or `node` is none; there is no such class; or the model could not be asked.
pub async fn grad_cam(
    subject: Subject<'_>,
    node: Option<&NodeId>,
    class: usize,
) -> Result<View<ClassMapAbout>, ViewError> {
    let (node, places) = target(&subject, &Head::of(&subject)?, node)?;
    subject.check_class(class)?;
    let asked = node.clone();
    let compute = move |backbone: &_, image: &_| {
        let (pairs, logits) = gradients::of_logit(backbone, image, class, std::slice::from_ref(&asked))?;
        let pair = &pairs[&asked];
        Ok((array(&pair.value)?, array(&pair.gradient)?, array(&logits)?))
    };
    let (map, gradient, logits) = subject.inference.compute(subject.slot, subject.input(), compute).await?;
    let values = on_a_thread(move || class_map::grad_cam(&map, &gradient)).await?;
    let of_class = OfClass { class, logit: logits.values[class], bias: None, check: None };
    Ok(view(&subject, ClassMapMethod::GradCam, (node, places), &values, Some(of_class)))
}

/// An Eigen-CAM of a map, by default of the last. It knows no class.
///
/// # Errors
/// The model has no maps, or `node` is none; or the model could not be asked.
pub async fn eigen_cam(
    subject: Subject<'_>,
    node: Option<&NodeId>,
) -> Result<View<ClassMapAbout>, ViewError> {
    let (node, places) = target(&subject, &Head::of(&subject)?, node)?;
    let map = subject.observe(&node).await?;
    let values = on_a_thread(move || class_map::eigen_cam(&map)).await?;
    Ok(view(&subject, ClassMapMethod::EigenCam, (node, places), &values, None))
}

impl Head {
    /// Reads the graph: the linear layer that reads what global average pooling makes of a map.
    fn of(subject: &Subject<'_>) -> Result<Self, ViewError> {
        let model = subject.model();
        Self::in_graph(&model.graph).ok_or_else(|| {
            ViewError::Unavailable(format!(
                "{} has no map whose mean its head reads. Ask for the relevance of its patches instead: /relevance with model=vit.",
                model.info.name
            ))
        })
    }

    fn in_graph(graph: &Graph) -> Option<Self> {
        let pool = graph.nodes.iter().find(|node| node.operation == Operation::GlobalAveragePool)?;
        let map = graph.edges.iter().find(|edge| edge.to == pool.id)?.from.clone();
        let linear = graph.edges.iter().find(|edge| edge.from == pool.id)?.to.clone();
        Some(Self { map, linear })
    }

    /// The weights and the bias of a class.
    async fn of_class(&self, subject: &Subject<'_>, class: usize) -> Result<(Array, f32), ViewError> {
        let model = Arc::clone(subject.model());
        let names = ["weight", "bias"].map(|suffix| format!("{}.{suffix}", self.linear));
        let read = on_a_thread(move || {
            let [weights, biases] = names.map(|name| model.parameter_part(&name, class));
            TensorResult::Ok((weights?, biases?.values[0]))
        });
        Ok(read.await?.map_err(|error| {
            tracing::error!(%error, "the head's parameters cannot be read");
            InferenceError::Failed
        })?)
    }
}

/// The node that is asked for, or the last map, and its places.
fn target(subject: &Subject<'_>, head: &Head, node: Option<&NodeId>) -> Result<(NodeId, Places), ViewError> {
    let node = node.unwrap_or(&head.map);
    Ok((node.clone(), Places::of(subject.model(), node)?))
}

/// A class's logit where the model goes on with zeros at a place of a map.
async fn logit_without(
    subject: &Subject<'_>,
    node: &NodeId,
    place: [usize; 2],
    class: usize,
) -> Result<f32, ViewError> {
    let mut without = PlaceZeroed { node: node.clone(), place };
    let compute = move |backbone: &crate::models::Backbone, image: &_| {
        backbone.forward_observed(image, &mut without)?.get(0)?.get(class)?.to_scalar::<f32>()
    };
    Ok(subject.inference.compute(subject.slot, subject.input(), compute).await?)
}

fn view(
    subject: &Subject<'_>,
    method: ClassMapMethod,
    (node, places): (NodeId, Places),
    values: &[f64],
    of_class: Option<OfClass>,
) -> View<ClassMapAbout> {
    let model = subject.model();
    let about = ClassMapAbout {
        model: model.reference(),
        method,
        node,
        class: of_class.as_ref().map(|of| of.class),
        label: of_class.as_ref().map(|of| model.label(of.class)),
        logit: of_class.as_ref().map(|of| of.logit),
        bias: of_class.as_ref().and_then(|of| of.bias),
        mean: class_map::mean(values) as f32,
        check: of_class.and_then(|of| of.check),
    };
    let values: Vec<f32> = values.iter().map(|value| *value as f32).collect();
    View { about, arrays: vec![("map", Array::new(vec![places.rows, places.columns], values))] }
}
