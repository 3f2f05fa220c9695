//! `snapshot`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{JsonForm as _, NamedPath, PathJson, json};
use crate::{
    git::changed_paths::Difference,
    recovery::snapshot::{Listed, SkippedPath, Snapshot, Taken},
};

/// The answer of `snapshot` and its subcommands.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum SnapshotAnswer {
    /// The answer of `snapshot`.
    Taken {
        /// The snapshot, new or existing.
        snapshot: TakenJson,
    },
    /// The answer of `snapshot list`.
    List {
        /// The snapshots, newest first.
        snapshots: Vec<SnapshotJson>,
        /// Refs that are not readable snapshots.
        damaged: Vec<DamagedJson>,
    },
    /// The answer of `snapshot show`.
    Show(Box<ShownJson>),
    /// The answer of `snapshot drop`.
    Drop {
        /// The deleted snapshots.
        dropped: Vec<SnapshotJson>,
    },
}

json! {
    /// A snapshot and its content.
    pub struct ShownJson {
        pub snapshot: SnapshotJson,
        /// The differences from its HEAD.
        pub changes: Vec<ChangeJson>,
        /// The differences from the current work tree; `null` if the snapshot belongs to another worktree.
        pub since: Option<Vec<ChangeJson>>,
        /// Paths with conflicts in the index.
        pub unmerged: Vec<PathJson>,
        /// The paths that it does not contain.
        pub skipped: Vec<SkippedJson>,
    }

    /// A snapshot of the current state of the worktree.
    pub struct TakenJson from taken: &Taken, why: Option<String> {
        /// The ulid of the snapshot.
        id: String = taken.snapshot.id.to_string(),
        /// The full name of its ref.
        r#ref: String = taken.snapshot.ref_name(),
        /// The full id of its commit.
        commit: String = taken.snapshot.commit.to_string(),
        /// False if the last snapshot of this worktree already had the same content; that one is returned.
        created: bool,
        /// The paths that it does not contain.
        skipped: Vec<SkippedJson> = taken.state.skipped.to_json(),
        /// Why `git push --mirror` would push it; omitted if the hook prevents that, or there is no remote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unguarded: Option<String> = why,
    }

    /// A path that a snapshot does not contain.
    pub struct SkippedJson from skipped: &SkippedPath {
        /// The path, or its bytes in hex.
        #[serde(flatten)]
        path: NamedPath,
        /// The reason: `too-large`, `unreadable`, `nested-repository`, `special`, `unstable`, `name`, `missing-object`, `private`.
        reason: &'static str = skipped.why.as_str(),
        /// Its size in bytes; 0 if it has none.
        bytes: u64,
    }

    /// A snapshot.
    pub struct SnapshotJson from snapshot: &Snapshot {
        /// The ulid of the snapshot.
        id: String,
        /// The full name of its ref.
        r#ref: String = snapshot.ref_name(),
        /// The full id of its commit.
        commit: String,
        /// Why it was taken: `manual`, `guard`, `safety`, `session`.
        kind: &'static str = snapshot.about.kind.as_str(),
        /// The description: one line; may be empty.
        message: String = snapshot.about.message.clone(),
        /// The time of the capture.
        at: String = snapshot.about.at.to_string(),
        /// The actor, as `name@host`.
        by: String = snapshot.about.by.clone(),
        /// The worktree: `main`, or the name of a linked one.
        worktree: String = snapshot.about.worktree.clone(),
        /// The full id of the commit of HEAD; `null` on an unborn branch.
        head: Option<String> = snapshot.about.head.commit.to_json(),
        /// The short name of the branch; `null` if HEAD was detached.
        branch: Option<String> = snapshot.about.head.branch_name(),
        /// The session of an agent host that it was taken in, `<host>/<id>`; `null` if there was none.
        session: Option<String> = snapshot.about.session.as_ref().map(ToString::to_string),
        /// Ids of the tasks that were active.
        tasks: Vec<String> = snapshot.about.tasks.to_json(),
        /// It was not made in this repository: it can be restored only with `--foreign`; omitted otherwise.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        foreign: bool = snapshot.is_foreign,
    }

    /// A ref that is not a readable snapshot.
    pub struct DamagedJson from damaged: &(String, String) {
        /// The full name of the ref.
        r#ref: String = damaged.0.clone(),
        /// Why it cannot be read.
        reason: String = damaged.1.clone(),
    }

    /// A path that differs.
    pub struct ChangeJson from difference: &Difference {
        /// The path, or its bytes in hex.
        #[serde(flatten)]
        path: NamedPath,
        /// `A` added, `M` modified, `D` deleted, `T` type changed.
        status: &'static str = difference.status().as_str(),
    }
}

impl SnapshotAnswer {
    /// `snapshot`.
    pub fn taken(taken: &Taken, unguarded: Option<String>) -> Self {
        SnapshotAnswer::Taken { snapshot: TakenJson::new(taken, unguarded) }
    }

    /// `snapshot list`.
    pub fn list(listed: &Listed) -> Self {
        SnapshotAnswer::List { snapshots: listed.snapshots.to_json(), damaged: listed.damaged.to_json() }
    }

    /// `snapshot drop`.
    pub fn dropped(snapshots: &[Snapshot]) -> Self {
        SnapshotAnswer::Drop { dropped: snapshots.to_json() }
    }
}
