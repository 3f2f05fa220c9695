//! The values of an argument: those that it lists, and those that the repository has.

use clap::{Arg, Command};

use super::{Answer, engine};
use crate::{
    cmd::Ctx,
    domain::status::Status,
    error::Result,
    verbs::{
        Caller,
        list::FIELDS,
        names::{self, Name, Tasks},
    },
};

/// What begins with `typed` and can be a value of `arg`, an argument of `command`, behind the arguments `before`.
pub(super) fn of(ctx: &Ctx, tree: &Command, command: &Command, arg: &Arg, before: &[&str], typed: &str) -> Answer {
    // Of a list, the last entry.
    let (head, typed) = match arg.get_value_delimiter().and_then(|comma| typed.rfind(comma)) {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let listed = arg.get_possible_values();
    let listed = listed.iter().filter(|value| !value.is_hide_set());
    let mut names: Vec<Name> = listed
        .map(|value| Name::new(value.get_name(), value.get_help().map(ToString::to_string).unwrap_or_default()))
        .collect();
    let value = arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let value = value.unwrap_or_default();
    if matches!(value.as_str(), "FILE" | "PATH" | "DIR" | "CMD") {
        return Answer { names: Vec::new(), files: true };
    }
    if names.is_empty() {
        names = match value.as_str() {
            "STATE" => Status::ALL.iter().map(|status| Name::new(status.as_str(), "")).collect(),
            "FIELD" => FIELDS.iter().map(|field| Name::new(*field, "")).collect(),
            "COMMAND" => named(tree, before, typed),
            value => in_repository(ctx, |caller| stored(caller, command, arg, value, before, typed)),
        };
    }
    names.retain(|name| name.word.starts_with(typed));
    names.iter_mut().for_each(|name| name.word.insert_str(0, head));
    Answer { names, files: false }
}

/// The commands below the one that `before` names.
fn named(tree: &Command, before: &[&str], typed: &str) -> Vec<Name> {
    let command = before.iter().try_fold(tree, |command, word| command.find_subcommand(word));
    command.map(|command| engine::commands(command, typed)).unwrap_or_default()
}

/// Ask a repository. Outside of one, and where it cannot be read, there is nothing to choose from.
fn in_repository(ctx: &Ctx, ask: impl FnOnce(&Caller) -> Result<Vec<Name>>) -> Vec<Name> {
    let Ok(caller) = ctx.caller() else { return Vec::new() };
    let names = ask(caller).unwrap_or_default();
    // A warning in the middle of a line that is being typed helps no one.
    caller.take_warnings();
    names
}

/// The names of the objects that an argument of type `value` can name.
fn stored(
    caller: &Caller,
    command: &Command,
    arg: &Arg,
    value: &str,
    before: &[&str],
    typed: &str,
) -> Result<Vec<Name>> {
    let is_option = arg.get_long().is_some();
    match value {
        "TASK" if command.get_name() == "unblock" && before.len() == 1 => {
            let mut names = names::blockers(caller, before.first().copied()).unwrap_or_default();
            names.extend(names::tasks(caller, Tasks::Open, typed)?);
            Ok(names)
        }
        // The text of these may stand behind a task.
        "TEXT" if matches!(command.get_name(), "note" | "decide") && !is_option && before.is_empty() => {
            names::tasks(caller, Tasks::Open, typed)
        }
        "TASK" => names::tasks(caller, which(command.get_name(), is_option), typed),
        value if value.starts_with("OP") => names::operations(caller, typed),
        "ID" if command.get_name() != "add" => names::snapshots(caller, typed),
        "ACTOR" => names::actors(caller),
        "NAME" if arg.get_long() == Some("actor") => names::actors(caller),
        "NAME" | "REMOTE" => Ok(names::remotes(caller)),
        value if value.contains("CHECKPOINT") || value.contains("REV") || value.contains("TASK") => {
            match typed.rsplit_once('@') {
                Some((task, _)) => names::checkpoints(caller, Some(task).filter(|task| !task.is_empty())),
                None => names::tasks(caller, Tasks::Any, typed),
            }
        }
        _ => Ok(Vec::new()),
    }
}

/// Which tasks a command is for.
fn which(command: &str, is_option: bool) -> Tasks {
    match command {
        _ if is_option => Tasks::Any,
        "reopen" => Tasks::Closed,
        "start" | "complete" | "pause" | "fail" | "cancel" | "claim" | "block" | "unblock" => Tasks::Open,
        _ => Tasks::Any,
    }
}
