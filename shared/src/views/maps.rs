//! Feature maps of a node, channel by channel.

use serde::{Deserialize, Serialize};

use crate::architecture::NodeId;
use crate::prediction::ModelRef;

/// The order of channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelSort {
    /// As the model has them.
    #[default]
    Index,
    /// The largest mean activation first.
    Mean,
    /// The largest contribution to the class first.
    Contribution,
}

/// Feature maps. Arrays: `maps`, `[count, height, width]`, in the order of `channels`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeatureMapsAbout {
    /// Who computed them.
    pub model: ModelRef,
    /// Of which node.
    pub node: NodeId,
    /// Channels that the node has.
    pub num_channels: usize,
    /// Rows and columns of a map.
    pub map_size: [usize; 2],
    /// The order.
    pub sort: ChannelSort,
    /// Position in that order of the first channel that is given.
    pub from: usize,
    /// The channels that are given.
    pub channels: Vec<ChannelSummary>,
    /// Channels without any value above zero anywhere in this picture, of all.
    pub dead_channels: usize,
    /// Least value of all channels.
    pub min: f32,
    /// Largest value of all channels.
    pub max: f32,
    /// The class that contributions are to.
    pub class: Option<usize>,
}

/// One channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelSummary {
    /// Position among the node's channels.
    pub index: usize,
    /// Mean over the map.
    pub mean: f32,
    /// Least value.
    pub min: f32,
    /// Largest value.
    pub max: f32,
    /// Whether no value is above zero.
    pub is_dead: bool,
    /// Sum over the map of value times gradient of the class's logit: to first order, what the channel adds to the logit.
    pub contribution: Option<f32>,
}
