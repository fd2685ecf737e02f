//! Answers that come piece by piece: server-sent events, each with a name and JSON.

use serde::de::DeserializeOwned;
use shared::ApiError;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, EventSource, MessageEvent};

use super::request::{unreachable_server, unreadable};

/// What an event brings.
pub struct Told(JsValue);

impl Told {
    /// Its data.
    ///
    /// # Errors
    /// It is not what was expected.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        serde_wasm_bindgen::from_value(self.0).map_err(|_cause| unreadable())
    }
}

/// A stream of events. Dropping it ends the stream, and the work behind it.
pub struct Events {
    source: EventSource,
    /// Kept for as long as they may be called.
    _listeners: Vec<Closure<dyn FnMut(Event)>>,
}

impl Events {
    /// Listens for events of these names. `on_event` gets the name, or `None` where the connection broke.
    ///
    /// # Errors
    /// The address is none.
    pub fn listen(
        path: &str,
        names: &[&'static str],
        on_event: impl Fn(Option<&'static str>, Told) + Clone + 'static,
    ) -> Result<Self, ApiError> {
        let source = EventSource::new(path).map_err(unreachable_server)?;
        let mut listeners = Vec::new();
        for name in names {
            let (name, on_event) = (*name, on_event.clone());
            let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
                let text = event.unchecked_into::<MessageEvent>().data().as_string().unwrap_or_default();
                on_event(Some(name), Told(js_sys::JSON::parse(&text).unwrap_or(JsValue::NULL)));
            });
            // Fails for no name of ours.
            _ = source.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
            listeners.push(listener);
        }
        let broke =
            Closure::<dyn FnMut(Event)>::new(move |_event: Event| on_event(None, Told(JsValue::NULL)));
        source.set_onerror(Some(broke.as_ref().unchecked_ref()));
        listeners.push(broke);
        Ok(Self { source, _listeners: listeners })
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.source.set_onerror(None);
        self.source.close();
    }
}
