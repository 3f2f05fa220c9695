//! git-agent: the flight recorder and the undo button for coding agents, inside git.
//!
//! CONTRIBUTING.md has the map: what each folder is, and what it may use.

pub mod bisect;
pub mod cli;
pub mod cmd;
pub mod commit_notes;
pub mod demo;
pub mod doctor;
pub mod domain;
pub mod error;
pub mod git;
pub mod guard;
pub mod hook;
pub mod hosts;
#[cfg(feature = "mcp")]
pub mod mcp;
pub mod plans;
pub mod query;
pub mod recovery;
pub mod settings;
pub mod shell;
pub mod store;
pub mod sync;
pub mod verbs;
pub mod verify;
pub mod view;
