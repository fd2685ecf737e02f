//! The open lens in the address: its name, and what is chosen in it, as `attention,block:3,head:mean`.

use leptos::prelude::*;

use super::view::View;

/// A lens and its choices. Keys and values are letters, digits, dots, dashes and underscores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LensAddress(String);

impl LensAddress {
    /// Reads a value of the query; `None` where it is none.
    pub fn read(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-,:".contains(&byte);
        (text.bytes().all(is_plain) && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric))
            .then(|| Self(text.to_owned()))
    }

    /// As it stands in the query.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Which lens.
    pub fn name(&self) -> &str {
        self.0.split(',').next().unwrap_or_default()
    }

    /// What is chosen under a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        let pairs = self.0.split(',').skip(1).filter_map(|pair| pair.split_once(':'));
        pairs.into_iter().find(|(known, _value)| *known == key).map(|(_key, value)| value)
    }

    /// The same lens with something chosen, or chosen no longer. A value that cannot stand in an address is left out.
    pub fn with(&self, key: &str, value: Option<&str>) -> Self {
        let others = self
            .0
            .split(',')
            .skip(1)
            .filter(|pair| pair.split_once(':').is_some_and(|(known, _value)| known != key));
        let mut text = others.fold(self.name().to_owned(), |text, pair| text + "," + pair);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if let Some(value) = value.filter(|value| !value.is_empty() && value.bytes().all(is_plain)) {
            text += &format!(",{key}:{value}");
        }
        Self(text)
    }
}

/// What is chosen in the open lens, for the lens itself.
#[derive(Clone, Copy, Debug)]
pub struct LensState {
    view: View,
    lens: Memo<Option<LensAddress>>,
}

impl LensState {
    /// Follows the address.
    pub fn new() -> Self {
        let view = View::expect();
        Self { view, lens: view.lens() }
    }

    /// What is chosen under a key.
    pub fn text(self, key: &'static str) -> Memo<Option<String>> {
        Memo::new(move |_previous| self.lens.with(|lens| lens.as_ref()?.get(key).map(str::to_owned)))
    }

    /// The number chosen under a key.
    pub fn number(self, key: &'static str) -> Memo<Option<usize>> {
        Memo::new(move |_previous| self.lens.with(|lens| lens.as_ref()?.get(key)?.parse().ok()))
    }

    /// Chooses; an empty value chooses nothing, which is the lens's default.
    pub fn set(self, key: &'static str, value: impl ToString) {
        if let Some(lens) = self.lens.get_untracked() {
            self.view.adjust_lens(lens.with(key, Some(&value.to_string())));
        }
    }

    /// Where a link to the lens as it stands leads.
    pub fn query(self) -> String {
        self.view.get().to_query()
    }
}

impl Default for LensState {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_and_changed() {
        let lens = LensAddress::read("attention,block:3,head:mean").expect("plain");
        assert_eq!((lens.name(), lens.get("block"), lens.get("class")), ("attention", Some("3"), None));
        assert_eq!(lens.with("block", Some("7")).as_str(), "attention,head:mean,block:7");
        assert_eq!(lens.with("block", None).as_str(), "attention,head:mean");
        assert_eq!(lens.with("block", Some("a&b")).as_str(), "attention,head:mean");
        for text in ["", ",", "a b", "a&b=c", "a\"", "%41"] {
            assert_eq!(LensAddress::read(text), None, "{text}");
        }
    }
}
