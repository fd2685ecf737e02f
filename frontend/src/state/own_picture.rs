//! The visitor's last own picture, kept by the visitor's browser (IndexedDB) so that a reload keeps it. It never leaves the
//! browser from here. Where the browser refuses storage, a reload shows the sample again.

use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, IdbDatabase, IdbObjectStore, IdbRequest, IdbTransactionMode};

const DATABASE: &str = "backbone-explorer";
const STORE: &str = "pictures";
const KEY: &str = "last";

/// Keeps a picture in place of the one before. Storage that is refused is no failure: the picture is on the page.
pub async fn save(picture: File) {
    _ = try_save(&picture).await;
}

/// The kept picture.
pub async fn load() -> Option<File> {
    let store = open_store(IdbTransactionMode::Readonly).await.ok()?;
    let value = finished(&store.get(&JsValue::from_str(KEY)).ok()?).await.ok()?;
    value.dyn_into().ok()
}

async fn try_save(picture: &File) -> Result<(), JsValue> {
    let store = open_store(IdbTransactionMode::Readwrite).await?;
    finished(&store.put_with_key(picture, &JsValue::from_str(KEY))?).await?;
    Ok(())
}

async fn open_store(mode: IdbTransactionMode) -> Result<IdbObjectStore, JsValue> {
    let factory = window().indexed_db()?.ok_or(JsValue::NULL)?;
    let opening = factory.open_with_u32(DATABASE, 1)?;
    let request = opening.clone();
    let create_store = Closure::once_into_js(move || {
        let database: Option<IdbDatabase> = request.result().ok().and_then(|result| result.dyn_into().ok());
        // A store that cannot be created shows itself when the transaction asks for it.
        _ = database.map(|database| database.create_object_store(STORE));
    });
    opening.set_onupgradeneeded(Some(create_store.unchecked_ref()));
    let database: IdbDatabase = finished(&opening).await?.dyn_into()?;
    database.transaction_with_str_and_mode(STORE, mode)?.object_store(STORE)
}

/// Waits for a request of the database and gives its result.
async fn finished(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(promise).await?;
    request.result()
}
