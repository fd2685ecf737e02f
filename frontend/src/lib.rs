//! The page, rendered by the server and hydrated in the browser.
