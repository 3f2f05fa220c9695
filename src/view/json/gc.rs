//! `gc`.

use super::{JsonForm as _, json};
use crate::recovery::gc::{Chain, Expiry, Room};

json! {
    /// `gc`.
    pub struct GcAnswer from plan: &Expiry, room: Room, is_dry_run: bool {
        /// Whether nothing was changed (`--dry-run`).
        dry_run: bool = is_dry_run,
        /// Ids of the snapshots that go, newest first.
        dropped: Vec<String> = plan.drop.iter().map(|snapshot| snapshot.id.to_string()).collect(),
        /// How many snapshots stay.
        kept: usize = plan.keep.len(),
        /// The fate of the operations.
        operations: Vec<ChainJson> = plan.chains.to_json(),
        /// Bytes on the disk that only snapshots and operations need.
        bytes: u64 = room.all,
        /// Of these, the objects that only expired ones need.
        freed_bytes: u64 = room.freed,
        /// What is skipped, and why.
        remarks: Vec<String>,
    }

    /// The operations of a worktree.
    struct ChainJson from chain: &Chain {
        /// `main`, or the name of a linked worktree.
        worktree: String,
        /// How many go.
        dropped: usize = chain.drop,
        /// How many stay.
        kept: usize = chain.keep.len(),
    }
}
