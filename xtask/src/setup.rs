//! What a bare machine lacks, fetched when it is first needed.

pub mod apt;
pub mod browser;
pub mod npm;
pub mod wasm_std;
pub mod wasm_target;
