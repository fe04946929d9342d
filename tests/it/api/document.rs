//! `docs/api.md` is made of the document that is served, so that it cannot say anything else.

use std::fmt::Write as _;
use std::{env, fs};

use pulih::web::api::document::document;
use pulih::web::routes::Enter;
use pulih::web::routes::api::ROWS;
use serde_json::{Map, Value};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md");

const HEAD: &str = "\
# The API for portals

Made of the document at `/api/openapi.json` (OpenAPI 3.1), which is made of the code that answers; after a change `UPDATE_DOCS=1 cargo test
--test it api::document` writes this file anew. How to put the calls together is told in [integrating.md](integrating.md).

- Every call carries `Authorization: Bearer` and a portal key. What a key may do is its scopes.
- Bodies are JSON objects in UTF-8 (`Content-Type: application/json`). A field that is not named here is an error.
- Calls that write take an `Idempotency-Key` (1 to 255 characters of ASCII): the same key with the same body is answered alike for
  24 hours, with another body or on another path it is `key-reused`. After two minutes *right* is answered as `replayed`. Once the account is
  locked, or its TOTP reset or disabled, what was answered about it is forgotten: the same call is looked at anew.
- Answers that are no are [problems](#problem) (`application/problem+json`, RFC 9457), listed in
  [integrating.md](integrating.md#problems). Times are RFC 3339 in UTC.
";

#[test]
fn the_reference_is_what_the_document_says() {
    let written = reference(&serde_json::to_value(document()).unwrap());
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(FILE, &written).unwrap();
    }
    let kept = fs::read_to_string(FILE).unwrap_or_default();
    assert!(kept == written, "docs/api.md is not of this code: UPDATE_DOCS=1 cargo test --test it api::document");
}

#[test]
fn every_operation_says_what_it_takes_what_it_answers_and_what_becomes_of_a_no() {
    let document = serde_json::to_value(document()).unwrap();
    for (method, path, operation) in operations(&document) {
        let name = format!("{method} {path}");
        assert!(text(operation, "summary").len() > 3, "{name} has no title");
        assert!(text(operation, "description").len() > 20, "{name} does not say what it is for");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{name} has no answer");
        for status in ["4XX", "5XX"] {
            let told = &answers.get(status).unwrap_or_else(|| panic!("{name} says nothing of {status}"))["content"];
            assert!(told.get("application/problem+json").is_some(), "{name}: {status} is a problem");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, of) in fields(schema) {
            assert!(!told(of).is_empty(), "{name}.{field} is not explained");
        }
    }
}

#[test]
fn every_type_of_problem_is_told_to_who_integrates() {
    let root = env!("CARGO_MANIFEST_DIR");
    let guide = fs::read_to_string(format!("{root}/docs/integrating.md")).unwrap();
    let table = guide.split("## Problems").nth(1).unwrap().split("\n## ").next().unwrap().to_owned();
    let words = fs::read_to_string(format!("{root}/assets/locales/en/api.ftl")).unwrap();
    let codes: Vec<&str> = words
        .lines()
        .filter_map(|line| line.split_once("-title = ")?.0.split_once('-'))
        .map(|(_, code)| code)
        .collect();
    assert!(codes.len() > 10);
    let missing: Vec<&str> = codes.into_iter().filter(|code| !table.contains(&format!("`{code}`"))).collect();
    assert_eq!(missing, Vec::<&str>::new(), "docs/integrating.md says nothing of these");
}

fn reference(document: &Value) -> String {
    let mut out = HEAD.to_owned();
    out += "\n| Call | Scope | |\n| --- | --- | --- |\n";
    for (method, path, operation) in operations(document) {
        let title = text(operation, "summary");
        let _ = writeln!(out, "| [`{method} {path}`](#{}) | {} | {title} |", anchor(method, path), scope(method, path));
    }
    out += "\n## Calls\n";
    for (method, path, operation) in operations(document) {
        call(&mut out, method, path, operation);
    }
    out += "\n## Shapes\n";
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let _ = writeln!(out, "\n### {name}\n");
        paragraph(&mut out, text(schema, "description"));
        match schema.get("enum") {
            Some(_) => writeln!(out, "{}.", kind(schema)).unwrap(),
            None => table(&mut out, schema),
        }
    }
    out
}

fn operations(document: &Value) -> Vec<(&'static str, &str, &Value)> {
    const METHODS: [&str; 5] = ["GET", "PUT", "POST", "PATCH", "DELETE"];
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, all)| {
            METHODS.into_iter().filter_map(move |m| Some((m, path.as_str(), all.get(m.to_lowercase())?)))
        })
        .collect()
}

fn call(out: &mut String, method: &str, path: &str, operation: &Value) {
    let _ =
        writeln!(out, "\n### {method} {path}\n\n**{}.** Scope: {}.\n", text(operation, "summary"), scope(method, path));
    paragraph(out, text(operation, "description"));
    // what all calls have is told once
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let parameters: Vec<&Value> = parameters.filter(|one| text(one, "name") != "Idempotency-Key").collect();
    if !parameters.is_empty() {
        *out += "| In | Name | Type | |\n| --- | --- | --- | --- |\n";
        for one in parameters {
            let need = if one["required"] == true { "" } else { "optional. " };
            let (place, name, told) = (text(one, "in"), text(one, "name"), cell(text(one, "description")));
            let _ = writeln!(out, "| {place} | `{name}` | {} | {need}{told} |", kind(&one["schema"]));
        }
        *out += "\n";
    }
    if let Some(body) = operation.get("requestBody") {
        let _ = writeln!(out, "Body: {}.\n", kind(&body["content"]["application/json"]["schema"]));
    }
    let answers = operation["responses"].as_object().unwrap();
    for (status, answer) in answers.iter().filter(|(status, _)| !status.ends_with("XX")) {
        let shapes: Vec<String> =
            answer["content"].as_object().into_iter().flatten().map(|(_, content)| kind(&content["schema"])).collect();
        let line = format!("- `{status}` {} {}", shapes.join(", "), cell(text(answer, "description")));
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn table(out: &mut String, schema: &Value) {
    *out += "| Field | Type | |\n| --- | --- | --- |\n";
    let needed = schema["required"].as_array().cloned().unwrap_or_default();
    for (name, of) in fields(schema) {
        let need = if needed.iter().any(|n| n == name) { "" } else { "optional. " };
        let told = cell(told(of));
        let example = of
            .get("example")
            .map_or(String::new(), |e| format!(" E.g. `{}`.", e.as_str().map_or(e.to_string(), str::to_owned)));
        let _ = writeln!(out, "| `{name}` | {} | {need}{told}{example} |", kind(of));
    }
}

fn fields(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flat_map(Map::iter)
}

/// What a field is for: said of itself, or of what it may be besides null.
fn told(field: &Value) -> &str {
    let choices = field["oneOf"].as_array().into_iter().flatten();
    std::iter::once(field)
        .chain(choices)
        .map(|one| text(one, "description"))
        .find(|d| !d.is_empty())
        .unwrap_or_default()
}

/// A type in words.
fn kind(schema: &Value) -> String {
    if let Some(name) = named(schema) {
        return format!("[`{name}`](#{})", name.to_lowercase());
    }
    if let Some(all) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        return all.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    if let Some(all) = schema["enum"].as_array() {
        return all.iter().map(|v| format!("`{}`", v.as_str().unwrap_or("null"))).collect::<Vec<_>>().join(", ");
    }
    let mut words = match &schema["type"] {
        Value::String(one) if one == "array" => format!("list of {}", kind(&schema["items"])),
        Value::String(one) => one.clone(),
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "any".to_owned(),
    };
    let format = text(schema, "format");
    if !format.is_empty() && !format.starts_with("int") {
        let _ = write!(words, " ({format})");
    }
    for (least, most, what) in [("minLength", "maxLength", " characters"), ("minimum", "maximum", "")] {
        match (schema[least].as_i64(), schema[most].as_i64()) {
            (Some(least), Some(most)) => drop(write!(words, ", {least} to {most}{what}")),
            (None, Some(most)) => drop(write!(words, ", at most {most}{what}")),
            _ => {}
        }
    }
    words
}

fn named(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn scope(method: &str, path: &str) -> String {
    let row = ROWS.iter().find(|row| row.path == path && row.method.as_str() == method);
    match row.map(|row| row.enter) {
        Some(Enter::Portal(Some(scope))) => format!("`{}`", scope.code()),
        Some(Enter::Portal(None)) => "any".to_owned(),
        _ => panic!("no key opens {method} {path}"),
    }
}

/// As GitHub and others name a heading.
fn anchor(method: &str, path: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ');
    format!("{method} {path}").chars().filter(|c| kept(*c)).collect::<String>().to_lowercase().replace(' ', "-")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn paragraph(out: &mut String, words: &str) {
    if !words.is_empty() {
        let _ = writeln!(out, "{words}\n");
    }
}

fn cell(words: &str) -> String {
    words.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}
