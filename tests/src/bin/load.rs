//! Puts a running explorer under load and compares every answer with the one that a single client got before.
//!
//!     load --url http://127.0.0.1:3000 --photos FOLDER [--pid PID] [--write docs/performance.md]
//!
//! Two scenes. *Predictions*: so many clients send picture after picture, each a new one to the server, and wait for both models' answers.
//! *Lecture*: 300 clients send a photo each at the same moment, wait for both answers, and then look at it from all sides.

#[path = "load/expected.rs"]
mod expected;
#[path = "load/photos.rs"]
mod photos;
#[path = "load/report.rs"]
mod report;
#[path = "load/scenes.rs"]
mod scenes;
#[path = "load/views.rs"]
mod views;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;

use expected::Expected;
use photos::Photos;
use report::{Report, peak_memory_bytes};
use scenes::Outcome;

/// Puts a running explorer under load.
#[derive(Debug, Parser)]
struct Options {
    /// Where the explorer runs.
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,
    /// A folder of JPEG photos.
    #[arg(long)]
    photos: PathBuf,
    /// Clients of each run of the first scene.
    #[arg(long, value_delimiter = ',', default_value = "1,8,32,300")]
    clients: Vec<usize>,
    /// How long each run of the first scene takes.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Clients of the second scene.
    #[arg(long, default_value_t = 300)]
    audience: usize,
    /// How long the second scene takes.
    #[arg(long, default_value_t = 120)]
    lecture_seconds: u64,
    /// The server's process, whose memory is looked at.
    #[arg(long)]
    pid: Option<u32>,
    /// Also write the tables to this file, below its heading `## Serving`.
    #[arg(long)]
    write: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let photos = Photos::read(&options.photos)?;
    let expected = Expected::ask(&options.url, &photos).context("asking as a single client")?;
    let before = options.pid.and_then(peak_memory_bytes);
    let mut predictions = Vec::new();
    for &clients in &options.clients {
        eprintln!("{clients} clients send pictures for {} s", options.seconds);
        let length = Duration::from_secs(options.seconds);
        predictions.push(scenes::predictions(&options.url, &photos, &expected, clients, length));
    }
    eprintln!("{} clients in a lecture of {} s", options.audience, options.lecture_seconds);
    let length = Duration::from_secs(options.lecture_seconds);
    let lecture = scenes::lecture(&options.url, &photos, &expected, options.audience, length);
    let memory_bytes = [before, options.pid.and_then(peak_memory_bytes)];
    let report = Report { predictions: &predictions, lecture: &lecture, memory_bytes };
    println!("{report}");
    if let Some(path) = &options.write {
        report.write(path)?;
    }
    predictions.iter().chain([&lecture]).try_for_each(Outcome::check)
}
