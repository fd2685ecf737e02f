//! Backbone Explorer's server. `http` answers visitors and asks `inference`; `views` puts together what is asked of a picture; `inference` owns the
//! loaded `models` on a thread per device; `analysis` is pure functions on tensors. The browser's side is known in `http/pages.rs` alone.

pub mod analysis;
pub mod cache;
pub mod command;
pub mod comparison;
pub mod config;
pub mod dataset;
pub mod device;
pub mod fingerprint;
pub mod http;
pub mod images;
pub mod inference;
pub mod kernels;
pub mod models;
pub mod runs;
pub mod safe_file;
pub mod samples;
pub mod stop_flag;
pub mod telemetry;
pub mod training;
pub mod views;
