//! A model layer by layer: what its head would answer after each block, and what every node holds and how long it takes.

use shared::views::{LayerStatistics, LensEntry, LensGap, LogitLensAbout, NodeStatistics};
use shared::{ClassScore, Graph, Node, NodeId, Section, TensorShape};

use super::{Subject, View, ViewError};
use crate::analysis::statistics::{Summary, median};
use crate::analysis::{Array, rank};
use crate::inference::{InferenceError, array};
use crate::models::stopwatch::Stopwatch;
use crate::models::{Backbone, Capture};

/// The head applied after each block that is as wide as it reads; of the others, the last of each stage is named as a gap.
///
/// # Errors
/// The model cannot be asked, or its answers are no numbers.
pub async fn logit_lens(subject: Subject<'_>, top_k: usize) -> Result<View<LogitLensAbout>, ViewError> {
    let model = subject.model();
    let head_features = model.info.architecture.feature_dim();
    let fits = |node: &&Node| features(node) == Some(head_features);
    let nodes: Vec<NodeId> = blocks(&model.graph).filter(fits).map(|node| node.id.clone()).collect();
    let read_out = nodes.clone();
    let compute = move |backbone: &Backbone, image: &_| {
        let mut capture = Capture::new(read_out.iter().cloned());
        backbone.forward_observed(image, &mut capture)?;
        let tensors = capture.into_tensors()?;
        read_out.iter().map(|node| array(&backbone.read_out(&tensors[node])?.get(0)?)).collect()
    };
    let logits: Vec<Array> = subject.inference.compute(subject.slot, subject.input(), compute).await?;
    let mut entries = Vec::new();
    for (node, logits) in nodes.into_iter().zip(&logits) {
        let ranked = rank(&logits.values).ok_or(ViewError::NotFinite(subject.slot))?;
        let classes = ranked.into_iter().take(top_k).map(|class| ClassScore {
            index: class.index,
            label: model.label(class.index),
            probability: class.probability,
            logit: class.logit,
        });
        entries.push(LensEntry { node, classes: classes.collect() });
    }
    let shape = vec![logits.len(), model.info.architecture.num_classes()];
    let values: Vec<f32> = logits.iter().flat_map(|logits| logits.values.iter().copied()).collect();
    let about = LogitLensAbout { model: model.reference(), entries, gaps: gaps(&model.graph, head_features) };
    Ok(View { about, arrays: vec![("logits", Array::new(shape, values))] })
}

/// The outputs of the blocks that a model is made of, in order of execution.
pub fn blocks(graph: &Graph) -> impl Iterator<Item = &Node> {
    graph.roots().filter(|node| matches!(node.section, Section::Stage(_) | Section::Encoder(_)))
}

/// Features at each place.
fn features(node: &Node) -> Option<usize> {
    match node.output_shape {
        TensorShape::FeatureMap { channels, .. } => Some(channels),
        TensorShape::Tokens { dim, .. } => Some(dim),
        _ => None,
    }
}

fn gaps(graph: &Graph, head_features: usize) -> Vec<LensGap> {
    let outputs: Vec<&Node> = blocks(graph).collect();
    let is_last =
        |index: usize| outputs.get(index + 1).is_none_or(|next| next.section != outputs[index].section);
    let ends = outputs.iter().enumerate().filter(|(index, _node)| is_last(*index));
    let gap = |(_index, node): (usize, &&Node)| {
        let features = features(node).filter(|features| *features != head_features)?;
        Some(LensGap { node: node.id.clone(), features, head_features })
    };
    ends.filter_map(gap).collect()
}

/// What every node holds for the picture, and the median time of each over some forward passes, between which others get their turn.
///
/// # Errors
/// The model cannot be asked.
pub async fn statistics(subject: Subject<'_>, num_passes: usize) -> Result<View<LayerStatistics>, ViewError> {
    let model = subject.model();
    let mut times_ms: Vec<Vec<f64>> = vec![Vec::new(); model.graph.nodes.len()];
    for _pass in 0..num_passes {
        for (times, time_ms) in times_ms.iter_mut().zip(times_of_nodes(&subject).await?) {
            times.push(time_ms);
        }
    }
    let summaries = summaries(&subject).await?;
    let nodes = summaries.into_iter().zip(times_ms).map(|((node, summary), times)| {
        let Summary { mean, deviation, min, max, zeros } = summary;
        NodeStatistics { node, mean, deviation, min, max, zeros, time_ms: median(times) }
    });
    let (nodes, device) = (nodes.collect(), model.info.device.clone());
    let about = LayerStatistics { model: model.reference(), device, num_passes, nodes };
    Ok(View { about, arrays: Vec::new() })
}

/// What every node holds, in the graph's order. One pass of its own: the memory of what passes computed may be too small for all
/// nodes, and would then be asked for a pass a node.
async fn summaries(subject: &Subject<'_>) -> Result<Vec<(NodeId, Summary)>, ViewError> {
    let nodes: Vec<NodeId> = subject.model().graph.nodes.iter().map(|node| node.id.clone()).collect();
    let compute = move |backbone: &Backbone, image: &_| {
        let mut capture = Capture::new(nodes.iter().cloned());
        backbone.forward_observed(image, &mut capture)?;
        let tensors = capture.into_tensors()?;
        let summary = |node: NodeId| Ok((node.clone(), Summary::of(&array(&tensors[&node].get(0)?)?.values)));
        nodes.into_iter().map(summary).collect()
    };
    Ok(subject.inference.compute(subject.slot, subject.input(), compute).await?)
}

/// One pass: what each node took, in the graph's order.
async fn times_of_nodes(subject: &Subject<'_>) -> Result<Vec<f64>, ViewError> {
    let compute = |backbone: &Backbone, image: &_| {
        let mut stopwatch = Stopwatch::start();
        backbone.forward_observed(image, &mut stopwatch)?;
        Ok(stopwatch.into_times())
    };
    let times = subject.inference.compute(subject.slot, subject.input(), compute).await?;
    let nodes = &subject.model().graph.nodes;
    if !times.iter().map(|(node, _time)| node).eq(nodes.iter().map(|node| &node.id)) {
        tracing::error!(slot = %subject.slot, "a model tells its nodes in another order than its graph's");
        return Err(InferenceError::Failed.into());
    }
    Ok(times.into_iter().map(|(_node, time)| time.as_secs_f64() * 1e3).collect())
}
