//! The differences of two trees, with renames and copies as git detects them.

use std::collections::HashMap;

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    pathspec::Pathspecs,
    quote::Quoting,
    raw,
    repo::Repo,
    tree::{Entry, kind_of_mode},
    worktree_tree::WorkTreeContent,
};
use crate::{
    domain::named::named,
    error::{Error, Result, codes},
};

/// A path that differs between two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffEntry {
    /// What happened to it.
    pub status: DiffStatus,
    /// The old path and the similarity in percent, if it was renamed or copied.
    pub from: Option<(BString, u8)>,
    pub path: BString,
    /// Its old mode and object; `None`: it did not exist.
    pub old: Option<Entry>,
    pub new: Option<Entry>,
}

named! {
    /// What happened to a path; the letters are git's.
    pub enum DiffStatus {
        /// It is new.
        Added = "A",
        /// Its content, or its mode.
        Modified = "M",
        /// It was deleted.
        Deleted = "D",
        /// It was renamed.
        Renamed = "R",
        /// It was copied from another path.
        Copied = "C",
        /// Its type changed.
        TypeChanged = "T",
    }
}

impl DiffEntry {
    /// The old path of a rename, which no longer exists.
    pub fn renamed_from(&self) -> Option<&BString> {
        self.from.as_ref().filter(|_| self.status == DiffStatus::Renamed).map(|(path, _)| path)
    }

    /// The affected paths: its own, and the old path of a rename.
    pub fn paths(&self) -> impl Iterator<Item = &BString> {
        std::iter::once(&self.path).chain(self.renamed_from())
    }

    /// The line of `git diff --name-status`; without `quoting`, the fields of `-z`, each ended by NUL.
    pub fn name_status(&self, quoting: Option<Quoting>) -> Vec<u8> {
        let letter = self.status.as_str();
        match &self.from {
            Some((from, score)) => fields(&[&format!("{letter}{score:03}").into(), from, &self.path], quoting),
            None => fields(&[&letter.into(), &self.path], quoting),
        }
    }

    /// The line of `git diff --name-only`, likewise.
    pub fn name_only(&self, quoting: Option<Quoting>) -> Vec<u8> {
        fields(&[&self.path], quoting)
    }
}

fn fields(fields: &[&BString], quoting: Option<Quoting>) -> Vec<u8> {
    let Some(quoting) = quoting else {
        return fields.iter().flat_map(|field| [field.as_slice(), b"\0"].concat()).collect();
    };
    let quoted: Vec<BString> = fields.iter().map(|field| quoting.quote(field.as_bstr())).collect();
    [bstr::join("\t", quoted).as_slice(), b"\n"].concat()
}

/// How to detect renames and copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renames {
    /// By similarity of content.
    Similar,
    /// Only identical content: no content is read.
    Exact,
    /// Do not detect them.
    Off,
}

impl Renames {
    /// The options for git.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Renames::Similar => &["-M", "-C"],
            Renames::Exact => &["-M100%", "-C100%"],
            Renames::Off => &["--no-renames"],
        }
    }
}

/// The differences between the trees `old` and `new` in `paths`; the objects of `content` are found, too. Nothing is fetched.
///
/// Also answers what git had to remark (that there were too many files to look for renames).
///
/// # Errors
///
/// `bad-path` when git does not understand the paths; `git-failed`.
pub fn trees(
    repo: &Repo,
    content: Option<&WorkTreeContent<'_>>,
    renames: Renames,
    [old, new]: [ObjectId; 2],
    paths: &Pathspecs,
) -> Result<(Vec<DiffEntry>, String)> {
    let words = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-relative", "--ignore-submodules=none"];
    let git = match content {
        Some(content) => content.shown_to(paths.git(repo))?,
        None => paths.git(repo),
    };
    let git = git.args(words).args(renames.words()).args([old.to_string(), new.to_string()]);
    let output = git.arg("--").args(paths.words()).env("GIT_NO_LAZY_FETCH", "1").output()?;
    if !output.status.success() {
        let is_rejected = !paths.is_everything() && output.stderr.starts_with(b"fatal: ");
        return Err(match is_rejected {
            true => Error::new(codes::BAD_PATH, format!("git rejects these paths: {}", output.said())),
            false => output.into_error(),
        });
    }
    let remarks = output.complaint();
    let changes = raw::read(&output.stdout).and_then(|rows| rows.into_iter().map(DiffEntry::of_trees).collect());
    Ok((changes.ok_or_else(unexpected)?, remarks))
}

/// The paths that each of `commits` changed: against its parent, or, a merge, against all of them.
pub fn touched(repo: &Repo, commits: &[ObjectId]) -> Result<HashMap<ObjectId, Vec<BString>>> {
    let mut touched: HashMap<ObjectId, Vec<BString>> = commits.iter().map(|id| (*id, Vec::new())).collect();
    if commits.is_empty() {
        return Ok(touched);
    }
    let answer = repo.git().args(["diff-tree", "--stdin", "--root", "-c"]).args(RAW).stdin_lines(commits).run()?;
    let header = |line: &[u8]| ObjectId::from_hex(line).ok();
    for (commit, changes) in raw::read_groups(&answer, header).ok_or_else(unexpected)? {
        let paths = commit.and_then(|commit| touched.get_mut(&commit)).ok_or_else(unexpected)?;
        paths.extend(changes.into_iter().map(|change| change.path));
    }
    Ok(touched)
}

/// What each commit changed against the parent that is given with it. In a partial clone git fetches the trees that are missing.
pub fn against_parents(repo: &Repo, pairs: &[(ObjectId, ObjectId)]) -> Result<Vec<(ObjectId, Vec<raw::RawChange>)>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = pairs.iter().map(|(commit, parent)| format!("{commit} {parent}"));
    let answer = repo.git().args(["diff-tree", "--stdin"]).args(RAW).stdin_lines(wanted).run()?;
    let groups = raw::read_groups(&answer, |line| ObjectId::from_hex(line).ok()).ok_or_else(unexpected)?;
    groups.into_iter().map(|(commit, changes)| Ok((commit.ok_or_else(unexpected)?, changes))).collect()
}

/// How rows are asked for where renames do not matter.
pub(super) const RAW: [&str; 6] = ["--raw", "-r", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff"];

pub(super) fn unexpected() -> Error {
    Error::bug("unexpected output from 'git diff-tree'")
}

impl DiffEntry {
    /// `row` of a comparison of trees, where every object is known.
    fn of_trees(row: raw::RawChange) -> Option<Self> {
        Some(DiffEntry {
            status: DiffStatus::from_word(row.status.encode_utf8(&mut [0; 4]))?,
            from: row.old_path.zip(row.score),
            path: row.path,
            old: side(&row.old_mode, row.old_id)?,
            new: side(&row.new_mode, row.new_id)?,
        })
    }
}

/// What is on one side: nothing where the mode says so, and `None` where it says nothing that git says.
fn side(mode: &str, id: Option<ObjectId>) -> Option<Option<Entry>> {
    match kind_of_mode(mode.as_bytes())? {
        None => Some(None),
        Some(kind) => Some(Some(Entry { kind, id: id? })),
    }
}
