//! What a visitor is told when things fail, and how it goes on.

use anyhow::Result;
use tempfile::TempDir;
use tests::browser::Explorer;

use super::{visit, visit_alone};

#[tokio::test]
async fn a_file_that_is_no_picture_is_refused_in_words() -> Result<()> {
    let (_explorer, browser) = visit("/").await?;
    let answers = browser.text(".answers").await?;
    let folder = TempDir::new()?;
    let file = folder.path().join("notes.jpg");
    std::fs::write(&file, "no picture at all")?;
    browser.choose_file("#upload", &file).await?;
    browser.wait_for_element("[role=alert] .notice").await?;
    let notice = browser.text("[role=alert] .notice").await?;
    assert!(notice.contains("notes.jpg"), "{notice}");
    assert_eq!(browser.text(".answers").await?, answers, "the picture before it is kept");
    browser.click(".notice-actions .button:last-child").await?;
    browser.wait_for("!document.querySelector('.notice')").await
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again() -> Result<()> {
    let (explorer, browser) = visit_alone("/").await?;
    let folder = TempDir::new()?;
    let file = folder.path().join("a square.png");
    image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([x as u8 * 4, y as u8 * 4, 90])).save(&file)?;
    let address = explorer.stop();
    browser.choose_file("#upload", &file).await?;
    browser.wait_for_element("[role=alert] .notice").await?;
    let notice = browser.text("[role=alert] .notice").await?;
    assert!(notice.contains("a square.png"), "{notice}");

    let _explorer = Explorer::start_at(address)?;
    browser.click(".notice-actions .button:first-child").await?;
    browser.wait_for("document.querySelector('.picture-name')?.textContent.includes('a square.png')").await?;
    browser
        .wait_for("document.querySelectorAll('section.answer[aria-busy=false] .class-row').length === 10")
        .await?;
    browser.wait_for("!document.querySelector('.notice')").await
}

#[tokio::test]
async fn a_figure_whose_numbers_do_not_come_says_so() -> Result<()> {
    let (explorer, browser) = visit_alone("/?stage=backbone&node=conv1").await?;
    browser.wait_for_element("#node-card .heat-map:not(.is-waiting)").await?;
    let address = explorer.stop();
    browser.click("[data-node=\"maxpool\"]").await?;
    browser
        .wait_for("document.querySelector('#node-card .trouble')?.innerText.includes('did not answer')")
        .await?;

    let _explorer = Explorer::start_at(address)?;
    browser.click("#node-card .trouble .button").await?;
    browser.wait_for_element("#node-card .heat-map:not(.is-waiting)").await?;
    browser.wait_for("!document.querySelector('#node-card .trouble')").await
}

#[tokio::test]
async fn a_part_whose_code_does_not_come_says_so() -> Result<()> {
    let (explorer, browser) = visit_alone("/").await?;
    let address = explorer.stop();
    browser.click("#stage-backbone").await?;
    browser
        .wait_for("document.querySelector('#stage-panel [role=alert]')?.innerText.includes('did not load')")
        .await?;

    let _explorer = Explorer::start_at(address)?;
    browser.click("#stage-panel [role=alert] .button").await?;
    browser.wait_for_element("[data-node=\"layer1.0\"]").await?;
    browser.wait_for("!document.querySelector('#stage-panel [role=alert]')").await
}

#[tokio::test]
async fn a_click_that_comes_before_the_code_is_answered() -> Result<()> {
    let (_explorer, browser) = visit("/").await?;
    // A click by script needs no pointer, which would have woken the tables on its way.
    let sort = "document.querySelector('#layers .sort').click();";
    assert_eq!(
        browser
            .evaluate::<String>("return document.querySelector('#specifications .part').dataset.part;")
            .await?,
        "document"
    );
    browser.evaluate::<()>(sort).await?;
    browser.wait_for("document.querySelector('#layers th[aria-sort]')").await
}
