//! A git that is still running, read as it answers.

use std::{
    io::{self, BufRead as _, BufReader, Read as _},
    process::{self, Child, ChildStderr, ChildStdout},
    thread::{self, JoinHandle},
};

use bstr::ByteSlice as _;

use super::cmd::Output;
use crate::error::{Context as _, Error, Result};

/// Run `child` to its end, and take what it wrote to both pipes.
///
/// As [`Child::wait_with_output`], which panics where a pipe cannot be read. The child is waited for in any case: one that is killed
/// may leave locks behind.
pub(super) fn to_end(mut child: Child) -> io::Result<process::Output> {
    let stderr = child.stderr.take().map(drain);
    let mut stdout = Vec::new();
    let read = child.stdout.take().map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut stdout));
    let status = child.wait()?;
    read?;
    let stderr = stderr.transpose()?.map(|reader| reader.join().unwrap_or_default()).unwrap_or_default();
    Ok(process::Output { status, stdout, stderr })
}

/// Read `pipe` in another thread: a git that complains a lot must not wait for us.
fn drain(mut pipe: ChildStderr) -> io::Result<JoinHandle<Vec<u8>>> {
    thread::Builder::new().spawn(move || {
        let mut text = Vec::new();
        pipe.read_to_end(&mut text).map_or_else(|_| Vec::new(), |_| text)
    })
}

/// A running git whose output is read piece by piece. Stopped if dropped before the end.
#[derive(Debug)]
pub struct Stream {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    what: String,
}

impl Stream {
    pub(super) fn new(mut child: Child, what: String) -> Result<Self> {
        let stdout = child.stdout.take().ok_or_else(|| Error::bug("git was started without a pipe"))?;
        let stderr = child.stderr.take().map(drain).transpose().or_environment(|| format!("cannot run '{what}'"))?;
        Ok(Stream { child, stdout: BufReader::with_capacity(1 << 16, stdout), stderr, what })
    }

    /// The next piece of the answer up to `end`, which is omitted; `None` when there is no more.
    ///
    /// # Errors
    ///
    /// `git-failed` when git ended with an error.
    pub fn next(&mut self, end: u8) -> Result<Option<Vec<u8>>> {
        let mut piece = Vec::new();
        self.stdout.read_until(end, &mut piece).or_environment(|| format!("cannot read from '{}'", self.what))?;
        if piece.is_empty() {
            return Ok(None);
        }
        if piece.ends_with_str([end]) {
            piece.pop();
        }
        Ok(Some(piece))
    }

    /// Wait for its end, after its whole answer was read.
    pub fn finish(mut self) -> Result<Output> {
        let status = self.child.wait().or_environment(|| format!("cannot wait for '{}'", self.what))?;
        let stderr = self.stderr.take().map(|reader| reader.join().unwrap_or_default()).unwrap_or_default();
        Ok(Output { status, stdout: Vec::new(), stderr, what: std::mem::take(&mut self.what) })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // Both fail only for a process that is gone already.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}
