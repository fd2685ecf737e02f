//! Training heads: losses, optimisers, ridge and figures against PyTorch and NumPy, runs that are stopped and go on, heads that become a
//! model's, and tails that are trained with them.

#[path = "training/efficiency.rs"]
mod efficiency;
#[path = "training/goldens.rs"]
mod goldens;
#[path = "training/heads.rs"]
mod heads;
#[path = "training/runs.rs"]
mod runs;
#[path = "training/tails.rs"]
mod tails;
#[path = "training/tuning.rs"]
mod tuning;
