//! `repair`.

use super::{JsonForm as _, json};
use crate::{
    domain::repair::Evidence,
    git::ObjectId,
    query::repair::{Found, Link, Unknown},
};

json! {
    /// The answer of `repair`.
    pub struct RepairAnswer from found: &Found, is_dry_run: bool {
        /// Whether nothing was changed (`--dry-run`).
        dry_run: bool = is_dry_run,
        /// The commits that were linked, with their tasks.
        linked: Vec<LinkJson> = found.links.to_json(),
        /// Commits that were unlinked from a task they name, because they are rewritten forms of unlinked commits.
        unlinked: Vec<LinkJson> = found.unlinks.to_json(),
        /// Commits without a task whose task could not be determined.
        unknown: Vec<UnknownJson>,
    }

    /// A commit and the task it belongs to.
    struct LinkJson from link: &Link {
        /// The full commit id.
        commit: String,
        /// The id of the task.
        task: String,
        /// The evidence: `reflog`, `tree` (the same change on the same tree), `patch`, `squash` (the change of a branch),
        /// `rewrite` (of a linked commit).
        by: &'static str,
        /// The commit that provides the evidence, or the tip of the branch; null for `reflog`.
        source: Option<String>,
        /// Whether the contents were compared; false if only `--squash-of` says so.
        compared: bool,
    }

    /// A commit whose task could not be determined.
    struct UnknownJson from unknown: &Unknown {
        commit: String,
        subject: String,
        /// `no-source`, `ambiguous`, `same-history`, `not-in-ledger`, `empty`, `shallow`.
        reason: &'static str = unknown.why.as_str(),
        /// The commits with the same change, and their tasks.
        candidates: Vec<CandidateJson>,
    }

    struct CandidateJson from one: &Evidence<ObjectId> {
        /// The full id of the commit, or of the tip of the branch.
        commit: String = one.source.to_string(),
        /// Ids of the tasks that it names.
        tasks: Vec<String>,
        /// The evidence, as in `linked`.
        by: &'static str = one.by(),
    }
}
