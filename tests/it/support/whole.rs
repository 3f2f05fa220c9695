//! All that going back and forth may bring back wrongly: the work tree byte for byte, what the index says, HEAD, and what git
//! remembers of unfinished merges.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::TestRepo;

/// What must be the same before a rollback and after its undo.
#[derive(Clone, PartialEq, Eq)]
pub struct Whole {
    /// Everything in the work tree but git's own directory, by path.
    pub files: BTreeMap<Vec<u8>, Node>,
    /// `git ls-files`: flags, objects and stages.
    pub index: Vec<u8>,
    /// `git status`: what is intended to be added shows here.
    pub status: Vec<u8>,
    /// HEAD's branch and commit.
    pub head: String,
    /// Files of unfinished operations.
    pub marks: BTreeMap<String, Vec<u8>>,
}

/// What stands at a path.
#[derive(Clone, PartialEq, Eq)]
pub enum Node {
    /// Permission bits and bytes.
    File(u32, Vec<u8>),
    /// Where it leads.
    Link(Vec<u8>),
    /// Permission bits.
    Directory(u32),
    /// A pipe, a socket.
    Special,
}

/// Files in the git directory that a merge, a pick or a revert leaves; in a reftable some of them are refs.
const MARKS: [&str; 7] =
    ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "SQUASH_MSG", "CHERRY_PICK_HEAD", "REVERT_HEAD", "AUTO_MERGE"];

impl Whole {
    /// As it is now.
    #[track_caller]
    pub fn of(repo: &TestRepo) -> Whole {
        let ask = |words: &[&str]| repo.git(words).success().raw;
        let [top, git_dir] = places(repo);
        let mut files = BTreeMap::new();
        walk(&top, &top, &mut files);
        let mut marks = BTreeMap::new();
        let in_reftable = git_dir.join("reftable").is_dir();
        for name in MARKS {
            let file = fs::read(git_dir.join(name)).ok();
            let resolve = || Some(repo.git(&["rev-parse", "--verify", "-q", name]).raw).filter(|id| !id.is_empty());
            if let Some(bytes) = file.or_else(|| in_reftable.then(resolve).flatten()) {
                marks.insert(name.to_owned(), bytes);
            }
        }
        let index = ask(&["-C", top.to_str().expect("a name"), "ls-files", "-s", "-v", "-z"]);
        let (head, status) = head_and_status(repo, &["--untracked-files=all", "--no-renames"]);
        assert!(!git_dir.join("index.lock").exists(), "the index is locked");
        assert!(!git_dir.join("agent/aside").exists(), "something was left aside");
        Whole { files, index, status, head, marks }
    }
}

/// The top of the work tree of `repo`, and its git directory.
#[track_caller]
pub fn places(repo: &TestRepo) -> [PathBuf; 2] {
    let lines = repo.git(&["rev-parse", "--show-toplevel", "--absolute-git-dir"]).success().lines();
    let place = |at: usize| PathBuf::from(lines[at].replace("$TMP", &repo.tmp().to_string_lossy()));
    [place(0), place(1)]
}

/// What `git status` says with `options`: branch and commit of HEAD, and of the files.
#[track_caller]
pub fn head_and_status(repo: &TestRepo, options: &[&str]) -> (String, Vec<u8>) {
    let words = ["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z"];
    let said = repo.git(&[&words[..], options].concat()).success().raw;
    let is_head = |line: &[u8]| line.starts_with(b"# branch.oid ") || line.starts_with(b"# branch.head ");
    let (mut head, mut rest) = (String::new(), said.as_slice());
    while rest.starts_with(b"# ") {
        let (line, after) = rest.split_at(rest.iter().position(|byte| *byte == 0).expect("an end") + 1);
        if is_head(line) {
            head.push_str(&String::from_utf8_lossy(&line[..line.len() - 1]));
            head.push('\n');
        }
        rest = after;
    }
    (head, rest.to_vec())
}

fn walk(top: &Path, dir: &Path, files: &mut BTreeMap<Vec<u8>, Node>) {
    for entry in fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry")) {
        let path = entry.path();
        if dir == top && entry.file_name() == ".git" {
            continue;
        }
        let meta = path.symlink_metadata().expect("it is there");
        let bits = meta.permissions().mode() & 0o7777;
        let node = match () {
            () if meta.is_symlink() => {
                Node::Link(fs::read_link(&path).expect("a link").as_os_str().as_bytes().to_vec())
            }
            () if meta.is_dir() => Node::Directory(bits),
            () if meta.is_file() => Node::File(bits, fs::read(&path).expect("readable")),
            () => Node::Special,
        };
        files.insert(path.strip_prefix(top).expect("below").as_os_str().as_bytes().to_vec(), node);
        if meta.is_dir() {
            walk(top, &path, files);
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::File(bits, bytes) => {
                write!(f, "{bits:o} {:.60}", String::from_utf8_lossy(bytes).escape_debug().to_string())
            }
            Node::Link(to) => write!(f, "-> {}", String::from_utf8_lossy(to)),
            Node::Directory(bits) => write!(f, "{bits:o} directory"),
            Node::Special => write!(f, "special"),
        }
    }
}

impl fmt::Debug for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\0', "\n");
        for (path, node) in self.files.iter().filter(|(path, _)| !path.windows(5).any(|part| part == b".git/")) {
            writeln!(f, "{} {node:?}", String::from_utf8_lossy(path).escape_debug())?;
        }
        writeln!(f, "index:\n{}status:\n{}head: {}", text(&self.index), text(&self.status), self.head)?;
        for (name, bytes) in &self.marks {
            writeln!(f, "{name}: {}", text(bytes))?;
        }
        Ok(())
    }
}

/// Roll back with these words, take that back, do it again, take it back again: at both ends everything is the same each
/// time, byte for byte. `check` looks at what the rollback came to.
#[track_caller]
pub fn round_trip(repo: &TestRepo, words: &[&str], check: impl Fn(&TestRepo)) {
    let here = Whole::of(repo);
    repo.run("git-agent").args(["rollback"]).args(words).run().success();
    let there = Whole::of(repo);
    check(repo);
    for again in ["once", "twice"] {
        repo.agent(&["undo"]).success();
        same(&Whole::of(repo), &here, &format!("after the undo, {again}"));
        if again == "once" {
            repo.agent(&["redo"]).success();
            same(&Whole::of(repo), &there, "after the redo");
        }
    }
    repo.fsck();
}

/// Compare, and show what differs.
#[track_caller]
pub fn same(now: &Whole, then: &Whole, when: &str) {
    if now == then {
        return;
    }
    let (now, then) = (format!("{now:?}"), format!("{then:?}"));
    let lines = |one: &str, other: &str, mark: char| -> String {
        let known: Vec<&str> = other.lines().collect();
        one.lines().filter(|line| !known.contains(line)).map(|line| format!("{mark} {line}\n")).collect()
    };
    panic!("{when}:\n{}{}", lines(&then, &now, '-'), lines(&now, &then, '+'));
}
