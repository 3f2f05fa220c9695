//! Other processes of this machine, as far as the system shows them: who called us, and whether a git is at work here.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs, io,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use bstr::ByteSlice as _;
use serde::{Deserialize, Serialize};

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

    /// Whether the file that it runs is git's; `None` where it runs none: a part of the system, or one that has ended. Of many processes
    /// this is asked with one call of the system each, where [`Self::is_git`] takes three: it answers for the processes of others, which
    /// hide their file.
    fn runs_git(&self) -> Option<bool> {
        match fs::read_link(self.file("exe")) {
            Ok(file) => {
                let name = file.file_name().unwrap_or_default().as_bytes();
                let is_git = name.starts_with(b"git") && !name.starts_with(b"git-agent");
                Some(is_git || name.starts_with(b"ld") && self.is_git())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(_) => Some(self.is_git()),
        }
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

    /// The name of the file that it runs: of a script, its shell's.
    fn program(&self) -> String {
        let file = fs::read_link(self.file("exe")).unwrap_or_default();
        file.file_name().map_or_else(|| self.name(), |name| name.to_string_lossy().into_owned())
    }

    /// The word `at` of what the system shows of it behind its name.
    fn number(&self, at: usize) -> Option<u64> {
        number(&fs::read(self.file("stat")).ok()?, at)
    }

    fn parent(&self) -> Option<Process> {
        let parent = u32::try_from(self.number(1)?).ok()?;
        (parent > 0).then_some(Process(parent))
    }

    /// Whether it was started with `variable` in its environment.
    fn has(&self, variable: &OsStr) -> bool {
        let environment = fs::read(self.file("environ")).unwrap_or_default();
        let name = variable.as_bytes();
        environment
            .split(|byte| *byte == 0)
            .any(|entry| entry.strip_prefix(name).is_some_and(|rest| rest.starts_with(b"=")))
    }

    fn id(&self) -> Option<ProcessId> {
        Some(ProcessId { pid: self.0, started: self.number(19)? })
    }
}

/// The word `at` of `stat` behind the name, which is in parentheses and may have any byte in it.
fn number(stat: &[u8], at: usize) -> Option<u64> {
    stat[stat.rfind_byte(b')')? + 1..].fields().nth(at)?.to_str().ok()?.parse().ok()
}

/// A process, identified so that a later one with the same number is not mistaken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessId {
    /// The process id.
    pub pid: u32,
    /// The start time, in clock ticks since boot.
    pub started: u64,
}

impl ProcessId {
    /// Whether it is still running; `None` if the system does not show its processes.
    pub fn is_alive(&self) -> Option<bool> {
        if !Path::new(PROC).join("self").exists() {
            return None;
        }
        let stat = fs::read_to_string(Process(self.pid).file("stat")).unwrap_or_default();
        // One that has ended and was not waited for is gone.
        let is_dead = stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']));
        Some(!is_dead && Process(self.pid).id() == Some(*self))
    }

    /// Whether it is an ancestor of this process.
    pub fn is_above(&self) -> bool {
        ancestors().any(|process| process.0 == self.pid && process.id() == Some(*self))
    }
}

/// Whether this process ignores `signal`, as one that a script starts in the background ignores SIGINT; where the system does not show it,
/// it does not.
pub fn ignores(signal: i32) -> bool {
    let status = fs::read_to_string(Process(std::process::id()).file("status")).unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    ignored >> (signal - 1) & 1 == 1
}

/// How many of the processes above this one, without a gap, were started with `variable` in their environment.
pub fn reach(variable: &OsStr) -> usize {
    ancestors().take_while(|process| process.has(variable)).count()
}

/// Programs that only pass on what another one wants.
const BETWEEN: [&str; 12] =
    ["sh", "bash", "dash", "zsh", "fish", "ksh", "busybox", "env", "timeout", "nice", "sudo", "git-agent"];

/// The agent host that runs this process: the nearest process above it that is no shell, no git and no helper of theirs.
pub fn host_process() -> Option<ProcessId> {
    let is_between = |process: &Process| process.is_git() || BETWEEN.contains(&process.program().as_str());
    ancestors().find(|process| !is_between(process)).and_then(|process| process.id())
}

/// The processes that led to this one, the nearest first.
fn ancestors() -> impl Iterator<Item = Process> {
    std::iter::successors(Process(std::process::id()).parent(), Process::parent)
}

/// The command lines of the processes that led to this one, the nearest first.
pub fn command_lines_above() -> impl Iterator<Item = Vec<Vec<u8>>> {
    ancestors().map(|process| process.words())
}

/// The directories that this process and its caller stand in: the caller is the first process above that is not git.
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

/// How long what was seen of the processes counts.
const RECENT: Duration = Duration::from_secs(1);

/// What was seen of all processes when none of them was a `git prune`.
#[derive(Debug)]
pub struct NoPrune {
    at: Instant,
    /// When [`Self::system`] was seen, and the processes that run no file, as those of the system: they are not asked again for a moment.
    since: Instant,
    system: HashSet<u32>,
}

impl NoPrune {
    /// Whether it was seen within the last second.
    pub fn is_recent(&self) -> bool {
        self.at.elapsed() < RECENT
    }

    /// That no `git prune` is running, in whatever repository: its working directory does not say which one it prunes. It takes no lock.
    /// Where the system shows no processes, none is seen. `last` is what was seen before.
    pub fn now(last: Option<Self>) -> Option<Self> {
        let at = Instant::now();
        let is_prune = |word: &Vec<u8>| word == b"prune" || word.ends_with(b"git-prune");
        let last = last.filter(|last| last.since.elapsed() < RECENT);
        let (since, known) = last.map_or_else(|| (at, HashSet::new()), |last| (last.since, last.system));
        let mut system = HashSet::new();
        for process in all() {
            let runs_git = if known.contains(&process.0) { None } else { process.runs_git() };
            match runs_git {
                Some(true) if process.words().iter().any(is_prune) => return None,
                Some(_) => {}
                None => {
                    system.insert(process.0);
                }
            }
        }
        Some(NoPrune { at, since, system })
    }
}

/// The name of this machine, as git writes it into `gc.pid` (`gethostname(2)`).
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The processes that the system shows.
fn all() -> impl Iterator<Item = Process> {
    let entries = fs::read_dir(PROC).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).map(Process)
}

/// Whether a git that has not called us is at work in this repository. Where that cannot be determined, one is.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_of_a_process_with_an_odd_name() {
        assert_eq!(number(b"12 (a\xff) b) S 34 12 12 0", 1), Some(34));
    }

    #[test]
    fn a_git_is_known_by_its_file() {
        let words = ["hash-object", "--stdin"];
        let mut git = std::process::Command::new("git");
        let mut git = git.args(words).current_dir("/").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let is_there = |process: &Process| process.words().iter().any(|word| word == b"hash-object");
        let found = Process(git.id());
        // Until then it is a copy of this process.
        while !is_there(&found) && git.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        assert!(found.runs_git() == Some(true) && found.is_git());
        git.kill().unwrap();
        git.wait().unwrap();
        assert_eq!(found.runs_git(), None);
    }

    #[test]
    fn a_prune_is_seen_after_none_was() {
        // Another one may be running on this machine.
        let before = NoPrune::now(None);
        assert!(before.iter().all(|none| none.is_recent() && !none.system.contains(&std::process::id())));
        // A program that waits, with the name and the words of one that prunes.
        let dir = tempfile::tempdir().unwrap();
        let git = dir.path().join("git");
        fs::copy(crate::git::cmd::is_on_path("sh").unwrap(), &git).unwrap();
        let mut command = std::process::Command::new(git);
        command.args(["-c", "read line", "prune"]).stdin(std::process::Stdio::piped());
        // Another test may fork while the copy is open for writing.
        let is_busy = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ExecutableFileBusy;
        let mut prune =
            std::iter::repeat_with(|| command.spawn()).find(|it| !it.as_ref().is_err_and(is_busy)).unwrap().unwrap();
        let seen = NoPrune::now(before);
        prune.kill().unwrap();
        prune.wait().unwrap();
        assert!(seen.is_none());
    }
}
