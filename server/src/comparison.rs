//! Compares all layers of both models over a folder of pictures, a minibatch at a time: pictures are decoded and prepared as each
//! model wants them, run through it, and each layer's Gram matrix is taken while the forward pass goes on. What is made of Gram matrices
//! is `analysis::cka`'s business; who asks for it is the `compare_layers` binary. The server reads what was measured (`measured`).

mod error;
mod layers;
pub mod measured;
mod pictures;
mod progress;

use std::path::PathBuf;

use candle_core::Device;
use shared::{CkaMatrix, ComparedLayer, ComparedModel};

use crate::analysis::cka::{CentredGram, HsicSums};
use crate::models::registry::LoadedModel;

pub use error::ComparisonError;
pub use layers::compared_layers;
pub use pictures::{PictureSet, Unreadable};

use layers::GramObserver;
use pictures::Minibatch;
use progress::{Progress, ProgressFile};

/// Digits behind the point that are kept: more than minibatches of other pictures agree in.
const DIGITS: i32 = 5;

/// Which pictures, how many at once, and how it is called.
#[derive(Clone, Debug)]
pub struct Plan {
    /// In the order in which they are taken.
    pub pictures: PictureSet,
    /// Pictures of a minibatch; at least [`crate::analysis::cka::MIN_EXAMPLES`].
    pub batch_size: usize,
    /// What the pictures are called.
    pub dataset: String,
    /// Where what is done is kept, so that a run that was stopped goes on.
    pub progress_file: PathBuf,
}

/// A comparison under way.
pub struct LayerComparison {
    device: Device,
    models: [LoadedModel; 2],
    layers: Vec<ComparedLayer>,
    plan: Plan,
    file: ProgressFile,
    progress: Progress,
}

impl LayerComparison {
    /// Before the first minibatch, or behind the last that a stopped run of the same models, pictures and sizes has kept.
    ///
    /// # Errors
    /// A progress file is there and cannot be read.
    pub fn open(models: [LoadedModel; 2], device: Device, plan: Plan) -> Result<Self, ComparisonError> {
        let layers: Vec<ComparedLayer> =
            models.iter().flat_map(|model| compared_layers(&model.info)).collect();
        let file = ProgressFile::new(plan.progress_file.clone());
        let run = progress::fingerprint(&compared_models(&models), &layers, &plan);
        let progress = match file.read()?.filter(|progress| progress.run == run) {
            Some(progress) => progress,
            None => Progress::new(run, HsicSums::new(layers.len())),
        };
        Ok(Self { device, models, layers, plan, file, progress })
    }

    /// Pictures that were looked at, those that cannot be read among them.
    pub fn position(&self) -> usize {
        self.progress.position
    }

    /// Pictures that were compared.
    pub fn num_pictures(&self) -> u64 {
        self.progress.sums.num_minibatches() * self.plan.batch_size as u64
    }

    /// Pictures that were passed over.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.progress.unreadable
    }

    /// Compares the next minibatch and keeps what is done; `false` where the pictures that are left do not fill one.
    ///
    /// # Errors
    /// A model fails, or the progress cannot be written.
    pub fn advance(&mut self) -> Result<bool, ComparisonError> {
        let preprocessings = [0, 1].map(|index: usize| &self.models[index].info.preprocessing);
        let minibatch =
            self.plan.pictures.minibatch(self.progress.position, self.plan.batch_size, preprocessings);
        self.progress.position = minibatch.next_position;
        self.progress.unreadable.extend_from_slice(&minibatch.unreadable);
        let is_full = minibatch.count == self.plan.batch_size;
        if is_full {
            let grams = self.gram_matrices(&minibatch)?;
            self.progress.sums.add(&grams);
        }
        self.file.write(&self.progress)?;
        Ok(is_full)
    }

    /// The matrix.
    ///
    /// # Errors
    /// There was no full minibatch, or a layer does not vary.
    pub fn matrix(&self) -> Result<CkaMatrix, ComparisonError> {
        let sums = &self.progress.sums;
        if sums.num_minibatches() == 0 {
            return Err(ComparisonError::TooFewPictures { batch_size: self.plan.batch_size });
        }
        let cka = sums.cka().map_err(|constant| ComparisonError::Constant {
            node: self.layers[constant.layer].node.clone(),
            slot: self.layers[constant.layer].model,
        })?;
        Ok(CkaMatrix {
            dataset: self.plan.dataset.clone(),
            models: compared_models(&self.models),
            layers: self.layers.clone(),
            num_pictures: self.num_pictures(),
            batch_size: self.plan.batch_size as u64,
            num_minibatches: sums.num_minibatches(),
            seed: self.plan.pictures.seed(),
            matrix: cka.into_iter().map(|row| row.into_iter().map(rounded).collect()).collect(),
        })
    }

    /// Lets go of the progress, once its result is safe.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn forget_progress(self) -> Result<(), ComparisonError> {
        self.file.remove()
    }

    fn gram_matrices(&self, minibatch: &Minibatch) -> Result<Vec<CentredGram>, ComparisonError> {
        let mut grams = Vec::with_capacity(self.layers.len());
        for (model, values) in self.models.iter().zip(&minibatch.inputs) {
            let nodes = self.layers.iter().filter(|layer| layer.model == model.info.slot);
            let mut observer = GramObserver::new(nodes.map(|layer| layer.node.clone()));
            observer
                .run(model, values, &self.device)
                .map_err(|source| ComparisonError::Forward { slot: model.info.slot, source })?;
            for gram in observer.into_gram_matrices() {
                grams.push(gram.centred()?);
            }
        }
        Ok(grams)
    }
}

fn compared_models(models: &[LoadedModel; 2]) -> [ComparedModel; 2] {
    [0, 1].map(|index: usize| measured::compared_model(&models[index].info))
}

fn rounded(value: f64) -> f64 {
    let scale = 10_f64.powi(DIGITS);
    (value * scale).round() / scale
}
