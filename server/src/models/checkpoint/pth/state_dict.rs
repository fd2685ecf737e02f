//! Finds the tensors in what a pickle describes: a dict of names, at the top or where training scripts put it. Each is
//! checked against its storage before anything is allocated for it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use candle_core::DType;

use super::PickleError;
use super::value::{Pickle, Value, ValueId};

/// Where training scripts put a state_dict.
const NESTED: [&str; 3] = ["state_dict", "model", "model_state_dict"];
const REBUILD_TENSOR: &str = "torch._utils._rebuild_tensor_v2";
const REBUILD_PARAMETER: &str = "torch._utils._rebuild_parameter";

/// A tensor as a view of a storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTensor {
    /// Name of the storage in the archive.
    pub key: String,
    /// Type of the storage's values.
    pub dtype: DType,
    /// Sizes of the axes.
    pub shape: Vec<usize>,
    /// Values from one to the next along each axis.
    strides: Vec<usize>,
    /// Values before the first.
    offset: usize,
}

/// The tensors of a state_dict by name.
///
/// # Errors
/// If there is none, or one of its tensors is not what PyTorch writes.
pub fn read(pickle: &Pickle<'_>) -> Result<BTreeMap<String, StoredTensor>, PickleError> {
    let mut tensors = BTreeMap::new();
    for &(key, value) in entries(pickle)? {
        if let Some(name) = pickle.text(key)
            && let Some(arguments) = tensor_arguments(pickle, value)
        {
            tensors.insert(name.to_owned(), stored_tensor(pickle, name, arguments)?);
        }
    }
    if tensors.is_empty() { Err(PickleError::NoStateDict) } else { Ok(tensors) }
}

/// The dict that is a state_dict: one inside the dict that a training script saved, or that dict itself.
fn entries<'pickle>(pickle: &'pickle Pickle<'_>) -> Result<&'pickle [(ValueId, ValueId)], PickleError> {
    let whole_object = |callable: ValueId| PickleError::WholeObject {
        class: pickle.global(callable).unwrap_or_else(|| "without a name".to_owned()),
    };
    let entries = match pickle.value(pickle.root) {
        Value::Dict(entries) => entries,
        Value::Call { callable, .. } => return Err(whole_object(*callable)),
        _ => return Err(PickleError::NoStateDict),
    };
    let nested = |wanted: &&str| {
        let (_, value) = entries.iter().rev().find(|(key, _)| pickle.text(*key) == Some(wanted))?;
        Some(pickle.value(*value))
    };
    for value in NESTED.iter().filter_map(nested) {
        match value {
            Value::Dict(nested) => return Ok(nested),
            Value::Call { callable, .. } => return Err(whole_object(*callable)),
            _ => {}
        }
    }
    Ok(entries)
}

/// The arguments of `_rebuild_tensor_v2`, also inside `_rebuild_parameter`; `None` for what is no tensor.
fn tensor_arguments<'pickle>(pickle: &'pickle Pickle<'_>, id: ValueId) -> Option<&'pickle [ValueId]> {
    let call = |id: ValueId| match pickle.value(id) {
        Value::Call { callable, arguments } => {
            Some((pickle.global(*callable)?, pickle.sequence(*arguments)?))
        }
        _ => None,
    };
    let (function, arguments) = call(id)?;
    let (function, arguments) =
        if function == REBUILD_PARAMETER { call(*arguments.first()?)? } else { (function, arguments) };
    (function == REBUILD_TENSOR).then_some(arguments)
}

/// `(storage, offset, size, stride, ...)`, where the storage is `('storage', type, key, location, length)`.
fn stored_tensor(
    pickle: &Pickle<'_>,
    name: &str,
    arguments: &[ValueId],
) -> Result<StoredTensor, PickleError> {
    let refuse = |reason| PickleError::Tensor { name: name.to_owned(), reason };
    let &[storage, offset, shape, strides, ..] = arguments else {
        return Err(refuse("is not described as PyTorch describes one"));
    };
    let storage = match pickle.value(storage) {
        Value::Persistent(id) => pickle.sequence(*id),
        _ => None,
    };
    let Some(&[_, storage_type, key, ..]) = storage else {
        return Err(refuse("has no storage"));
    };
    let storage_type = pickle.global(storage_type).unwrap_or_default();
    let sizes =
        |id| -> Option<Vec<usize>> { pickle.sequence(id)?.iter().map(|&item| pickle.size(item)).collect() };
    let (Some(key), Some(offset), Some(shape), Some(strides)) =
        (pickle.text(key), pickle.size(offset), sizes(shape), sizes(strides))
    else {
        return Err(refuse("is not described as PyTorch describes one"));
    };
    let dtype = value_type(&storage_type)
        .ok_or_else(|| refuse("holds values of another type than f16, bf16, f32, f64 and integers"))?;
    Ok(StoredTensor { key: key.to_owned(), dtype, shape, strides, offset })
}

fn value_type(storage_type: &str) -> Option<DType> {
    Some(match storage_type {
        "torch.FloatStorage" => DType::F32,
        "torch.DoubleStorage" => DType::F64,
        "torch.HalfStorage" => DType::F16,
        "torch.BFloat16Storage" => DType::BF16,
        "torch.LongStorage" => DType::I64,
        "torch.IntStorage" => DType::I32,
        "torch.ByteStorage" => DType::U8,
        _ => return None,
    })
}

impl StoredTensor {
    /// Whether the tensor lies within a storage of that size, and is not larger than it.
    ///
    /// # Errors
    /// Says which of the two it is not.
    pub fn check(&self, name: &str, storage_bytes: usize) -> Result<(), PickleError> {
        const MAX_AXES: usize = 8;
        let refuse = |reason| PickleError::Tensor { name: name.to_owned(), reason };
        if self.shape.len() != self.strides.len() || self.shape.len() > MAX_AXES {
            return Err(refuse("has axes that do not fit together"));
        }
        let capacity = storage_bytes / self.dtype.size_in_bytes();
        let values = self.shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
        // A step of 0 repeats values: a tensor of any size out of a storage of one value.
        if values.is_none_or(|values| values > capacity) {
            return Err(refuse("is larger than its storage"));
        }
        if self.end().is_none_or(|end| end > capacity) {
            return Err(refuse("reaches beyond its storage"));
        }
        Ok(())
    }

    /// Bytes of the tensor itself.
    pub fn size_bytes(&self) -> usize {
        self.shape.iter().product::<usize>() * self.dtype.size_in_bytes()
    }

    /// The tensor's values in row-major order, after a successful [`StoredTensor::check`].
    pub fn gather<'storage>(&self, storage: &'storage [u8]) -> Cow<'storage, [u8]> {
        let width = self.dtype.size_in_bytes();
        if self.is_contiguous() {
            let start = self.offset * width;
            return Cow::Borrowed(&storage[start..start + self.size_bytes()]);
        }
        let mut values = Vec::with_capacity(self.size_bytes());
        let mut index = vec![0; self.shape.len()];
        for _ in 0..self.shape.iter().product::<usize>() {
            let steps: usize = index.iter().zip(&self.strides).map(|(index, stride)| index * stride).sum();
            let start = (self.offset + steps) * width;
            values.extend_from_slice(&storage[start..start + width]);
            self.advance(&mut index);
        }
        Cow::Owned(values)
    }

    /// One past the last value; `None` beyond any memory.
    fn end(&self) -> Option<usize> {
        if self.shape.contains(&0) {
            return Some(self.offset);
        }
        let mut last = self.offset;
        for (size, stride) in self.shape.iter().zip(&self.strides) {
            last = last.checked_add((size - 1).checked_mul(*stride)?)?;
        }
        last.checked_add(1)
    }

    fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        for (size, stride) in self.shape.iter().zip(&self.strides).rev() {
            if *size > 1 && *stride != expected {
                return false;
            }
            expected *= size;
        }
        true
    }

    /// To the next place in row-major order.
    fn advance(&self, index: &mut [usize]) {
        for (place, size) in index.iter_mut().zip(&self.shape).rev() {
            *place += 1;
            if *place < *size {
                return;
            }
            *place = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(shape: &[usize], strides: &[usize], offset: usize) -> StoredTensor {
        StoredTensor {
            key: "0".to_owned(),
            dtype: DType::U8,
            shape: shape.to_vec(),
            strides: strides.to_vec(),
            offset,
        }
    }

    #[test]
    fn views_are_gathered_in_row_major_order() {
        let storage: Vec<u8> = (0..12).collect();
        let table: [(StoredTensor, &[u8]); 4] = [
            (tensor(&[2, 3], &[3, 1], 0), &[0, 1, 2, 3, 4, 5]),
            (tensor(&[2, 3], &[3, 1], 4), &[4, 5, 6, 7, 8, 9]),
            (tensor(&[3, 2], &[1, 3], 1), &[1, 4, 2, 5, 3, 6]),
            (tensor(&[], &[], 7), &[7]),
        ];
        for (tensor, expected) in table {
            tensor.check("weight", storage.len()).expect("it lies within");
            assert_eq!(tensor.gather(&storage), expected, "{tensor:?}");
        }
    }

    #[test]
    fn a_tensor_stays_within_its_storage() {
        let table = [
            (tensor(&[13], &[1], 0), "is larger than its storage"),
            (tensor(&[1 << 40], &[0], 0), "is larger than its storage"),
            (tensor(&[1 << 40, 1 << 40], &[0, 0], 0), "is larger than its storage"),
            (tensor(&[12], &[1], 1), "reaches beyond its storage"),
            (tensor(&[2], &[usize::MAX], 0), "reaches beyond its storage"),
            (tensor(&[1], &[1], usize::MAX), "reaches beyond its storage"),
            (tensor(&[2, 2], &[1], 0), "has axes that do not fit together"),
        ];
        for (tensor, expected) in table {
            let error = tensor.check("weight", 12).expect_err("it does not fit");
            assert!(error.to_string().contains(expected), "{tensor:?}: {error}");
        }
    }
}
