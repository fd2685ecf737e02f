//! Answers that a client may keep but asks about before it uses them: the picture's address and the model's fingerprint say
//! whether an answer still stands, so the question costs no forward pass. Weak tags: a batch may change the last digit.

use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// What changes from one moment to the next is never kept.
pub const NEVER_KEPT: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

const ASK_FIRST: HeaderValue = HeaderValue::from_static("private, no-cache");

/// What an answer depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTag(String);

impl EntityTag {
    /// The tag of an answer that depends on these and nothing else.
    pub fn of(parts: &[&str]) -> Self {
        // The separator occurs in no part, so different parts never join to the same text.
        let hash = blake3::hash(parts.join("\n").as_bytes()).to_hex();
        Self(format!("W/\"{}\"", &hash[..32]))
    }

    /// Whether the client has this answer already.
    pub fn is_known(&self, headers: &HeaderMap) -> bool {
        let tags = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let strong = self.0.trim_start_matches("W/");
        tags.flat_map(|list| list.split(','))
            .map(str::trim)
            .any(|tag| tag == "*" || tag.trim_start_matches("W/") == strong)
    }

    /// Says that what the client has still stands.
    pub fn not_modified(&self) -> Response {
        self.attach(StatusCode::NOT_MODIFIED.into_response())
    }

    /// Names the answer.
    pub fn attach(&self, answer: impl IntoResponse) -> Response {
        let mut response = answer.into_response();
        let tag = HeaderValue::from_str(&self.0).expect("hexadecimal in quotes");
        response.headers_mut().insert(ETAG, tag);
        response.headers_mut().insert(CACHE_CONTROL, ASK_FIRST);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly() {
        let tag = EntityTag::of(&["a", "b"]);
        assert_ne!(tag, EntityTag::of(&["ab"]));
        let knows = |value: &str| {
            let headers =
                HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_str(value).expect("ASCII"))]);
            tag.is_known(&headers)
        };
        assert!(knows(&tag.0) && knows("*") && knows(&format!("\"other\", {}", tag.0)));
        assert!(knows(tag.0.trim_start_matches("W/")), "a proxy may have made it strong");
        assert!(!knows("\"other\"") && !knows("") && !tag.is_known(&HeaderMap::new()));
    }
}
