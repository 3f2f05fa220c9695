//! A repository with a past: commits of two tasks, and one of everything that git knows.

use std::{cell::RefCell, fs, os::unix::ffi::OsStrExt as _, path::PathBuf};

use crate::support::{Layout, Output, TestRepo, default_git, ledger::Random};

/// What sort of repository it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Plain,
    /// The operations run in a worktree that was added.
    Linked,
    /// A cone; the index has entries without files.
    Sparse,
    Sha256,
    Reftable,
    AutoCrlf,
}

impl Shape {
    const ALL: [Shape; 6] =
        [Shape::Plain, Shape::Linked, Shape::Sparse, Shape::Sha256, Shape::Reftable, Shape::AutoCrlf];

    /// The one that the world `number` has.
    pub fn of(number: u64) -> Self {
        let known: Vec<Shape> =
            Self::ALL.into_iter().filter(|shape| *shape != Shape::Reftable || default_git().has_reftable()).collect();
        known[number as usize % known.len()]
    }
}

/// Names of files that the past has.
pub const NAMES: [&[u8]; 14] = [
    b"a.txt",
    b"dir/b.txt",
    b"dir/sub/c.txt",
    b"dir/sub/deep/d.bin",
    b"run.sh",
    b"unix.eol",
    b"windows.eol",
    b"secret.rot",
    b"odd/new\nline",
    b"odd/\xff\xfe.txt",
    b"-dash",
    b"q\"uote's \\",
    b"outside/e.txt",
    b"outside/in/f.txt",
];

/// A repository, the worktree in which things are done, and one in which nothing may ever change.
pub struct World {
    pub shape: Shape,
    /// Where the operations run.
    pub here: TestRepo,
    /// Another worktree of the repository.
    pub there: TestRepo,
    pub random: Random,
    number: u64,
    told: RefCell<Vec<String>>,
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- world {}, {:?}:\n{}", self.number, self.shape, self.told.borrow().join("\n"));
            if std::env::var_os("GIT_AGENT_TEST_KEEP").is_some() {
                eprintln!("--- it is kept in {}", self.here.path().display());
                std::mem::forget(self.here.at("."));
            }
        }
    }
}

impl World {
    /// The world `number`.
    pub fn new(number: u64) -> Self {
        let shape = Shape::of(number);
        let layout = match shape {
            Shape::Sha256 => Layout::Sha256,
            Shape::Reftable => Layout::Reftable,
            _ => Layout::Plain,
        };
        let main = TestRepo::with_layout(default_git(), layout);
        let config =
            "[agent]\n\tmaxFileSize = 2000\n[filter \"rot\"]\n\tclean = tr a-z n-za-m\n\tsmudge = tr a-z n-za-m\n";
        let eol = if shape == Shape::AutoCrlf { "[core]\n\tautocrlf = true\n" } else { "" };
        let file = main.path().join(".git/config");
        let known = fs::read_to_string(&file).expect("a configuration");
        fs::write(&file, format!("{known}{config}{eol}")).expect("a configuration");
        // As one file: half of the time of a world is processes of git.
        let (here, there) = (main.at("."), main.at("."));
        let random = Random::new(number + 1);
        let mut world = World { shape, here, there, random, number, told: RefCell::default() };
        world.past();
        world.there = main.worktree("there");
        if shape == Shape::Linked {
            std::mem::swap(&mut world.here, &mut world.there);
        }
        if shape == Shape::Sparse {
            let index = if world.random.one_in(2) { "--sparse-index" } else { "--no-sparse-index" };
            world.git(&["sparse-checkout", "set", "--cone", index, "dir", "odd"]);
        }
        world
    }

    fn past(&mut self) {
        self.write_at(b".gitignore", b"*.log\nbuild/\n");
        self.write_at(
            b".gitattributes",
            b"windows.eol text eol=crlf\nunix.eol text eol=lf\n*.rot filter=rot\n*.bin -text\n",
        );
        for name in NAMES {
            let content = self.content();
            self.write_at(name, &content);
        }
        self.chmod(b"run.sh", 0o755);
        std::os::unix::fs::symlink("a.txt", self.place(b"link")).expect("a link");
        std::os::unix::fs::symlink("nowhere/at/all", self.place(b"dangling")).expect("a link");
        if self.random.one_in(4) {
            self.git(&["init", "-q", "module"]);
            let module = self.here.at("module");
            module.commit_file("inside", "1\n", "inside");
            self.write_at(b".gitmodules", b"[submodule \"module\"]\n\tpath = module\n\turl = ./module\n");
            self.tell("a submodule");
        }
        self.git(&["-c", "advice.addEmbeddedRepo=false", "add", "-A"]);
        self.git(&["commit", "-q", "-m", "first"]);
        for task in ["t-1", "t-2"] {
            self.agent(&["add", task, "--id", task]).success();
        }
        self.agent(&["start", "t-1"]).success();
        for number in 0..1 + self.random.below(3) {
            for _ in 0..1 + self.random.below(4) {
                let (name, content) = (self.name(), self.content());
                match self.random.below(6) {
                    0 => self.remove_at(&name),
                    _ => self.put(&name, &content),
                }
            }
            // Never empty.
            self.write_at(b"count", format!("{number}\n").as_bytes());
            let task = if self.random.one_in(3) { "t-2" } else { "t-1" };
            if self.random.one_in(3) && task == "t-1" {
                self.agent(&["checkpoint", "-m", "a checkpoint", "--task", "t-1", "--large"]).success();
                continue;
            }
            self.git(&["-c", "advice.addEmbeddedRepo=false", "add", "-A"]);
            let message = format!("commit {number}\n\nTask-Id: {task}\n");
            self.git(&["commit", "-q", "--allow-empty", "-m", &message]);
        }
        if self.random.one_in(2) {
            self.branch_off();
        }
    }

    /// A branch `side` that changed the same lines in another way.
    fn branch_off(&mut self) {
        self.git(&["switch", "-q", "-c", "side", "HEAD~1"]);
        for name in [&b"a.txt"[..], b"dir/b.txt", b"side.txt"] {
            let content = self.content();
            self.put(name, &content);
        }
        self.git(&["-c", "advice.addEmbeddedRepo=false", "add", "-A"]);
        self.git(&["commit", "-q", "-m", "on the side\n\nTask-Id: t-2\n"]);
        self.git(&["switch", "-q", "main"]);
    }

    /// Remember what was done, for when it fails.
    pub fn tell(&self, line: impl Into<String>) {
        self.told.borrow_mut().push(line.into());
    }

    /// Run git, which must work.
    #[track_caller]
    pub fn git(&self, args: &[&str]) {
        self.tell(format!("git {}", args.join(" ")));
        self.here.git(args).success();
    }

    /// Run git, which may refuse.
    pub fn try_git(&self, args: &[&str]) {
        let output = self.here.git(args);
        self.tell(format!("git {} -> {:?}", args.join(" "), output.code));
    }

    /// Run git-agent.
    pub fn agent(&self, args: &[&str]) -> Output {
        self.agent_with(args, &[])
    }

    /// Run git-agent with variables.
    pub fn agent_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Output {
        let run = self.here.run("git-agent").args(args);
        let output = variables.iter().fold(run, |run, (key, value)| run.env(key, value)).run();
        let set: Vec<String> = variables.iter().map(|(key, value)| format!("{key}={value} ")).collect();
        self.tell(format!(
            "{}git-agent {} -> {:?} {}",
            set.concat(),
            args.join(" "),
            output.code,
            output.stderr.trim()
        ));
        output
    }

    /// The directory of git that belongs to this worktree alone.
    pub fn git_dir(&self) -> PathBuf {
        git_dir(&self.here)
    }

    /// Where a file of this worktree is.
    pub fn place(&self, name: &[u8]) -> PathBuf {
        self.here.path().join(std::ffi::OsStr::from_bytes(name))
    }
}

/// The git directory of the worktree `repo`.
pub fn git_dir(repo: &TestRepo) -> PathBuf {
    let dot_git = repo.path().join(".git");
    match fs::read_to_string(&dot_git) {
        Ok(text) => PathBuf::from(text.trim().strip_prefix("gitdir: ").expect("a link to the git directory")),
        Err(_) => dot_git,
    }
}
