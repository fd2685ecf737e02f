//! Training heads: losses, optimisers, ridge and figures against PyTorch and NumPy, runs that are stopped and go on, and heads that become a
//! model's.

#[path = "training/efficiency.rs"]
mod efficiency;
#[path = "training/goldens.rs"]
mod goldens;
#[path = "training/heads.rs"]
mod heads;
#[path = "training/runs.rs"]
mod runs;
