//! What happens to a task.

use serde::Serialize;

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
        task::{self, Act, ChangedTask},
    },
    view::json::{CompleteAnswer, EndAnswer, NextAnswer, Selection, TaskAnswer},
};

pub(super) fn tools() -> [Tool; 8] {
    [
        Tool::new("next", Effect::None, "Show the next task: ready, with the highest priority", next),
        Tool::new(
            "start",
            Effect::AddsOnce,
            "Start a task, or the next ready one: claims it and records the base; commits made here then belong to it",
            start,
        ),
        Tool::new(
            "complete",
            Effect::AddsOnce,
            "Mark a task as completed, with a checkpoint first if 'message' is given. Verify it first",
            complete,
        ),
        Tool::new("fail", Effect::AddsOnce, "Record that an attempt at a task failed, and why", fail),
        Tool::new("pause", Effect::Adds, "Stop working on a task and release its claim", pause),
        Tool::new("block", Effect::AddsOnce, "Record what blocks a task", block),
        Tool::new("decide", Effect::Adds, "Record a decision and its reason", decide),
        Tool::new("note", Effect::Adds, "Add a note to a task", note),
    ]
}

arguments! {
    struct Next {
        /// Only subtasks of this task
        parent: Option<String>,
    }

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

    struct Fail {
        task: Option<String>,
        reason: String,
        /// One word, such as 'flaky'
        kind: Option<String>,
    }

    struct Pause {
        task: Option<String>,
        reason: Option<String>,
        /// When it is ready again: date or duration
        until: Option<String>,
    }

    struct Block {
        task: Option<String>,
        /// The blocker
        on: String,
    }

    struct Decide {
        task: Option<String>,
        text: String,
        why: Option<String>,
    }

    struct Note {
        task: Option<String>,
        text: String,
    }
}

fn next(caller: &Caller, Next { parent }: Next) -> Result<Reply<NextAnswer>> {
    choose(caller, Take::Look, parent)
}

fn choose(caller: &Caller, take: Take, parent: Option<String>) -> Result<Reply<NextAnswer>> {
    let found = next::next(caller, &next::Request { take, parent, ..next::Request::default() })?;
    Ok(work(NextAnswer::new(caller, &found)?))
}

/// `answer`, with the fields of its tasks that working on them needs.
fn work<O: Serialize>(answer: O) -> Reply<O> {
    Reply::from(answer).select(Selection::work())
}

fn start(caller: &Caller, Start { task, parent, force, take_over }: Start) -> Result<Reply<NextAnswer>> {
    let Some(task) = task else { return choose(caller, Take::Start, parent) };
    let request = start::Request { task, activate: Activate::Alone, force, take_over };
    let started = start::start(caller, &request)?;
    let ChangedTask { task, wrote, .. } = &started.changed;
    Ok(work(NextAnswer::task(caller, task, !wrote, started.uncommitted.as_ref())?))
}

fn complete(caller: &Caller, arguments: Complete) -> Result<Reply<CompleteAnswer<TaskAnswer>>> {
    let Complete { task, message, result, next, force } = arguments;
    let save = message.map(|message| Save { message: Some(message), output: GitOutput::Captured });
    let next = next.then_some(Take::Start);
    let done = complete::complete(
        caller,
        &complete::Request { tasks: task.into_iter().collect(), result, save, verify: None, next, force },
    )?;
    let task = TaskAnswer::now(caller, &done.task)?;
    Ok(work(CompleteAnswer::new(task, caller, std::slice::from_ref(&done))?))
}

fn fail(caller: &Caller, Fail { task, reason, kind }: Fail) -> Result<Reply<EndAnswer<TaskAnswer>>> {
    end(caller, task, &Act::Fail { reason, kind })
}

fn pause(caller: &Caller, Pause { task, reason, until }: Pause) -> Result<Reply<EndAnswer<TaskAnswer>>> {
    end(caller, task, &Act::Pause { reason, until })
}

fn block(caller: &Caller, Block { task, on }: Block) -> Result<Reply<TaskAnswer>> {
    act(caller, task, &Act::Block(on))
}

fn decide(caller: &Caller, Decide { task, text, why }: Decide) -> Result<Reply<TaskAnswer>> {
    act(caller, task, &Act::Decide { text, why })
}

fn note(caller: &Caller, Note { task, text }: Note) -> Result<Reply<TaskAnswer>> {
    act(caller, task, &Act::Note(text))
}

/// An act that ends the work on a task, with what that leaves behind.
fn end(caller: &Caller, task: Option<String>, act: &Act) -> Result<Reply<EndAnswer<TaskAnswer>>> {
    let changed = task::act(caller, task.as_deref(), act)?;
    let task = TaskAnswer::now(caller, &changed.task)?;
    Ok(EndAnswer::new(task, std::slice::from_ref(&changed), &[]).into())
}

fn act(caller: &Caller, task: Option<String>, act: &Act) -> Result<Reply<TaskAnswer>> {
    Ok(TaskAnswer::now(caller, &task::act(caller, task.as_deref(), act)?.task)?.into())
}
