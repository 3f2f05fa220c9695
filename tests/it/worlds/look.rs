//! Everything of a worktree that an operation, taken back, must have left as it was.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{FileTypeExt as _, MetadataExt as _},
    },
    path::Path,
};

use bstr::{BString, ByteSlice as _};

use super::make::git_dir;
use crate::support::{TestRepo, head_and_status};

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    File(u32, BString),
    Link(BString),
    Directory(u32),
    Special,
}

/// A worktree at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// All files, links and directories, those of nested repositories, too.
    pub files: BTreeMap<BString, Node>,
    /// Entries of the index: flags, mode, object, stage, by path.
    pub index: Vec<(BString, BString)>,
    /// HEAD, and all branches and tags.
    pub refs: BTreeMap<String, String>,
    /// Files of an unfinished merge.
    pub state: BTreeMap<String, BString>,
    /// What git says of it.
    pub status: BString,
}

/// What tells whether a file was touched: inode and times.
pub type Touch = (u64, i64, i64, i64, i64);

/// Files of git's that belong to an unfinished operation.
const STATE: [&str; 9] = [
    "MERGE_HEAD",
    "MERGE_MSG",
    "MERGE_MODE",
    "SQUASH_MSG",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "AUTO_MERGE",
    "sequencer/todo",
    "sequencer/head",
];

impl View {
    /// Of `repo`, a whole worktree, now.
    #[track_caller]
    pub fn of(repo: &TestRepo) -> View {
        let mut files = BTreeMap::new();
        walk(repo.path(), b"", &mut files);
        let listed = repo.git(&["ls-files", "--stage", "-v", "--debug", "-z"]).success().raw;
        // With a mark at the branch that HEAD is on.
        let format = "--format=%(refname) %(objectname)%(HEAD)";
        let refs = repo.git(&["for-each-ref", format, "refs/heads", "refs/tags"]).lines();
        let refs = refs.iter().map(|line| line.split_once(' ').expect("a name and an object"));
        let mut refs: BTreeMap<String, String> = refs.map(|(name, id)| (name.to_owned(), id.to_owned())).collect();
        let mut state = BTreeMap::new();
        let git_dir = git_dir(repo);
        for name in STATE {
            if let Ok(bytes) = fs::read(git_dir.join(name)) {
                state.insert(name.to_owned(), bytes.into());
            }
        }
        if git_dir.join("reftable").is_dir() {
            let roots = ["CHERRY_PICK_HEAD", "REVERT_HEAD", "AUTO_MERGE"];
            let root =
                repo.run("git").args(["for-each-ref", "--include-root-refs", "--format=%(refname) %(objectname)"]);
            state.insert("root refs".into(), root.args(roots).run().success().raw.into());
        }
        let (head, status) = head_and_status(repo, &["--untracked-files=all", "--ignored"]);
        refs.insert("HEAD".into(), head);
        let mut status = BString::from(status);
        if status.contains_str(".gitattributes") {
            // Whether a file is modified depends then on when git has looked at it last.
            status.clear();
        }
        View { files, index: entries(&listed), refs, state, status }
    }

    /// Without the branches that other worktrees are on: those move.
    pub fn of_its_own(mut self) -> View {
        self.refs.retain(|name, id| name == "HEAD" || id.ends_with('*'));
        self
    }

    /// In which way `self`, which is now, is not `then`; nothing if it is.
    pub fn differs_from(&self, then: &View) -> Option<String> {
        let mut text = String::new();
        let mut tell =
            |what: &str, name: &dyn std::fmt::Debug, then: &dyn std::fmt::Debug, now: &dyn std::fmt::Debug| {
                text.push_str(&format!("{what} {name:?}\n  was {then:?}\n  now {now:?}\n"));
            };
        for (path, (then, now)) in joined(&then.files, &self.files) {
            tell("file", path, &then, &now);
        }
        let index = |view: &View| -> BTreeMap<BString, Vec<BString>> {
            let mut entries: BTreeMap<BString, Vec<BString>> = BTreeMap::new();
            view.index.iter().for_each(|(path, entry)| entries.entry(path.clone()).or_default().push(entry.clone()));
            entries
        };
        for (path, (then, now)) in joined(&index(then), &index(self)) {
            tell("index", path, &then, &now);
        }
        for (name, (then, now)) in joined(&then.refs, &self.refs) {
            tell("ref", name, &then, &now);
        }
        for (name, (then, now)) in joined(&then.state, &self.state) {
            tell("state", name, &then, &now);
        }
        if self.status != then.status {
            tell("status", &"", &then.status, &self.status);
        }
        (!text.is_empty()).then_some(text)
    }

    /// Expect that now everything is as it was `then`.
    #[track_caller]
    pub fn expect_same(&self, then: &View, when: &str) {
        if let Some(difference) = self.differs_from(then) {
            panic!("{when}:\n{difference}");
        }
    }
}

/// The keys whose values are not the same.
fn joined<'v, K: Ord, V: PartialEq>(
    then: &'v BTreeMap<K, V>,
    now: &'v BTreeMap<K, V>,
) -> BTreeMap<&'v K, (Option<&'v V>, Option<&'v V>)> {
    let keys = then.keys().chain(now.keys());
    keys.map(|key| (key, (then.get(key), now.get(key)))).filter(|(_, (then, now))| then != now).collect()
}

/// What `git ls-files --stage -v --debug -z` says, without times and sizes.
fn entries(listed: &[u8]) -> Vec<(BString, BString)> {
    let mut entries = Vec::new();
    let mut rest = listed;
    while let Some((entry, more)) = rest.split_once_str("\0") {
        let (entry, path) = entry.split_once_str("\t").expect("an entry and a path");
        let (debug, after) = {
            let end = more.find_iter("\n").nth(4).expect("five lines");
            more.split_at(end + 1)
        };
        let (_, flags) = debug.trim_end().rsplit_once_str("flags: ").expect("flags");
        let flags = u32::from_str_radix(flags.to_str().expect("a number"), 16).expect("a number") & 0x6000_8000;
        entries.push((path.into(), format!("{} {flags:x}", entry.as_bstr()).into()));
        rest = after;
    }
    entries
}

/// Inode and times of every file and link.
pub fn touches(repo: &TestRepo) -> BTreeMap<BString, Touch> {
    let mut nodes = BTreeMap::new();
    walk(repo.path(), b"", &mut nodes);
    let leaf = |(path, node): (BString, Node)| {
        let meta = repo.path().join(path.to_path().ok()?).symlink_metadata().ok()?;
        let touch = (meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec());
        (!matches!(node, Node::Directory(_))).then_some((path, touch))
    };
    nodes.into_iter().filter_map(leaf).collect()
}

fn walk(top: &Path, directory: &[u8], nodes: &mut BTreeMap<BString, Node>) {
    let place = top.join(std::ffi::OsStr::from_bytes(directory));
    for entry in fs::read_dir(&place).unwrap_or_else(|error| panic!("cannot list {place:?}: {error}")) {
        let entry = entry.expect("an entry");
        let name = entry.file_name();
        let is_git = name == ".git";
        if is_git && directory.is_empty() {
            continue;
        }
        let path = if directory.is_empty() {
            BString::from(name.as_bytes())
        } else {
            [directory, b"/", name.as_bytes()].concat().into()
        };
        // Looking at a submodule may refresh its index.
        if path.ends_with(b".git/index") {
            continue;
        }
        let meta = entry.path().symlink_metadata().expect("it is there");
        let kind = meta.file_type();
        let node = match () {
            () if kind.is_symlink() => {
                Node::Link(fs::read_link(entry.path()).expect("a link").into_os_string().as_bytes().into())
            }
            () if kind.is_dir() => {
                walk(top, &path, nodes);
                Node::Directory(meta.mode() & 0o7777)
            }
            () if kind.is_fifo() || kind.is_socket() => Node::Special,
            () => Node::File(meta.mode() & 0o7777, fs::read(entry.path()).expect("a readable file").into()),
        };
        nodes.insert(path, node);
    }
}
