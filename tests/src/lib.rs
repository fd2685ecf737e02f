//! What the tests across crates share.

pub mod browser;
pub mod checkpoint_files;
pub mod client;
pub mod configurations;
pub mod difference;
pub mod explorer;
pub mod golden_nodes;
pub mod golden_views;
pub mod hostile_images;
pub mod hub_server;
pub mod lenses;
pub mod page_states;
pub mod photo_folders;
pub mod site;
pub mod synthetic;
pub mod training_server;
pub mod training_states;
