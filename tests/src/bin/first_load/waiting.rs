//! What a visitor waits for: the first view, on a fast and on a slow line, and the next frame after each thing that is done.

use anyhow::Result;
use tests::browser::{Browser, Milestones, Slowness};
use thirtyfour::Key;

use super::{NUM_LOADS, SETTLING};

/// A phone on a bad day.
const SLOW: Slowness = Slowness { line_kbit_s: 1600.0, latency_ms: 150.0, processor: 4.0 };
/// Frames while a slider moves.
const NUM_FRAMES: usize = 120;

/// What is done to the page: a click on the first, or a key while the focus is there.
const DONE: [(&str, &str, Option<Key>); 9] = [
    ("the other model", "#model-vit", None),
    ("a stage", "#stage-preprocessing", None),
    ("the backbone", "#stage-backbone", None),
    ("a block", "[data-node=\"encoder.3\"]", None),
    ("the output", "#stage-output", None),
    ("another picture", "a.sample[href*='picture=cat']", None),
    ("the theme", ".theme-switch", None),
    ("a step of the receptive field", "#learning .slider input", Some(Key::Right)),
    ("a lens", ".lens-menu [data-lens='attention']", None),
];

/// Moves the receptive field's slider once a frame and gives how long each frame took, in milliseconds.
const SLIDE: &str = "
    const done = arguments[0];
    const slider = document.querySelector('#learning .slider input');
    slider.scrollIntoView({ block: 'center' });
    const times = [];
    let position = 0;
    const step = (now) => {
        times.push(now);
        if (times.length > COUNT) return done(times.slice(1).map((time, index) => time - times[index]));
        position = (position + 1) % (Number(slider.max) + 1);
        slider.value = position;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        requestAnimationFrame(step);
    };
    setTimeout(() => requestAnimationFrame(step), 500);
";

/// Prints all of it and gives when something of the page is seen here, in milliseconds.
///
/// # Errors
/// The page or the browser does not do what it should.
pub async fn report(url: &str) -> Result<f64> {
    let first_paint_ms = first_view(url, "here", None).await?;
    first_view(url, "at 1.6 Mbit/s, 150 ms, a quarter of the processor", Some(SLOW)).await?;
    for (place, processor) in [("here", 1.0), ("with a quarter of the processor", SLOW.processor)] {
        interactions(url, place, processor).await?;
    }
    slider(url).await?;
    Ok(first_paint_ms)
}

/// Prints the medians of some visits and gives that of the first paint.
async fn first_view(url: &str, place: &str, slowness: Option<Slowness>) -> Result<f64> {
    let mut visits = Vec::new();
    for _load in 0..NUM_LOADS {
        visits.push(visit(url, slowness).await?);
    }
    let median = |of: fn(&Milestones) -> f64| {
        let mut times: Vec<f64> = visits.iter().map(of).collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let first_paint_ms = median(|visit| visit.first_paint_ms);
    println!(
        "{place}: seen after {first_paint_ms:.0} ms, interactive after {:.0} ms, largest part seen after {:.0} ms (medians of {NUM_LOADS})",
        median(|visit| visit.interactive_ms),
        median(|visit| visit.largest_paint_ms)
    );
    Ok(first_paint_ms)
}

async fn visit(url: &str, slowness: Option<Slowness>) -> Result<Milestones> {
    let browser = Browser::start().await?;
    tokio::time::sleep(SETTLING).await;
    browser.watch_speed().await?;
    if let Some(slowness) = slowness {
        browser.slow_down(slowness).await?;
    }
    browser.open(url).await?;
    browser.wait_for("speed.interactive > 0 && speed.largest > 0").await?;
    tokio::time::sleep(SETTLING).await;
    browser.milestones().await
}

/// A browser on the page with all its parts awake.
async fn at_ease(url: &str) -> Result<Browser> {
    let browser = Browser::start().await?;
    browser.watch_speed().await?;
    browser.open(url).await?;
    browser.wait_for("document.documentElement.hasAttribute('data-hydrated')").await?;
    let part = "document.querySelector('#learning .slider input')?.closest('.part')";
    browser.evaluate::<()>(&format!("{part}?.scrollIntoView(); return null;")).await?;
    browser.wait_for(&format!("{part}?.dataset.part === 'awake'")).await?;
    tokio::time::sleep(SETTLING).await;
    Ok(browser)
}

async fn interactions(url: &str, place: &str, processor: f64) -> Result<()> {
    let browser = at_ease(url).await?;
    browser.slow_processor(processor).await?;
    let mut longest = 0.0_f64;
    for (what, selector, key) in DONE {
        browser.longest_interaction_ms().await?;
        match key {
            None => browser.click(selector).await?,
            Some(key) => {
                browser
                    .evaluate::<()>(&format!(
                        "document.querySelector(\"{}\").focus();",
                        selector.replace('"', "'")
                    ))
                    .await?;
                browser.press(key).await?;
            }
        }
        let took_ms = browser.longest_interaction_ms().await?;
        println!("{place}: the next frame after {what}: {took_ms:.0} ms");
        longest = longest.max(took_ms);
    }
    println!("{place}: the longest: {longest:.0} ms");
    Ok(())
}

async fn slider(url: &str) -> Result<()> {
    let browser = at_ease(url).await?;
    let script = SLIDE.replace("COUNT", &NUM_FRAMES.to_string());
    let mut frames: Vec<f64> = browser.evaluate_later(&script).await?;
    frames.sort_by(f64::total_cmp);
    let usual = frames[frames.len() / 2];
    let dropped = frames.iter().filter(|frame| **frame > 1.5 * usual).count();
    println!(
        "{NUM_FRAMES} frames while the receptive field's slider moves: {usual:.1} ms (median), {:.1} ms at most, {dropped} dropped",
        frames[frames.len() - 1]
    );
    Ok(())
}
