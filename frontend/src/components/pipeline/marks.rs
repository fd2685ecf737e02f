//! Drawings as views. What is drawn never changes by itself, so it goes into the document as markup in one piece: an element
//! each would cost the module and the browser a hundredfold to take over.

use std::fmt::Write;

use leptos::prelude::*;

use crate::drawing::mark::{Mark, short};

/// The markup of a drawing.
pub fn markup(marks: &[Mark]) -> String {
    let mut markup = String::new();
    for mark in marks {
        // Writing to a string cannot fail.
        _ = match mark {
            Mark::Path { class, d } => write!(markup, "<path class=\"{class}\" d=\"{d}\"></path>"),
            Mark::Text { class, at, text } => {
                let (x, y, text) = (short(at.x), short(at.y), escape(text));
                write!(markup, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>")
            }
        };
    }
    markup
}

/// A drawing that says nothing that is not said beside it.
pub fn drawing(class: &'static str, width: f64, height: f64, drawn: &[Mark]) -> impl IntoView + use<> {
    view! {
        <svg
            class=class
            width=short(width)
            height=short(height)
            viewBox=format!("0 0 {} {}", short(width), short(height))
            aria-hidden="true"
            inner_html=markup(drawn)
        ></svg>
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::mark::Point;

    #[test]
    fn words_cannot_become_markup() {
        let marks = [Mark::text("caption", Point { x: 1.0, y: 2.04 }, "a < b & <c>")];
        let expected = "<text class=\"caption\" x=\"1\" y=\"2\">a &lt; b &amp; &lt;c></text>";
        assert_eq!(markup(&marks), expected);
    }
}
