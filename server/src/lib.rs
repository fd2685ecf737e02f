//! Backbone Explorer's server. `http` answers visitors and asks `inference`; `views` puts together what is asked of a picture; `inference` owns the
//! loaded `models` on a thread per device; `analysis` is pure functions on tensors. The browser's side is known in `http/pages.rs` alone.

pub mod analysis;
pub mod cache;
pub mod comparison;
pub mod config;
pub mod device;
pub mod http;
pub mod images;
pub mod inference;
pub mod kernels;
pub mod models;
pub mod samples;
pub mod telemetry;
pub mod views;
