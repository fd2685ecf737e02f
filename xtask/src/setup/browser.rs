//! The browser that the tests drive, the program that drives it, and the checker of accessibility that they inject.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{apt, npm};
use crate::{process, workspace};

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DRIVER: &str = "chromedriver";

const AXE_ADDRESS: &str = "https://registry.npmjs.org/axe-core/-/axe-core-4.14.1.tgz";
/// BLAKE3 of the script, so that what is injected into the page is what was reviewed, wherever it came from.
const AXE_HASH: &str = "a0ed4373d1e8caa6416959a32966c75840c12038c33fc4b8d68e50eed251640d";

/// Adds what the browser's tests need to know to a command's environment: `CHROME`, `CHROMEDRIVER`, `AXE`.
///
/// # Errors
/// Something is missing and cannot be installed; the message says what to type.
pub fn prepare(command: &mut Command) -> Result<()> {
    let (browser, driver) = find_or_install()?;
    command.env("CHROME", browser).env("CHROMEDRIVER", driver).env("AXE", axe()?);
    Ok(())
}

/// The browser's program.
///
/// # Errors
/// As [`prepare`].
pub fn program() -> Result<OsString> {
    Ok(find_or_install()?.0)
}

fn find_or_install() -> Result<(OsString, OsString)> {
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install(&["chromium", "chromium-driver"], "a browser for the tests")
        .context("the tests drive a real browser: CHROME and CHROMEDRIVER may name one")?;
    find().context("chromium and chromium-driver are installed, but not on the PATH")
}

/// What the environment names, else what is on the PATH; both or nothing, as their versions must agree.
fn find() -> Option<(OsString, OsString)> {
    let named = |variable: &str| std::env::var_os(variable).filter(|path| !path.is_empty());
    let on_path =
        |names: &[&str]| names.iter().find_map(|name| process::path_of(name)).map(PathBuf::into_os_string);
    let browser = named("CHROME").or_else(|| on_path(&BROWSERS))?;
    let driver = named("CHROMEDRIVER").or_else(|| on_path(&[DRIVER]))?;
    Some((browser, driver))
}

fn axe() -> Result<PathBuf> {
    let script = match npm::modules()? {
        Some(modules) => modules.join("axe-core/axe.min.js"),
        None => download_axe()?,
    };
    let hash = blake3::hash(&workspace::read(&script)?).to_hex();
    if hash.as_str() != AXE_HASH {
        bail!("{} is not the axe-core that was reviewed: its BLAKE3 is {hash}", script.display());
    }
    Ok(script)
}

/// Without npm: the same package by curl.
fn download_axe() -> Result<PathBuf> {
    let directory = workspace::cache(&format!("axe-{}", &AXE_HASH[..16]))?;
    let script = directory.join("axe.min.js");
    if script.is_file() {
        return Ok(script);
    }
    process::say("fetching axe-core");
    std::fs::create_dir_all(&directory).context("cannot write into the cache")?;
    let package = directory.join("package.tgz");
    let missing =
        "axe-core, which checks the page's accessibility, needs npm or curl and tar: install either";
    let mut curl = Command::new("curl");
    curl.args(["--fail", "--silent", "--show-error", "--location", "--retry", "3", "--output"]).arg(&package);
    process::run(curl.arg(AXE_ADDRESS)).context(missing)?;
    let mut tar = Command::new("tar");
    tar.arg("--extract").arg("--gzip").arg("--file").arg(&package).arg("--directory").arg(&directory);
    process::run(tar.args(["--strip-components=1", "package/axe.min.js"])).context(missing)?;
    Ok(script)
}
