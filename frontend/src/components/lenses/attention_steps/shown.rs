//! What the present step looks like: strips of vectors, a map of a number for each patch, the check against the model.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::attention::{MODEL, asker_words};
use super::{Row, row_of};
use crate::components::heat_map::{ColourBar, HeatMap};
use crate::components::learning::{MapPanel, PanelSize};
use crate::components::live::live;
use crate::drawing::attention::patch_at;
use crate::drawing::attention_steps::AttentionSteps;
use crate::drawing::colour::Scale;
use crate::drawing::grid::Grid;
use crate::i18n::text::lenses::attention_steps as text;
use crate::state::Cursor;

/// Tokens whose values are drawn.
const CONTRIBUTORS: usize = 10;

/// A step.
#[component]
pub fn Shown(
    /// All numbers.
    row: Row,
    /// Which step.
    #[prop(into)]
    step: Signal<usize>,
) -> impl IntoView {
    let content = move || match step.get() {
        0 => query(row).into_any(),
        1 => dot_products(row).into_any(),
        2 => map(row, text::STEPS[2], text::SCORE, Scale::Diverging, |steps| steps.scores.clone()).into_any(),
        3 => {
            map(row, text::STEPS[3], text::EXPONENTIAL, Scale::Sequential, |steps| steps.exponentials.clone())
                .into_any()
        }
        4 => map(row, text::STEPS[4], text::WEIGHT, Scale::Sequential, |steps| steps.weights.clone())
            .into_any(),
        _ => context(row).into_any(),
    };
    view! {
        <div class="step-shown">
            {content}
            <p class="readout">{live(move || row.steps.get().map(|steps| found(row, &steps, step.get())).unwrap_or_default())}</p>
            <p class="readout">{live(move || check(row, step.get()).unwrap_or_default())}</p>
        </div>
    }
}

fn query(row: Row) -> impl IntoView {
    strip(text::QUERY_STRIP.to_owned().into(), vector(row, |steps| Some(steps.query.clone())))
}

/// The dot products over the picture, and how the one at the shared place comes about.
fn dot_products(row: Row) -> impl IntoView {
    let cursor = Cursor::expect();
    let token = Memo::new(move |_previous| {
        row.asking.layout.with_value(|layout| {
            let patch = patch_at(layout, cursor.place());
            layout.token_of(patch.row, patch.column)
        })
    });
    let key = Memo::new(move |_previous| {
        let key = row.keys.state().with(|keys| row_of(keys.ready()?, token.get()))?;
        Some(key.values)
    });
    let products = Memo::new(move |_previous| {
        let (steps, key) = (row.steps.get()?, key.get()?);
        let products = steps.query.iter().zip(&key).map(|(query, key)| (query * f64::from(*key)) as f32);
        line(products.collect())
    });
    let key = Memo::new(move |_previous| line(key.get()?));
    let name = Signal::derive(move || text::key_strip(&row.words(token.get())));
    view! {
        {map(row, text::STEPS[1], text::DOT_PRODUCT, Scale::Diverging, |steps| steps.dot_products.clone())}
        {strip(text::QUERY_STRIP.to_owned().into(), vector(row, |steps| Some(steps.query.clone())))}
        {strip(name, key)}
        {strip(text::PRODUCT_STRIP.to_owned().into(), products)}
    }
}

/// What the strongest tokens bring, and the sum of all.
fn context(row: Row) -> impl IntoView {
    let contributions = Memo::new(move |_previous| {
        let steps = row.steps.get()?;
        row.values.state().with(|values| {
            let values = values.ready()?;
            let rows: Option<Vec<Vec<f64>>> =
                steps.top(CONTRIBUTORS).into_iter().map(|token| steps.contribution(values, token)).collect();
            let rows = rows?;
            let grid = Grid {
                rows: rows.len(),
                columns: steps.query.len(),
                values: rows.concat().into_iter().map(|value| value as f32).collect(),
            };
            Some(Arc::new(grid))
        })
    });
    view! {
        <div class="vector-strip is-tall">{strip(text::CONTRIBUTIONS.to_owned().into(), contributions)}</div>
        {strip(text::CONTEXT_STRIP.to_owned().into(), vector(row, |steps| Some(steps.context.clone())))}
        {strip(text::MEAN_STRIP.to_owned().into(), vector(row, |steps| Some(steps.mean_value.clone())))}
    }
}

fn vector(row: Row, pick: fn(&AttentionSteps) -> Option<Vec<f64>>) -> Memo<Option<Arc<Grid>>> {
    Memo::new(move |_previous| {
        let values = pick(&*row.steps.get()?)?;
        line(values.into_iter().map(|value| value as f32).collect())
    })
}

fn line(values: Vec<f32>) -> Option<Arc<Grid>> {
    (!values.is_empty()).then(|| Arc::new(Grid { rows: 1, columns: values.len(), values }))
}

/// A vector as a row of colours.
fn strip(name: Signal<String>, grid: Memo<Option<Arc<Grid>>>) -> impl IntoView {
    let range = move || grid.get().map(|grid| Scale::Diverging.range(&grid));
    view! {
        <div class="vector-strip">
            <p class="map-name">{move || name.get()}</p>
            <HeatMap grid=grid scale=Scale::Diverging label=name is_apart=true/>
            <ColourBar scale=Scale::Diverging range=Signal::derive(range) quantity=text::COMPONENT/>
        </div>
    }
}

/// A number for each patch, over the picture.
fn map(
    row: Row,
    name: &'static str,
    quantity: &'static str,
    scale: Scale,
    pick: fn(&AttentionSteps) -> Vec<f64>,
) -> impl IntoView {
    let leading = row.asking.layout.with_value(|layout| layout.num_leading());
    let grid = Memo::new(move |_previous| {
        let numbers = pick(&*row.steps.get()?);
        let patches = numbers.get(leading..)?.iter().map(|value| *value as f32).collect();
        Grid::square(patches).map(Arc::new)
    });
    let range = move || {
        let (low, high) = scale.range(&*grid.get()?);
        Some(if scale == Scale::Sequential { (0.0, high) } else { (low, high) })
    };
    let label = move || text::map_label(name, &asker_words(row.asking.asker()));
    view! {
        <MapPanel
            name=name
            grid=grid
            scale=scale
            range=Signal::derive(range)
            quantity=quantity
            label=Signal::derive(label)
            ground=MODEL
            size=PanelSize::Full
        />
    }
}

/// The step's result in words.
fn found(row: Row, steps: &AttentionSteps, step: usize) -> String {
    let leading = row.asking.layout.with_value(|layout| layout.num_leading());
    let ends = |numbers: &[f64]| {
        let fold = |start, pick: fn(f64, f64) -> f64| numbers.iter().copied().fold(start, pick);
        text::scores_found(fold(f64::INFINITY, f64::min), fold(f64::NEG_INFINITY, f64::max))
    };
    match step {
        0 => ends(&steps.query),
        1 => ends(&steps.dot_products),
        2 => ends(&steps.scores),
        3 => text::sum_found(steps.largest_score, steps.sum),
        4 => {
            let (on_class_token, on_patches) = steps.weights.split_at(leading.min(steps.weights.len()));
            text::weights_found(on_class_token.iter().sum(), on_patches.iter().sum())
        }
        _ => ends(&steps.context),
    }
}

/// How far the step is from what the model computed.
fn check(row: Row, step: usize) -> Option<String> {
    let (steps, nodes) = (row.steps.get()?, row.nodes.get()?);
    match step {
        2 => row.own_scores.state().with(|own| {
            let difference = AttentionSteps::difference(&steps.scores, &own.ready()?.values)?;
            Some(text::check(text::SCORES, nodes.scores.as_str(), difference))
        }),
        4 => row.own_weights.state().with(|own| {
            let difference = AttentionSteps::difference(&steps.weights, &own.ready()?.values)?;
            Some(text::check(text::WEIGHTS, nodes.weights.as_str(), difference))
        }),
        5 => row.own_weights.state().with(|own| {
            row.values.state().with(|values| {
                let own = steps.context_of(&own.ready()?.values, values.ready()?)?;
                let own: Vec<f32> = own.into_iter().map(|value| value as f32).collect();
                let difference = AttentionSteps::difference(&steps.context, &own)?;
                Some(text::context_check(nodes.weights.as_str(), nodes.value.as_str(), difference))
            })
        }),
        _ => None,
    }
}
