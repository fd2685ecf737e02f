//! The weights themselves: a layer's kernels in colours where it reads colours; elsewhere the slices of one kernel.

use std::sync::Arc;

use leptos::prelude::*;

use super::Slide;
use crate::api::Array;
use crate::components::heat_map::ColourBar;
use crate::components::learning::{MapPanel, PanelSize};
use crate::components::lenses::channel_wall::{ChannelWall, SpritePicture};
use crate::drawing::colour::Scale;
use crate::drawing::convolution_steps::heaviest_slices;
use crate::drawing::grid::Grid;
use crate::drawing::wall;
use crate::i18n::text::lenses::filters as text;

/// Slices of a kernel that are shown at once, the heaviest.
const MAX_SLICES: usize = 64;

/// The wall and the chosen one large.
#[component]
pub fn Weights(
    /// What is chosen.
    slide: Slide,
) -> impl IntoView {
    let reads_colours = Memo::new(move |_previous| {
        slide.layer.with(|layer| layer.as_ref().is_some_and(super::Layer::reads_colours))
    });
    view! {
        <section class="filter-weights" aria-labelledby="filter-weights-heading">
            <h5 id="filter-weights-heading">{move || text::weights_heading(&slide.node(), slide.layer.get().map(|layer| layer.conv))}</h5>
            {move || if reads_colours.get() { colours(slide).into_any() } else { slices(slide).into_any() }}
        </section>
    }
}

fn colours(slide: Slide) -> impl IntoView {
    let sprite = Memo::new(move |_previous| {
        slide.kernels.state().with(|kernels| wall::of_colour_kernels(kernels.ready()?).map(Arc::new))
    });
    let one = Memo::new(move |_previous| {
        let out_channel = slide.out_channel.get();
        slide.kernels.state().with(|kernels| wall::colour_kernel(kernels.ready()?, out_channel).map(Arc::new))
    });
    let value = Signal::derive(move || text::kernel(slide.out_channel.get()));
    view! {
        <div class="wall-and-map">
            <div class="wall-column">
                <ChannelWall
                    sprite=sprite
                    chosen=Signal::derive(move || Some(slide.out_channel.get()))
                    on_choose=move |tile| slide.state.set("out", tile)
                    label=text::KERNEL_WALL
                    value=value
                />
                <p class="muted wall-note">{text::COLOUR_NOTE}</p>
            </div>
            <div class="map-column kernel-column">
                <p class="map-name">{move || value.get()}</p>
                <SpritePicture sprite=one label=Signal::derive(move || text::kernel_label(slide.out_channel.get()))/>
                <ColourBar scale=Scale::Diverging range=Signal::derive(move || reach(slide)) quantity=text::COLOUR_BAR/>
            </div>
        </div>
    }
}

/// The largest weight of the chosen kernel, down and up.
fn reach(slide: Slide) -> Option<(f32, f32)> {
    slide.kernel.state().with(|kernel| {
        let reach = kernel.ready()?.values.iter().fold(0.0_f32, |reach, weight| reach.max(weight.abs()));
        Some((-reach, reach))
    })
}

fn slices(slide: Slide) -> impl IntoView {
    let order = Memo::new(move |_previous| {
        slide.kernel.state().with(|kernel| kernel.ready().map(|kernel| heaviest_slices(kernel, MAX_SLICES)))
    });
    let range = Memo::new(move |_previous| reach(slide));
    let sprite = Memo::new(move |_previous| {
        let (order, range) = (order.get()?, range.get()?);
        slide.kernel.state().with(|kernel| {
            wall::of_maps(&selected(kernel.ready()?, &order), Scale::Diverging, Some(range)).map(Arc::new)
        })
    });
    let position = move || {
        let channel = slide.in_channel.get()?;
        order.get()?.iter().position(|shown| *shown == channel)
    };
    let choose = move |tile: usize| {
        let channel = order.get_untracked().and_then(|order| order.get(tile).copied());
        channel.into_iter().for_each(|channel| slide.state.set("in", channel));
    };
    let grid = Memo::new(move |_previous| {
        let channel = slide.in_channel.get()?;
        slide.kernel.state().with(|kernel| Grid::channel(kernel.ready()?, channel).map(Arc::new))
    });
    let name = Signal::derive(move || text::slice(slide.out_channel.get(), slide.in_channel.get()));
    let count = move || slide.layer.with(|layer| layer.as_ref().map_or(0, |layer| layer.conv.in_channels));
    view! {
        <div class="wall-and-map">
            <div class="wall-column">
                <ChannelWall
                    sprite=sprite
                    chosen=Signal::derive(position)
                    on_choose=choose
                    label=text::SLICE_WALL
                    value=name
                />
                <p class="muted wall-note">{move || text::slices_note(count().min(MAX_SLICES), count(), slide.out_channel.get())}</p>
            </div>
            <div class="map-column kernel-column">
                <MapPanel
                    name=name
                    grid=grid
                    scale=Scale::Diverging
                    range=range
                    quantity=text::WEIGHT
                    label=Signal::derive(move || text::slice_label(slide.out_channel.get(), slide.in_channel.get()))
                    size=PanelSize::Apart
                />
            </div>
        </div>
    }
}

/// Some channels of `[channels, rows, columns]`, in this order.
fn selected(array: &Array, channels: &[usize]) -> Array {
    let size: usize = array.shape.iter().skip(1).product();
    let values = channels
        .iter()
        .flat_map(|channel| array.values[channel * size..(channel + 1) * size].iter().copied());
    let mut shape = array.shape.clone();
    shape[0] = channels.len();
    Array { values: values.collect(), shape }
}
