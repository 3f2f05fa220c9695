//! Help: commands in groups, an example for each, and the options that every command takes in one line at the end.

use clap::{Arg, ArgAction, Command};

use super::examples::EXAMPLES;

/// The groups of commands. What is in none of them is shown by `help --all`.
const GROUPS: [(&str, &[&str]); 6] = [
    ("Daily work", &["next", "start", "checkpoint", "verify", "complete", "pause", "fail", "note", "decide"]),
    ("Plan", &["add", "edit", "dep", "block", "unblock", "claim", "cancel", "reopen", "adopt", "plan"]),
    ("Inspect", &["status", "brief", "list", "ready", "show", "board", "report", "graph"]),
    ("Undo and restore", &["rollback", "undo", "redo", "resume", "ops", "snapshot", "guard"]),
    ("History", &["log", "changes-since", "diff", "blame", "bisect", "squash", "link", "unlink", "repair"]),
    ("Share and set up", &["init", "host", "sync", "mcp", "doctor", "help"]),
];

/// The heading of commands that are in no group.
const REST: &str = "Other commands";

/// The manual for agents: `git agent help agents`.
pub const AGENTS: &str = include_str!("../../docs/agents.md");

/// The option `--help` of every command: one of ours, so that it is listed with the other global options.
pub(super) fn option() -> Arg {
    let option = Arg::new("help").long("help").short('h').action(ArgAction::Help).global(true);
    option.help_heading(super::HEADING).hide_short_help(true).help("Print help (-h: a summary)")
}

/// `tree` with the texts of this file; with `all` commands, or with those of the groups.
pub(super) fn described(tree: Command, all: bool) -> Command {
    let header = *tree.get_styles().get_header();
    let groups = groups(&tree, all).into_iter().map(|(name, commands)| {
        let rows: String = commands.iter().map(|(name, about)| row(name, about)).collect();
        format!("{header}{name}:{header:#}\n{rows}\n")
    });
    let template =
        format!("{{about}}\n\n{{usage-heading}} {{usage}}\n\n{}{{after-help}}", groups.collect::<String>().trim_end());
    let end = "'git agent help <command>' describes a command, 'git agent help --all' lists all commands, and \
               'git agent help agents' prints a one-page manual for agents.";
    let end = format!("{end}\n\n{}\n\n{}", GLOBALS, tree.get_after_help().map(ToString::to_string).unwrap_or_default());
    with_example(tree, "git agent").help_template(template).after_help(end)
}

/// Columns of the list of commands.
const WIDTH: usize = 80;

/// The line of a command, and those that its description needs more.
fn row(name: &str, about: &str) -> String {
    let (mut lines, mut line) = (String::new(), format!("  {name:<14}"));
    for word in about.split([':', ';']).next().unwrap_or_default().split(' ') {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push_str(&line);
            lines.push('\n');
            line = " ".repeat(16);
        }
        line.push(' ');
        line.push_str(word);
    }
    lines + &line + "\n"
}

/// The options that every command takes, for the end of a summary.
const GLOBALS: &str = "Global options: --json, --fields <NAMES>, --brief, -q, --color <WHEN>, --actor <NAME>, -h";

/// The commands of each group, with what they do.
fn groups(tree: &Command, all: bool) -> Vec<(&'static str, Vec<(String, String)>)> {
    let row = |command: &Command| {
        (command.get_name().to_owned(), command.get_about().map(ToString::to_string).unwrap_or_default())
    };
    let mut groups: Vec<_> = GROUPS
        .iter()
        .map(|(name, commands)| {
            (*name, commands.iter().filter_map(|name| tree.find_subcommand(name)).map(row).collect::<Vec<_>>())
        })
        .collect();
    if all {
        let is_in_none = |command: &&Command| !GROUPS.iter().any(|(_, names)| names.contains(&command.get_name()));
        let rest = tree.get_subcommands().filter(|command| !command.is_hide_set()).filter(is_in_none);
        groups.push((REST, rest.map(row).collect()));
    }
    groups
}

/// `command`, called `path`, and what is below it, with their examples and the global options at the end.
fn with_example(command: Command, path: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let command = names.into_iter().fold(command, |command, name| {
        let path = format!("{path} {name}");
        command.mut_subcommand(name, |command| with_example(command, &path))
    });
    let Some((_, example)) = EXAMPLES.iter().find(|(name, _)| path.strip_prefix("git agent ") == Some(name)) else {
        return command;
    };
    let header = *command.get_styles().get_header();
    let before = command.get_after_help().map(|text| format!("{text}\n\n")).unwrap_or_default();
    let example = format!("{before}{header}Example:{header:#}\n  {example}");
    command.after_help(format!("{example}\n\n{GLOBALS}")).after_long_help(example)
}
