//! The page for everybody: at three widths and in both themes it fits, holds still, and breaks no rule of axe-core; without
//! scripts it is read and walked through all the same.

use anyhow::Result;
use tests::browser::{Browser, ColourScheme, Viewport};

use super::{STAGES, assert_quiet, visit};

/// Google calls 0.1 good. Nothing should move at all; what is left is rounding.
const MAX_LAYOUT_SHIFT: f64 = 0.02;

const VIEWS: [&str; 4] = [
    "/",
    "/?model=vit&stage=backbone&node=encoder.0.attention_weights",
    "/?model=resnet&stage=backbone&node=layer1.0",
    "/?model=resnet&stage=output",
];

async fn assert_accessible(browser: &Browser, what: &str) -> Result<()> {
    let violations: Vec<String> =
        browser.violations().await?.iter().map(|violation| format!("{violation}")).collect();
    assert!(violations.is_empty(), "{what}:\n{}", violations.join("\n"));
    Ok(())
}

#[tokio::test]
async fn no_rule_is_broken_at_any_width_in_any_theme() -> Result<()> {
    let (explorer, browser) = visit("/").await?;
    for viewport in Viewport::ALL {
        browser.resize(viewport).await?;
        for scheme in ColourScheme::ALL {
            browser.prefer(scheme).await?;
            for view in VIEWS {
                browser.open(&explorer.url(view)).await?;
                let what = format!("{view} at {} px, {}", viewport.width_px, scheme.as_str());
                assert_accessible(&browser, &what).await?;
                assert_eq!(
                    browser.overflowing().await?,
                    Vec::<String>::new(),
                    "{what} is wider than the window"
                );
            }
        }
    }
    assert_quiet(&browser).await
}

#[tokio::test]
async fn nothing_moves_while_the_page_loads() -> Result<()> {
    let (explorer, browser) = visit("/").await?;
    for viewport in Viewport::ALL {
        browser.resize(viewport).await?;
        for view in VIEWS {
            browser.open(&explorer.url(view)).await?;
            let shift = browser.layout_shift().await?;
            assert!(shift <= MAX_LAYOUT_SHIFT, "{view} at {} px moves by {shift}", viewport.width_px);
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_theme_switch_is_remembered() -> Result<()> {
    let (_explorer, browser) = visit("/").await?;
    browser.prefer(ColourScheme::Light).await?;
    let text_colour = "return getComputedStyle(document.body).color;";
    let light: String = browser.evaluate(text_colour).await?;
    browser.click(".theme-switch").await?;
    browser.wait_for("document.documentElement.dataset.theme === 'dark'").await?;
    let dark: String = browser.evaluate(text_colour).await?;
    assert_ne!(light, dark);
    browser.reload().await?;
    assert_eq!(browser.evaluate::<String>(text_colour).await?, dark);
    assert_accessible(&browser, "the dark theme by choice").await
}

#[tokio::test]
async fn without_scripts_the_page_is_read_and_walked_through() -> Result<()> {
    let (explorer, browser) = visit("/").await?;
    browser.allow_scripts(false).await?;
    browser.open_document(&explorer.url("/")).await?;
    let answers = browser.text(".answers").await?;
    assert!(answers.contains("cup"), "{answers}");
    assert!(!browser.is_shown(".upload").await?, "what needs a script is not offered");
    for stage in STAGES {
        browser.click(&format!("#stage-{stage}")).await?;
        assert!(browser.address().await?.contains(&format!("stage={stage}")));
        assert!(browser.text("#stage-panel").await?.len() > 40, "{stage} has its panel");
    }
    browser.click("#model-vit").await?;
    assert!(browser.address().await?.contains("model=vit"));
    assert_quiet(&browser).await
}
