//! Models and pictures as requests reach them. What is loaded is never changed: another head makes another one of these, which takes the place of
//! the one before.

use std::sync::Arc;

use axum::body::Bytes;
use shared::{CkaMatrix, ModelSlot, SpecimenPredictions, checkpoints_header};
use tokio::sync::OnceCell;

use super::error::Failure;
use super::predictions;
use crate::images::{Decoders, ImageId, ImageLimits, Images, StoredImage};
use crate::inference::Inference;
use crate::models::preprocess::{DecodeError, DecodeLimits};
use crate::samples::SamplePhoto;

/// Models and pictures. A request works with one of these from start to end, so that no answer mixes two heads.
pub struct Loaded {
    /// Runs the models.
    pub inference: Inference,
    /// Holds the pictures.
    pub images: Arc<Images>,
    /// Where parameters are read, which may have to unpack them: a few at a time.
    pub parameter_readers: Decoders,
    /// How similar layers are, and what names the layers that this was measured of.
    cka: Option<(Arc<CkaMatrix>, [String; 2])>,
    /// The samples, which are held for ever: a link to one never meets a server that does not know it.
    samples: Vec<Arc<StoredImage>>,
    /// Both models' answers to each sample, as soon as somebody asked.
    sample_answers: Vec<OnceCell<SpecimenPredictions>>,
}

impl Loaded {
    /// Models that run, with the samples made ready for them.
    ///
    /// # Errors
    /// A sample cannot be decoded.
    pub fn new(
        inference: Inference,
        limits: ImageLimits,
        samples: &[SamplePhoto],
    ) -> Result<Self, DecodeError> {
        let preprocessings = ModelSlot::ALL.map(|slot| inference.model(slot).info.preprocessing.clone());
        let prepare = |photo: &SamplePhoto| {
            let bytes = Bytes::copy_from_slice(&photo.bytes);
            // The limits are for what visitors send.
            let limits = DecodeLimits::default();
            StoredImage::prepare(ImageId::of(&bytes), bytes, &limits, &preprocessings).map(Arc::new)
        };
        let samples = samples.iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
        let parameter_readers = Decoders::new(limits.num_decoders);
        Ok(Self {
            inference,
            images: Arc::new(Images::new(limits, preprocessings)),
            parameter_readers,
            cka: None,
            sample_answers: samples.iter().map(|_photo| OnceCell::new()).collect(),
            samples,
        })
    }

    /// The same pictures before models of which one has another head, which reads the same inputs.
    #[must_use]
    pub fn with_inference(&self, inference: Inference) -> Self {
        Self {
            inference,
            images: Arc::clone(&self.images),
            parameter_readers: self.parameter_readers.clone(),
            cka: self.cka.clone(),
            samples: self.samples.clone(),
            sample_answers: self.samples.iter().map(|_photo| OnceCell::new()).collect(),
        }
    }

    /// With what was measured of these models' layers.
    #[must_use]
    pub fn with_cka(self, cka: Option<CkaMatrix>) -> Self {
        let layers = self.layer_ids();
        Self { cka: cka.map(|cka| (Arc::new(cka), layers)), ..self }
    }

    /// How similar the layers of the models are, where that was measured of just these layers: those below a head stay when it is swapped,
    /// but for a tail that was trained with it.
    pub fn cka(&self) -> Option<&CkaMatrix> {
        let (matrix, layers) = self.cka.as_ref()?;
        (*layers == self.layer_ids()).then_some(&**matrix)
    }

    /// What [`shared::CHECKPOINTS_HEADER`] says of a page that was made for these models.
    pub fn checkpoint_ids(&self) -> String {
        checkpoints_header(ModelSlot::ALL.map(|slot| &self.inference.model(slot).info))
    }

    fn layer_ids(&self) -> [String; 2] {
        ModelSlot::ALL.map(|slot| self.inference.model(slot).info.checkpoint.layers_id().to_owned())
    }

    /// The photos that ship with the explorer.
    pub fn samples(&self) -> &[Arc<StoredImage>] {
        &self.samples
    }

    /// A picture that this server holds.
    ///
    /// # Errors
    /// It holds none of that address.
    pub fn image(&self, id: &str) -> Result<Arc<StoredImage>, Failure> {
        let id = ImageId::from_hex(id).ok_or(Failure::ImageUnknown)?;
        let sample = self.samples.iter().find(|image| image.id == id).cloned();
        sample.or_else(|| self.images.find(id)).ok_or(Failure::ImageUnknown)
    }

    /// Asks both models about every sample, which these photos are.
    ///
    /// # Errors
    /// A model does not answer.
    pub async fn answer_samples(&self, photos: &[SamplePhoto]) -> Result<(), Failure> {
        for index in 0..photos.len() {
            self.sample_answer(photos, index).await?;
        }
        Ok(())
    }

    /// What both models say of a sample, as soon as somebody has asked.
    ///
    /// # Errors
    /// A model does not answer.
    pub async fn sample_answer(
        &self,
        photos: &[SamplePhoto],
        index: usize,
    ) -> Result<SpecimenPredictions, Failure> {
        let answer = self.sample_answers[index].get_or_try_init(|| async {
            let image = &self.samples[index];
            Ok(SpecimenPredictions {
                image: image.info.clone(),
                sample: photos[index].sample.name.clone(),
                resnet: predictions::predict(self, ModelSlot::Resnet, image).await?,
                vit: predictions::predict(self, ModelSlot::Vit, image).await?,
            })
        });
        answer.await.cloned()
    }
}
