//! Geometry and colour of the figures: pure functions of a model's graph or of a grid of values, without DOM and signals,
//! so that they are tested natively.

pub mod alike_layers;
pub mod attention;
pub mod axis;
pub mod bands;
pub mod channels;
pub mod chart;
pub mod colour;
pub mod columns;
pub mod contributions;
pub mod crop;
pub mod fan;
pub mod flow;
pub mod grid;
pub mod inside;
pub mod layers;
pub mod lens;
pub mod logit_lens;
pub mod mark;
pub mod measured_layers;
pub mod normalised;
pub mod patches;
pub mod pixels;
pub mod planes;
pub mod profile;
pub mod reach;
pub mod receptive;
pub mod similarity;
pub mod slab;
pub mod softmax;
pub mod specification;
pub mod stage;
pub mod tile;
pub mod tiles;
pub mod walk;
