//! What a pickle describes: values that name each other by their place in a list. A pickle can name one value many
//! times, or a value inside itself, and takes no more memory for it.

use std::ops::Range;

/// Place of a value in [`Pickle::values`].
pub type ValueId = u32;

/// A value. Text is a range of the pickle's bytes.
#[derive(Clone, Debug)]
pub enum Value {
    /// `None`, a bool, a float, bytes and whatever else describes no tensor.
    Other,
    /// An integer of up to eight bytes.
    Integer(i64),
    /// A string.
    Text(Range<usize>),
    /// A tuple, list or set.
    Sequence(Vec<ValueId>),
    /// A dict or OrderedDict, in order.
    Dict(Vec<(ValueId, ValueId)>),
    /// A class or function by name. It is never looked up.
    Global {
        /// Its module.
        module: Range<usize>,
        /// Its name.
        name: Range<usize>,
    },
    /// What Python would call: the callable and its arguments. It is never called.
    Call {
        /// Usually a global.
        callable: ValueId,
        /// Usually a tuple.
        arguments: ValueId,
    },
    /// A storage outside the pickle.
    Persistent(ValueId),
}

/// Every value of a pickle and the one that it is about.
#[derive(Debug)]
pub struct Pickle<'bytes> {
    /// The pickle.
    pub bytes: &'bytes [u8],
    /// All values.
    pub values: Vec<Value>,
    /// What unpickling would return.
    pub root: ValueId,
}

impl Pickle<'_> {
    /// A value.
    pub fn value(&self, id: ValueId) -> &Value {
        &self.values[id as usize]
    }

    /// The text of a string.
    pub fn text(&self, id: ValueId) -> Option<&str> {
        match self.value(id) {
            Value::Text(range) => std::str::from_utf8(&self.bytes[range.clone()]).ok(),
            _ => None,
        }
    }

    /// The items of a tuple or list.
    pub fn sequence(&self, id: ValueId) -> Option<&[ValueId]> {
        match self.value(id) {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// A length, offset or step: an integer that is not negative.
    pub fn size(&self, id: ValueId) -> Option<usize> {
        match self.value(id) {
            Value::Integer(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }

    /// `module.name` of a global.
    pub fn global(&self, id: ValueId) -> Option<String> {
        match self.value(id) {
            Value::Global { module, name } => {
                let text = |range: &Range<usize>| String::from_utf8_lossy(&self.bytes[range.clone()]);
                Some(format!("{}.{}", text(module), text(name)))
            }
            _ => None,
        }
    }
}
