//! One command to run: arguments, environment, standard input.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Output, TestRepo};

/// A command about to run in a [`TestRepo`].
#[must_use = "call `.run()`"]
pub struct Run {
    program: OsString,
    command: Command,
    stdin: Option<Vec<u8>>,
    tmp: PathBuf,
}

impl Run {
    pub(super) fn new(repo: &TestRepo, program: impl AsRef<OsStr>) -> Self {
        let (program, environment) = (program.as_ref(), repo.environment());
        // The standard library starts a name that is to be found in another PATH by fork, which copies the page tables of all
        // tests; a file it starts by vfork.
        let path = environment.get(OsStr::new("PATH")).filter(|_| !program.as_encoded_bytes().contains(&b'/'));
        let found =
            path.and_then(|path| std::env::split_paths(path).map(|dir| dir.join(program)).find(|file| file.is_file()));
        let mut command = Command::new(found.as_deref().map_or(program, Path::as_os_str));
        command.arg0(program).env_clear().envs(environment).current_dir(repo.path());
        Run { program: program.to_owned(), command, stdin: None, tmp: repo.tmp().to_owned() }
    }

    /// Add arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Set a variable for this command only.
    pub fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Unset a variable for this command only.
    pub fn env_remove(mut self, key: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(key);
        self
    }

    /// Use `script` (sh, gets the file as `$1`) as the editor.
    pub fn editor(self, script: &str) -> Self {
        self.env("GIT_EDITOR", format!("f() {{ {script}\n}}; f"))
    }

    /// Give it something on standard input; nothing otherwise.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Run in another directory.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// The bare command, to be run on another thread.
    pub fn into_command(self) -> Command {
        self.command
    }

    /// Run it to its end.
    #[must_use = "assert on it: `.success()`, `.exits(1)` or a snapshot"]
    #[track_caller]
    pub fn run(mut self) -> Output {
        let shown = std::iter::once(self.program.as_os_str()).chain(self.command.get_args());
        let shown: Vec<OsString> = shown.map(OsStr::to_owned).collect();
        let name = shown.join(OsStr::new(" ")).to_string_lossy().into_owned();
        self.command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("cannot run `{name}`: {error}"));
        let writer = self.stdin.take().zip(child.stdin.take()).map(|(bytes, mut pipe)| {
            // A command that does not read its input closes the pipe; that is its right.
            std::thread::spawn(move || pipe.write_all(&bytes).ok())
        });
        let output = child.wait_with_output().expect("the command can be waited for");
        if let Some(writer) = writer {
            writer.join().expect("the writer does not panic");
        }
        Output {
            command: name,
            stdout: self.normalise(&output.stdout),
            stderr: self.normalise(&output.stderr),
            raw: output.stdout,
            code: output.status.code(),
        }
    }

    fn normalise(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).replace(&*self.tmp.to_string_lossy(), "$TMP")
    }
}
