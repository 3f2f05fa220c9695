//! `repair`.

use super::{JsonForm as _, json};
use crate::{
    domain::repair::Evidence,
    git::ObjectId,
    query::repair::{Found, Link, Unknown},
};

json! {
    /// `repair`.
    pub struct RepairAnswer from found: &Found, is_dry_run: bool {
        /// Whether nothing was changed (`--dry-run`).
        dry_run: bool = is_dry_run,
        /// The commits that belong to a task again.
        linked: Vec<LinkJson> = found.links.to_json(),
        /// Commits that do not belong to a task which they name: they are what commits unlinked from it were rewritten to.
        unlinked: Vec<LinkJson> = found.unlinks.to_json(),
        /// Commits that name no task, and of which nothing is known for certain.
        unknown: Vec<UnknownJson>,
    }

    /// A commit and the task it was found to belong to.
    struct LinkJson from link: &Link {
        /// The commit.
        commit: String,
        /// Its task.
        task: String,
        /// How that is known: `reflog`, `tree` (the same change on the same tree), `patch`, `squash` (the change of a branch),
        /// `rewrite` (it is what a linked commit was rewritten to).
        by: &'static str,
        /// The commit that is the evidence, or the tip of the branch; null for `reflog`.
        source: Option<String>,
        /// The contents were compared; false when `--squash-of` says something that they do not.
        compared: bool,
    }

    /// A commit of which it is not known whose it is.
    struct UnknownJson from unknown: &Unknown {
        commit: String,
        subject: String,
        /// `no-source`, `ambiguous`, `same-history`, `not-in-ledger`, `empty`, `shallow`.
        reason: &'static str = unknown.why.as_str(),
        /// The commits with the same change.
        candidates: Vec<CandidateJson>,
    }

    struct CandidateJson from one: &Evidence<ObjectId> {
        /// The commit, or the tip of the branch.
        commit: String = one.source.to_string(),
        /// The tasks that it names.
        tasks: Vec<String>,
        /// As in `linked`.
        by: &'static str = one.by(),
    }
}
