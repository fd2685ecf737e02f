//! What the clients do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ::tests::client::Client;
use anyhow::{Context, Result, bail};

use super::expected::{Expected, NUMPY, TOP_K};
use super::photos::Photos;
use super::views::{MODELS, VIEWS};

/// How often a full server is asked again: for as long as a scene takes.
const MAX_TRIES: usize = 10_000;
/// How long a visitor looks at a view before the next, at most.
const LONGEST_LOOK: Duration = Duration::from_secs(2);
/// Failures that are told.
const MAX_FAILURES: usize = 5;

/// Every client and every run sends files of its own.
static NEXT_FILE: AtomicUsize = AtomicUsize::new(0);

/// What came of a scene.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Who took part.
    pub clients: usize,
    /// How long it really took.
    pub length: Duration,
    /// From sending a picture until both models had answered.
    pub answers: Vec<Duration>,
    /// Of each view.
    pub views: Vec<Duration>,
    /// How often the server was full and said when to come back.
    pub num_refusals: usize,
    /// Wrong answers, and whatever else than an answer or a refusal came.
    pub failures: Vec<String>,
}

impl Outcome {
    /// # Errors
    /// Something failed.
    pub fn check(&self) -> Result<()> {
        if self.failures.is_empty() {
            return Ok(());
        }
        let first = self.failures.iter().take(MAX_FAILURES).map(String::as_str).collect::<Vec<_>>();
        bail!("{} failures with {} clients: {}", self.failures.len(), self.clients, first.join("; "))
    }

    fn add(&mut self, other: Self) {
        self.answers.extend(other.answers);
        self.views.extend(other.views);
        self.num_refusals += other.num_refusals;
        self.failures.extend(other.failures);
    }
}

/// One client and what came of it.
struct Visitor<'a> {
    client: Client,
    photos: &'a Photos,
    expected: &'a Expected,
    end: Instant,
    outcome: Outcome,
}

impl Visitor<'_> {
    /// Sends a new picture and waits for both answers.
    fn send_picture(&mut self) -> Result<(usize, Vec<u8>, String)> {
        let number = NEXT_FILE.fetch_add(1, Ordering::Relaxed);
        let (photo, file) = (self.photos.index(number), self.photos.file(number));
        let started = Instant::now();
        let image_id = self.client.upload(&file)?;
        for (index, model) in MODELS.into_iter().enumerate() {
            let answer = self.client.predict_known(&file, &image_id, model, Some(TOP_K))?;
            self.expected.check_predictions(photo, index, &answer)?;
        }
        self.outcome.answers.push(started.elapsed());
        Ok((photo, file, image_id))
    }

    /// Looks at a picture from all sides until the end.
    fn look(&mut self, seed: usize) -> Result<()> {
        let (photo, file, image_id) = self.send_picture()?;
        let mut state = seed as u64 + 1;
        while Instant::now() < self.end {
            // A linear congruential generator: its upper bits are even enough.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let share = (state >> 40) as f64 / f64::from(1_u32 << 24);
            thread::sleep(LONGEST_LOOK.mul_f64(share));
            let view = (state >> 33) as usize % VIEWS.len();
            let started = Instant::now();
            let answer = self.client.ask(&file, &image_id, NUMPY, |image_id| VIEWS[view].path(image_id))?;
            self.outcome.views.push(started.elapsed());
            self.expected.check_view(photo, view, &answer)?;
        }
        Ok(())
    }
}

/// Clients that send one new picture after the other.
pub fn predictions(
    url: &str,
    photos: &Photos,
    expected: &Expected,
    clients: usize,
    length: Duration,
) -> Outcome {
    run(url, photos, expected, clients, length, |visitor, _index| {
        while Instant::now() < visitor.end {
            visitor.send_picture()?;
        }
        Ok(())
    })
}

/// Clients that send one picture each and look at it.
pub fn lecture(url: &str, photos: &Photos, expected: &Expected, clients: usize, length: Duration) -> Outcome {
    run(url, photos, expected, clients, length, |visitor, index| visitor.look(index))
}

fn run(
    url: &str,
    photos: &Photos,
    expected: &Expected,
    clients: usize,
    length: Duration,
    visit: impl Fn(&mut Visitor<'_>, usize) -> Result<()> + Sync,
) -> Outcome {
    let started = Instant::now();
    let all = Mutex::new(Outcome::default());
    thread::scope(|scope| {
        for index in 0..clients {
            let (all, visit) = (&all, &visit);
            scope.spawn(move || {
                let client = Client::new(url, MAX_TRIES);
                let (end, outcome) = (started + length, Outcome::default());
                let mut visitor = Visitor { client, photos, expected, end, outcome };
                let visited = visit(&mut visitor, index).with_context(|| format!("client {index}"));
                let mut outcome = visitor.outcome;
                outcome.failures.extend(visited.err().map(|error| format!("{error:#}")));
                outcome.num_refusals = visitor.client.num_refusals();
                all.lock().unwrap_or_else(PoisonError::into_inner).add(outcome);
            });
        }
    });
    let outcome = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    Outcome { clients, length: started.elapsed(), ..outcome }
}
