//! A tail and its head as variables: the forward pass from the tail's input to the logits, and the gradients of all of them. What is done with the
//! gradients is the optimiser's business.

use std::collections::BTreeMap;

use candle_core::{D, DType, Device, Result, Tensor, Var, bail};
use shared::architecture::resnet::BlockSpec;
use shared::architecture::{ConvSpec, Pooling, ResNetConfig, VitConfig};
use shared::{ArchitectureConfig, NodeId};

use crate::models::ParameterSource;
use crate::models::checkpoint::head::{BIAS, WEIGHT};
use crate::models::layers::convolution::BATCH_NORM_EPSILON;
use crate::models::layers::learned::{attention, convolution, gelu, joined_relu, layer_norm, linear};
use crate::models::tail::{Tail, TailParameters};
use crate::training::examples::Head;

/// Layers whose weights learn.
#[derive(Debug)]
pub struct TrainableTail {
    architecture: ArchitectureConfig,
    /// By internal name, those of the head among them.
    variables: BTreeMap<String, Var>,
    /// Mean and variance of batch-norms, which stay as they are.
    statistics: BTreeMap<String, Tensor>,
}

impl TrainableTail {
    /// The tail of a checkpoint, whose parameters `weights` gives, and a head on it.
    ///
    /// # Errors
    /// A parameter is missing or has another shape, or the device has no room.
    pub fn new(
        architecture: &ArchitectureConfig,
        weights: &dyn ParameterSource,
        head: &Head,
        device: &Device,
    ) -> Result<Self> {
        let (mut variables, mut statistics) = (BTreeMap::new(), BTreeMap::new());
        for spec in Tail::of(architecture).parameters {
            let tensor = weights.parameter(&spec.name)?.to_dtype(DType::F32)?;
            if tensor.dims() != spec.shape {
                bail!("parameter {} has shape {:?}, not {:?}", spec.name, tensor.dims(), spec.shape);
            }
            let tensor = tensor.to_device(device)?;
            if spec.trainable {
                variables.insert(spec.name, Var::from_tensor(&tensor)?);
            } else {
                statistics.insert(spec.name, tensor);
            }
        }
        variables.insert(WEIGHT.to_owned(), Var::from_tensor(&head.weight)?);
        variables.insert(BIAS.to_owned(), Var::from_tensor(&head.bias)?);
        Ok(Self { architecture: architecture.clone(), variables, statistics })
    }

    /// Everything that learns, by name.
    pub fn variables(&self) -> &BTreeMap<String, Var> {
        &self.variables
    }

    /// The tail's own parameters as they are now.
    pub fn parameters(&self) -> Result<TailParameters> {
        let own = self.variables.iter().filter(|(name, _variable)| ![WEIGHT, BIAS].contains(&name.as_str()));
        own.map(|(name, variable)| Ok((name.clone(), variable.as_tensor().detach().copy()?))).collect()
    }

    /// The head as it is now.
    ///
    /// # Errors
    /// The device has no room.
    pub fn head(&self) -> Result<Head> {
        let copy = |name: &str| self.variables[name].as_tensor().detach().copy();
        Ok(Head { weight: copy(WEIGHT)?, bias: copy(BIAS)? })
    }

    /// # Shapes
    /// `input`: the tensor of [`Tail::input`], batch axis first, f32; to `[batch, classes]`.
    ///
    /// # Errors
    /// It has another shape.
    pub fn logits(&self, input: &Tensor) -> Result<Tensor> {
        linear(&self.features(input)?, self.get(WEIGHT)?, self.get(BIAS)?)
    }

    /// What the head reads.
    ///
    /// # Shapes
    /// As [`Self::logits`], to `[batch, features]`.
    ///
    /// # Errors
    /// As [`Self::logits`].
    pub fn features(&self, input: &Tensor) -> Result<Tensor> {
        match &self.architecture {
            ArchitectureConfig::Resnet(config) => self.stage(config, input),
            ArchitectureConfig::Vit(config) => self.block_and_norm(config, input),
        }
    }

    /// The gradients of all variables, in the order of their names, from that of the logits.
    ///
    /// # Errors
    /// No gradient reaches one of them.
    pub fn gradients(&self, logits: &Tensor, of_logits: &Tensor) -> Result<Vec<Tensor>> {
        let gradients = (logits * of_logits.detach())?.sum_all()?.backward()?;
        let gradient = |(name, variable): (&String, &Var)| match gradients.get(variable) {
            Some(gradient) => Ok(gradient.detach()),
            None => bail!("no gradient reaches {name}"),
        };
        self.variables.iter().map(gradient).collect()
    }

    /// `[batch, channels, height, width]` to `[batch, features]`.
    fn stage(&self, config: &ResNetConfig, map: &Tensor) -> Result<Tensor> {
        let mut map = map.clone();
        for block in config.stage_blocks(config.stage_depths.len()) {
            map = self.residual_block(&block, &map)?;
        }
        map.flatten_from(2)?.mean(2)
    }

    fn residual_block(&self, block: &BlockSpec, map: &Tensor) -> Result<Tensor> {
        let last = block.branch.len() - 1;
        let mut residual = map.clone();
        for (index, spec) in block.branch.iter().enumerate() {
            let node = block.id.child(&format!("conv{}", index + 1));
            residual = self.unit(&node, &residual, *spec)?;
            if index != last {
                residual = residual.relu()?;
            }
        }
        let shortcut = match block.projection {
            Some(spec) => self.unit(&block.id.child("shortcut"), map, spec)?,
            None => map.clone(),
        };
        joined_relu(&residual, &shortcut)
    }

    /// A convolution with its batch-norm, whose scale and shift learn.
    fn unit(&self, node: &NodeId, map: &Tensor, spec: ConvSpec) -> Result<Tensor> {
        let statistic = |name: &str| {
            let name = format!("{node}.batch_norm.{name}");
            self.statistics.get(&name).ok_or_else(|| candle_core::Error::Msg(format!("there is no {name}")))
        };
        let [weight, bias] = self.affine(&node.child("batch_norm"))?;
        let weight = (weight / (statistic("running_var")? + BATCH_NORM_EPSILON)?.sqrt()?)?;
        let bias = (bias - (statistic("running_mean")? * &weight)?)?;
        let kernel = self.get(&format!("{node}.weight"))?.broadcast_mul(&weight.reshape(((), 1, 1, 1))?)?;
        convolution(map, &kernel, spec)?.broadcast_add(&bias.reshape((1, (), 1, 1))?)
    }

    /// `[batch, tokens, dim]` to `[batch, dim]`.
    fn block_and_norm(&self, config: &VitConfig, stream: &Tensor) -> Result<Tensor> {
        let (batch, num_tokens, dim) = stream.dims3()?;
        let block = NodeId::new(format!("encoder.{}", config.depth - 1));
        let [query, key, value] = ["query", "key", "value"].map(|name| self.affine(&block.child(name)));
        let ([query, query_bias], [key, key_bias], [value, value_bias]) = (query?, key?, value?);
        let joined = Tensor::cat(&[query, key, value], 0)?;
        let joined_bias = Tensor::cat(&[query_bias, key_bias, value_bias], 0)?;
        let normed = |rows: &Tensor, node: &NodeId| {
            let [weight, bias] = self.affine(node)?;
            layer_norm(rows, weight, bias, config.layer_norm_epsilon)
        };
        let layer = |rows: &Tensor, name: &str| {
            let [weight, bias] = self.affine(&block.child(name))?;
            linear(rows, weight, bias)
        };
        let rows = stream.flatten_to(1)?;
        let features = linear(&normed(&rows, &block.child("attention_norm"))?, &joined, &joined_bias)?;
        let context = attention(&features.reshape((batch, num_tokens, 3 * dim))?, config.num_heads)?;
        let rows = (rows + layer(&context.flatten_to(1)?, "attention")?)?;
        let hidden = gelu(&layer(&normed(&rows, &block.child("mlp_norm"))?, "mlp_hidden")?)?;
        let stream = (rows + layer(&hidden, "mlp")?)?.reshape((batch, num_tokens, dim))?;
        // The final norm looks at each token by itself, so only those that are read are normed.
        let read = match config.pooling {
            Pooling::ClassToken => stream.narrow(1, 0, 1)?,
            Pooling::Mean => stream.narrow(1, 1, num_tokens - 1)?,
        };
        let read = read.contiguous()?;
        normed(&read.flatten_to(1)?, &"norm".into())?.reshape(read.shape())?.mean(D::Minus2)
    }

    /// Weight and bias, or scale and shift, of a layer.
    fn affine(&self, node: &NodeId) -> Result<[&Tensor; 2]> {
        Ok([self.get(&format!("{node}.weight"))?, self.get(&format!("{node}.bias"))?])
    }

    fn get(&self, name: &str) -> Result<&Tensor> {
        match self.variables.get(name) {
            Some(variable) => Ok(variable.as_tensor()),
            None => bail!("the tail has no {name}"),
        }
    }
}
