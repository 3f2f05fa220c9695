//! What a person can do about an error.
//!
//! Code below the verbs says it as a fact, [`Advice`]: only `view/hint.rs` knows the commands and the options of the command line.

use std::borrow::Cow;

/// What to do next, or where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A sentence, which names git's commands if any.
    Text(Cow<'static, str>),
    /// What a command or an option of git-agent can do.
    Advice(Advice),
}

impl From<&'static str> for Hint {
    fn from(text: &'static str) -> Self {
        Hint::Text(text.into())
    }
}

impl From<String> for Hint {
    fn from(text: String) -> Self {
        Hint::Text(text.into())
    }
}

/// What to do about a finding of `doctor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Restore the events that another program removed.
    RestoreEvents,
    /// None: the next bisection removes what is left.
    NextBisect,
    /// Fetch the tasks, now and with every fetch, or once.
    FetchLedger,
    /// Fetch the tasks that other clones may have.
    FetchTasks,
    /// List missing objects, and fetch them from another clone.
    MissingObjects,
    /// Change a title.
    ChangeTitle,
    /// Give work that shares an id an id of its own.
    Split,
    /// Fetch it from another clone.
    FetchMissing,
    /// Remove a dependency of a cycle.
    BreakCycle,
    /// Remove a parent of a cycle.
    BreakParentCycle,
    /// Fetch the tasks that others depend on, or remove the dependencies.
    MissingDependencies,
    /// Fetch the features that tasks belong to, or remove the tasks from them.
    MissingParents,
    /// None, but a report: the derived index was wrong.
    ReportIndex,
    /// Wait, or drop commits that can never be recorded.
    DropUnrecordable,
    /// Restore the refs of snapshots that still exist.
    RestoreSnapshots,
    /// List missing objects, and delete refs that are of no use.
    DropBrokenSnapshots,
    /// Restore the operation log.
    RestoreLog,
    /// Rewrite the operation log without missing objects.
    RepairLog,
    /// Undo or finish the operation in its worktree.
    UndoOrResume,
    /// Remove the files of a finished operation.
    RemoveLeftovers,
    /// Delete the symbolic refs, and restore what they replaced.
    FixSymbolicRefs,
}

impl From<Remedy> for Hint {
    fn from(remedy: Remedy) -> Self {
        Hint::Advice(Advice::Doctor(remedy))
    }
}

impl From<Advice> for Hint {
    fn from(advice: Advice) -> Self {
        Hint::Advice(advice)
    }
}

impl From<RollbackAdvice> for Hint {
    fn from(advice: RollbackAdvice) -> Self {
        Hint::Advice(Advice::Rollback(advice))
    }
}

/// What a command or an option of git-agent can do about an error. Ids of tasks and snapshots are texts that can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Make a rollback in another way.
    Rollback(RollbackAdvice),
    /// Inspect a task, or do something about it.
    Task(String, TaskAdvice),
    /// Remedy a finding.
    Doctor(Remedy),
    /// Trust all snapshots and operations that are here as made here.
    AdoptAll,
    /// Specify the revision and the file as for `git blame`.
    BlameArguments,
    /// Output formats that `blame` can read.
    BlameFormats,
    /// Check the ledger for problems.
    CheckLedger,
    /// Make a checkpoint; it is the first one.
    FirstCheckpoint,
    /// Make a checkpoint of the active task.
    CheckpointActive,
    /// Make a checkpoint in order to save changes.
    CheckpointFirst,
    /// Make a checkpoint that includes large files.
    CheckpointLarge,
    /// Accept a secret, or all of them.
    CheckpointSecret,
    /// Add the nested repository as a submodule, or skip it.
    CheckpointWithoutNested,
    /// Make a checkpoint of everything, or do not verify it.
    VerifyEverything,
    /// Make a checkpoint, or take a snapshot and ask a person.
    CheckpointOrSnapshot,
    /// Ignore the work tree in a comparison.
    CommittedOnly,
    /// Compare with another commit.
    DiffCommit,
    /// Where the state before the first commit can be named.
    DiffOrRange,
    /// Install the hooks of git-agent.
    InstallHooks,
    /// Install the hooks, or add `line` to the hook at `path`.
    CallHook {
        /// The path of another program's hook.
        path: String,
        /// The line that calls git-agent.
        line: String,
    },
    /// Move the hook `0` away, and install the hooks.
    ReplaceHook(String),
    /// Find the task that a note belongs to.
    FindNote,
    /// Get the tasks from the remote of a fresh clone.
    FetchTasks,
    /// Get tasks of other clones.
    Sync,
    /// Add the first task of the ledger.
    FirstTask,
    /// Add a task, and continue in it.
    NewTask,
    /// List the tasks, also the closed ones.
    ListAllTasks,
    /// The setting must be an id in the list of tasks.
    SettingNeedsId,
    /// Limit the operation to other paths.
    LimitPaths,
    /// List the operations.
    ListOperations,
    /// Undo an earlier command by its id.
    UndoEarlier,
    /// Undo later operations first.
    UndoLaterOperations,
    /// Undo later commands first.
    UndoLaterCommands,
    /// Wait until the running operation has finished.
    WaitForOperation,
    /// Undo the last undo.
    Redo,
    /// Undo the interrupted operation.
    UndoInterrupted,
    /// Finish the interrupted operation.
    ResumeInterrupted,
    /// Find out why an operation cannot be read.
    UnreadableOperation,
    /// Undo the command `0`, which withdrew a task.
    UndoWithdrawal(String),
    /// Formats that `log` supports.
    LogFormats,
    /// Forms of a diff that need no contents.
    NamesOnly,
    /// Link commits that lost their trailer.
    Repair,
    /// Replace the file that seals snapshots.
    ReplaceSeal,
    /// Delete a symbolic ref.
    FixSymbolicRef,
    /// List the snapshots.
    ListSnapshots,
    /// Use a longer prefix of the id of a snapshot.
    LongerSnapshotPrefix,
    /// Drop snapshots, or expire old ones.
    DropSnapshots,
    /// Show the snapshot `0`.
    ShowSnapshot(String),
    /// List the files of the snapshot `0`.
    SnapshotFiles(String),
    /// Restore only the files of a foreign snapshot.
    ForeignFiles,
    /// Name other paths to skip one.
    SkipPath,
    /// Check the plan of a squash again.
    SquashPlan,
    /// Squash without a base.
    SquashWithoutOnto,
}

/// What can be done about, or asked about, one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskAdvice {
    /// Add the task with this id.
    AddWithId,
    /// Cancel it, which keeps it visible.
    CancelInstead,
    /// Reopen it anyway.
    ReopenAnyway,
    /// End it, although its note is full.
    CompleteAnyway,
    /// Put it down, which keeps its files.
    Pause,
    /// Start it.
    Start,
    /// Show what is known about it.
    Show,
    /// Show its state, and check its note.
    CheckNote,
    /// List the commits that name it; it is not in the ledger.
    ListCommits,
    /// Show the commits of the task.
    Commits,
    /// Show the checkpoints of the task.
    Checkpoints,
    /// Show this many checkpoints that are not listed.
    MoreCheckpoints(usize),
    /// Find the commit of a checkpoint.
    CheckpointCommit,
    /// Show what became of its commits.
    Fate,
    /// Show what happened to it since then.
    SinceThen,
    /// Squash the commits of the task.
    Squash,
    /// Squash its commits, then rebase them onto this revision.
    SquashThenRebase(String),
    /// Verify the current state of the task.
    Verify,
}

/// Another way to roll back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RollbackAdvice {
    /// Show the plan with `--dry-run`.
    Plan,
    /// Abandon the merge that is in progress.
    AbandonMerge,
    /// Roll back although another task is active in the worktree.
    Shared,
    /// Also undo commits of other tasks.
    AllowForeign,
    /// Rewind a published branch.
    AllowPublished,
    /// Revert the commits of the task `0` only.
    RevertOwn(String),
    /// Record the old state in a new commit.
    RestoreWithoutRewrite,
    /// Record the state of the checkpoint in a new commit.
    Restore,
    /// Remove the files in a new commit.
    RestoreNothing,
    /// Restore the files of the checkpoint.
    Files,
    /// Restore single files.
    SingleFiles,
    /// Restore the files and keep HEAD, or restore single files.
    FilesKeepHead,
    /// Rewind, and undo commits of other tasks.
    RewindForeign,
    /// Modes that take paths.
    ModesWithPaths,
    /// Roll back other paths only.
    OtherPaths,
    /// Revert other paths only, or restore single files.
    RevertOtherPaths,
}

impl TaskAdvice {
    /// This, about the task `id`.
    pub fn about(self, id: impl ToString) -> Advice {
        Advice::Task(id.to_string(), self)
    }
}
