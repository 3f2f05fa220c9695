//! `--actor` is who acts. A command that only shows what all actors did would seem to filter by it, so it is refused there.
//! `GIT_AGENT_ACTOR` is not: it is set for all commands of a shell.

use clap::ArgMatches;

use crate::{
    error::{Error, Result, codes},
    view::shell_word,
};

/// The commands that record nothing and answer every actor alike.
const SHOWING: [&str; 16] = [
    "bisect",
    "blame",
    "board",
    "changes-since",
    "diff",
    "graph",
    "list",
    "log",
    "ops",
    "ops show",
    "plan export",
    "ready",
    "report",
    "show",
    "snapshot list",
    "snapshot show",
];

/// The command that `matches` names, with its subcommand: `plan export`.
pub(super) fn command(mut matches: &ArgMatches) -> String {
    let mut words = Vec::new();
    while let Some((name, inner)) = matches.subcommand() {
        words.push(name);
        matches = inner;
    }
    words.join(" ")
}

/// Refuse the actor `named` for a `command` that does not depend on it.
///
/// # Errors
///
/// `bad-option`.
pub(super) fn refuse(command: &str, named: Option<&str>) -> Result<()> {
    let Some(actor) = named.filter(|_| SHOWING.contains(&command)) else { return Ok(()) };
    let actor = shell_word(actor);
    let why = format!("--actor sets who acts; 'git agent {command}' answers every actor alike");
    let commits =
        (command == "log").then(|| format!("to show commits by their author: git agent log --author {actor}"));
    Err(Error::new(codes::BAD_OPTION, why)
        .hint(format!("to list the tasks of an actor: git agent list --by {actor}"))
        .hints(commits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_exist() {
        let tree = crate::cli::tree();
        for command in SHOWING {
            let found = command.split(' ').try_fold(&tree, |tree, word| tree.find_subcommand(word));
            assert!(found.is_some(), "{command}");
        }
    }
}
