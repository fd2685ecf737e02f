//! Backbone Explorer's server. `http` answers visitors and asks `inference`; `inference` owns the loaded `models` on a
//! thread per device; `analysis` is pure functions on tensors. The browser's side is known in `http/pages.rs` alone.

pub mod http;
pub mod models;
pub mod samples;
