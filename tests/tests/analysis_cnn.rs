//! Class maps, contributions and effective receptive fields against PyTorch (goldens of `goldens/analysis`): the gradients of
//! `server::models` and the arithmetic of `server::analysis` together, on synthetic weights.

use candle_core::{Device, Tensor};
use server::analysis::{Array, class_map, maps};
use server::inference::array;
use server::models::gradients::{self, Unit};
use server::models::{Backbone, Capture, ParameterSource};
use shared::{ArchitectureConfig, NodeId, TensorShape};
use tests::golden_views::GoldenViews;
use tests::{configurations, synthetic};

/// The project's tolerance between two implementations in f32, whose sums run in different orders; PyTorch's here are f64.
const TOLERANCE: f32 = 1e-4;
/// Of a gradient all the way back to the pixels, which passes every layer twice.
const EFFECTIVE_TOLERANCE: f32 = 1e-3;
/// Length of the step over which a unit is differenced, and what such a difference in f32 through ReLUs is good for.
const STEP: f64 = 1e-2;
const SLOPE_TOLERANCE: f64 = 2e-2;

/// A configuration with its goldens, running.
struct Subject {
    name: &'static str,
    config: ArchitectureConfig,
    golden: GoldenViews,
    model: Backbone,
    parameters: std::collections::HashMap<String, Tensor>,
    image: Tensor,
}

fn subjects(is_wanted: impl Fn(&ArchitectureConfig) -> bool) -> Vec<Subject> {
    let wanted = configurations::all().into_iter().filter(|(_name, config)| is_wanted(config));
    let subject = |(name, config): (&'static str, ArchitectureConfig)| {
        let parameters = synthetic::weights(&config.graph()).expect("synthetic weights");
        Subject {
            name,
            golden: GoldenViews::read(name).expect("goldens of the configuration"),
            model: Backbone::load(&config, &parameters, &Device::Cpu)
                .expect("the graph names every parameter"),
            image: synthetic::images(&config, 1).expect("an image"),
            parameters,
            config,
        }
    };
    wanted.map(subject).collect()
}

fn resnets() -> Vec<Subject> {
    subjects(|config| matches!(config, ArchitectureConfig::Resnet(_)))
}

impl Subject {
    fn check(&self, key: &str, ours: &[f32], tolerance: f32) {
        let difference = self.golden.difference(key, ours).expect("the golden can be read");
        assert!(difference <= tolerance, "{} {key}: {difference}", self.name);
    }

    fn check_f64(&self, key: &str, ours: &[f64]) {
        let ours: Vec<f32> = ours.iter().map(|value| *value as f32).collect();
        self.check(key, &ours, TOLERANCE);
    }

    /// Values and gradients of a node for a class.
    fn with_gradient(&self, node: &str, class: usize) -> (Array, Array) {
        let node = NodeId::new(node);
        let (pairs, logits) =
            gradients::of_logit(&self.model, &self.image, class, std::slice::from_ref(&node))
                .expect("gradients");
        self.check("logits", &array(&logits).expect("logits").values, TOLERANCE);
        let pair = &pairs[&node];
        (array(&pair.value).expect("a map"), array(&pair.gradient).expect("its gradient"))
    }

    fn value(&self, node: &str) -> Tensor {
        value(&self.model, &self.image, &NodeId::new(node))
    }

    /// The unit at a place of a map, or of a patch behind the class token.
    fn unit(&self, node: &NodeId, [row, column]: [usize; 2]) -> Unit {
        match self.config.graph().node(node).expect("the node exists").output_shape {
            TensorShape::Tokens { tokens, .. } => {
                Unit::OfTokens { token: 1 + row * (tokens - 1).isqrt() + column }
            }
            _ => Unit::OfMap { row, column },
        }
    }
}

fn value(model: &Backbone, image: &Tensor, node: &NodeId) -> Tensor {
    let mut capture = Capture::new([node.clone()]);
    model.forward_observed(image, &mut capture).expect("a forward pass");
    capture.into_tensors().expect("tensors").remove(node).expect("the node exists")
}

/// `NODE/3` as the node and the class, `NODE/3_4` as the node and the place.
fn split(rest: &str) -> (&str, Vec<usize>) {
    let (node, numbers) = rest.rsplit_once('/').expect("a node and numbers");
    (node, numbers.split('_').map(|number| number.parse().expect("a number")).collect())
}

#[test]
fn class_activation_maps_are_pytorchs() {
    for subject in resnets() {
        let biases = subject.parameters.parameter("logits.bias").and_then(|bias| bias.to_vec1::<f32>());
        subject.check("cam_bias", &biases.expect("a bias for each class"), 0.0);
        let last = subject.config.graph().edges.into_iter().find(|edge| edge.to.as_str() == "avgpool");
        let map = subject.value(last.expect("a map is pooled").from.as_str());
        let map = array(&map.get(0).expect("one picture")).expect("a map");
        let classes = subject.golden.behind("cam/");
        assert_eq!(classes.len(), 2, "{}", subject.name);
        for class in classes {
            let weights = subject.parameters["logits.weight"].get(class.parse().expect("a class"));
            let weights: Vec<f32> = weights.and_then(|row| row.to_vec1()).expect("a row of the head");
            subject.check_f64(&format!("cam/{class}"), &class_map::cam(&map, &weights));
        }
    }
}

#[test]
fn maps_of_any_block_are_pytorchs() {
    for subject in resnets() {
        let grad_cams = subject.golden.behind("grad_cam/");
        let contributions = subject.golden.behind("contribution/");
        let eigen_cams = subject.golden.behind("eigen_cam/");
        assert_eq!((grad_cams.len(), contributions.len(), eigen_cams.len()), (3, 2, 2), "{}", subject.name);
        for rest in grad_cams {
            let (node, class) = split(&rest);
            let (map, gradient) = subject.with_gradient(node, class[0]);
            subject.check_f64(&format!("grad_cam/{rest}"), &class_map::grad_cam(&map, &gradient));
        }
        for rest in contributions {
            let (node, class) = split(&rest);
            let (map, gradient) = subject.with_gradient(node, class[0]);
            let summaries = maps::summaries(&map, Some(&gradient));
            let contributions =
                summaries.iter().map(|channel| channel.contribution.expect("a gradient is given"));
            subject.check(&format!("contribution/{rest}"), &contributions.collect::<Vec<f32>>(), TOLERANCE);
        }
        for node in eigen_cams {
            let map = array(&subject.value(&node).get(0).expect("one picture")).expect("a map");
            subject.check_f64(&format!("eigen_cam/{node}"), &class_map::eigen_cam(&map));
        }
    }
}

#[test]
fn effective_receptive_fields_are_pytorchs() {
    for subject in subjects(|_config| true) {
        let units = subject.golden.behind("effective/");
        assert!(units.len() >= 4, "{}: {units:?}", subject.name);
        for rest in units {
            let (node, place) = split(&rest);
            let node = NodeId::new(node);
            let unit = subject.unit(&node, [place[0], place[1]]);
            let gradient =
                gradients::of_unit(&subject.model, &subject.image, &node, unit).expect("a gradient");
            let sums = gradient.abs().and_then(|gradient| gradient.sum(0)?.flatten_all()?.to_vec1::<f32>());
            subject.check(
                &format!("effective/{rest}"),
                &sums.expect("sums over the colours"),
                EFFECTIVE_TOLERANCE,
            );
        }
    }
}

#[test]
fn the_gradient_of_a_unit_is_its_slope() {
    let places =
        [("layer1.1", [3, 9]), ("layer3.1.conv1", [0, 3]), ("encoder.1", [1, 0]), ("embeddings", [1, 1])];
    for subject in subjects(|_config| true) {
        for (node, place) in places {
            let node = NodeId::new(node);
            if subject.config.graph().node(&node).is_none() {
                continue;
            }
            let unit = subject.unit(&node, place);
            let gradient =
                gradients::of_unit(&subject.model, &subject.image, &node, unit).expect("a gradient");
            let gradient = gradient.unsqueeze(0).expect("a batch of one");
            // Half of the way along the gradient, so that the slope is not lost in what f32 rounds away, half anywhere.
            let any = synthetic::images(&subject.config, 2)
                .and_then(|images| images.narrow(0, 1, 1))
                .expect("an image");
            let direction = (normalised(&gradient) + normalised(&any)).expect("a direction");
            let expected = f64::from(sum(&(&gradient * &direction).expect("products")));
            let step = (direction * STEP).expect("a step");
            let at = |image: candle_core::Result<Tensor>| {
                let tensor = value(&subject.model, &image.expect("an image"), &node);
                f64::from(unit_mean(&tensor, unit))
            };
            let slope = (at(&subject.image + &step) - at(&subject.image - &step)) / (2.0 * STEP);
            assert!(
                (slope / expected - 1.0).abs() <= SLOPE_TOLERANCE,
                "{} {node}: slope {slope}, gradient {expected}",
                subject.name
            );
        }
    }
}

fn unit_mean(tensor: &Tensor, unit: Unit) -> f32 {
    let vector = match unit {
        Unit::OfMap { row, column } => {
            tensor.narrow(2, row, 1).and_then(|rows| rows.narrow(3, column, 1)).expect("the place exists")
        }
        Unit::OfTokens { token } => tensor.narrow(1, token, 1).expect("the token exists"),
    };
    sum(&vector) / vector.elem_count() as f32
}

fn normalised(tensor: &Tensor) -> Tensor {
    let length = f64::from(sum(&tensor.sqr().expect("squares"))).sqrt();
    (tensor / length).expect("a direction")
}

fn sum(tensor: &Tensor) -> f32 {
    tensor.sum_all().and_then(|sum| sum.to_scalar()).expect("a sum")
}
