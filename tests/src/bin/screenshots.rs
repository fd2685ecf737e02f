//! Takes the pictures of the page that the documents show: at three widths, in both themes; and of every lens. Started by
//! `cargo xtask screenshots`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use tests::browser::{Browser, ColourScheme, Viewport};
use tests::lenses::{EXPERIMENTS, LENSES, run_experiment, wait_until_open};

/// What is shown: the backbone from the inside.
const VIEW: &str = "/?model=resnet&stage=backbone";

/// The window of the picture that README shows.
const FIRST_SIGHT: Viewport = Viewport { width_px: 1440, height_px: 1240 };

/// Takes pictures of a running explorer.
#[derive(Debug, Parser)]
struct Options {
    /// Where the explorer runs.
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,
    /// Where the pictures go.
    #[arg(long)]
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    std::fs::create_dir_all(&options.folder)
        .with_context(|| format!("cannot write into {}", options.folder.display()))?;
    let browser = Browser::start().await?;
    let address = format!("{}{VIEW}", options.url.trim_end_matches('/'));
    browser.resize(FIRST_SIGHT).await?;
    browser.prefer(ColourScheme::Light).await?;
    browser.open(&address).await?;
    browser.photograph_window(&options.folder.join("first-sight.png")).await?;
    for viewport in Viewport::ALL {
        for scheme in ColourScheme::ALL {
            browser.resize(viewport).await?;
            browser.prefer(scheme).await?;
            browser.open(&address).await?;
            let path = options.folder.join(format!("page-{}-{}.png", viewport.width_px, scheme.as_str()));
            browser.photograph(viewport, &path).await?;
            println!("{}", path.display());
        }
    }
    let folder = options.folder.join("lenses");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot write into {}", folder.display()))?;
    browser.resize(FIRST_SIGHT).await?;
    browser.prefer(ColourScheme::Light).await?;
    for lens in LENSES {
        browser.open(&format!("{}/?lens={lens}", options.url.trim_end_matches('/'))).await?;
        browser.evaluate::<()>("document.querySelector('#lens').scrollIntoView();").await?;
        wait_until_open(&browser, lens).await?;
        if EXPERIMENTS.contains(&lens) {
            run_experiment(&browser).await?;
        }
        let path = folder.join(format!("{lens}.png"));
        browser.photograph_element(FIRST_SIGHT, "#lens-panel", &path).await?;
        println!("{}", path.display());
    }
    Ok(())
}
