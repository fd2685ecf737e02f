//! What is asked of an experiment: one query for all of them, of which each takes its own part.

use serde::Deserialize;
use shared::views::SkipPart;
use shared::{ModelSlot, NodeId};

use crate::analysis::cover::Rectangle;
use crate::http::error::Failure;
use crate::http::extract;
use crate::http::views::read;
use crate::views::experiments::cover::{Amount, Covered, Covering, Order, Region};
use crate::views::experiments::shuffle::{Cuts, Shuffle};
use crate::views::experiments::skip::{Ablation, Skip};
use crate::views::experiments::translation::{Axes, Slide, Translation};
use crate::views::experiments::{Bench, Experiment};

/// Steps of a shift where the query does not say: along an axis, and over a square.
const STEP_PX: u32 = 1;
const SQUARE_STEP_PX: u32 = 4;
const DEFAULT_SEED: u64 = 1;
/// Share of the patches that is covered where the query does not say.
const DEFAULT_PERCENT: f64 = 25.0;

const PIXELS: &str = "a number of pixels from 1";
const SEEDS: &str = "a number from 0";
const SWITCHES: &str = "true or false";

/// The query. Each parameter says whose it is; the others take it for an error.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExperimentQuery {
    /// `resnet` or `vit`; both without it.
    #[param(value_type = Option<ModelSlot>)]
    model: Option<String>,
    /// `events`, `json`, `csv` or `npy`, in place of the header `Accept`.
    pub format: Option<String>,
    /// Of `translation`: along which axis the crop slides, `x` or `y`. `x` without it.
    axis: Option<String>,
    /// Of `translation`: pixels from one end to the other, centred on the ordinary crop. As many as fit without it, 32 at most.
    #[param(example = "32")]
    range: Option<String>,
    /// Of `translation`: pixels from one point to the next. 1 without it, 4 over a square.
    #[param(example = "1")]
    step: Option<String>,
    /// Of `translation`: `true` slides along both axes, over a square. Of `shuffle`: cells along a side, one point each; `2,4,7,14`
    /// without it, as far as they divide the models' inputs.
    #[param(example = "2,4,7,14")]
    grid: Option<String>,
    /// Of `shuffle` and of `cover` with random patches: what the permutation is made from. 1 without it.
    #[param(example = "1")]
    seed: Option<String>,
    /// Of `shuffle`: `off` takes the ViT's position embeddings away. `on` without it.
    positions: Option<String>,
    /// Of `cover`: `box`, or patches: `random`, the `most` or the `least` attended ones. `box` without it.
    region: Option<String>,
    /// Of `cover` with a box: `top,left,height,width` in px of the input of the first model that is asked.
    #[param(example = "64,64,96,96")]
    r#box: Option<String>,
    /// Of `cover` with patches: how many. A quarter of them without it.
    #[param(example = "49")]
    count: Option<String>,
    /// Of `cover` with patches: several shares in percent, one point each.
    #[param(example = "0,10,25,50,75")]
    counts: Option<String>,
    /// Of `cover` and `skip`: whether the outputs of all blocks are compared with the unchanged picture's. Without it, of a cover where
    /// there is one point, and not of `skip`.
    changes: Option<String>,
    /// Of `skip`: `shortcut` or `residual`. `shortcut` without it.
    part: Option<String>,
    /// Of `skip`: a block such as `layer3.2` or `encoder.5`, or `all`. `all` without it.
    #[param(example = "layer3.2")]
    block: Option<String>,
}

/// What was asked.
pub enum Question {
    /// Slide the crop.
    Translation(Slide),
    /// Shuffle cells.
    Shuffle(Cuts),
    /// Cover a region.
    Cover(Covering),
    /// Switch parts off.
    Skip(Ablation),
}

impl Question {
    /// Reads a query for an experiment.
    ///
    /// # Errors
    /// There is no such experiment, or something cannot be read.
    pub fn read(experiment: &str, query: &ExperimentQuery) -> Result<Self, Failure> {
        match experiment {
            "translation" => {
                query.only(experiment, &["axis", "range", "step", "grid"])?;
                slide(query).map(Self::Translation)
            }
            "shuffle" => {
                query.only(experiment, &["grid", "seed", "positions"])?;
                cuts(query).map(Self::Shuffle)
            }
            "cover" => {
                query.only(experiment, &["region", "box", "count", "counts", "seed", "changes"])?;
                covering(query).map(Self::Cover)
            }
            "skip" => {
                query.only(experiment, &["part", "block", "changes"])?;
                ablation(query).map(Self::Skip)
            }
            _ => Err(Failure::RouteUnknown),
        }
    }

    /// Makes the experiment ready.
    ///
    /// # Errors
    /// It cannot be made on this picture with these models.
    pub async fn prepare(self, bench: Bench<'_>) -> Result<Box<dyn Experiment>, Failure> {
        let prepared: Result<Box<dyn Experiment>, _> = match self {
            Self::Translation(slide) => {
                Translation::prepare(bench, &slide).await.map(|experiment| Box::new(experiment) as _)
            }
            Self::Shuffle(cuts) => Shuffle::prepare(bench, &cuts).map(|experiment| Box::new(experiment) as _),
            Self::Cover(covering) => {
                Covered::prepare(bench, &covering).await.map(|experiment| Box::new(experiment) as _)
            }
            Self::Skip(ablation) => {
                Skip::prepare(bench, ablation).map(|experiment| Box::new(experiment) as _)
            }
        };
        // The attention that a cover asks for is the ViT's.
        prepared.map_err(|error| Failure::of_view(ModelSlot::Vit, error))
    }
}

impl ExperimentQuery {
    /// Refuses parameters that are another experiment's.
    fn only(&self, experiment: &str, own: &[&str]) -> Result<(), Failure> {
        let given = [
            ("axis", &self.axis),
            ("range", &self.range),
            ("step", &self.step),
            ("grid", &self.grid),
            ("seed", &self.seed),
            ("positions", &self.positions),
            ("region", &self.region),
            ("box", &self.r#box),
            ("count", &self.count),
            ("counts", &self.counts),
            ("changes", &self.changes),
            ("part", &self.part),
            ("block", &self.block),
        ];
        let foreign = given.into_iter().find(|(name, value)| value.is_some() && !own.contains(name));
        foreign.map_or(Ok(()), |(name, _value)| {
            let own = own.join(", ");
            Err(invalid(format!("{experiment} has no {name}: it takes model, format, {own}.")))
        })
    }

    fn slot(&self) -> Result<Option<ModelSlot>, Failure> {
        self.model.as_deref().map(|name| extract::model(Some(name))).transpose()
    }

    fn slots(&self) -> Result<Vec<ModelSlot>, Failure> {
        Ok(self.slot()?.map_or_else(|| ModelSlot::ALL.to_vec(), |slot| vec![slot]))
    }
}

fn slide(query: &ExperimentQuery) -> Result<Slide, Failure> {
    let is_square = read("grid", query.grid.as_deref(), Some(false), SWITCHES)?;
    let axes = match (query.axis.as_deref(), is_square) {
        (None | Some("x"), false) => Axes::X,
        (Some("y"), false) => Axes::Y,
        (None, true) => Axes::Both,
        (Some(_), true) => return Err(invalid("Say axis or grid=true: a square has both axes.".to_owned())),
        (Some(other), _) => return Err(cannot_be("axis", other, "x or y")),
    };
    let default = if is_square { SQUARE_STEP_PX } else { STEP_PX };
    let range_px = query.range.as_deref().map(|text| positive("range", text)).transpose()?;
    let step_px = query.step.as_deref().map_or(Ok(default), |text| positive("step", text))?;
    Ok(Slide { slot: query.slot()?, axes, range_px, step_px })
}

fn cuts(query: &ExperimentQuery) -> Result<Cuts, Failure> {
    let has_positions = match query.positions.as_deref() {
        None | Some("on") => true,
        Some("off") => false,
        Some(other) => return Err(cannot_be("positions", other, "on or off")),
    };
    let can_be = "cells along a side, such as 2,4,7,14";
    Ok(Cuts {
        slots: query.slots()?,
        cells_per_side: query.grid.as_deref().map(|text| list("grid", text, can_be)).transpose()?,
        seed: read("seed", query.seed.as_deref(), Some(DEFAULT_SEED), SEEDS)?,
        has_positions,
    })
}

fn covering(query: &ExperimentQuery) -> Result<Covering, Failure> {
    let region = match query.region.as_deref() {
        None | Some("box") => boxed(query)?,
        Some(order) => {
            if query.r#box.is_some() {
                return Err(invalid("A box goes with region=box alone.".to_owned()));
            }
            let seed = read("seed", query.seed.as_deref(), Some(DEFAULT_SEED), SEEDS)?;
            let order = match order {
                "random" => Order::Random(seed),
                "most" => Order::Most,
                "least" => Order::Least,
                other => return Err(cannot_be("region", other, "box, random, most or least")),
            };
            Region::Patches(order, amounts(query)?)
        }
    };
    let compares_blocks = query.changes.as_deref().map(|text| read("changes", Some(text), None, SWITCHES));
    Ok(Covering { slots: query.slots()?, region, compares_blocks: compares_blocks.transpose()? })
}

fn boxed(query: &ExperimentQuery) -> Result<Region, Failure> {
    if query.count.is_some() || query.counts.is_some() || query.seed.is_some() {
        let message = "count, counts and seed are of patches: say region=random, most or least.";
        return Err(invalid(message.to_owned()));
    }
    let can_be = "top,left,height,width in pixels";
    let text = query.r#box.as_deref().ok_or_else(|| invalid(format!("Say box: {can_be}.")))?;
    let [top, left, height, width] = list("box", text, can_be)?[..] else {
        return Err(cannot_be("box", text, can_be));
    };
    Ok(Region::Box(Rectangle { top, left, height, width }))
}

fn amounts(query: &ExperimentQuery) -> Result<Vec<Amount>, Failure> {
    match (query.count.as_deref(), query.counts.as_deref()) {
        (Some(_), Some(_)) => Err(invalid("Say count or counts: patches, or percent of them.".to_owned())),
        (None, None) => Ok(vec![Amount::Percent(DEFAULT_PERCENT)]),
        (Some(text), None) => {
            Ok(vec![Amount::Count(read("count", Some(text), None, "a number of patches")?)])
        }
        (None, Some(text)) => {
            let can_be = "percent from 0 to 100, such as 0,10,25";
            let percents: Vec<f64> = list("counts", text, can_be)?;
            match percents.iter().all(|percent| (0.0..=100.0).contains(percent)) {
                true => Ok(percents.into_iter().map(Amount::Percent).collect()),
                false => Err(cannot_be("counts", text, can_be)),
            }
        }
    }
}

fn ablation(query: &ExperimentQuery) -> Result<Ablation, Failure> {
    let part = match query.part.as_deref() {
        None | Some("shortcut") => SkipPart::Shortcut,
        Some("residual") => SkipPart::Residual,
        Some(other) => return Err(cannot_be("part", other, "shortcut or residual")),
    };
    let block = query.block.as_deref().filter(|block| *block != "all").map(NodeId::new);
    let compares_blocks = read("changes", query.changes.as_deref(), Some(false), SWITCHES)?;
    Ok(Ablation { slots: query.slots()?, part, block, compares_blocks })
}

fn positive(name: &str, text: &str) -> Result<u32, Failure> {
    match read(name, Some(text), None, PIXELS)? {
        0 => Err(cannot_be(name, text, PIXELS)),
        pixels => Ok(pixels),
    }
}

fn list<T: std::str::FromStr>(name: &str, text: &str, can_be: &str) -> Result<Vec<T>, Failure> {
    text.split(',').map(|part| part.trim().parse().map_err(|_| cannot_be(name, text, can_be))).collect()
}

fn cannot_be(name: &str, text: &str, can_be: &str) -> Failure {
    invalid(format!("{name} cannot be {text:?}: it is {can_be}."))
}

fn invalid(message: String) -> Failure {
    Failure::RequestInvalid(message)
}
