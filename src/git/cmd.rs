//! Runs the git binary: the only place that spawns it.
//!
//! Every call runs in a known directory, with a known locale, without optional locks and without the variables that a
//! surrounding git hook may have set for its own purposes.

use std::{
    ffi::{OsStr, OsString},
    fmt::Display,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::stream::{self, Stream};
use crate::error::{Error, Result, codes};

/// Variables that a hook's git sets for itself and that would mislead another git.
const HOOK_VARIABLES: [&str; 6] =
    ["GIT_INDEX_FILE", "GIT_PREFIX", "GIT_REFLOG_ACTION", "GIT_EDITOR", "GIT_LITERAL_PATHSPECS", "GIT_QUARANTINE_PATH"];

/// A git command to run.
#[derive(Debug)]
pub struct Git {
    command: Command,
    words: Vec<OsString>,
    stdin: Option<Vec<u8>>,
}

/// The output of a git command that has ended.
#[derive(Debug)]
pub struct Output {
    /// Exit code or signal.
    pub status: ExitStatus,
    /// Its standard output, unchanged.
    pub stdout: Vec<u8>,
    /// Its standard error, unchanged.
    pub stderr: Vec<u8>,
    pub(super) what: String,
}

/// While the returned value lives, an interrupt from the terminal ends only the running gits, not this process.
pub fn outlive_interrupts() -> impl Sized {
    gix::interrupt::init_handler_default(usize::MAX).map(gix::interrupt::Deregister::auto_deregister)
}

/// What fits into an empty pipe everywhere: written in one piece, or not at all.
const AT_ONCE: usize = 4096;

impl Git {
    /// `git …` where the user is.
    pub(super) fn here() -> Self {
        Self::new(Path::new("."))
    }

    /// `git …` in `dir`.
    pub(super) fn new(dir: &Path) -> Self {
        let mut command = Command::new("git");
        command.current_dir(dir).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
        for name in HOOK_VARIABLES {
            command.env_remove(name);
        }
        Git { command, words: Vec::new(), stdin: None }
    }

    /// Let git use the user's terminal, locale, editor and locks: for the commands that people see (`git commit`, `git log`).
    #[must_use]
    pub(super) fn for_the_user(mut self) -> Self {
        self.command.env_remove("LC_ALL").env_remove("GIT_OPTIONAL_LOCKS").env_remove("GIT_TERMINAL_PROMPT");
        for name in ["LC_ALL", "GIT_OPTIONAL_LOCKS", "GIT_TERMINAL_PROMPT", "GIT_EDITOR"] {
            if let Some(value) = std::env::var_os(name) {
                self.command.env(name, value);
            }
        }
        self
    }

    /// Let it read pathspecs as the user's git does, whose words they are.
    #[must_use]
    pub(super) fn with_pathspecs(self) -> Self {
        match std::env::var_os("GIT_LITERAL_PATHSPECS") {
            Some(literal) => self.env("GIT_LITERAL_PATHSPECS", literal),
            None => self,
        }
    }

    /// Add one word.
    #[must_use]
    pub(super) fn arg(mut self, word: impl AsRef<OsStr>) -> Self {
        self.words.push(word.as_ref().to_owned());
        self
    }

    /// Add words.
    #[must_use]
    pub(super) fn args(mut self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.words.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
        self
    }

    /// Set an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Unset a variable.
    #[must_use]
    pub(super) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Feed `bytes` to its standard input; otherwise that is empty.
    #[must_use]
    pub(super) fn stdin(mut self, bytes: Vec<u8>) -> Self {
        self.stdin = Some(bytes);
        self
    }

    /// Feed it `items`, one a line.
    #[must_use]
    pub(super) fn stdin_lines(self, items: impl IntoIterator<Item = impl Display>) -> Self {
        self.stdin(items.into_iter().map(|item| format!("{item}\n")).collect::<String>().into_bytes())
    }

    /// Run it to its end and take what it says, whatever its exit code.
    pub(super) fn output(mut self) -> Result<Output> {
        self.command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let what = self.what();
        let mut child = self.spawn_command()?;
        let feed = |mut pipe: std::process::ChildStdin, bytes: &[u8]| match pipe.write_all(bytes) {
            // git may have had enough; its exit code tells.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        };
        let mut feeder = None;
        match self.stdin.take().zip(child.stdin.take()) {
            Some((bytes, pipe)) if bytes.len() <= AT_ONCE => {
                feed(pipe, &bytes).map_err(|error| self.cannot_run(error))?;
            }
            // Feed from a thread: git may answer before it has read everything.
            Some((bytes, pipe)) => {
                let thread = std::thread::Builder::new().spawn(move || feed(pipe, &bytes));
                feeder = Some(thread.map_err(|error| self.cannot_run(error))?);
            }
            None => {}
        }
        let output = stream::to_end(child).map_err(|error| self.cannot_run(error))?;
        if let Some(feeder) = feeder {
            let fed = feeder.join().map_err(|_| Error::bug("the thread that writes to git panicked"))?;
            fed.map_err(|error| self.cannot_run(error))?;
        }
        Ok(Output { status: output.status, stdout: output.stdout, stderr: output.stderr, what })
    }

    /// Run it and take its answer; anything but exit code 0 is an error.
    pub(super) fn run(self) -> Result<Vec<u8>> {
        self.output()?.into_result()
    }

    /// Run it on the user's terminal (standard error and input are theirs) and take what it says on standard output.
    pub fn attached(mut self) -> Result<ExitStatus> {
        self.command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
        self.spawn_command()?.wait().map_err(|error| self.cannot_run(error))
    }

    /// Start it with its answer as a pipe to us; standard error and input are the user's.
    pub fn relayed(mut self) -> Result<Stream> {
        self.command.stdin(Stdio::inherit()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let what = self.what();
        Stream::new(self.spawn_command()?, what)
    }

    /// Start it with its standard output as a pipe, for answers that are read as they come.
    pub(super) fn stream(mut self) -> Result<Stream> {
        self.command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let what = self.what();
        let mut child = self.spawn_command()?;
        if let Some((bytes, mut pipe)) = self.stdin.take().zip(child.stdin.take()) {
            // Whether git took it all shows in its answer.
            let feed = move || pipe.write_all(&bytes).unwrap_or_default();
            std::thread::Builder::new().spawn(feed).map_err(|error| self.cannot_run(error))?;
        }
        Stream::new(child, what)
    }

    fn spawn_command(&mut self) -> Result<Child> {
        self.command.args(&self.words);
        self.command.spawn().map_err(|error| self.cannot_run(error))
    }

    fn cannot_run(&self, error: std::io::Error) -> Error {
        Error::new(codes::GIT_NOT_RUNNABLE, format!("cannot run '{}'", self.what()))
            .because(error)
            .hint("git-agent needs git 2.39 or newer on PATH")
    }

    /// The call as a person would type it, without `-c` settings and long lists.
    fn what(&self) -> String {
        let mut words = self.words.iter().peekable();
        while words.next_if(|word| *word == "-c").is_some() {
            words.next();
        }
        let words = words.take(6).map(|word| word.to_string_lossy());
        std::iter::once("git".into()).chain(words).collect::<Vec<_>>().join(" ")
    }
}

impl Output {
    /// The answer; anything but exit code 0 is an error.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn into_result(self) -> Result<Vec<u8>> {
        if self.status.success() { Ok(self.stdout) } else { Err(self.into_error()) }
    }

    /// Its standard error, trimmed and safe to print.
    pub fn complaint(&self) -> String {
        self.stderr.trim().to_str_lossy().replace(|c: char| c.is_control() && c != '\n', "?")
    }

    /// The first line of what it complained of, as a part of a sentence.
    pub fn said(&self) -> String {
        let complaint = self.complaint();
        let line = complaint.lines().next().unwrap_or_default();
        line.strip_prefix("fatal: ").or(line.strip_prefix("error: ")).unwrap_or(line).to_owned()
    }

    /// The failure as an error that names the call and quotes git.
    pub fn into_error(self) -> Error {
        let how = match self.status.code() {
            Some(code) => format!("exit code {code}"),
            None => "a signal".to_owned(),
        };
        Error::new(codes::GIT_FAILED, format!("'{}' ended with {how}: {}", self.what, self.complaint()))
    }
}

/// Run git with `words` in `dir` as a user would, with these variables set, or unset where they have no value.
pub fn run_in(dir: &Path, words: &[&str], variables: &[(&str, Option<OsString>)]) -> Result<Output> {
    let set = |git: Git, (name, value): &(&str, Option<OsString>)| match value {
        Some(value) => git.env(name, value),
        None => git.without(name),
    };
    variables.iter().fold(Git::new(dir), set).args(words).output()
}

/// The version of git, as it names it: `2.47.3`.
pub fn version(repo: &super::Repo) -> Result<String> {
    let line = line(&repo.git().arg("version").run()?).to_string();
    Ok(line.strip_prefix("git version ").unwrap_or(&line).to_owned())
}

/// The answer of the git that is found on `PATH` to what `ask` asks it, which is the same until another git is there: remembered in the
/// disposable file `name`.
pub(super) fn asked_once(repo: &super::Repo, name: &str, ask: impl FnOnce() -> Option<String>) -> Option<String> {
    let git = is_on_path("git")?;
    let about = git.metadata().ok()?;
    let changed = about.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let key = format!("{} {} {} ", git.display(), about.len(), changed.unwrap_or_default().as_nanos());
    let file = repo.agent_dir().join(name);
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    if let Some(answer) = known.strip_suffix('\n').and_then(|line| line.strip_prefix(&key)) {
        return Some(answer.to_owned());
    }
    let answer = ask()?;
    // Without it git is asked each time.
    repo.put(&file, format!("{key}{answer}\n").as_bytes()).ok();
    Some(answer)
}

pub(super) fn line(answer: &[u8]) -> BString {
    answer.lines().next().unwrap_or_default().into()
}

/// The object id that an answer is.
pub(super) fn id(answer: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(answer.lines().next()?).ok()
}

/// The object ids of an answer, one a line.
pub(super) fn ids(answer: &[u8]) -> impl Iterator<Item = ObjectId> {
    answer.lines().filter_map(|line| ObjectId::from_hex(line).ok())
}

/// Paths as git reads them with `-z`.
pub(super) fn nul_ended<P: AsRef<[u8]>>(paths: impl IntoIterator<Item = P>) -> Vec<u8> {
    paths.into_iter().flat_map(|path| [path.as_ref(), b"\0"].concat()).collect()
}

/// Paths as git writes them with `-z`.
pub(super) fn nul_separated(answer: &[u8]) -> Vec<BString> {
    answer.split_str("\0").filter(|path| !path.is_empty()).map(BString::from).collect()
}

/// Whether a program called `name` is on PATH.
pub fn is_on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|dir| dir.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_call_is_named_by_what_it_does() {
        let git = Git::new(Path::new(".")).args(["-c", "a.b=c", "-c", "d.e=f", "fetch", "--quiet", "origin"]);
        assert_eq!(git.what(), "git fetch --quiet origin");
    }
}
