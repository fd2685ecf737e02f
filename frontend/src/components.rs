//! What the page is made of, a component a file.
//!
//! Views keep their types: `-> impl IntoView`, `Either` where branches differ. `into_any()` brings, for every view that it
//! erases, an asynchronous hydration that this page never uses; erasing each component made the module a third larger
//! (measured: 811 kB against 560 kB before wasm-opt). Closures, though, are boxed: see `live`. What never changes is
//! rendered by the server alone (`still`), and what a first visit does not need comes later (`part`).

pub mod again;
pub mod choice;
pub mod class_row;
pub mod cropped_picture;
pub mod figure;
pub mod heat_map;
pub mod in_sight;
pub mod learning;
pub mod lenses;
pub mod link;
pub mod live;
pub mod model_bar;
pub mod page_footer;
pub mod page_header;
pub mod part;
pub mod picture_reading;
pub mod pipeline;
pub mod save_file;
pub mod section;
pub mod share_bar;
pub mod specifications;
pub mod specimen_panel;
pub mod stages;
pub mod still;
pub mod term;
pub mod theme_switch;
pub mod training;
pub mod trouble;
