//! What runs on this machine: the server, built and started with the site that belongs to it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

/// Longest that a server may take to load its models.
const READY_LIMIT: Duration = Duration::from_secs(120);
const READY_CHECK: Duration = Duration::from_millis(100);
/// How long a server is given to finish what it has accepted.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// Builds the server alone and gives the program.
///
/// # Errors
/// It does not compile.
pub fn build_server() -> Result<PathBuf> {
    process::say("building the server; some minutes the first time");
    process::run(process::cargo().args(["build", "--release", "--package", "server"]))?;
    Ok(program("backbone-explorer"))
}

/// Builds every program of the workspace but this one, and the tests: what these need besides changes features of dependencies, and programs
/// that were built without would have the page and the server compiled once more for the tests.
///
/// # Errors
/// They do not compile.
pub fn build_programs() -> Result<()> {
    process::say("building server and tools; some minutes the first time");
    let mut cargo = process::cargo();
    cargo.args(["build", "--release"]).args(workspace::ALL_BUT_THIS).args(["--lib", "--bins", "--tests"]);
    process::run(&mut cargo)
}

/// A program that was built.
pub fn program(name: &str) -> PathBuf {
    workspace::target().join("release").join(name)
}

/// The server, told where the site and the assets are, unless the caller's environment says otherwise.
pub fn server(site: &Path) -> Command {
    let mut command = Command::new(program("backbone-explorer"));
    for (variable, path) in [("EXPLORER_SITE", site), ("EXPLORER_ASSETS", &workspace::root().join("assets"))]
    {
        if std::env::var_os(variable).is_none() {
            command.env(variable, path);
        }
    }
    command
}

/// A server that runs until this is dropped.
pub struct RunningServer {
    child: Child,
    address: SocketAddr,
}

impl RunningServer {
    /// Starts a server at a free port of this machine and waits until its models answer.
    ///
    /// # Errors
    /// It ends, or does not become ready.
    pub fn start(site: &Path, options: &[String]) -> Result<Self> {
        let mut server = Self::spawn(server(site).args(options), free_address()?)?;
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Starts a server at an address without waiting for it.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn spawn(command: &mut Command, address: SocketAddr) -> Result<Self> {
        let child = command.env("EXPLORER_LISTEN", address.to_string()).spawn();
        Ok(Self { child: child.context("the server cannot be started")?, address })
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        while !is_ready(self.address) {
            if let Some(status) = self.child.try_wait().context("the server cannot be asked")? {
                bail!("the server ended while it was starting ({status})");
            }
            if started.elapsed() > READY_LIMIT {
                bail!("the server was not ready after {READY_LIMIT:?}");
            }
            std::thread::sleep(READY_CHECK);
        }
        Ok(())
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        // What has ended has no number any more; somebody else's process may have it.
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let pid = self.child.id().to_string();
        process::succeeds(Command::new("kill").args(["-TERM", &pid]));
        let asked = Instant::now();
        while asked.elapsed() < STOP_LIMIT {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(READY_CHECK);
        }
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A port of this machine that nobody listens on.
///
/// # Errors
/// There is none.
pub fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port of this machine is free")?;
    listener.local_addr().context("a listener has an address")
}

/// Asks `/readyz` with as much of HTTP as that takes.
fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut connection = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        connection.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(connection, "GET /readyz HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.split(' ').nth(1) == Some("200"))
}
