//! `guard`.

use std::{os::unix::ffi::OsStrExt as _, path::Path};

use super::{RefusalJson, TakenJson, json};
use crate::{
    verbs::guard::{self, Risk, Saved},
    view::sanitize,
};

json! {
    /// `guard`.
    pub struct GuardAnswer from answer: &guard::Answer, code: Option<i32>, unguarded: Option<&str> {
        /// `safe`: the line destroys nothing; `captured`: what it would destroy was saved in a snapshot; `refused`: it
        /// must not run; `allowed`: there is nothing to lose, or a snapshot holds it already.
        verdict: &'static str = answer.verdict.as_str(),
        /// What the line may destroy.
        risks: Vec<RiskJson>,
        /// The snapshot of this worktree that holds it.
        snapshot: Option<SavedJson> = answer.saved.first().map(|saved| SavedJson::new(saved, unguarded)),
        /// All of them, when the line reaches other worktrees or submodules, too.
        snapshots: Vec<SavedJson> = answer.saved.iter().map(|saved| SavedJson::new(saved, unguarded)).collect(),
        /// Bundles of all refs, when those that hold snapshots may be rewritten or deleted: `git fetch` reads them. Omitted if
        /// there is none.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        bundles: Vec<String> = answer.bundles.iter().map(|bundle| path(bundle)).collect(),
        /// Why it is refused.
        refusal: Option<RefusalJson>,
        /// What is not in a snapshot, and why one could not be taken.
        warnings: Vec<String>,
        /// The exit code of the command, if one was run.
        exit: Option<i32> = code,
    }

    /// A snapshot, and of which worktree it is.
    struct SavedJson from saved: &Saved, unguarded: Option<&str> {
        /// The snapshot.
        #[serde(flatten)]
        taken: TakenJson = TakenJson::new(&saved.taken, unguarded.map(str::to_owned)),
        /// The top of the work tree; its repository has the snapshot.
        worktree: String = worktree(saved),
    }

    /// A command that destroys something.
    struct RiskJson from risk: &Risk {
        /// As it is written.
        command: String = sanitize::bytes(risk.command.as_ref()),
        /// The kind of loss: `uncommitted`, `untracked`, `ignored`, `stash`, `history`, `remote`, `repository`, `unknown`.
        what: Vec<&'static str> = losses(risk),
        /// Why, a sentence.
        why: &'static str,
        /// `changes`, `destroys`, `fatal`.
        level: &'static str = risk.level.as_str(),
    }
}

fn losses(risk: &Risk) -> Vec<&'static str> {
    let mut what: Vec<&str> = Vec::new();
    for word in risk.losses.iter().map(|loss| loss.word()) {
        if !what.contains(&word) {
            what.push(word);
        }
    }
    what
}

fn worktree(saved: &Saved) -> String {
    let top = saved.repo.work_dir().unwrap_or(saved.repo.git_dir());
    path(&top.canonicalize().unwrap_or_else(|_| top.to_owned()))
}

fn path(path: &Path) -> String {
    sanitize::bytes(path.as_os_str().as_bytes().as_ref())
}
