//! `snapshot`.

use bstr::ByteSlice as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::{NamedPath, PathJson, SCHEMA};
use crate::{git::changed_paths::Difference, recovery::snapshot};

/// `snapshot`, `snapshot list`, `snapshot show`, `snapshot drop`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum SnapshotAnswer {
    /// `snapshot`.
    Taken {
        /// The version of the contract.
        schema: u32,
        /// The snapshot of the current state.
        snapshot: TakenJson,
    },
    /// `snapshot list`.
    List {
        /// The version of the contract.
        schema: u32,
        /// Newest first.
        snapshots: Vec<SnapshotJson>,
        /// Refs whose snapshot cannot be read.
        damaged: Vec<DamagedJson>,
    },
    /// `snapshot show`.
    Show(Box<ShownJson>),
    /// `snapshot drop`.
    Drop {
        /// The version of the contract.
        schema: u32,
        /// The deleted snapshots.
        dropped: Vec<SnapshotJson>,
    },
}

/// A snapshot and its content.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownJson {
    /// The version of the contract.
    pub schema: u32,
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
#[derive(Debug, Serialize, JsonSchema)]
pub struct TakenJson {
    /// Its id.
    pub id: String,
    /// Its ref.
    pub r#ref: String,
    /// Its commit.
    pub commit: String,
    /// False when the last snapshot of this worktree has all of it already: that one is named.
    pub created: bool,
    /// The skipped paths.
    pub skipped: Vec<SkippedJson>,
    /// Why nothing keeps `git push --mirror` from pushing it; left out where our hook does, or there is no remote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unguarded: Option<String>,
}

/// Something that a snapshot does not hold.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SkippedJson {
    /// Where.
    #[serde(flatten)]
    pub path: NamedPath,
    /// Why: `too-large`, `unreadable`, `nested-repository`, `special`, `unstable`, `name`, `missing-object`, `private`.
    pub reason: &'static str,
    /// Its size, 0 where it has none.
    pub bytes: u64,
}

impl TakenJson {
    /// The JSON form of `taken`.
    pub fn new(taken: &snapshot::Taken) -> Self {
        TakenJson {
            id: taken.snapshot.id.to_string(),
            r#ref: taken.snapshot.ref_name(),
            commit: taken.snapshot.commit.to_string(),
            created: taken.created,
            skipped: taken.state.skipped.iter().map(SkippedJson::new).collect(),
            unguarded: None,
        }
    }
}

impl SkippedJson {
    /// The JSON form of `skipped`.
    pub fn new(skipped: &snapshot::Skipped) -> Self {
        SkippedJson { path: NamedPath::new(skipped.path.as_bstr()), reason: skipped.why.as_str(), bytes: skipped.bytes }
    }
}

/// A snapshot.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SnapshotJson {
    /// Its id.
    pub id: String,
    /// Its ref.
    pub r#ref: String,
    /// Its commit.
    pub commit: String,
    /// Its origin: `manual`, `guard`, `safety`, `session`.
    pub kind: &'static str,
    /// One line; may be empty.
    pub message: String,
    /// When.
    pub at: String,
    /// The actor.
    pub by: String,
    /// Of which worktree.
    pub worktree: String,
    /// The commit that HEAD was; `null` when there was none.
    pub head: Option<String>,
    /// The branch that HEAD was on; `null` when detached.
    pub branch: Option<String>,
    /// The session of an agent host that it was taken in, `<host>/<id>`; `null` outside of one.
    pub session: Option<String>,
    /// The tasks that were active.
    pub tasks: Vec<String>,
    /// It was not made in this repository: `snapshot restore` takes it with `--foreign` alone; left out otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub foreign: bool,
}

impl SnapshotJson {
    /// The JSON form of `snapshot`.
    pub fn new(snapshot: &snapshot::Snapshot) -> Self {
        let about = &snapshot.about;
        SnapshotJson {
            id: snapshot.id.to_string(),
            r#ref: snapshot.ref_name(),
            commit: snapshot.commit.to_string(),
            kind: about.kind.as_str(),
            message: about.message.clone(),
            at: about.at.to_string(),
            by: about.by.clone(),
            worktree: about.worktree.clone(),
            head: about.head.commit.map(|commit| commit.to_string()),
            branch: about.head.branch_name(),
            session: about.session.as_ref().map(ToString::to_string),
            tasks: about.tasks.iter().map(ToString::to_string).collect(),
            foreign: snapshot.is_foreign,
        }
    }
}

/// A ref whose snapshot cannot be read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DamagedJson {
    /// The ref.
    pub r#ref: String,
    /// Why not.
    pub reason: String,
}

/// A path that differs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChangeJson {
    /// Where.
    #[serde(flatten)]
    pub path: NamedPath,
    /// `A` added, `M` modified, `D` deleted, `T` another kind of thing.
    pub status: char,
}

impl ChangeJson {
    /// The JSON form of `difference`.
    pub fn new(difference: &Difference) -> Self {
        ChangeJson { path: NamedPath::new(difference.path.as_bstr()), status: difference.letter() }
    }
}

impl SnapshotAnswer {
    /// `snapshot`.
    pub fn taken(taken: &snapshot::Taken, unguarded: Option<String>) -> Self {
        SnapshotAnswer::Taken { schema: SCHEMA, snapshot: TakenJson { unguarded, ..TakenJson::new(taken) } }
    }

    /// `snapshot list`.
    pub fn list(listed: &snapshot::Listed) -> Self {
        let damaged = |(name, reason): &(String, String)| DamagedJson { r#ref: name.clone(), reason: reason.clone() };
        SnapshotAnswer::List {
            schema: SCHEMA,
            snapshots: listed.snapshots.iter().map(SnapshotJson::new).collect(),
            damaged: listed.damaged.iter().map(damaged).collect(),
        }
    }

    /// `snapshot drop`.
    pub fn dropped(snapshots: &[snapshot::Snapshot]) -> Self {
        SnapshotAnswer::Drop { schema: SCHEMA, dropped: snapshots.iter().map(SnapshotJson::new).collect() }
    }
}
