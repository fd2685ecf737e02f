//! What came of the load, as Markdown.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::scenes::Outcome;

/// Where the tables stand in a document; what comes before it is not touched.
const HEADING: &str = "## Serving";

/// All scenes.
pub struct Report<'a> {
    /// The runs of the first scene.
    pub predictions: &'a [Outcome],
    /// The second scene.
    pub lecture: &'a Outcome,
    /// The server's largest memory before and after; `None` where the system does not tell.
    pub memory_bytes: [Option<u64>; 2],
}

impl Report<'_> {
    /// Writes the tables to a document, in place of those that it has.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let document = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let before = document.split(HEADING).next().unwrap_or_default().trim_end();
        let text = format!("{before}\n\n{HEADING}\n\n{self}");
        std::fs::write(path, text).with_context(|| path.display().to_string())
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "`cargo xtask bench --load --write docs/performance.md` measures and writes this part: a server with the demo weights and clients on the \
             same machine. A client sends a picture that the server has not seen, and waits for both models' answers; a full server is asked again after the \
             time that it says. Every answer was compared with the one that a single client got before (1e-4 of the largest magnitude).\n"
        )?;
        writeln!(
            formatter,
            "| Clients | pictures a second | median, s | 99 of 100 within, s | refused for the moment | failed |"
        )?;
        writeln!(
            formatter,
            "|--------:|------------------:|----------:|--------------------:|-----------------------:|-------:|"
        )?;
        for Outcome { clients, length, answers, num_refusals, failures, .. } in self.predictions {
            let [median, most] = [50, 99].map(|percent| seconds(answers, percent));
            let rate = answers.len() as f64 / length.as_secs_f64();
            let failed = failures.len();
            writeln!(formatter, "| {clients} | {rate:.1} | {median} | {most} | {num_refusals} | {failed} |")?;
        }
        let Outcome { clients, length, answers, views, num_refusals, failures } = self.lecture;
        let [median, most] = [50, 99].map(|percent| seconds(answers, percent));
        let [view_median, view_most] = [50, 99].map(|percent| seconds(views, percent));
        writeln!(
            formatter,
            "\nA lecture: {clients} clients send a photo each at the same moment, then look at it from all sides for {:.0} s, each at a view for up to \
             two seconds before the next. Both answers came after {median} s (median; 99 of 100 within {most} s); {} views came after {view_median} s (99 of \
             100 within {view_most} s). {num_refusals} requests were refused for the moment with the time to come back, {} failed.",
            length.as_secs_f64(),
            views.len(),
            failures.len()
        )?;
        if let [Some(before), Some(after)] = self.memory_bytes {
            let [before, after] = [before, after].map(|bytes| bytes / 1_000_000);
            writeln!(
                formatter,
                "\nThe server's memory was {before} MB at most before, and {after} MB at most in all."
            )?;
        }
        Ok(())
    }
}

/// A percentile.
fn seconds(durations: &[Duration], percent: usize) -> String {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).map_or_else(|| "-".to_owned(), |duration| format!("{:.2}", duration.as_secs_f64()))
}

/// The largest resident memory that a process has had, where Linux tells.
pub fn peak_memory_bytes(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}
