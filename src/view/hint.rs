//! Hints in words: the one place that knows which command or option does what code below the verbs advises.

use std::borrow::Cow;

use crate::{
    domain::text::{NAMED, oid, plural},
    error::{Advice, Error, Hint, Remedy, RollbackAdvice, TaskAdvice},
    query::unstamped::FollowUp,
};

/// The hints of `error` as people read them.
pub fn lines(error: &Error) -> Vec<String> {
    let hints = error.hint_list();
    if hints.is_empty() {
        return of_cause(&error.to_string()).map(str::to_owned).into_iter().collect();
    }
    hints.iter().map(|hint| line(hint).into_owned()).collect()
}

/// What to do about what the operating system refused, to git or to us, or git to us, as `said` quotes it.
fn of_cause(said: &str) -> Option<&'static str> {
    const REFUSALS: [(&str, &str); 8] = [
        ("No space left on device", "free some disk space, then try again"),
        // Of git, where it wrote less than it wanted to.
        ("Out of diskspace", "free some disk space, then try again"),
        ("Disk quota exceeded", "free some disk space, then try again"),
        ("Read-only file system", "the git directory must be on a file system that can be written to"),
        (
            "insufficient permission for adding an object",
            "the git directory must be writable; if a sandbox protects .git, run git outside the sandbox",
        ),
        // Of ours; git does not say the number.
        ("No such file or directory (os error 2)", "check the path: the file or its directory does not exist"),
        ("did not match any file", "check the paths: 'git status' lists those with changes"),
        (
            ": clean filter '",
            "'git check-attr filter -- <path>' shows the filter of a path, 'git config filter.<name>.clean' its command",
        ),
    ];
    REFUSALS.iter().find(|(refusal, _)| said.contains(refusal)).map(|(_, hint)| *hint)
}

/// `hint` as one line of text, with its commands.
pub fn line(hint: &Hint) -> Cow<'_, str> {
    match hint {
        Hint::Text(text) => Cow::Borrowed(text),
        Hint::Advice(advice) => of(advice),
    }
}

/// `1 commit made after t-1 ended names no task`
pub fn follow_up(after: &FollowUp) -> String {
    let verb = if after.commits.len() == 1 { "names" } else { "name" };
    format!("{} made after {} ended {verb} no task", plural(after.commits.len(), "commit"), after.task)
}

/// The command that links the commits of `after` to its task.
pub fn link_command(after: &FollowUp) -> String {
    let commits: Vec<String> = after.commits.iter().take(NAMED).map(oid).collect();
    format!("git agent link {} --task {}", commits.join(" "), after.task)
}

fn of(advice: &Advice) -> Cow<'static, str> {
    let line = match advice {
        Advice::Rollback(advice) => return rollback(advice),
        Advice::Task(id, advice) => return task(id, advice).into(),
        Advice::Doctor(remedy) => self::remedy(*remedy),
        Advice::UndoWithdrawal(command) => {
            return format!("to list it again, in the worktree where it was undone: git agent undo {command}").into();
        }
        Advice::ShowSnapshot(id) => return format!("to show it: git agent snapshot show {id}").into(),
        Advice::SnapshotFiles(id) => return format!("to list its files: git agent snapshot show {id}").into(),
        Advice::CallHook { path, line } => return format!("run 'git agent init', or add to '{path}': {line}").into(),
        Advice::ReplaceHook(path) => return format!("move '{path}' away and run 'git agent init'").into(),
        Advice::InstallHooks => "run 'git agent init'",
        Advice::AdoptAll => {
            "if it was made here by an earlier version, or before '.git/agent-id' was lost: 'git agent doctor --adopt' \
             accepts everything as made here; never use it after fetching refs/agent/*"
        }
        Advice::BlameArguments => "git agent blame [<options of git blame>] [<revision>] [--] <file>",
        Advice::BlameFormats => "it supports the default format, --summary and --json; for others, use 'git blame'",
        Advice::CheckLedger => "'git agent doctor' checks it",
        Advice::FirstCheckpoint => "'git agent checkpoint' creates the first one",
        Advice::CheckpointActive => "'git agent checkpoint' makes a checkpoint of the active task",
        Advice::CheckpointFirst => "save them first: git agent checkpoint",
        Advice::CheckpointLarge => "to commit it anyway: git agent checkpoint --large",
        Advice::CheckpointSecret => {
            "lines with 'gitleaks:allow' are accepted; to commit all of them: git agent checkpoint --allow-secret"
        }
        Advice::CheckpointWithoutNested => {
            "to add it as a submodule: 'git submodule add'; to skip it: 'git agent checkpoint --only <path>…'"
        }
        Advice::VerifyEverything => "omit --verify, or make a checkpoint of everything: git agent checkpoint --verify",
        Advice::CheckpointOrSnapshot => {
            "commit first ('git agent checkpoint'), or take a snapshot ('git agent snapshot') and ask a person"
        }
        Advice::CommittedOnly => "or ignore the work tree: --committed",
        Advice::DiffCommit => "or name the commit itself: git agent diff <commit>",
        Advice::DiffOrRange => "'git agent diff' can compare with it; in a range 'A..B' it can be A",
        Advice::FindNote => "'git agent doctor' shows which task it belongs to",
        Advice::FetchTasks => "in a fresh clone, fetch the tasks with 'git agent init'",
        Advice::Sync => "try again: git agent sync",
        Advice::FirstTask => "this ledger has no tasks yet: 'git agent add <title>' creates one",
        Advice::NewTask => "to continue in a new task: git agent add <title>",
        Advice::ListAllTasks => "'git agent list --all' shows every task",
        Advice::SettingNeedsId => "unset it, or set it to an id that 'git agent list' shows",
        Advice::LimitPaths => "limit the operation to other paths: git agent … -- <path>",
        Advice::ListOperations => "'git agent ops' lists the operations",
        Advice::UndoEarlier => "to undo an earlier command: git agent undo <op>; 'git agent ops' lists them",
        Advice::UndoLaterOperations => "undo the later operations first: 'git agent ops' lists them",
        Advice::UndoLaterCommands => "undo the later commands first: 'git agent ops' lists them",
        Advice::WaitForOperation => "try again when it has finished; 'git agent ops' shows it",
        Advice::Redo => "'git agent redo' undoes the last undo",
        Advice::UndoInterrupted => "to restore the previous state: git agent undo",
        Advice::ResumeInterrupted => "to finish it: git agent resume",
        Advice::UnreadableOperation => "a newer git-agent may have written it; 'git agent doctor' shows details",
        Advice::LogFormats => {
            "it supports the default format, --oneline, --json and --jsonl; for others, use 'git log'"
        }
        Advice::NamesOnly => "--name-status and the default form need no contents",
        Advice::Repair => "'git agent repair' links commits that lost their trailer",
        Advice::ReplaceSeal => {
            "move it away to get a new one; 'git agent doctor' then lists what was sealed with the old one"
        }
        Advice::FixSymbolicRef => "'git agent doctor --fix' deletes the symbolic ref and restores what it replaced",
        Advice::ListSnapshots => "'git agent snapshot list' lists the snapshots",
        Advice::LongerSnapshotPrefix => "use a longer prefix: 'git agent snapshot list' lists the snapshots",
        Advice::DropSnapshots => {
            "'git agent snapshot drop' and 'git agent gc' remove snapshots that are no longer needed"
        }
        Advice::ForeignFiles => "to restore only its files, without index and HEAD: add --foreign",
        Advice::SkipPath => "or skip it: name the other paths after --",
        Advice::SquashPlan => "check the plan again: git agent squash --dry-run",
        Advice::SquashWithoutOnto => "without --onto the commits above it are squashed",
    };
    line.into()
}

fn task(id: &str, advice: &TaskAdvice) -> String {
    match advice {
        TaskAdvice::AddWithId => format!("to add it to the ledger: git agent add <title> --id {id}"),
        TaskAdvice::CancelInstead => format!("to cancel it instead, which keeps it visible: git agent cancel {id}"),
        TaskAdvice::ReopenAnyway => format!("to reopen it anyway: git agent reopen {id}"),
        TaskAdvice::CompleteAnyway => {
            format!("it can still be completed, failed or cancelled: git agent complete {id}")
        }
        TaskAdvice::Pause => format!("'git agent pause {id}' stops work on it and keeps its files"),
        TaskAdvice::Start => format!("'git agent start {id}' starts it"),
        TaskAdvice::Show => format!("'git agent show {id}' shows what is known about it"),
        TaskAdvice::CheckNote => {
            format!("'git agent show {id}' shows its state, 'git agent doctor' checks its note")
        }
        TaskAdvice::ListCommits => format!("to list its commits: git agent log {id}"),
        TaskAdvice::Commits => format!("'git agent log {id}' shows the commits of {id}"),
        TaskAdvice::Checkpoints => format!("'git agent log {id}' shows its checkpoints"),
        TaskAdvice::MoreCheckpoints(more) => format!("… and {more} more: 'git agent log {id}'"),
        TaskAdvice::CheckpointCommit => {
            format!("for the checkpoint: its commit, which 'git agent log --task {id}' shows")
        }
        TaskAdvice::Fate => format!("'git agent log {id}' shows what happened to them"),
        TaskAdvice::SinceThen => format!("'git agent log {id}' shows what happened since then"),
        TaskAdvice::Squash => format!("'git agent squash {id}' squashes those of {id}"),
        TaskAdvice::SquashThenRebase(onto) => {
            format!("squash first, then move the commit: git agent squash {id}; git rebase '{onto}'")
        }
        TaskAdvice::Verify => format!("'git agent verify {id}' verifies the current state"),
    }
}

fn remedy(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::RestoreEvents => "'git agent doctor --fix' restores them",
        Remedy::NextBisect => "the next 'git agent bisect' removes it",
        Remedy::FetchLedger => "'git agent init' fetches them now and with every fetch, 'git agent sync' only once",
        Remedy::FetchTasks => "'git agent sync' fetches the tasks of other clones",
        Remedy::MissingObjects => "'git fsck' lists missing objects; another clone may have them: 'git agent sync'",
        Remedy::ChangeTitle => "to change it: git agent edit <task> --title <title>",
        Remedy::Split => {
            "'git agent edit <task> --split' gives the later work its own id; no action is needed if it is the same work"
        }
        Remedy::FetchMissing => "it may be in another clone: 'git agent sync'",
        Remedy::BreakCycle => "to break it: git agent dep remove <task> --after <task>",
        Remedy::BreakParentCycle => "to break the cycle: git agent edit <task> --no-parent",
        Remedy::MissingDependencies => {
            "they may be in another clone: 'git agent sync'; if not: 'git agent dep remove <task> --after <task>'"
        }
        Remedy::MissingParents => {
            "they may be in another clone: 'git agent sync'; if not: 'git agent edit <task> --no-parent'"
        }
        Remedy::ReportIndex => "no action is needed: it will be rebuilt; please report this with 'git agent --version'",
        Remedy::DropUnrecordable => {
            "every command retries; 'git agent doctor --fix' drops those that can never be recorded"
        }
        Remedy::RestoreSnapshots => "'git agent doctor --fix' restores those that still exist",
        Remedy::DropBrokenSnapshots => {
            "'git fsck' lists missing objects; 'git agent snapshot drop' or 'git update-ref -d' deletes a useless ref"
        }
        Remedy::RestoreLog => "'git agent doctor --fix' restores it if its last operation still exists",
        Remedy::RepairLog => {
            "'git agent doctor --fix' repairs the log without the missing objects; until then 'git gc' fails"
        }
        Remedy::UndoOrResume => "in that worktree, 'git agent undo' undoes it and 'git agent resume' finishes it",
        Remedy::RemoveLeftovers => "'git agent resume' removes them",
        Remedy::FixSymbolicRefs => {
            "'git agent doctor --fix' deletes the symbolic refs, then restores the ledger, snapshots and operations"
        }
    }
}

fn rollback(advice: &RollbackAdvice) -> Cow<'static, str> {
    let line = match advice {
        RollbackAdvice::RevertOwn(id) => return format!("--mode revert reverts only the commits of {id}").into(),
        RollbackAdvice::Plan => "check the plan again: git agent rollback --dry-run",
        RollbackAdvice::AbandonMerge => {
            "--abandon-merge abandons it; the snapshot keeps it, and 'git agent undo' restores it"
        }
        RollbackAdvice::Shared => "--shared rolls back anyway; the snapshot keeps its uncommitted changes",
        RollbackAdvice::AllowForeign => "--allow-foreign also undoes the others; the snapshot keeps them",
        RollbackAdvice::AllowPublished => "--allow-published rewinds this branch anyway",
        RollbackAdvice::RestoreWithoutRewrite => {
            "--mode restore records the old state in a new commit and rewrites no history"
        }
        RollbackAdvice::Restore => "--mode restore records its state in a new commit",
        RollbackAdvice::RestoreNothing => "--mode restore removes the files in a new commit",
        RollbackAdvice::Files => "--mode files restores its files",
        RollbackAdvice::SingleFiles => "--mode files -- <path>… restores single files",
        RollbackAdvice::FilesKeepHead => {
            "--mode files restores its files and keeps HEAD; '-- <path>…' restores single files"
        }
        RollbackAdvice::RewindForeign => {
            "--mode rewind --allow-foreign also undoes the other commits; the snapshot keeps them"
        }
        RollbackAdvice::ModesWithPaths => {
            "--mode files restores the paths without a commit; --mode revert reverts the changes to them"
        }
        RollbackAdvice::OtherPaths => "-- <path>… limits the rollback to other paths",
        RollbackAdvice::RevertOtherPaths => "-- <path>… reverts other paths only; --mode files restores single files",
    };
    line.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::codes;

    #[test]
    fn a_full_disk_has_a_hint_wherever_it_is_noticed() {
        let of_git = Error::new(codes::GIT_FAILED, "'git status' failed: fatal: write error. Out of diskspace");
        let of_ours =
            Error::new(codes::ENVIRONMENT, "cannot update a ref").because(std::io::Error::from_raw_os_error(28));
        for error in [of_git, of_ours] {
            assert_eq!(lines(&error), ["free some disk space, then try again"]);
            assert_eq!(lines(&error.hint("another one")), ["another one"]);
        }
        assert!(lines(&Error::new(codes::GIT_FAILED, "'git status' failed")).is_empty());
    }

    #[test]
    fn what_is_missing_or_refused_by_a_filter_has_a_hint() {
        let missing = std::io::Error::from_raw_os_error(2);
        for (cause, expected) in [
            (missing.to_string(), "check the path"),
            ("fatal: pathspec 'x' did not match any files".to_owned(), "check the paths"),
            ("fatal: x.u: clean filter 'f' failed".to_owned(), "'git check-attr filter"),
        ] {
            let error = Error::new(codes::GIT_FAILED, format!("cannot do it: {cause}"));
            assert!(lines(&error)[0].starts_with(expected), "{cause}");
        }
    }
}
