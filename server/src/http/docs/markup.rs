//! From the description's text to HTML: escaping, code spans, paragraphs, and the names of types.

use serde_json::Value;

/// Text that means itself.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A string of the description, escaped; empty where there is none.
pub fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

/// A sentence in which backticks stand around code.
pub fn inline(value: &Value) -> String {
    let parts = value.as_str().unwrap_or_default().split('`').enumerate();
    let write = |(index, part): (usize, &str)| {
        if index % 2 == 1 { format!("<code>{}</code>", escape(part)) } else { escape(part) }
    };
    parts.map(write).collect()
}

/// Paragraphs, which an empty line separates.
pub fn paragraphs(value: &Value) -> String {
    let paragraphs = value.as_str().unwrap_or_default().split("\n\n").filter(|text| !text.is_empty());
    paragraphs.map(|paragraph| format!("<p>{}</p>", inline(&Value::from(paragraph)))).collect()
}

/// What a value may be, in a few words, with links to the types that have a name.
pub fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#type-{0}\"><code>{0}</code></a>", escape(name));
    }
    let alternatives = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    if let Some(alternatives) = alternatives {
        return alternatives.iter().map(type_of).collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", type_of(&schema["items"])),
        Value::String(name) => format!("<code>{}</code>", escape(name)),
        Value::Array(names) => {
            let names: Vec<String> =
                names.iter().map(|name| format!("<code>{}</code>", text(name))).collect();
            names.join(" or ")
        }
        _ => "<code>object</code>".to_owned(),
    }
}

/// A table that scrolls by itself where it is too wide.
pub fn table(caption: &str, head: [&str; 3], rows: &str) -> String {
    let [first, second, third] = head;
    format!(
        "<div class=\"docs-table\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table>\
         <caption>{caption}</caption>\
         <thead><tr><th scope=\"col\">{first}</th><th scope=\"col\">{second}</th><th scope=\"col\">{third}</th></tr></thead>\
         <tbody>{rows}</tbody></table></div>"
    )
}

/// A row of [`table`]; the cells are HTML.
pub fn row(cells: [String; 3]) -> String {
    let [first, second, third] = cells;
    format!("<tr><td>{first}</td><td>{second}</td><td>{third}</td></tr>")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(inline(&json!("a `b<c` & \"d\"")), "a <code>b&lt;c</code> &amp; &quot;d&quot;");
        assert_eq!(paragraphs(&json!("one\ntwo\n\n<three>")), "<p>one\ntwo</p><p>&lt;three&gt;</p>");
    }

    #[test]
    fn types_are_named_and_linked() {
        let link = "<a href=\"#type-Graph\"><code>Graph</code></a>";
        assert_eq!(type_of(&json!({"$ref": "#/components/schemas/Graph"})), link);
        let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/Graph"}});
        assert_eq!(type_of(&list), format!("list of {link}"));
        assert_eq!(type_of(&json!({"type": ["string", "null"]})), "<code>string</code> or <code>null</code>");
        let either = json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Graph"}]});
        assert_eq!(type_of(&either), format!("<code>null</code> or {link}"));
    }
}
