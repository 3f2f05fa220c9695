//! The task of a session that was given none, and the list that its agent keeps.

use serde_json::json;

use crate::{
    domain::{secret, session::SessionId, status::Status, task::Task, text},
    error::Result,
    hosts::{Todo, TodoState, TodoStep},
    settings::AutoTask,
    store::session,
    verbs::{
        Caller, add,
        plan::{self, ImportRequest, PlanSource},
        start::{self, Activate},
    },
};

/// The longest title, in characters.
const LONGEST: usize = 72;

/// A list has no more lines than this that are taken.
const MOST: usize = 200;

/// Whether a session has a task.
#[derive(Clone, Debug)]
pub enum Ensured {
    /// It had one.
    Known,
    /// One was created and started.
    Made(Box<Task>),
    /// It has none, and the agent must be told (`agent.autoTask=ask`).
    Ask,
    /// It has none, as configured (`agent.autoTask=off`).
    Off,
}

/// Make sure that the work of `session` belongs to a task: as `agent.autoTask` says, one is made and started that is named after what the
/// user asked for. `host` is what people call the host.
///
/// # Errors
///
/// Those of [`add::add`] and [`start::start`].
pub fn ensure(caller: &Caller, session: &SessionId, host: &str) -> Result<Ensured> {
    if !caller.active()?.is_empty() {
        return Ok(Ensured::Known);
    }
    match caller.repo().settings().auto_task() {
        AutoTask::Off => return Ok(Ensured::Off),
        AutoTask::Ask => return Ok(Ensured::Ask),
        AutoTask::On => {}
    }
    let prompt = session::read(caller.repo(), &session.parent()).and_then(|known| known.prompt);
    let title = prompt.as_deref().and_then(title).unwrap_or_else(|| format!("Work in a session of {host}"));
    let description = Some(format!("Made for a session of {host} that had no task."));
    let fields = add::Fields { description, ..add::Fields::default() };
    let task = add::add(caller, &add::Request { title, fields, ..add::Request::default() })?;
    let request =
        start::Request { task: task.id.to_string(), activate: Activate::Alone, force: false, take_over: false };
    Ok(Ensured::Made(Box::new(start::start(caller, &request)?.changed.task)))
}

/// A prompt as a title: its first line, cleaned, of [`LONGEST`] characters at most. Nothing that may be a secret: titles are shared.
fn title(prompt: &str) -> Option<String> {
    let words = prompt.lines().find(|line| !line.trim().is_empty())?.split_whitespace();
    let cleaned: Vec<String> = words.map(|word| word.chars().filter(|c| !text::is_hostile(*c)).collect()).collect();
    let line = cleaned.join(" ");
    let line = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '*' | '-' | '>' | '`'));
    // OpenCode quotes the words of its command line.
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    if line.is_empty() || !secret::scan(b"", line.as_bytes()).is_empty() {
        return None;
    }
    let cut: String = line.chars().take(LONGEST).collect();
    let cut = match cut.len() < line.len() {
        true => format!("{}…", cut.chars().take(LONGEST - 1).collect::<String>().trim_end()),
        false => cut,
    };
    text::one_line(&cut).ok()
}

/// Make `todos`, the list of the agent, the parts of its active task, or bring them up to date; nothing without such a task.
///
/// # Errors
///
/// Those of [`plan::import`].
pub fn mirror(caller: &Caller, todos: &[Todo]) -> Result<()> {
    let Some(parent) = caller.active()?.into_iter().next() else { return Ok(()) };
    let view = caller.view()?;
    let Some(task) = view.task(&parent)?.filter(|task| task.status == Status::InProgress) else { return Ok(()) };
    let items = todos.iter().take(MOST).filter_map(|todo| {
        let status = match todo.state {
            TodoState::Open => "pending",
            TodoState::Doing => "in_progress",
            TodoState::Done => "completed",
            TodoState::Dropped => "cancelled",
        };
        // The agent's own words for all that it does.
        let title = title(&todo.title).filter(|title| *title != task.title)?;
        Some(json!({"content": title, "status": status}))
    });
    let items: Vec<_> = items.collect();
    if items.is_empty() {
        return Ok(());
    }
    let text = json!({"todos": items}).to_string().into_bytes();
    let request = ImportRequest {
        source: PlanSource::new(None, text)?,
        format: Some(plan::format("todo")?),
        parent: Some(parent.to_string()),
        force: false,
        dry_run: false,
    };
    plan::import(caller, &request).map(drop)
}

/// Changes of the agent's list: `output` tells the number of a line that was made without a name.
///
/// # Errors
///
/// Those of [`mirror`].
pub fn mirror_steps(caller: &Caller, session: &SessionId, steps: &[TodoStep], output: &str) -> Result<()> {
    let todos = session::update(caller.repo(), session, caller.now(), |known| {
        let mut changed = Vec::new();
        for step in steps {
            match step {
                TodoStep::Add(name, todo) => {
                    let name = name.clone().or_else(|| number_in(output));
                    let name = name.unwrap_or_else(|| (known.todos.len() + 1).to_string());
                    known.todos.retain(|(known, _)| *known != name);
                    known.todos.push((name, todo.title.clone()));
                    changed.push(todo.clone());
                }
                TodoStep::Move(name, state) => {
                    let lines = known.todos.iter().filter(|(line, _)| name.as_ref().is_none_or(|name| name == line));
                    changed.extend(lines.map(|(_, title)| Todo { title: title.clone(), state: *state }));
                }
            }
        }
        changed
    });
    mirror(caller, &todos)
}

/// `12` of `Task #12 created successfully`.
fn number_in(output: &str) -> Option<String> {
    let rest = output.split_once('#')?.1;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_becomes_a_title() {
        assert_eq!(title("\n  # Fix the   parser\nand more").as_deref(), Some("Fix the parser"));
        assert_eq!(title("a\u{1b}[31m b\u{202e}c").as_deref(), Some("a[31m bc"));
        let long = title(&"word ".repeat(40)).unwrap();
        assert!(long.chars().count() <= LONGEST && long.ends_with('…'), "{long}");
        assert_eq!(title("deploy with ghp_16C7e42F292c6912E7710c838347Ae178B4a"), None);
        assert_eq!(title("\"Count to three\"").as_deref(), Some("Count to three"));
        assert_eq!(title(" \n "), None);
    }
}
