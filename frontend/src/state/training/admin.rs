//! The admin's token: kept in this tab until it is closed, sent in a header and nowhere else.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ApiError;

use crate::api::training as api;

/// Where the tab keeps it.
const KEY: &str = "admin-token";

/// Context: who may train.
#[derive(Clone, Copy)]
pub struct Admin {
    /// A token that the server said is right.
    token: RwSignal<Option<String>>,
    is_asking: RwSignal<bool>,
    trouble: RwSignal<Option<ApiError>>,
}

impl Admin {
    /// Nobody yet.
    pub fn new() -> Self {
        Self { token: RwSignal::new(None), is_asking: RwSignal::new(false), trouble: RwSignal::new(None) }
    }

    /// Of this page.
    pub fn expect() -> Self {
        expect_context::<Self>()
    }

    /// The token of a tab that was reloaded. Browser only.
    pub fn recall(self) {
        let kept = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
        if let Some(token) = kept {
            self.try_token(token);
        }
    }

    /// Asks the server whether a token is right, and keeps it if so.
    pub fn try_token(self, token: String) {
        let token = token.trim().to_owned();
        self.is_asking.set(true);
        spawn_local(async move {
            let answer = api::check_token(&token).await;
            self.is_asking.try_set(false);
            match answer {
                Ok(()) => {
                    // Refused where a browser keeps nothing; the page then knows it until it is left.
                    _ = storage().map(|storage| storage.set_item(KEY, &token));
                    self.trouble.try_set(None);
                    self.token.try_set(Some(token));
                }
                Err(error) => {
                    self.forget();
                    self.trouble.try_set(Some(error));
                }
            }
        });
    }

    /// Lets go of the token.
    pub fn forget(self) {
        _ = storage().map(|storage| storage.remove_item(KEY));
        self.trouble.try_set(None);
        self.token.try_set(None);
    }

    /// Whether the visitor may train; followed.
    pub fn is_in(self) -> bool {
        self.token.with(Option::is_some)
    }

    /// The token, for a request; empty where there is none.
    pub fn token(self) -> String {
        self.token.try_get_untracked().flatten().unwrap_or_default()
    }

    /// Whether the server is being asked.
    pub fn is_asking(self) -> ReadSignal<bool> {
        self.is_asking.read_only()
    }

    /// Why a token was not taken.
    pub fn trouble(self) -> ReadSignal<Option<ApiError>> {
        self.trouble.read_only()
    }
}

impl Default for Admin {
    fn default() -> Self {
        Self::new()
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}
