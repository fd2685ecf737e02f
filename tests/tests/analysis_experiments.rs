//! What the experiments do to a picture or a model, against PyTorch (goldens made by `goldens/analysis`), and the head after each
//! layer.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use server::analysis::cover::{Cover, Rectangle};
use server::analysis::permutation::{permutation, shuffle_cells};
use server::models::interventions::SwitchOff;
use server::models::{Backbone, Capture};
use shared::views::SkipPart;
use shared::{ArchitectureConfig, NodeId};
use tests::difference::relative_difference;
use tests::{configurations, synthetic};

/// The project's tolerance between two implementations in f32, whose sums run in different orders.
const TOLERANCE: f32 = 1e-4;
/// Of logits that are the same sums in another order.
const ORDER_TOLERANCE: f32 = 1e-5;

struct Case {
    name: &'static str,
    config: ArchitectureConfig,
    model: Backbone,
    image: Tensor,
    golden: HashMap<String, Tensor>,
}

fn cases() -> impl Iterator<Item = Case> {
    configurations::all().into_iter().map(|(name, config)| {
        let weights = synthetic::weights(&config.graph()).expect("synthetic weights");
        let model = Backbone::load(&config, &weights, &Device::Cpu).expect("the weights fit");
        let image = synthetic::images(&config, 1).expect("an image");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("goldens/analysis/{name}.safetensors"));
        let golden = candle_core::safetensors::load(path, &Device::Cpu).expect("the golden is committed");
        Case { name, config, model, image, golden }
    })
}

impl Case {
    fn check(&self, key: &str, ours: &Tensor) {
        let difference = relative_difference(ours, &self.golden[key]).expect("one shape");
        assert!(difference <= TOLERANCE, "{} {key}: {difference:e}", self.name);
    }

    fn altered(&self, alter: impl Fn(&[f32], usize) -> Vec<f32>) -> Tensor {
        let side = self.config.image_size();
        let values: Vec<f32> = self.image.flatten_all().and_then(|image| image.to_vec1()).expect("values");
        Tensor::from_vec(alter(&values, side), (1, 3, side, side), &Device::Cpu).expect("an image")
    }

    fn logits(&self, image: &Tensor) -> Tensor {
        self.model.forward(image).expect("a forward pass")
    }

    fn without(&self, mut off: SwitchOff) -> Tensor {
        self.model.forward_observed(&self.image, &mut off).expect("a forward pass")
    }

    fn is_vit(&self) -> bool {
        matches!(self.config, ArchitectureConfig::Vit(_))
    }
}

#[test]
fn covered_and_shuffled_pictures_are_answered_as_by_pytorch() {
    for case in cases() {
        let cover = |values: &[f32], side: usize| {
            let (start, length) = (side / 4, side / 2 - side / 4);
            let square = Rectangle { top: start, left: start, height: length, width: length };
            Cover::of(side, [square]).apply(values)
        };
        case.check("cover/logits", &case.logits(&case.altered(cover)));
        let shuffle = |values: &[f32], side: usize| shuffle_cells(values, side, 2, &[2, 0, 3, 1]);
        case.check("shuffle/2/logits", &case.logits(&case.altered(shuffle)));
    }
}

#[test]
fn without_a_part_models_answer_as_in_pytorch() {
    for case in cases() {
        let graph = case.config.graph();
        if case.is_vit() {
            for part in ["attention", "mlp"] {
                let node = NodeId::new(format!("encoder.1.{part}"));
                case.check(&format!("skip/encoder.1/{part}"), &case.without(SwitchOff::zeroing([node])));
            }
        }
        let blocks: &[&str] = if case.is_vit() { &["encoder.1"] } else { &["layer1.1", "layer3.0"] };
        for block in blocks {
            let off =
                |part| SwitchOff::part_of(&graph, &NodeId::from(*block), part).expect("a block with a sum");
            case.check(&format!("skip/{block}/shortcut"), &case.without(off(SkipPart::Shortcut)));
            let ours = case.without(off(SkipPart::Residual));
            if case.is_vit() {
                let both = ["attention", "mlp"].map(|part| NodeId::new(format!("{block}.{part}")));
                let both = case.without(SwitchOff::zeroing(both));
                assert_eq!(relative_difference(&ours, &both).expect("one shape"), 0.0, "{}", case.name);
                let change = relative_difference(&ours, &case.logits(&case.image)).expect("one shape");
                assert!(change > 1e-3, "{}: it does something", case.name);
            } else {
                case.check(&format!("skip/{block}/residual"), &ours);
            }
        }
        assert!(SwitchOff::part_of(&graph, &"logits".into(), SkipPart::Residual).is_none());
    }
}

#[test]
fn nothing_says_where_a_patch_was_without_positions() {
    for case in cases().filter(Case::is_vit) {
        let ArchitectureConfig::Vit(config) = &case.config else { continue };
        let unplaced = case.model.without_positions().expect("there is memory");
        let logits = unplaced.forward(&case.image).expect("a forward pass");
        case.check("no_positions/logits", &logits);
        let cells = config.patches_per_side();
        if config.image_size % config.patch_size != 0 {
            continue;
        }
        let order = permutation(cells * cells, 1);
        let shuffled = case.altered(|values, side| shuffle_cells(values, side, cells, &order));
        let difference = |logits: &Tensor, of: &Tensor| relative_difference(logits, of).expect("one shape");
        let unmoved = difference(&unplaced.forward(&shuffled).expect("a forward pass"), &logits);
        assert!(unmoved <= ORDER_TOLERANCE, "{}: {unmoved:e}", case.name);
        let moved = difference(&case.logits(&shuffled), &case.logits(&case.image));
        assert!(moved > 1e-3, "{}: with positions the order tells, {moved:e}", case.name);
    }
}

#[test]
fn the_head_after_each_layer_is_pytorchs() {
    for case in cases() {
        let graph = case.config.graph();
        let wide = case.config.feature_dim();
        let blocks = graph.roots().filter(|node| {
            let dims = node.output_shape.dims();
            match node.id.as_str() {
                id if id.starts_with("encoder.") => true,
                id => id.starts_with("layer") && dims[0] == wide,
            }
        });
        let blocks: Vec<NodeId> = blocks.map(|node| node.id.clone()).collect();
        let mut capture = Capture::new(blocks.clone());
        case.model.forward_observed(&case.image, &mut capture).expect("a forward pass");
        let tensors = capture.into_tensors().expect("tensors");
        let read_out = |block: &NodeId| case.model.read_out(&tensors[block]).expect("the head fits");
        if case.is_vit() {
            let logits: Vec<Tensor> = blocks.iter().map(read_out).collect();
            case.check("logit_lens", &Tensor::cat(&logits, 0).expect("one shape"));
        } else {
            assert_eq!(blocks.len(), case.golden.keys().filter(|key| key.starts_with("logit_lens/")).count());
            for block in &blocks {
                case.check(&format!("logit_lens/{block}"), &read_out(block));
            }
        }
    }
}
