//! Pictures as a model's inputs, batch after batch: decoded and prepared on threads of their own while the model runs on the batch before.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use rayon::prelude::*;
use shared::Preprocessing;

use super::error::TrainingError;
use crate::dataset::{Picture, read_picture_file};
use crate::models::preprocess::inputs_of;

/// Batches that are prepared ahead.
const BATCHES_AHEAD: usize = 2;

/// Prepared pictures of a batch, or why a file gives none.
pub type Prepared<'a> = Vec<(&'a Picture, Result<Vec<f32>, String>)>;

/// How pictures are prepared.
#[derive(Clone, Copy, Debug)]
pub struct Preparation<'a> {
    /// Pictures of a batch.
    pub batch_size: NonZeroUsize,
    /// Threads that decode.
    pub num_decoders: NonZeroUsize,
    /// How a picture becomes an input.
    pub preprocessing: &'a Preprocessing,
}

/// Hands over batch after batch of these pictures, each with the folder that its path is below, in their order.
///
/// # Errors
/// What `take` returns: no batch is prepared behind it.
pub fn for_each_batch<'a>(
    pictures: &[(&Path, &'a Picture)],
    preparation: Preparation<'_>,
    mut take: impl FnMut(Prepared<'a>) -> Result<(), TrainingError>,
) -> Result<(), TrainingError> {
    let decoders = rayon::ThreadPoolBuilder::new().num_threads(preparation.num_decoders.get()).build();
    let decoders = decoders.map_err(candle_core::Error::wrap)?;
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(BATCHES_AHEAD);
        scope.spawn(|| {
            let sender = sender;
            decoders.install(|| prepare_all(pictures, preparation, &sender));
        });
        receiver.into_iter().try_for_each(&mut take)
    })
}

/// Sends batch after batch, until all are sent or nobody takes them any more.
fn prepare_all<'a>(
    pictures: &[(&Path, &'a Picture)],
    preparation: Preparation<'_>,
    sender: &SyncSender<Prepared<'a>>,
) {
    for batch in pictures.chunks(preparation.batch_size.get()) {
        let prepared: Prepared<'a> = batch
            .par_iter()
            .map(|(folder, picture)| (*picture, prepare(folder, picture, preparation.preprocessing)))
            .collect();
        if sender.send(prepared).is_err() {
            return;
        }
    }
}

fn prepare(folder: &Path, picture: &Picture, preprocessing: &Preprocessing) -> Result<Vec<f32>, String> {
    let bytes = read_picture_file(&folder.join(&picture.path))?;
    if blake3::hash(&bytes).to_hex().as_str() != picture.content {
        return Err("it has changed since the data set was looked at".to_owned());
    }
    let [input] = inputs_of(&bytes, [preprocessing]).map_err(|error| error.to_string())?;
    Ok(input)
}
