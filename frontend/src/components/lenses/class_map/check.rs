//! What makes the exact map exact, checked on the picture: its mean and the bias are the logit, and a cell set to zero takes its part away.

use std::sync::Arc;

use leptos::prelude::*;
use shared::views::{ClassMapAbout, ClassMapMethod};

use crate::drawing::grid::Grid;
use crate::i18n::text::lenses::class_map as text;
use crate::state::ViewLoad;

/// Both checks of an exact map; of an Eigen-CAM, what it is not.
#[component]
pub fn Checks(
    /// The map.
    load: ViewLoad<ClassMapAbout>,
    /// The model without a cell.
    check: ViewLoad<ClassMapAbout>,
    /// The map's values.
    grid: Memo<Option<Arc<Grid>>>,
    /// The cell that is pointed at, row and column.
    cell: Signal<Option<[usize; 2]>>,
) -> impl IntoView {
    move || {
        let about = load.get()?.about.clone();
        Some(match about.method {
            ClassMapMethod::Cam => view! { {identity(&about)} <Without about check grid cell/> }.into_any(),
            ClassMapMethod::EigenCam => {
                view! { <p class="lens-remark">{text::CLASS_AGNOSTIC}</p> }.into_any()
            }
            ClassMapMethod::GradCam => ().into_any(),
        })
    }
}

fn identity(about: &ClassMapAbout) -> Option<impl IntoView + use<>> {
    let (mean, bias, logit) = (about.mean, about.bias?, about.logit?);
    let values = [
        text::exact(mean),
        text::exact(bias),
        text::exact(mean + bias),
        text::exact(logit),
        text::difference(mean + bias - logit),
    ];
    Some(view! {
        <section class="lens-check">
            <h5>{text::CHECK}</h5>
            {facts(&text::IDENTITY, values)}
        </section>
    })
}

/// The cell that is pointed at, and what happened without it.
#[component]
fn Without(
    /// The map.
    about: ClassMapAbout,
    /// The model without a cell.
    check: ViewLoad<ClassMapAbout>,
    /// The map's values.
    grid: Memo<Option<Arc<Grid>>>,
    /// The cell.
    cell: Signal<Option<[usize; 2]>>,
) -> impl IntoView {
    let numbers = move || {
        let (grid, place) = (grid.get()?, cell.get()?);
        let (cells, value) = (grid.values.len(), *grid.values.get(place[0] * grid.columns + place[1])?);
        // Of the same class and the same picture: then mean and logit are the same numbers.
        let is_of_map =
            |of: &ClassMapAbout| (of.class, of.mean, of.logit) == (about.class, about.mean, about.logit);
        let answered = check.get().filter(|view| is_of_map(&view.about));
        let measured =
            answered.and_then(|view| view.about.check.clone()).filter(|check| check.place == place);
        // The map has come as 16-bit floats; the server's number is exact.
        let expected = measured.as_ref().map_or(value / cells as f32, |check| check.expected_loss);
        let [loss_text, difference] = match &measured {
            Some(check) => [
                text::exact(check.measured_loss),
                text::difference(check.measured_loss - check.expected_loss),
            ],
            None => [text::RUNNING.to_owned(), "…".to_owned()],
        };
        Some(facts(
            &text::CELL,
            [text::cell(place), text::expected(value, cells, expected), loss_text, difference],
        ))
    };
    view! {
        <section class="lens-check">
            <h5>{text::WITHOUT}</h5>
            <p class="muted">{text::WITHOUT_LEAD}</p>
            {numbers}
        </section>
    }
}

fn facts<const COUNT: usize>(
    names: &'static [&'static str; COUNT],
    values: [String; COUNT],
) -> impl IntoView + use<COUNT> {
    let fact = |(name, value): (&&'static str, String)| view! { <div><dt>{*name}</dt><dd>{value}</dd></div> };
    view! { <dl class="facts">{names.iter().zip(values).map(fact).collect::<Vec<_>>()}</dl> }
}
