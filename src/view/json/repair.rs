//! `repair`.

use schemars::JsonSchema;
use serde::Serialize;

use super::SCHEMA;
use crate::{
    domain::repair::Evidence,
    git::ObjectId,
    query::repair::{Found, Link, Unknown},
};

/// `repair`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RepairAnswer {
    schema: u32,
    /// Whether nothing was changed (`--dry-run`).
    dry_run: bool,
    /// The commits that belong to a task again.
    linked: Vec<LinkJson>,
    /// Commits that do not belong to a task which they name: they are what commits unlinked from it were rewritten to.
    unlinked: Vec<LinkJson>,
    /// Commits that name no task, and of which nothing is known for certain.
    unknown: Vec<UnknownJson>,
}

/// A commit and the task it was found to belong to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinkJson {
    /// The commit.
    pub commit: String,
    /// Its task.
    pub task: String,
    /// How that is known: `reflog`, `tree` (the same change on the same tree), `patch`, `squash` (the change of a branch),
    /// `rewrite` (it is what a linked commit was rewritten to).
    pub by: &'static str,
    /// The commit that is the evidence, or the tip of the branch; null for `reflog`.
    pub source: Option<String>,
    /// The contents were compared; false when `--squash-of` says something that they do not.
    pub compared: bool,
}

/// A commit of which it is not known whose it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnknownJson {
    commit: String,
    subject: String,
    /// `no-source`, `ambiguous`, `same-history`, `not-in-ledger`, `empty`, `shallow`.
    reason: &'static str,
    /// The commits with the same change.
    candidates: Vec<CandidateJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CandidateJson {
    /// The commit, or the tip of the branch.
    commit: String,
    /// The tasks that it names.
    tasks: Vec<String>,
    /// As in `linked`.
    by: &'static str,
}

impl LinkJson {
    fn new(link: &Link) -> Self {
        LinkJson {
            commit: link.commit.to_string(),
            task: link.task.to_string(),
            by: link.by,
            source: link.source.map(|commit| commit.to_string()),
            compared: link.compared,
        }
    }
}

impl UnknownJson {
    fn new(unknown: &Unknown) -> Self {
        let candidate = |one: &Evidence<ObjectId>| CandidateJson {
            commit: one.source.to_string(),
            tasks: one.tasks.clone(),
            by: one.by(),
        };
        UnknownJson {
            commit: unknown.commit.to_string(),
            subject: unknown.subject.clone(),
            reason: unknown.why.as_str(),
            candidates: unknown.candidates.iter().map(candidate).collect(),
        }
    }
}

impl RepairAnswer {
    /// The answer with what was found.
    pub fn new(found: &Found, dry_run: bool) -> Self {
        let linked = found.links.iter().map(LinkJson::new).collect();
        let unlinked = found.unlinks.iter().map(LinkJson::new).collect();
        let unknown = found.unknown.iter().map(UnknownJson::new).collect();
        RepairAnswer { schema: SCHEMA, dry_run, linked, unlinked, unknown }
    }
}
