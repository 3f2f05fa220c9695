//! What happens to a task.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, Tool};
use crate::{
    error::Result,
    mcp::reply::Reply,
    verbs::{
        Caller,
        checkpoint::GitOutput,
        complete::{self, Save},
        next::{self, Take},
        start::{self, Activate},
        task::{self, Act, Changed},
    },
    view::json::{CompleteAnswer, EndAnswer, NextAnswer, Selection, TaskAnswer},
};

pub(super) fn tools() -> [Tool; 8] {
    [
        Tool::new::<Next, NextAnswer>(
            "next",
            Effect::None,
            "Show the next task: ready, with the highest priority",
            next,
        ),
        Tool::new::<Start, NextAnswer>(
            "start",
            Effect::AddsOnce,
            "Start a task, or the next ready one: claims it and records the base; commits made here then belong to it",
            start,
        ),
        Tool::new::<Complete, CompleteAnswer<TaskAnswer>>(
            "complete",
            Effect::AddsOnce,
            "Mark a task as completed, with a checkpoint first if 'message' is given. Verify it first",
            complete,
        ),
        Tool::new::<Fail, EndAnswer<TaskAnswer>>(
            "fail",
            Effect::AddsOnce,
            "Record that an attempt at a task failed, and why",
            fail,
        ),
        Tool::new::<Pause, EndAnswer<TaskAnswer>>(
            "pause",
            Effect::Adds,
            "Stop working on a task and release its claim",
            pause,
        ),
        Tool::new::<Block, TaskAnswer>("block", Effect::AddsOnce, "Record what blocks a task", block),
        Tool::new::<Decide, TaskAnswer>("decide", Effect::Adds, "Record a decision and its reason", decide),
        Tool::new::<Note, TaskAnswer>("note", Effect::Adds, "Add a note to a task", note),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Next {
    /// Only subtasks of this task
    parent: Option<String>,
}

fn next(caller: &Caller, arguments: Next) -> Result<Reply> {
    reply_next(caller, &next::Request { parent: arguments.parent, ..next::Request::default() })
}

fn reply_next(caller: &Caller, request: &next::Request) -> Result<Reply> {
    work(&NextAnswer::new(caller, &next::next(caller, request)?)?)
}

/// `answer`, with the fields of its tasks that working on them needs.
fn work(answer: &impl Serialize) -> Result<Reply> {
    Ok(Reply::new(answer)?.select(&Selection::work()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Start {
    /// Default: the next ready task
    task: Option<String>,
    /// Without 'task': only subtasks of this task
    parent: Option<String>,
    /// Despite open dependencies or blockers
    #[serde(default)]
    force: bool,
    /// From another session of the same agent
    #[serde(default)]
    take_over: bool,
}

fn start(caller: &Caller, arguments: Start) -> Result<Reply> {
    let Some(task) = arguments.task.clone() else {
        let request = next::Request { take: Take::Start, parent: arguments.parent, ..next::Request::default() };
        return reply_next(caller, &request);
    };
    let Start { force, take_over, .. } = arguments;
    let request = start::Request { task, activate: Activate::Alone, force, take_over };
    let started = start::start(caller, &request)?;
    let Changed { task, wrote, .. } = &started.changed;
    work(&NextAnswer::task(caller, task, !wrote, started.uncommitted.as_ref())?)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Complete {
    /// Default: the active task
    task: Option<String>,
    /// Checkpoint everything first, with this commit message
    message: Option<String>,
    /// The result
    result: Option<String>,
    /// Also start the next task
    #[serde(default)]
    next: bool,
    /// Despite open dependencies, subtasks or blockers, or a missing verification
    #[serde(default)]
    force: bool,
}

fn complete(caller: &Caller, arguments: Complete) -> Result<Reply> {
    let Complete { task, message, result, next, force } = arguments;
    let save = message.map(|message| Save { message: Some(message), output: GitOutput::Captured });
    let next = next.then_some(Take::Start);
    let done = complete::complete(
        caller,
        &complete::Request { tasks: task.into_iter().collect(), result, save, verify: None, next, force },
    )?;
    let task = TaskAnswer::now(caller, &done.task)?;
    work(&CompleteAnswer::new(task, caller, std::slice::from_ref(&done))?)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fail {
    task: Option<String>,
    reason: String,
    /// One word, such as 'flaky'
    kind: Option<String>,
}

fn fail(caller: &Caller, arguments: Fail) -> Result<Reply> {
    end(caller, arguments.task, &Act::Fail { reason: arguments.reason, kind: arguments.kind })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pause {
    task: Option<String>,
    reason: Option<String>,
    /// When it is ready again: date or duration
    until: Option<String>,
}

fn pause(caller: &Caller, arguments: Pause) -> Result<Reply> {
    end(caller, arguments.task, &Act::Pause { reason: arguments.reason, until: arguments.until })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Block {
    task: Option<String>,
    /// The blocker
    on: String,
}

fn block(caller: &Caller, arguments: Block) -> Result<Reply> {
    act(caller, arguments.task, &Act::Block(arguments.on))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decide {
    task: Option<String>,
    text: String,
    why: Option<String>,
}

fn decide(caller: &Caller, arguments: Decide) -> Result<Reply> {
    act(caller, arguments.task, &Act::Decide { text: arguments.text, why: arguments.why })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    task: Option<String>,
    text: String,
}

fn note(caller: &Caller, arguments: Note) -> Result<Reply> {
    act(caller, arguments.task, &Act::Note(arguments.text))
}

/// An act that ends the work on a task, with what that leaves behind.
fn end(caller: &Caller, task: Option<String>, act: &Act) -> Result<Reply> {
    let changed = task::act(caller, task.as_deref(), act)?;
    let task = TaskAnswer::now(caller, &changed.task)?;
    Reply::new(&EndAnswer::new(task, std::slice::from_ref(&changed), &[]))
}

fn act(caller: &Caller, task: Option<String>, act: &Act) -> Result<Reply> {
    Reply::new(&TaskAnswer::now(caller, &task::act(caller, task.as_deref(), act)?.task)?)
}
