//! What differs between HEAD, index and work tree, path by path, as git itself sees it.
//!
//! git looks, not gix: the same answer with every ref storage, sparse and split indexes, untracked caches, submodules and
//! attributes. Nothing is written, no lock is taken.

use bstr::{BString, ByteSlice as _};
use gix::{ObjectId, objs::tree::EntryKind};

use super::{cmd::Git, excludes, objects::trees::Leaf, repo::Repo, stream::Stream};
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
    /// Those of the `.gitignore` files that are ignored themselves: their rules count all the same.
    pub rules: Vec<BString>,
    /// Tracked paths that git could not look at, and says nothing of: on the way to them is a loop of links, or no permission.
    pub unseen: Vec<BString>,
    /// Directories that git could not look into.
    pub unreadable: Vec<BString>,
}

/// A tracked path that differs somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// Where.
    pub path: BString,
    /// If the index differs from HEAD: what it has, `None` for nothing.
    pub staged: Option<Option<Leaf>>,
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
pub fn start(repo: &Repo) -> Result<Running<'_>> {
    Ok(Running { repo, stream: call(repo).args(QUESTION).stream()? })
}

impl<'r> Running<'r> {
    /// What it says.
    pub fn finish(self) -> Result<Status> {
        match read(self.stream) {
            // The user's filters do not work; a filter is not needed to see that a file may differ.
            Err(_) if !filters(self.repo).is_empty() => read(without_filters(self.repo).args(QUESTION).stream()?),
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
    excludes::LISTED,
    "--no-renames",
    "--ignore-submodules=none",
];

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

fn filters(repo: &Repo) -> Vec<BString> {
    let config = repo.gix().config_snapshot();
    let sections = config.plumbing().sections_by_name("filter").into_iter().flatten();
    let mut names: Vec<BString> =
        sections.filter_map(|section| section.header().subsection_name().map(ToOwned::to_owned)).collect();
    names.sort();
    names.dedup();
    names
}

/// How a line begins that git says itself; others are `<path>: <what the system says>`.
const SPOKEN: [&str; 5] = ["warning: ", "error: ", "fatal: ", "hint: ", "trace: "];

fn read(mut stream: Stream) -> Result<Status> {
    let mut status = Status::default();
    while let Some(line) = stream.next(0)? {
        status.add(&line).ok_or_else(|| Error::bug(format!("'git status' said '{}'", line.as_bstr())))?;
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
    /// One record of porcelain v2; `None` if it is none.
    fn add(&mut self, line: &[u8]) -> Option<()> {
        let (kind, rest) = line.split_once_str(" ")?;
        match kind {
            b"?" => self.untracked.push(rest.into()),
            b"!" => self.rules.extend(excludes::is_rules(rest.as_bstr()).then(|| rest.into())),
            b"u" => self.unmerged.push(rest.splitn_str(10, " ").nth(9)?.into()),
            b"1" => {
                let words: Vec<&[u8]> = rest.splitn_str(8, " ").collect();
                let [xy, sub, head_mode, index_mode, disk_mode, _, index_id, path] = words[..] else { return None };
                let (x, y) = (*xy.first()?, *xy.get(1)?);
                let index = entry_kind(index_mode)?;
                let id = ObjectId::from_hex(index_id).ok()?;
                self.tracked.push(Tracked {
                    path: path.into(),
                    staged: (x != b'.').then(|| index.map(|kind| (kind, id))),
                    is_dirty: y != b'.',
                    kind: index.or(entry_kind(head_mode)?),
                    // In the index, and on the disk: replaced by a file, it is none any more.
                    submodule: (sub.first() == Some(&b'S') && disk_mode == b"160000")
                        .then(|| sub[2..].iter().any(|letter| *letter != b'.')),
                });
            }
            _ => {}
        }
        Some(())
    }
}

/// The kind that an octal mode means; `Some(None)`: nothing there.
pub fn entry_kind(mode: &[u8]) -> Option<Option<EntryKind>> {
    Some(match mode {
        b"000000" => None,
        b"120000" => Some(EntryKind::Link),
        b"160000" => Some(EntryKind::Commit),
        b"100755" => Some(EntryKind::BlobExecutable),
        b"040000" => Some(EntryKind::Tree),
        _ if mode.starts_with(b"100") => Some(EntryKind::Blob),
        _ => return None,
    })
}
