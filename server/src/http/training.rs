//! What can be trained here, what is being trained, and what has been: the overview.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use shared::page::TrainingPageState;
use shared::training::{HeadListing, RunResult, RunStatus, TrainingOverview};
use shared::{ApiError, ModelSlot, route};

use super::blocking::on_a_thread;
use super::error::Failure;
use super::loaded::Loaded;
use super::revalidation::NEVER_KEPT;
use super::state::Explorer;
use super::training_pages::TrainingSource;
use crate::runs::HeadRecord;

/// What this server lets be trained.
///
/// Whether an admin token was set, what training takes of the disk, all runs, and the heads that the loaded models can take. Everybody may
/// watch; whatever changes something takes the token.
#[utoipa::path(
    get,
    path = route::TRAINING,
    tag = "Training",
    responses((status = 200, description = "At this moment.", body = TrainingOverview))
)]
pub async fn show_overview(State(explorer): State<Explorer>) -> Result<Response, Failure> {
    let overview = on_a_thread(move || Ok::<_, Failure>(overview(&explorer))).await?;
    Ok((NEVER_KEPT, Json(overview)).into_response())
}

/// Limits, runs and heads at this moment. Reads the disk.
pub fn overview(explorer: &Explorer) -> TrainingOverview {
    let training = explorer.training();
    let (disk_bytes, max_disk_bytes) = training.disk_bytes();
    let mut runs: Vec<_> = training.runs().iter().map(|run| run.status()).collect();
    runs.reverse();
    TrainingOverview {
        is_enabled: explorer.gate().is_open(),
        max_archive_bytes: training.settings().max_archive_bytes,
        disk_bytes,
        max_disk_bytes,
        runs,
        heads: heads(explorer),
    }
}

/// Heads that the loaded models can take, the newest first; none before they are loaded.
fn heads(explorer: &Explorer) -> Vec<HeadListing> {
    let Ok(loaded) = explorer.loaded() else { return Vec::new() };
    let heads = explorer.training().heads().into_iter();
    let usable = heads.filter(|(_run_id, head)| {
        loaded.inference.model(head.slot).info.checkpoint.trunk_id() == head.backbone_id
    });
    usable.map(|(run_id, head)| listing(&loaded, run_id, head)).collect()
}

fn listing(loaded: &Loaded, run_id: String, head: HeadRecord) -> HeadListing {
    HeadListing {
        is_in_use: head_in_use(loaded, head.slot) == Some(&head.id),
        id: head.id,
        run_id: Some(run_id),
        slot: head.slot,
        dataset: head.dataset,
        num_classes: head.num_classes,
        top1_percent: head.top1.map(|top1| top1.percent),
    }
}

/// The head of a file of its own that a model answers with.
pub fn head_in_use(loaded: &Loaded, slot: ModelSlot) -> Option<&String> {
    loaded.inference.model(slot).info.checkpoint.head.as_ref().map(|head| &head.id)
}

impl TrainingSource for Explorer {
    async fn training_state(&self) -> Result<TrainingPageState, ApiError> {
        let explorer = self.clone();
        let state = on_a_thread(move || {
            let loaded = explorer.loaded()?;
            let info = |slot| loaded.inference.model(slot).info.clone();
            Ok::<_, Failure>(TrainingPageState {
                resnet: info(ModelSlot::Resnet),
                vit: info(ModelSlot::Vit),
                datasets: explorer.training().datasets().list(),
                overview: overview(&explorer),
            })
        });
        state.await.map_err(|failure| failure.to_api_error())
    }

    async fn run_report(&self, run_id: &str) -> Result<(RunStatus, RunResult), ApiError> {
        let (explorer, id) = (self.clone(), run_id.to_owned());
        let report = on_a_thread(move || {
            let status = explorer.training().run(&id)?.status();
            let bytes = explorer.training().result(&id)?;
            let result = serde_json::from_slice(&bytes);
            let result =
                result.map_err(|error| Failure::Internal(format!("the result of run {id}: {error}")))?;
            Ok::<_, Failure>((status, result))
        });
        report.await.map_err(|failure| failure.to_api_error())
    }
}
