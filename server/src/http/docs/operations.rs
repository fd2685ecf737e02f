//! The paths, gathered by their tags: what each is for, what it takes and what it answers.

use serde_json::Value;

use super::markup::{inline, paragraphs, row, table, text, type_of};

/// An operation and where it is.
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    description: &'a Value,
}

impl Operation<'_> {
    fn id(&self) -> String {
        text(&self.description["operationId"])
    }
}

/// Links to everything on the page.
pub fn contents(description: &Value) -> String {
    let groups: String = tags(description)
        .map(|tag| {
            let links: String = tagged(description, tag)
                .map(|operation| {
                    format!("<li><a href=\"#{}\">{}</a></li>", operation.id(), summary(&operation))
                })
                .collect();
            format!("<li><span>{}</span><ol>{links}</ol></li>", text(&tag["name"]))
        })
        .collect();
    format!(
        "<nav class=\"docs-contents\" aria-label=\"Contents\"><ol><li><a href=\"#examples\">Examples</a></li>{groups}\
         <li><a href=\"#types\">Types</a></li></ol></nav>"
    )
}

/// A section for each tag.
pub fn sections(description: &Value) -> String {
    tags(description)
        .map(|tag| {
            let operations: String = tagged(description, tag).map(|operation| article(&operation)).collect();
            format!(
                "<section class=\"docs-section\"><h2>{}</h2><p>{}</p>{operations}</section>",
                text(&tag["name"]),
                inline(&tag["description"])
            )
        })
        .collect()
}

fn tags(description: &Value) -> impl Iterator<Item = &Value> {
    description["tags"].as_array().into_iter().flatten()
}

fn tagged<'a>(description: &'a Value, tag: &'a Value) -> impl Iterator<Item = Operation<'a>> {
    let paths = description["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, description)| Operation { path, method, description })
    });
    operations.filter(|operation| operation.description["tags"][0] == tag["name"])
}

/// Without the full stop that a sentence in the source ends with.
fn summary(operation: &Operation) -> String {
    text(&operation.description["summary"]).trim_end_matches('.').to_owned()
}

fn article(operation: &Operation) -> String {
    let description = operation.description;
    format!(
        "<article class=\"docs-operation\" id=\"{}\"><h3>{}</h3>\
         <p class=\"docs-path\"><code><b>{}</b> {}</code></p>{}{}{}{}</article>",
        operation.id(),
        summary(operation),
        operation.method.to_uppercase(),
        text(&Value::from(operation.path)).replace('/', "/<wbr>"),
        paragraphs(&description["description"]),
        parameters(&description["parameters"]),
        body(&description["requestBody"]),
        responses(&description["responses"]),
    )
}

fn parameters(parameters: &Value) -> String {
    let rows: String = parameters.as_array().into_iter().flatten().map(parameter).collect();
    if rows.is_empty() { rows } else { table("Parameters", ["Name", "Type", "Meaning"], &rows) }
}

fn parameter(parameter: &Value) -> String {
    let necessity = match (parameter["in"].as_str(), parameter["required"].as_bool()) {
        (Some("path"), _) => "in the path",
        (_, Some(true)) => "required",
        _ => "optional",
    };
    let default = match &parameter["schema"]["default"] {
        Value::Null => String::new(),
        default => format!(" Without it: <code>{}</code>.", default.as_str().unwrap_or_default()),
    };
    let example = match parameter["example"].as_str() {
        Some(example) => format!(" Such as <code>{}</code>.", text(&Value::from(example))),
        None => String::new(),
    };
    let meaning = inline(&parameter["description"]);
    row([
        format!("<code>{}</code>", text(&parameter["name"])),
        format!("{}, {necessity}", type_of(&parameter["schema"])),
        format!("{}.{default}{example}", meaning.trim_end_matches('.')),
    ])
}

fn body(body: &Value) -> String {
    let types = body["content"].as_object().into_iter().flatten();
    let rows: String = types
        .map(|(content_type, content)| {
            row([
                format!("<code>{}</code>", text(&Value::from(content_type.as_str()))),
                type_of(&content["schema"]),
                inline(&body["description"]),
            ])
        })
        .collect();
    if rows.is_empty() { rows } else { table("Body", ["Content type", "Type", "Meaning"], &rows) }
}

fn responses(responses: &Value) -> String {
    let rows: String = responses
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, response)| {
            row([
                format!("<code>{}</code>", text(&Value::from(status.as_str()))),
                content(&response["content"]),
                inline(&response["description"]),
            ])
        })
        .collect();
    table("Answers", ["Status", "Body", "Meaning"], &rows)
}

/// A JSON type by its name, anything else by its content type.
fn content(content: &Value) -> String {
    match content.as_object().and_then(|types| types.iter().next()) {
        None => "none".to_owned(),
        Some((content_type, content)) if content_type == "application/json" => type_of(&content["schema"]),
        Some((content_type, _content)) => {
            format!("<code>{}</code>", text(&Value::from(content_type.as_str())))
        }
    }
}
