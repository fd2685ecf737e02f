//! The diagram: opened by mouse and by keyboard, of both models, kept in the address.

use anyhow::Result;
use tests::browser::Browser;
use thirtyfour::Key;

use super::{STAGES, assert_quiet, visit};

/// Presses of Tab that reach any stage: fewer would be better, more would be a bad page.
const MAX_TABS: usize = 80;

async fn wait_until_open(browser: &Browser, stage: &str) -> Result<()> {
    let is_open = "getAttribute('aria-expanded') === 'true'";
    browser.wait_for(&format!("document.querySelector('#stage-{stage}')?.{is_open}")).await?;
    browser.wait_for(&format!("location.search.includes('stage={stage}')")).await?;
    browser.wait_for("document.querySelector('#stage-panel')?.innerText.trim().length > 40").await
}

#[tokio::test]
async fn every_stage_opens_by_mouse_and_back_returns() -> Result<()> {
    let (_explorer, browser) = visit("/").await?;
    for stage in STAGES {
        browser.click(&format!("#stage-{stage}")).await?;
        wait_until_open(&browser, stage).await?;
        let num_open = "return document.querySelectorAll('[id^=stage-][aria-expanded=true]').length;";
        assert_eq!(browser.evaluate::<usize>(num_open).await?, 1, "{stage} alone is open");
    }
    for stage in STAGES.iter().rev().skip(1) {
        browser.go_back().await?;
        wait_until_open(&browser, stage).await?;
    }
    browser.go_back().await?;
    browser.wait_for("!document.querySelector('[id^=stage-][aria-expanded=true]')").await?;
    assert_quiet(&browser).await
}

#[tokio::test]
async fn every_stage_opens_by_keyboard() -> Result<()> {
    let (_explorer, browser) = visit("/").await?;
    for stage in STAGES {
        browser.tab_to(&format!("#stage-{stage}"), MAX_TABS).await?;
        browser.press(Key::Enter).await?;
        wait_until_open(&browser, stage).await?;
        let keeps_focus =
            format!("return document.activeElement.matches('#stage-{stage}, #stage-panel, #stage-panel *');");
        assert!(browser.evaluate::<bool>(&keeps_focus).await?, "the focus stays at {stage}");
        browser.evaluate::<()>("document.activeElement.blur(); window.scrollTo(0, 0);").await?;
    }
    assert_quiet(&browser).await
}

#[tokio::test]
async fn the_toggle_changes_the_model_and_a_link_keeps_the_view() -> Result<()> {
    let (explorer, browser) = visit("/?stage=backbone").await?;
    browser.wait_for_element("[data-node=\"layer1.0\"]").await?;
    browser.click("#model-vit").await?;
    browser.wait_for_element("[data-node=\"encoder.0\"]").await?;
    browser.wait_for("!document.querySelector('[data-node=\"layer1.0\"]')").await?;
    assert!(browser.address().await?.contains("model=vit"));

    browser.click("[data-node=\"encoder.3\"]").await?;
    browser.wait_for("location.search.includes('node=encoder.3')").await?;
    browser.wait_for("document.querySelector('#node-card')?.innerText.includes('384')").await?;
    let facts = "return document.querySelector('#node-card').innerText.split(/\\s+/).slice(0, 20).join(' ');";
    let card: String = browser.evaluate(facts).await?;
    browser.reload().await?;
    assert_eq!(browser.evaluate::<String>(facts).await?, card, "the link reopens the node");
    let html = ureq::get(browser.address().await?).call()?.body_mut().read_to_string()?;
    assert!(html.contains("id=\"node-card\""), "without a script, too");

    browser.go_back().await?;
    browser.wait_for("!location.search.includes('node=')").await?;
    browser.go_back().await?;
    browser.wait_for_element("[data-node=\"layer1.0\"]").await?;

    browser.tab_to("#model-resnet", 20).await?;
    browser.press(Key::Right).await?;
    browser.wait_for("document.activeElement.matches('#model-vit[aria-checked=true]')").await?;
    browser.wait_for_element("[data-node=\"encoder.0\"]").await?;
    assert_quiet(&browser).await?;
    drop(explorer);
    Ok(())
}

#[tokio::test]
async fn every_node_of_both_diagrams_can_be_asked() -> Result<()> {
    let (explorer, browser) = visit("/?stage=backbone").await?;
    for (model, nodes) in [
        ("resnet", ["conv1", "maxpool", "layer2.0", "layer4.2"]),
        ("vit", ["patch_embedding", "embeddings", "encoder.11", "norm"]),
    ] {
        browser.open(&explorer.url(&format!("/?model={model}&stage=backbone"))).await?;
        for node in nodes {
            browser.click(&format!("[data-node=\"{node}\"]")).await?;
            browser.wait_for(&format!("location.search.includes('node={node}')")).await?;
            browser.wait_for("document.querySelector('#node-card')?.innerText.trim().length > 40").await?;
        }
    }
    assert_quiet(&browser).await
}
