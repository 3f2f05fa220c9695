//! Other processes of this machine, as far as the system shows them: who called us, and whether a git is at work here.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::repo::Repo;

/// Where Linux shows its processes.
const PROC: &str = "/proc";

/// A process that is there now.
struct Process(u32);

impl Process {
    fn file(&self, name: &str) -> PathBuf {
        Path::new(PROC).join(self.0.to_string()).join(name)
    }

    /// The name of its program, cut off after 15 bytes by the system.
    fn name(&self) -> String {
        fs::read_to_string(self.file("comm")).unwrap_or_default().trim_end().to_owned()
    }

    fn is_git(&self) -> bool {
        let name = self.name();
        // A git that brings its own libraries is run by its loader, which the system then shows.
        let is_loaded = || name.starts_with("ld-") && self.words().iter().any(|word| word.ends_with(b"/git"));
        name.starts_with("git") && !name.starts_with("git-agent") || is_loaded()
    }

    /// The command line.
    fn words(&self) -> Vec<Vec<u8>> {
        let line = fs::read(self.file("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect()
    }

    /// Whether it is a git that may hold a lock of refs: not one that runs us, which knows its own locks, and not the monitor of files.
    fn may_lock_refs(&self) -> bool {
        let harmless = |word: &Vec<u8>| word == b"agent" || word == b"fsmonitor--daemon";
        self.is_git() && !self.words().iter().any(harmless)
    }

    /// The directory that it stands in.
    fn directory(&self) -> io::Result<PathBuf> {
        fs::read_link(self.file("cwd"))
    }

    fn parent(&self) -> Option<Process> {
        let stat = fs::read_to_string(self.file("stat")).ok()?;
        // The name is in parentheses and may have any character in it.
        let parent = stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(1)?.parse().ok()?;
        (parent > 0).then_some(Process(parent))
    }
}

/// The processes that led to this one, the nearest first.
fn ancestors() -> impl Iterator<Item = Process> {
    std::iter::successors(Process(std::process::id()).parent(), Process::parent)
}

/// The directories that this process and its caller stand in: the caller is the first process above that is no git.
pub fn directories_in_use() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::env::current_dir().into_iter().collect();
    for process in ancestors() {
        found.extend(process.directory().ok());
        if !process.is_git() {
            break;
        }
    }
    found
}

/// Whether a `git prune` is running, in whatever repository: its working directory does not say which one it prunes. It takes no lock.
/// Where the system shows no processes, none is seen.
pub fn is_pruning() -> bool {
    let is_prune = |word: &Vec<u8>| word == b"prune" || word.ends_with(b"git-prune");
    all().any(|process| process.is_git() && process.words().iter().any(is_prune))
}

/// The processes that the system shows.
fn all() -> impl Iterator<Item = Process> {
    let entries = fs::read_dir(PROC).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).map(Process)
}

/// Whether a git that has not called us is at work in this repository. Where that cannot be told, one is.
pub fn is_git_at_work(repo: &Repo) -> bool {
    if !Path::new(PROC).is_dir() {
        return true;
    }
    let callers: Vec<u32> = ancestors().map(|process| process.0).collect();
    let places = [repo.work_dir(), Some(repo.git_dir()), Some(repo.common_dir())];
    let places: Vec<PathBuf> = places.into_iter().flatten().filter_map(|place| place.canonicalize().ok()).collect();
    let others = all().filter(|process| !callers.contains(&process.0));
    others.filter(Process::may_lock_refs).any(|process| {
        match process.directory() {
            Ok(directory) => places.iter().any(|place| directory.starts_with(place)),
            // One that is dead and not buried stands nowhere.
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    })
}
