//! A repository in a world of its own.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::{Git, Output, Run, default_git, program, scratch, template};

/// The first second of every test: 2026-01-02 03:04:05 UTC.
const EPOCH: i64 = 1_767_323_045;

/// How to make the repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Files backend, SHA-1.
    #[default]
    Plain,
    /// `git init --bare`.
    Bare,
    /// `--object-format=sha256`.
    Sha256,
    /// `--ref-format=reftable` (git >= 2.45).
    Reftable,
}

/// A repository, its home directory, its git and its clock.
///
/// Nothing of the machine's environment or configuration is seen by what runs in it. Every command is one second later
/// than the one before, in `GIT_AUTHOR_DATE`, `GIT_COMMITTER_DATE` and `GIT_AGENT_CLOCK`.
pub struct TestRepo {
    world: Rc<World>,
    path: PathBuf,
    env: RefCell<BTreeMap<OsString, Option<OsString>>>,
}

/// What a repository shares with its clones and worktrees.
struct World {
    dir: tempfile::TempDir,
    tmp: PathBuf,
    git: Git,
    seconds: Cell<i64>,
}

impl TestRepo {
    /// A fresh, empty repository on branch `main`, with the default git.
    pub fn new() -> Self {
        Self::with_git(default_git())
    }

    /// A fresh, empty repository on branch `main`, with this git.
    pub fn with_git(git: &Git) -> Self {
        Self::with_layout(git, Layout::Plain)
    }

    /// A fresh, empty repository in another layout.
    pub fn with_layout(git: &Git, layout: Layout) -> Self {
        let repo = Self::without_repository(git);
        repo.advance(1);
        template::copy(git, layout, repo.path());
        repo
    }

    /// `git init`.
    pub(super) fn initialised(git: &Git, layout: Layout) -> Self {
        let repo = Self::without_repository(git);
        let format: &[&str] = match layout {
            Layout::Plain => &[],
            Layout::Bare => &["--bare"],
            Layout::Sha256 => &["--object-format=sha256"],
            Layout::Reftable => &["--ref-format=reftable"],
        };
        repo.run("git").args(["init", "-q", "-b", "main"]).args(format).run().success();
        repo
    }

    /// An empty directory `repo` in a world of its own, no repository yet.
    pub fn without_repository(git: &Git) -> Self {
        let dir = tempfile::Builder::new().prefix("git-agent-").tempdir_in(scratch()).expect("a temporary directory");
        let tmp = dir.path().canonicalize().expect("the temporary directory has a path");
        for sub in ["home", "repo", "bin"] {
            std::fs::create_dir(tmp.join(sub)).expect("a new directory");
        }
        std::os::unix::fs::symlink(&git.path, tmp.join("bin/git")).expect("a link to git");
        std::fs::write(
            tmp.join("home/.gitconfig"),
            "[user]\n\tname = A U Thor\n\temail = author@example.com\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n\
             [maintenance]\n\tauto = false\n[advice]\n\tdetachedHead = false\n[protocol \"file\"]\n\tallow = always\n\
             [agent]\n\thookHint = false\n",
        )
        .expect("a git configuration");
        let path = tmp.join("repo");
        let world = World { dir, tmp, git: git.clone(), seconds: Cell::new(0) };
        TestRepo { world: Rc::new(world), path, env: RefCell::default() }
    }

    /// The same world seen from another directory in it: a clone, a worktree, a subdirectory.
    pub fn at(&self, path: impl AsRef<Path>) -> TestRepo {
        let env = RefCell::new(self.env.borrow().clone());
        TestRepo { world: Rc::clone(&self.world), path: self.path.join(path), env }
    }

    /// `git worktree add -b <name>` beside the repository.
    #[track_caller]
    pub fn worktree(&self, name: &str) -> TestRepo {
        let other = self.at(self.tmp().join(name));
        self.run("git").args(["worktree", "add", "-q", "-b", name]).args([other.path()]).run().success();
        other
    }

    /// Another clone, which has the ledger, and a bare repository that both push to.
    #[track_caller]
    pub fn clone_that_syncs(&self) -> TestRepo {
        let two = self.clone_of_hub();
        two.agent(&["sync", "-q"]).success();
        two
    }

    /// Another clone, which does not have the ledger yet, and a bare repository that has it.
    #[track_caller]
    pub fn clone_of_hub(&self) -> TestRepo {
        self.git(&["init", "-q", "--bare", "../hub.git"]).success();
        self.git(&["remote", "add", "origin", "../hub.git"]).success();
        self.git(&["push", "-q", "origin", "main"]).success();
        self.agent(&["sync", "-q"]).success();
        self.git(&["clone", "-q", "../hub.git", "../two"]).success();
        self.at("../two")
    }

    /// `git clone` into a directory beside the repository.
    #[track_caller]
    pub fn clone_to(&self, name: &str) -> TestRepo {
        let other = self.at(self.tmp().join(name));
        self.run("git").args(["clone", "-q", "."]).args([other.path()]).run().success();
        other
    }

    /// The directory commands run in.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory that holds everything of this test; reads `$TMP` in outputs.
    pub fn tmp(&self) -> &Path {
        &self.world.tmp
    }

    /// The git under test.
    pub fn git_version(&self) -> &Git {
        &self.world.git
    }

    /// Set a variable for all further commands.
    pub fn set_env(&self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) {
        self.env.borrow_mut().insert(key.as_ref().to_owned(), Some(value.as_ref().to_owned()));
    }

    /// Unset a variable for all further commands.
    pub fn unset_env(&self, key: impl AsRef<OsStr>) {
        self.env.borrow_mut().insert(key.as_ref().to_owned(), None);
    }

    /// Let commits have the machine's own time, as in life: several within one second.
    pub fn use_real_dates(&self) {
        self.unset_env("GIT_AUTHOR_DATE");
        self.unset_env("GIT_COMMITTER_DATE");
    }

    /// Let `seconds` go by.
    pub fn advance(&self, seconds: i64) {
        self.world.seconds.set(self.world.seconds.get() + seconds);
    }

    pub(super) fn environment(&self) -> BTreeMap<OsString, OsString> {
        self.advance(1);
        let now = EPOCH + self.world.seconds.get();
        let clock = chrono::DateTime::from_timestamp(now, 0).expect("a time in range").to_rfc3339();
        let agent_dir = program().parent().expect("the binary is in a directory");
        let path = [agent_dir, &self.tmp().join("bin"), Path::new("/usr/bin"), Path::new("/bin")];
        let home = self.tmp().join("home");
        let mut env: BTreeMap<OsString, OsString> = BTreeMap::new();
        let mut set = |key: &str, value: &OsStr| env.insert(key.into(), value.into());
        set("PATH", &std::env::join_paths(path).expect("no ':' in the paths"));
        set("HOME", home.as_os_str());
        set("XDG_CONFIG_HOME", home.join(".config").as_os_str());
        set("GIT_CONFIG_NOSYSTEM", OsStr::new("1"));
        set("GIT_CONFIG_GLOBAL", home.join(".gitconfig").as_os_str());
        // Where a ceiling is, git looks; above it, it does not. Tests stand in their directory, too.
        let ceilings = [self.tmp(), self.tmp().parent().unwrap_or(self.tmp())];
        set("GIT_CEILING_DIRECTORIES", &std::env::join_paths(ceilings).expect("no ':' in the paths"));
        set("GIT_EDITOR", OsStr::new("false"));
        set("GIT_PAGER", OsStr::new("cat"));
        set("GIT_TERMINAL_PROMPT", OsStr::new("0"));
        set("TZ", OsStr::new("UTC"));
        set("LC_ALL", OsStr::new("C"));
        set("TERM", OsStr::new("dumb"));
        set("TMPDIR", self.tmp().as_os_str());
        set("RUST_BACKTRACE", OsStr::new("0"));
        set("GIT_AUTHOR_DATE", OsStr::new(&format!("@{now} +0000")));
        set("GIT_COMMITTER_DATE", OsStr::new(&format!("@{now} +0000")));
        set("GIT_AGENT_CLOCK", OsStr::new(&clock));
        for (key, value) in self.env.borrow().iter() {
            match value {
                Some(value) => env.insert(key.clone(), value.clone()),
                None => env.remove(key),
            };
        }
        env
    }

    /// A command to be refined and run here.
    pub fn run(&self, program: impl AsRef<OsStr>) -> Run {
        Run::new(self, program)
    }

    /// Run `git <args>` here.
    #[must_use = "assert on it: `.success()`, `.exits(1)` or a snapshot"]
    #[track_caller]
    pub fn git(&self, args: &[&str]) -> Output {
        self.run("git").args(args).run()
    }

    /// Run `git-agent <args>` here.
    #[must_use = "assert on it: `.success()`, `.exits(1)` or a snapshot"]
    #[track_caller]
    pub fn agent(&self, args: &[&str]) -> Output {
        self.run("git-agent").args(args).run()
    }

    /// Run a shell script here.
    #[must_use = "assert on it: `.success()`, `.exits(1)` or a snapshot"]
    #[track_caller]
    pub fn sh(&self, script: &str) -> Output {
        self.run("sh").args(["-e", "-c", script]).run()
    }

    /// Write a file, making its directories.
    #[track_caller]
    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.path.join(file);
        std::fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("directories");
        std::fs::write(&path, content).unwrap_or_else(|error| panic!("cannot write '{file}': {error}"));
    }

    /// Write an executable file.
    #[track_caller]
    pub fn write_script(&self, file: &str, content: &str) {
        use std::os::unix::fs::PermissionsExt;
        self.write(file, content);
        let path = self.path.join(file);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    }

    /// Read a file.
    #[track_caller]
    pub fn read(&self, file: &str) -> String {
        let bytes = std::fs::read(self.path.join(file)).unwrap_or_else(|error| panic!("cannot read '{file}': {error}"));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Write `file`, stage everything and commit; answers the commit id.
    #[track_caller]
    pub fn commit_file(&self, file: &str, content: &str, message: &str) -> String {
        self.write(file, content);
        self.git(&["add", "-A"]).success();
        self.git(&["commit", "-q", "-m", message]).success();
        self.head()
    }

    /// The id of HEAD's commit.
    #[track_caller]
    pub fn head(&self) -> String {
        if let Some(id) = self.loose_head() {
            self.advance(1);
            return id;
        }
        self.git(&["rev-parse", "HEAD"]).text()
    }

    /// What HEAD says, if that is in two files: most tests ask for it, and a git takes a hundred times as long.
    fn loose_head(&self) -> Option<String> {
        if self.env.borrow().keys().any(|key| key.as_encoded_bytes().starts_with(b"GIT_")) {
            return None;
        }
        let git_dir = self.path.join(".git");
        let head = std::fs::read_to_string(git_dir.join("HEAD")).ok()?;
        let id = match head.strip_prefix("ref: ") {
            Some(name) => std::fs::read_to_string(git_dir.join(name.trim_end())).ok()?,
            None => head,
        };
        let id = id.trim_end();
        id.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| id.to_owned())
    }

    /// The raw message of a commit, byte for byte.
    #[track_caller]
    pub fn message(&self, rev: &str) -> Vec<u8> {
        let raw = self.git(&["cat-file", "commit", rev]).success().raw;
        let end = raw.windows(2).position(|pair| pair == b"\n\n").expect("a commit has a header");
        raw[end + 2..].to_vec()
    }

    /// The task ids in the final trailer block of a commit, as stock git reads them.
    #[track_caller]
    pub fn task_ids(&self, rev: &str) -> Vec<String> {
        self.git(&["log", "-1", "--format=%(trailers:key=Task-Id,valueonly,unfold)", rev])
            .lines()
            .into_iter()
            .filter(|line| !line.is_empty())
            .collect()
    }

    /// Make `task` the active one of this worktree, with git's plumbing alone.
    #[track_caller]
    pub fn activate(&self, task: &str) {
        let anchor =
            self.run("git").args(["hash-object", "-w", "--stdin"]).stdin(format!("0 task {task}\n")).run().text();
        let git_dir = self.path.join(".git");
        if git_dir.join("refs/heads").is_dir() && !git_dir.join("reftable").exists() {
            self.advance(2);
            self.write(".git/refs/worktree/agent/active", format!("{anchor}\n"));
            // As git-agent remembers what it set itself.
            self.write(".git/agent-id/tips/refs%2Fworktree%2Fagent%2Factive", format!("{anchor}\n"));
            return;
        }
        self.git(&["update-ref", "refs/worktree/agent/active", &anchor]).success();
        self.sh(&format!(
            "tips=$(git rev-parse --git-common-dir)/agent-id/tips; own=$(git rev-parse --git-dir); mkdir -p $tips
            case $own in */worktrees/*) place=worktrees%2F${{own##*/}}%2F ;; esac
            echo {anchor} >$tips/${{place-}}refs%2Fworktree%2Fagent%2Factive"
        ))
        .success();
    }

    /// Make no task active.
    #[track_caller]
    pub fn deactivate(&self) {
        self.git(&["update-ref", "-d", "refs/worktree/agent/active"]).success();
    }

    /// Expect that stock git finds the repository in order.
    #[track_caller]
    pub fn fsck(&self) {
        let output = self.git(&["fsck", "--strict", "--no-dangling", "--no-progress"]);
        assert_eq!((output.code, output.stdout.as_str()), (Some(0), ""), "git fsck is not clean:\n{output}");
    }
}
