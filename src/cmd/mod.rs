//! One file a command: parse, resolve, decide, act, print.

pub mod add;
pub mod block;
pub mod cancel;
pub mod capabilities;
pub mod checkpoint;
pub mod claim;
pub mod complete;
pub mod completions;
pub mod decide;
pub mod demo;
pub mod dep;
pub mod doctor;
pub mod edit;
pub mod fail;
pub mod hook;
pub mod init;
pub mod list;
pub mod log;
pub mod man;
pub mod next;
pub mod note;
pub mod pause;
pub mod ready;
pub mod reopen;
pub mod repair;
pub mod schema;
pub mod show;
pub mod start;
pub mod status;
pub mod sync;
pub mod unblock;
pub mod uninstall;
pub mod verify;

mod change;
mod paths;
mod setup;
