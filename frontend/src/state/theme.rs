//! Light or dark: the visitor's preference rules until the switch is used. The choice is a cookie, so that the server
//! renders the right theme and nothing flashes.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A colour scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Name of the cookie.
pub const THEME_COOKIE: &str = "theme";

/// A year, in seconds.
const COOKIE_SECONDS: u32 = 31_536_000;

impl Theme {
    /// The cookie's value, which is also the value of `data-theme`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads a `Cookie` header or `document.cookie`.
    pub fn from_cookies(cookies: &str) -> Option<Self> {
        let value = cookies
            .split(';')
            .find_map(|cookie| cookie.trim().strip_prefix(THEME_COOKIE)?.strip_prefix('='))?;
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == value)
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Light => Self::Dark,
            Self::Dark => Self::Light,
        }
    }

    /// What the page shows now: the chosen theme, else the preference. Browser only.
    pub fn current() -> Self {
        let chosen = document().document_element().and_then(|root| root.get_attribute("data-theme"));
        match chosen.as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => {
                let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
                if query.is_some_and(|query| query.matches()) { Self::Dark } else { Self::Light }
            }
        }
    }

    /// Shows this theme and remembers it. Browser only.
    pub fn choose(self) {
        if let Some(root) = document().document_element() {
            _ = root.set_attribute("data-theme", self.as_str());
        }
        let cookie =
            format!("{THEME_COOKIE}={}; Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Lax", self.as_str());
        // Where cookies are refused the choice lasts until the page is left.
        _ = document().unchecked_into::<web_sys::HtmlDocument>().set_cookie(&cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_is_found_among_cookies() {
        let cases = [
            ("theme=dark", Some(Theme::Dark)),
            ("a=b; theme=light; c=d", Some(Theme::Light)),
            ("theme=purple", None),
            ("mytheme=dark", None),
            ("", None),
        ];
        for (cookies, expected) in cases {
            assert_eq!(Theme::from_cookies(cookies), expected, "{cookies}");
        }
    }
}
