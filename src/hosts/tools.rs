//! Tools of agents, by name. What a tool is never depends on which fields its input has: a patch that contains a command line is a text.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::sql;
use crate::domain::text::shell_word;

#[derive(Clone, Debug, PartialEq)]
pub enum Tool {
    /// It runs a line in a shell.
    Shell {
        line: String,
        /// Where, if not where the agent is.
        dir: Option<PathBuf>,
    },
    /// The tool changes files.
    Edit,
    /// It keeps the agent's list of things to do.
    Todos(Vec<Todo>),
    /// It adds lines to that list, or changes their states.
    Steps(Vec<TodoStep>),
    /// Something else, which changes nothing here.
    Other,
}

/// One change of the agent's list, whose lines have names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TodoStep {
    /// There is a new line, with this name if it is known.
    Add(Option<String>, Todo),
    /// The line of this name has another state now; `None`: all of them.
    Move(Option<String>, TodoState),
}

/// One line of the agent's own list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Todo {
    /// The text of the item.
    pub title: String,
    /// The state of the item.
    pub state: TodoState,
}

/// Where a line of an agent's list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TodoState {
    /// Not started.
    Open,
    /// In progress.
    Doing,
    Done,
    /// Removed from the list.
    Dropped,
}

impl TodoState {
    /// The state that hosts call `word`.
    pub(super) fn from_word(word: &str) -> TodoState {
        match word {
            "completed" | "done" => TodoState::Done,
            "in_progress" | "in-progress" | "doing" => TodoState::Doing,
            "cancelled" | "canceled" | "deleted" => TodoState::Dropped,
            _ => TodoState::Open,
        }
    }
}

/// Tools that run a line in a shell.
const SHELLS: &str = "bash powershell shell shell_command local_shell exec_command unified_exec run_shell_command run_terminal_cmd \
    run_in_terminal write_bash";

const EDITORS: &str = "write edit multiedit notebookedit apply_patch patch write_file replace create str_replace str_replace_editor \
    str_replace_based_edit_tool insert edit_file search_replace delete_file delete";

/// Tools that keep the agent's list.
const LISTS: &str = "todowrite todo_write update_plan write_todos update_todo todo";

impl Tool {
    /// The tool `name` with `input`; `cwd` is where the agent is.
    pub(super) fn new(name: &str, input: &Value, cwd: Option<&Path>) -> Tool {
        let name = name.to_ascii_lowercase();
        let is_one_of = |tools: &str| tools.split(' ').any(|tool| tool == name);
        if is_one_of(SHELLS) {
            let line = ["command", "cmd", "script"].iter().find_map(|key| line(input.get(key)?));
            let dir = ["dir_path", "workdir", "cwd", "working_directory", "directory"];
            let dir = dir.iter().find_map(|key| input.get(key)?.as_str()).filter(|dir| !dir.is_empty());
            let dir = dir.map(|dir| cwd.map_or_else(|| PathBuf::from(dir), |cwd| cwd.join(dir)));
            return Tool::Shell { line: line.unwrap_or_default(), dir };
        }
        if is_one_of(EDITORS) {
            return Tool::Edit;
        }
        if is_one_of(LISTS) {
            return Tool::Todos(todos(input));
        }
        let steps = match name.as_str() {
            "taskcreate" | "taskupdate" => step(input).into_iter().collect(),
            "sql" => sql::steps(input.get("query").and_then(Value::as_str).unwrap_or_default()),
            _ => Vec::new(),
        };
        if steps.is_empty() { Tool::Other } else { Tool::Steps(steps) }
    }

    pub fn may_change_files(&self) -> bool {
        matches!(self, Tool::Shell { .. } | Tool::Edit)
    }
}

/// The line that a shell gets: a text, or a list of words.
fn line(value: &Value) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(text.to_owned());
    }
    let words: Vec<&str> = value.as_array()?.iter().filter_map(Value::as_str).collect();
    match words[..] {
        [shell, flags, line] if flags.starts_with('-') && flags.ends_with('c') && shell.ends_with("sh") => {
            Some(line.to_owned())
        }
        _ => Some(words.iter().map(|word| shell_word(word).to_string()).collect::<Vec<_>>().join(" ")),
    }
}

/// The change of one line of the list that Claude Code keeps by number.
fn step(input: &Value) -> Option<TodoStep> {
    let Some(id) = input.get("taskId").or(input.get("task_id")) else { return Some(TodoStep::Add(None, todo(input)?)) };
    let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let state = input.get("status").and_then(Value::as_str)?;
    Some(TodoStep::Move(Some(id), TodoState::from_word(state)))
}

fn todos(input: &Value) -> Vec<Todo> {
    let list = ["todos", "plan", "items", "tasks"].iter().find_map(|key| input.get(key));
    if let Some(text) = list.and_then(Value::as_str) {
        return checklist(text);
    }
    let items = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(todo).collect()
}

/// A Markdown list with boxes.
fn checklist(text: &str) -> Vec<Todo> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix(['-', '*'])?.trim().strip_prefix('['));
    let todo = |line: &str| {
        let (mark, title) = line.split_once(']')?;
        let state = match mark.trim() {
            "" => TodoState::Open,
            "x" | "X" => TodoState::Done,
            "-" => TodoState::Dropped,
            _ => TodoState::Doing,
        };
        Some(Todo { title: title.trim().to_owned(), state })
    };
    lines.filter_map(todo).filter(|todo| !todo.title.is_empty()).collect()
}

fn todo(item: &Value) -> Option<Todo> {
    let text = |keys: &[&str]| keys.iter().find_map(|key| item.get(key)?.as_str()).map(str::trim);
    let title = text(&["content", "step", "subject", "title", "description", "task"])?;
    let state = TodoState::from_word(text(&["status", "state"]).unwrap_or_default());
    (!title.is_empty()).then(|| Todo { title: title.to_owned(), state })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tool_is_what_its_name_says() {
        let patch = json!({"command": "*** Begin Patch\n+ rm -rf .git\n*** End Patch"});
        assert_eq!(Tool::new("apply_patch", &patch, None), Tool::Edit);
        assert_eq!(Tool::new("Read", &json!({"command": "rm -rf .git"}), None), Tool::Other);
        let shell = Tool::new("Bash", &json!({"command": "ls"}), None);
        assert_eq!(shell, Tool::Shell { line: "ls".into(), dir: None });
        let gemini = json!({"command": "ls", "dir_path": "sub"});
        let dir = Some("/top/sub".into());
        assert_eq!(
            Tool::new("run_shell_command", &gemini, Some(Path::new("/top"))),
            Tool::Shell { line: "ls".into(), dir }
        );
        let words = json!({"command": ["bash", "-lc", "rm -rf x"], "workdir": "/w"});
        assert_eq!(Tool::new("shell", &words, None), Tool::Shell { line: "rm -rf x".into(), dir: Some("/w".into()) });
        let words = json!({"command": ["rm", "a b", "it's"]});
        assert_eq!(Tool::new("shell", &words, None), Tool::Shell { line: r"rm 'a b' 'it'\''s'".into(), dir: None });
    }

    #[test]
    fn lists_of_all_hosts_are_read() {
        let claude =
            json!({"todos": [{"content": "One", "status": "completed"}, {"content": "Two", "status": "in_progress"}]});
        let codex = json!({"plan": [{"step": "One", "status": "completed"}, {"step": "Two", "status": "in_progress"}]});
        let gemini = json!({"todos": [{"description": "One", "status": "completed"}, {"description": "Two", "status": "in_progress"}]});
        let copilot = json!({"todos": "- [x] One\n- [~] Two"});
        for (name, input) in
            [("TodoWrite", claude), ("update_plan", codex), ("write_todos", gemini), ("update_todo", copilot)]
        {
            let Tool::Todos(todos) = Tool::new(name, &input, None) else { panic!("{name}") };
            let seen: Vec<_> = todos.iter().map(|todo| (todo.title.as_str(), todo.state)).collect();
            assert_eq!(seen, [("One", TodoState::Done), ("Two", TodoState::Doing)], "{name}");
        }
    }
}
