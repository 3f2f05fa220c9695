//! `gc`.

use schemars::JsonSchema;
use serde::Serialize;

use super::SCHEMA;
use crate::recovery::gc::{Expiry, Room};

/// `gc`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GcAnswer {
    schema: u32,
    /// Whether nothing was changed (`--dry-run`).
    dry_run: bool,
    /// Ids of the snapshots that go, newest first.
    dropped: Vec<String>,
    /// How many snapshots stay.
    kept: usize,
    /// The fate of the operations.
    operations: Vec<ChainJson>,
    /// Bytes on the disk that only snapshots and operations need.
    bytes: u64,
    /// Of these, the objects that only expired ones need.
    freed_bytes: u64,
    /// What is skipped, and why.
    remarks: Vec<String>,
}

/// The operations of a worktree.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChainJson {
    /// `main`, or the name of a linked worktree.
    worktree: String,
    /// How many go.
    dropped: usize,
    /// How many stay.
    kept: usize,
}

impl GcAnswer {
    /// The answer with `plan`.
    pub fn new(plan: &Expiry, room: Room, dry_run: bool) -> Self {
        let chain = |chain: &crate::recovery::gc::Chain| ChainJson {
            worktree: chain.worktree.clone(),
            dropped: chain.drop,
            kept: chain.keep.len(),
        };
        GcAnswer {
            schema: SCHEMA,
            dry_run,
            dropped: plan.drop.iter().map(|snapshot| snapshot.id.to_string()).collect(),
            kept: plan.keep.len(),
            operations: plan.chains.iter().map(chain).collect(),
            bytes: room.all,
            freed_bytes: room.freed,
            remarks: plan.remarks.clone(),
        }
    }
}
