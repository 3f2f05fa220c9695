//! `gc`.

use super::{JsonForm as _, json};
use crate::recovery::gc::{Chain, Expiry, Room};

json! {
    /// The answer of `gc`.
    pub struct GcAnswer from plan: &Expiry, room: Room, is_dry_run: bool {
        /// Whether nothing was changed (`--dry-run`).
        dry_run: bool = is_dry_run,
        /// Ids of the expired snapshots, newest first.
        dropped: Vec<String> = plan.drop.iter().map(|snapshot| snapshot.id.to_string()).collect(),
        /// The number of snapshots that are kept.
        kept: usize = plan.keep.len(),
        /// The operations of each worktree.
        operations: Vec<ChainJson> = plan.chains.to_json(),
        /// The disk usage in bytes of objects that only snapshots and operations need.
        bytes: u64 = room.all,
        /// The part of `bytes` that only expired ones need.
        freed_bytes: u64 = room.freed,
        /// Warnings about what was skipped.
        remarks: Vec<String>,
    }

    /// The operations of a worktree.
    struct ChainJson from chain: &Chain {
        /// `main`, or the name of a linked worktree.
        worktree: String,
        /// The number of expired operations.
        dropped: usize = chain.drop,
        /// The number of operations that are kept.
        kept: usize = chain.keep.len(),
    }
}
