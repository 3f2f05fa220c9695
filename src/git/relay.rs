//! Calls of git whose answer is for the user: with their terminal, locale and configuration, in the current directory.

use std::ffi::{OsStr, OsString};

use gix::ObjectId;

use super::{
    cmd::{Git, Output},
    objects::Apart,
    pathspec::Pathspecs,
    repo::Repo,
    worktree_tree::WorkTreeContent,
};
use crate::error::Result;

/// Whether git colors its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Always, because the output goes to a terminal through git-agent.
    Always,
    Never,
}

impl Color {
    /// The `--color` option for git.
    pub fn option(self) -> &'static str {
        match self {
            Color::Always => "--color=always",
            Color::Never => "--no-color",
        }
    }
}

fn git() -> Git {
    Git::here().for_the_user()
}

fn with_paths(git: Git, paths: Option<&[OsString]>) -> Git {
    match paths {
        Some(paths) => git.arg("--").args(paths),
        None => git,
    }
}

/// `git show` of the revision that `words` name.
pub fn show<W: AsRef<OsStr>>(color: Color, words: &[W]) -> Git {
    git().args(["show", color.option(), "--end-of-options"]).args(words).arg("--")
}

/// The arguments of a `git diff`.
pub struct DiffWords<'a> {
    /// Options, revisions, and paths that git distinguishes.
    pub words: &'a [OsString],
    /// Paths after `--`, if there is one.
    pub paths: Option<&'a [OsString]>,
    /// A directory of objects that only this `git diff` can read.
    pub objects: Option<&'a Apart<'a>>,
}

impl DiffWords<'_> {
    fn shown_to(&self, git: Git) -> Git {
        match self.objects {
            Some(objects) => objects.shown_to(git),
            None => git,
        }
    }
}

/// `git diff`; options among the words may override `color`.
pub fn diff(color: Color, asked: &DiffWords<'_>, is_quiet: bool) -> Git {
    let DiffWords { words, paths, .. } = *asked;
    let git = asked.shown_to(git()).args(["diff", color.option()]).args(words).args(is_quiet.then_some("--quiet"));
    with_paths(git, paths)
}

/// The answer of `git diff --raw` to the same `words`: rows for [`super::raw::read`], or another form if an option asks for one. Exit
/// code 1 says that there are differences.
pub fn diff_raw(asked: &DiffWords<'_>) -> Result<Output> {
    let DiffWords { words, paths, .. } = *asked;
    let git = asked.shown_to(Git::here()).arg("diff").args(words);
    with_paths(git.args(["--raw", "-z", "--no-abbrev", "--no-color"]), paths).output()
}

/// What `git log` shows below `commit` for the diff options `options`.
pub fn patch(color: Color, options: &[OsString], commit: &str, paths: &[OsString]) -> Result<Vec<u8>> {
    let git = git().args(["-c", "log.showSignature=false", "log", "--no-walk", "--format=tformat:"]);
    let git = git.args(["--encoding=UTF-8", color.option()]).args(options).arg(commit);
    with_paths(git, Some(paths).filter(|paths| !paths.is_empty())).run()
}

/// `git diff` between two trees with `options`: of everything, or of `paths`. The objects of `content` are found, too; nothing is
/// fetched.
///
/// # Errors
///
/// `object-not-written`.
pub fn diff_trees(
    repo: &Repo,
    content: Option<&WorkTreeContent<'_>>,
    [old, new]: [ObjectId; 2],
    options: impl IntoIterator<Item = OsString>,
    paths: Option<&Pathspecs>,
) -> Result<Git> {
    let git = paths.map_or_else(|| repo.git(), |paths| paths.git(repo));
    let git = match content {
        Some(content) => content.shown_to(git)?,
        None => git,
    };
    let git = git.for_the_user().env("GIT_NO_LAZY_FETCH", "1").arg("diff").args(options);
    let git = git.args([old.to_string(), new.to_string()]).arg("--");
    Ok(git.args(paths.map_or(&[][..], Pathspecs::words)))
}

/// The patch between two trees, given as revisions, as `git diff` prints it without the user's diff drivers.
pub fn plain_patch(repo: &Repo, color: Color, trees: [String; 2]) -> Result<Vec<u8>> {
    let words = ["diff", color.option(), "--no-ext-diff", "--no-textconv", "--end-of-options"];
    repo.git().args(words).args(trees).run()
}
