//! An element on the screen as one SVG: where things are is measured, what they look like is asked of the browser.

use std::fmt::Write;

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{
    CanvasRenderingContext2d, DomRect, Element, HtmlCanvasElement, HtmlImageElement, Node, SvgElement,
    XmlSerializer,
};

/// Room around the drawing.
const MARGIN: f64 = 16.0;
/// What shapes and letters look like.
const LOOKS: [&str; 12] = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-opacity",
    "opacity",
    "font-size",
    "font-family",
    "font-weight",
    "text-anchor",
    "dominant-baseline",
];
/// What is for the hand, not for the eye.
const LEFT_OUT: &str = "[data-export='no'], button, select, input, label, details, .visually-hidden, [role='listbox'], .lens-controls";

/// The SVG and its size; `None` where the element is not on the screen.
pub fn of(element: &Element) -> Option<(String, (f64, f64))> {
    let frame = element.get_bounding_client_rect();
    let mut sheet =
        Sheet { left: frame.left() - MARGIN, top: frame.top() - MARGIN, body: String::new(), bottom: 0.0 };
    sheet.walk(element)?;
    let (width, height) = (frame.width() + 2.0 * MARGIN, sheet.bottom + MARGIN);
    let ground = style(document().body()?.as_ref(), "background-color");
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">\
         <rect width=\"100%\" height=\"100%\" fill=\"{ground}\"/>{}</svg>",
        sheet.body
    );
    Some((svg, (width, height)))
}

struct Sheet {
    left: f64,
    top: f64,
    body: String,
    /// Lower edge of what is drawn.
    bottom: f64,
}

impl Sheet {
    fn walk(&mut self, element: &Element) -> Option<()> {
        if element.matches(LEFT_OUT).ok()? || style(element, "display") == "none" {
            return Some(());
        }
        let place = element.get_bounding_client_rect();
        match element.tag_name().to_ascii_lowercase().as_str() {
            "canvas" => {
                let opacity = style(element, "opacity");
                let url = element.unchecked_ref::<HtmlCanvasElement>().to_data_url().ok()?;
                self.picture(&place, &url, &opacity, true);
            }
            "img" => {
                let url = photo(element.unchecked_ref())?;
                self.picture(&place, &url, "1", false);
            }
            "svg" => self.svg(element, &place)?,
            _ => {
                let children = element.child_nodes();
                for index in 0..children.length() {
                    let child = children.item(index)?;
                    match child.node_type() {
                        Node::ELEMENT_NODE => self.walk(child.unchecked_ref()).unwrap_or_default(),
                        Node::TEXT_NODE => self.words(&child, element).unwrap_or_default(),
                        _ => {}
                    }
                }
            }
        }
        Some(())
    }

    fn picture(&mut self, place: &DomRect, url: &str, opacity: &str, is_pixelated: bool) {
        let rendering = if is_pixelated { " image-rendering=\"pixelated\"" } else { "" };
        let (x, y) = self.at(place);
        // Writing to a string cannot fail.
        _ = write!(
            self.body,
            "<image x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" opacity=\"{opacity}\" preserveAspectRatio=\"none\"{rendering} href=\"{url}\"/>",
            place.width(),
            place.height(),
        );
    }

    /// A drawing inside the drawing, with its looks written into it.
    fn svg(&mut self, element: &Element, place: &DomRect) -> Option<()> {
        let copy: SvgElement = element.clone_node_with_deep(true).ok()?.unchecked_into();
        let (shown, copied) = (element.query_selector_all("*").ok()?, copy.query_selector_all("*").ok()?);
        for index in 0..shown.length() {
            let (shown, copied) = (shown.item(index)?, copied.item(index)?);
            let copied: Element = copied.unchecked_into();
            for look in LOOKS {
                copied.set_attribute(look, &style(shown.unchecked_ref(), look)).ok()?;
            }
            copied.remove_attribute("class").ok()?;
        }
        let (x, y) = self.at(place);
        for (name, value) in [("x", x), ("y", y), ("width", place.width()), ("height", place.height())] {
            copy.set_attribute(name, &format!("{value:.1}")).ok()?;
        }
        copy.set_attribute("overflow", &style(element, "overflow")).ok()?;
        copy.remove_attribute("class").ok()?;
        self.body += &XmlSerializer::new().ok()?.serialize_to_string(&copy).ok()?;
        Some(())
    }

    /// A text line by line, as the browser has broken it.
    fn words(&mut self, text: &Node, parent: &Element) -> Option<()> {
        let content = text.text_content()?;
        if content.trim().is_empty() {
            return Some(());
        }
        let range = document().create_range().ok()?;
        let looks: String = ["font-size", "font-family", "font-weight"]
            .map(|look| format!(" {look}=\"{}\"", escape(&style(parent, look))))
            .concat();
        let (colour, size) = (style(parent, "color"), pixels(&style(parent, "font-size")));
        let mut line = String::new();
        let mut line_place: Option<DomRect> = None;
        let units: Vec<u16> = content.encode_utf16().collect();
        for (index, unit) in units.iter().enumerate() {
            range.set_start(text, index as u32).ok()?;
            range.set_end(text, index as u32 + 1).ok()?;
            let place = range.get_bounding_client_rect();
            let is_same_line =
                line_place.as_ref().is_some_and(|line| (line.top() - place.top()).abs() < size / 2.0);
            if place.width() > 0.0 && !is_same_line {
                self.line(&line, line_place.as_ref(), (&looks, &colour, size));
                line.clear();
                line_place = Some(place);
            }
            line.push(char::from_u32(u32::from(*unit)).unwrap_or('\u{fffd}'));
        }
        self.line(&line, line_place.as_ref(), (&looks, &colour, size));
        Some(())
    }

    fn line(&mut self, words: &str, place: Option<&DomRect>, (looks, colour, size): (&str, &str, f64)) {
        let Some(place) = place.filter(|_place| !words.trim().is_empty()) else { return };
        let (x, y) = self.at(place);
        // Where a font's letters stand in their line: near enough for every font of the page.
        let base = y + place.height() / 2.0 + size * 0.35;
        _ = write!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{base:.1}\" fill=\"{colour}\"{looks}>{}</text>",
            escape(words.trim())
        );
    }

    fn at(&mut self, place: &DomRect) -> (f64, f64) {
        let (x, y) = (place.left() - self.left, place.top() - self.top);
        self.bottom = self.bottom.max(y + place.height());
        (x, y)
    }
}

/// A photo as data, in the size in which it is there.
fn photo(image: &HtmlImageElement) -> Option<String> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.unchecked_into();
    canvas.set_width(image.natural_width());
    canvas.set_height(image.natural_height());
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.unchecked_into();
    context.draw_image_with_html_image_element(image, 0.0, 0.0).ok()?;
    canvas.to_data_url().ok()
}

fn style(element: &Element, property: &str) -> String {
    let styles = window().get_computed_style(element).ok().flatten();
    styles.and_then(|styles| styles.get_property_value(property).ok()).unwrap_or_default()
}

fn pixels(length: &str) -> f64 {
    length.trim_end_matches("px").parse().unwrap_or(16.0)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
