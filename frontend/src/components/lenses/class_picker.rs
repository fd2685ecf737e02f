//! The choice of a class: the model's first answers as buttons, and any other by its name.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::ModelSlot;

use crate::components::live::{live, on};
use crate::i18n::number;
use crate::i18n::text::lenses as text;
use crate::state::{Answer, Models, Specimen};

/// Answers that have buttons.
const SHOWN_ANSWERS: usize = 5;
/// Names that are listed at once.
const MAX_LISTED: usize = 12;

/// The class that the model answers first, or 0 while it has not answered; reactive.
pub fn first_class(model: ModelSlot) -> usize {
    Specimen::expect().answer(model).with(|answer| match answer {
        Answer::Ready(predictions) => predictions.classes.first().map_or(0, |class| class.index),
        Answer::Waiting | Answer::Failed(_) => 0,
    })
}

/// Positions and names of the classes whose names hold some words.
fn found(labels: &[String], words: &str) -> Vec<(usize, String)> {
    let words = words.trim().to_lowercase();
    if words.is_empty() {
        return Vec::new();
    }
    let holds = |(_index, label): &(usize, &String)| label.to_lowercase().contains(&words);
    let mut found: Vec<_> =
        labels.iter().enumerate().filter(holds).map(|(index, label)| (index, label.clone())).collect();
    // Names that begin with the words come first; within both, the order of the classes stays.
    found.sort_by_key(|(_index, label)| !label.to_lowercase().starts_with(&words));
    found.truncate(MAX_LISTED);
    found
}

/// Buttons, and a field that finds.
#[component]
pub fn ClassPicker(
    /// Whose classes.
    #[prop(into)]
    model: Signal<ModelSlot>,
    /// Position of the chosen class.
    #[prop(into)]
    chosen: Signal<usize>,
    /// Takes another one.
    #[prop(into)]
    on_choose: Callback<usize>,
) -> impl IntoView {
    let (models, specimen) = (StoredValue::new(Models::expect()), Specimen::expect());
    let label = move |index: usize| {
        models.with_value(|models| {
            models.info(model.get()).labels.get(index).cloned().unwrap_or_else(|| index.to_string())
        })
    };
    let answers = move || {
        specimen.answer(model.get()).with(|answer| match answer {
            Answer::Ready(predictions) => {
                let first = predictions.classes.iter().take(SHOWN_ANSWERS);
                first.map(|class| (class.index, class.label.clone(), class.probability)).collect()
            }
            Answer::Waiting | Answer::Failed(_) => Vec::new(),
        })
    };
    let buttons = move || {
        let mut shown = answers();
        let current = chosen.get();
        if !shown.iter().any(|(index, _label, _probability)| *index == current) {
            shown.push((current, label(current), f32::NAN));
        }
        let button = |(index, label, probability): (usize, String, f32)| {
            let probability = probability.is_finite().then(|| number::percent(probability));
            view! {
                <button
                    type="button"
                    class="choice"
                    aria-pressed=(index == current).to_string()
                    on:click=on(move |_event| on_choose.run(index))
                >
                    {label} " " <span class="number">{probability}</span>
                </button>
            }
        };
        shown.into_iter().map(button).collect::<Vec<_>>()
    };
    view! {
        <div class="class-picker needs-script" data-choice="class">
            <div class="choices" role="group" aria-label=text::CLASS>{buttons}</div>
            <Finder model on_choose/>
        </div>
    }
}

/// A field with a list of what it finds, as a combobox.
#[component]
fn Finder(
    /// Whose classes.
    model: Signal<ModelSlot>,
    /// Takes the chosen one.
    on_choose: Callback<usize>,
) -> impl IntoView {
    const LIST_ID: &str = "class-finder-list";
    let models = StoredValue::new(Models::expect());
    let (words, position) = (RwSignal::new(String::new()), RwSignal::new(0_usize));
    let list = Memo::new(move |_previous| {
        models.with_value(|models| found(&models.info(model.get()).labels, &words.get()))
    });
    let is_open = move || !words.with(String::is_empty);
    let choose = move |index: usize| {
        words.set(String::new());
        on_choose.run(index);
    };
    let on_key = move |event: KeyboardEvent| {
        let count = list.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => position.update(|position| *position = (*position + 1) % count),
            "ArrowUp" if count > 0 => position.update(|position| *position = (*position + count - 1) % count),
            "Enter" => list
                .with_untracked(|list| list.get(position.get_untracked()).map(|(index, _label)| *index))
                .into_iter()
                .for_each(choose),
            "Escape" if untrack(is_open) => words.set(String::new()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let options = move || {
        let at = position.get();
        let option = |(row, (index, label)): (usize, (usize, String))| {
            view! {
                <li
                    role="option"
                    id=format!("class-option-{row}")
                    aria-selected=(row == at).to_string()
                    on:pointerdown=on(move |event: leptos::ev::PointerEvent| {
                        event.prevent_default();
                        choose(index);
                    })
                >
                    {label}
                </li>
            }
        };
        list.get().into_iter().enumerate().map(option).collect::<Vec<_>>()
    };
    let is_empty = move || is_open() && list.with(Vec::is_empty);
    view! {
        <div class="class-finder">
            <input
                type="text"
                class="text-field"
                role="combobox"
                placeholder=text::FIND_CLASS
                aria-label=text::FIND_CLASS
                aria-expanded=live(move || is_open().to_string())
                aria-controls=LIST_ID
                aria-autocomplete="list"
                aria-activedescendant=live(move || is_open().then(|| format!("class-option-{}", position.get())))
                autocomplete="off"
                spellcheck="false"
                prop:value=move || words.get()
                on:input=on(move |event| {
                    position.set(0);
                    words.set(event_target_value(&event));
                })
                on:keydown=on(on_key)
            />
            <ul id=LIST_ID role="listbox" aria-label=text::CLASS hidden=live(move || !is_open() || list.with(Vec::is_empty))>{options}</ul>
            <p role="status" class="muted">{move || is_empty().then_some(text::NO_CLASS)}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_any_part_and_beginnings_come_first() {
        let labels = ["sea cat", "Cat", "dog", "caterpillar"].map(str::to_owned);
        let names =
            |words: &str| found(&labels, words).into_iter().map(|(index, _label)| index).collect::<Vec<_>>();
        assert_eq!(names("cat"), [1, 3, 0]);
        assert_eq!(names(" "), Vec::<usize>::new());
        assert_eq!(names("zebra"), Vec::<usize>::new());
    }
}
