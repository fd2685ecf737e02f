//! A model of Backbone Explorer and the two passes that are timed: the plain one, and one that leaves everything behind that the
//! page shows of it without another pass.

use std::path::Path;

use anyhow::{Context, Result};
use candle_core::{Device, Tensor};
use server::analysis::attention::{PatchGrid, Rollout, rollout};
use server::analysis::class_map;
use server::analysis::top_k::rank;
use server::inference::Trace;
use server::models::checkpoint::Checkpoint;
use server::models::parameters::Placement;
use server::models::stopwatch::Stopwatch;
use server::models::{Backbone, Capture, Captured};
use shared::architecture::Operation;
use shared::views::HeadFusion;
use shared::{Graph, NodeId, TokenLayout};

use super::Outputs;

/// The last node.
const LOGITS: &str = "logits";

/// How the page rolls attention out at first.
const ROLLOUT: Rollout = Rollout { fusion: HeadFusion::Mean, with_residual: true, discard: 0.0 };

/// Whose attention is rolled out at first.
const CLASS_TOKEN: usize = 0;

/// A model and what its views need of it.
pub struct Subject {
    backbone: Backbone,
    graph: Graph,
    head: Option<Head>,
    layout: Option<TokenLayout>,
}

/// A map whose mean the head reads, and the head's weights.
struct Head {
    map: NodeId,
    weights: Vec<Vec<f32>>,
}

impl Subject {
    /// Loads a checkpoint as the server does.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub fn load(path: &Path, placement: &Placement) -> Result<Self> {
        let checkpoint = Checkpoint::open(path).with_context(|| path.display().to_string())?;
        let parameters = checkpoint.parameters.as_ref();
        let backbone = Backbone::load_at(&checkpoint.architecture, parameters, placement)?;
        let graph = checkpoint.architecture.graph();
        let pool = graph.nodes.iter().find(|node| node.operation == Operation::GlobalAveragePool);
        let map = pool.and_then(|pool| graph.edges.iter().find(|edge| edge.to == pool.id));
        let head = map.map(|edge| -> Result<Head> {
            let weights = parameters.parameter("logits.weight")?.to_vec2()?;
            Ok(Head { map: edge.from.clone(), weights })
        });
        let (head, layout) = (head.transpose()?, TokenLayout::of(&graph));
        Ok(Self { backbone, graph, head, layout })
    }

    /// A forward pass that keeps nothing.
    ///
    /// # Errors
    /// The images have another size.
    pub fn bare(&self, images: &Tensor) -> Result<Outputs> {
        Ok(Outputs::from([(LOGITS, self.backbone.forward(images)?)]))
    }

    /// A forward pass that keeps every node where it was computed, as the server's do: of a sum its terms.
    ///
    /// # Errors
    /// The images have another size.
    pub fn nodes(&self, images: &Tensor) -> Result<Captured> {
        let mut capture = Capture::new(self.graph.nodes.iter().map(|node| node.id.clone()));
        self.backbone.forward_observed(images, &mut capture)?;
        Ok(capture.into_captured())
    }

    /// What each node of a pass takes, in milliseconds.
    ///
    /// # Errors
    /// The images have another size.
    pub fn times(&self, images: &Tensor) -> Result<serde_json::Value> {
        let mut stopwatch = Stopwatch::start();
        self.backbone.forward_observed(images, &mut stopwatch)?;
        let times = stopwatch.into_times();
        let total: f64 = times.iter().map(|(_node, time)| time.as_secs_f64()).sum();
        let nodes: Vec<_> =
            times.iter().map(|(node, time)| (node.as_str(), time.as_secs_f64() * 1e3)).collect();
        Ok(serde_json::json!({ "forward_ms": total * 1e3, "nodes": nodes }))
    }

    /// The same, and what is seen in the nodes of each picture: the class activation map of a ResNet, attention rolled out and the
    /// attention distances of a Vision Transformer.
    ///
    /// # Errors
    /// The images have another size.
    pub fn views(&self, images: &Tensor) -> Result<Outputs> {
        let captured = self.nodes(images)?;
        let logits = captured.tensor(&NodeId::new(LOGITS))?.context("every node is kept")?;
        let of_picture = |index: usize| -> Result<Trace> {
            Ok(Trace::new(captured.parts(|tensor| tensor.get(index))?, 0.0, 0.0))
        };
        let pictures = (0..images.dim(0)?).map(of_picture).collect::<Result<Vec<_>>>()?;
        let mut outputs = Outputs::new();
        if let Some(head) = &self.head {
            let maps = pictures.iter().map(|picture| {
                let scores = picture.array(&NodeId::new(LOGITS))?;
                let first = rank(&scores.values).context("logits are numbers")?[0].index;
                anyhow::Ok(class_map::cam(&picture.array(&head.map)?, &head.weights[first]))
            });
            outputs.insert("class_map", rows(maps.collect::<Result<_>>()?)?);
        }
        if let Some(layout) = &self.layout {
            let (mut rolled_out, mut distances) = (Vec::new(), Vec::new());
            for picture in &pictures {
                let blocks = picture.arrays(&layout.attention)?;
                rolled_out.push(rollout(&blocks, ROLLOUT, CLASS_TOKEN).concat());
                distances.push(PatchGrid::of(layout).mean_distances_px(&blocks));
            }
            outputs.insert("rollout", rows(rolled_out)?);
            outputs.insert("distances", rows(distances)?);
        }
        outputs.insert(LOGITS, logits);
        Ok(outputs)
    }
}

/// One row for each picture.
fn rows(values: Vec<Vec<f64>>) -> candle_core::Result<Tensor> {
    let width = values.first().map_or(0, Vec::len);
    let shape = (values.len(), width);
    let values: Vec<f32> = values.into_iter().flatten().map(|value| value as f32).collect();
    Tensor::from_vec(values, shape, &Device::Cpu)
}
