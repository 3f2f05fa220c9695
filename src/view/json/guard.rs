//! `guard`.

use std::{os::unix::ffi::OsStrExt as _, path::Path};

use super::{RefusalJson, TakenJson, json};
use crate::{
    verbs::guard::{self, Risk, Saved},
    view::sanitize,
};

json! {
    /// The answer of `guard`.
    pub struct GuardAnswer from answer: &guard::Answer, code: Option<i32>, unguarded: Option<&str> {
        /// `safe`: the line destroys nothing; `captured`: a snapshot was taken of what it would destroy; `refused`: it
        /// must not run; `allowed`: there is nothing to lose, or the last snapshot contains it already.
        verdict: &'static str = answer.verdict.as_str(),
        /// What the line may destroy, by command.
        risks: Vec<RiskJson>,
        /// The snapshot of this worktree that contains it.
        snapshot: Option<SavedJson> = answer.saved.first().map(|saved| SavedJson::new(saved, unguarded)),
        /// All snapshots, if the line reaches other worktrees or submodules as well.
        snapshots: Vec<SavedJson> = answer.saved.iter().map(|saved| SavedJson::new(saved, unguarded)).collect(),
        /// Bundles of all refs, if refs of snapshots may be rewritten or deleted; readable by `git fetch`. Omitted if
        /// there are none.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        bundles: Vec<String> = answer.bundles.iter().map(|bundle| path(bundle)).collect(),
        /// Why the line is refused.
        refusal: Option<RefusalJson>,
        /// What is not in a snapshot, or why none could be taken.
        warnings: Vec<String>,
        /// The exit code of the command, if one was run.
        exit: Option<i32> = code,
    }

    /// A snapshot and its worktree.
    struct SavedJson from saved: &Saved, unguarded: Option<&str> {
        /// The snapshot.
        #[serde(flatten)]
        taken: TakenJson = TakenJson::new(&saved.taken, unguarded.map(str::to_owned)),
        /// The top of the work tree; the snapshot is in its repository.
        worktree: String = worktree(saved),
    }

    /// A command that may destroy something.
    struct RiskJson from risk: &Risk {
        /// The command as written.
        command: String = sanitize::bytes(risk.command.as_ref()),
        /// The kind of loss: `uncommitted`, `untracked`, `ignored`, `stash`, `history`, `remote`, `repository`, `unknown`.
        what: Vec<&'static str> = losses(risk),
        /// What the command does, as a part of a sentence.
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
    let top = saved.repo.dir();
    path(&top.canonicalize().unwrap_or_else(|_| top.to_owned()))
}

fn path(path: &Path) -> String {
    sanitize::bytes(path.as_os_str().as_bytes().as_ref())
}
