//! `cargo xtask tidy`: what a reader relies on and no compiler checks. Who may know whom (`edges`), what every file must
//! have and must not (`texts`), where colours stand (`look`), where versions stand (`manifests`).

mod edges;
mod look;
mod manifests;
mod source;
mod texts;

use std::process::Command;

use anyhow::{Result, bail};

use self::source::{Finding, SourceFile};
use crate::{process, workspace};

/// Reads the source and prints what is wrong.
///
/// # Errors
/// Something is.
pub fn execute() -> Result<()> {
    let files = files()?;
    let findings: Vec<Finding> = files.iter().flat_map(check).collect();
    findings.iter().for_each(|finding| println!("{finding}"));
    if !findings.is_empty() {
        bail!("{} places are not tidy", findings.len());
    }
    println!("{} files are tidy", files.len());
    Ok(())
}

fn check(file: &SourceFile) -> Vec<Finding> {
    let rules = [texts::check, look::check, edges::check, manifests::check];
    rules.into_iter().flat_map(|rule| rule(file)).collect()
}

/// Every text that git knows or would add.
fn files() -> Result<Vec<SourceFile>> {
    let mut git = Command::new("git");
    git.current_dir(workspace::root()).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed = process::output(&mut git)?;
    let read = |path: &str| {
        let text = std::fs::read_to_string(workspace::root().join(path)).ok()?;
        Some(SourceFile { path: path.to_owned(), text })
    };
    // What is no text, or was deleted and not yet committed, has nothing to be read.
    Ok(listed.lines().filter_map(read).collect())
}
