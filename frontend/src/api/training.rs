//! What the page of training asks of the API: data sets, runs, results, heads. What changes the server carries the admin's token.

mod sending;

use shared::augmentation::Augmentations;
use shared::dataset::{DatasetListing, DatasetPhotos, PhotoFilter};
use shared::training::{
    AnsweredPhoto, FromScratch, HeadChoice, RunRequest, RunResult, RunStatus, TrainingOverview,
};
use shared::{ApiError, DatasetSummary, ErrorCode, ModelSlot, route};

use super::request::get_json;
pub use sending::{Upload, upload_archive};
use sending::{send, send_json};

/// Which photos of a data set are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhotoQuery {
    /// Of one class; all classes where `None`.
    pub class_index: Option<usize>,
    /// Which of them.
    pub filter: PhotoFilter,
    /// The first.
    pub offset: u64,
    /// How many at most.
    pub limit: u64,
}

impl PhotoQuery {
    /// The path for a data set.
    pub fn path(&self, dataset_id: &str) -> String {
        let class = self.class_index.map(|index| format!("class={index}&")).unwrap_or_default();
        let filter = match self.filter {
            PhotoFilter::All => "all",
            PhotoFilter::Grey => "grey",
            PhotoFilter::Odd => "odd",
        };
        let path = route::dataset(route::DATASET_PHOTOS, dataset_id, "");
        format!("{path}?{class}filter={filter}&offset={}&limit={}", self.offset, self.limit)
    }
}

/// Runs, heads and limits.
///
/// # Errors
/// The server says no, or cannot be reached; so for all that follow.
pub async fn overview() -> Result<TrainingOverview, ApiError> {
    get_json(route::TRAINING, None).await
}

/// Data sets of the server.
///
/// # Errors
/// As [`overview`].
pub async fn datasets() -> Result<Vec<DatasetListing>, ApiError> {
    get_json(route::DATASETS, None).await
}

/// What a data set holds.
///
/// # Errors
/// As [`overview`], or its files are still being looked at.
pub async fn dataset(id: &str) -> Result<DatasetSummary, ApiError> {
    get_json(&route::dataset(route::DATASET, id, ""), None).await
}

/// Photos of a data set.
///
/// # Errors
/// As [`overview`].
pub async fn photos(id: &str, query: &PhotoQuery) -> Result<DatasetPhotos, ApiError> {
    get_json(&query.path(id), None).await
}

/// What came of a run.
///
/// # Errors
/// As [`overview`], or it is not done.
pub async fn result(run_id: &str) -> Result<RunResult, ApiError> {
    get_json(&route::run(route::RUN_RESULT, run_id, ""), None).await
}

/// Test photos of a class that got an answer.
///
/// # Errors
/// As [`overview`].
pub async fn answers(
    run_id: &str,
    class_index: usize,
    answer_index: usize,
) -> Result<Vec<AnsweredPhoto>, ApiError> {
    let path = route::run(route::RUN_ANSWERS, run_id, "");
    get_json(&format!("{path}?class={class_index}&answer={answer_index}"), None).await
}

/// The shipped result of models that learned from scratch.
///
/// # Errors
/// As [`overview`].
pub async fn from_scratch() -> Result<FromScratch, ApiError> {
    get_json(route::FROM_SCRATCH, None).await
}

/// What augmentation draws for a picture, from a seed on. A picture that the server has forgotten is sent again.
///
/// # Errors
/// As [`overview`].
pub async fn augmentations(
    image_id: &str,
    model: ModelSlot,
    seed: u64,
    count: u64,
) -> Result<Augmentations, ApiError> {
    let path = route::IMAGE_AUGMENTATIONS.replace("{image_id}", image_id);
    let path = format!("{path}?model={model}&seed={seed}&count={count}");
    match get_json(&path, None).await {
        Err(error) if error.code == ErrorCode::ImageUnknown => {
            super::send_again(image_id).await?;
            get_json(&path, None).await
        }
        answer => answer,
    }
}

/// Whether a token is right.
///
/// # Errors
/// It is not, training is off, or there were too many wrong ones.
pub async fn check_token(token: &str) -> Result<(), ApiError> {
    send("GET", route::ADMIN, token).await
}

/// Asks for a run.
///
/// # Errors
/// What was wrong with the request, or as [`check_token`].
pub async fn start_run(request: &RunRequest, token: &str) -> Result<RunStatus, ApiError> {
    send_json("POST", route::RUNS, request, token).await
}

/// Asks a run to end.
///
/// # Errors
/// It has ended, or as [`check_token`].
pub async fn stop_run(run_id: &str, token: &str) -> Result<(), ApiError> {
    send("POST", &route::run(route::RUN_STOP, run_id, ""), token).await
}

/// Asks a run to go on.
///
/// # Errors
/// It cannot, or as [`check_token`].
pub async fn resume_run(run_id: &str, token: &str) -> Result<(), ApiError> {
    send("POST", &route::run(route::RUN_RESUME, run_id, ""), token).await
}

/// Removes a run with its files.
///
/// # Errors
/// It is under way, or as [`check_token`].
pub async fn remove_run(run_id: &str, token: &str) -> Result<(), ApiError> {
    send("DELETE", &route::run(route::RUN, run_id, ""), token).await
}

/// Removes an uploaded data set.
///
/// # Errors
/// A run reads it, or as [`check_token`].
pub async fn remove_dataset(id: &str, token: &str) -> Result<(), ApiError> {
    send("DELETE", &route::dataset(route::DATASET, id, ""), token).await
}

/// Has a model answer with another head, for all visitors.
///
/// # Errors
/// It does not fit, or as [`check_token`].
pub async fn use_head(slot: ModelSlot, head_id: &str, token: &str) -> Result<(), ApiError> {
    let choice = HeadChoice { head_id: head_id.to_owned() };
    send_json::<_, serde::de::IgnoredAny>("PUT", &route::head(slot), &choice, token).await.map(drop)
}

/// Has a model answer with the head of the start again, for all visitors.
///
/// # Errors
/// As [`check_token`].
pub async fn reset_head(slot: ModelSlot, token: &str) -> Result<(), ApiError> {
    send("DELETE", &route::head(slot), token).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_asked_for_by_class_and_filter() {
        let query = PhotoQuery { class_index: Some(3), filter: PhotoFilter::Grey, offset: 24, limit: 12 };
        assert_eq!(query.path("pets"), "/api/v1/datasets/pets/photos?class=3&filter=grey&offset=24&limit=12");
        let all = PhotoQuery { limit: 8, ..PhotoQuery::default() };
        assert_eq!(all.path("pets"), "/api/v1/datasets/pets/photos?filter=all&offset=0&limit=8");
    }
}
