//! Where in the picture a class's logit comes from.

use serde::{Deserialize, Serialize};

use crate::architecture::NodeId;
use crate::prediction::ModelRef;

/// How a class map is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ClassMapMethod {
    /// The head's weights applied at each place of the last map: exact.
    #[default]
    Cam,
    /// Channels weighted by the mean gradient of the logit, negative places cut off.
    GradCam,
    /// The map's first singular vector: no class is asked about.
    EigenCam,
}

/// A class map. Arrays: `map`, `[rows, columns]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassMapAbout {
    /// Who answers.
    pub model: ModelRef,
    /// How the map was made.
    pub method: ClassMapMethod,
    /// Of which node.
    pub node: NodeId,
    /// For which class; `None` where the method knows none.
    pub class: Option<usize>,
    /// Its name.
    pub label: Option<String>,
    /// Its logit.
    pub logit: Option<f32>,
    /// The head's bias for the class.
    pub bias: Option<f32>,
    /// Mean over the map. Of a CAM, with the bias added, this is the logit.
    pub mean: f32,
    /// What happened when one place was set to zero, where that was asked for.
    pub check: Option<CellCheck>,
}

/// One place of the last map set to zero in all channels, and the rest of the model run again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CellCheck {
    /// Row and column.
    pub place: [usize; 2],
    /// The map's value there over the number of places: what the logit must lose.
    pub expected_loss: f32,
    /// What the logit lost.
    pub measured_loss: f32,
}
