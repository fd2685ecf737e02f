//! Attention of one token in one head, from queries and keys to the weighted sum of values, recomputed in double precision from
//! the tensors of the model: dot products, division by the root of the head's width, exponentials, weights, context vector.
//!
//! Source: Vaswani and others, "Attention Is All You Need", 2017, section 3.2.1. The largest score is subtracted before the
//! exponential, as every implementation does, which changes no weight.

use shared::{Graph, NodeId, Operation};

use crate::api::Array;

/// The nodes of a block between its input and its attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttentionNodes {
    /// Queries, `[heads, tokens, head_dim]`.
    pub query: NodeId,
    /// Keys, likewise.
    pub key: NodeId,
    /// Values, likewise.
    pub value: NodeId,
    /// Scores after the division, `[heads, tokens, tokens]`.
    pub scores: NodeId,
    /// Weights, likewise.
    pub weights: NodeId,
    /// What leaves after the projection that follows, `[tokens, dim]`.
    pub output: NodeId,
}

impl AttentionNodes {
    /// The nodes around the weights of a block.
    pub fn around(graph: &Graph, weights: &NodeId) -> Option<Self> {
        let inputs = |node: &NodeId| -> Vec<NodeId> {
            graph.edges.iter().filter(|edge| edge.to == *node).map(|edge| edge.from.clone()).collect()
        };
        let scores = inputs(weights).into_iter().next()?;
        let [query, key] = <[NodeId; 2]>::try_from(inputs(&scores)).ok()?;
        let is_output = |id: &NodeId| {
            graph.node(id).is_some_and(|node| matches!(node.operation, Operation::AttentionOutput { .. }))
        };
        let readers = graph.edges.iter().filter(|edge| edge.from == *weights).map(|edge| edge.to.clone());
        let output = readers.into_iter().find(is_output)?;
        let value = inputs(&output).into_iter().find(|input| input != weights)?;
        Some(Self { query, key, value, scores, weights: weights.clone(), output })
    }
}

/// All numbers of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct AttentionSteps {
    /// The query, `head_dim` numbers.
    pub query: Vec<f64>,
    /// Its dot product with every token's key.
    pub dot_products: Vec<f64>,
    /// What they are divided by.
    pub divisor: f64,
    /// The dot products after the division.
    pub scores: Vec<f64>,
    /// The largest score, which is subtracted from all.
    pub largest_score: f64,
    /// `exp(score - largest_score)`, so that the largest is 1.
    pub exponentials: Vec<f64>,
    /// Their sum.
    pub sum: f64,
    /// Exponentials divided by their sum.
    pub weights: Vec<f64>,
    /// The sum of all values, each times its weight: `head_dim` numbers.
    pub context: Vec<f64>,
    /// The plain mean of all values, which even attention would give.
    pub mean_value: Vec<f64>,
}

/// Queries, keys and values of one head.
#[derive(Clone, Copy, Debug)]
pub struct HeadTensors<'a> {
    /// `[head_dim]`: the asking token's.
    pub query: &'a Array,
    /// `[tokens, head_dim]`.
    pub keys: &'a Array,
    /// `[tokens, head_dim]`.
    pub values: &'a Array,
}

impl AttentionSteps {
    /// Computes every step; `None` where shapes do not belong together.
    pub fn compute(head: HeadTensors<'_>) -> Option<Self> {
        let head_dim = head.query.values.len();
        if head_dim == 0 || head.keys.values.is_empty() || head.keys.shape != head.values.shape {
            return None;
        }
        if head.keys.shape.last() != Some(&head_dim) {
            return None;
        }
        let query: Vec<f64> = head.query.values.iter().map(|value| f64::from(*value)).collect();
        let dot_products: Vec<f64> =
            head.keys.values.chunks_exact(head_dim).map(|key| dot(&query, key)).collect();
        let divisor = (head_dim as f64).sqrt();
        let scores: Vec<f64> = dot_products.iter().map(|product| product / divisor).collect();
        let largest_score = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let exponentials: Vec<f64> = scores.iter().map(|score| (score - largest_score).exp()).collect();
        let sum: f64 = exponentials.iter().sum();
        let weights: Vec<f64> = exponentials.iter().map(|exponential| exponential / sum).collect();
        let context = weighted_sum(&weights, &head.values.values, head_dim);
        let even = vec![1.0 / weights.len() as f64; weights.len()];
        let mean_value = weighted_sum(&even, &head.values.values, head_dim);
        Some(Self {
            query,
            dot_products,
            divisor,
            scores,
            largest_score,
            exponentials,
            sum,
            weights,
            context,
            mean_value,
        })
    }

    /// The tokens with the largest weights, the largest first.
    pub fn top(&self, count: usize) -> Vec<usize> {
        let mut tokens: Vec<usize> = (0..self.weights.len()).collect();
        tokens.sort_by(|one, other| self.weights[*other].total_cmp(&self.weights[*one]));
        tokens.truncate(count);
        tokens
    }

    /// What one token brings into the context vector: its value times its weight, `head_dim` numbers.
    pub fn contribution(&self, values: &Array, token: usize) -> Option<Vec<f64>> {
        let (head_dim, weight) = (self.query.len(), *self.weights.get(token)?);
        let value = values.values.chunks_exact(head_dim).nth(token)?;
        Some(value.iter().map(|value| weight * f64::from(*value)).collect())
    }

    /// The context vector that other weights would give.
    pub fn context_of(&self, weights: &[f32], values: &Array) -> Option<Vec<f64>> {
        let head_dim = self.query.len();
        let weights: Vec<f64> = weights.iter().map(|weight| f64::from(*weight)).collect();
        (weights.len() * head_dim == values.values.len())
            .then(|| weighted_sum(&weights, &values.values, head_dim))
    }

    /// The largest difference between what the model computed and what is recomputed here, as a share of the model's largest
    /// magnitude.
    pub fn difference(recomputed: &[f64], of_model: &[f32]) -> Option<f64> {
        if recomputed.len() != of_model.len() || of_model.is_empty() {
            return None;
        }
        let largest = of_model.iter().map(|value| f64::from(value.abs())).fold(0.0, f64::max);
        let pairs = recomputed.iter().zip(of_model);
        let difference = pairs.map(|(one, other)| (one - f64::from(*other)).abs()).fold(0.0, f64::max);
        Some(if largest > 0.0 { difference / largest } else { difference })
    }
}

fn dot(query: &[f64], key: &[f32]) -> f64 {
    query.iter().zip(key).map(|(query, key)| query * f64::from(*key)).sum()
}

fn weighted_sum(weights: &[f64], values: &[f32], head_dim: usize) -> Vec<f64> {
    let mut sum = vec![0.0; head_dim];
    for (weight, value) in weights.iter().zip(values.chunks_exact(head_dim)) {
        sum.iter_mut().zip(value).for_each(|(sum, value)| *sum += weight * f64::from(*value));
    }
    sum
}

#[cfg(test)]
mod tests {
    use shared::TokenLayout;
    use shared::architecture::{Pooling, VitConfig};

    use super::*;

    #[test]
    fn nodes_are_found_by_their_edges() {
        let config = VitConfig {
            dim: 8,
            depth: 2,
            num_heads: 2,
            mlp_dim: 16,
            patch_size: 16,
            image_size: 32,
            num_classes: 2,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::ClassToken,
        };
        let graph = config.graph();
        let layout = TokenLayout::of(&graph).expect("a ViT has attention");
        let nodes = AttentionNodes::around(&graph, &layout.attention[1]).expect("all are there");
        let all = [nodes.query, nodes.key, nodes.value, nodes.scores, nodes.weights, nodes.output];
        let names = ["query", "key", "value", "attention_scores", "attention_weights", "attention"];
        for (node, name) in all.iter().zip(names) {
            assert_eq!(node.as_str(), format!("encoder.1.{name}"));
        }
    }

    fn array(shape: &[usize], values: &[f32]) -> Array {
        Array { shape: shape.to_vec(), values: values.to_vec() }
    }

    #[test]
    fn every_step_follows_from_the_one_before() {
        let query = array(&[4], &[1.0, 2.0, 0.0, -1.0]);
        let keys = array(&[2, 4], &[2.0, 0.0, 5.0, 0.0, 0.0, 3.0, 1.0, 0.0]);
        let values = array(&[2, 4], &[1.0, 0.0, 2.0, -4.0, 3.0, 1.0, 0.0, 4.0]);
        let head = HeadTensors { query: &query, keys: &keys, values: &values };
        let steps = AttentionSteps::compute(head).expect("shapes agree");
        assert_eq!(steps.dot_products, [2.0, 6.0]);
        assert_eq!((steps.divisor, steps.scores.as_slice()), (2.0, [1.0, 3.0].as_slice()));
        let small = (-2.0_f64).exp();
        assert_eq!((steps.exponentials[0], steps.exponentials[1], steps.sum), (small, 1.0, 1.0 + small));
        let weight = small / (1.0 + small);
        assert!((steps.weights[0] - weight).abs() < 1e-15);
        let expected = [weight + 3.0 * (1.0 - weight), 1.0 - weight, 2.0 * weight, 4.0 - 8.0 * weight];
        for (value, expected) in steps.context.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-12);
        }
        assert_eq!(steps.mean_value, [2.0, 0.5, 1.0, 0.0]);
        assert_eq!(steps.top(1), [1]);
        let whole: Vec<f64> = (0..4)
            .map(|channel| {
                let of = |token| steps.contribution(&values, token).expect("two tokens")[channel];
                of(0) + of(1)
            })
            .collect();
        assert!(whole.iter().zip(&steps.context).all(|(one, other)| (one - other).abs() < 1e-12));
        assert_eq!(steps.contribution(&values, 2), None);
        assert_eq!(steps.context_of(&[0.5, 0.5], &values), Some(steps.mean_value.clone()));
        assert_eq!(steps.context_of(&[1.0], &values), None);
    }

    #[test]
    fn large_scores_do_not_overflow() {
        let (query, keys) = (array(&[1], &[1000.0]), array(&[2, 1], &[1000.0, -1000.0]));
        let head = HeadTensors { query: &query, keys: &keys, values: &keys };
        let steps = AttentionSteps::compute(head).expect("shapes agree");
        assert_eq!((steps.weights.as_slice(), steps.sum), ([1.0, 0.0].as_slice(), 1.0));
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let (query, keys) = (array(&[3], &[1.0; 3]), array(&[2, 2], &[1.0; 4]));
        assert_eq!(AttentionSteps::compute(HeadTensors { query: &query, keys: &keys, values: &keys }), None);
        assert_eq!(AttentionSteps::difference(&[1.0], &[]), None);
        assert_eq!(AttentionSteps::difference(&[1.0, 4.0], &[1.0, -4.0]), Some(2.0));
    }
}
