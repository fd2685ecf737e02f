//! Training heads: losses, optimisers, ridge and figures against PyTorch and NumPy, runs that are stopped and go on, heads that become a
//! model's, tails that are trained with them; small models from scratch.

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
#[path = "training/tails.rs"]
mod tails;
#[path = "training/tuning.rs"]
mod tuning;
