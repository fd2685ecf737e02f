//! `cargo xtask dev`: rebuilds as files are saved, restarts the server, and has open pages reload themselves. Files are
//! looked at, not subscribed to: that works on every file system, and a few hundred files are looked at in a millisecond.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use clap::Args;

use crate::native::RunningServer;
use crate::site::{self, Flavour};
use crate::{native, process, workspace};

const LOOK: Duration = Duration::from_millis(250);

/// Folders and files whose change matters.
const WATCHED: [&str; 7] =
    ["frontend", "server/src", "server/Cargo.toml", "shared", "assets", "Cargo.toml", "Cargo.lock"];

/// What makes the server quick to compile, at the price of a slower rendering of the page; models are as fast as ever.
const QUICK_SERVER: [&str; 2] =
    ["profile.release.package.frontend.opt-level=0", "profile.release.incremental=true"];

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// Where the page is served.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Options of the server, after `--`.
    #[arg(last = true)]
    server_options: Vec<String>,
}

/// Builds, serves, and does so again with every change, until it is interrupted.
///
/// # Errors
/// The watched files cannot be listed. What does not compile is said and waited for.
pub fn execute(options: &Options) -> Result<()> {
    let mut server = None;
    loop {
        let seen = snapshot()?;
        match build() {
            Ok(site) => {
                // The old one must let go of the port first.
                drop(server.take());
                let mut command = native::server(&site);
                server = Some(RunningServer::spawn(command.args(&options.server_options), options.listen)?);
                process::say(format!("http://{} is being served; waiting for changes", options.listen));
            }
            Err(error) => process::say(format!("{error:#}; waiting for changes")),
        }
        while snapshot()? == seen {
            std::thread::sleep(LOOK);
        }
    }
}

fn build() -> Result<PathBuf> {
    let mut cargo = process::cargo();
    cargo.args(["build", "--release", "--package", "server"]);
    QUICK_SERVER.into_iter().for_each(|setting| _ = cargo.args(["--config", setting]));
    process::run(&mut cargo)?;
    site::build(Flavour::Quick)
}

/// When each watched file was last changed.
fn snapshot() -> Result<BTreeMap<PathBuf, SystemTime>> {
    let mut times = BTreeMap::new();
    for path in WATCHED {
        look_at(&workspace::root().join(path), &mut times)
            .with_context(|| format!("cannot look at {path}"))?;
    }
    Ok(times)
}

fn look_at(path: &Path, times: &mut BTreeMap<PathBuf, SystemTime>) -> std::io::Result<()> {
    let metadata = match path.metadata() {
        // Editors save by replacing; what is away for a moment is back at the next look.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata?,
    };
    if metadata.is_dir() {
        for entry in path.read_dir()? {
            look_at(&entry?.path(), times)?;
        }
    } else {
        times.insert(path.to_owned(), metadata.modified()?);
    }
    Ok(())
}
