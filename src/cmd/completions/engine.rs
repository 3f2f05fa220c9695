//! Which words can stand where a command line ends.

use clap::{Arg, Command};

use super::{Answer, values};
use crate::{cmd::Ctx, verbs::names::Name};

/// The context of the last word.
struct Place<'c> {
    /// The command that they name.
    command: &'c Command,
    /// Its arguments so far that are no options.
    positional: Vec<&'c str>,
    /// The option whose value the word must be.
    value_of: Option<&'c Arg>,
    /// The option whose value the word may be: it takes several, or none.
    maybe_value_of: Option<&'c Arg>,
    /// Behind `--`.
    only_positional: bool,
}

/// Walk through all of `words` but the last.
fn place<'c>(tree: &'c Command, words: &'c [String]) -> Place<'c> {
    let mut place =
        Place { command: tree, positional: Vec::new(), value_of: None, maybe_value_of: None, only_positional: false };
    for word in words {
        if let Some(arg) = place.value_of.take() {
            place.maybe_value_of = Some(arg).filter(|arg| most_values(arg) > 1);
            continue;
        }
        if !place.only_positional && word.len() > 1 && word.starts_with('-') {
            place.maybe_value_of = None;
            match word.as_str() {
                "--" => place.only_positional = true,
                _ => {
                    if let Some(arg) = open_option(place.command, word) {
                        let must = arg.get_num_args().is_none_or(|count| count.min_values() > 0);
                        place.value_of = Some(arg).filter(|_| must);
                        place.maybe_value_of = Some(arg).filter(|_| !must);
                    }
                }
            }
            continue;
        }
        if place.maybe_value_of.is_some_and(|arg| most_values(arg) > 1) {
            continue;
        }
        let first = place.positional.is_empty() && !place.only_positional;
        match place.command.find_subcommand(word).filter(|_| first) {
            Some(command) => place.command = command,
            None => place.positional.push(word),
        }
    }
    place
}

/// The option of `command` that `word` names, if its value is still to come.
fn open_option<'c>(command: &'c Command, word: &str) -> Option<&'c Arg> {
    let found = match word.strip_prefix("--") {
        Some(long) => command.get_arguments().find(|arg| is_called(arg, long)),
        None => {
            let last = word.chars().next_back()?;
            command.get_arguments().find(|arg| arg.get_short() == Some(last))
        }
    };
    found.filter(|arg| arg.get_action().takes_values())
}

fn is_called(arg: &Arg, long: &str) -> bool {
    arg.get_long() == Some(long) || arg.get_all_aliases().unwrap_or_default().contains(&long)
}

fn most_values(arg: &Arg) -> usize {
    arg.get_num_args().map_or(1, |count| count.max_values())
}

/// The candidates for the last of `words`.
pub(super) fn complete(ctx: &Ctx, tree: &Command, words: &[String]) -> Answer {
    let Some((current, before)) = words.split_last() else { return Answer::default() };
    let place = place(tree, before);
    let values = |arg: &Arg, typed: &str| values::of(ctx, tree, place.command, arg, &place.positional, typed);
    if let Some(arg) = place.value_of {
        return values(arg, current);
    }
    if !place.only_positional && current.starts_with('-') {
        if let Some((option, typed)) = current.split_once('=') {
            let arg = option.strip_prefix("--").and_then(|long| {
                place.command.get_arguments().find(|arg| is_called(arg, long) && arg.get_action().takes_values())
            });
            let mut answer = arg.map(|arg| values(arg, typed)).unwrap_or_default();
            answer.names.iter_mut().for_each(|name| name.word = format!("{option}={}", name.word));
            return answer;
        }
        return Answer { names: options(place.command, before, current), files: false };
    }
    let mut answer = place.maybe_value_of.map(|arg| values(arg, current)).unwrap_or_default();
    if place.positional.is_empty() && !place.only_positional {
        answer.names.extend(commands(place.command, current));
    }
    if let Some(arg) = positional(&place) {
        let more = values(arg, current);
        answer.names.extend(more.names);
        answer.files |= more.files && answer.names.is_empty();
    }
    answer
}

/// The argument that the next word is.
fn positional<'c>(place: &Place<'c>) -> Option<&'c Arg> {
    let mut arguments = place.command.get_positionals().filter(|arg| !arg.is_hide_set());
    if place.only_positional
        && let Some(last) = place.command.get_positionals().find(|arg| arg.is_last_set())
    {
        return Some(last);
    }
    let wanted = place.positional.len();
    let mut last = None;
    for at in 0.. {
        let arg = arguments.next().filter(|arg| !arg.is_last_set())?;
        if at == wanted || most_values(arg) > 1 {
            last = Some(arg);
            break;
        }
    }
    last
}

/// The commands below `command` whose names begin with `typed`.
pub(super) fn commands(command: &Command, typed: &str) -> Vec<Name> {
    let known = command.get_subcommands().filter(|command| !command.is_hide_set());
    let known = known.filter(|command| command.get_name().starts_with(typed));
    known.map(|command| Name::new(command.get_name(), text(command.get_about()))).collect()
}

/// The options of `command` that begin with `typed` and were not given `before`, if they can be given once.
fn options(command: &Command, before: &[String], typed: &str) -> Vec<Name> {
    let mut names = Vec::new();
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set() && !arg.is_positional()) {
        let long = arg.get_long().map(|long| format!("--{long}"));
        let Some(word) = long.or_else(|| arg.get_short().map(|short| format!("-{short}"))) else { continue };
        let is_given = before.iter().any(|given| given.split('=').next() == Some(word.as_str()));
        let is_many = matches!(arg.get_action(), clap::ArgAction::Append | clap::ArgAction::Count);
        if word.starts_with(typed) && (!is_given || is_many) {
            names.push(Name::new(word, text(arg.get_help())));
        }
    }
    names
}

fn text(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}
