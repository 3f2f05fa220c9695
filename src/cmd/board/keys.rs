//! Keys, and whether the terminal still exists.

use std::{io, time::Duration};

use ratatui::crossterm::event::{self, Event};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

/// The result of waiting.
pub(super) enum Waited {
    /// A key was pressed or the terminal was resized.
    For(Event),
    /// Nothing happened.
    InVain,
    /// There is no terminal any more.
    HungUp,
}

/// Wait at most `time` for input.
///
/// crossterm reads the end of a terminal that hung up again and again and never returns, so it is asked only while there is one.
pub(super) fn wait(time: Duration) -> io::Result<Waited> {
    for time in [Duration::ZERO, time] {
        if has_hung_up(time)? {
            return Ok(Waited::HungUp);
        }
        // What was typed ahead is with crossterm already, where the system sees nothing to read.
        if event::poll(Duration::ZERO)? {
            return event::read().map(Waited::For);
        }
    }
    Ok(Waited::InVain)
}

/// Wait at most `time` for input or a signal. Returns whether the input has ended.
fn has_hung_up(time: Duration) -> io::Result<bool> {
    let stdin = io::stdin();
    let mut terminal = [PollFd::new(&stdin, PollFlags::IN)];
    let time = Timespec::try_from(time).map_err(io::Error::other)?;
    match poll(&mut terminal, Some(&time)) {
        // A change of the terminal's size is a signal.
        Ok(_) | Err(Errno::INTR) => Ok(terminal[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)),
        Err(error) => Err(error.into()),
    }
}
