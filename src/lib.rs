//! git-agent: the flight recorder and the undo button for coding agents, inside git.
//!
//! # Map
//!
//! | folder | what it is | may use |
//! |---|---|---|
//! | [`core`] | what tasks, events, trailers and dependencies mean; pure | nothing |
//! | `git` | the only code that knows git: gix for reading, one place that spawns `git` | `core` |
//! | `ledger` | the notes ref that holds every task's event log: read, append, merge, index | `core`, `git` |
//! | `hook` | what git's hooks do, and how they are installed | `core`, `git`, `ledger` |
//! | `checkpoint` | what is staged, refused and committed | `core`, `git` |
//! | `history` | the commit graph and what its commits say of tasks, with a derived index | `core`, `git` |
//! | `revision` | which commit `t-1@2`, `@last`, `@green`, `@start` is | `core`, `git`, `ledger`, `history` |
//! | `display` | notes on commits for plain `git log --notes=agent` | `core`, `git`, `ledger`, `revision` |
//! | `changes` | what changed since a task began, and whose it is | `core`, `git`, `ledger`, `revision`, `verify` |
//! | `verify` | evidence: a command, its outcome, the tree it ran on | `core`, `git`, `checkpoint` |
//! | `guard` | a snapshot before what destroys | `core`, `git`, `recovery` |
//! | `unstamped` | commits that should have named a task | `core`, `git`, `checkpoint` |
//! | `relink` | commits that lost their trailer, and whose they are | `core`, `git`, `ledger`, `checkpoint`, `unstamped` |
//! | `recovery` | snapshots of a worktree, and going back to them | `core`, `git` |
//! | `bisect` | commits tested in worktrees of their own | `core`, `git`, `verify` |
//! | `brief` | what a fresh agent needs to go on | `core`, `git`, `ledger`, `revision`, `recovery`, `share`, `output` |
//! | `doctor` | what may be wrong, and what to do about it | all but `cmd` |
//! | `output` | stdout as an API, stderr for people | `core` |
//! | `cmd` | one file a command: parse, resolve, decide, act, print | all of them |

pub mod active;
pub mod bisect;
pub mod brief;
pub mod changes;
pub mod checkpoint;
pub mod cli;
pub mod cmd;
pub mod context;
pub mod core;
pub mod demo;
pub mod display;
pub mod doctor;
pub mod error;
pub mod exit;
pub mod git;
pub mod guard;
pub mod history;
pub mod hook;
pub mod ledger;
pub mod output;
pub mod recovery;
pub mod relink;
pub mod revision;
pub mod share;
pub mod unstamped;
pub mod verify;
