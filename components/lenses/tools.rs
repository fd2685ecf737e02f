//! The row below a lens: save it as a picture, its numbers as files, and copy the link that reopens it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::route;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

use super::export::{self, Picture};
use super::table::{TableData, TableSource};
use crate::components::live::{live, on};
use crate::drawing::lens::Lens;
use crate::i18n::text::lenses as text;
use crate::state::Specimen;

/// What can be had of a lens besides its picture.
#[derive(Clone, Default)]
pub struct LensTools {
    numbers: Option<Signal<Option<String>>>,
    table: Option<TableSource>,
}

impl LensTools {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The path of the view whose numbers can be saved.
    pub fn numbers(mut self, path: impl Into<Signal<Option<String>>>) -> Self {
        self.numbers = Some(path.into());
        self
    }

    /// The numbers as a table, to be read and to be saved.
    pub fn table(mut self, table: impl Fn() -> Option<TableData> + Send + Sync + 'static) -> Self {
        self.table = Some(Arc::new(table));
        self
    }

    /// The table, if there is one.
    pub fn table_source(&self) -> Option<TableSource> {
        self.table.clone()
    }
}

/// The row.
#[component]
pub fn ToolRow(
    /// Whose.
    lens: Lens,
    /// What can be had.
    tools: LensTools,
    /// The frame that is saved as a picture.
    frame: Signal<Option<HtmlElement>, LocalStorage>,
) -> impl IntoView {
    let specimen = Specimen::expect();
    let said = RwSignal::new("");
    let name = move || file_name(lens, specimen);
    let save = move |picture: Picture| {
        let Some(frame) = frame.get_untracked() else { return };
        spawn_local(async move {
            let is_saved = export::save(&frame, picture, &name()).await.is_ok();
            said.try_set(if is_saved { "" } else { text::NOT_SAVED });
        });
    };
    let save_csv = move |table: &TableSource| {
        if let Some(table) = untrack(|| table()) {
            let is_saved = export::save_text(&table.to_csv(), "text/csv", &format!("{}.csv", name())).is_ok();
            said.set(if is_saved { "" } else { text::NOT_SAVED });
        }
    };
    let copy = move |_event| {
        spawn_local(async move {
            let is_copied = copy_address().await.is_ok();
            said.try_set(if is_copied { text::LINK_COPIED } else { text::LINK_NOT_COPIED });
        });
    };
    let numbers = tools.numbers.map(|path| {
        let href = move || path.get().map(|path| route::as_npy(&path));
        view! { <a class="button" href=live(href) download=live(move || format!("{}.npy", name()))>{text::SAVE_NUMBERS}</a> }
    });
    let table = tools.table.map(|table| {
        view! {
            <button type="button" class="button" on:click=on(move |_event| save_csv(&table))>{text::SAVE_CSV}</button>
        }
    });
    view! {
        <div class="lens-tools needs-script" role="group" aria-label=text::TOOLS>
            <button type="button" class="button" on:click=on(move |_event| save(Picture::Png))>{text::SAVE_PNG}</button>
            <button type="button" class="button" on:click=on(move |_event| save(Picture::Svg))>{text::SAVE_SVG}</button>
            {numbers}
            {table}
            <button type="button" class="button" on:click=on(copy)>{text::COPY_LINK}</button>
            <span class="lens-said" role="status">{move || said.get()}</span>
        </div>
    }
}

/// Lens and picture, in characters that every file system takes.
fn file_name(lens: Lens, specimen: Specimen) -> String {
    let picture = specimen.image().with(|image| {
        image.sample.clone().unwrap_or_else(|| image.info.image_id.chars().take(8).collect())
    });
    format!("{}-{picture}", lens.as_str())
}

/// Puts the address on the clipboard.
///
/// # Errors
/// The browser has no clipboard for the page, as without HTTPS, or refuses it.
async fn copy_address() -> Result<(), JsValue> {
    let address = window().location().href()?;
    let navigator = js_sys::Reflect::get(&window(), &"navigator".into())?;
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into())?;
    let write: js_sys::Function = js_sys::Reflect::get(&clipboard, &"writeText".into())?.dyn_into()?;
    let promise: js_sys::Promise = write.call1(&clipboard, &address.into())?.dyn_into()?;
    JsFuture::from(promise).await.map(|_nothing| ())
}
