//! The types that answers are made of.

use serde_json::Value;

use super::markup::{inline, paragraphs, row, table, text, type_of};

/// The section.
pub fn section(description: &Value) -> String {
    let types: String = description["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| article(name, schema))
        .collect();
    format!("<section class=\"docs-section\" id=\"types\"><h2>Types</h2>{types}</section>")
}

fn article(name: &str, schema: &Value) -> String {
    let name = text(&Value::from(name));
    format!(
        "<article class=\"docs-type\" id=\"type-{name}\"><h3><code>{name}</code></h3>{}{}</article>",
        paragraphs(&schema["description"]),
        shape(schema)
    )
}

fn shape(schema: &Value) -> String {
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> =
            values.iter().map(|value| format!("<code>{}</code>", text(value))).collect();
        return format!("<p>One of {}.</p>", values.join(", "));
    }
    if let Some(alternatives) = schema["oneOf"].as_array() {
        let alternatives: String =
            alternatives.iter().map(|schema| format!("<li>{}</li>", alternative(schema))).collect();
        return format!("<p>One of:</p><ul class=\"docs-alternatives\">{alternatives}</ul>");
    }
    match schema["properties"].as_object() {
        Some(_properties) => properties(schema),
        None => format!("<p>{}</p>", type_of(schema)),
    }
}

/// One form of a type that has several: its meaning, and its fields with the constant that tells it from the others.
fn alternative(schema: &Value) -> String {
    let parts = schema["allOf"].as_array().map_or_else(|| vec![schema], |parts| parts.iter().collect());
    let fields: Vec<String> = parts.into_iter().flat_map(fields).collect();
    format!("{} {}", fields.join(", "), inline(&schema["description"]))
}

fn fields(schema: &Value) -> Vec<String> {
    if !schema["$ref"].is_null() {
        return vec![type_of(schema)];
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    let constant = |property: &Value| {
        property["enum"].as_array().filter(|values| values.len() == 1).map(|values| text(&values[0]))
    };
    properties
        .map(|(name, property)| match constant(property) {
            Some(value) => format!("<code>{name} = {value}</code>"),
            None => format!("<code>{name}</code>"),
        })
        .collect()
}

fn properties(schema: &Value) -> String {
    let rows: String = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, property)| {
            let name = text(&Value::from(name.as_str()));
            row([format!("<code>{name}</code>"), type_of(property), inline(&property["description"])])
        })
        .collect();
    table("Fields", ["Name", "Type", "Meaning"], &rows)
}
