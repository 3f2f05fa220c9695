//! Words of other tools: what users of git, jj and other task trackers type where we have a command.
//!
//! A word is accepted only where it means exactly what a command of ours means; for every other word the answer names the
//! command. `docs/words.md` has the table.

use std::ffi::OsString;

use clap::Command;

use super::passthrough;
use crate::error::{Error, codes};

/// A command name of another tool.
#[derive(Debug)]
pub struct Word {
    /// The word; two words for a command of a group: `op undo`.
    pub word: &'static str,
    /// The tools that have the command.
    pub of: &'static str,
    /// The equivalent in git-agent.
    pub here: Here,
}

/// The equivalent of a word of another tool.
#[derive(Debug)]
pub enum Here {
    /// The same as this command.
    Same(&'static str),
    /// Exactly this command and option, whose value is the next argument.
    With(&'static str, &'static str),
    /// Something like this command; and how it differs.
    Like(&'static str, &'static str),
}

use Here::{Like, Same, With};

const fn word(word: &'static str, of: &'static str, here: Here) -> Word {
    Word { word, of, here }
}

/// All words, sorted.
#[rustfmt::skip]
pub const WORDS: &[Word] = &[
    word("abandon", "jj", Like("rollback <task>", "to give up a task instead: 'git agent cancel <task>'")),
    word("absorb", "jj", Like("squash <task>", "it squashes the checkpoints of a task into one commit")),
    word("active", "Taskwarrior", Same("list --status in_progress")),
    word("add-dependency", "Task Master", Like("dep add <task> --after <task>", "the second task must be completed first")),
    word("add-subtask", "Task Master", Like("add <title> --parent <task>", "every task can have subtasks")),
    word("add-task", "Task Master", Same("add")),
    word("amend", "git", Like("edit <task>", "it changes a task; 'git commit --amend' changes a commit, which keeps its task")),
    word("annotate", "git, Taskwarrior", Like("note", "for the lines of a file: 'git agent blame <file>'")),
    word("append", "Taskwarrior", Like("note", "it adds a note; 'git agent edit <task> -d' changes the description")),
    word("archive", "Backlog.md", Like("cancel <task>", "completed and cancelled tasks are not listed without --all")),
    word("assign", "Backlog.md", Like("claim <task>", "it claims the task for you; --actor names another actor")),
    word("blocked", "br, Taskwarrior", Like("ready --explain", "it explains for each open task why it is or is not ready")),
    word("browser", "Backlog.md", Like("board", "'git agent report --output report.html' writes an HTML page")),
    word("burndown", "Taskwarrior", Like("report --output report.html", "the page has a burn-up chart")),
    word("clean", "git", Like("guard -- git clean <options>", "it takes a snapshot of the files that git removes")),
    word("close", "br", Same("complete")),
    word("comment", "br, git-bug", Same("note")),
    word("comments", "br", Like("show <task>", "it shows all notes; 'git agent note' adds one")),
    word("commit", "git, jj", Like("checkpoint", "it commits all changes of the work tree to the active task; 'git commit' works as well")),
    word("compact", "br", Like("brief", "its length is bounded, so nothing needs compaction")),
    word("completed", "Taskwarrior", Same("list --status completed")),
    word("completion", "Backlog.md", Same("completions")),
    word("config", "br, git", Like("capabilities", "settings are git's: 'git config agent.<name>'")),
    word("count", "br, Taskwarrior", Like("status", "it counts the tasks in each state")),
    word("create", "br, Backlog.md", Same("add")),
    word("decision", "Backlog.md", Like("decide <text>", "it records a decision; 'git agent show' and 'git agent brief' list them")),
    word("defer", "br", Like("pause <task> --until <time>", "the task becomes ready again at that time")),
    word("delete", "br, Taskwarrior", Like("cancel <task>", "nothing is deleted; a cancelled task can be reopened")),
    word("describe", "jj", Like("edit <task> -d <text>", "'git commit --amend' changes the message of a commit")),
    word("done", "Taskwarrior", Same("complete")),
    word("evolog", "jj", Like("ops", "it lists the operations of this worktree")),
    word("expand", "Task Master", Like("add <title> --parent <task>", "it adds a subtask; 'git agent plan import' adds many")),
    word("export", "br, Taskwarrior", Same("plan export")),
    word("fetch", "git", Same("sync --fetch-only")),
    word("finish", "trekoon", Same("complete")),
    word("generate", "Task Master", Like("plan export", "it prints the plan; tasks need no files")),
    word("grep", "git", Like("list --search <text>", "'git grep' searches files, 'git agent log --grep' commits")),
    word("history", "br, Taskwarrior", Like("log", "'git agent show <task>' shows the history of one task")),
    word("import", "br, Taskwarrior", Same("plan import")),
    word("info", "br, Taskwarrior", Like("show <task>", "'git agent status' describes the worktree")),
    word("ls", "ticket, git-bug", Same("list")),
    word("merge", "git", Like("sync", "it merges the tasks of a remote; 'git merge' merges commits, which keep their tasks")),
    word("modify", "Taskwarrior", Like("edit <task> --<field> <value>", "start, complete, fail and cancel change the state")),
    word("new", "jj, git-bug", Like("add <title>", "'git agent start <task>' starts one")),
    word("onboard", "br", Like("help agents", "README.md has the lines for AGENTS.md; 'git agent init' sets up a repository")),
    word("op", "jj", Like("ops", "'git agent ops show <operation>' shows one, 'git agent undo <operation>' undoes it")),
    word("op log", "jj", Same("ops")),
    word("op restore", "jj", Like("undo <operation>", "it undoes one operation")),
    word("op show", "jj", Same("ops show")),
    word("op undo", "jj", Same("undo")),
    word("overview", "Backlog.md", Like("report", "'git agent status' and 'git agent board' are shorter")),
    word("parse-prd", "Task Master", Like("plan import <file>", "it reads checklists and plan files, without a language model")),
    word("prime", "br", Like("brief", "'git agent help agents' prints the manual for agents")),
    word("projects", "Taskwarrior", Like("list --tree", "features are tasks with subtasks")),
    word("pull", "git", Same("sync --fetch-only")),
    word("purge", "Taskwarrior", Like("cancel <task>", "nothing is deleted; 'git agent gc' expires old snapshots")),
    word("push", "git", Same("sync --push-only")),
    word("q", "br", Same("add --quiet")),
    word("query", "br", Like("list --search <text>", "it also accepts --status, --parent and --by")),
    word("quickstart", "br", Like("demo", "it runs in a temporary repository")),
    word("reflog", "git", Like("ops", "it lists operations that can be undone")),
    word("release", "trekoon", Same("claim --release")),
    word("remove", "Taskwarrior", Like("cancel <task>", "nothing is deleted; a cancelled task can be reopened")),
    word("remove-dependency", "Task Master", Like("dep remove <task> --after <task>", "the first task no longer waits for the second")),
    word("remove-task", "Task Master", Like("cancel <task>", "nothing is deleted; a cancelled task can be reopened")),
    word("reset", "git", Like("rollback <task>@<n>", "it can be undone; 'git agent guard -- git reset' takes a snapshot first")),
    word("restore", "git, jj", Like("rollback <task>@<n> -- <path>", "'git agent snapshot restore <id>' restores a snapshot")),
    word("revert", "git, jj", Like("rollback <task> --mode revert", "it reverts the commits of a task with new commits")),
    word("rm", "git, git-bug", Like("cancel <task>", "nothing is deleted; a cancelled task can be reopened")),
    word("save", "git", Like("checkpoint", "it commits; 'git agent snapshot' saves without a commit")),
    word("search", "br, Backlog.md", With("list --all", "--search")),
    word("sequence", "Backlog.md", Like("graph", "'git agent list' sorts by dependencies")),
    word("set-status", "Task Master", Like("start, complete, fail, pause, cancel or reopen", "each state has its own command")),
    word("st", "jj, git", Same("status")),
    word("stale", "br", Like("ready --explain", "it names expired claims")),
    word("stash", "git", Like("snapshot", "it saves the work tree and leaves it unchanged")),
    word("stats", "br, Taskwarrior", Like("report", "'git agent status' counts the tasks in each state")),
    word("stop", "Taskwarrior", Same("pause")),
    word("summary", "Taskwarrior", Like("report", "'git agent list --tree' shows the progress of features")),
    word("switch", "git", Like("start <task>", "it makes the task the active one; 'git switch' switches branches")),
    word("task", "Backlog.md", Like("add, list, show or edit", "task commands have no prefix")),
    word("tasks", "Task Master", Same("list")),
    word("undefer", "br", Like("unblock <task>", "it removes a blocker")),
    word("update", "br", Like("edit <task> --<field> <value>", "start, complete, fail and cancel change the state")),
    word("update-task", "Task Master", Like("edit <task> --<field> <value>", "start, complete, fail and cancel change the state")),
    word("validate-dependencies", "Task Master", Like("doctor", "it checks the ledger, dependencies included")),
    word("version", "git, br", Same("--version")),
    word("view", "Backlog.md", Same("show")),
    word("workspace", "jj", Like("status", "'git worktree' creates worktrees; each has its own active task")),
];

/// The entry of the words at `at`, and how many words it has.
fn entry(arguments: &[OsString], at: usize) -> Option<(&'static Word, usize)> {
    let text = |at: usize| arguments.get(at).and_then(|word| word.to_str());
    let first = text(at)?;
    let find = |wanted: &str| WORDS.iter().find(|entry| entry.word == wanted);
    let two = text(at + 1).and_then(|second| find(&format!("{first} {second}")));
    two.map(|entry| (entry, 2)).or_else(|| find(first).map(|entry| (entry, 1)))
}

/// `arguments` in our words, if their command is a word that means exactly what a command of ours means.
pub(super) fn translated(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let at = passthrough::command(arguments)?;
    let (entry, count) = entry(arguments, at)?;
    let (command, option) = match entry.here {
        Same(command) => (command, None),
        With(command, option) => (command, Some(option)),
        Like(..) => return None,
    };
    let mut translated = arguments[..at].to_vec();
    translated.extend(command.split(' ').map(OsString::from));
    let rest = &arguments[at + count..];
    let value = rest.iter().position(|word| !word.as_encoded_bytes().starts_with(b"-")).unwrap_or(rest.len());
    translated.extend_from_slice(&rest[..value]);
    translated.extend(option.map(OsString::from));
    translated.extend_from_slice(&rest[value..]);
    Some(translated)
}

/// What to say of the command in `arguments`, which `tree` does not have: the command that it is here, or those whose
/// names are nearly the same.
pub(super) fn unknown(arguments: &[OsString], tree: &Command) -> Option<Error> {
    let at = passthrough::command(arguments)?;
    let word = arguments[at].to_string_lossy();
    if tree.find_subcommand(&*word).is_some() {
        return None;
    }
    let error =
        |said: &str| Error::new(codes::USAGE, format!("'{}' is not a git-agent command{said}", word.escape_debug()));
    if let Some((Word { here: Like(command, remark), .. }, _)) = entry(arguments, at) {
        return Some(error(&format!("; the equivalent is 'git agent {command}'")).hint(*remark));
    }
    let error = error("");
    let error = match near(&word, tree).as_slice() {
        [] => error,
        near => error.hint(format!("did you mean {}?", near.join(" or "))),
    };
    Some(error.hint("'git agent --help' lists the commands"))
}

/// The commands and words that `typed` is one slip away from; for words of eight letters or more, two.
fn near(typed: &str, tree: &Command) -> Vec<String> {
    let typed = typed.to_ascii_lowercase();
    let slips = match typed.chars().count() {
        0..=2 => 0,
        3..=7 => 1,
        _ => 2,
    };
    let distance = |name: &str| strsim::damerau_levenshtein(&typed, name);
    let commands = tree.get_subcommands().filter(|command| !command.is_hide_set());
    let mut found: Vec<(usize, &str)> = commands
        .map(|command| (distance(command.get_name()), command.get_name()))
        .filter(|(distance, _)| *distance <= slips)
        .collect();
    found.sort_unstable();
    found.into_iter().take(3).map(|(_, name)| format!("'git agent {name}'")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_table_is_sorted_and_no_word_is_a_command() {
        assert!(WORDS.is_sorted_by(|a, b| a.word < b.word));
        assert!(WORDS.len() >= 60, "{}", WORDS.len());
        let tree = crate::cli::tree();
        for entry in WORDS {
            assert!(tree.find_subcommand(entry.word).is_none(), "'{}' is a command", entry.word);
        }
    }

    #[test]
    fn what_a_word_is_here_exists() {
        let mut tree = crate::cli::tree();
        tree.build();
        let check = |line: &str| {
            let mut command = &tree;
            for word in line.split(' ') {
                if let Some(option) = word.strip_prefix("--").filter(|option| !option.starts_with(['<', ' '])) {
                    let known = command.get_arguments().any(|arg| arg.get_long() == Some(option));
                    assert!(known || option.is_empty(), "{line}");
                } else if let Some(next) = command.find_subcommand(word) {
                    command = next;
                }
                if command.get_name() == "guard" {
                    return;
                }
            }
            assert!(command.get_name() != tree.get_name() || line == "--version", "{line}");
        };
        for entry in WORDS {
            match entry.here {
                Same(line) => check(line),
                With(line, option) => check(&format!("{line} {option}")),
                Like("start, complete, fail, pause, cancel or reopen" | "add, list, show or edit", _) => {}
                Like(line, _) => check(line),
            }
        }
    }

    #[test]
    fn a_word_that_means_the_same_is_translated_in_its_place() {
        let translated = |line: &str| translated(&words(line)).map(|words| words.join(" ".as_ref()));
        assert_eq!(translated("x --json close t-1 --force"), Some("x --json complete t-1 --force".into()));
        assert_eq!(translated("x search --json login -n 3"), Some("x list --all --json --search login -n 3".into()));
        assert_eq!(translated("x op log --json"), Some("x ops --json".into()));
        assert_eq!(translated("x version"), Some("x --version".into()));
        for line in ["x", "x list", "x delete t-1", "x op", "x nothing"] {
            assert_eq!(translated(line), None, "{line}");
        }
    }

    #[test]
    fn only_a_near_command_is_suggested() {
        let tree = crate::cli::tree();
        let near = |word: &str| near(word, &tree).join(" ");
        assert_eq!(near("lsit"), "'git agent list'");
        assert_eq!(near("checkpont"), "'git agent checkpoint'");
        for far in ["undone", "cancer?", "un", "canal", "destroy", "complain", "status-all", "x"] {
            assert_eq!(near(far), "", "{far}");
        }
    }
}
