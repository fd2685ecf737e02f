//! Cover: a part of the picture is replaced by the mean colour, and what changes elsewhere, block by block, has come from there.

use std::sync::Arc;

use shared::{ModelSlot, Operation, TokenLayout};

use super::outcome::patch;
use super::{Bench, Experiment, Pass, Trial, check_points};
use crate::analysis::cover::{Cover, Rectangle};
use crate::analysis::permutation::permutation;
use crate::images::ModelInput;
use crate::views::{Subject, ViewError};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Covering {
    /// One model or both.
    pub slots: Vec<ModelSlot>,
    /// What is covered.
    pub region: Region,
    /// Whether the outputs of all blocks are compared; without it they are where there is one point.
    pub compares_blocks: Option<bool>,
}

/// What is covered.
#[derive(Clone, Debug)]
pub enum Region {
    /// A box, in pixels of the first model's input.
    Box(Rectangle),
    /// Patches of the ViT, the first of some order, for each of some amounts.
    Patches(Order, Vec<Amount>),
}

/// In which order patches are covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Random, by seed.
    Random(u64),
    /// From the most to the least attended one.
    Most,
    /// From the least to the most attended one.
    Least,
}

/// How many patches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// As many.
    Count(usize),
    /// Of a hundred.
    Percent(f64),
}

/// The experiment.
pub struct Covered {
    slots: Vec<ModelSlot>,
    inputs: Vec<Arc<ModelInput>>,
    /// For each point and model.
    covers: Vec<Vec<Arc<Cover>>>,
    points: Vec<Point>,
    compares_blocks: bool,
}

impl Covered {
    /// Finds out what is covered, for which the ViT may have to be asked.
    ///
    /// # Errors
    /// The region does not lie in the picture, there are not as many patches, or the ViT cannot be asked.
    pub async fn prepare(bench: Bench<'_>, covering: &Covering) -> Result<Self, ViewError> {
        let side = |slot: ModelSlot| bench.inference.model(slot).info.architecture.image_size();
        let (from, points) = match &covering.region {
            Region::Box(rectangle) => {
                let first = covering.slots.first().copied().unwrap_or(ModelSlot::Resnet);
                (side(first), vec![boxed(*rectangle, side(first))?])
            }
            Region::Patches(order, amounts) => {
                check_points(amounts.len())?;
                (side(ModelSlot::Vit), patches(bench, *order, amounts).await?)
            }
        };
        let cover = |rectangles: &[Rectangle], slot: &ModelSlot| {
            let to = side(*slot);
            Arc::new(Cover::of(to, rectangles.iter().map(|rectangle| rectangle.scaled(from, to))))
        };
        let covers = points
            .iter()
            .map(|point| covering.slots.iter().map(|slot| cover(&point.rectangles, slot)).collect());
        Ok(Self {
            covers: covers.collect(),
            inputs: covering.slots.iter().map(|slot| Arc::clone(bench.image.input(*slot))).collect(),
            slots: covering.slots.clone(),
            compares_blocks: covering.compares_blocks.unwrap_or(points.len() == 1),
            points,
        })
    }
}

/// What is covered at a point.
struct Point {
    rectangles: Vec<Rectangle>,
    /// The patches that these are, if they are.
    patches: Vec<usize>,
    /// In words.
    name: String,
}

fn boxed(rectangle: Rectangle, side: usize) -> Result<Point, ViewError> {
    let Rectangle { top, left, height, width } = rectangle;
    let fits = |offset: usize, length: usize| offset.checked_add(length).is_some_and(|end| end <= side);
    if !fits(top, height) || !fits(left, width) {
        let message =
            format!("box cannot be {top},{left},{height},{width}: the picture has {side} x {side} px.");
        return Err(ViewError::OutOfRange(message));
    }
    let name = format!("{height} x {width} px covered from row {top}, column {left}");
    Ok(Point { rectangles: vec![rectangle], patches: Vec::new(), name })
}

async fn patches(bench: Bench<'_>, order: Order, amounts: &[Amount]) -> Result<Vec<Point>, ViewError> {
    let model = bench.inference.model(ModelSlot::Vit);
    let layout = TokenLayout::of(&model.graph).ok_or_else(|| {
        ViewError::Unavailable(format!("{} has no patches. Cover a box instead.", model.info.name))
    })?;
    let num_patches = layout.num_patches();
    let sorted = match order {
        Order::Random(seed) => permutation(num_patches, seed),
        Order::Most | Order::Least => {
            let attended = attended(bench, &layout).await?;
            let mut sorted: Vec<usize> = (0..num_patches).collect();
            sorted.sort_by(|one, other| attended[*other].total_cmp(&attended[*one]));
            if order == Order::Least {
                sorted.reverse();
            }
            sorted
        }
    };
    let side = layout.patches_per_side;
    let point = |amount: &Amount| {
        let count = match *amount {
            Amount::Count(count) => count,
            Amount::Percent(percent) => (percent / 100.0 * num_patches as f64).round() as usize,
        };
        if count > num_patches {
            let message =
                format!("count cannot be {count}: the ViT cuts the picture into {num_patches} patches.");
            return Err(ViewError::OutOfRange(message));
        }
        let patches = sorted[..count].to_vec();
        let rectangles = patches.iter().map(|index| patch(&layout, index / side, index % side)).collect();
        Ok(Point { rectangles, patches, name: format!("{count} of {num_patches} patches covered") })
    };
    amounts.iter().map(point).collect()
}

/// How much each patch of the unchanged picture is attended to, by the class token or, where the head reads the mean over patches, by
/// these: the mean over all heads and blocks.
async fn attended(bench: Bench<'_>, layout: &TokenLayout) -> Result<Vec<f64>, ViewError> {
    let subject = Subject { inference: bench.inference, slot: ModelSlot::Vit, image: bench.image };
    let (tokens, num_leading) = (layout.tokens, layout.num_leading());
    let nodes = &subject.model().graph.nodes;
    let reads_class_token = nodes.iter().any(|node| node.operation == Operation::ClassTokenRow);
    let asking = if reads_class_token { 0..1 } else { num_leading..tokens };
    let mut sums = vec![0.0; layout.num_patches()];
    for node in &layout.attention {
        let weights = subject.observe(node).await?;
        for head in weights.values.chunks(tokens * tokens) {
            for row in asking.clone() {
                let of_patches = &head[row * tokens + num_leading..(row + 1) * tokens];
                sums.iter_mut().zip(of_patches).for_each(|(sum, weight)| *sum += f64::from(*weight));
            }
        }
    }
    Ok(sums)
}

impl Experiment for Covered {
    fn slots(&self) -> &[ModelSlot] {
        &self.slots
    }

    fn setting_names(&self) -> &'static [&'static str] {
        &["covered_share"]
    }

    fn num_points(&self) -> usize {
        self.covers.len()
    }

    fn setting(&self, index: usize) -> (Vec<f64>, String) {
        let share = self.covers[index].first().map_or(0.0, |cover| cover.share());
        (vec![share], self.points[index].name.clone())
    }

    fn covered(&self, index: usize) -> Vec<usize> {
        self.points[index].patches.clone()
    }

    fn trial(&self, index: usize, slot: ModelSlot) -> Option<Trial> {
        let position = self.slots.iter().position(|asked| *asked == slot)?;
        let (input, cover) = (&self.inputs[position], &self.covers[index][position]);
        let input = input.altered(cover.apply(&input.values()));
        Some(Trial { input: Arc::new(input), pass: Pass::Plain, cover: Some(Arc::clone(cover)) })
    }

    fn compares_blocks(&self) -> bool {
        self.compares_blocks
    }
}
