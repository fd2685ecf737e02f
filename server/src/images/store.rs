//! The memory itself: pictures and the files made of them, within one bound.

use std::sync::Arc;

use axum::body::Bytes;
use shared::Preprocessing;
use shared::route::PreprocessingStep;

use super::prepared::{ImageId, StoredImage};
use crate::cache::{BoundedCache, CacheLimits};

/// Which file made of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RenderingKey {
    /// Of which picture.
    pub image_id: ImageId,
    /// After which step.
    pub step: PreprocessingStep,
    preprocessing: String,
}

impl RenderingKey {
    /// The key of a step under a model's preprocessing.
    pub fn new(image_id: ImageId, step: PreprocessingStep, preprocessing: &Preprocessing) -> Self {
        // Floats have no equality to hash by; what they are printed as has.
        Self { image_id, step, preprocessing: format!("{preprocessing:?}") }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Image(ImageId),
    Rendering(RenderingKey),
}

#[derive(Clone, Debug)]
enum Value {
    Image(Arc<StoredImage>),
    Rendering(Bytes),
}

/// Pictures by address.
#[derive(Debug)]
pub struct Store {
    held: BoundedCache<Key, Value>,
}

impl Store {
    /// An empty store.
    pub fn new(limits: CacheLimits) -> Self {
        Self { held: BoundedCache::new(limits) }
    }

    /// A picture that is still held.
    pub fn image(&self, id: ImageId) -> Option<Arc<StoredImage>> {
        match self.held.get(&Key::Image(id)) {
            Some(Value::Image(image)) => Some(image),
            _ => None,
        }
    }

    /// Holds a picture; false where it is larger than the whole memory.
    pub fn keep_image(&self, image: Arc<StoredImage>) -> bool {
        let size_bytes = image.size_bytes();
        self.held.insert(Key::Image(image.id), Value::Image(image), size_bytes)
    }

    /// A PNG that is still held.
    pub fn rendering(&self, key: &RenderingKey) -> Option<Bytes> {
        match self.held.get(&Key::Rendering(key.clone())) {
            Some(Value::Rendering(png)) => Some(png),
            _ => None,
        }
    }

    /// Holds a PNG, where it fits at all.
    pub fn keep_rendering(&self, key: RenderingKey, png: Bytes) {
        let size_bytes = png.len() as u64;
        self.held.insert(Key::Rendering(key), Value::Rendering(png), size_bytes);
    }

    /// Lets go of what was not asked for in time.
    pub fn drop_idle(&self) {
        self.held.drop_idle();
    }

    /// Memory in use.
    pub fn size_bytes(&self) -> u64 {
        self.held.size_bytes()
    }
}
