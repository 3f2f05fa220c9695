//! One file a command: parse, resolve, decide, act, print.

pub mod add;
pub mod adopt;
pub mod bisect;
pub mod blame;
pub mod block;
#[cfg(feature = "board")]
pub mod board;
pub mod brief;
pub mod cancel;
pub mod capabilities;
pub mod changes_since;
pub mod checkpoint;
pub mod claim;
pub mod complete;
pub mod completions;
pub mod decide;
pub mod demo;
pub mod dep;
pub mod diff;
pub mod doctor;
pub mod edit;
pub mod fail;
pub mod gc;
pub mod graph;
pub mod guard;
pub mod help;
pub mod hook;
pub mod host;
pub mod init;
pub mod link;
pub mod list;
pub mod log;
pub mod man;
#[cfg(feature = "mcp")]
pub mod mcp;
pub mod next;
pub mod note;
pub mod ops;
pub mod pause;
pub mod plan;
pub mod ready;
pub mod redo;
pub mod reopen;
pub mod repair;
pub mod report;
pub mod resume;
pub mod rollback;
pub mod schema;
pub mod show;
pub mod snapshot;
pub mod squash;
pub mod start;
pub mod status;
pub mod sync;
pub mod unblock;
pub mod undo;
pub mod uninstall;
pub mod unlink;
pub mod verify;

mod context;
mod editor;
mod operation_output;
mod paths;
mod setup;
mod task_change;

pub use context::{CommandLine, Ctx};

use context::{many_lines, one_line, text_argument, text_file};

/// The number that an option takes.
fn count(word: &str) -> std::result::Result<usize, String> {
    word.parse().map_err(|_| "it is not a number from 0 upwards".to_owned())
}

/// How a command that did not fail ends.
pub(crate) trait ExitCode {
    /// Its exit code.
    fn code(self) -> u8;
}

impl ExitCode for () {
    fn code(self) -> u8 {
        crate::error::exit::OK
    }
}

impl ExitCode for u8 {
    fn code(self) -> u8 {
        self
    }
}
