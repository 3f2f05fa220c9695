//! Standard input and output, for the protocol alone.

use std::{fs::File, io};

use rustix::{io::fcntl_dupfd_cloexec, stdio};

use crate::error::{Context as _, Result};

/// Take standard input and output: programs that a verb runs (git, hooks, the verification) get an empty input, and what they print
/// goes to standard error. Nothing but the protocol is written to the client.
///
/// # Errors
///
/// `environment` when they are closed.
pub(super) fn take() -> Result<(File, File)> {
    let taken = || -> io::Result<_> {
        let input = fcntl_dupfd_cloexec(stdio::stdin(), 3)?;
        let output = fcntl_dupfd_cloexec(stdio::stdout(), 3)?;
        stdio::dup2_stdin(File::open("/dev/null")?)?;
        stdio::dup2_stdout(stdio::stderr())?;
        Ok((File::from(input), File::from(output)))
    };
    taken().or_environment(|| "cannot use standard input and output for the Model Context Protocol".to_owned())
}
