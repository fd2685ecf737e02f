//! A pickle machine that only describes: each opcode adds at most one value, nothing is called, and what a pickle may
//! take is limited before it takes it.
//!
//! Source: the opcodes' documentation in CPython's `Lib/pickletools.py`, protocols 0 to 5.

use std::collections::HashMap;
use std::ops::Range;

use super::PickleError;
use super::value::{Pickle, Value, ValueId};

/// A ResNet-152's takes 0.1 MB; one with optimiser states a few times that.
const MAX_PICKLE_BYTES: usize = 16 << 20;
/// Some twenty values describe a tensor.
const MAX_VALUES: usize = 1_000_000;

/// Reads a pickle.
///
/// # Errors
/// If it is broken, or larger than a checkpoint's.
pub fn parse(bytes: &[u8]) -> Result<Pickle<'_>, PickleError> {
    if bytes.len() > MAX_PICKLE_BYTES {
        return Err(PickleError::TooLarge("it has more than 16 MiB"));
    }
    let mut machine = Machine { bytes, ..Machine::default() };
    loop {
        if let Some(root) = machine.step()? {
            return Ok(Pickle { bytes, values: machine.values, root });
        }
    }
}

#[derive(Default)]
struct Machine<'bytes> {
    bytes: &'bytes [u8],
    position: usize,
    values: Vec<Value>,
    stack: Vec<ValueId>,
    /// Heights of the stack at which MARK was seen.
    marks: Vec<usize>,
    memo: HashMap<u32, ValueId>,
}

impl Machine<'_> {
    /// Runs one opcode; the result, when it was the last.
    fn step(&mut self) -> Result<Option<ValueId>, PickleError> {
        match self.byte()? {
            b'.' => return self.pop().map(Some),
            // PROTO and FRAME say how the rest is written, which the rest says as well.
            0x80 => self.ignore(1)?,
            0x95 => self.ignore(8)?,
            b'(' => self.marks.push(self.stack.len()),
            // POP, and BUILD, which sets attributes: no tensor is one.
            b'0' | b'b' => {
                self.pop()?;
            }
            b'1' => {
                self.pop_to_mark()?;
            }
            b'2' => self.stack.push(self.top()?),
            opcode @ (b'q' | b'r' | b'p' | 0x94) => self.memoize(opcode)?,
            opcode @ (b'h' | b'j' | b'g') => self.recall(opcode)?,
            opcode @ (b'a' | b'e' | 0x90) => self.extend_sequence(opcode)?,
            opcode @ (b's' | b'u') => self.extend_dict(opcode)?,
            opcode => {
                let value = self.value(opcode)?;
                self.push(value)?;
            }
        }
        Ok(None)
    }

    /// What an opcode that makes a value makes.
    fn value(&mut self, opcode: u8) -> Result<Value, PickleError> {
        Ok(match opcode {
            b'N' | 0x88 | 0x89 => Value::Other,
            b'J' | b'K' | b'M' | b'I' | b'L' | 0x8a | 0x8b => self.integer(opcode)?,
            b'G' => self.skip(8)?,
            b'F' => {
                self.line()?;
                Value::Other
            }
            b'X' | 0x8c | 0x8d | b'V' | b'T' | b'U' | b'S' => Value::Text(self.text(opcode)?),
            b'B' => self.skip_counted(4)?,
            b'C' => self.skip_counted(1)?,
            0x8e | 0x96 => self.skip_counted(8)?,
            b')' | b']' | 0x8f => Value::Sequence(Vec::new()),
            b't' | b'l' | 0x91 => Value::Sequence(self.pop_to_mark()?),
            0x85 => Value::Sequence(self.pop_many(1)?),
            0x86 => Value::Sequence(self.pop_many(2)?),
            0x87 => Value::Sequence(self.pop_many(3)?),
            b'}' => Value::Dict(Vec::new()),
            b'd' => Value::Dict(self.pairs()?),
            b'c' => Value::Global { module: self.line()?, name: self.line()? },
            0x93 => self.stack_global()?,
            b'R' | 0x81 => self.call()?,
            0x92 => {
                // NEWOBJ_EX has keyword arguments on top.
                self.pop()?;
                self.call()?
            }
            b'i' => self.instance()?,
            b'o' => self.object()?,
            b'Q' => Value::Persistent(self.pop()?),
            b'P' => {
                self.line()?;
                Value::Other
            }
            _ => return Err(self.malformed("an opcode that no checkpoint has")),
        })
    }

    /// OrderedDicts are the one call whose result matters: an empty dict that is filled afterwards.
    fn call(&mut self) -> Result<Value, PickleError> {
        let (arguments, callable) = (self.pop()?, self.pop()?);
        let is_ordered_dict = match &self.values[callable as usize] {
            Value::Global { module, name } => {
                self.bytes[module.clone()] == *b"collections" && self.bytes[name.clone()] == *b"OrderedDict"
            }
            _ => false,
        };
        Ok(if is_ordered_dict { Value::Dict(Vec::new()) } else { Value::Call { callable, arguments } })
    }

    fn stack_global(&mut self) -> Result<Value, PickleError> {
        let (name, module) = (self.pop()?, self.pop()?);
        match (&self.values[module as usize], &self.values[name as usize]) {
            (Value::Text(module), Value::Text(name)) => {
                Ok(Value::Global { module: module.clone(), name: name.clone() })
            }
            _ => Err(self.malformed("a global whose name is no text")),
        }
    }

    /// INST: a class by name and its arguments above the mark.
    fn instance(&mut self) -> Result<Value, PickleError> {
        let global = Value::Global { module: self.line()?, name: self.line()? };
        let arguments = Value::Sequence(self.pop_to_mark()?);
        Ok(Value::Call { callable: self.add(global)?, arguments: self.add(arguments)? })
    }

    /// OBJ: a class and its arguments above the mark.
    fn object(&mut self) -> Result<Value, PickleError> {
        let mut items = self.pop_to_mark()?;
        if items.is_empty() {
            return Err(self.malformed("an object without a class"));
        }
        let callable = items.remove(0);
        Ok(Value::Call { callable, arguments: self.add(Value::Sequence(items))? })
    }

    fn memoize(&mut self, opcode: u8) -> Result<(), PickleError> {
        let key = match opcode {
            0x94 => u32::try_from(self.memo.len()).ok(),
            _ => self.memo_key(opcode)?,
        };
        let key = key.ok_or_else(|| self.malformed("a memo without a number"))?;
        if self.memo.len() >= MAX_VALUES {
            return Err(PickleError::TooLarge("it stores more than a million values"));
        }
        self.memo.insert(key, self.top()?);
        Ok(())
    }

    fn recall(&mut self, opcode: u8) -> Result<(), PickleError> {
        let key = self.memo_key(opcode)?;
        let value = key.and_then(|key| self.memo.get(&key)).copied();
        self.stack.push(value.ok_or_else(|| self.malformed("a value that was never stored"))?);
        Ok(())
    }

    fn memo_key(&mut self, opcode: u8) -> Result<Option<u32>, PickleError> {
        Ok(match opcode {
            b'q' | b'h' => Some(u32::from(self.byte()?)),
            b'r' | b'j' => u32::try_from(self.unsigned(4)?).ok(),
            _ => self.number_line()?.and_then(|number| u32::try_from(number).ok()),
        })
    }

    /// APPEND, APPENDS, ADDITEMS.
    fn extend_sequence(&mut self, opcode: u8) -> Result<(), PickleError> {
        let items = if opcode == b'a' { self.pop_many(1)? } else { self.pop_to_mark()? };
        let target = self.top()?;
        match &mut self.values[target as usize] {
            Value::Sequence(sequence) => sequence.extend(items),
            // A list of a class of its own; what it holds is no tensor.
            Value::Call { .. } => {}
            _ => return Err(self.malformed("items for what is no list")),
        }
        Ok(())
    }

    /// SETITEM, SETITEMS.
    fn extend_dict(&mut self, opcode: u8) -> Result<(), PickleError> {
        let pairs = if opcode == b's' { pair_up(&self.pop_many(2)?) } else { self.pairs()? };
        let target = self.top()?;
        match &mut self.values[target as usize] {
            Value::Dict(dict) => dict.extend(pairs),
            Value::Call { .. } => {}
            _ => return Err(self.malformed("items for what is no dict")),
        }
        Ok(())
    }

    fn pairs(&mut self) -> Result<Vec<(ValueId, ValueId)>, PickleError> {
        let items = self.pop_to_mark()?;
        if items.len().is_multiple_of(2) {
            Ok(pair_up(&items))
        } else {
            Err(self.malformed("a key without a value"))
        }
    }

    fn integer(&mut self, opcode: u8) -> Result<Value, PickleError> {
        let number = match opcode {
            b'K' => self.unsigned(1)?.cast_signed(),
            b'M' => self.unsigned(2)?.cast_signed(),
            b'J' => i64::from((self.unsigned(4)? as u32).cast_signed()),
            b'I' | b'L' => match self.number_line()? {
                Some(number) => number,
                None => return Ok(Value::Other),
            },
            _ => {
                let length = self.count(if opcode == 0x8a { 1 } else { 4 })?;
                return Ok(self.long(length)?.map_or(Value::Other, Value::Integer));
            }
        };
        Ok(Value::Integer(number))
    }

    /// Two's complement of `length` bytes; `None` for more than eight.
    fn long(&mut self, length: usize) -> Result<Option<i64>, PickleError> {
        let range = self.take(length)?;
        let bytes = &self.bytes[range];
        let sign = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
        let mut extended = [sign; 8];
        let Some(target) = extended.get_mut(..length) else { return Ok(None) };
        target.copy_from_slice(bytes);
        Ok(Some(i64::from_le_bytes(extended)))
    }

    fn text(&mut self, opcode: u8) -> Result<Range<usize>, PickleError> {
        let length_bytes = match opcode {
            b'X' | b'T' => 4,
            0x8c | b'U' => 1,
            0x8d => 8,
            _ => return self.line(),
        };
        let length = self.count(length_bytes)?;
        self.take(length)
    }

    fn ignore(&mut self, length: usize) -> Result<(), PickleError> {
        self.take(length).map(|_| ())
    }

    fn skip(&mut self, length: usize) -> Result<Value, PickleError> {
        self.ignore(length)?;
        Ok(Value::Other)
    }

    fn skip_counted(&mut self, length_bytes: usize) -> Result<Value, PickleError> {
        let length = self.count(length_bytes)?;
        self.skip(length)
    }

    fn count(&mut self, length_bytes: usize) -> Result<usize, PickleError> {
        let count = self.unsigned(length_bytes)?;
        usize::try_from(count).map_err(|_| self.malformed("a length beyond any file"))
    }

    fn unsigned(&mut self, length: usize) -> Result<u64, PickleError> {
        let mut extended = [0; 8];
        let range = self.take(length)?;
        extended[..length].copy_from_slice(&self.bytes[range]);
        Ok(u64::from_le_bytes(extended))
    }

    fn byte(&mut self) -> Result<u8, PickleError> {
        let range = self.take(1)?;
        Ok(self.bytes[range.start])
    }

    /// The next bytes, without their newline.
    fn line(&mut self) -> Result<Range<usize>, PickleError> {
        let length = self.bytes[self.position..].iter().position(|&byte| byte == b'\n');
        let length = length.ok_or_else(|| self.malformed("a line that does not end"))?;
        let range = self.take(length)?;
        self.take(1)?;
        Ok(range)
    }

    /// A decimal number, as protocol 0 writes it; a long one ends in `L`.
    fn number_line(&mut self) -> Result<Option<i64>, PickleError> {
        let range = self.line()?;
        let text = std::str::from_utf8(&self.bytes[range]).unwrap_or_default();
        Ok(text.trim_end_matches('L').parse().ok())
    }

    fn take(&mut self, length: usize) -> Result<Range<usize>, PickleError> {
        let end = self.position.checked_add(length).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or_else(|| self.malformed("it ends too early"))?;
        let range = self.position..end;
        self.position = end;
        Ok(range)
    }

    fn push(&mut self, value: Value) -> Result<(), PickleError> {
        let id = self.add(value)?;
        self.stack.push(id);
        Ok(())
    }

    fn add(&mut self, value: Value) -> Result<ValueId, PickleError> {
        if self.values.len() >= MAX_VALUES {
            return Err(PickleError::TooLarge("it describes more than a million values"));
        }
        let id = ValueId::try_from(self.values.len()).expect("a million fits in 32 bits");
        self.values.push(value);
        Ok(id)
    }

    fn top(&self) -> Result<ValueId, PickleError> {
        self.stack.last().copied().ok_or_else(|| self.malformed("nothing is on the stack"))
    }

    fn pop(&mut self) -> Result<ValueId, PickleError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(self.malformed("nothing is on the stack"));
        }
        Ok(self.stack.pop().expect("it is higher than its floor"))
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<ValueId>, PickleError> {
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(self.pop()?);
        }
        items.reverse();
        Ok(items)
    }

    fn pop_to_mark(&mut self) -> Result<Vec<ValueId>, PickleError> {
        let mark = self.marks.pop().ok_or_else(|| self.malformed("no mark is on the stack"))?;
        Ok(self.stack.split_off(mark))
    }

    fn malformed(&self, reason: &'static str) -> PickleError {
        PickleError::Malformed { position: self.position, reason }
    }
}

fn pair_up(items: &[ValueId]) -> Vec<(ValueId, ValueId)> {
    let (pairs, _) = items.as_chunks::<2>();
    pairs.iter().map(|&[key, value]| (key, value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(bytes: &[u8]) -> String {
        parse(bytes).expect_err("it is broken").to_string()
    }

    #[test]
    fn a_call_is_described_and_never_made() {
        let pickle = parse(b"cos\nsystem\n(S'echo'\ntR.").expect("a pickle");
        let Value::Call { callable, .. } = pickle.value(pickle.root) else { panic!("{:?}", pickle.root) };
        assert_eq!(pickle.global(*callable).as_deref(), Some("os.system"));
    }

    #[test]
    fn values_are_read() {
        // {'a': (258, -1, 2**40), 'b': [True]} as protocol 2 writes it.
        let bytes =
            b"\x80\x02}(X\x01\x00\x00\x00aM\x02\x01J\xff\xff\xff\xff\x8a\x06\x00\x00\x00\x00\x00\x01\x87\
                      X\x01\x00\x00\x00b]\x88au.";
        let pickle = parse(bytes).expect("a pickle");
        let Value::Dict(pairs) = pickle.value(pickle.root) else { panic!("{:?}", pickle.values) };
        assert_eq!(pickle.text(pairs[0].0), Some("a"));
        let numbers: Vec<i64> = pickle
            .sequence(pairs[0].1)
            .expect("a tuple")
            .iter()
            .map(|&id| match pickle.value(id) {
                Value::Integer(number) => *number,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(numbers, [258, -1, 1 << 40]);
        assert_eq!(pickle.sequence(pairs[1].1).map(<[ValueId]>::len), Some(1));
    }

    #[test]
    fn a_value_that_is_named_often_is_held_once() {
        // A list doubled sixty times: 2**60 items if they were copied.
        let mut bytes = b"\x80\x02]q\x00".to_vec();
        for _ in 0..60 {
            bytes.extend_from_slice(b"h\x00h\x00\x86q\x00");
        }
        bytes.push(b'.');
        assert_eq!(parse(&bytes).expect("a pickle").values.len(), 61);
    }

    #[test]
    fn a_list_may_hold_itself() {
        let pickle = parse(b"]q\x00h\x00a.").expect("a pickle");
        assert_eq!(pickle.sequence(pickle.root), Some([pickle.root].as_slice()));
    }

    #[test]
    fn what_is_broken_is_refused() {
        let table: [(&[u8], &str); 9] = [
            (b"", "ends too early"),
            (b".", "nothing is on the stack"),
            (b"X\xff\xff\xff\xff", "ends too early"),
            (b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff", "ends too early"),
            (b"t.", "no mark"),
            (b"(0.", "nothing is on the stack"),
            (b"h\x07.", "never stored"),
            (b"cos\nsystem", "does not end"),
            (b"\x82\x01.", "opcode"),
        ];
        for (bytes, expected) in table {
            assert!(error(bytes).contains(expected), "{bytes:?}: {}", error(bytes));
        }
    }

    #[test]
    fn a_pickle_has_limits() {
        assert!(error(&vec![b'N'; MAX_VALUES + 1]).contains("a million values"));
        assert!(error(&vec![b'('; MAX_PICKLE_BYTES + 1]).contains("16 MiB"));
    }
}
