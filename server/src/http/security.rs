//! Headers that every answer carries: what a browser may load for the page, who may frame it, and what it must not guess. No
//! inline script anywhere, and no inline style but the one sheet that the page's document holds; WebAssembly may be compiled.

use axum::http::header::{
    CONTENT_SECURITY_POLICY, InvalidHeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Nothing of the device is used: the camera comes through a file input, which asks for no permission.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(self), \
                           geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), \
                           xr-spatial-tracking=()";

/// The headers, made once.
#[derive(Clone, Debug)]
pub struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

impl SecurityHeaders {
    /// `frame_ancestors` in the security policy's words, such as `'none'` or `'self' https://example.org`; `style_text` is what the
    /// page's style element holds, to the byte.
    ///
    /// # Errors
    /// The words cannot stand in a header.
    pub fn new(frame_ancestors: &str, style_text: &str) -> Result<Self, InvalidHeaderValue> {
        // A semicolon would end the directive and begin another.
        let frame_ancestors = frame_ancestors.replace(';', " ");
        let style_hash = STANDARD.encode(Sha256::digest(style_text));
        let policy = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'sha256-{style_hash}'; \
             img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors {frame_ancestors}"
        );
        let mut headers = vec![
            (CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy)?),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
            (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
            (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        ];
        // The older header knows only two answers; where the policy gives another, it has to be silent.
        let older = match frame_ancestors.trim() {
            "'none'" => Some("DENY"),
            "'self'" => Some("SAMEORIGIN"),
            _ => None,
        };
        headers.extend(older.map(|value| (X_FRAME_OPTIONS, HeaderValue::from_static(value))));
        Ok(Self(headers))
    }

    /// Adds the headers to an answer.
    pub fn attach(&self, mut response: Response) -> Response {
        response.headers_mut().extend(self.0.iter().cloned());
        response
    }
}
