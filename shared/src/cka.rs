//! How similar what two models hold at their layers is, measured over many pictures: the matrix that the server was given, with
//! all that one needs to measure it again.

use serde::{Deserialize, Serialize};

use crate::architecture::NodeId;
use crate::model::{ModelSlot, Preprocessing};

/// Linear centred kernel alignment (CKA) of all pairs of layers of both models: within each and between the two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CkaMatrix {
    /// What the pictures are called, such as `Caltech-101, test`.
    pub dataset: String,
    /// Whose layers they are.
    pub models: [ComparedModel; 2],
    /// What the rows and columns are: the first model's layers in order of execution, then the second's.
    pub layers: Vec<ComparedLayer>,
    /// Pictures that were compared.
    pub num_pictures: u64,
    /// Pictures of one minibatch; HSIC is estimated in each and summed over them.
    pub batch_size: u64,
    /// Minibatches, all of them full.
    pub num_minibatches: u64,
    /// What the pictures were shuffled with.
    pub seed: u64,
    /// `[layers, layers]`, symmetric, 1 on the diagonal, rounded to 5 digits. The estimate is unbiased, so that layers
    /// that have nothing in common are near 0 and can be a little below.
    pub matrix: Vec<Vec<f64>>,
}

/// A model as it was when its layers were compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedModel {
    /// Where it was loaded.
    pub slot: ModelSlot,
    /// The usual name of the architecture.
    pub name: String,
    /// BLAKE3 of the checkpoint's bytes.
    pub checkpoint_id: String,
    /// How the pictures became its inputs.
    pub preprocessing: Preprocessing,
}

/// A row and a column of the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedLayer {
    /// Whose layer.
    pub model: ModelSlot,
    /// The node of its graph.
    pub node: NodeId,
    /// Values that it holds for one picture; all of them are compared.
    pub features: u64,
}
