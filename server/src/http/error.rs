//! Every failure that a client sees: a stable code, a status and a sentence that says what to do. What only operators should
//! know is logged here, once, when the failure becomes an answer.

use std::io::ErrorKind;

use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use shared::model::UnknownModel;
use shared::{ApiError, ApiErrorBody, ErrorCode, ModelSlot};
use thiserror::Error;

use crate::analysis::SliceError;
use crate::images::IntakeError;
use crate::inference::InferenceError;
use crate::models::checkpoint::head::HeadError;
use crate::runs::RunsError;
use crate::views::ViewError;

/// Seconds after which a full server is worth another try.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("2");

/// Why a request failed.
#[derive(Debug, Error)]
pub enum Failure {
    /// No picture of that address is held here.
    #[error("This server does not hold that picture (any more). Send it again to /api/v1/images.")]
    ImageUnknown,
    /// The upload is larger than the limit.
    #[error("The upload is larger than the limit of {:.1} MB. Make the picture smaller and send it again.", *max_bytes as f64 / 1e6)]
    ImageTooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// The upload holds nothing, or no field `file`.
    #[error("The request holds no picture. Send its bytes as the body, or as the field `file` of a form.")]
    ImageMissing,
    /// Neither `resnet` nor `vit`.
    #[error("{0}.")]
    ModelUnknown(#[from] UnknownModel),
    /// The model has no such node.
    #[error("{slot} has no node {node:?}. {} lists its nodes.", shared::route::MODEL_GRAPH.replace("{model}", slot.as_str()))]
    NodeUnknown {
        /// Which model.
        slot: ModelSlot,
        /// What was asked for.
        node: String,
    },
    /// The model has no such parameter.
    #[error(
        "{slot} has no parameter {parameter:?}. {} lists each node's parameters.",
        shared::route::MODEL_GRAPH.replace("{model}", slot.as_str())
    )]
    ParameterUnknown {
        /// Which model.
        slot: ModelSlot,
        /// What was asked for.
        parameter: String,
    },
    /// A part that does not exist.
    #[error(transparent)]
    SliceInvalid(#[from] SliceError),
    /// A query, path or body that cannot be read.
    #[error("{0}")]
    RequestInvalid(String),
    /// The layers of the loaded models were not compared.
    #[error(
        "How similar the layers of these models are was not measured for the weights that are loaded. `cargo xtask cka --pictures \
         FOLDER --out FILE`, with the same --resnet and --vit, measures it; start the server with --cka FILE then."
    )]
    CkaNotComputed,
    /// No result ships with these assets.
    #[error(
        "No models that learned from scratch come with this explorer. `backbone-explorer from-scratch --dataset FOLDER --out FILE` trains \
         some; put the file into the assets, as training/from_scratch.json, and start the server again."
    )]
    FromScratchNotComputed,
    /// No such path.
    #[error("There is nothing at this path. /api/docs lists what there is.")]
    RouteUnknown,
    /// The path exists, the method does not.
    #[error("This path does not answer to {method}. /api/docs lists what each path answers to.")]
    MethodNotAllowed {
        /// The method of the request.
        method: String,
    },
    /// As many uploads are being received as there is memory for.
    #[error("The server is receiving as many pictures as it can. Try again in a moment.")]
    UploadsFull,
    /// As many experiments run as may.
    #[error("As many experiments are running as the server takes at once. Try again in a moment.")]
    ExperimentsFull,
    /// The client sent its picture too slowly.
    #[error("The picture did not arrive in time. Try again, or make it smaller.")]
    UploadTooSlow,
    /// The answer took too long.
    #[error("The answer took too long, because the server is busy. Try again in a moment.")]
    TimedOut,
    /// The models are being loaded.
    #[error("The models are still being loaded. Try again in a moment.")]
    NotReady,
    /// The client sent its archive too slowly.
    #[error("The archive did not arrive in time. Try again on a faster connection, or make it smaller.")]
    ArchiveTooSlow,
    /// The archive has too many bytes.
    #[error("The archive is larger than the limit of {} MB. Make it smaller, or start the server with a larger --max-archive-mb.", max_bytes / 1_000_000)]
    ArchiveTooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// What is in an archive.
    #[error("{0}")]
    ArchiveInvalid(String),
    /// No data set, photo, run, head or file of this name.
    #[error("{0}")]
    TrainingUnknown(String),
    /// A state that does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// Another head than the one that the page was made for.
    #[error("{}", shared::HEAD_CHANGED)]
    HeadChanged,
    /// The disk, or what training may take of it.
    #[error("{0}")]
    DiskFull(String),
    /// No token was set.
    #[error("Training is off on this server: it was started without --admin-token.")]
    TrainingOff,
    /// A request that changes something, without the token.
    #[error(
        "This takes the server's admin token, as the header `Authorization: Bearer TOKEN`; it is missing or wrong."
    )]
    Unauthorized,
    /// Wrong tokens, or changes.
    #[error("There were too many such requests. Try again in {seconds} s.")]
    TooManyRequests {
        /// Until the next is answered.
        seconds: u64,
    },
    /// A picture could not be taken in.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The loaded model has no such view.
    #[error("{0}")]
    ViewUnavailable(String),
    /// A model could not be asked.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// The model's logits are not finite.
    #[error("the model {0} answers with numbers that are not finite")]
    NotFinite(ModelSlot),
    /// Anything else that is this server's fault.
    #[error("{0}")]
    Internal(String),
}

impl Failure {
    /// Why there is no view of a picture.
    pub fn of_view(slot: ModelSlot, error: ViewError) -> Self {
        match error {
            ViewError::Inference(error) => Self::Inference(error),
            ViewError::Unavailable(message) => Self::ViewUnavailable(message),
            ViewError::OutOfRange(message) => Self::RequestInvalid(message),
            ViewError::NodeUnknown(node) => Self::NodeUnknown { slot, node: node.to_string() },
            ViewError::Intake(error) => Self::Intake(error),
            ViewError::NotFinite(slot) => Self::NotFinite(slot),
        }
    }

    /// Why a model does not take a head.
    pub fn of_head(error: HeadError) -> Self {
        match error {
            HeadError::File(_) | HeadError::Device(_) => Self::Internal(error.to_string()),
            error => Self::Conflict(format!("The head cannot be used: {error}.")),
        }
    }

    /// The code on the wire.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::ImageUnknown => ErrorCode::ImageUnknown,
            Self::ImageTooLarge { .. } | Self::Intake(IntakeError::LargerThanMemory) => {
                ErrorCode::ImageTooLarge
            }
            Self::ImageMissing => ErrorCode::ImageMissing,
            Self::ModelUnknown(_) => ErrorCode::ModelUnknown,
            Self::NodeUnknown { .. } => ErrorCode::NodeUnknown,
            Self::ParameterUnknown { .. } => ErrorCode::ParameterUnknown,
            Self::ViewUnavailable(_) => ErrorCode::ViewUnavailable,
            Self::SliceInvalid(_) => ErrorCode::SliceInvalid,
            Self::RequestInvalid(_) => ErrorCode::RequestInvalid,
            Self::CkaNotComputed | Self::FromScratchNotComputed => ErrorCode::NotComputed,
            Self::RouteUnknown => ErrorCode::RouteUnknown,
            Self::MethodNotAllowed { .. } => ErrorCode::MethodNotAllowed,
            Self::UploadsFull | Self::ExperimentsFull | Self::Inference(InferenceError::QueueFull) => {
                ErrorCode::Overloaded
            }
            Self::UploadTooSlow | Self::ArchiveTooSlow | Self::TimedOut => ErrorCode::TimedOut,
            Self::ArchiveTooLarge { .. } | Self::ArchiveInvalid(_) => ErrorCode::ArchiveInvalid,
            Self::TrainingUnknown(_) => ErrorCode::TrainingUnknown,
            Self::Conflict(_) => ErrorCode::Conflict,
            Self::HeadChanged => ErrorCode::HeadChanged,
            Self::DiskFull(_) => ErrorCode::DiskFull,
            Self::TrainingOff => ErrorCode::TrainingOff,
            Self::Unauthorized => ErrorCode::Unauthorized,
            Self::TooManyRequests { .. } => ErrorCode::TooManyRequests,
            Self::NotReady | Self::Inference(InferenceError::ShuttingDown) => ErrorCode::NotReady,
            Self::Intake(IntakeError::Undecodable(error)) => error.code(),
            Self::Intake(IntakeError::ResizedTooLarge(_)) => ErrorCode::ImageTooManyPixels,
            Self::Intake(IntakeError::Unrendered(_) | IntakeError::Panicked(_))
            | Self::Inference(InferenceError::Failed)
            | Self::NotFinite(_)
            | Self::Internal(_) => ErrorCode::Internal,
        }
    }

    /// The status that goes with the code.
    pub fn status(&self) -> StatusCode {
        match (self, self.code()) {
            (Self::UploadTooSlow | Self::ArchiveTooSlow, _) => StatusCode::REQUEST_TIMEOUT,
            (Self::ArchiveTooLarge { .. }, _) => StatusCode::PAYLOAD_TOO_LARGE,
            (_, ErrorCode::ImageTooLarge | ErrorCode::ImageTooManyPixels) => StatusCode::PAYLOAD_TOO_LARGE,
            (_, ErrorCode::ImageFormatUnknown) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            (_, ErrorCode::ImageCorrupt) => StatusCode::UNPROCESSABLE_ENTITY,
            (_, ErrorCode::ImageMissing | ErrorCode::SliceInvalid | ErrorCode::RequestInvalid) => {
                StatusCode::BAD_REQUEST
            }
            (
                _,
                ErrorCode::ImageUnknown
                | ErrorCode::ModelUnknown
                | ErrorCode::NodeUnknown
                | ErrorCode::ParameterUnknown
                | ErrorCode::ViewUnavailable
                | ErrorCode::NotComputed
                | ErrorCode::TrainingUnknown
                | ErrorCode::RouteUnknown,
            ) => StatusCode::NOT_FOUND,
            (_, ErrorCode::ArchiveInvalid) => StatusCode::UNPROCESSABLE_ENTITY,
            (_, ErrorCode::Conflict | ErrorCode::HeadChanged) => StatusCode::CONFLICT,
            (_, ErrorCode::DiskFull) => StatusCode::INSUFFICIENT_STORAGE,
            (_, ErrorCode::TrainingOff) => StatusCode::FORBIDDEN,
            (_, ErrorCode::Unauthorized) => StatusCode::UNAUTHORIZED,
            (_, ErrorCode::TooManyRequests) => StatusCode::TOO_MANY_REQUESTS,
            (_, ErrorCode::MethodNotAllowed) => StatusCode::METHOD_NOT_ALLOWED,
            (_, ErrorCode::Overloaded | ErrorCode::TimedOut | ErrorCode::NotReady) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            (_, ErrorCode::Internal) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What the client is told. Of the server's own faults, nothing but that there was one.
    pub fn to_api_error(&self) -> ApiError {
        let message = match (self, self.code()) {
            (_, ErrorCode::Internal) => {
                "Something went wrong on the server; its log says what. Try again in a moment.".to_owned()
            }
            (Self::Inference(InferenceError::QueueFull), _) => {
                "The models have as much to do as they can take. Try again in a moment.".to_owned()
            }
            (Self::Inference(InferenceError::ShuttingDown), _) => {
                "The server is being restarted. Try again in a moment.".to_owned()
            }
            _ => self.to_string(),
        };
        ApiError { code: self.code(), message }
    }
}

impl From<RunsError> for Failure {
    fn from(error: RunsError) -> Self {
        let message = error.to_string();
        match error {
            RunsError::Unknown(message) => Self::TrainingUnknown(message),
            RunsError::Conflict(message) => Self::Conflict(message),
            RunsError::Invalid(message) => Self::RequestInvalid(message),
            RunsError::DiskFull { .. } => Self::DiskFull(message),
            RunsError::ArchiveTooLarge { max_bytes } => Self::ArchiveTooLarge { max_bytes },
            RunsError::NotReady => Self::NotReady,
            RunsError::Head(error) => Self::of_head(error),
            RunsError::File { source, .. } if source.kind() == ErrorKind::StorageFull => {
                Self::DiskFull("The disk of the server is full. Nothing was kept.".to_owned())
            }
            RunsError::File { .. } | RunsError::FolderTaken { .. } => Self::Internal(message),
            RunsError::Archive(_) | RunsError::NoClasses { .. } => Self::ArchiveInvalid(message),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if self.code() == ErrorCode::Internal {
            tracing::error!(cause = ?self, "a request failed");
        } else {
            tracing::debug!(cause = ?self, "a request was refused");
        }
        let status = self.status();
        let mut response = (status, Json(ApiErrorBody { error: self.to_api_error() })).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        match self {
            Self::TooManyRequests { seconds } => _ = headers.insert(RETRY_AFTER, seconds.into()),
            Self::Unauthorized => _ = headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            _ => {}
        }
        response
    }
}
