//! A temporary index: git stages and commits with it, and no other process sees it until it replaces the index.
//!
//! ```text
//! <git dir>/index ──copy, with its time──▶ temp ──add, commit──▶ temp ──rename, under index.lock──▶ index
//! ```
//!
//! The copy keeps the modification time: git trusts an entry's stat data only if the file is older than the index, so a
//! younger copy would hide an edit of the same size made right after `git add`.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, File, FileTimes},
    io,
    path::{Path, PathBuf},
    process::ExitStatus,
};

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    entries::{Entries, Flags},
    objects_in, stat_data,
};
use crate::{
    error::{Context as _, Error, Result},
    git::{
        cmd::{self, Git, Output},
        files,
        objects::trees::Edits,
        repo::Repo,
        worktree,
    },
};

/// One entry as `ls-files --stage` lists it: mode, object, stage. `None`: no entry.
pub(super) type Entry = Option<BString>;

/// A private index file.
pub struct TempIndex<'r> {
    repo: &'r Repo,
    path: PathBuf,
    objects: Option<PathBuf>,
}

impl<'r> TempIndex<'r> {
    /// The index file `from`, copied to `path` (absolute): linked, where both can be, as git never writes to an index, but puts another in its
    /// place. Without an index (nothing was ever staged) there is no copy.
    ///
    /// # Errors
    ///
    /// When the index cannot be copied.
    pub fn copy(repo: &'r Repo, from: &Path, path: PathBuf) -> Result<Self> {
        let failed = || format!("cannot copy the index to '{}'", path.display());
        files::remove(&path).or_environment(failed)?;
        // Git would follow a link to another file, and write to that one.
        let is_file = from.symlink_metadata().is_ok_and(|meta| meta.is_file());
        if is_file && fs::hard_link(from, &path).is_ok() {
            return Ok(TempIndex { repo, path, objects: None });
        }
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
        Ok(TempIndex { repo, path, objects: None })
    }

    /// A private index file that already exists.
    pub fn existing(repo: &'r Repo, path: PathBuf) -> Self {
        TempIndex { repo, path, objects: None }
    }

    pub(in crate::git) fn repo(&self) -> &'r Repo {
        self.repo
    }

    /// The path of the index file.
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
    pub(in crate::git) fn git(&self) -> Git {
        let git = self.repo.git().env("GIT_INDEX_FILE", &self.path);
        match &self.objects {
            // The half of a split index that is shared would be written into the git directory.
            Some(objects) => objects_in(self.repo, git, objects).args(["-c", "core.splitIndex=false"]),
            None => git,
        }
    }

    /// Reset the entries to `commit`, keeping cached stat data.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn reset_to(&self, commit: Option<ObjectId>) -> Result<()> {
        match commit {
            Some(commit) => self.git().args(["read-tree", "--reset"]).arg(commit.to_string()).run().map(drop),
            None => files::remove(&self.path).or_environment(|| format!("cannot remove '{}'", self.path.display())),
        }
    }

    /// Stage what `git add -A` stages: everything that is not ignored, or `paths` of it; not what is below `without`, nor other worktrees
    /// of the repository.
    ///
    /// # Errors
    ///
    /// `git-failed`: a file cannot be read, or a filter fails.
    pub fn add(&self, paths: Option<&[PathBuf]>, without: &[BString]) -> Result<()> {
        let git = self.git().args(["-c", "core.fsmonitor=false", "-c", "advice.addEmbeddedRepo=false"]);
        let git = match paths {
            Some(paths) => {
                // Without it, git starts threads for all files, which then find that theirs are not asked for.
                let git = git.args(["-c", "core.preloadIndex=false", "--literal-pathspecs"]);
                git.args(["add", "-A", "--sparse", "--"]).args(paths)
            }
            None => {
                let mut specs = b":(top)\0".to_vec();
                for path in without.iter().chain(&worktree::inside(self.repo)) {
                    specs.extend_from_slice(b":(top,exclude,literal)");
                    specs.extend_from_slice(path.strip_suffix(b"/").unwrap_or(path));
                    specs.push(0);
                }
                git.args(["add", "-A", "--sparse"]).args(PATHS_FROM_STDIN).stdin(specs)
            }
        };
        git.run().map(drop)
    }

    /// [`Self::add`] of everything, where `git status` has told already that only the files of `dirty` are not as the index has them, and
    /// which untracked directories are repositories.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn add_dirty(&self, dirty: &[&BString], nested: &[BString]) -> Result<()> {
        let paths: Option<Vec<PathBuf>> = match dirty.len() <= FEW {
            true => dirty.iter().map(|path| gix::path::from_bstr(path.as_bstr()).ok().map(Cow::into_owned)).collect(),
            false => None,
        };
        match paths {
            Some(paths) if paths.is_empty() => Ok(()),
            Some(paths) => self.add(Some(&paths), nested),
            None => self.add(None, nested),
        }
    }

    /// Write the entries as a tree.
    ///
    /// # Errors
    ///
    /// `git-failed`: there are conflicts.
    pub fn write_tree(&self) -> Result<ObjectId> {
        let answer = self.git().args(["write-tree"]).run()?;
        cmd::id(&answer).ok_or_else(|| Error::bug("unexpected output from 'git write-tree'"))
    }

    /// What a tree of this index has at each of `paths`; `None` where one has conflicts, or is in a directory of a sparse index.
    ///
    /// # Errors
    ///
    /// When the index is damaged.
    pub fn entries_of<'p>(&self, paths: impl Iterator<Item = &'p BString>) -> Result<Option<Edits>> {
        let entries = self.read()?;
        let mut edits = Edits::new();
        for path in paths {
            let is_merged = entries.at(path.as_bstr()).all(|entry| entry.stage == 0);
            if !is_merged || entries.collapsed(path.as_bstr()).is_some() {
                return Ok(None);
            }
            edits.insert(path.clone(), entries.find(path.as_bstr()));
        }
        Ok(Some(edits))
    }

    fn read(&self) -> Result<Entries> {
        match self.path.exists() {
            true => Entries::read_at(self.repo, &self.path),
            false => Entries::none(self.repo),
        }
    }

    /// Whether there is a submodule, or may be.
    pub(in crate::git) fn has_submodules(&self) -> bool {
        self.read().map_or(true, |entries| entries.has_submodules())
    }

    /// The entries of `paths`, in their order.
    pub(super) fn entries(&self, paths: &[BString]) -> Result<Vec<Entry>> {
        let answer = self.git().args(["ls-files", "--stage", "-z"]).run()?;
        let entries = answer.split_str("\0").filter_map(|line| line.split_once_str("\t"));
        let known: std::collections::HashMap<&[u8], &[u8]> = entries.map(|(entry, path)| (path, entry)).collect();
        Ok(paths.iter().map(|path| known.get(path.as_slice()).map(|entry| BString::from(*entry))).collect())
    }

    /// Change entries: `script` is what `git update-index --index-info` reads, each line ended by NUL.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn update_entries(&self, script: Vec<u8>) -> Result<()> {
        self.any_path().args(["update-index", "-z", "--index-info"]).stdin(script).run().map(drop)
    }

    /// Set those of the flags of each of `entries` that hide its file from git.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn set_flags<'p>(&self, entries: impl Iterator<Item = (&'p BStr, Flags)> + Clone) -> Result<()> {
        let set = |option: &str, has: fn(Flags) -> bool| {
            let paths = cmd::nul_ended(entries.clone().filter(|(_, flags)| has(*flags)).map(|(path, _)| path));
            if paths.is_empty() {
                return Ok(());
            }
            self.any_path().args(["update-index", "-z", option, "--stdin"]).stdin(paths).run().map(drop)
        };
        set("--assume-unchanged", |flags| flags.assume_unchanged)?;
        set("--skip-worktree", |flags| flags.skip_worktree)
    }

    /// Record that the files of `paths`, which are looked for in the work tree `top`, will be added: `git add --intent-to-add`.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn intend_to_add<'p>(&self, top: &Path, paths: impl IntoIterator<Item = &'p BStr>) -> Result<()> {
        let git = self
            .any_path()
            .env("GIT_DIR", files::absolute(self.repo.git_dir())?)
            .env("GIT_WORK_TREE", top)
            .arg("-C")
            .arg(top);
        // `f`, as in force, for what is ignored: nothing is overwritten by it.
        let git = git.args(["--literal-pathspecs", "add", "-Nf", "--sparse"]).args(PATHS_FROM_STDIN);
        git.stdin(cmd::nul_ended(paths)).run().map(drop)
    }

    /// Write the files of `paths`, where there are none, as git checks them out.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn check_out<'p>(&self, paths: impl IntoIterator<Item = &'p BStr>) -> Result<()> {
        let words = ["checkout-index", "--index", "--ignore-skip-worktree-bits", "-z", "--stdin"];
        self.any_path().args(words).stdin(cmd::nul_ended(paths)).run().map(drop)
    }

    /// Update what the index knows of the files of `paths`, so that git need not read them to see whether they differ.
    ///
    /// # Errors
    ///
    /// `git-not-runnable`.
    pub fn refresh(&self, paths: &[BString]) -> Result<()> {
        let git = self.any_path().args(["--literal-pathspecs", "add", "--refresh", "--sparse"]).args(PATHS_FROM_STDIN);
        // Exit code 1 says that a file differs.
        git.stdin(cmd::nul_ended(paths)).output().map(drop)
    }

    /// [`Self::refresh`] of `paths` whose files have the content of their entries, without git. `false`: nothing was done, and git can do it.
    ///
    /// # Errors
    ///
    /// When the index cannot be written, or a file is gone.
    pub fn refresh_equal(&self, paths: &BTreeSet<&BStr>) -> Result<bool> {
        stat_data::update(self.repo, &self.path, paths)
    }

    /// [`Self::refresh`] of every file.
    ///
    /// # Errors
    ///
    /// `git-not-runnable`.
    pub fn refresh_all(&self) -> Result<()> {
        self.any_path().args(["update-index", "-q", "--refresh"]).output().map(drop)
    }

    /// `git commit` of this index with the message in `file`, as the user does it: hooks, signature, identity, `variables` for the
    /// hooks. What it prints goes to the terminal if it `is_attached`, or is answered.
    ///
    /// # Errors
    ///
    /// `git-not-runnable`.
    pub fn commit(
        &self,
        file: &Path,
        variables: &[(&str, &OsStr)],
        is_attached: bool,
    ) -> Result<(ExitStatus, Option<Output>)> {
        let git = variables.iter().fold(self.git().for_the_user(), |git, (name, value)| git.env(name, value));
        let git = git.args(["commit", "--quiet", "--allow-empty", "--cleanup=whitespace", "--file"]).arg(file);
        if is_attached {
            return git.attached().map(|status| (status, None));
        }
        git.output().map(|output| (output.status, Some(output)))
    }

    /// A call of git that does not examine the work tree to find out which files a sparse checkout omits.
    fn any_path(&self) -> Git {
        self.git().args(["-c", "sparse.expectFilesOutsideOfPatterns=true"])
    }
}

/// At most this many paths are named to git; it is quicker to examine everything when there are more.
const FEW: usize = 100;

/// Where `git add` finds its paths.
const PATHS_FROM_STDIN: [&str; 2] = ["--pathspec-from-file=-", "--pathspec-file-nul"];
