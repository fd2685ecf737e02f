//! Where a part of the page goes: into the server's document, or over what the browser has of it. Both sides have the same
//! names.
//!
//! A part keeps the type of its view until it is placed, because erasing it earlier would compile all of it once more.

#[cfg(not(feature = "ssr"))]
mod browser;
#[cfg(feature = "ssr")]
mod document;

#[cfg(not(feature = "ssr"))]
pub use browser::{Place, Placed, rendered};
#[cfg(feature = "ssr")]
pub use document::{Place, Placed, rendered};
