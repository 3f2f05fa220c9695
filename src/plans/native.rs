//! Our own model, as TOML and as JSON have it: a list of tasks with the names of the JSON contract.
//!
//! What `git agent list --json` prints is a plan, too: derived fields (`ready`, `children`, times) are ignored.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    SCHEMA, check,
    item::{Content, Decided, Failed, Parent, Plan, PlanItem, Rough, Word},
    node::{Node, What},
};
use crate::{
    domain::{id::TaskId, task::LOWEST_PRIORITY, time::parse_duration, words},
    plans::position::{Wrong, WrongKind},
};

/// The keys of a task that a plan takes.
const KEYS: &str = "id title description status priority parent after files accept estimate estimate_seconds labels refs blockers result \
    result_json failures decisions notes tasks";

/// Other names of keys, and keys that follow from the rest.
const OTHER_KEYS: &str = "task failure ready waiting_on criteria until duplicate_of duplicates reason children created_at updated_at started_at \
    completed_at attempts active_seconds elapsed_seconds claim base verification created_by lost_claims progress";

fn is_key(key: &str) -> bool {
    KEYS.split(' ').chain(OTHER_KEYS.split(' ')).any(|known| known == key)
}

/// Whether `node` is a task with a title, and has only keys of ours.
pub(super) fn is_task(node: &Node<'_>) -> bool {
    let What::Table(entries) = &node.what else { return false };
    node.get("title").is_some() && entries.iter().all(|(key, _)| is_key(key))
}

/// Read a whole document.
pub(super) fn read(node: &Node<'_>) -> Result<Vec<Rough>, Wrong> {
    let mut rough = Vec::new();
    if let What::List(items) = &node.what {
        tasks(items, None, &mut rough)?;
        return Ok(rough);
    }
    for (key, value) in node.table("the plan")? {
        match key.as_ref() {
            "schema" => {
                let schema = value.number("schema", u64::MAX)?;
                if schema != SCHEMA {
                    let what =
                        format!("the plan has version {schema} of the format, this git-agent reads version {SCHEMA}");
                    return Err(Wrong::new(value.at, what).of_kind(WrongKind::Version));
                }
            }
            "task" | "tasks" => nested(key, value, None, &mut rough)?,
            // How many tasks a list has omitted, which `list --json` says.
            "more" => {}
            other => return Err(unknown_key(value, other, "a plan", "schema tasks")),
        }
    }
    Ok(rough)
}

/// The tasks under `key`: several, or one.
fn nested(key: &str, value: &Node<'_>, within: Option<usize>, rough: &mut Vec<Rough>) -> Result<(), Wrong> {
    match &value.what {
        What::Table(_) => tasks(std::slice::from_ref(value), within, rough),
        What::Nothing => Ok(()),
        _ => tasks(value.list(key)?, within, rough),
    }
}

fn tasks(items: &[Node<'_>], within: Option<usize>, rough: &mut Vec<Rough>) -> Result<(), Wrong> {
    for item in items {
        let place = rough.len();
        rough.push(task(item, within)?);
        for (key, value) in item.table("a task")? {
            if matches!(key.as_ref(), "task" | "tasks") {
                nested(key, value, Some(place), rough)?;
            }
        }
    }
    Ok(())
}

fn task(node: &Node<'_>, within: Option<usize>) -> Result<Rough, Wrong> {
    for (key, value) in node.table("a task")? {
        if !is_key(key) {
            return Err(unknown_key(value, key, "a task", KEYS));
        }
    }
    let title = node.get("title").ok_or_else(|| Wrong::new(node.at, "a task has no title"))?;
    let mut content = Content { title: check::line(title.at, "title", title.text("title")?)?, ..Content::default() };
    content.description = long(node, "description")?;
    content.accept = long(node, "accept")?;
    if let Some(status) = node.get("status") {
        content.status = Some(check::status(status.at, status.text("status")?)?);
    }
    if let Some(priority) = node.get("priority") {
        let number = priority.number("priority", u64::from(LOWEST_PRIORITY))?;
        content.priority = Some(u8::try_from(number).unwrap_or(LOWEST_PRIORITY));
    }
    content.files = words(node, "files", check::path)?;
    content.estimate = estimate(node)?;
    content.labels = words(node, "labels", |at, text| check::word(at, "label", text, words::label))?;
    content.refs = words(node, "refs", |at, text| check::word(at, "reference", text, words::reference))?;
    for (at, text) in objects(node, "blockers", "text")? {
        content.blockers.push(check::line(at, "blocker", text)?);
    }
    for (at, text) in objects(node, "notes", "text")? {
        content.notes.extend(check::lines(at, "note", text)?);
    }
    content.result = result(node)?;
    let failures = node.get("failures").or_else(|| node.get("failure"));
    content.failures = each(failures, |node| {
        let Some((at, reason)) = text_of(node, "failures", "reason")? else { return Ok(None) };
        let kind = node.get("kind").map(|kind| check::line(kind.at, "kind", kind.text("kind")?)).transpose()?;
        Ok(check::lines(at, "reason", reason)?.map(|reason| Failed { reason, kind }))
    })?;
    content.decisions = each(node.get("decisions"), |node| {
        let Some((at, text)) = text_of(node, "decisions", "text")? else { return Ok(None) };
        let Some(text) = check::lines(at, "decision", text)? else { return Ok(None) };
        Ok(Some(Decided { text, why: long(node, "why")? }))
    })?;
    let parent = match (node.get("parent"), within) {
        (Some(parent), Some(_)) => {
            return Err(Wrong::new(parent.at, "a nested task names a parent"));
        }
        (None, Some(within)) => Parent::Within(within),
        (None, None) => Parent::Unsaid,
        (Some(parent), None) => match parent.word("parent")? {
            Word { text, .. } if text.is_empty() => Parent::Nothing,
            word => Parent::Named(word),
        },
    };
    let after = node.get("after").map(|after| {
        let words = after.texts("after")?.into_iter().map(|(at, text)| Word { at, text: text.trim().to_owned() });
        Ok(words.collect())
    });
    let id = node.get("id").map(|id| id.word("id")).transpose()?;
    Ok(Rough { at: node.at, id, parent, after: after.transpose()?, content, ..Rough::default() })
}

fn long(node: &Node<'_>, key: &str) -> Result<Option<String>, Wrong> {
    node.get(key).map_or(Ok(None), |value| check::lines(value.at, key, value.text(key)?))
}

/// The texts of the list `key`, each as `check` takes it.
fn words(
    node: &Node<'_>,
    key: &str,
    check: impl Fn(usize, &str) -> Result<String, Wrong>,
) -> Result<Option<Vec<String>>, Wrong> {
    let Some(list) = node.get(key) else { return Ok(None) };
    list.texts(key)?.into_iter().map(|(at, text)| check(at, text)).collect::<Result<_, _>>().map(Some)
}

fn estimate(node: &Node<'_>) -> Result<Option<u64>, Wrong> {
    let Some(value) = node.get("estimate") else {
        return node.get("estimate_seconds").map(|value| value.number("estimate_seconds", u64::MAX)).transpose();
    };
    let seconds = parse_duration(value.text("estimate")?);
    seconds.map(Some).ok_or_else(|| value.is_no("estimate", "a duration like 90s, 30m, 2h or 1d"))
}

fn result(node: &Node<'_>) -> Result<Option<Value>, Wrong> {
    if let Some(written) = node.get("result_json") {
        let value = serde_json::from_str(written.text("result_json")?);
        return value.map(Some).map_err(|why| Wrong::new(written.at, format!("result_json is not JSON: {why}")));
    }
    let Some(result) = node.get("result") else { return Ok(None) };
    match &result.what {
        What::Text(text) => Ok(check::lines(result.at, "result", text)?.map(Value::String)),
        _ => Ok(Some(result.to_value())),
    }
}

/// What `read` makes of each member of a list, or of the one value that is there.
fn each<T>(node: Option<&Node<'_>>, read: impl Fn(&Node<'_>) -> Result<Option<T>, Wrong>) -> Result<Vec<T>, Wrong> {
    match node.map(|node| (&node.what, node)) {
        None => Ok(Vec::new()),
        Some((What::List(items), _)) => items.iter().filter_map(|item| read(item).transpose()).collect(),
        Some((_, one)) => Ok(read(one)?.into_iter().collect()),
    }
}

/// The texts of a list of texts, or of tables that have them under `key`.
fn objects<'n>(node: &'n Node<'_>, name: &str, key: &str) -> Result<Vec<(usize, &'n str)>, Wrong> {
    let Some(list) = node.get(name) else { return Ok(Vec::new()) };
    let items = match &list.what {
        What::List(items) => items.as_slice(),
        _ => std::slice::from_ref(list),
    };
    let texts = items.iter().filter_map(|item| text_of(item, name, key).transpose());
    Ok(texts.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect())
}

/// A text, or what a table has under `key`.
fn text_of<'n>(node: &'n Node<'_>, name: &str, key: &str) -> Result<Option<(usize, &'n str)>, Wrong> {
    match &node.what {
        What::Table(_) => {
            let text = node.get(key).ok_or_else(|| Wrong::new(node.at, format!("one of the {name} has no {key}")))?;
            Ok(Some((text.at, text.text(key)?)))
        }
        What::Nothing => Ok(None),
        _ => Ok(Some((node.at, node.text(name)?))),
    }
}

fn unknown_key(value: &Node<'_>, key: &str, of: &str, known: &str) -> Wrong {
    let near = known.split(' ').map(|name| (strsim::damerau_levenshtein(key, name), name)).min();
    let hint = match near.filter(|(distance, _)| *distance <= 2) {
        Some((_, name)) => format!("did you mean '{name}'?"),
        None => format!("the keys are {}", known.replace(' ', ", ")),
    };
    Wrong::new(value.at, format!("{of} has no key '{}'", check::shown(key, 40))).hint(hint)
}

/// Seconds so that [`parse_duration`] reads the same number.
pub(super) fn duration(seconds: u64) -> String {
    let parts = [(seconds / 86_400, 'd'), (seconds / 3600 % 24, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')];
    let said: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if said.is_empty() { "0s".to_owned() } else { said }
}

/// Write `plan` as JSON.
pub(super) fn write(plan: &Plan) -> String {
    let tasks: Vec<_> = plan.items.iter().map(task_value).collect();
    let whole = json!({ "schema": SCHEMA, "tasks": tasks });
    format!("{whole:#}\n")
}

/// The keys of a task that say something, those of tables last.
pub(super) fn task_value(item: &PlanItem) -> Map<String, Value> {
    let content = &item.content;
    let failures = content.failures.iter().map(|failed| json!({ "reason": failed.reason, "kind": failed.kind }));
    let decisions = content.decisions.iter().map(|decided| json!({ "text": decided.text, "why": decided.why }));
    object([
        ("id", json!(item.id)),
        ("title", json!(content.title)),
        ("status", json!(content.status)),
        ("priority", json!(content.priority)),
        ("parent", json!(item.parent.as_ref().map(|parent| parent.as_ref().map_or("", TaskId::as_str)))),
        ("after", json!(item.after)),
        ("files", json!(content.files)),
        ("estimate_seconds", json!(content.estimate)),
        ("labels", json!(content.labels)),
        ("refs", json!(content.refs)),
        ("description", json!(content.description)),
        ("accept", json!(content.accept)),
        ("blockers", some(&content.blockers)),
        ("result", content.result.clone().unwrap_or_default()),
        ("notes", some(&content.notes)),
        ("failures", some(&failures.collect::<Vec<_>>())),
        ("decisions", some(&decisions.collect::<Vec<_>>())),
    ])
}

/// A JSON object of those of `entries` that are not null.
pub(super) fn object<'k>(entries: impl IntoIterator<Item = (&'k str, Value)>) -> Map<String, Value> {
    entries.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.to_owned(), value)).collect()
}

/// `items` as JSON; null where there are none.
pub(super) fn some<T: Serialize>(items: &[T]) -> Value {
    if items.is_empty() { Value::Null } else { json!(items) }
}
