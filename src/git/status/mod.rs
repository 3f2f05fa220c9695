//! What differs between HEAD, index and work tree, path by path, as git itself sees it.
//!
//! git looks, not gix: the same answer with every ref storage, sparse and split indexes, untracked caches, submodules and
//! attributes. Nothing is written but what a private index knows of the files, and no lock of the repository is taken.

mod summary;

use std::path::PathBuf;

use bstr::{BStr, BString, ByteSlice as _};
use gix::{ObjectId, objs::tree::EntryKind};

pub use summary::{DirtyCounts, PathStatus, StatusSummary, counts, summary};

use super::{
    cmd::Git,
    ignore,
    index::TempIndex,
    objects::trees::Edits,
    repo::Repo,
    stream::Stream,
    tree::{Entry, kind_of_mode},
    worktree,
};
use crate::error::{Error, Result};

/// The differences.
#[derive(Debug, Default)]
pub struct Status {
    /// Tracked paths that differ, in git's order.
    pub tracked: Vec<Tracked>,
    /// Paths with conflicts.
    pub unmerged: Vec<BString>,
    /// Files and links that git does not know and that are not ignored. A repository has `/` at the end.
    pub untracked: Vec<BString>,
    /// Those of the `.gitignore` files that are ignored themselves: their rules still apply.
    pub rules: Vec<BString>,
    /// Tracked paths that git could not examine, and says nothing of: on the way to them is a loop of links, or no permission.
    pub unseen: Vec<BString>,
    /// Directories that git could not look into.
    pub unreadable: Vec<BString>,
}

/// A tracked path that differs somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// The path.
    pub path: BString,
    /// If the index differs from HEAD: what it has, `None` for nothing.
    pub staged: Option<Option<Entry>>,
    /// The work tree differs from the index.
    pub is_dirty: bool,
    /// What HEAD or index say it is.
    pub kind: Option<EntryKind>,
    /// It is a submodule, and: its files differ from its commit.
    pub submodule: Option<bool>,
}

/// A `git status` that is running.
pub struct Running<'r> {
    repo: &'r Repo,
    stream: Stream,
}

/// Start it. Whatever else takes time can be done before [`Running::finish`].
///
/// # Errors
///
/// When git cannot be started.
pub fn start(repo: &Repo) -> Result<Running<'_>> {
    Ok(Running { repo, stream: asked(call(repo), repo).stream()? })
}

impl<'r> Running<'r> {
    /// What it says.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn finish(self) -> Result<Status> {
        match read(self.stream) {
            // The user's filters do not work; a filter is not needed to see that a file may differ.
            Err(_) if !filters(self.repo).is_empty() => read(asked(without_filters(self.repo), self.repo).stream()?),
            other => other,
        }
    }
}

fn call(repo: &Repo) -> Git {
    repo.git().args(["-c", "core.fsmonitor=false"])
}

/// What to ask, after all settings.
const QUESTION: [&str; 7] = [
    "status",
    "--porcelain=v2",
    "-z",
    "--untracked-files=all",
    ignore::LISTED,
    "--no-renames",
    "--ignore-submodules=none",
];

/// `git` with the question; other worktrees of the repository are not a part of this one.
fn asked(git: Git, repo: &Repo) -> Git {
    git.args(QUESTION).args(worktree::without_those_inside(repo))
}

/// What switches a filter off, after its name.
const OFF: [&str; 3] = [".clean=", ".process=", ".required=false"];

/// With every filter that the configuration has switched off: content as it is on the disk.
fn without_filters(repo: &Repo) -> Git {
    let off = |name: &BString| {
        OFF.map(|setting| {
            let setting = [b"filter.", name.as_slice(), setting.as_bytes()].concat();
            gix::path::from_bstring(setting).map(std::path::PathBuf::into_os_string).unwrap_or_default()
        })
    };
    filters(repo).iter().flat_map(off).fold(call(repo), |git, setting| git.arg("-c").arg(setting))
}

/// The filters that the configuration has, by name.
fn filters(repo: &Repo) -> Vec<BString> {
    let mut names: Vec<BString> =
        repo.config().subsections("filter", "required").into_iter().map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    names
}

/// How a line begins that git says itself; others are `<path>: <what the system says>`.
const SPOKEN: [&str; 5] = ["warning: ", "error: ", "fatal: ", "hint: ", "trace: "];

fn read(mut stream: Stream) -> Result<Status> {
    let mut status = Status::default();
    while let Some(line) = stream.next(0)? {
        status.add(&line).ok_or_else(|| Error::bug(format!("'git status' reported '{}'", line.as_bstr())))?;
    }
    let output = stream.finish()?;
    if !output.status.success() {
        return Err(output.into_error());
    }
    for line in output.stderr.lines() {
        let path = line.strip_prefix(b"warning: could not open directory '");
        let path = path.and_then(|rest| rest.split_once_str("': "));
        status.unreadable.extend(path.map(|(path, _)| BString::from(path.strip_suffix(b"/").unwrap_or(path))));
        let is_of_system = !SPOKEN.iter().any(|start| line.starts_with(start.as_bytes()));
        let path = line.rsplit_once_str(": ").filter(|_| is_of_system);
        status.unseen.extend(path.map(|(path, _)| BString::from(path)));
    }
    Ok(status)
}

impl Status {
    /// The differences that `index` shows, of everything or of `paths`. Changes in submodules that the configuration ignores are left
    /// out. Where files had to be read to see that they do not differ, `index` knows it afterwards, unless it has submodules.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn of_index(index: &TempIndex<'_>, paths: Option<&[PathBuf]>) -> Result<Self> {
        let words = ["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all", ignore::LISTED];
        // The index is ours alone; those of submodules, which git refreshes then, too, are not.
        let locks = if index.has_submodules() { "0" } else { "1" };
        let git = || index.git().env("GIT_OPTIONAL_LOCKS", locks);
        let git = match paths {
            Some(paths) => git().arg("--literal-pathspecs").args(words).arg("--").args(paths),
            None => git().args(words).args(worktree::without_those_inside(index.repo())),
        };
        read(git.stream()?)
    }

    /// Untracked directories that are repositories themselves; they end in `/`.
    pub fn nested(&self) -> impl Iterator<Item = &BString> {
        self.untracked.iter().filter(|path| path.ends_with(b"/"))
    }

    pub fn untracked_files(&self) -> impl Iterator<Item = &BString> {
        self.untracked.iter().filter(|path| !path.ends_with(b"/"))
    }

    /// What `git add` has to examine to stage everything; `None` where this status does not say all of it.
    pub fn to_stage(&self) -> Option<Vec<&BString>> {
        let is_whole = self.unseen.is_empty() && self.unreadable.is_empty();
        let tracked = self.tracked.iter().filter(|tracked| tracked.is_dirty).map(|tracked| &tracked.path);
        is_whole.then(|| tracked.chain(&self.unmerged).chain(self.untracked_files()).collect())
    }

    /// Index entries that differ from HEAD: what they are.
    pub fn staged(&self) -> Edits {
        self.tracked.iter().filter_map(|tracked| Some((tracked.path.clone(), tracked.staged?))).collect()
    }

    /// Submodules with changes inside, which a commit here cannot hold.
    pub fn dirty_submodules(&self) -> impl Iterator<Item = &BString> {
        self.tracked.iter().filter(|tracked| tracked.submodule == Some(true)).map(|tracked| &tracked.path)
    }

    fn add(&mut self, line: &[u8]) -> Option<()> {
        match Record::parse(line)? {
            Record::Header(..) => {}
            Record::Untracked(path) => self.untracked.push(path.into()),
            Record::Ignored(path) => self.rules.extend(ignore::is_rules(path).then(|| path.into())),
            Record::Unmerged { path, .. } => self.unmerged.push(path.into()),
            Record::Tracked { xy, submodule, modes: [head, index, disk], id, path } => self.tracked.push(Tracked {
                path: path.into(),
                staged: (xy[0] != b'.').then(|| index.map(|kind| Entry { kind, id })),
                is_dirty: xy[1] != b'.',
                kind: index.or(head),
                // In the index, and on the disk: replaced by a file, it is none any more.
                submodule: (submodule[0] == b'S' && disk == Some(EntryKind::Commit))
                    .then(|| submodule[2..].iter().any(|letter| *letter != b'.')),
            }),
        }
        Some(())
    }
}

/// One record of `git status --porcelain=v2 -z --no-renames`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Record<'a> {
    /// `# <key> <value>`.
    Header(&'a BStr, &'a BStr),
    /// A tracked path that differs.
    Tracked {
        /// How the index differs from HEAD and the work tree from the index; `.`: it does not.
        xy: [u8; 2],
        /// `S<commit><modified><untracked>` of a submodule, `N...` of others.
        submodule: [u8; 4],
        /// What HEAD, the index and the work tree have.
        modes: [Option<EntryKind>; 3],
        /// The object in the index.
        id: ObjectId,
        path: &'a BStr,
    },
    /// A path with conflicts.
    Unmerged { xy: [u8; 2], path: &'a BStr },
    /// A path that is not tracked.
    Untracked(&'a BStr),
    /// A path that is ignored.
    Ignored(&'a BStr),
}

impl<'a> Record<'a> {
    fn parse(record: &'a [u8]) -> Option<Self> {
        let (kind, rest) = record.split_once_str(" ")?;
        let xy = || rest.get(..2)?.try_into().ok();
        Some(match kind {
            b"#" => {
                let (key, value) = rest.split_once_str(" ")?;
                Record::Header(key.into(), value.into())
            }
            b"?" => Record::Untracked(rest.into()),
            b"!" => Record::Ignored(rest.into()),
            b"u" => Record::Unmerged { xy: xy()?, path: rest.splitn_str(10, " ").nth(9)?.into() },
            b"1" => {
                let words: Vec<&[u8]> = rest.splitn_str(8, " ").collect();
                let [_, submodule, head, index, disk, _, id, path] = words[..] else { return None };
                Record::Tracked {
                    xy: xy()?,
                    submodule: submodule.try_into().ok()?,
                    modes: [kind_of_mode(head)?, kind_of_mode(index)?, kind_of_mode(disk)?],
                    id: ObjectId::from_hex(id).ok()?,
                    path: path.into(),
                }
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_git_status_says() {
        let id = "d00491fd7e5bb6fa28c517a0bb32b8b506539d4d";
        let zero = "0".repeat(40);
        let answer = format!(
            "# branch.head main\0\
             1 .M N... 100644 100644 100644 {id} {id} a file\0\
             1 .M S.MU 160000 160000 160000 {id} {id} a module\0\
             1 .M SC.. 160000 160000 160000 {id} {id} moved module\0\
             1 MM N... 100644 100755 100644 {id} {id} staged\0\
             1 D. N... 100644 000000 000000 {id} {zero} gone\0\
             u UU N... 100644 100644 100644 100644 {id} {id} {id} a conflict\0\
             ? new file\0? nested repo/\0! a/.gitignore\0! target/"
        );
        let mut status = Status::default();
        for record in answer.split('\0') {
            status.add(record.as_bytes()).unwrap_or_else(|| panic!("{record}"));
        }
        assert_eq!(status.dirty_submodules().collect::<Vec<_>>(), ["a module"]);
        let staged = status.staged();
        let staged: Vec<_> = staged.iter().map(|(path, leaf)| (path.to_str_lossy(), leaf.is_some())).collect();
        assert_eq!(staged, [("gone".into(), false), ("staged".into(), true)]);
        assert_eq!(status.unmerged, ["a conflict"]);
        assert_eq!(status.untracked_files().collect::<Vec<_>>(), ["new file"]);
        assert_eq!(status.nested().collect::<Vec<_>>(), ["nested repo/"]);
        assert_eq!(status.rules, ["a/.gitignore"]);
        assert_eq!(status.add(b"2 R. N... 100644"), None, "not asked for");
    }
}
