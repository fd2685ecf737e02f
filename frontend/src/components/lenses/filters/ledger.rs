//! One unit as a sum: window times kernel channel by channel, all channels together, batch-norm, ReLU, and the model's own value beside.

use leptos::prelude::*;

use super::{Slide, Worked};
use crate::drawing::colour::Scale;
use crate::drawing::convolution_steps::ChannelPart;
use crate::drawing::grid::Grid;
use crate::drawing::number_grid;
use crate::i18n::number;
use crate::i18n::text::lenses::filters as text;

/// The working out.
#[component]
pub fn Ledger(
    /// What is chosen.
    slide: Slide,
) -> impl IntoView {
    let is_late = move || {
        slide.worked.with(|worked| worked.as_ref().is_some_and(|worked| worked.unit != slide.unit.get()))
    };
    let body = move || {
        slide.worked.get().map(|worked| {
            let scales = Scales::of(&worked);
            let reads_colours =
                slide.layer.with(|layer| layer.as_ref().is_some_and(super::Layer::reads_colours));
            let parts: Vec<_> =
                worked.sum.largest.iter().map(|part| part_row(part, scales, reads_colours)).collect();
            view! {
                <p class="ledger-unit">{text::unit(&worked.node, worked.out_channel, worked.unit)}</p>
                <div class="ledger-parts">{parts}</div>
                {lines(&worked)}
            }
        })
    };
    view! {
        <section class="filter-ledger" class:is-late=is_late aria-labelledby="filter-ledger-heading">
            <h5 id="filter-ledger-heading">{text::LEDGER}</h5>
            {body}
        </section>
    }
}

/// How far the colours of each kind of grid reach, over all channels that are shown.
#[derive(Clone, Copy)]
struct Scales {
    window: f32,
    kernel: f32,
    products: f32,
}

impl Scales {
    fn of(worked: &Worked) -> Self {
        let reach = |of: fn(&ChannelPart) -> &Grid| {
            worked.sum.largest.iter().map(|part| Scale::Diverging.range(of(part)).1).fold(0.0, f32::max)
        };
        Self {
            window: reach(|part| &part.window),
            kernel: reach(|part| &part.kernel),
            products: reach(|part| &part.products),
        }
    }
}

fn part_row(part: &ChannelPart, scales: Scales, is_colour: bool) -> impl IntoView + use<> {
    view! {
        <div class="ledger-part">
            <p class="ledger-channel">{text::part(part.channel, is_colour)}</p>
            {numbers(&part.window, scales.window, text::WINDOW)}
            <span class="ledger-sign" aria-hidden="true">"×"</span>
            {numbers(&part.kernel, scales.kernel, text::KERNEL)}
            <span class="ledger-sign" aria-hidden="true">"="</span>
            {numbers(&part.products, scales.products, text::PRODUCTS)}
            <p class="ledger-sum number">{text::adds(part.sum)}</p>
        </div>
    }
}

fn numbers(grid: &Grid, reach: f32, name: &'static str) -> impl IntoView + use<> {
    let (width, height) = (grid.columns * number_grid::CELL, grid.rows * number_grid::CELL);
    let is_dense = grid.columns > 3;
    view! {
        <div class="number-grid" class:is-dense=is_dense class:is-single={grid.columns == 1}>
            <p class="muted">{name}</p>
            <svg
                viewBox=format!("0 0 {width} {height}")
                role="img"
                aria-label=name
                inner_html=number_grid::svg(grid, Scale::Diverging, (-reach, reach), text::in_cell)
            ></svg>
        </div>
    }
}

fn lines(worked: &Worked) -> impl IntoView + use<> {
    let line = |(name, formula, result): (&'static str, String, String)| {
        view! {
            <li class="ledger-line">
                <span class="ledger-name">{name}</span>
                <span class="ledger-formula number">{formula}</span>
                <span class="ledger-result number">{result}</span>
            </li>
        }
    };
    let parts: Vec<f64> = worked.sum.largest.iter().map(|part| part.sum).collect();
    let lines = [
        text::sum_line(&parts, worked.sum.other_channels, worked.sum.others, worked.sum.total),
        text::norm_line(worked.sum.total, &worked.norm, &worked.made),
        text::relu_line(worked.has_relu, &worked.made),
        text::own_line(worked.own, worked.made.value),
    ];
    view! { <ol class="ledger-lines">{lines.map(line)}</ol> }
}

/// Cells, channels and steps, for the table.
pub fn rows(worked: &Worked) -> Vec<Vec<String>> {
    let empty = String::new;
    let mut rows = Vec::new();
    for part in &worked.sum.largest {
        for cell in 0..part.window.values.len() {
            let (row, column) = (cell / part.window.columns, cell % part.window.columns);
            let of = |grid: &Grid| number::value(grid.values[cell]);
            rows.push(vec![
                text::cell(part.channel, row, column),
                of(&part.window),
                of(&part.kernel),
                of(&part.products),
            ]);
        }
        rows.push(vec![text::channel_sum(part.channel), empty(), empty(), exact(part.sum)]);
    }
    let norm = worked.norm;
    let lines = [
        (text::OTHERS, worked.sum.others),
        (text::SUM, worked.sum.total),
        (text::NORM_WEIGHT, f64::from(norm.weight)),
        (text::NORM_BIAS, f64::from(norm.bias)),
        (text::NORM_MEAN, f64::from(norm.running_mean)),
        (text::NORM_VARIANCE, f64::from(norm.running_var)),
        (text::NORMALISED, worked.made.normalised),
        (text::RESULT, worked.made.value),
        (text::OWN, f64::from(worked.own)),
        (text::DIFFERENCE, f64::from(worked.own) - worked.made.value),
    ];
    rows.extend(lines.map(|(name, value)| vec![name.to_owned(), empty(), empty(), exact(value)]));
    rows
}

fn exact(value: f64) -> String {
    number::value(value as f32)
}
