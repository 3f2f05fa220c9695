//! The only code that knows git.
//!
//! Reading goes through gix, in this process. What gix cannot do, or must not do for the user (commit with their hooks and
//! signing, move files in the work tree, talk to a reftable), goes through the git binary, spawned in one place: [`cmd`].

pub mod agent_host;
pub mod attributes;
pub mod blame;
pub mod blocking_lock;
pub mod changed_paths;
pub mod claims;
pub mod cmd;
pub mod commit;
pub mod commit_graph;
pub mod commit_tree;
mod config;
pub mod config_block;
pub mod config_parameters;
pub mod date;
pub mod diff;
pub mod discover;
mod head;
pub mod hooks;
mod host;
pub mod ignore;
pub mod index;
pub mod lock;
pub mod lock_file;
pub mod locked_file;
pub mod log;
pub mod merge;
pub mod message;
pub mod names;
pub mod objects;
pub mod partial;
pub mod patch;
pub mod pathspec;
pub mod processes;
pub mod programs;
pub mod quote;
pub mod raw;
pub mod reflog;
pub mod refs;
pub mod relay;
pub mod remote;
pub mod replace;
mod repo;
pub mod rev_parse;
pub mod revwalk;
pub mod scratch;
pub mod seal;
mod shared;
pub mod sparse;
pub mod state;
pub mod status;
pub mod stream;
pub mod submodules;
pub mod tree;
pub mod unkept;
pub mod who;
pub mod worktree;
pub mod worktree_tree;

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
pub use host::host_name;
pub use refs::{RefChange, RefError, Refs};
pub use repo::{Repo, Report};
