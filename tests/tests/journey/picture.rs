//! The visitor's own picture: chosen, dropped, pasted; answered as the API answers; kept through a reload, and by nobody
//! else.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use image::imageops::crop_imm;
use shared::{ModelSlot, Predictions, route};
use tempfile::TempDir;
use tests::browser::{Browser, Explorer};

use super::{assert_quiet, visit, visit_alone};

/// Half of what the last digit of a shown percentage stands for, and a little for its rounding.
const SHOWN_TOLERANCE: f64 = 0.051;

/// A picture that nobody has seen: a piece of a sample photo.
pub fn own_picture(folder: &TempDir) -> Result<PathBuf> {
    let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/photos/cat.jpg");
    let photo = image::open(photo).context("the sample photo")?.to_rgb8();
    let path = folder.path().join("my cat.png");
    crop_imm(&photo, 40, 20, 300, 260).to_image().save(&path).context("a temporary folder can be written")?;
    Ok(path)
}

/// What the API answers about a file.
fn ask(explorer: &Explorer, file: &Path, model: ModelSlot) -> Result<Predictions> {
    let mut answer = ureq::post(explorer.url(route::IMAGES)).send(&std::fs::read(file)?[..])?;
    let image: serde_json::Value = answer.body_mut().read_json()?;
    let image_id = image["image_id"].as_str().context("an upload gets an id")?;
    let mut answer = ureq::get(explorer.url(&route::predictions(image_id, model, Some(5)))).call()?;
    Ok(answer.body_mut().read_json()?)
}

/// The rows of an answer that the page shows: label and probability in percent, as text.
async fn shown(browser: &Browser, model: ModelSlot) -> Result<Vec<(String, String)>> {
    let answer = format!("section.answer[data-model={model}]");
    browser
        .wait_for(&format!("document.querySelector('{answer}')?.getAttribute('aria-busy') === 'false'"))
        .await?;
    let script = format!(
        "return [...document.querySelectorAll('{answer} .class-row')].map((row) => [
            row.querySelector('.class-label').textContent,
            row.querySelector('.class-probability').textContent,
        ]);"
    );
    browser.evaluate(&script).await
}

/// Whether a shown percentage is this one: `71.3 %`, or `<0.1 %` for what would be rounded to nothing.
fn says(shown: &str, percent: f64) -> bool {
    let digits: String = shown.chars().filter(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    let Ok(value) = digits.parse::<f64>() else { return false };
    if shown.contains('<') { percent < value } else { (value - percent).abs() <= SHOWN_TOLERANCE }
}

async fn assert_shows_answers(browser: &Browser, explorer: &Explorer, file: &Path) -> Result<()> {
    for model in ModelSlot::ALL {
        let expected = ask(explorer, file, model)?;
        let shown = shown(browser, model).await?;
        assert_eq!(shown.len(), 5, "{model}: {shown:?}");
        for ((label, percent), class) in shown.iter().zip(&expected.classes) {
            assert_eq!(label, &class.label, "{model}");
            let probability = 100.0 * f64::from(class.probability);
            assert!(says(percent, probability), "{model}: {percent} for {probability}");
        }
    }
    Ok(())
}

pub async fn wait_until_on_the_bench(browser: &Browser, name: &str) -> Result<()> {
    browser
        .wait_for(&format!("document.querySelector('.picture-name')?.textContent.includes({name:?})"))
        .await?;
    browser.wait_for("!document.querySelector('section.answer[aria-busy=true]')").await?;
    browser.wait_for("location.search.includes('picture=own')").await
}

#[tokio::test]
async fn an_own_picture_is_answered_and_kept() -> Result<()> {
    let (explorer, browser) = visit("/?model=vit&stage=backbone").await?;
    let folder = TempDir::new()?;
    let picture = own_picture(&folder)?;
    browser.choose_file("#upload", &picture).await?;
    wait_until_on_the_bench(&browser, "my cat.png").await?;
    assert_shows_answers(&browser, &explorer, &picture).await?;

    browser.reload().await?;
    wait_until_on_the_bench(&browser, "my cat.png").await?;
    assert_shows_answers(&browser, &explorer, &picture).await?;
    let address = browser.address().await?;
    assert!(address.contains("model=vit") && address.contains("stage=backbone"), "{address}");

    browser.go_back().await?;
    browser.wait_for("!location.search.includes('picture=own')").await?;
    browser.wait_for("!document.querySelector('.picture-name')?.textContent.includes('my cat')").await?;
    assert_quiet(&browser).await?;

    let elsewhere = Browser::start().await?;
    elsewhere.open(&address).await?;
    elsewhere.wait_for_element(".notice").await?;
    let name = elsewhere.text(".picture-name").await?;
    assert!(!name.contains("my cat"), "{name}");
    assert_quiet(&elsewhere).await
}

#[tokio::test]
async fn a_replica_that_forgot_the_picture_gets_it_again() -> Result<()> {
    let (explorer, browser) = visit_alone("/").await?;
    let folder = TempDir::new()?;
    let picture = own_picture(&folder)?;
    browser.choose_file("#upload", &picture).await?;
    wait_until_on_the_bench(&browser, "my cat.png").await?;
    let address = explorer.stop();
    let explorer = Explorer::start_at(address)?;
    browser.reload().await?;
    wait_until_on_the_bench(&browser, "my cat.png").await?;
    assert_shows_answers(&browser, &explorer, &picture).await
}

/// Has the page receive a file as a browser would hand it over: `type` is the event, `field` where it carries the file.
fn handing_over(event: &str) -> String {
    format!(
        "const done = arguments[0];
        fetch('/photos/pagoda.jpg').then((answer) => answer.blob()).then((photo) => {{
            const transfer = new DataTransfer();
            transfer.items.add(new File([photo], 'handed over.jpg', {{ type: 'image/jpeg' }}));
            document.body.dispatchEvent({event});
            done(null);
        }});"
    )
}

#[tokio::test]
async fn pictures_can_be_dropped_and_pasted() -> Result<()> {
    for event in [
        "new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })",
        "new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true })",
    ] {
        let (explorer, browser) = visit("/").await?;
        browser.evaluate_later::<()>(&handing_over(event)).await?;
        wait_until_on_the_bench(&browser, "handed over.jpg").await?;
        let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/photos/pagoda.jpg");
        assert_shows_answers(&browser, &explorer, &photo).await?;
        assert_quiet(&browser).await?;
    }
    Ok(())
}

#[tokio::test]
async fn samples_are_chosen_by_a_click() -> Result<()> {
    let (explorer, browser) = visit("/").await?;
    browser.click("a.sample[href*='picture=cat']").await?;
    browser.wait_for("location.search.includes('picture=cat')").await?;
    let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/photos/cat.jpg");
    assert_shows_answers(&browser, &explorer, &photo).await?;
    assert_quiet(&browser).await
}
