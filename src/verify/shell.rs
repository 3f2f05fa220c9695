//! Running a command of the user's, as they would: on their terminal, through `sh` if it is a line.

use std::{
    ffi::OsString,
    io::{self, Read as _, Write as _},
    os::{
        fd::AsFd as _,
        unix::process::{CommandExt as _, ExitStatusExt as _},
    },
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{
    domain::text::visible,
    error::{Error, Result, codes},
};

/// Where the command's output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// As the command has it.
    Inherit,
    /// All of it to standard error: standard output is for our answer.
    ToStderr,
    /// Discard the output.
    Discard,
}

/// The result of a command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EndedCommand {
    /// Its exit code; 128 + n when signal n ended it.
    pub exit: i32,
    /// The running time in seconds.
    pub seconds: f64,
}

/// Run a program with its arguments, `words`, to its end.
///
/// # Errors
///
/// `usage` without words, `command-not-runnable` if it cannot be started.
pub fn run_program(words: &[OsString], output: Output) -> Result<EndedCommand> {
    let program = program(words)?;
    let name = program.get_program().to_string_lossy().into_owned();
    run_to_its_end(program, output, |error| not_runnable(&name, error))
}

/// Run a program with its arguments, `words`, in the place of this process: terminal, signals and exit code are its own. Returns
/// only if that is not possible.
pub fn replace_this_process(words: &[OsString]) -> Error {
    replace_this_process_with(words, &[])
}

/// [`replace_this_process`] with more variables in its environment.
pub fn replace_this_process_with(words: &[OsString], environment: &[(&str, String)]) -> Error {
    match program(words) {
        Ok(mut program) => {
            let error = program.envs(environment.iter().map(|(name, value)| (name, value))).exec();
            not_runnable(&program.get_program().to_string_lossy(), error)
        }
        Err(error) => error,
    }
}

fn program(words: &[OsString]) -> Result<Command> {
    let (name, arguments) = words.split_first().ok_or_else(|| Error::new(codes::USAGE, "no command is given"))?;
    let mut program = Command::new(name);
    program.args(arguments);
    Ok(program)
}

fn not_runnable(name: &str, error: io::Error) -> Error {
    Error::new(codes::COMMAND_NOT_RUNNABLE, format!("cannot run '{}'", name.escape_debug())).because(error)
}

/// `sh` with the line `command`, to be run in `dir`.
fn shell(dir: &Path, command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "--"]).arg(command).current_dir(dir);
    shell
}

/// Run `command` in `dir` to its end; answers with the end of what it printed, too. With `stop` it and all that it starts are a process group
/// of their own, which is ended when that is set.
///
/// # Errors
///
/// `command-not-runnable`; `cancelled` if it was stopped.
pub(super) fn run(
    dir: &Path,
    command: &str,
    output: Output,
    stop: Option<&AtomicBool>,
) -> Result<(EndedCommand, Vec<u8>)> {
    let mut shell = shell(dir, command);
    // Relative to where we are, not to `dir`.
    for name in ["GIT_DIR", "GIT_WORK_TREE"] {
        if let Some(path) = std::env::var_os(name).and_then(|path| std::path::absolute(path).ok()) {
            shell.env(name, path);
        }
    }
    let failed = |error| not_runnable(command, error);
    let heard = Heard::default();
    let began = Instant::now();
    let (status, listener) = heard.spawn(shell, output, stop).map_err(failed)?;
    if stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
        let why = format!("'{}' was stopped, and nothing was recorded", visible(command, &[]));
        return Err(Error::new(codes::CANCELLED, why));
    }
    let ended = EndedCommand { exit: exit_code(status), seconds: rounded(began) };
    Ok((ended, heard.tail(&listener)))
}

/// What git sets for the programs it runs, and what names a repository: of no use, or misleading, elsewhere.
const OF_HERE: [&str; 14] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
    crate::git::agent_host::TASK_VARIABLE,
];

/// How long a command that shall stop is waited for before it is killed.
const GRACE: Duration = Duration::from_secs(2);

/// Run `command` in `dir`, which is a worktree of its own: nothing in its environment leads back to ours. When `stop` is set it
/// gets a moment to end, as a signal from the terminal has reached it, too; then it is killed.
///
/// # Errors
///
/// `command-not-runnable` if `sh` cannot be started.
pub fn run_apart(dir: &Path, command: &str, output: Output, stop: &AtomicBool) -> Result<EndedCommand> {
    let failed = |error| not_runnable(command, error);
    let mut shell = shell(dir, command);
    for name in OF_HERE {
        shell.env_remove(name);
    }
    redirect(&mut shell, output).map_err(failed)?;
    let began = Instant::now();
    let mut child = shell.spawn().map_err(failed)?;
    let (mut pause, mut deadline) = (Duration::from_millis(1), None);
    let status = loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            break status;
        }
        if stop.load(Ordering::Relaxed) && Instant::now() >= *deadline.get_or_insert_with(|| Instant::now() + GRACE) {
            // It fails only for a process that has just ended.
            child.kill().unwrap_or_default();
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    Ok(EndedCommand { exit: exit_code(status), seconds: rounded(began) })
}

/// So much of what a command prints is remembered, in bytes.
const TAIL: usize = 64 * 1024;

/// A process that a command left running may hold its output open: after this time it is no longer listened to.
const LINGER: Duration = Duration::from_millis(300);

/// The end of what a command prints.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    /// Run `command` to its end, or until `stop` is set, while its output is remembered, and shown as `output` says.
    fn spawn(
        &self,
        mut command: Command,
        output: Output,
        stop: Option<&AtomicBool>,
    ) -> io::Result<(ExitStatus, JoinHandle<()>)> {
        if stop.is_some() {
            // Nothing that it starts reads what is for us.
            command.process_group(0).stdin(Stdio::null());
        }
        let (reader, writer) = io::pipe()?;
        command.stdout(writer.try_clone()?).stderr(writer);
        let mut child = command.spawn()?;
        // It holds our ends of the pipe.
        drop(command);
        let heard = self.clone();
        let listener = thread::spawn(move || heard.listen(reader, output));
        let status = match stop {
            None => child.wait()?,
            Some(stop) => wait_or_stop(&mut child, stop)?,
        };
        Ok((status, listener))
    }

    fn listen(&self, mut reader: io::PipeReader, output: Output) {
        let mut chunk = [0; 8192];
        while let Ok(count @ 1..) = reader.read(&mut chunk) {
            let bytes = &chunk[..count];
            let shown = match output {
                Output::Inherit => io::stdout().write_all(bytes).and_then(|()| io::stdout().flush()),
                Output::ToStderr => io::stderr().write_all(bytes),
                Output::Discard => Ok(()),
            };
            // Whether anyone reads it makes no difference to the command.
            shown.unwrap_or_default();
            if let Ok(mut tail) = self.0.lock() {
                tail.extend_from_slice(bytes);
                let surplus = tail.len().saturating_sub(TAIL);
                tail.drain(..surplus);
            }
        }
    }

    /// What was heard, when `listener` is at its end or has lingered.
    fn tail(&self, listener: &JoinHandle<()>) -> Vec<u8> {
        let deadline = Instant::now() + LINGER;
        while !listener.is_finished() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        self.0.lock().map(|tail| tail.clone()).unwrap_or_default()
    }
}

/// Wait for `child`, which leads a process group. When `stop` is set, the group gets a moment to end; then what is left of it is killed.
fn wait_or_stop(child: &mut Child, stop: &AtomicBool) -> io::Result<ExitStatus> {
    let (mut pause, mut stopped) = (Duration::from_millis(1), None::<Instant>);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        match stopped {
            None if stop.load(Ordering::Relaxed) => {
                signal(child, "TERM");
                stopped = Some(Instant::now());
            }
            Some(since) if since.elapsed() > GRACE => signal(child, "KILL"),
            _ => {}
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    if stop.load(Ordering::Relaxed) {
        // What the command has started and did not wait for. A group lives as long as any of it.
        signal(child, "KILL");
    }
    Ok(status)
}

/// Send `signal` to the process group that `child` leads.
fn signal(child: &Child, signal: &str) {
    let mut kill = Command::new("sh");
    kill.arg("-c").arg(format!("kill -s {signal} -- -{}", child.id()));
    // It fails only for a group that has just ended.
    kill.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().ok();
}

fn redirect(command: &mut Command, output: Output) -> io::Result<()> {
    match output {
        Output::Inherit => {}
        Output::ToStderr => drop(command.stdout(Stdio::from(io::stderr().as_fd().try_clone_to_owned()?))),
        Output::Discard => drop(command.stdout(Stdio::null()).stderr(Stdio::null())),
    }
    Ok(())
}

/// The seconds since `began`, to the millisecond.
fn rounded(began: Instant) -> f64 {
    (began.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}

fn run_to_its_end(mut command: Command, output: Output, failed: impl Fn(io::Error) -> Error) -> Result<EndedCommand> {
    redirect(&mut command, output).map_err(&failed)?;
    let began = Instant::now();
    let status = command.status().map_err(&failed)?;
    Ok(EndedCommand { exit: exit_code(status), seconds: rounded(began) })
}

/// As shells count: 128 + n after signal n.
fn exit_code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1)
}
