//! `--actor` is who acts. Every command takes it, so that it can be given to all, except for those that list what the actors did: they
//! would seem to filter by it. `GIT_AGENT_ACTOR` is never refused: it is set for all commands of a shell.

use clap::ArgMatches;

use crate::{
    error::{Error, Result, codes},
    view::shell_word,
};

/// The commands that list what actors did.
const LISTING: [&str; 7] = ["board", "list", "log", "log --snapshots", "ops", "report", "snapshot list"];

/// The command that `matches` names, with its subcommand: `plan export`, and the option that makes `log` another one.
pub(super) fn command(mut matches: &ArgMatches) -> String {
    let mut words = Vec::new();
    while let Some((name, inner)) = matches.subcommand() {
        words.push(name);
        matches = inner;
    }
    if matches.try_get_one("snapshots").is_ok_and(|given| given == Some(&true)) {
        words.push("--snapshots");
    }
    words.join(" ")
}

/// Refuse the actor `named` for a `command` that would seem to filter by it.
///
/// # Errors
///
/// `bad-option`.
pub(super) fn refuse(command: &str, named: Option<&str>) -> Result<()> {
    let Some(actor) = named.filter(|_| LISTING.contains(&command)) else { return Ok(()) };
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
        for command in LISTING {
            let found = command.split(' ').try_fold(&tree, |tree, word| match word.strip_prefix("--") {
                Some(option) => tree.get_arguments().any(|one| one.get_long() == Some(option)).then_some(tree),
                None => tree.find_subcommand(word),
            });
            assert!(found.is_some(), "{command}");
        }
    }
}
