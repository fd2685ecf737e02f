//! The boxes of the graph are those of the running model: a unit does not change by what is outside of its box, and does by each of the
//! box's edges.

use candle_core::{Device, Tensor};
use server::models::{Backbone, Capture};
use shared::architecture::BlockKind;
use shared::receptive_field::Span;
use shared::{ArchitectureConfig, NodeId, TensorShape};
use tests::difference::largest;
use tests::{configurations, synthetic};

const SIDE: usize = 64;
/// Far larger than any value of the image, so that what is changed wins every maximum.
const CHANGE: f32 = 40.0;

/// What rounding may change, of the largest value of the map: squares of a map are computed together (`kernels/convolution/winograd.rs`).
const ROUNDING: f32 = 1e-5;

/// A box of pixels, the last row and column not included.
#[derive(Clone, Copy, Debug)]
struct Pixels {
    rows: [usize; 2],
    columns: [usize; 2],
}

impl Pixels {
    fn holds(self, row: usize, column: usize) -> bool {
        (self.rows[0]..self.rows[1]).contains(&row) && (self.columns[0]..self.columns[1]).contains(&column)
    }

    /// One row or column of pixels along each side, inside.
    fn edges(self) -> [Self; 4] {
        let Self { rows: [top, bottom], columns: [left, right] } = self;
        [
            Self { rows: [top, top + 1], ..self },
            Self { rows: [bottom - 1, bottom], ..self },
            Self { columns: [left, left + 1], ..self },
            Self { columns: [right - 1, right], ..self },
        ]
    }
}

/// The image with something added to those pixels that are chosen, another amount to each.
fn altered(image: &Tensor, is_chosen: impl Fn(usize, usize) -> bool) -> Tensor {
    let added = (0..3 * SIDE * SIDE).map(|index| {
        let (row, column) = (index / SIDE % SIDE, index % SIDE);
        let amount = CHANGE * (0.5 + (index as f32 * 0.618).fract());
        if is_chosen(row, column) { amount } else { 0.0 }
    });
    let added = Tensor::from_iter(added, &Device::Cpu).and_then(|added| added.reshape((1, 3, SIDE, SIDE)));
    (image + added.expect("an image")).expect("an image")
}

/// A unit's values and the largest of the map.
fn unit(model: &Backbone, image: &Tensor, node: &NodeId, [row, column]: [usize; 2]) -> (Vec<f32>, f32) {
    let mut capture = Capture::new([node.clone()]);
    model.forward_observed(image, &mut capture).expect("a forward pass");
    let tensor = capture.into_tensors().expect("tensors").remove(node).expect("the node exists");
    let vector =
        tensor.narrow(2, row, 1).and_then(|rows| rows.narrow(3, column, 1)?.flatten_all()?.to_vec1());
    let all = tensor.flatten_all().and_then(|all| all.to_vec1::<f32>()).expect("f32 values");
    (vector.expect("the place exists"), largest(all.into_iter()))
}

fn pixels(span: Span) -> [usize; 2] {
    let span = span.clipped(SIDE);
    [span.begin_px, span.end_px].map(|edge| {
        assert_eq!(edge.fract(), 0.0, "a box ends between pixels");
        edge as usize
    })
}

#[test]
fn a_unit_changes_by_its_box_and_by_nothing_else() {
    let mut smaller_boxes = 0;
    for block in [BlockKind::Basic, BlockKind::Bottleneck] {
        let config: ArchitectureConfig = configurations::resnet(block, [1, 1, 1, 1]);
        let graph = config.graph();
        let weights = synthetic::weights(&graph).expect("synthetic weights");
        let model = Backbone::load(&config, &weights, &Device::Cpu).expect("the weights fit");
        let image = synthetic::images(&config, 1).expect("an image");
        for name in ["conv1", "maxpool", "layer1.0", "layer2.0.conv2", "layer2.0", "layer3.0"] {
            let id = NodeId::new(name);
            let node = graph.node(&id).expect("the node exists");
            let TensorShape::FeatureMap { height, width, .. } = node.output_shape else {
                panic!("{name} is no map")
            };
            let (last, middle) = ([height - 1, width - 1], [height / 2, width / 2]);
            let places =
                [[0, 0], [0, last[1]], [last[0], 0], last, [0, middle[1]], [middle[0], last[1]], middle];
            for place in places {
                let [rows, columns] =
                    place.map(|index| pixels(node.receptive_field.span(index).expect("a local field")));
                let field = Pixels { rows, columns };
                let (before, _) = unit(&model, &image, &id, place);
                let change = |image: Tensor| {
                    let (after, magnitude) = unit(&model, &image, &id, place);
                    largest(after.iter().zip(&before).map(|(after, before)| after - before)) / magnitude
                };
                if rows != [0, SIDE] || columns != [0, SIDE] {
                    smaller_boxes += 1;
                    let outside = change(altered(&image, |row, column| !field.holds(row, column)));
                    assert!(
                        outside < ROUNDING,
                        "{block:?} {name} {place:?}: outside of {field:?}, {outside}"
                    );
                }
                for edge in field.edges() {
                    let inside = change(altered(&image, |row, column| edge.holds(row, column)));
                    assert!(inside > ROUNDING, "{block:?} {name} {place:?}: {edge:?} of {field:?}, {inside}");
                }
            }
        }
    }
    assert!(smaller_boxes > 60, "boxes that the picture is larger than: {smaller_boxes}");
}
