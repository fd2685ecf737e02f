//! Pictures in memory, addressed by their content: taken in, decoded off the async threads, made into the models' inputs once,
//! and held within a bound of bytes and time. Never on disk. Stands between `http`, which receives the bytes, and
//! `inference`, which reads the inputs; it runs no model.

mod decoders;
mod intake;
mod prepared;
mod rendering;
mod store;

pub use decoders::Decoders;
pub use intake::{ImageLimits, Images, IntakeError};
pub use prepared::{ImageId, ModelInput, StoredImage};
