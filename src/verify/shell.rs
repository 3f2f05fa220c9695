//! Running a command of the user's, as they would: on their terminal, through `sh` if it is a line.

use std::{
    ffi::OsString,
    io,
    os::{
        fd::AsFd as _,
        unix::process::{CommandExt as _, ExitStatusExt as _},
    },
    path::Path,
    process::{Command, ExitStatus, Stdio},
    time::Instant,
};

use crate::error::{Error, Result};

/// Where the command's output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// As the command has it.
    AsItIs,
    /// All of it to standard error: standard output is for our answer.
    Aside,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ended {
    /// Its exit code; 128 + n when signal n ended it.
    pub exit: i32,
    /// How long it ran.
    pub seconds: f64,
}

/// Run a program with its arguments, `words`, to its end.
pub fn run_program(words: &[OsString], voice: Voice) -> Result<Ended> {
    run_to_its_end(program(words)?, voice, |error| not_runnable(words, error))
}

/// Run a program with its arguments, `words`, in the place of this one: terminal, signals and exit code are its own. Comes
/// back only if that is not possible.
pub fn replace_this_process(words: &[OsString]) -> Error {
    match program(words) {
        Ok(mut program) => not_runnable(words, program.exec()),
        Err(error) => error,
    }
}

fn program(words: &[OsString]) -> Result<Command> {
    let (name, arguments) = words.split_first().ok_or_else(|| Error::usage("usage", "no command is given"))?;
    let mut program = Command::new(name);
    program.args(arguments);
    Ok(program)
}

fn not_runnable(words: &[OsString], error: io::Error) -> Error {
    let name = words.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Error::environment("command-not-runnable", format!("cannot run '{}'", name.escape_debug())).because(error)
}

/// Run `command` in `dir` to its end.
pub(super) fn run(dir: &Path, command: &str, voice: Voice) -> Result<Ended> {
    let failed = |error: io::Error| {
        Error::environment("command-not-runnable", format!("cannot run '{}'", command.escape_debug())).because(error)
    };
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).current_dir(dir);
    // Relative to where we are, not to `dir`.
    for name in ["GIT_DIR", "GIT_WORK_TREE"] {
        if let Some(path) = std::env::var_os(name).and_then(|path| std::path::absolute(path).ok()) {
            shell.env(name, path);
        }
    }
    run_to_its_end(shell, voice, failed)
}

fn run_to_its_end(mut command: Command, voice: Voice, failed: impl Fn(io::Error) -> Error) -> Result<Ended> {
    if voice == Voice::Aside {
        command.stdout(Stdio::from(io::stderr().as_fd().try_clone_to_owned().map_err(&failed)?));
    }
    let began = Instant::now();
    let status = command.status().map_err(&failed)?;
    let seconds = (began.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    Ok(Ended { exit: exit_code(status), seconds })
}

/// As shells count: 128 + n after signal n.
fn exit_code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1)
}
