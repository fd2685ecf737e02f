//! Training as a visitor lives it: from a folder of photos to a head that answers in the explorer, and back. Main way by keyboard.

use anyhow::Result;
use tempfile::TempDir;
use tests::browser::{Browser, ColourScheme, Explorer, Viewport};
use tests::photo_folders::{add_photo, photo_folders};
use thirtyfour::Key;

use super::assert_quiet;

/// Classes of the data set.
const NUM_CLASSES: usize = 10;
/// Photos of each.
const PHOTOS_PER_CLASS: usize = 14;
const TOKEN: &str = "the token of this journey";

/// Id of the run that was asked for last.
const NEWEST_RUN: &str = "
    const done = arguments[0];
    fetch('/api/v1/training').then((answer) => answer.json()).then((told) => done(told.runs[0].id));
";

/// A data set, a server that may train on it, and a browser at its page of training.
struct Training {
    explorer: Explorer,
    browser: Browser,
    _photos: TempDir,
    _kept: TempDir,
}

async fn visit() -> Result<Training> {
    let classes: Vec<(String, usize)> =
        (1..=NUM_CLASSES).map(|number| (format!("{number:03}.colour-{number}"), PHOTOS_PER_CLASS)).collect();
    let photos = photo_folders(&classes);
    // Colours that lie so close that some answers are wrong, and a file that is no picture.
    for number in 40..46 {
        add_photo(photos.path(), &format!("001.colour-1/close-{number}.png"), 1, number);
    }
    std::fs::write(photos.path().join("002.colour-2/notes.png"), "no picture")?;
    let kept = TempDir::new()?;
    let dataset = format!("colours={}", photos.path().display());
    let explorer = Explorer::start_training(&dataset, TOKEN, kept.path())?;
    let browser = Browser::start().await?;
    browser.open(&explorer.url("/training")).await?;
    browser.wait_for_element(".class-counts-drawing").await?;
    Ok(Training { explorer, browser, _photos: photos, _kept: kept })
}

/// Types the token into its field and sends it, by keyboard alone.
async fn unlock(browser: &Browser) -> Result<()> {
    browser.tab_to("#admin-token", 40).await?;
    browser.press(TOKEN).await?;
    browser.press(Key::Enter).await?;
    browser.wait_for_element("#sign-out").await
}

/// Begins what the form describes, once it can, and waits until as many runs are done.
async fn train(browser: &Browser, num_runs: usize) -> Result<()> {
    browser.wait_for_element("#start-training:not([disabled])").await?;
    browser.evaluate::<()>("document.querySelector('#start-training').focus();").await?;
    browser.press(Key::Enter).await?;
    let done = format!("document.querySelectorAll('[data-run-state=done]').length >= {num_runs}");
    for _patience in 0..5 {
        if browser.wait_for(&done).await.is_ok() {
            break;
        }
    }
    browser.wait_for(&done).await
}

async fn assert_fits(browser: &Browser, what: &str) -> Result<()> {
    for viewport in Viewport::ALL {
        browser.resize(viewport).await?;
        for scheme in ColourScheme::ALL {
            browser.prefer(scheme).await?;
            let what = format!("{what} at {} px, {}", viewport.width_px, scheme.as_str());
            let violations: Vec<String> =
                browser.violations().await?.iter().map(|violation| format!("{violation}")).collect();
            assert!(violations.is_empty(), "{what}:\n{}", violations.join("\n"));
            assert_eq!(browser.overflowing().await?, Vec::<String>::new(), "{what} is wider than the window");
        }
    }
    browser.resize(Viewport::DESKTOP).await
}

#[tokio::test]
async fn a_head_is_trained_watched_used_and_put_back() -> Result<()> {
    let Training { explorer, browser, .. } = &visit().await?;
    let data = browser.text("#raw-data").await?;
    for expected in ["colours", "10 classes", "1 file passed over", "Files that were passed over"] {
        assert!(data.contains(expected), "{expected} in {data}");
    }
    assert!(browser.text("#head").await?.contains("No head has been trained"));

    // The chart of the classes by arrow keys, and the photos of one.
    browser.evaluate::<()>("document.querySelector('.class-counts-place').focus();").await?;
    browser.press(Key::Right).await?;
    browser
        .wait_for("document.querySelector('.class-counts .chart-readout').innerText.includes('20 photos')")
        .await?;
    browser.press(Key::Enter).await?;
    browser
        .wait_for("document.querySelector('.dataset-photos').innerText.includes('18 of 20 photos')")
        .await?;
    browser
        .wait_for(
            "[...document.querySelectorAll('.dataset-photos img')].some((photo) => photo.naturalWidth > 0)",
        )
        .await?;

    // From the start of the page again.
    browser.evaluate::<()>("document.querySelector('a').focus();").await?;
    unlock(browser).await?;
    train(browser, 2).await?;
    let epochs = "Number(document.querySelector('.curves').dataset.epochs) > 1";
    browser.wait_for(epochs).await?;
    assert!(
        browser
            .evaluate::<bool>("return document.querySelectorAll('.curves .chart-line').length >= 8;")
            .await?
    );

    // The result: numbers, and a cell of the matrix by keyboard with its photos.
    browser.wait_for_element("[data-result] .confusion-map").await?;
    let result = browser.text(".result-summary").await?;
    assert!(
        result.contains("right on") && result.contains("10 classes") && result.contains("95"),
        "{result}"
    );
    browser.evaluate::<()>("document.querySelector('.confusion-map').focus();").await?;
    browser.press(Key::Down).await?;
    browser.press("+").await?;
    browser.press(Key::Home).await?;
    browser.press(Key::Enter).await?;
    browser.wait_for("document.querySelectorAll('.cell-photos img').length > 0 && [...document.querySelectorAll('.cell-photos img')].every((photo) => photo.naturalWidth > 0)").await?;
    browser.click(".class-results .sorter").await?;
    browser.wait_for_element(".class-results [aria-sort]").await?;
    // Tables too, which are made when they are opened.
    browser
        .evaluate::<()>("document.querySelectorAll('main details').forEach((all) => all.open = true);")
        .await?;
    browser.wait_for_element(".curves .data-table").await?;
    assert_fits(browser, "the page of training with a result").await?;

    assert_quiet(browser).await?;
    use_and_put_back(explorer, browser).await?;
    // The console tells of what the page of another head asked about a picture, and was refused.
    let complaints = browser.complaints().await?;
    let is_refusal = |complaint: &String| complaint.contains("/api/v1/images/") && complaint.contains("409");
    assert!(!complaints.is_empty() && complaints.iter().all(is_refusal), "{complaints:?}");
    Ok(())
}

/// The head of the result that is shown answers in the explorer, and then the one of the start again.
async fn use_and_put_back(explorer: &Explorer, browser: &Browser) -> Result<()> {
    let slot: String =
        browser.evaluate("return document.querySelector('[data-result]').dataset.model;").await?;
    browser.evaluate::<()>("document.querySelector('#use-head').focus();").await?;
    browser.press(Key::Enter).await?;
    browser
        .wait_for("document.querySelector('.head-in-use')?.innerText.includes('answers in the explorer now')")
        .await?;

    browser.open(&explorer.url(&format!("/?model={slot}"))).await?;
    let head = browser.text("#stage-head").await?;
    assert!(head.contains("10"), "the diagram says how many classes there are: {head}");
    let answer = format!("section.answer[data-model={slot}]");
    assert!(browser.text(&answer).await?.contains("colour"), "the answer is one of the new classes");

    // A page that was open while the head went back does not show new answers against old labels.
    let client = ureq::delete(explorer.url(&format!("/api/v1/models/{slot}/head")));
    client.header("authorization", &format!("Bearer {TOKEN}")).call()?;
    browser.click(".sample:not([aria-current])").await?;
    browser
        .wait_for(&format!(
            "document.querySelector('{answer} .answer-failure')?.innerText.includes('head was changed')"
        ))
        .await?;
    browser.click(&format!("{answer} .answer-failure .button")).await?;
    browser.wait_for(&format!("!document.querySelector('{answer} .answer-failure') && document.querySelector('{answer} .class-row')")).await?;
    assert!(!browser.text(&answer).await?.contains("colour"), "the classes of the start are back");
    Ok(())
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_ridge_has_no_curve() -> Result<()> {
    let Training { browser, .. } = &visit().await?;
    browser.tab_to("#admin-token", 40).await?;
    browser.press("a wrong token of some length").await?;
    browser.press(Key::Enter).await?;
    browser.wait_for("document.querySelector('.admin-status')?.innerText.length > 10").await?;
    assert!(browser.evaluate::<bool>("return document.querySelector('#start-training').disabled;").await?);
    browser.evaluate::<()>("document.querySelector('#admin-token').value = ''; document.querySelector('#admin-token').focus();").await?;
    browser.press(TOKEN).await?;
    browser.press(Key::Enter).await?;
    browser.wait_for_element("#sign-out").await?;
    // The tab keeps it over a reload.
    browser.reload().await?;
    browser.wait_for_element("#sign-out").await?;
    browser.click(".recipe .option:last-child").await?;
    train(browser, 2).await?;
    browser.wait_for_element("[data-result]").await?;
    assert!(browser.evaluate::<bool>("return !document.querySelector('.curves .chart-line');").await?);
    // The first complaint is the refused token.
    let complaints = browser.complaints().await?;
    assert!(
        complaints.iter().all(|complaint| complaint.contains("/admin") && complaint.contains("401")),
        "{complaints:?}"
    );
    Ok(())
}

#[tokio::test]
async fn how_many_photos_are_measured_and_the_report_is_printed() -> Result<()> {
    let Training { explorer, browser, .. } = &visit().await?;
    unlock(browser).await?;
    browser.wait_for_element("#start-efficiency:not([disabled])").await?;
    browser.evaluate::<()>("document.querySelector('#start-efficiency').focus();").await?;
    browser.press(Key::Enter).await?;
    let drawn = "document.querySelectorAll('[data-measurement=frozen] .chart-span').length === 2";
    for _patience in 0..5 {
        if browser.wait_for(drawn).await.is_ok() {
            break;
        }
    }
    browser.wait_for(drawn).await?;
    let words = browser.text("[data-measurement=frozen]").await?;
    for expected in ["What it cannot show", "cards say", "ResNet-50", "ViT-S/16"] {
        assert!(words.contains(expected), "{expected} in {words}");
    }
    let id: String = browser.evaluate_later(NEWEST_RUN).await?;
    browser.open_document(&explorer.url(&format!("/training/runs/{id}"))).await?;
    assert!(browser.text("main").await?.contains("What it cannot show"));
    assert_fits(browser, "the report").await?;
    assert_quiet(browser).await
}

#[tokio::test]
async fn a_server_that_does_not_train_explains_itself_and_works_without_scripts() -> Result<()> {
    let (explorer, browser) = super::visit("/training").await?;
    let words = browser.text(".training").await?;
    assert!(words.contains("--admin-token") && words.contains("has no data set"), "{words}");
    assert_fits(&browser, "the page of a server that does not train").await?;
    browser.allow_scripts(false).await?;
    browser.open_document(&explorer.url("/training")).await?;
    assert!(browser.text("main").await?.contains("Raw Data"));
    assert!(!browser.is_shown("#start-training").await?, "what needs a script is not offered");
    assert_quiet(&browser).await
}

#[tokio::test]
async fn the_stages_of_the_explorer_show_data_set_and_augmentation() -> Result<()> {
    let Training { explorer, browser, .. } = &visit().await?;
    browser.open(&explorer.url("/?stage=raw-data")).await?;
    browser.evaluate::<()>("document.querySelector('#dataset-heading').scrollIntoView();").await?;
    browser.wait_for_element(".stage-inside .class-counts-drawing").await?;
    browser.open(&explorer.url("/?stage=preprocessing")).await?;
    browser
        .evaluate::<()>("document.querySelector('.stage-inside').lastElementChild.scrollIntoView();")
        .await?;
    browser.wait_for("document.querySelectorAll('.augmented-view img').length === 8").await?;
    browser.wait_for("document.querySelectorAll('.augmented-box:not(.is-halo)').length === 8").await?;
    let before = browser.text(".augmented-views").await?;
    browser.click(".augmented .button").await?;
    browser.wait_for("document.querySelector('.augmented-views').innerText.includes('Seed 8')").await?;
    assert_ne!(browser.text(".augmented-views").await?, before, "other seeds draw other views");
    assert_quiet(browser).await
}
