//! Converts checkpoints into the demo weights that ship in `assets/weights`: `cargo xtask weights` runs it. What is said
//! of each lies beside it as `NAME.card.json`, and goes into the metadata of `NAME.gguf`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser;
use server::models::checkpoint::Checkpoint;
use server::models::checkpoint::export::{Card, write_f32, write_gguf};
use server::models::labels::{self, LabelChoice};
use server::models::source::demo_file;
use shared::ModelSlot;

/// Converts the demo weights.
#[derive(Debug, Parser)]
#[command(arg_required_else_help = true)]
struct Options {
    /// Folder of the original checkpoints, NAME.safetensors, of which the demo weights are made anew.
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
    /// Folder of the cards, NAME.card.json, and of the demo weights, NAME.gguf.
    #[arg(long, value_name = "FOLDER", default_value = "assets/weights")]
    weights: PathBuf,
    /// Writes the dequantised demo weights, NAME.f32.safetensors, under torchvision's and timm's names.
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "target/weights")]
    export_f32: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    for slot in ModelSlot::ALL {
        let name = demo_file(slot).trim_end_matches(".gguf");
        let demo = options.weights.join(demo_file(slot));
        if let Some(folder) = &options.from {
            let original = folder.join(format!("{name}.safetensors"));
            convert(&original, &options.weights.join(format!("{name}.card.json")), &demo)?;
        }
        let checkpoint = Checkpoint::open(&demo).with_context(|| demo.display().to_string())?;
        let megabytes = checkpoint.identity.size_bytes as f64 / 1e6;
        println!("{}: {megabytes:.1} MB, BLAKE3 {}", demo.display(), checkpoint.identity.blake3);
        if let Some(folder) = &options.export_f32 {
            std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
            let exported = folder.join(format!("{name}.f32.safetensors"));
            write_f32(&checkpoint, &exported)?;
            println!("{}", exported.display());
        }
    }
    Ok(())
}

fn convert(original: &Path, card: &Path, target: &Path) -> Result<()> {
    let checkpoint = Checkpoint::open(original).with_context(|| original.display().to_string())?;
    let text = std::fs::read(card).with_context(|| card.display().to_string())?;
    let card: Card = serde_json::from_slice(&text).with_context(|| card.display().to_string())?;
    let Some(names) = &checkpoint.description.labels else {
        bail!("{} does not name its classes", original.display());
    };
    let labels = labels::choose(&LabelChoice {
        num_classes: checkpoint.architecture.num_classes(),
        file: None,
        checkpoint: Some(names),
        checkpoint_set: Some(&card.label_set),
    })?;
    write_gguf(&checkpoint, &card, &labels.names, target)?;
    Ok(())
}
