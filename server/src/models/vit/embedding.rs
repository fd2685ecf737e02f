//! From pixels to tokens: the patch projection, the class token, the position embedding.

use candle_core::{Result, Tensor};
use shared::NodeId;
use shared::architecture::{ConvSpec, VitConfig};

use crate::models::layers::Linear;
use crate::models::observer::Observer;
use crate::models::parameters::Parameters;

/// Cuts an image into tokens.
#[derive(Clone, Debug)]
pub struct Embedding {
    patch_embedding: NodeId,
    embeddings: NodeId,
    patch: ConvSpec,
    patches_per_side: usize,
    projection: Linear,
    /// `[1, 1, dim]`
    class_token: Tensor,
    /// `[1, tokens, dim]`
    position: Tensor,
}

impl Embedding {
    /// Reads the weights.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load(parameters: &Parameters, config: &VitConfig) -> Result<Self> {
        let (patch_embedding, embeddings) = (NodeId::new("patch_embedding"), NodeId::new("embeddings"));
        let (dim, tokens) = (config.dim, config.num_tokens());
        let class_token = parameters.read(&embeddings, "class_token", &[dim])?.reshape((1, 1, dim))?;
        let position = parameters.read(&embeddings, "position", &[tokens, dim])?.unsqueeze(0)?;
        Ok(Self {
            patch: config.patch_projection(),
            patches_per_side: config.patches_per_side(),
            projection: Linear::load_patch_projection(
                parameters,
                &patch_embedding,
                config.patch_projection(),
            )?,
            class_token: parameters.place(&class_token)?,
            position: parameters.place(&position)?,
            patch_embedding,
            embeddings,
        })
    }

    /// # Shapes
    /// `images`: `[batch, 3, image_size, image_size]` to `[batch, tokens, dim]`.
    ///
    /// # Errors
    /// If the device fails, and what the observer returns.
    pub fn forward_observed(&self, images: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        let patches = observer.tell(&self.patch_embedding, self.projection.forward(&self.cut(images)?)?)?;
        let (batch, _, dim) = patches.dims3()?;
        let class_token = self.class_token.broadcast_as((batch, 1, dim))?;
        let tokens = Tensor::cat(&[&class_token, &patches], 1)?.broadcast_add(&self.position)?;
        observer.tell(&self.embeddings, tokens)
    }

    /// The same embedding with every position at zero.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn without_positions(&self) -> Result<Self> {
        Ok(Self { position: self.position.zeros_like()?, ..self.clone() })
    }

    /// The pixels of each patch in a row, in the kernel's order: a convolution whose stride is its kernel is then one
    /// product. `[batch, 3, side, side]` to `[batch, patches, 3 * patch_size * patch_size]`; rows and columns that do
    /// not fill a patch are left out, as the convolution leaves them.
    fn cut(&self, images: &Tensor) -> Result<Tensor> {
        let (batch, channels, _, _) = images.dims4()?;
        let (size, count) = (self.patch.kernel_size, self.patches_per_side);
        images
            .narrow(2, 0, count * size)?
            .narrow(3, 0, count * size)?
            .contiguous()?
            .reshape(&[batch, channels, count, size, count, size])?
            .permute([0, 2, 4, 1, 3, 5])?
            .reshape((batch, count * count, channels * size * size))
    }
}
