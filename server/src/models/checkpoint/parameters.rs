//! The tensors of a file under their internal names: which tensor, or which third of one, each parameter is. Comparing
//! them with a graph finds everything that does not fit at once.

use std::collections::BTreeMap;

use candle_core::{Error, Result, Tensor};
use shared::{ArchitectureConfig, ModelSlot};

use super::error::{Mismatch, MisshapedTensor};
use super::naming::{InternalName, Naming, unwrapped};
use super::tensor_file::{Format, TensorFile};
use crate::models::ParameterSource;

/// Where each internal parameter lies in a file.
pub struct NamedTensors {
    file: Box<dyn TensorFile>,
    naming: Naming,
    places: BTreeMap<String, Place>,
    /// The file's own names of tensors that have no internal name.
    unknown: Vec<String>,
}

#[derive(Clone, Debug)]
struct Place {
    tensor: String,
    third: Option<usize>,
    /// Of the parameter; of queries alone where the tensor holds keys and values too.
    shape: Vec<usize>,
}

impl NamedTensors {
    /// Maps every name. `None` if no naming knows one.
    pub fn new(file: Box<dyn TensorFile>) -> Option<Self> {
        let mut places = BTreeMap::new();
        let mut unknown = Vec::new();
        let names = unwrapped(file.shapes().keys());
        let naming = Naming::detect(names.keys().copied())?;
        for (name, tensor) in names {
            let internals = naming.internal(name);
            let is_new = internals.iter().all(|internal| !places.contains_key(&internal.name));
            if internals.is_empty() || !is_new {
                unknown.push(tensor.to_owned());
                continue;
            }
            let shape = &file.shapes()[tensor];
            for InternalName { name, third } in internals {
                let place =
                    Place { tensor: tensor.to_owned(), third, shape: part_shape(shape, third, &name) };
                places.insert(name, place);
            }
        }
        Some(Self { file, naming, places, unknown })
    }

    /// Which naming the file follows.
    pub fn naming(&self) -> Naming {
        self.naming
    }

    /// Whether these are tensors of a ViT or, having none of its own, of a ResNet.
    pub fn family(&self) -> ModelSlot {
        const OF_A_VIT: [&str; 3] = ["encoder.", "embeddings.", "patch_embedding."];
        let is_vit = self.names().any(|name| OF_A_VIT.iter().any(|prefix| name.starts_with(prefix)));
        if is_vit { ModelSlot::Vit } else { ModelSlot::Resnet }
    }

    /// The file behind.
    pub fn file(&self) -> &dyn TensorFile {
        self.file.as_ref()
    }

    /// Internal names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// The shape of an internal parameter as the file has it.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.places.get(name).map(|place| place.shape.as_slice())
    }

    /// Whether the tensors are exactly those of the model; if so, they are handed out in the model's shapes.
    ///
    /// # Errors
    /// Lists every tensor that is missing, unexpected or mis-shaped.
    pub fn fit(
        mut self,
        architecture: &ArchitectureConfig,
    ) -> std::result::Result<CheckedParameters, Mismatch> {
        let graph = architecture.graph();
        let specs = || graph.nodes.iter().flat_map(|node| &node.parameters);
        let mut mismatch = Mismatch {
            model: architecture.name(),
            naming: self.naming.as_str().to_owned(),
            ..Mismatch::default()
        };
        let mut parameters = BTreeMap::new();
        for spec in specs() {
            match self.places.remove(&spec.name) {
                None => push_new(&mut mismatch.missing, self.naming.external(&spec.name)),
                Some(place) if self.fits(&place.shape, &spec.shape) => {
                    parameters.insert(spec.name.clone(), Place { shape: spec.shape.clone(), ..place });
                }
                Some(place) => push_new(&mut mismatch.misshaped, self.misshaped(place, &spec.shape)),
            }
        }
        mismatch.unexpected = std::mem::take(&mut self.unknown);
        for place in std::mem::take(&mut self.places).into_values() {
            push_new(&mut mismatch.unexpected, place.tensor);
        }
        if mismatch.is_empty() {
            Ok(CheckedParameters { file: self.file, parameters })
        } else {
            Err(mismatch)
        }
    }

    /// Quantised kernels lie flat, `[out, in * height * width]`, because blocks run along the last axis.
    fn fits(&self, shape: &[usize], expected: &[usize]) -> bool {
        let is_flat_kernel = || {
            let rest = expected.get(1..).map(|rest| rest.iter().product::<usize>());
            self.file.format() == Format::Gguf
                && shape.len() == 2
                && shape.first() == expected.first()
                && shape.get(1) == rest.as_ref()
        };
        shape == expected || is_flat_kernel()
    }

    fn misshaped(&self, place: Place, expected: &[usize]) -> MisshapedTensor {
        let mut expected = expected.to_vec();
        if let (Some(_), Some(rows)) = (place.third, expected.first_mut()) {
            *rows *= 3;
        }
        let shape = self.file.shapes()[&place.tensor].clone();
        MisshapedTensor { name: place.tensor, shape, expected }
    }
}

/// Tensors that make up a model.
pub struct CheckedParameters {
    file: Box<dyn TensorFile>,
    parameters: BTreeMap<String, Place>,
}

impl ParameterSource for CheckedParameters {
    fn let_go(&self) {
        self.file.let_go();
    }

    fn parameter(&self, name: &str) -> Result<Tensor> {
        let Some(place) = self.parameters.get(name) else {
            return Err(Error::Msg(format!("the checkpoint has no parameter {name}")));
        };
        let tensor = self.file.read(&place.tensor)?;
        let tensor = match place.third {
            None => tensor,
            Some(third) => {
                let rows = tensor.dim(0)? / 3;
                // A view would keep the other two thirds in memory.
                tensor.narrow(0, third * rows, rows)?.force_contiguous()?
            }
        };
        tensor.reshape(place.shape.as_slice())
    }
}

/// Three parameters can be one tensor of the file, which is listed once.
fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// A third of the rows; of the class token and the positions, what is left without the axes of length 1 in front.
fn part_shape(shape: &[usize], third: Option<usize>, name: &str) -> Vec<usize> {
    let mut shape = shape.to_vec();
    if third.is_some()
        && let Some(rows) = shape.first_mut()
        && rows.is_multiple_of(3)
    {
        *rows /= 3;
    }
    if name.starts_with("embeddings.") {
        let axes = if name.ends_with("position") { 2 } else { 1 };
        while shape.len() > axes && shape[0] == 1 {
            shape.remove(0);
        }
    }
    shape
}
