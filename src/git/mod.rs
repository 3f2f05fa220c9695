//! The only code that knows git.
//!
//! Reading goes through gix, in this process. What gix cannot do, or must not do for the user (commit with their hooks and
//! signing, move files in the work tree, talk to a reftable), goes through the git binary, spawned in one place: [`cmd`].

pub(crate) mod agent_host;
pub(crate) mod attributes;
pub(crate) mod blame;
pub(crate) mod blocking_lock;
pub mod changed_paths;
pub(crate) mod claims;
pub(crate) mod cmd;
pub(crate) mod commit;
pub(crate) mod commit_graph;
pub(crate) mod commit_tree;
pub(crate) mod config;
pub(crate) mod config_block;
pub(crate) mod config_parameters;
pub(crate) mod date;
pub(crate) mod diff;
pub(crate) mod discover;
pub(crate) mod editor;
pub(crate) mod files;
mod head;
pub(crate) mod hooks;
pub(crate) mod ignore;
pub(crate) mod index;
pub(crate) mod leftovers;
pub(crate) mod lock;
pub(crate) mod lock_file;
pub(crate) mod locked_file;
pub(crate) mod log;
pub(crate) mod merge;
pub(crate) mod names;
pub mod objects;
pub(crate) mod partial;
pub(crate) mod patch;
pub(crate) mod pathspec;
pub(crate) mod processes;
pub(crate) mod programs;
pub(crate) mod quote;
pub(crate) mod raw;
pub(crate) mod reflog;
pub(crate) mod refs;
pub(crate) mod relay;
pub(crate) mod remote;
pub(crate) mod renames;
pub(crate) mod replace;
mod repo;
pub(crate) mod rev_parse;
pub(crate) mod revwalk;
pub(crate) mod scratch;
pub(crate) mod seal;
mod shared;
pub mod sparse;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod stream;
pub mod tree;
pub(crate) mod unkept;
pub(crate) mod who;
pub(crate) mod worktree;
pub(crate) mod worktree_tree;

pub use config::Config;
pub use discover::DiscoverError;
pub use gix::{
    ObjectId,
    hashtable::HashMap as ObjectIdMap,
    objs::{
        Kind as ObjectKind, Tree, TreeRef,
        tree::{Entry as TreeEntry, EntryKind, EntryMode},
    },
};
pub use head::Head;
pub use refs::{RefChange, RefError, Refs};
pub use repo::{Repo, Report};
