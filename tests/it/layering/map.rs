//! Which folder of `src` may use which, and what of the standard library and of crates.

use std::collections::BTreeSet;
use std::path::Path;

use super::{files, imports::imports};
use crate::support::golden_at;

/// A folder of `src`.
struct Row {
    folder: &'static str,
    what: &'static str,
    /// Other folders, all of them above in the table: so there is no cycle.
    uses: &'static [&'static str],
    /// What it may use of [`RESTRICTED`].
    also: &'static [&'static str],
}

const fn row(
    folder: &'static str,
    what: &'static str,
    uses: &'static [&'static str],
    also: &'static [&'static str],
) -> Row {
    Row { folder, what, uses, also }
}

/// What not every folder may use: a word, and how paths to it begin.
const RESTRICTED: &[(&str, &[&[&str]])] = &[
    ("fs", &[&["std", "fs"], &["std", "*"], &["tempfile"], &["rustix", "fs"]]),
    ("env", &[&["std", "env"]]),
    ("process", &[&["std", "process"], &["rustix", "process"]]),
    (
        "clock",
        &[
            &["std", "time", "SystemTime"],
            &["std", "time", "Instant"],
            &["SystemTime", "now"],
            &["Instant", "now"],
            &["Utc", "now"],
            &["Local", "now"],
            &["chrono", "Utc", "now"],
            &["chrono", "Local", "now"],
        ],
    ),
    ("gix", &[&["gix"]]),
    ("clap", &[&["clap"], &["clap_complete"], &["clap_mangen"]]),
    ("ratatui", &[&["ratatui"]]),
    ("rmcp", &[&["rmcp"], &["tokio"]]),
];

/// The map.
const MAP: &[Row] = &[
    row("error", "errors, their codes and exit codes", &[], &[]),
    row(
        "domain",
        "what tasks, events, trailers and dependencies mean; pure: no file, process, clock, repository",
        &[],
        &[],
    ),
    row("shell", "which files and refs a command line destroys: the guard's reader of shell; pure", &["domain"], &[]),
    row("plans", "plan files of many tools: read, write, compare with the ledger; pure", &["domain"], &[]),
    row(
        "hosts",
        "agent hosts: what they send, what they want to hear, and their configuration files",
        &["error", "domain"],
        &["fs"],
    ),
    row(
        "git",
        "the only code that knows git; `cmd.rs` is the only place that spawns it",
        &["error", "domain"],
        &["fs", "env", "process", "clock", "gix"],
    ),
    row("settings", "the settings of git-agent: `agent.*` in git's configuration", &["domain", "shell", "git"], &[]),
    row(
        "store",
        "what we keep in a repository: the ledger in the notes ref, the active task, the index of history",
        &["error", "domain", "git"],
        &["fs", "clock"],
    ),
    row(
        "recovery",
        "checkpoints, snapshots, operations that can be undone, rollback; `restore/` is the one place that changes files",
        &["error", "domain", "git", "store"],
        &["fs", "process", "clock"],
    ),
    row(
        "query",
        "questions that change nothing: which commit is `t-1@2`, what changed, whose a commit is, what a brief or a report tells",
        &["error", "domain", "git", "store", "recovery"],
        &[],
    ),
    row(
        "verify",
        "a command, how it ended, and the tree that it ran on; `shell.rs` runs it, and what `guard` lets through",
        &["error", "domain", "git"],
        &["env", "process", "clock"],
    ),
    row(
        "hook",
        "what git's hooks do, and how they are installed",
        &["error", "domain", "git", "store"],
        &["fs", "env", "process", "clock"],
    ),
    row(
        "guard",
        "saves what a command destroys in a snapshot; what destroys is in `shell`",
        &["error", "domain", "shell", "git", "recovery"],
        &["fs", "env"],
    ),
    row(
        "commit_notes",
        "notes on commits for plain `git log --notes=agent`",
        &["error", "domain", "git", "store", "query"],
        &[],
    ),
    row(
        "sync",
        "fetch, merge, push of the ledger and of the notes on commits",
        &["error", "domain", "git", "store", "commit_notes"],
        &[],
    ),
    row(
        "bisect",
        "commits tested in worktrees of their own; what is tested next is `domain/bisect`",
        &["error", "domain", "git", "verify"],
        &["fs", "env"],
    ),
    row(
        "doctor",
        "what may be wrong, and what to do about it",
        &[
            "error",
            "domain",
            "shell",
            "git",
            "settings",
            "store",
            "recovery",
            "query",
            "verify",
            "hook",
            "guard",
            "commit_notes",
            "sync",
            "bisect",
        ],
        &["fs"],
    ),
    row(
        "verbs",
        "what can be done with a repository, for every front end: (caller, request) → answer; prints nothing",
        &[
            "error",
            "domain",
            "shell",
            "plans",
            "hosts",
            "git",
            "settings",
            "store",
            "recovery",
            "query",
            "verify",
            "hook",
            "guard",
            "commit_notes",
            "sync",
            "bisect",
            "doctor",
        ],
        &["env", "clock"],
    ),
    row(
        "view",
        "stdout as an API, stderr for people; `json/` is the public schema",
        &["error", "domain", "hosts", "git", "store", "recovery", "query", "verbs"],
        &["env", "process"],
    ),
    row(
        "mcp",
        "the verbs as tools of the Model Context Protocol: a front end in addition to `cmd`",
        &["error", "domain", "git", "recovery", "verify", "verbs", "view"],
        &["fs", "env", "rmcp"],
    ),
    row("demo", "the repository that `git agent demo` plays in", &["error"], &[]),
    row(
        "cmd",
        "one file a command: parse, call, show",
        &[
            "error",
            "domain",
            "shell",
            "plans",
            "hosts",
            "git",
            "settings",
            "store",
            "recovery",
            "query",
            "verify",
            "hook",
            "guard",
            "commit_notes",
            "sync",
            "bisect",
            "doctor",
            "verbs",
            "view",
            "mcp",
            "demo",
        ],
        &["fs", "env", "process", "clock", "clap", "ratatui"],
    ),
    row(
        "cli",
        "the command line: options of every command, `git agent <unknown>`, panics",
        &["error", "view", "cmd"],
        &["process", "clap"],
    ),
];

/// Whether the folder of the file `name` is above `folder` in the table: what `folder` may use.
pub fn is_below(folder: &str, name: &str) -> bool {
    let own = module(name)[0];
    let rows = MAP.iter().take_while(|row| row.folder != folder);
    rows.into_iter().any(|row| row.folder == own)
}

/// What of [`RESTRICTED`] is among `paths`.
fn restricted(paths: &BTreeSet<Vec<String>>) -> BTreeSet<&'static str> {
    let begins = |path: &Vec<String>, prefix: &[&str]| {
        path.len() >= prefix.len() && path.iter().zip(prefix).all(|(part, word)| part == word)
    };
    let is_named = |prefixes: &[&[&str]]| paths.iter().any(|path| prefixes.iter().any(|prefix| begins(path, prefix)));
    RESTRICTED.iter().filter(|(_, prefixes)| is_named(prefixes)).map(|(word, _)| *word).collect()
}

/// The module that the file `name` is.
fn module(name: &str) -> Vec<&str> {
    name.trim_end_matches(".rs").split('/').filter(|part| *part != "mod").collect()
}

/// What `name` (`git/cmd.rs`) with the text `source` uses that its folder may not.
fn forbidden(name: &str, source: &str) -> BTreeSet<&'static str> {
    let module = module(name);
    let Some(row) = MAP.iter().find(|row| row.folder == module[0]) else { return BTreeSet::new() };
    let paths = imports(&module, source);
    let mut found = restricted(&paths);
    found.retain(|word| !row.also.contains(word));
    for path in paths {
        if path[0] == "crate" {
            let used = path.get(1).and_then(|folder| MAP.iter().find(|row| row.folder == folder));
            found.extend(used.map(|used| used.folder).filter(|used| *used != row.folder && !row.uses.contains(used)));
        }
    }
    found
}

#[test]
fn folders_use_what_the_map_allows() {
    let files = files();
    let found: Vec<String> = files
        .iter()
        .flat_map(|(name, source)| forbidden(name, source).into_iter().map(move |used| format!("{name} {used}")))
        .collect();
    assert!(
        found.is_empty(),
        "these files use what the map in CONTRIBUTING.md does not allow to their folders:\n{found:#?}\nMove what they need into a folder \
         that they may use, or hand it to them as a value.",
    );
}

#[test]
fn the_map_has_every_folder_and_no_cycle() {
    let mut known: Vec<&str> = Vec::new();
    for row in MAP {
        for used in row.uses {
            assert!(known.contains(used), "'{}' uses '{used}', which is not above it in the map", row.folder);
        }
        known.push(row.folder);
    }
    for (name, _) in files() {
        let folder = name.split('/').next().unwrap().trim_end_matches(".rs");
        assert!(known.contains(&folder) || ["lib", "main"].contains(&folder), "the map has no '{folder}'");
    }
}

#[test]
fn contributing_shows_the_map() {
    let code = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let below = |row: &Row| {
        let all: Vec<&str> = MAP.iter().map(|row| row.folder).take_while(|folder| *folder != row.folder).collect();
        if all.len() > 1 && all == row.uses { "all above".to_owned() } else { code(row.uses) }
    };
    let line = |row: &Row| format!("| `src/{}` | {} | {} | {} |\n", row.folder, row.what, below(row), code(row.also));
    let head = "| folder | what it is | may use | and |\n|---|---|---|---|\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, after) = text.split_once(head).expect("a map in CONTRIBUTING.md");
    let after: String = after.split_inclusive('\n').skip_while(|line| line.starts_with("| `src/")).collect();
    let rows: String = MAP.iter().map(line).collect();
    golden_at(&file, "CONTRIBUTING.md", &format!("{before}{head}{rows}{after}"));
}

#[test]
fn violations_are_found_however_they_are_written() {
    let found = |name: &str, source: &str| Vec::from_iter(forbidden(name, source));
    assert_eq!(found("git/revwalk.rs", "use crate::{store::View, view::Out};"), ["store", "view"]);
    assert_eq!(found("domain/claim.rs", "use crate::{git::Repo, store::View};"), ["git", "store"]);
    assert_eq!(found("domain/claim.rs", "use std::{env, fs, process};"), ["env", "fs", "process"]);
    assert_eq!(found("store/ledger/view.rs", "use super::super::super::view::Out;"), ["view"]);
    assert_eq!(found("store/ledger/mod.rs", "fn f() { crate::cmd::run(std::env::args()) }"), ["cmd", "env"]);
    assert_eq!(
        found("domain/time.rs", "use std::time as t; fn f() { std::time::Instant::now(); gix::open() }"),
        ["clock", "gix"]
    );
    assert_eq!(
        found("git/revwalk.rs", "use crate::{domain::id::TaskId, error::Result}; use std::fs; use super::cmd::Git;"),
        [""; 0]
    );
}
