//! JSON files of other programs, changed in place: order, unknown keys, comments and the line end at the end stay.

use jsonc_parser::{
    ParseOptions,
    cst::{CstArray, CstInputValue, CstNode, CstObject, CstRootNode},
};
use serde_json::Value;

use super::MARK;

/// Why a file cannot be changed.
pub(super) type Unreadable = String;

fn parse(text: &str) -> Result<CstRootNode, Unreadable> {
    CstRootNode::parse(text, &ParseOptions::default()).map_err(|error| error.to_string())
}

/// The object that a file consists of; one that is empty gets one.
fn object(root: &CstRootNode) -> Result<CstObject, Unreadable> {
    root.object_value_or_create().ok_or_else(|| "it does not contain a JSON object".to_owned())
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(flag) => CstInputValue::Bool(*flag),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(values) => CstInputValue::Array(values.iter().map(input).collect()),
        Value::Object(entries) => {
            CstInputValue::Object(entries.iter().map(|(key, value)| (key.clone(), input(value))).collect())
        }
    }
}

/// `text` as a file whose whole content is ours would be written.
fn fresh(value: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(value).unwrap_or_default())
}

/// `text` with `value` at `path`, replacing the previous value. A missing file is created.
pub(super) fn set(text: Option<&str>, path: &[&str], value: &Value) -> Result<String, Unreadable> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        let nested = path.iter().rev().fold(value.clone(), |inner, key| {
            let mut object = serde_json::Map::new();
            object.insert((*key).to_owned(), inner);
            object.into()
        });
        return Ok(fresh(&nested));
    };
    let root = parse(text)?;
    let (last, containers) = path.split_last().ok_or("no path")?;
    let mut place = object(&root)?;
    for key in containers {
        place = place.object_value_or_create(key).ok_or_else(|| format!("'{key}' is not an object"))?;
    }
    match place.get(last) {
        Some(property) if property.value().and_then(|known| known.to_serde_value()).as_ref() == Some(value) => {}
        Some(property) => property.set_value(input(value)),
        None => drop(place.append(last, input(value))),
    }
    Ok(root.to_string())
}

/// `text` without the value at `path`, and without parent objects that become empty.
pub(super) fn unset(text: &str, path: &[&str]) -> Result<String, Unreadable> {
    let root = parse(text)?;
    let Some(top) = root.object_value() else { return Ok(text.to_owned()) };
    if remove_at(&top, path) { Ok(root.to_string()) } else { Ok(text.to_owned()) }
}

/// Remove the value at `path`. Returns whether there was one.
fn remove_at(object: &CstObject, path: &[&str]) -> bool {
    let Some((key, rest)) = path.split_first() else { return false };
    let Some(property) = object.get(key) else { return false };
    if rest.is_empty() {
        property.remove();
        return true;
    }
    let Some(inner) = property.object_value() else { return false };
    let is_removed = remove_at(&inner, rest);
    if is_removed && inner.properties().is_empty() {
        property.remove();
    }
    is_removed
}

/// The value at `path`.
pub(in crate::hosts) fn get(text: &str, path: &[&str]) -> Option<Value> {
    let mut value = parse(text).ok()?.to_serde_value()?;
    for key in path {
        value = value.get_mut(*key)?.take();
    }
    Some(value)
}

/// Whether this is a hook of ours: a command, wherever a host puts it.
fn is_ours(hook: &Value) -> bool {
    ["command", "bash"].iter().any(|key| hook.get(key).and_then(Value::as_str).is_some_and(|line| line.contains(MARK)))
}

/// Whether all that an entry of an event's list runs is ours; `None`: nothing of it is.
fn owns(entry: &Value) -> Option<bool> {
    match entry.get("hooks").and_then(Value::as_array) {
        None => is_ours(entry).then_some(true),
        Some(hooks) if hooks.iter().any(is_ours) => Some(hooks.iter().all(is_ours)),
        Some(_) => None,
    }
}

/// Remove our hooks from a list; answers whether there were some.
fn strip(list: &CstArray) -> bool {
    let mut is_changed = false;
    for entry in list.elements() {
        let Some(owned) = entry.to_serde_value().as_ref().and_then(owns) else { continue };
        is_changed = true;
        if owned {
            entry.remove();
            continue;
        }
        let inner = entry.as_object().and_then(|entry| entry.array_value("hooks"));
        for hook in inner.iter().flat_map(CstArray::elements) {
            if hook.to_serde_value().as_ref().is_some_and(is_ours) {
                CstNode::remove(hook);
            }
        }
    }
    is_changed
}

/// `text` with `events` (an event's name, and our entry of its list) below `hooks`; other entries of the lists stay in front. `head` is put at
/// the top of a new file.
pub(super) fn set_hooks(
    text: Option<&str>,
    head: &[(&str, Value)],
    events: &[(&str, Value)],
) -> Result<String, Unreadable> {
    let mut now = match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => text.to_owned(),
        None => "{}\n".to_owned(),
    };
    for (key, value) in head {
        if get(&now, &[key]).is_none() {
            now = set(Some(&now), &[key], value)?;
        }
    }
    let root = parse(&now)?;
    let hooks = object(&root)?.object_value_or_create("hooks").ok_or("'hooks' is not an object")?;
    for (event, entry) in events {
        let list = hooks.array_value_or_create(event).ok_or_else(|| format!("'hooks.{event}' is not a list"))?;
        let is_there = |node: &CstNode| node.to_serde_value().as_ref() == Some(entry);
        let ours =
            list.elements().iter().filter(|node| node.to_serde_value().as_ref().and_then(owns).is_some()).count();
        if ours == 1 && list.elements().iter().any(is_there) {
            continue;
        }
        strip(&list);
        list.append(input(entry));
    }
    Ok(root.to_string())
}

/// `text` without our hooks, and without the lists and objects that are empty then.
pub(super) fn unset_hooks(text: &str) -> Result<String, Unreadable> {
    let root = parse(text)?;
    let Some(top) = root.object_value() else { return Ok(text.to_owned()) };
    let Some(hooks) = top.object_value("hooks") else { return Ok(text.to_owned()) };
    let mut is_changed = false;
    for property in hooks.properties() {
        let Some(list) = property.array_value() else { continue };
        if strip(&list) {
            is_changed = true;
            if list.elements().is_empty() {
                property.remove();
            }
        }
    }
    if !is_changed {
        return Ok(text.to_owned());
    }
    if hooks.properties().is_empty()
        && let Some(property) = top.get("hooks")
    {
        property.remove();
    }
    Ok(root.to_string())
}

/// The events of `text` that have a hook of ours.
pub(super) fn hooked(text: &str) -> Vec<String> {
    let hooks = get(text, &["hooks"]).unwrap_or_default();
    let events = hooks.as_object().into_iter().flatten();
    let has_ours = |list: &Value| list.as_array().is_some_and(|list| list.iter().any(|entry| owns(entry).is_some()));
    events.filter(|(_, list)| has_ours(list)).map(|(event, _)| event.clone()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const THEIRS: &str = r#"{
  // my settings
  "model": "opus",
  "hooks": {
    "Stop": [
      { "hooks": [{ "type": "command", "command": "say done" }] } // loud
    ]
  },
  "zeta": 1
}
"#;

    fn entry() -> Value {
        json!({"hooks": [{"type": "command", "command": "git-agent host event claude stop || echo '{}'"}]})
    }

    #[test]
    fn what_others_wrote_stays_and_twice_is_once() {
        let events = [("Stop", entry()), ("SessionEnd", entry())];
        let once = set_hooks(Some(THEIRS), &[], &events).unwrap();
        for kept in ["// my settings", "\"say done\"", "// loud", "\"zeta\": 1\n}\n"] {
            assert!(once.contains(kept), "{kept}:\n{once}");
        }
        assert_eq!(hooked(&once), ["Stop", "SessionEnd"]);
        assert_eq!(set_hooks(Some(&once), &[], &events).unwrap(), once);
        let without = unset_hooks(&once).unwrap();
        assert_eq!(hooked(&without), [""; 0]);
        assert_eq!(parse(&without).unwrap().to_serde_value(), parse(THEIRS).unwrap().to_serde_value());
        assert!(without.contains("// loud") && without.contains("// my settings"), "{without}");
        assert_eq!(unset_hooks(THEIRS).unwrap(), THEIRS);
    }

    #[test]
    fn an_older_hook_of_ours_is_replaced() {
        let old = json!({"matcher": "", "hooks": [{"type": "command", "command": "git-agent host event claude stop"}]});
        let before = set_hooks(None, &[], &[("Stop", old)]).unwrap();
        let after = set_hooks(Some(&before), &[], &[("Stop", entry())]).unwrap();
        assert_eq!(get(&after, &["hooks", "Stop"]), Some(json!([entry()])));
        // In a group with another tool's hook only ours goes.
        let group = json!({"hooks": [{"command": "theirs"}, {"command": "git-agent host event claude stop"}]});
        let shared = set(None, &["hooks", "Stop"], &json!([group])).unwrap();
        let left = get(&unset_hooks(&shared).unwrap(), &["hooks", "Stop"]);
        assert_eq!(left, Some(json!([{"hooks": [{"command": "theirs"}]}])));
    }

    #[test]
    fn values_are_set_and_unset_by_path() {
        let path = ["mcpServers", "git-agent"];
        let new = set(None, &path, &json!({"command": "git-agent"})).unwrap();
        assert!(new.ends_with("}\n"));
        assert_eq!(unset(&new, &path).unwrap().trim(), "{}");
        let set = set(Some(THEIRS), &path, &json!({"command": "git-agent"})).unwrap();
        assert_eq!(unset(&set, &path).unwrap(), THEIRS);
        assert!(super::set(Some("[1]"), &path, &json!(1)).is_err());
        assert!(super::set(Some("{\"mcpServers\": 1}"), &path, &json!(1)).is_err());
        assert!(super::set(Some("no"), &path, &json!(1)).is_err());
    }
}
