//! The pager, started as git starts it: through the shell if need be, with `LESS=FRX` and `LV=-c` unless they are set.
//!
//! Which one it is, git decides (`git var GIT_PAGER`). A reader who quits early has seen enough: that is success.

use std::{
    io::{self, Write},
    process::{Child, Command, Stdio},
    sync::{Arc, atomic::AtomicBool},
};

/// What makes git hand a command to the shell instead of starting it itself.
const SHELL: &[char] =
    &['|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', ' ', '\t', '\n', '*', '?', '[', '#', '~', '=', '%'];

/// The default options of pagers.
const SETTINGS: [(&str, &str); 2] = [("LESS", "FRX"), ("LV", "-c")];

/// Says to the programs behind us that their output is paged.
pub const IN_USE: &str = "GIT_PAGER_IN_USE";

/// A pager process that the output is written to.
#[derive(Debug)]
pub struct Pager {
    child: Child,
}

impl Pager {
    /// Start `command`; an error if there is no such program.
    pub fn start(command: &str) -> io::Result<Self> {
        let mut program = match command.contains(SHELL) {
            true => {
                let mut shell = Command::new("sh");
                shell.args(["-c", command]);
                shell
            }
            false => Command::new(command),
        };
        for (name, value) in SETTINGS {
            if std::env::var_os(name).is_none() {
                program.env(name, value);
            }
        }
        let child = program.env(IN_USE, "true").stdin(Stdio::piped()).spawn()?;
        // The terminal's keys are the pager's now: an interrupt is for it. It ends us by closing the pipe.
        let interrupted = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal_hook::consts::SIGINT, interrupted).map(drop).unwrap_or_default();
        Ok(Pager { child })
    }

    /// Show `bytes`. `BrokenPipe` says that the reader has seen enough.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.child.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.write_all(bytes)
    }
}

impl Drop for Pager {
    /// That was all: wait until it is read.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // How a pager ends says nothing about us.
        self.child.wait().map(drop).unwrap_or_default();
    }
}
