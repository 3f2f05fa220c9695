//! What a shell line may destroy: uncommitted work, and history that only reflogs have. Pure.
//!
//! ```text
//! bytes ── reader ► items ── walk ──► words of each command ── git, files ──► risks
//!                              │
//!                              └── cd, variables, sudo, xargs, sh -c, eval, aliases
//! ```
//!
//! [`reader`] knows the shell's syntax, [`walk`] what its words mean as far as that can be known, [`wrap`] commands that run other
//! commands, [`git`] and [`files`] are tables of what destroys. Whether the paths that a risk names are anyone's work is for
//! the caller to find out. What cannot be determined is a risk: a snapshot more costs little. Text that is only *said* (an argument
//! of `echo`, a message, a here-document) is none.

mod args;
mod expand;
mod files;
mod git;
mod glob;
mod programs;
mod reader;
mod value;
mod walk;
mod wrap;
mod wrappers;

pub use glob::may_match;

use crate::domain::{named::named, text::shell_word};
use bstr::{BStr, BString, ByteSlice as _};

named! {
    /// How destructive a command is.
    #[derive(PartialOrd, Ord)]
    pub enum Level {
        /// Changes files or history in a way that is often wanted: captured before, never refused.
        Changes = "changes",
        /// Throws work away: captured before, refused if the repository asks for that.
        Destroys = "destroys",
        /// Takes the repository with it, and with it every snapshot: always refused.
        Fatal = "fatal",
    }
}

/// What the guard does: `agent.guard`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GuardMode {
    /// Do nothing.
    Off,
    /// Take a snapshot first.
    #[default]
    Snapshot,
    /// Refuses what discards work; takes a snapshot before the rest.
    Refuse,
}

impl GuardMode {
    /// What `word` of the configuration means.
    pub fn parse(word: &str) -> Option<GuardMode> {
        match word.to_ascii_lowercase().as_str() {
            "off" | "false" | "no" | "0" => Some(GuardMode::Off),
            "snapshot" | "on" | "true" | "yes" | "1" => Some(GuardMode::Snapshot),
            "refuse" => Some(GuardMode::Refuse),
            _ => None,
        }
    }
}

/// The kinds of loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// Changes that are not committed.
    Uncommitted,
    /// Files that git does not know.
    Untracked,
    /// Files that git ignores, which no snapshot holds.
    Ignored,
    /// Stashed changes.
    Stash,
    /// Commits that only reflogs have afterwards, or nothing at all.
    History,
    /// Branches and tags with their reflogs: what only they lead to is lost.
    Refs,
    /// Other refs: remote-tracking ones, notes and others.
    OtherRefs,
    /// The refs that hold snapshots and operations.
    Snapshots,
    /// What a worktree alone has: a detached HEAD, its reflog, refs of its own, an unfinished rebase.
    Worktree,
    /// Changes in submodules.
    Submodules,
    /// Whole repositories that are in a directory.
    Nested,
    /// Ignored files in the places of files of another tree: see [`Onto`].
    Overwritten,
    /// The same, in another repository.
    Remote,
    /// The repository itself, with its history.
    Repository,
    /// What cannot be determined.
    Unknown,
}

impl Loss {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Loss::Uncommitted | Loss::Submodules => "uncommitted",
            Loss::Untracked | Loss::Nested => "untracked",
            Loss::Ignored | Loss::Overwritten => "ignored",
            Loss::Stash => "stash",
            Loss::History | Loss::Refs | Loss::OtherRefs | Loss::Snapshots | Loss::Worktree => "history",
            Loss::Remote => "remote",
            Loss::Repository => "repository",
            Loss::Unknown => "unknown",
        }
    }
}

/// A path that a command touches, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The path, and what is in it.
    At(BString),
    /// The path, if something is there already.
    Existing(BString),
    /// Paths below this directory.
    Below(BString),
    /// Paths below a directory whose names match a pattern: `dir/**/name`.
    Deep(BString),
    /// Every file at and below this path, whatever it is: a git directory is none to spare.
    Whole(BString),
    /// Whatever matches this pattern.
    Matching(BString),
    /// A worktree, as `git worktree` takes its name: a path, or the end of one; empty if there is no telling which.
    Worktree(BString),
    /// Unknown.
    Any,
}

/// A directory, relative to where the line is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dir {
    /// This one; empty for where the line is run.
    Known(BString),
    /// Unknown.
    Unknown,
}

/// Which repository a git command works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// The one its directory is in.
    Here,
    /// The one that `--git-dir`, `--work-tree` or variables name, seen from its directory.
    Named {
        /// The value of `--git-dir`.
        git_dir: Option<BString>,
        /// The value of `--work-tree`.
        work_tree: Option<BString>,
    },
    /// One that cannot be determined.
    Elsewhere,
}

impl Where {
    /// The place when the variable `name` of git's has `value`; `None` if that cannot be determined.
    fn with(self, name: &[u8], value: Option<&[u8]>) -> Self {
        let (git_dir, work_tree) = match self {
            Where::Here => (None, None),
            Where::Named { git_dir, work_tree } => (git_dir, work_tree),
            Where::Elsewhere => return Where::Elsewhere,
        };
        let known = || value.map(BString::from);
        match (name, value) {
            (b"GIT_DIR", Some(_)) => Where::Named { git_dir: known(), work_tree },
            (b"GIT_WORK_TREE", Some(_)) => Where::Named { git_dir, work_tree: known() },
            (b"GIT_DIR" | b"GIT_WORK_TREE" | b"GIT_COMMON_DIR", _) => Where::Elsewhere,
            _ if git_dir.is_none() && work_tree.is_none() => Where::Here,
            _ => Where::Named { git_dir, work_tree },
        }
    }
}

/// Which trees a git command writes to the files, overwriting ignored ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Onto {
    /// No tree.
    #[default]
    Nothing,
    /// Those that these words name, in git's syntax; those that name none do not count.
    Trees(Vec<BString>),
    /// Unknown.
    Unknown,
}

/// Something that a line may destroy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// The command, as it is written.
    pub command: BString,
    /// How destructive it is.
    pub level: Level,
    /// What is lost; never empty.
    pub losses: Vec<Loss>,
    /// Why that is so, a sentence without its full stop.
    pub why: &'static str,
    /// The directory in which the command runs.
    pub dir: Dir,
    /// Which repository it works on, if it is git.
    pub place: Where,
    /// The paths it touches, if those decide whether there is a risk; `None` if the repository is what is at risk.
    pub targets: Option<Vec<Target>>,
    /// The trees whose files it writes.
    pub onto: Onto,
}

/// What a line may ask of its surroundings.
pub trait World {
    /// What git's alias `name` stands for in `dir`.
    fn alias(&self, dir: &Dir, name: &BStr) -> Option<BString>;
    /// Whether `path`, relative to where the line is run, is a directory now.
    fn is_dir(&self, path: &BStr) -> bool;
    /// The value of an environment variable.
    fn variable(&self, name: &BStr) -> Option<BString>;
    /// The directories of the submodules that are checked out in the repository of `dir`, those in submodules included;
    /// `None` if there is no telling.
    fn submodules(&self, _dir: &Dir) -> Option<Vec<BString>> {
        None
    }
    /// Whether git commands in `dir` go into submodules: `submodule.recurse`.
    fn recurses(&self, _dir: &Dir) -> bool {
        false
    }
    /// Whether a remote of the repository of `dir` is configured such that a fetch that prunes deletes refs which hold
    /// snapshots, and if `unless_asked`, without being asked to.
    fn mirrors(&self, _dir: &Dir, _unless_asked: bool) -> bool {
        false
    }
}

/// What `line` may destroy, command by command.
pub fn judge(line: &[u8], world: &dyn World) -> Vec<Risk> {
    let mut walk = walk::Walk::new(world);
    walk.script(line, 0);
    walk.risks
}

/// What a command given as words, without a shell, may destroy.
pub fn judge_words(words: &[BString], world: &dyn World) -> Vec<Risk> {
    let mut walk = walk::Walk::new(world);
    let text = words.iter().map(shell_word).collect::<Vec<_>>().join(&b' ');
    let words = words.iter().cloned().map(value::Value::known).collect::<Vec<_>>();
    walk.direct(&words, text.into());
    walk.risks
}

/// The commands that the tables know: `git reset`, `rm`, …
pub fn commands() -> impl Iterator<Item = String> {
    git::verbs().map(|verb| format!("git {verb}")).chain(files::programs().map(ToOwned::to_owned))
}

/// The directory and the pattern of [`Target::Deep`].
pub fn deep_parts(path: &[u8]) -> (&[u8], &[u8]) {
    path.rsplit_once_str("/**/").unwrap_or((path, b"*"))
}
