//! The page, rendered by the server and hydrated in the browser. `App` is a pure function of the first state and the view;
//! both sides call it with the same two values and get the same document. The only crate that knows HTML.

// The views are deep types; the compiler's default depth is too small for them.
#![recursion_limit = "256"]

pub mod api;
mod app;
pub mod components;
#[cfg(feature = "ssr")]
pub mod document;
pub mod drawing;
#[cfg(feature = "hydrate")]
mod hydrate;
pub mod i18n;
pub mod state;

pub use app::App;
