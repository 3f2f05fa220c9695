//! A private copy of the index: what is staged there is seen by nobody until it is installed.
//!
//! ```text
//! <git dir>/index ──copy, with its time──▶ private ──add, commit──▶ private ──rename, under index.lock──▶ index
//! ```
//!
//! The copy keeps the modification time: git trusts an entry's stat data only if the file is older than the index, so a
//! younger copy would hide an edit of the same size made right after `git add`.

use std::{
    ffi::OsStr,
    fs::{self, File, FileTimes},
    io,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    cmd::{self, Git},
    lock_file::{self, LockFile},
    repo::Repo,
};
use crate::error::{Context as _, Error, Result, codes};

/// How long somebody else's `index.lock` is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a `git add` of somebody else may take.
const MOMENT: Duration = Duration::from_secs(2);

/// One entry as `ls-files --stage` lists it: mode, object, stage. `None`: no entry.
type Entry = Option<BString>;

/// An index file of our own.
pub struct PrivateIndex<'r> {
    repo: &'r Repo,
    path: PathBuf,
    objects: Option<PathBuf>,
}

impl<'r> PrivateIndex<'r> {
    /// The index file `from`, copied to `path` (absolute). Without an index (nothing was ever staged) there is no copy.
    pub fn copy(repo: &'r Repo, from: &Path, path: PathBuf) -> Result<Self> {
        let failed = || format!("cannot copy the index to '{}'", path.display());
        remove(&path).or_environment(failed)?;
        match File::open(from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            opened => {
                let mut from = opened.or_environment(failed)?;
                let modified = from.metadata().and_then(|meta| meta.modified()).or_environment(failed)?;
                let mut to = File::create_new(&path).or_environment(failed)?;
                io::copy(&mut from, &mut to).or_environment(failed)?;
                repo.share(&path).or_environment(failed)?;
                to.set_times(FileTimes::new().set_modified(modified)).or_environment(failed)?;
            }
        }
        Ok(PrivateIndex { repo, path, objects: None })
    }

    /// An index file that exists already.
    pub fn existing(repo: &'r Repo, path: PathBuf) -> Self {
        PrivateIndex { repo, path, objects: None }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keep the objects that are made out of the repository: in the directory `objects`.
    #[must_use]
    pub fn with_objects_in(mut self, objects: PathBuf) -> Self {
        self.objects = Some(objects);
        self
    }

    /// A call of git that works on this index.
    pub fn git(&self) -> Git {
        let git = self.repo.git().env("GIT_INDEX_FILE", &self.path);
        match &self.objects {
            // The half of a split index that is shared would be written into the git directory.
            Some(objects) => objects_in(self.repo, git, objects).args(["-c", "core.splitIndex=false"]),
            None => git,
        }
    }

    /// Make it list what HEAD has, keeping what it knows of the files.
    pub fn reset_to(&self, commit: Option<ObjectId>) -> Result<()> {
        match commit {
            Some(commit) => self.git().args(["read-tree", "--reset"]).arg(commit.to_string()).run().map(drop),
            None => remove(&self.path).or_environment(|| format!("cannot remove '{}'", self.path.display())),
        }
    }

    /// Stage what `git add -A` stages: everything that is not ignored, or `paths` of it; not what is below `without`.
    pub fn add(&self, paths: Option<&[PathBuf]>, without: &[BString]) -> Result<()> {
        let git = self.git().args(["-c", "core.fsmonitor=false", "-c", "advice.addEmbeddedRepo=false"]);
        let git = match paths {
            Some(paths) => git.args(["--literal-pathspecs", "add", "-A", "--sparse", "--"]).args(paths),
            None => {
                let mut specs = b":(top)\0".to_vec();
                for path in without {
                    specs.extend_from_slice(b":(top,exclude,literal)");
                    specs.extend_from_slice(path.strip_suffix(b"/").unwrap_or(path));
                    specs.push(0);
                }
                let from = ["add", "-A", "--sparse", "--pathspec-from-file=-", "--pathspec-file-nul"];
                git.args(from).stdin(specs)
            }
        };
        git.run().map(drop)
    }

    /// What is staged, as a tree.
    pub fn write_tree(&self) -> Result<ObjectId> {
        let answer = self.git().args(["write-tree"]).run()?;
        ObjectId::from_hex(&cmd::line(&answer)).or_environment(|| "'git write-tree' named no tree".to_owned())
    }

    /// The entries of `paths`, in their order.
    fn entries(&self, paths: &[BString]) -> Result<Vec<Entry>> {
        let answer = self.git().args(["ls-files", "--stage", "-z"]).run()?;
        let entries = answer.split_str("\0").filter_map(|line| line.split_once_str("\t"));
        let known: std::collections::HashMap<&[u8], &[u8]> = entries.map(|(entry, path)| (path, entry)).collect();
        Ok(paths.iter().map(|path| known.get(path.as_slice()).map(|entry| BString::from(*entry))).collect())
    }
}

/// Let `git` put new objects into the directory `objects`, and find there what is not in the repository.
pub fn objects_in(repo: &Repo, git: Git, objects: &Path) -> Git {
    let here = repo.gix().objects.store_ref().path();
    let here = std::path::absolute(here).unwrap_or_else(|_| here.to_owned());
    // Quoted as git reads it: a path may have a colon.
    let mut quoted = vec![b'"'];
    for byte in here.as_os_str().as_bytes() {
        if matches!(byte, b'"' | b'\\') {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted.push(b'"');
    git.env("GIT_OBJECT_DIRECTORY", objects).env("GIT_ALTERNATE_OBJECT_DIRECTORIES", OsStr::from_bytes(&quoted))
}

/// The index of this worktree.
pub fn real(repo: &Repo) -> PathBuf {
    repo.git_dir().join("index")
}

/// Whether nobody is writing the index now or in a moment from now. Who died while doing it is writing it for ever.
pub fn becomes_free(repo: &Repo) -> bool {
    let began = Instant::now();
    while lock_file(repo).exists() {
        if began.elapsed() > MOMENT {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// Put `private`, which was made from `before`, in the place of the index. Answers whether that was done: not when the index
/// is no longer what `before` is; then use [`merge`].
///
/// # Errors
///
/// `index-locked`.
pub fn install(repo: &Repo, private: &PrivateIndex<'_>, before: &Path) -> Result<bool> {
    let _lock = IndexLock::take_marked(repo, CHECKPOINT)?;
    let failed = || "cannot replace the index".to_owned();
    if read(&real(repo)).or_environment(failed)? != read(before).or_environment(failed)? {
        return Ok(false);
    }
    become_real(repo, &private.path).map(|()| true).or_environment(failed)
}

/// Take the changes of `paths` from `commit` into the index as it is now, but for those that were staged anew since `before`.
pub fn merge(repo: &Repo, before: &Path, commit: ObjectId, paths: &[BString]) -> Result<()> {
    let _lock = IndexLock::take_marked(repo, CHECKPOINT)?;
    let next = PrivateIndex::copy(repo, &real(repo), before.with_extension("next"))?;
    let old = PrivateIndex::existing(repo, before.to_owned());
    let unchanged: Vec<&BString> = {
        let (then, now) = (old.entries(paths)?, next.entries(paths)?);
        paths.iter().zip(then.iter().zip(&now)).filter(|(_, (then, now))| then == now).map(|(path, _)| path).collect()
    };
    let tree = repo.git().args(["ls-tree", "-r", "-z", "--full-tree"]).arg(commit.to_string()).run()?;
    let lines = tree.split_str("\0").filter_map(|line| line.split_once_str("\t"));
    let committed: std::collections::HashMap<&[u8], &[u8]> = lines.map(|(entry, path)| (path, entry)).collect();
    let mut script = Vec::new();
    for path in unchanged {
        match committed.get(path.as_slice()) {
            Some(entry) => script.extend_from_slice(entry),
            None => script.extend_from_slice(format!("0 {}", ObjectId::null(repo.gix().object_hash())).as_bytes()),
        }
        script.push(b'\t');
        script.extend_from_slice(path);
        script.push(0);
    }
    next.git().args(["update-index", "-z", "--index-info"]).stdin(script).run()?;
    // Exit code 1 says that some files are modified; that is their business.
    next.git().args(["update-index", "-q", "--refresh"]).output()?;
    become_real(repo, &next.path).or_environment(|| "cannot replace the index".to_owned())
}

/// Put the index file `path` in the place of the index.
fn become_real(repo: &Repo, path: &Path) -> io::Result<()> {
    repo.share(path)?;
    fs::rename(path, real(repo))
}

fn lock_file(repo: &Repo) -> PathBuf {
    repo.git_dir().join("index.lock")
}

/// The bytes of an index; none when there is no file.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other,
    }
}

/// Remove a file that may not be there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What stands in the lock of a checkpoint, which takes its commit over into the index.
const CHECKPOINT: &str = "git-agent checkpoint\n";

/// Git's own lock of the index; removed when dropped.
#[derive(Debug)]
pub struct IndexLock {
    _held: LockFile,
}

impl IndexLock {
    /// Take the lock with `mark` in it, so that whoever finds it knows whose it was. One with the same mark whose maker is dead
    /// is taken over.
    pub fn take_marked(repo: &Repo, mark: &str) -> Result<Self> {
        let path = lock_file(repo);
        let taken = LockFile::take(&path, mark, PATIENCE).map_err(|error| held(&path).because(error))?;
        taken.map(|held| IndexLock { _held: held }).ok_or_else(|| held(&path))
    }

    /// What stands in the lock of the index, if there is one; git's own are not texts.
    pub fn marked(repo: &Repo) -> Option<String> {
        lock_file::mark(&lock_file(repo))
    }

    /// Whether `mark` is that of a checkpoint.
    pub fn is_of_checkpoint(mark: &str) -> bool {
        mark == CHECKPOINT
    }

    /// Put `private` in the place of the index. The lock stays.
    pub fn install(&self, repo: &Repo, private: &PrivateIndex<'_>) -> Result<()> {
        become_real(repo, &private.path).or_environment(|| "cannot replace the index".to_owned())
    }
}

/// The refusal to wait any longer for somebody's `index.lock`.
pub fn is_held(repo: &Repo) -> Error {
    held(&lock_file(repo))
}

fn held(path: &Path) -> Error {
    Error::new(codes::INDEX_LOCKED, format!("cannot lock the index with '{}'", path.display()))
        .hint("try again; if no git is running, one died and left the file behind: 'git agent doctor' tells more")
}
