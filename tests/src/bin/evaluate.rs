//! Measures a running explorer: sends a folder of class folders through the HTTP API and prints the share of pictures whose
//! class the models rank first and among the first five. It sees what a visitor sees, decoding and preprocessing included.
//!
//!     cargo run --release -p tests --bin evaluate -- --url http://127.0.0.1:3000 --images FOLDER

#[path = "evaluate/pictures.rs"]
mod pictures;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ::tests::client::Client;
use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use shared::{ModelRef, ModelSlot, Predictions};

use pictures::{ClassOrder, Picture};

/// How often a full server is asked again before it is given up.
const MAX_TRIES: usize = 20;

/// Measures the accuracy of a running explorer on a folder of class folders.
#[derive(Debug, Parser)]
struct Options {
    /// Where the explorer runs.
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,
    /// A folder with one folder of pictures for each class, named as the class.
    #[arg(long)]
    images: PathBuf,
    /// Which model is asked.
    #[arg(long, value_enum, default_value_t = WhichModel::Both)]
    model: WhichModel,
    /// Pictures under way at the same time.
    #[arg(long, default_value_t = 4)]
    connections: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WhichModel {
    Resnet,
    Vit,
    Both,
}

impl WhichModel {
    fn slots(self) -> Vec<ModelSlot> {
        match self {
            Self::Resnet => vec![ModelSlot::Resnet],
            Self::Vit => vec![ModelSlot::Vit],
            Self::Both => ModelSlot::ALL.to_vec(),
        }
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    let pictures = pictures::find(&options.images)?;
    let client = Client::new(&options.url, MAX_TRIES);
    for slot in options.model.slots() {
        let measurement = Measurement::of(&client, slot, &pictures);
        let measurement = measurement.with_context(|| format!("cannot measure {slot} at {}", options.url))?;
        measurement.run(options.connections.max(1))?;
        measurement.print();
    }
    Ok(())
}

/// A model's answer to the picture in a file.
fn predict(client: &Client, path: &Path, slot: ModelSlot, top_k: Option<usize>) -> Result<Predictions> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    client.predict(&bytes, slot, top_k).with_context(|| format!("asking about {}", path.display()))
}

/// One model's way through the pictures.
struct Measurement<'a> {
    client: &'a Client,
    model: ModelRef,
    pictures: &'a [Picture],
    order: ClassOrder,
    num_taken: AtomicUsize,
    num_first: AtomicUsize,
    num_first_five: AtomicUsize,
}

impl<'a> Measurement<'a> {
    /// Asks for all classes of one picture, to learn what the model's outputs are.
    fn of(client: &'a Client, slot: ModelSlot, pictures: &'a [Picture]) -> Result<Self> {
        let first = pictures.first().context("there are no pictures")?;
        let answer = predict(client, &first.path, slot, None)?;
        Ok(Self {
            client,
            order: ClassOrder::of(pictures, &answer.classes)?,
            model: answer.model,
            pictures,
            num_taken: AtomicUsize::new(0),
            num_first: AtomicUsize::new(0),
            num_first_five: AtomicUsize::new(0),
        })
    }

    fn run(&self, connections: usize) -> Result<()> {
        thread::scope(|scope| {
            let workers: Vec<_> = (0..connections).map(|_| scope.spawn(|| self.take_pictures())).collect();
            workers.into_iter().try_for_each(|worker| worker.join().expect("a worker returns its failure"))
        })
    }

    /// Takes one picture after the other until none is left or one fails.
    fn take_pictures(&self) -> Result<()> {
        while let Some(picture) = self.pictures.get(self.num_taken.fetch_add(1, Ordering::Relaxed)) {
            let answer = predict(self.client, &picture.path, self.model.slot, Some(5))?;
            let class = self.order.index_of(&picture.class)?;
            let rank = answer.classes.iter().position(|score| score.index == class);
            self.num_first.fetch_add(usize::from(rank == Some(0)), Ordering::Relaxed);
            self.num_first_five.fetch_add(usize::from(rank.is_some()), Ordering::Relaxed);
        }
        Ok(())
    }

    fn print(&self) {
        let ModelRef { slot, name, checkpoint_id, num_classes } = &self.model;
        let num_pictures = self.pictures.len();
        println!("{slot}: {name}, {num_classes} classes, checkpoint {checkpoint_id}");
        for (what, count) in [("top-1", &self.num_first), ("top-5", &self.num_first_five)] {
            let count = count.load(Ordering::Relaxed);
            println!(
                "  {what} {:.1} % ({count} of {num_pictures})",
                100.0 * count as f64 / num_pictures as f64
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use ::tests::explorer::{Settings, TestExplorer, picture};
    use tempfile::TempDir;
    use tokio::net::TcpListener;

    use super::*;

    /// Puts a picture into the folder of the class that an explorer ranks at `rank`.
    async fn put(explorer: &TestExplorer, folder: &Path, seed: u32, rank: usize) {
        let file = picture(64, 64, seed);
        let image = explorer.upload(file.clone()).await;
        let answer = explorer.predict(&image.image_id, ModelSlot::Vit).await;
        let class = folder.join(answer.classes[rank].label.replace(' ', "_"));
        fs::create_dir_all(&class).expect("a temporary folder can be written");
        fs::write(class.join(format!("{seed}.png")), file).expect("a temporary folder can be written");
    }

    /// Listens on a free port for as long as the test runs.
    async fn listen(explorer: &TestExplorer) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let router = explorer.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn pictures_count_by_the_rank_of_their_folder() {
        let explorer = TestExplorer::start(&Settings::default());
        let folder = TempDir::new().expect("a temporary folder can be made");
        for (seed, rank) in [(1, 0), (2, 0), (3, 4), (4, 5), (5, 9)] {
            put(&explorer, folder.path(), seed, rank).await;
        }
        let url = listen(&explorer).await;
        let counts = tokio::task::spawn_blocking(move || {
            let pictures = pictures::find(folder.path()).expect("class folders");
            let client = Client::new(&url, MAX_TRIES);
            let measurement = Measurement::of(&client, ModelSlot::Vit, &pictures).expect("it answers");
            measurement.run(3).expect("every picture is answered");
            [&measurement.num_first, &measurement.num_first_five].map(|count| count.load(Ordering::Relaxed))
        });
        assert_eq!(counts.await.expect("no panic"), [2, 3]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_file_that_is_no_picture_is_named() {
        let explorer = TestExplorer::start(&Settings::default());
        let folder = TempDir::new().expect("a temporary folder can be made");
        put(&explorer, folder.path(), 1, 0).await;
        let class =
            fs::read_dir(folder.path()).expect("it was made").next().expect("one class").expect("readable");
        fs::write(class.path().join("zz.txt"), "no picture").expect("a temporary folder can be written");
        let url = listen(&explorer).await;
        let failure = tokio::task::spawn_blocking(move || {
            let pictures = pictures::find(folder.path()).expect("class folders");
            let client = Client::new(&url, MAX_TRIES);
            let measurement =
                Measurement::of(&client, ModelSlot::Vit, &pictures).expect("the first is a picture");
            format!("{:#}", measurement.run(1).expect_err("the second is none"))
        });
        let failure = failure.await.expect("no panic");
        assert!(failure.contains("zz.txt") && failure.contains("not a picture"), "{failure}");
    }
}
