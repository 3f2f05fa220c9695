//! Run a command on the work tree, and record how it ended on exactly this content.

use bstr::{BString, ByteSlice as _};

use super::Caller;
use crate::{
    domain::{
        event::{Payload, Verify},
        id::TaskId,
        tail,
        task::Verification,
        text::{list, oid, visible},
    },
    error::{Error, Result, codes},
    store::ledger::Draft,
    verify::{self, Output},
};

/// What to verify, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The task; the active one if not given.
    pub task: Option<String>,
    /// The command, run by sh at the top of the work tree; `agent.verify` if not given.
    pub command: Option<String>,
    /// Where the output of the command goes.
    pub output: Output,
}

/// The result of [`verify()`].
#[derive(Clone, Debug)]
pub struct Answer {
    /// The task that the verification was recorded for.
    pub task: TaskId,
    /// The command that was run.
    pub command: String,
    /// The recorded verification, or why none was recorded.
    pub outcome: Result<Verification, Void>,
}

/// The content changed while the command ran, so its result applies to no state and is not recorded.
#[derive(Clone, Debug)]
pub struct Void {
    /// The command that was run.
    pub command: String,
    /// The exit code of the command, as in a shell.
    pub exit: i32,
    /// The paths that changed meanwhile.
    pub changed: Vec<BString>,
}

impl From<Void> for Error {
    fn from(void: Void) -> Self {
        let changed = list(void.changed.iter().map(|path| format!("'{}'", visible(&path.to_str_lossy(), &[]))));
        let message = format!(
            "the content changed while '{}' ran (exit code {}), so its result applies to no state and \
             nothing was recorded: {changed}",
            visible(&void.command, &[]),
            void.exit
        );
        Error::new(codes::TREE_CHANGED, message)
            .hint("run it again, or add the files that the command creates to .gitignore")
    }
}

/// Run the command and record its result.
///
/// # Errors
///
/// `task-not-found`, `no-active-task`, `no-verify-command`, `command-not-runnable`, `bare-repository`.
pub fn verify(caller: &Caller, request: &Request) -> Result<Answer> {
    let task = caller.task(&caller.view()?, request.task.as_deref())?.id;
    let command = command(caller, request.command.as_deref())?;
    let outcome = run(caller, &task, &command, request.output)?;
    Ok(Answer { task, command, outcome })
}

/// The command that is meant: the one given, else the configured one.
pub(super) fn command(caller: &Caller, given: Option<&str>) -> Result<String> {
    let command = given.map(ToOwned::to_owned).or_else(|| caller.repo().settings().verify_command());
    command.filter(|command| !command.trim().is_empty()).ok_or_else(|| {
        Error::new(codes::NO_VERIFY_COMMAND, "no verification command is given, and 'agent.verify' is not set")
            .hint("give one: git agent verify -- <command>")
            .hint("or set one for this repository: git config agent.verify '<command>'")
    })
}

/// Run `command` and record how it ended for the task `id`.
pub(super) fn run(caller: &Caller, id: &TaskId, command: &str, output: Output) -> Result<Result<Verification, Void>> {
    let ran = verify::run(caller.repo(), command, output, caller.stop())?;
    if !ran.changed.is_empty() {
        return Ok(Err(Void { command: command.to_owned(), exit: ran.exit, changed: ran.changed }));
    }
    let payload = Payload::Verify(Verify {
        command: command.into(),
        exit: ran.exit,
        seconds: ran.seconds,
        tree: ran.tree.to_string(),
        uncommitted: !ran.is_committed,
        output: if ran.exit == 0 { None } else { tail::of(&ran.tail).map(Into::into) },
    });
    let (written, ()) = caller.write(|_| Ok((Draft::one(id, payload.clone()), ())))?;
    caller.refresh_notes(std::slice::from_ref(id));
    let recorded = written.tasks.into_iter().next().and_then(|mut task| task.verifications.pop());
    Ok(Ok(recorded.ok_or_else(|| Error::bug("the verification was just recorded"))?))
}

/// `'cargo test' passed in 1.2 s on tree 4b825dc642cb`, and whether that tree was in no commit.
pub fn outcome(command: &str, verification: &Verification) -> String {
    let verdict = if verification.passed() {
        "passed".to_owned()
    } else {
        format!("failed with exit code {}", verification.exit)
    };
    let (command, seconds, tree) = (visible(command, &[]), verification.seconds, oid(&verification.tree));
    let what = if verification.uncommitted { ", which is not committed" } else { "" };
    format!("'{command}' {verdict} in {seconds:.1} s on tree {tree}{what}")
}
