//! A download's progress in the log, a line each tenth: a server has no terminal to draw a bar on.

use hf_hub::api::Progress;

const STEPS: u64 = 10;

/// Counts the bytes of one file.
#[derive(Debug)]
pub struct LoggedProgress {
    file: String,
    size_bytes: u64,
    received_bytes: u64,
    logged_step: u64,
}

impl LoggedProgress {
    /// Progress of a file that has not begun.
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), size_bytes: 0, received_bytes: 0, logged_step: 0 }
    }
}

impl Progress for LoggedProgress {
    fn init(&mut self, size: usize, _filename: &str) {
        self.size_bytes = size as u64;
        self.received_bytes = 0;
        self.logged_step = 0;
    }

    fn update(&mut self, size: usize) {
        self.received_bytes += size as u64;
        let step = (self.received_bytes * STEPS).checked_div(self.size_bytes).unwrap_or(STEPS);
        if step > self.logged_step {
            self.logged_step = step;
            tracing::info!(
                file = self.file,
                percent = step * 100 / STEPS,
                received_bytes = self.received_bytes,
                size_bytes = self.size_bytes,
                "downloading weights"
            );
        }
    }

    fn finish(&mut self) {
        tracing::info!(file = self.file, size_bytes = self.size_bytes, "weights are downloaded");
    }
}
