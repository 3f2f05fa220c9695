//! JSON Schemas of arguments and answers, as short as they can be: hosts give the list of tools to the model.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// Keywords that tell a model nothing. That a tool takes no other arguments it learns from the refusal of one.
const IDLE: [&str; 7] = ["$schema", "title", "format", "minimum", "default", "description", "additionalProperties"];

/// The schema of a tool's arguments, with `directory`, which every tool takes.
pub(super) fn input(schema: &Schema) -> Map<String, Value> {
    let mut schema = schema.as_object().cloned().unwrap_or_default();
    schema.retain(|key, _| !IDLE.contains(&key.as_str()));
    let properties = schema.entry("properties").or_insert_with(|| json!({}));
    if let Value::Object(properties) = properties {
        properties.insert("directory".to_owned(), json!({ "type": "string" }));
        properties.values_mut().for_each(lean);
    }
    schema
}

/// The schema of a tool's answer: the keys that are always there. `git agent schema` has the whole one.
pub(super) fn output(schema: &Schema) -> Map<String, Value> {
    let required = schema.get("required").cloned().unwrap_or_else(|| json!([]));
    Map::from_iter([("type".to_owned(), json!("object")), ("required".to_owned(), required)])
}

/// A property without what is idle in it: an optional one may be left out, and need not be `null`.
fn lean(property: &mut Value) {
    let Value::Object(property) = property else { return };
    property.retain(|key, _| key == "description" || !IDLE.contains(&key.as_str()));
    let optional = match property.get("type") {
        Some(Value::Array(types)) => types.iter().find(|kind| *kind != "null").cloned(),
        _ => None,
    };
    property.extend(optional.map(|kind| ("type".to_owned(), kind)));
    if let Some(Value::Array(words)) = property.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
}
