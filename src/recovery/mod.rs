//! Recovery: snapshots, operations, checkpoints, rollback, undo.
//!
//! ```text
//! capture ─▶ plan ─▶ preflight ─▶ store the snapshot ─▶ op begun ─▶ aside ─▶ write ─▶ verify ─▶ index ─▶ refs ─▶ op done
//! (memory)  (memory)  (refuse?)    (durable, with a ref)             └──────── a crash here: resume or undo ────────┘
//! ```
//!
//! Nothing of the user's changes before the operation is recorded as begun. From then on every byte that is moved away is in the
//! snapshot, which is on the disk and has a ref. See `docs/recovery.md` for the whole story.
//!
//! # The way of `rollback t-1@2`
//!
//! Each line calls the next one further in, or answers; nothing calls back.
//!
//! ```text
//! main ─▶ cli ─▶ cmd/rollback                          words ─▶ Request
//!   verbs/rollback                                     Request ─▶ Answer
//!     query/revision                                   't-1@2' ─▶ the commit
//!     rollback            check, plan                  Request ─▶ RollbackPlan
//!       task_commits                                   whose the commits after it are
//!       domain/rollback/decide                         which mode
//!     rollback/execute    carry_out                    RollbackPlan ─▶ Operation and Target
//!       execute           LockedWorktree::take         lock, refuse, capture
//!       execute           carry_out                    Operation ─▶ Outcome
//!         path_plan                                    what happens to each path
//!         snapshot/store                               the current state, durably
//!         execution       Execution::forward           Operation ─▶ Execution
//!           restore                                    files, state, index
//!         execution       Execution::end               refs, `done`
//! ```
//!
//! `undo`, `redo`, `snapshot restore` and `squash` join at `execute` with an [`Operation`](operation::Operation) and a
//! [`Target`](path_plan::Target) of their own.

mod cache;
pub(crate) mod checkpoint;
pub mod commit;
mod execute;
mod execution;
pub(crate) mod gc;
pub(crate) mod heal;
pub(crate) mod in_progress;
mod ledger_events;
mod lock;
pub mod operation;
pub mod path_plan;
mod preflight;
pub mod restore;
pub mod rollback;
pub mod snapshot;
pub(crate) mod squash;
mod task_commits;
pub(crate) mod undo;

pub use crate::recovery::cache::is_interrupted;
pub use crate::recovery::execute::{Done, OperationAuthor, Outcome, interrupted, resume, take_back};
pub use crate::recovery::ledger_events::COLLAPSED;
pub use lock::{clear_up, finish_checkpoint, left_behind};
