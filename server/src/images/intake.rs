//! Takes pictures in: hash, decode, prepare, hold. The same picture sent twice at once is decoded once; one that is held
//! already is not decoded at all.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Bytes;
use shared::route::PreprocessingStep;
use shared::{ModelSlot, Preprocessing};
use thiserror::Error;
use tokio::sync::OnceCell;
use tokio::task::JoinError;

use super::decoders::Decoders;
use super::prepared::{ImageId, StoredImage};
use super::rendering::{self, RenderingError};
use super::store::{RenderingKey, Store};
use crate::cache::CacheLimits;
use crate::models::preprocess::{Canvas, DecodeError, DecodeLimits, ResizedTooLarge, decode};

/// What pictures may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageLimits {
    /// Of each picture.
    pub decode: DecodeLimits,
    /// Of all that are held.
    pub cache: CacheLimits,
    /// Pictures decoded at the same time.
    pub num_decoders: usize,
}

/// Why a picture cannot be taken in or shown.
#[derive(Clone, Debug, Error)]
pub enum IntakeError {
    /// Something is wrong with the file.
    #[error(transparent)]
    Undecodable(Arc<DecodeError>),
    /// The file alone is larger than the memory for pictures.
    #[error(
        "This picture is larger than the memory that the server has for pictures. Make it smaller and send it again."
    )]
    LargerThanMemory,
    /// Too elongated for a step of preprocessing to be shown as a whole.
    #[error(transparent)]
    ResizedTooLarge(ResizedTooLarge),
    /// A step of preprocessing cannot be shown, which is a fault of the server.
    #[error("a picture that was taken in cannot be shown")]
    Unrendered(#[source] Arc<RenderingError>),
    /// A thread failed.
    #[error("the work on a picture failed")]
    Panicked(Arc<JoinError>),
}

type Prepared = Result<Arc<StoredImage>, IntakeError>;

/// All pictures of this process.
#[derive(Debug)]
pub struct Images {
    limits: ImageLimits,
    preprocessings: [Preprocessing; 2],
    store: Store,
    decoders: Decoders,
    num_decoded: AtomicU64,
    /// Pictures that are being decoded now; who sends one of them waits for the same result.
    under_way: Mutex<UnderWay>,
}

type UnderWay = HashMap<ImageId, Arc<OnceCell<Prepared>>>;

/// One of those who wait for a picture. The last to go, finished or not, takes the picture off the list.
struct Turn<'images> {
    under_way: &'images Mutex<UnderWay>,
    id: ImageId,
    cell: Arc<OnceCell<Prepared>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut under_way = lock(self.under_way);
        // The list's own and this one.
        if Arc::strong_count(&self.cell) == 2 {
            under_way.remove(&self.id);
        }
    }
}

fn lock(under_way: &Mutex<UnderWay>) -> MutexGuard<'_, UnderWay> {
    under_way.lock().expect("no holder of this lock panics")
}

impl Images {
    /// An empty memory for pictures that these preprocessings, of the ResNet and of the ViT, will read.
    pub fn new(limits: ImageLimits, preprocessings: [Preprocessing; 2]) -> Self {
        Self {
            limits,
            preprocessings,
            store: Store::new(limits.cache),
            decoders: Decoders::new(limits.num_decoders),
            num_decoded: AtomicU64::new(0),
            under_way: Mutex::default(),
        }
    }

    /// Takes a picture in, or finds that it is held.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn take_in(&self, bytes: Bytes) -> Prepared {
        let id = self.identify(bytes.clone()).await?;
        if let Some(image) = self.store.image(id) {
            return Ok(image);
        }
        let turn = Turn {
            under_way: &self.under_way,
            id,
            cell: Arc::clone(lock(&self.under_way).entry(id).or_default()),
        };
        turn.cell.get_or_init(|| self.prepare(id, bytes)).await.clone()
    }

    /// A picture that is held.
    pub fn find(&self, id: ImageId) -> Option<Arc<StoredImage>> {
        self.store.image(id)
    }

    /// A step of a picture's preprocessing as a file.
    ///
    /// # Errors
    /// The step cannot be shown.
    pub async fn render(
        &self,
        image: &Arc<StoredImage>,
        slot: ModelSlot,
        step: PreprocessingStep,
    ) -> Result<Bytes, IntakeError> {
        let preprocessing = self.preprocessing(slot);
        let key = RenderingKey::new(image.id, step, preprocessing);
        if let Some(file) = self.store.rendering(&key) {
            return Ok(file);
        }
        let (input, bytes) = (Arc::clone(image.input(slot)), image.bytes.clone());
        let (limits, preprocessing) = (self.limits.decode, preprocessing.clone());
        let work = move || match step {
            PreprocessingStep::Resized => rendering::resized(&bytes, &limits, &preprocessing),
            PreprocessingStep::Cropped => rendering::png(&input.cropped),
            PreprocessingStep::Glance => rendering::jpeg(&input.cropped),
        };
        let file = self.decoders.run(work).await??;
        self.store.keep_rendering(key, file.clone());
        Ok(file)
    }

    /// A view of a picture as a model that learns would see it, drawn with this seed, as a PNG file of the model's size. It is not kept.
    ///
    /// # Errors
    /// The view cannot be shown.
    pub async fn augment(
        &self,
        image: &Arc<StoredImage>,
        slot: ModelSlot,
        seed: u64,
    ) -> Result<Bytes, IntakeError> {
        let (bytes, limits) = (image.bytes.clone(), self.limits.decode);
        let side = u32::try_from(self.preprocessing(slot).crop_size).unwrap_or(u32::MAX);
        Ok(self.decoders.run(move || rendering::augmented(&bytes, &limits, seed, side)).await??)
    }

    /// What the crops of some models move in, by at most so many pixels in x and y. The picture is decoded again.
    ///
    /// # Errors
    /// The picture cannot be decoded, which it could when it was taken in.
    pub async fn canvases(
        &self,
        image: &Arc<StoredImage>,
        margins_px: &[(ModelSlot, [u32; 2])],
    ) -> Result<Vec<Canvas>, IntakeError> {
        let (bytes, limits) = (image.bytes.clone(), self.limits.decode);
        let wanted =
            margins_px.iter().map(|(slot, margin_px)| (self.preprocessing(*slot).clone(), *margin_px));
        let wanted: Vec<_> = wanted.collect();
        let work = move || {
            let pixels = decode(&bytes, &limits)?.pixels;
            let canvas = |(preprocessing, margin_px): &(Preprocessing, [u32; 2])| {
                Canvas::of(preprocessing, &pixels, *margin_px)
            };
            Ok(wanted.iter().map(canvas).collect())
        };
        self.decoders.run(work).await?.map_err(|error| IntakeError::Undecodable(Arc::new(error)))
    }

    /// Where pictures are decoded.
    pub fn decoders(&self) -> &Decoders {
        &self.decoders
    }

    /// Lets go of what was not asked for in time.
    pub fn drop_idle(&self) {
        self.store.drop_idle();
    }

    /// How many pictures were decoded to be taken in.
    pub fn num_decoded(&self) -> u64 {
        self.num_decoded.load(Ordering::Relaxed)
    }

    /// Memory in use.
    pub fn size_bytes(&self) -> u64 {
        self.store.size_bytes()
    }

    async fn identify(&self, bytes: Bytes) -> Result<ImageId, IntakeError> {
        Ok(tokio::task::spawn_blocking(move || ImageId::of(&bytes)).await?)
    }

    async fn prepare(&self, id: ImageId, bytes: Bytes) -> Prepared {
        // Whoever decoded it a moment ago may have finished between the look into the store and this turn.
        if let Some(image) = self.store.image(id) {
            return Ok(image);
        }
        let (limits, preprocessings) = (self.limits.decode, self.preprocessings.clone());
        self.num_decoded.fetch_add(1, Ordering::Relaxed);
        let work = move || StoredImage::prepare(id, bytes, &limits, &preprocessings);
        let image =
            self.decoders.run(work).await?.map_err(|error| IntakeError::Undecodable(Arc::new(error)))?;
        let image = Arc::new(image);
        if !self.store.keep_image(Arc::clone(&image)) {
            return Err(IntakeError::LargerThanMemory);
        }
        Ok(image)
    }

    fn preprocessing(&self, slot: ModelSlot) -> &Preprocessing {
        let [resnet, vit] = &self.preprocessings;
        match slot {
            ModelSlot::Resnet => resnet,
            ModelSlot::Vit => vit,
        }
    }
}

impl From<RenderingError> for IntakeError {
    fn from(error: RenderingError) -> Self {
        match error {
            RenderingError::TooLarge(error) => Self::ResizedTooLarge(error),
            other => Self::Unrendered(Arc::new(other)),
        }
    }
}

impl From<JoinError> for IntakeError {
    fn from(error: JoinError) -> Self {
        Self::Panicked(Arc::new(error))
    }
}
