//! Debian packages: installed where that is allowed, else named.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// Sees to it that packages are installed.
///
/// # Errors
/// They are not, and cannot be installed by this user; the message says what to type.
pub fn install(packages: &[&str], purpose: &str) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !process::is_installed("apt-get") {
        bail!(
            "{purpose} is missing, and this is no Debian: see that these or their like are installed: {names}"
        );
    }
    let Some(prefix) = privileges() else {
        bail!(
            "{purpose} is missing, and installing it needs rights. Type:\n  \
             sudo apt-get update && sudo apt-get install -y --no-install-recommends {names}"
        );
    };
    process::say(format!("installing {names} ({purpose}); a few minutes"));
    process::run(apt_get(prefix).args(["-qq", "update"]))?;
    process::run(apt_get(prefix).args(["-qq", "install", "-y", "--no-install-recommends"]).args(missing))
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    let status = query.args(["--show", "--showformat=${db:Status-Status}", package]).output();
    status.is_ok_and(|output| output.stdout == b"installed")
}

/// What to put before a command so that it may install: nothing as root, else sudo where it asks for no password.
fn privileges() -> Option<&'static [&'static str]> {
    let user = Command::new("id").arg("-u").output().ok()?;
    if user.stdout.trim_ascii() == b"0" {
        Some(&[])
    } else if process::succeeds(Command::new("sudo").args(["--non-interactive", "true"])) {
        Some(&["sudo", "--non-interactive"])
    } else {
        None
    }
}

fn apt_get(prefix: &[&str]) -> Command {
    let words = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    let mut words = prefix.iter().copied().chain(words);
    let mut command = Command::new(words.next().expect("there is a program to start"));
    command.args(words);
    command
}
