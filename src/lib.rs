//! git-agent: the flight recorder and the undo button for coding agents, inside git.
//!
//! CONTRIBUTING.md has the map: what each folder is, and what it may use.

mod bisect;
pub mod cli;
mod cmd;
mod commit_notes;
mod demo;
mod doctor;
pub mod domain;
pub mod error;
pub mod git;
mod guard;
mod hook;
mod hosts;
#[cfg(feature = "mcp")]
mod mcp;
pub mod plans;
pub mod query;
pub mod recovery;
mod settings;
pub mod shell;
pub mod store;
mod sync;
pub mod verbs;
pub mod verify;
pub mod view;
