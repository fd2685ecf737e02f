//! What the page works out of a convolution's unit, from the tensors and weights that the server gives, against the value that the
//! model itself has there.

use frontend::api::Array;
use frontend::drawing::convolution_steps::{Band, BatchNorm, band_rows, finish, window_sum};
use frontend::drawing::grid::{Cell, Grid};
use shared::architecture::ConvSpec;
use shared::{Graph, ModelSlot, Node, Operation, TensorShape, route};
use tests::explorer::{Settings, TestExplorer, picture};

/// The page adds up in f64, the model in f32 over up to thousands of products; of the largest value of the map.
const TOLERANCE: f32 = 1e-5;

/// An explorer and a picture in it.
struct Bench {
    explorer: TestExplorer,
    image_id: String,
}

impl Bench {
    async fn array(&self, path: &str) -> Array {
        Array::from_npy(&self.explorer.get(path).await.body).unwrap_or_else(|| panic!("{path} is no array"))
    }

    async fn tensor(&self, node: &Node, slice: &str) -> Array {
        self.array(&route::tensor(&self.image_id, ModelSlot::Resnet, &node.id, Some(slice))).await
    }

    async fn parameter(&self, node: &Node, name: &str, channel: usize) -> Array {
        let name = format!("{}.{name}", node.id);
        self.array(&route::weights(ModelSlot::Resnet, &name, Some(&channel.to_string()))).await
    }

    /// A unit as the page works it out, the model's own value, and the largest value of the channel.
    async fn unit(
        &self,
        (input, node): (&Node, &Node),
        conv: ConvSpec,
        has_relu: bool,
        unit: Cell,
    ) -> [f32; 3] {
        let channel = conv.out_channels / 2;
        let (first_row, end) = band_rows(&conv, unit.row, side(input));
        let rows = self.tensor(input, &format!("0:{},{first_row}:{end}", conv.in_channels)).await;
        let kernel = self.parameter(node, "weight", channel).await;
        let mut norm = [0.0; 4];
        for (value, name) in norm.iter_mut().zip(["weight", "bias", "running_mean", "running_var"]) {
            *value = self.parameter(node, &format!("batch_norm.{name}"), channel).await.values[0];
        }
        let [weight, bias, running_mean, running_var] = norm;
        let norm = BatchNorm { weight, bias, running_mean, running_var };
        let sum = window_sum(Band { rows: &rows, first_row }, &kernel, &conv, unit, 3)
            .expect("of this convolution");
        let map = Grid::channel(&self.tensor(node, &channel.to_string()).await, 0).expect("a map");
        let own = map.value(unit).expect("inside of the map");
        let largest = tests::difference::largest(map.values.iter().copied());
        [finish(sum.total, &norm, has_relu).value as f32, own, largest]
    }
}

fn side(node: &Node) -> usize {
    match node.output_shape {
        TensorShape::FeatureMap { height, .. } => height,
        _ => panic!("{} is no map", node.id),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_worked_out_by_hand_is_the_models_own_value() {
    let explorer = TestExplorer::start(&Settings::default());
    let image_id = explorer.upload(picture(90, 90, 7)).await.image_id;
    let graph: Graph = explorer.get(&route::graph(ModelSlot::Resnet)).await.json();
    let bench = Bench { explorer, image_id };
    let mut convolutions = 0;
    for node in &graph.nodes {
        let (conv, has_relu) = match node.operation {
            Operation::Convolution { conv, relu } => (conv, relu),
            Operation::ProjectionShortcut { conv } => (conv, false),
            _ => continue,
        };
        let edge = graph.edges.iter().find(|edge| edge.to == node.id).expect("it reads something");
        let input = graph.node(&edge.from).expect("a node");
        let last = side(node) - 1;
        for (row, column) in [(0, 0), (last / 2, last), (last, last / 2)] {
            let unit = Cell { row, column };
            let [worked_out, own, largest] = bench.unit((input, node), conv, has_relu, unit).await;
            let difference = (worked_out - own).abs() / largest.max(f32::MIN_POSITIVE);
            assert!(
                difference <= TOLERANCE,
                "{} {unit:?}: {worked_out} is not {own}, off by {difference}",
                node.id
            );
        }
        convolutions += 1;
    }
    assert!(convolutions > 8, "only {convolutions}");
}
