//! The frame of a lens: its finding as a heading, its controls, what it shows, what to make of it, and the ways to take it
//! along. A lens fills it and nothing else.

use leptos::ev::{Event, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement};

use super::export;
use crate::components::again::failed;
use crate::components::link::is_plain_click;
use crate::components::live::{live, on};
use crate::components::save_file::save_text;
use crate::drawing::lens::Lens;
use crate::i18n::Source;
use crate::i18n::text::lenses as text;
use crate::state::{AsServed, LensState, LoadStatus, Specimen, View};

/// Heading of the open lens, which takes the focus when a visitor opens it.
const HEADING_ID: &str = "lens-heading";
/// Rows of a table that are shown.
const MAX_ROWS: usize = 400;

/// Numbers as a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableData {
    /// Names of the columns.
    pub head: Vec<String>,
    /// The first entry names the row.
    pub rows: Vec<Vec<String>>,
}

impl TableData {
    /// The table as text for spreadsheets.
    pub fn csv(&self) -> String {
        let quoted = |cell: &String| {
            if cell.contains([',', '"', '\n']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.clone()
            }
        };
        let line = |cells: &Vec<String>| cells.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
        [&self.head].into_iter().chain(&self.rows).map(line).collect()
    }
}

/// The lens that the address names.
pub fn open_lens() -> Option<Lens> {
    View::expect().get_untracked().lens.and_then(|lens| Lens::from_name(lens.name()))
}

/// The frame. Its children are the figure; controls go in front of them, in a `div.lens-controls`.
#[component]
pub fn LensFrame<C: IntoView + 'static>(
    /// Which lens.
    lens: Lens,
    /// The finding, as a sentence with this picture's numbers.
    #[prop(into)]
    title: Signal<String>,
    /// Two sentences: what is shown, and what to make of it.
    #[prop(into)]
    explanation: Signal<String>,
    /// Who says so.
    source: Source,
    /// Everything that the lens waits for.
    loads: Vec<LoadStatus>,
    /// Where the numbers are to be had for NumPy.
    #[prop(into)]
    numbers: Signal<Option<String>>,
    /// The numbers as a table, made when somebody wants it.
    #[prop(into)]
    table: Callback<(), TableData>,
    /// The figure.
    children: TypedChildren<C>,
) -> impl IntoView {
    let frame = NodeRef::<html::Article>::new();
    Effect::new(|_previous: Option<()>| enable_styles());
    arrive(frame);
    let view = View::expect();
    let is_asking: Vec<Signal<bool>> = loads.iter().map(|load| load.is_asking).collect();
    let is_busy = live(move || is_asking.iter().any(Get::get).to_string());
    let leave = move |event: &Event| {
        event.prevent_default();
        view.open_lens(None);
        request_animation_frame(move || focus_link(lens));
    };
    let close = move |event: MouseEvent| {
        if is_plain_click(&event) {
            leave(&event);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !is_let_go_of(&event) {
            leave(&event);
        }
    };
    view! {
        <article class="lens-frame" id=super::PANEL_ID data-lens-open=lens.name() node_ref=frame aria-labelledby=HEADING_ID aria-busy=is_busy on:keydown=on(on_key)>
            <header class="lens-head">
                <div>
                    <p class="lens-kicker">{text::title(lens)}</p>
                    <h4 id=HEADING_ID tabindex="-1" data-export="title">{move || unbroken(&title.get())}</h4>
                </div>
                <a class="button" data-export="no" href=live(move || view.get().with_lens(None).to_query()) on:click=on(close)>{text::CLOSE}</a>
            </header>
            <Status loads/>
            <div class="lens-body">{children.into_inner()()}</div>
            <footer class="lens-foot">
                <p>{move || explanation.get()}</p>
                <p class="figure-source"><a href=source.url rel="external noopener">{source.name}</a></p>
            </footer>
            <Tools lens frame numbers table/>
            <NumbersTable table title/>
        </article>
    }
}

/// Whether Escape lets go of something smaller first: a word that is looked for, a token, the place in a heat map.
fn is_let_go_of(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    event.default_prevented()
        || target.is_some_and(|target| target.closest(".heat-map").is_ok_and(|found| found.is_some()))
}

/// Gives the focus back to the link that opens a lens.
fn focus_link(lens: Lens) {
    let link =
        document().query_selector(&format!(".lens-menu [data-lens=\"{}\"]", lens.name())).ok().flatten();
    // An element that cannot take the focus leaves it where it is.
    link.into_iter().for_each(|link| _ = link.unchecked_into::<HtmlElement>().focus());
}

/// Joins what a hyphen would let break at the end of a line, such as the name of a model.
fn unbroken(title: &str) -> String {
    const WORD_JOINER: char = '\u{2060}';
    let mut joined = String::with_capacity(title.len());
    let mut letters = title.chars().peekable();
    while let Some(letter) = letters.next() {
        joined.push(letter);
        if letter == '-' && letters.peek().is_some_and(|next| next.is_uppercase()) {
            joined.push(WORD_JOINER);
        }
    }
    joined
}

/// Has the browser fetch the style sheet of the lenses, where it has not.
pub fn enable_styles() {
    let link = document().get_element_by_id("lens-styles");
    // Fails for no attribute of that name.
    link.into_iter().for_each(|link| _ = link.set_attribute("rel", "stylesheet"));
}

/// Moves the view and the focus to a lens that the visitor has just opened, not to one that came with the page.
fn arrive(frame: NodeRef<html::Article>) {
    let as_served = AsServed::expect();
    Effect::new(move |arrived: Option<bool>| {
        let Some(frame) = frame.get().filter(|_frame| arrived != Some(true)) else {
            return arrived == Some(true);
        };
        if !as_served.get_untracked() {
            request_animation_frame(move || {
                frame.scroll_into_view();
                crate::components::pipeline::focus_now(HEADING_ID);
            });
        }
        true
    });
}

/// What is being waited for, or what went wrong and how to try again.
#[component]
fn Status(
    /// Everything that the lens waits for.
    loads: Vec<LoadStatus>,
) -> impl IntoView {
    let loads = StoredValue::new(loads);
    let failure = move || loads.with_value(|loads| loads.iter().find_map(|load| load.failed.get()));
    // What waits for something that has failed waits for nobody to say so twice.
    let is_waiting = move || {
        failure().is_none() && loads.with_value(|loads| loads.iter().any(|load| load.is_waiting.get()))
    };
    let ask = move || {
        loads.with_value(|loads| {
            let failed = loads.iter().filter(|load| load.failed.get_untracked().is_some());
            failed.for_each(|load| load.retry.run(()));
        });
    };
    view! {
        <div class="lens-status" role="status" data-export="no">
            {move || is_waiting().then(|| view! { <p class="muted">{text::COMPUTING}</p> })}
            {move || failure().map(|error| failed(error, ask))}
        </div>
    }
}

/// The ways to take the lens along.
#[component]
fn Tools(
    /// Which lens.
    lens: Lens,
    /// What is drawn.
    frame: NodeRef<html::Article>,
    /// Where the numbers are.
    numbers: Signal<Option<String>>,
    /// The numbers.
    table: Callback<(), TableData>,
) -> impl IntoView {
    let specimen = Specimen::expect();
    let name = move || {
        let picture = specimen.image().with_untracked(|image| {
            image.sample.clone().unwrap_or_else(|| image.info.image_id.chars().take(8).collect())
        });
        text::file_name(lens, &picture)
    };
    let save_svg = move |_event| {
        frame.get_untracked().into_iter().for_each(|frame| export::save_svg(&frame, &name()));
    };
    let save_png = move |_event| {
        frame.get_untracked().into_iter().for_each(|frame| export::save_png(&frame, name()));
    };
    let save_csv = move |_event| {
        save_text(&format!("{}.csv", name()), "text/csv", &untrack(move || table.run(())).csv())
    };
    let is_copied = RwSignal::new(false);
    let state = LensState::new();
    let copy = move |_event| {
        let location = window().location();
        let address = format!(
            "{}{}{}#{}",
            location.origin().unwrap_or_default(),
            location.pathname().unwrap_or_default(),
            untrack(move || state.query()),
            super::PANEL_ID
        );
        let copied = window().navigator().clipboard().write_text(&address);
        spawn_local(async move {
            // Refused where the page is not secure; the address bar holds the same link.
            is_copied.try_set(JsFuture::from(copied).await.is_ok());
        });
    };
    view! {
        <div class="lens-tools needs-script" data-export="no">
            <button type="button" class="button" on:click=on(save_png)>{text::SAVE_PNG}</button>
            <button type="button" class="button" on:click=on(save_svg)>{text::SAVE_SVG}</button>
            <button type="button" class="button" on:click=on(save_csv)>{text::SAVE_CSV}</button>
            {move || numbers.get().map(|href| view! { <a class="button" href=href download=format!("{}.npy", untrack(name))>{text::NUMBERS}</a> })}
            <button type="button" class="button" on:click=on(copy)>{text::COPY_LINK}</button>
            <span role="status" class="muted">{move || is_copied.get().then_some(text::COPIED)}</span>
        </div>
    }
}

/// The numbers in place of the picture; made when it is opened, and kept up to date while it is open.
#[component]
fn NumbersTable(
    /// The numbers.
    table: Callback<(), TableData>,
    /// Names the table.
    title: Signal<String>,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let toggled = move |event: Event| is_open.set(event_target::<Element>(&event).has_attribute("open"));
    let content = move || {
        is_open.get().then(|| {
            let TableData { head, rows } = table.run(());
            let shown = text::rows_shown(rows.len().min(MAX_ROWS), rows.len());
            let row = |row: Vec<String>| {
                let cells = row.into_iter().enumerate().map(|(position, cell)| match position {
                    0 => leptos::either::Either::Left(view! { <th scope="row">{cell}</th> }),
                    _ => leptos::either::Either::Right(view! { <td class="number">{cell}</td> }),
                });
                view! { <tr>{cells.collect::<Vec<_>>()}</tr> }
            };
            let rows: Vec<_> = rows.into_iter().take(MAX_ROWS).map(row).collect();
            let head: Vec<_> = head.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect();
            view! {
                {shown.map(|shown| view! { <p class="muted">{shown}</p> })}
                <div class="table-scroll" role="region" tabindex="0" aria-label=title.get()>
                    <table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
                </div>
            }
        })
    };
    view! {
        <details class="lens-table" data-export="no" on:toggle=on(toggled)>
            <summary>{text::AS_TABLE}</summary>
            {content}
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_on_one_line() {
        assert_eq!(unbroken("ViT-S/16 and ResNet-50, left-out"), "ViT-\u{2060}S/16 and ResNet-50, left-out");
    }

    #[test]
    fn a_table_is_written_for_spreadsheets() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let table = TableData { head: row(["node", "what, how"]), rows: vec![row(["a", "say \"b\""])] };
        assert_eq!(table.csv(), "node,\"what, how\"\na,\"say \"\"b\"\"\"\n");
    }
}
