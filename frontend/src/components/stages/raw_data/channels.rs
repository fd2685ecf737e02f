//! The picture's three channels apart, each as a picture in shades of grey and as a histogram.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use crate::components::figure::Figure;
use crate::components::live::live;
use crate::components::picture_reading::{PictureReading, paint};
use crate::components::stages::data_table::{DataTable, Row, number_row};
use crate::drawing::axis::Axis;
use crate::drawing::columns::columns;
use crate::drawing::pixels::{CHANNELS, Histogram, LEVELS, Pixels};
use crate::i18n::number;
use crate::i18n::text::stages::raw_data as text;

/// Longer side of the pixels that are counted; larger pictures are sampled evenly.
const MAX_SIDE: u32 = 1024;
/// Columns of a histogram.
const BINS: usize = 64;
/// Parts of the range that the table lists.
const TABLE_BINS: usize = 4;
/// Names of the channels as data.
const CHANNEL_IDS: [&str; CHANNELS] = ["red", "green", "blue"];

type Whole = Memo<Option<Arc<Pixels>>>;
type Histograms = Memo<Option<[Histogram; CHANNELS]>>;

/// The figure.
#[component]
pub fn Channels(
    /// Reads the picture.
    reading: PictureReading,
) -> impl IntoView {
    let pixels: Whole = Memo::new(move |_previous| reading.whole(MAX_SIDE));
    let histograms: Histograms = Memo::new(move |_previous| {
        pixels.with(|pixels| pixels.as_ref().map(|pixels| [0, 1, 2].map(|channel| pixels.histogram(channel))))
    });
    let means = move || histograms.with(|all| all.as_ref().map(|all| all.each_ref().map(Histogram::mean)));
    let counted = move || {
        let (columns, rows) = reading.size()?;
        Some((pixels.with(|pixels| pixels.as_ref().map(|pixels| pixels.count()))?, columns * rows))
    };
    view! {
        <div class="needs-script">
            <Figure
                title=Signal::derive(move || text::channels_title(means()))
                explanation=Signal::derive(move || text::channels_explanation(counted()))
            >
                <div class="channels">
                    {[0, 1, 2].map(|channel| view! { <Channel channel pixels histograms/> })}
                </div>
                <details class="table-details">
                    <summary>{text::CHANNEL_TABLE_SUMMARY}</summary>
                    <DataTable
                        caption=text::CHANNEL_TABLE.to_owned()
                        columns=text::CHANNEL_COLUMNS.map(str::to_owned).to_vec()
                        rows=Signal::derive(move || histograms.get().map(rows).unwrap_or_default())
                    />
                </details>
            </Figure>
        </div>
    }
}

fn rows(histograms: [Histogram; CHANNELS]) -> Vec<Row> {
    let row = |(name, histogram): (&str, Histogram)| {
        let parts = histogram.binned(TABLE_BINS);
        let total = f64::from(parts.iter().sum::<u32>().max(1));
        let parts = parts.into_iter().map(move |count| number::percent((f64::from(count) / total) as f32));
        let means = [number::fixed(histogram.mean(), 1), number::fixed(histogram.deviation(), 1)];
        let clipped = number::percent(histogram.clipped_part() as f32);
        number_row(name, means.into_iter().chain(parts).chain([clipped]))
    };
    text::CHANNEL_NAMES.into_iter().zip(histograms).map(row).collect()
}

#[component]
fn Channel(
    /// 0 is red.
    channel: usize,
    /// The picture.
    pixels: Whole,
    /// Of all channels.
    histograms: Histograms,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_previous: Option<()>| {
        if let (Some(canvas), Some(pixels)) = (canvas.get(), pixels.get()) {
            paint(&canvas, &pixels.channel(channel));
        }
    });
    let path = move || histograms.with(|all| all.as_ref().map(|all| outline(all, channel)));
    let mean = move || histograms.with(|all| all.as_ref().map(|all| all[channel].mean()));
    // Outside of the drawing until it is known.
    let mean_part = move || mean().map_or(-1.0, |mean| mean / (LEVELS - 1) as f64);
    let mean_x = move || format!("{:.2}%", mean_part() * 100.0);
    view! {
        <div class="channel" data-channel=CHANNEL_IDS[channel]>
            <p class="channel-name">
                <span>{text::CHANNEL_NAMES[channel]}</span>
                <span class="number muted">{move || mean().map(text::channel_mean)}</span>
            </p>
            <canvas class="channel-picture" node_ref=canvas role="img" aria-label=text::channel_picture(channel)></canvas>
            <svg class="histogram" role="img" aria-label=live(move || text::histogram(channel, mean()))>
                <svg viewBox=format!("0 0 {BINS} 1") preserveAspectRatio="none" width="100%" height="100%">
                    <path d=path/>
                </svg>
                <line class="histogram-mean" x1=mean_x x2=mean_x y1="0" y2="100%"/>
            </svg>
            <p class="histogram-axis number" aria-hidden="true"><span>"0"</span><span>{LEVELS - 1}</span></p>
        </div>
    }
}

/// A channel's histogram on the scale that the three share.
fn outline(histograms: &[Histogram; CHANNELS], channel: usize) -> String {
    let binned = histograms.each_ref().map(|histogram| histogram.binned(BINS));
    let axis = Axis::around_zero(binned.iter().flatten().copied().map(f64::from));
    columns(&axis, binned[channel].iter().copied().map(f64::from).enumerate())
}
