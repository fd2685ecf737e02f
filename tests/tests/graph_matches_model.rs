//! The diagram cannot lie: the running model tells its observer of each node of the graph, once, in the graph's order
//! and with the graph's shape.

use candle_core::{Device, Result, Tensor};
use server::models::{Backbone, Observer};
use shared::{ArchitectureConfig, NodeId};
use tests::{configurations, synthetic};

/// Pictures that go through together.
const BATCH: usize = 2;

/// Writes down what it is told.
#[derive(Default)]
struct Log {
    observed: Vec<(NodeId, Vec<usize>)>,
}

impl Observer for Log {
    fn wants(&self, _node: &NodeId) -> bool {
        true
    }

    fn observe(&mut self, node: &NodeId, tensor: &Tensor) -> Result<()> {
        self.observed.push((node.clone(), tensor.dims().to_vec()));
        Ok(())
    }
}

/// Fails the forward pass if it is told anything.
struct WantsNothing;

impl Observer for WantsNothing {
    fn wants(&self, _node: &NodeId) -> bool {
        false
    }

    fn observe(&mut self, node: &NodeId, _tensor: &Tensor) -> Result<()> {
        candle_core::bail!("told of {node} without asking")
    }
}

/// Wants one node; fails the forward pass if it is told another.
struct WantsOne {
    node: NodeId,
    times: usize,
}

impl Observer for WantsOne {
    fn wants(&self, node: &NodeId) -> bool {
        *node == self.node
    }

    fn observe(&mut self, node: &NodeId, _tensor: &Tensor) -> Result<()> {
        self.times += 1;
        if *node == self.node { Ok(()) } else { candle_core::bail!("told of {node} without asking") }
    }
}

fn load(config: &ArchitectureConfig) -> Backbone {
    let weights = synthetic::weights(&config.graph()).expect("synthetic weights");
    Backbone::load(config, &weights, &Device::Cpu).expect("the graph names every parameter")
}

#[test]
fn each_node_is_observed_once_in_order_and_with_its_shape() {
    for (name, config) in configurations::all() {
        let mut log = Log::default();
        let images = synthetic::images(&config, BATCH).expect("images");
        load(&config).forward_observed(&images, &mut log).expect("a forward pass");
        let expected: Vec<(NodeId, Vec<usize>)> = config
            .graph()
            .nodes
            .into_iter()
            .map(|node| (node.id, [vec![BATCH], node.output_shape.dims()].concat()))
            .collect();
        assert_eq!(log.observed, expected, "{name}");
    }
}

#[test]
fn an_observer_is_told_only_what_it_wants_and_changes_nothing() {
    for (name, config) in configurations::all() {
        let model = load(&config);
        // Of several, since pictures that nobody watches go through the first part of a ResNet one by one.
        let images = synthetic::images(&config, BATCH).expect("images");
        let logits = |observer: &mut dyn Observer| -> Vec<f32> {
            let logits = model.forward_observed(&images, observer).expect("a forward pass");
            logits.flatten_all().and_then(|logits| logits.to_vec1()).expect("values")
        };
        let unobserved: Vec<f32> = logits(&mut WantsNothing);
        assert_eq!(logits(&mut Log::default()), unobserved, "{name}");
        for node in config.graph().nodes.into_iter().step_by(9).map(|node| node.id) {
            let mut observer = WantsOne { node, times: 0 };
            assert_eq!(logits(&mut observer), unobserved, "{name}");
            assert_eq!(observer.times, 1, "{name} {}", observer.node);
        }
    }
}

#[test]
fn a_missing_parameter_is_named_and_an_image_of_another_size_refused() {
    for (name, config) in configurations::all() {
        let graph = config.graph();
        let mut weights = synthetic::weights(&graph).expect("synthetic weights");
        for parameter in graph.nodes.iter().flat_map(|node| &node.parameters).step_by(7) {
            let removed = weights.remove(&parameter.name).expect("it was made");
            let error = Backbone::load(&config, &weights, &Device::Cpu).expect_err("a parameter is missing");
            assert!(error.to_string().contains(&parameter.name), "{name}: {error}");
            weights.insert(parameter.name.clone(), removed);
        }
        let side = config.image_size();
        let images = Tensor::zeros((1, 3, side, side + 1), candle_core::DType::F32, &Device::Cpu);
        assert!(load(&config).forward(&images.expect("an image")).is_err(), "{name}");
    }
}
