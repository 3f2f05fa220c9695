//! `snapshot`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{JsonForm as _, NamedPath, PathJson, json};
use crate::{
    git::changed_paths::Difference,
    recovery::snapshot::{Listed, Skipped, Snapshot, Taken},
};

/// `snapshot`, `snapshot list`, `snapshot show`, `snapshot drop`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum SnapshotAnswer {
    /// `snapshot`.
    Taken {
        /// The snapshot of the current state.
        snapshot: TakenJson,
    },
    /// `snapshot list`.
    List {
        /// Newest first.
        snapshots: Vec<SnapshotJson>,
        /// Refs whose snapshot cannot be read.
        damaged: Vec<DamagedJson>,
    },
    /// `snapshot show`.
    Show(Box<ShownJson>),
    /// `snapshot drop`.
    Drop {
        /// The deleted snapshots.
        dropped: Vec<SnapshotJson>,
    },
}

json! {
    /// A snapshot and its content.
    pub struct ShownJson {
        /// The snapshot.
        pub snapshot: SnapshotJson,
        /// The differences from the HEAD of its time.
        pub changes: Vec<ChangeJson>,
        /// The differences from the current work tree; `null` if the snapshot belongs to another worktree.
        pub since: Option<Vec<ChangeJson>>,
        /// Paths with a conflict in the index.
        pub unmerged: Vec<PathJson>,
        /// The skipped paths.
        pub skipped: Vec<SkippedJson>,
    }

    /// A snapshot that holds the worktree as it is now.
    pub struct TakenJson from taken: &Taken, why: Option<String> {
        /// Its id.
        id: String = taken.snapshot.id.to_string(),
        /// Its ref.
        r#ref: String = taken.snapshot.ref_name(),
        /// Its commit.
        commit: String = taken.snapshot.commit.to_string(),
        /// False when the last snapshot of this worktree has all of it already: that one is named.
        created: bool,
        /// The skipped paths.
        skipped: Vec<SkippedJson> = taken.state.skipped.to_json(),
        /// Why nothing keeps `git push --mirror` from pushing it; omitted where our hook does, or there is no remote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unguarded: Option<String> = why,
    }

    /// Something that a snapshot does not hold.
    pub struct SkippedJson from skipped: &Skipped {
        /// Where.
        #[serde(flatten)]
        path: NamedPath,
        /// Why: `too-large`, `unreadable`, `nested-repository`, `special`, `unstable`, `name`, `missing-object`, `private`.
        reason: &'static str = skipped.why.as_str(),
        /// Its size, 0 where it has none.
        bytes: u64,
    }

    /// A snapshot.
    pub struct SnapshotJson from snapshot: &Snapshot {
        /// Its id.
        id: String,
        /// Its ref.
        r#ref: String = snapshot.ref_name(),
        /// Its commit.
        commit: String,
        /// Its origin: `manual`, `guard`, `safety`, `session`.
        kind: &'static str = snapshot.about.kind.as_str(),
        /// One line; may be empty.
        message: String = snapshot.about.message.clone(),
        /// When.
        at: String = snapshot.about.at.to_string(),
        /// The actor.
        by: String = snapshot.about.by.clone(),
        /// Of which worktree.
        worktree: String = snapshot.about.worktree.clone(),
        /// The commit that HEAD was; `null` when there was none.
        head: Option<String> = snapshot.about.head.commit.to_json(),
        /// The branch that HEAD was on; `null` when detached.
        branch: Option<String> = snapshot.about.head.branch_name(),
        /// The session of an agent host that it was taken in, `<host>/<id>`; `null` outside of one.
        session: Option<String> = snapshot.about.session.as_ref().map(ToString::to_string),
        /// The tasks that were active.
        tasks: Vec<String> = snapshot.about.tasks.to_json(),
        /// It was not made in this repository: `snapshot restore` takes it with `--foreign` alone; omitted otherwise.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        foreign: bool = snapshot.is_foreign,
    }

    /// A ref whose snapshot cannot be read.
    pub struct DamagedJson from damaged: &(String, String) {
        /// The ref.
        r#ref: String = damaged.0.clone(),
        /// Why not.
        reason: String = damaged.1.clone(),
    }

    /// A path that differs.
    pub struct ChangeJson from difference: &Difference {
        /// Where.
        #[serde(flatten)]
        path: NamedPath,
        /// `A` added, `M` modified, `D` deleted, `T` another kind of thing.
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
