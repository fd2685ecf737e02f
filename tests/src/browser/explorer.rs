//! The explorer as it is shipped: the real program with the demo weights and the built site, at a free port.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Longest that loading the models may take while other tests run.
const READY_LIMIT: Duration = Duration::from_secs(180);
const STOP_LIMIT: Duration = Duration::from_secs(15);
const LOOK: Duration = Duration::from_millis(50);

/// A running explorer; stopped when it is dropped.
pub struct Explorer {
    process: Child,
    address: SocketAddr,
}

impl Explorer {
    /// Starts it and waits until both models are loaded.
    ///
    /// # Errors
    /// It was not built, ends, or does not become ready.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
        let address = listener.local_addr().context("a listener has an address")?;
        drop(listener);
        Self::start_at(address)
    }

    /// Where the page is.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Stops it and gives its address, at which another one can be started.
    pub fn stop(mut self) -> SocketAddr {
        stop(&mut self.process);
        self.address
    }

    /// Starts it where another one was.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_at(address: SocketAddr) -> Result<Self> {
        Self::start_with(address, &[])
    }

    /// Starts it at a free port with a data set and an admin token, so that heads can be trained; what it keeps of that goes into a
    /// folder of the caller's.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_training(dataset: &str, token: &str, folder: &Path) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
        let address = listener.local_addr().context("a listener has an address")?;
        drop(listener);
        let folder = folder.to_string_lossy();
        Self::start_with(
            address,
            &[
                ("EXPLORER_DATASET", dataset),
                ("EXPLORER_ADMIN_TOKEN", token),
                ("EXPLORER_TRAINING_DIR", &folder),
            ],
        )
    }

    fn start_with(address: SocketAddr, options: &[(&str, &str)]) -> Result<Self> {
        let folder = build_folder()?;
        let program = folder.join("backbone-explorer");
        let site = folder.parent().context("the build folder lies in a folder")?.join("site");
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
        let process = Command::new(&program)
            .env("EXPLORER_LISTEN", address.to_string())
            .env("EXPLORER_SITE", site)
            .env("EXPLORER_ASSETS", assets)
            .env("EXPLORER_LOG", "warn")
            .envs(options.iter().copied())
            .spawn()
            .with_context(|| format!("cannot start {}: `cargo xtask test` builds it", program.display()))?;
        let mut explorer = Self { process, address };
        explorer.wait_until_ready()?;
        Ok(explorer)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        while ureq::get(self.url("/readyz")).call().is_err() {
            if let Some(status) = self.process.try_wait().context("the server cannot be asked")? {
                bail!("the server ended while it was starting ({status})");
            }
            if started.elapsed() > READY_LIMIT {
                bail!("the server was not ready after {READY_LIMIT:?}");
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }
}

impl Drop for Explorer {
    fn drop(&mut self) {
        stop(&mut self.process);
    }
}

/// Asks a process to end, and ends it where it does not.
pub(super) fn stop(process: &mut Child) {
    // What has ended has no number any more; somebody else's process may have it.
    if !matches!(process.try_wait(), Ok(None)) {
        return;
    }
    let asked = Command::new("kill").args(["-TERM", &process.id().to_string()]).status();
    let started = Instant::now();
    while asked.is_ok() && started.elapsed() < STOP_LIMIT {
        if matches!(process.try_wait(), Ok(Some(_)) | Err(_)) {
            return;
        }
        thread::sleep(LOOK);
    }
    _ = process.kill();
    _ = process.wait();
}

/// Where cargo put the programs of this profile: tests lie in `deps` below it, programs in it.
fn build_folder() -> Result<PathBuf> {
    let program = std::env::current_exe().context("this program has a path")?;
    let folder = program.parent().context("a program lies in a folder")?;
    let folder = if folder.ends_with("deps") { folder.parent() } else { Some(folder) };
    Ok(folder.context("the build folder lies in a folder")?.to_owned())
}
