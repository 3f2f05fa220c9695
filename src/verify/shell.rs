//! Running a command of the user's, as they would: through `sh`, on their terminal.

use std::{
    io,
    os::{fd::AsFd as _, unix::process::ExitStatusExt as _},
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
pub(super) struct Ended {
    pub exit: i32,
    pub seconds: f64,
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
    if voice == Voice::Aside {
        shell.stdout(Stdio::from(io::stderr().as_fd().try_clone_to_owned().map_err(failed)?));
    }
    let began = Instant::now();
    let status = shell.status().map_err(failed)?;
    let seconds = (began.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    Ok(Ended { exit: exit_code(status), seconds })
}

/// As shells count: 128 + n after signal n.
fn exit_code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1)
}
