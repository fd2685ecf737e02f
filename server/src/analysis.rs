//! Pure functions of what the models computed: plain numbers in, plain numbers out. No tensor of candle, no device, no
//! request is known here.

pub mod array;
pub mod attention;
pub mod change;
pub mod cholesky;
pub mod cka;
pub mod class_map;
pub mod classification;
pub mod cover;
pub mod maps;
pub mod permutation;
pub mod receptive;
pub mod similarity;
pub mod slice;
pub mod statistics;
pub mod top_k;

pub use array::Array;
pub use slice::{Slice, SliceError};
pub use top_k::{RankedClass, rank};
