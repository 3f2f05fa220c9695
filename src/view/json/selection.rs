//! Answers about tasks with fewer fields: `--fields`, `--brief`.

use schemars::schema_for;
use serde_json::Value;

use super::TaskJson;
use crate::error::{Error, Result, codes};

/// Which fields of tasks an answer has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    fields: Vec<String>,
    /// What is null, false or empty is omitted, and a number that counts nothing.
    without_empty: bool,
    /// A verification that passed is omitted, too.
    without_passed: bool,
    is_brief: bool,
}

/// The fields of `--brief`.
const BRIEF: [&str; 8] = ["id", "title", "status", "ready", "priority", "waiting_on", "parent", "blockers"];

/// The fields of the tasks in the answers of `start`, `next` and `complete`: what working on them needs.
const WORK: [&str; 16] = [
    "id",
    "title",
    "description",
    "status",
    "parent",
    "waiting_on",
    "children",
    "files",
    "accept",
    "claim",
    "blockers",
    "result",
    "failures",
    "decisions",
    "notes",
    "verification",
];

/// The keys of an answer under which there is a task, or a list of tasks.
const TASKS: [&str; 3] = ["task", "tasks", "next"];

impl Selection {
    /// The fields with which a task can be chosen, where they say something.
    pub fn brief() -> Self {
        Selection { fields: BRIEF.map(str::to_owned).into(), is_brief: true, ..Selection::telling() }
    }

    /// The fields that are needed to work on a task, where they say something: those of `start`, `next` and `complete`.
    pub fn work() -> Self {
        Selection { fields: WORK.map(str::to_owned).into(), without_passed: true, ..Selection::telling() }
    }

    /// All fields, where they say something: those of the MCP tool `list`.
    pub fn telling() -> Self {
        Selection { without_empty: true, ..Selection::whole() }
    }

    /// All fields.
    fn whole() -> Self {
        let fields = schema_for!(TaskJson).to_value()["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect();
        Selection { fields, without_empty: false, without_passed: false, is_brief: false }
    }

    /// The fields that `names` lists, separated by commas; `all` for all of them.
    ///
    /// # Errors
    ///
    /// `bad-option` for a field that no task has.
    pub fn named(names: &str) -> Result<Self> {
        let whole = Selection::whole();
        let known = &whole.fields;
        let fields: Vec<String> =
            names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if fields == ["all"] {
            return Ok(whole);
        }
        if let Some(wrong) = fields.iter().find(|name| !known.contains(name)) {
            let list = known.join(", ");
            return Err(Error::new(codes::BAD_OPTION, format!("a task has no field '{}'", wrong.escape_debug()))
                .hint(format!("its fields are {list}; 'all' stands for all of them"))
                .argument("--fields <NAMES>"));
        }
        Ok(Selection { fields, ..whole })
    }

    /// Whether it is that of `--brief`.
    pub fn is_brief(&self) -> bool {
        self.is_brief
    }

    /// Take the other fields out of the tasks of `answer`, which may be a task itself.
    pub fn apply(&self, answer: &mut Value) {
        if answer.get("schema").is_none() && answer.get("title").is_some() {
            return self.reduce(answer);
        }
        for key in TASKS {
            match answer.get_mut(key) {
                Some(Value::Array(tasks)) => tasks.iter_mut().for_each(|task| self.reduce(task)),
                Some(task) => self.reduce(task),
                None => {}
            }
        }
    }

    fn reduce(&self, task: &mut Value) {
        let Value::Object(fields) = task else { return };
        let is_wanted = |name: &str| self.fields.iter().any(|field| field == name);
        let says_something = |name: &str, value: &Value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(list) => !list.is_empty(),
            Value::Object(fields) => !self.without_passed || fields.get("passed") != Some(&Value::Bool(true)),
            // 0 is the highest priority.
            Value::Number(count) => name == "priority" || count.as_u64() != Some(0),
            _ => true,
        };
        fields.retain(|name, value| is_wanted(name) && (!self.without_empty || says_something(name, value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::hint;
    use serde_json::json;

    #[test]
    fn tasks_are_reduced_wherever_they_are() {
        let task = json!({ "id": "t-1", "title": "x", "ready": false, "waiting_on": [], "notes": [1] });
        let brief = json!({ "id": "t-1", "title": "x" });
        let reduced = |selection: Selection, mut answer: Value| {
            selection.apply(&mut answer);
            answer
        };
        let whole = json!({ "schema": 1, "tasks": [task], "next": null, "task": task, "more": 3 });
        assert_eq!(
            reduced(Selection::brief(), whole),
            json!({ "schema": 1, "tasks": [brief], "next": null, "task": brief, "more": 3 })
        );
        assert_eq!(reduced(Selection::named("all").unwrap(), task.clone()), task);
        let tested = |passed| json!({ "id": "t-1", "title": "x", "verification": { "passed": passed } });
        assert_eq!(reduced(Selection::work(), tested(true)), brief);
        assert_eq!(reduced(Selection::work(), tested(false)), tested(false));
        assert_eq!(reduced(Selection::named("ready, notes").unwrap(), task), json!({ "ready": false, "notes": [1] }));
        assert!(hint::lines(&Selection::named("id,nothing").unwrap_err())[0].contains("title, description, status"));
    }
}
