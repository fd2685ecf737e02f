//! Training heads: losses, optimisers, ridge and figures against PyTorch and NumPy, runs that are stopped and go on, and heads that become a
//! model's; small models from scratch.

#[path = "training/efficiency.rs"]
mod efficiency;
#[path = "training/from_scratch.rs"]
mod from_scratch;
#[path = "training/goldens.rs"]
mod goldens;
#[path = "training/heads.rs"]
mod heads;
#[path = "training/runs.rs"]
mod runs;
