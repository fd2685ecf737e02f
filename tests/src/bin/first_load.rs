//! Measures a first visit: what is loaded, in bytes on the wire, and when the page is first seen, in a browser that has never
//! been there; and how long a visitor waits then. Fails where a budget is exceeded. Started by `cargo xtask first-load`.

#[path = "first_load/waiting.rs"]
mod waiting;

use std::time::Duration;

use anyhow::{Result, bail};
use clap::Parser;
use serde::Deserialize;
use tests::browser::Browser;

/// Loads whose median counts.
const NUM_LOADS: usize = 5;

/// How long a fresh browser is left alone.
const SETTLING: Duration = Duration::from_secs(1);

/// Most that a kind of file may take on the wire.
const BUDGETS: [(Kind, u64); 3] = [(Kind::Page, 200_000), (Kind::Font, 90_000), (Kind::Photo, 60_000)];
/// Latest that something of the page is seen, from the same machine.
const FIRST_PAINT_BUDGET_MS: f64 = 250.0;

/// Measures a first visit to a running explorer.
#[derive(Debug, Parser)]
struct Options {
    /// Where the explorer runs.
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,
}

/// What is loaded, by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Document, styles, scripts and module.
    Page,
    Font,
    Photo,
    /// The samples' small pictures, the icon, what figures ask for.
    Other,
}

/// A file that was loaded.
#[derive(Debug, Deserialize)]
struct Loaded {
    address: String,
    size_bytes: u64,
}

/// Bodies as they were sent; the document is a navigation and no resource.
const READ_FILES: &str = "
    const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    return entries.map((entry) => ({ address: entry.name, size_bytes: entry.encodedBodySize }));
";

/// Whether the page can be used and its text stands in its fonts.
const HAS_COME: &str = "
    document.documentElement.hasAttribute('data-hydrated') && document.fonts.status === 'loaded'
    && [...document.fonts].some((face) => face.family.replaceAll('\"', '') === 'Inter' && face.status === 'loaded')
";

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let url = format!("{}/", options.url.trim_end_matches('/'));
    let mut exceeded = report_sizes(&loaded_files(&url).await?, &url);
    let first_paint_ms = waiting::report(&url).await?;
    println!("first contentful paint: median {first_paint_ms:.0} of {FIRST_PAINT_BUDGET_MS:.0} ms");
    exceeded |= first_paint_ms > FIRST_PAINT_BUDGET_MS;
    if exceeded {
        bail!("a first visit takes more than the page's budget");
    }
    Ok(())
}

/// What a first visit loads until the page can be used and its text stands in its fonts.
async fn loaded_files(url: &str) -> Result<Vec<Loaded>> {
    let browser = Browser::start().await?;
    // What a browser does after its start is no part of a visit.
    tokio::time::sleep(SETTLING).await;
    browser.open(url).await?;
    browser.wait_for(HAS_COME).await?;
    browser.evaluate(READ_FILES).await
}

/// Prints every file and the sums; whether one is too large.
fn report_sizes(files: &[Loaded], url: &str) -> bool {
    for Loaded { address, size_bytes } in files {
        let address = address.strip_prefix(url.trim_end_matches('/')).unwrap_or(address);
        println!("{size_bytes:>8} bytes  {:?}  {address}", kind(address));
    }
    let mut is_exceeded = false;
    for (of_kind, budget) in BUDGETS {
        let files = files.iter().filter(|file| kind(&file.address) == of_kind);
        let total: u64 = files.map(|file| file.size_bytes).sum();
        println!("{of_kind:?}: {total} of {budget} bytes");
        is_exceeded |= total > budget;
    }
    is_exceeded
}

fn kind(address: &str) -> Kind {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    match path.rsplit('.').next() {
        Some("css" | "js" | "wasm") => Kind::Page,
        Some("woff2") => Kind::Font,
        Some("jpg") if path.contains("/photos/") => Kind::Photo,
        _ if path.ends_with('/') => Kind::Page,
        _ => Kind::Other,
    }
}
