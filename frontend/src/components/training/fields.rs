//! Fields of the recipe: a number with its meaning and, where it cannot be used, why; a yes or no.

use leptos::prelude::*;

use crate::components::live::{live, on};
use crate::state::training::{Draft, NumberField};

/// A number.
#[component]
pub fn NumberInput(
    /// What it belongs to.
    draft: RwSignal<Draft>,
    /// Which one.
    field: NumberField,
) -> impl IntoView {
    let id = field_id(field.name);
    let (hint_id, input_id) = (format!("{id}-hint"), id.clone());
    let typed = move || draft.with(|draft| field.typed(draft));
    let wrong = Memo::new(move |_previous| draft.with(|draft| field.read_optional(draft).err()));
    let mode = if field.is_whole { "numeric" } else { "decimal" };
    view! {
        <div class="field">
            <label for=input_id>{field.name}</label>
            <input
                type="text"
                id=id
                class="text-field"
                inputmode=mode
                autocomplete="off"
                prop:value=typed
                value=untrack(typed)
                aria-describedby=hint_id.clone()
                aria-invalid=live(move || wrong.with(Option::is_some).to_string())
                on:input=on(move |event| draft.update(|draft| *(field.text)(draft) = event_target_value(&event)))
            />
            <p id=hint_id class="field-hint" class:is-failure=move || wrong.with(Option::is_some)>
                {move || wrong.get().unwrap_or_else(|| field.meaning.to_owned())}
            </p>
        </div>
    }
}

/// A yes or no.
#[component]
pub fn CheckBox(
    /// What it says.
    #[prop(into)]
    words: Signal<String>,
    /// Whether it holds.
    #[prop(into)]
    is_on: Signal<bool>,
    /// Takes another state.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="check-box">
            <input type="checkbox" prop:checked=is_on checked=is_on.get_untracked() on:change=on(move |event| on_change.run(event_target_checked(&event)))/>
            <span>{move || words.get()}</span>
        </label>
    }
}

/// `Learning rate` as `field-learning-rate`.
fn field_id(name: &str) -> String {
    let letters = name.to_lowercase();
    let words: Vec<&str> =
        letters.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!("field-{}", words.join("-"))
}
