//! Both models on a device, and the same with another head: layers share their weights, so that neither a copy nor a swap of heads takes the
//! memory of a second model.

use candle_core::Device;
use shared::ModelSlot;

use crate::models::checkpoint::head::{HeadError, HeadFile};
use crate::models::registry::LoadedModel;
use crate::models::with_head::with_head;

/// Both models on a device. A clone shares their weights.
#[derive(Clone)]
pub struct DeviceModels {
    /// Where they are.
    pub device: Device,
    /// The ResNet and the ViT.
    pub models: [LoadedModel; 2],
}

impl DeviceModels {
    /// The model in a slot.
    pub fn model(&self, slot: ModelSlot) -> &LoadedModel {
        &self.models[index(slot)]
    }

    /// The same with another model in a slot: that of `start`, with this head where there is one.
    ///
    /// # Errors
    /// The head was trained on another checkpoint or preprocessing, or the device has no room.
    pub fn with_head(
        &self,
        start: &Self,
        slot: ModelSlot,
        head: Option<&HeadFile>,
    ) -> Result<Self, HeadError> {
        let model = match head {
            Some(head) => with_head(start.model(slot), head)?,
            None => start.model(slot).clone(),
        };
        let mut other = self.clone();
        other.models[index(slot)] = model;
        Ok(other)
    }
}

/// A slot's place in a pair.
pub fn index(slot: ModelSlot) -> usize {
    match slot {
        ModelSlot::Resnet => 0,
        ModelSlot::Vit => 1,
    }
}
