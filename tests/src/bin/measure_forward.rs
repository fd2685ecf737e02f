//! Times single forward passes when it is told to, so that they can be alternated with those of other runtimes:
//! `peers/compare.py`, started by `cargo xtask bench --peers`, makes the models, asks and compares.
//!
//!     measure_forward FOLDER [--device cuda:0] [--precision bf16]
//!
//! FOLDER holds `images.npy` and a folder with `model.safetensors` for each model. A line on standard input is `MODEL BATCH KIND`
//! and, where the outputs shall be compared, a folder that they are written to as `.npy`; it is answered by a line of JSON. The kinds
//! are `bare`, `nodes` (every node kept, of a sum its terms), `views` (and looked at), `candle-transformers` (that crate's model of the same size) and
//! `times` (what each node of a pass takes: the line of JSON has them as `nodes`).

#[path = "measure_forward/candle_models.rs"]
mod candle_models;
#[path = "measure_forward/subject.rs"]
mod subject;

use std::collections::BTreeMap;
use std::io::{Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use candle_core::{Device, Tensor};
use clap::Parser;
use server::device::{DeviceChoice, Precision, to_host};
use server::models::parameters::Placement;

use candle_models::CandleModel;
use subject::Subject;

/// Times forward passes as it is told on standard input.
#[derive(Debug, Parser)]
struct Options {
    /// The folder that peers/compare.py made.
    folder: PathBuf,
    /// Where the models run.
    #[arg(long, default_value = "cpu")]
    device: DeviceChoice,
    /// Numbers that they compute in.
    #[arg(long, value_enum, default_value_t)]
    precision: Precision,
}

/// What a pass gave, by name.
type Outputs = BTreeMap<&'static str, Tensor>;

/// What has been loaded. One model of each kind at a time: they are asked for one after another.
struct Session {
    folder: PathBuf,
    /// On the device, where they are before a pass is timed.
    images: Tensor,
    placement: Placement,
    subject: Option<(String, Subject)>,
    candle_model: Option<(String, CandleModel)>,
}

fn main() -> Result<()> {
    // As the server does.
    server::device::prepare_cpu(None);
    let Options { folder, device, precision } = Options::parse();
    let device = device.open()?.into_iter().next().context("there is no device")?.device;
    let path = folder.join("images.npy");
    let images = Tensor::read_npy(&path).with_context(|| path.display().to_string())?.to_device(&device)?;
    let placement = Placement::on(&device, precision)?;
    let mut session = Session { folder, images, placement, subject: None, candle_model: None };
    for line in stdin().lines() {
        let line = line?;
        let answer = session.answer(&line).with_context(|| format!("at {line:?}"))?;
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}

impl Session {
    fn answer(&mut self, line: &str) -> Result<serde_json::Value> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (model, batch, kind, outputs_folder) = match words.as_slice() {
            [model, batch, kind] => (*model, *batch, *kind, None),
            [model, batch, kind, folder] => (*model, *batch, *kind, Some(*folder)),
            _ => bail!("a line is MODEL BATCH KIND, or MODEL BATCH KIND FOLDER"),
        };
        let images = self.images.narrow(0, 0, batch.parse().context("the batch is a number")?)?;
        let device = &images.device().clone();
        let (forward_ms, outputs) = match kind {
            "bare" => {
                let subject = self.subject(model)?;
                timed(device, || subject.bare(&images))?
            }
            "nodes" => {
                let subject = self.subject(model)?;
                let (forward_ms, nodes) = timed(device, || subject.nodes(&images))?;
                let logits = nodes.tensor(&"logits".into())?.context("a pass ends with the logits")?;
                (forward_ms, Outputs::from([("logits", logits)]))
            }
            "views" => {
                let subject = self.subject(model)?;
                timed(device, || subject.views(&images))?
            }
            "times" => return self.subject(model)?.times(&images),
            "candle-transformers" => {
                let model = self.candle_model(model)?;
                timed(device, || Ok(Outputs::from([("logits", model.forward(&images)?)])))?
            }
            _ => bail!("{kind} is no kind of pass: bare, nodes, views, times or candle-transformers"),
        };
        if let Some(folder) = outputs_folder {
            for (name, tensor) in &outputs {
                to_host(tensor)?.write_npy(Path::new(folder).join(format!("{name}.npy")))?;
            }
        }
        Ok(serde_json::json!({ "forward_ms": forward_ms }))
    }

    fn subject(&mut self, model: &str) -> Result<&Subject> {
        if self.subject.as_ref().is_none_or(|(name, _subject)| name != model) {
            let path = self.folder.join(model).join("model.safetensors");
            self.subject = Some((model.to_owned(), Subject::load(&path, &self.placement)?));
        }
        Ok(&self.subject.as_ref().expect("it was just loaded").1)
    }

    fn candle_model(&mut self, model: &str) -> Result<&CandleModel> {
        if self.candle_model.as_ref().is_none_or(|(name, _model)| name != model) {
            self.candle_model = Some((model.to_owned(), CandleModel::random(model, self.images.device())?));
        }
        Ok(&self.candle_model.as_ref().expect("it was just made").1)
    }
}

/// Milliseconds of a pass and what it gave. Giving its memory back is not in the time, as it is not for the others.
fn timed<T>(device: &Device, pass: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
    device.synchronize()?;
    let started = Instant::now();
    let result = pass()?;
    // What a GPU has been given is not done yet.
    device.synchronize()?;
    Ok((started.elapsed().as_secs_f64() * 1e3, result))
}
