//! The one shape of a failure on the wire: a stable code and a sentence that helps.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::ModelInfo;

/// The body of every failed request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiErrorBody {
    /// What went wrong.
    pub error: ApiError,
}

/// What went wrong and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiError {
    /// Stable; programs match on it.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
}

/// Every way a request can fail. An unknown code (of a newer server) reads as `internal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// More bytes than the server takes.
    ImageTooLarge,
    /// More pixels than the server decodes.
    ImageTooManyPixels,
    /// Not a picture in a format that the server reads.
    ImageFormatUnknown,
    /// A known format whose data is damaged or incomplete.
    ImageCorrupt,
    /// No picture with this id in this server's memory; send it again.
    ImageUnknown,
    /// The upload held no picture.
    ImageMissing,
    /// Neither `resnet` nor `vit`.
    ModelUnknown,
    /// The model has no such node.
    NodeUnknown,
    /// The model has no such parameter.
    ParameterUnknown,
    /// The loaded model has nothing of the kind, such as attention in a CNN.
    ViewUnavailable,
    /// A slice that does not parse or lies outside the tensor.
    SliceInvalid,
    /// A query or path value that cannot be used.
    RequestInvalid,
    /// Nobody has measured this for the weights that are loaded.
    NotComputed,
    /// No data set, photo, run or head of this id on this server.
    TrainingUnknown,
    /// An archive that cannot be unpacked into class folders; the message says why.
    ArchiveInvalid,
    /// The run, data set or head is in a state that does not allow it, such as stopping what has ended.
    Conflict,
    /// A model answers with another head than the page that asks was made for.
    HeadChanged,
    /// The disk space that training may take is used up.
    DiskFull,
    /// Training is off: no admin token was set.
    TrainingOff,
    /// The admin token is missing or wrong.
    Unauthorized,
    /// Too many wrong tokens or requests; try again after `Retry-After`.
    TooManyRequests,
    /// No such path.
    RouteUnknown,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// The queue is full; try again after `Retry-After`.
    Overloaded,
    /// The answer took too long.
    TimedOut,
    /// The server is still loading its models, or is stopping.
    NotReady,
    /// The server's own fault; details are in its log.
    #[serde(other)]
    Internal,
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

/// Header in which a page says which checkpoints its labels and diagrams belong to: the ids of both, the ResNet's first, with a comma
/// between. Where other ones answer by now, a question about a picture is `head_changed`.
pub const CHECKPOINTS_HEADER: &str = "x-checkpoints";

/// What that header says.
pub fn checkpoints_header([resnet, vit]: [&ModelInfo; 2]) -> String {
    [&resnet.checkpoint.id, ",", &vit.checkpoint.id].concat()
}

/// What is said with [`ErrorCode::HeadChanged`].
pub const HEAD_CHANGED: &str = "This model’s head was changed on the server. Reload to see its classes; your photo stays in this browser.";
