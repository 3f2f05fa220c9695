//! Every error code, in one table: the word, the kind (so the exit code, and whether to try again), and what it means.
//!
//! Codes are part of the JSON contract: none is renamed, and none changes its kind. `git agent schema` prints the table, and
//! `docs/errors.md` has it.

use super::Kind;

/// A stable word for programs, and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code in kebab case, as in JSON.
    pub word: &'static str,
    /// What sort of failure it names.
    pub kind: Kind,
    /// What happened, as a clause.
    pub meaning: &'static str,
}

macro_rules! codes {
    ($( $name:ident = $word:literal, $kind:ident, $meaning:literal; )*) => {
        $(
            #[doc = $meaning]
            pub const $name: Code = Code { word: $word, kind: Kind::$kind, meaning: $meaning };
        )*

        /// All codes, sorted by their words.
        pub const ALL: &[Code] = &[$( $name ),*];

        /// The names of the constants, in the order of [`ALL`].
        #[cfg(test)]
        const NAMES: &[&str] = &[$( stringify!($name) ),*];
    };
}

codes! {
    ACTIVE_MOVED = "active-moved", Busy, "another process changed the active task of this worktree";
    ALREADY_UNDONE = "already-undone", Refused, "the operation was already undone";
    AMBIGUOUS_OPERATION = "ambiguous-operation", Usage, "the id prefix matches several operations";
    AMBIGUOUS_SNAPSHOT = "ambiguous-snapshot", Usage, "the id prefix matches several snapshots";
    AMBIGUOUS_WORD = "ambiguous-word", Usage, "the word names a checkpoint and something else";
    BAD_ACTOR = "bad-actor", Usage, "the text is not a valid actor name";
    BAD_CHECKPOINT = "bad-checkpoint", Usage, "what follows '@' is not a checkpoint";
    BAD_DATE = "bad-date", Usage, "git cannot parse the date";
    BAD_DURATION = "bad-duration", Usage, "the text is not a duration";
    BAD_FORMAT = "bad-format", Usage, "the format does not apply to the request";
    BAD_ID_PREFIX = "bad-id-prefix", Usage, "no id can begin with this prefix";
    BAD_KIND = "bad-kind", Usage, "the kind of a failure is not one word";
    BAD_OPTION = "bad-option", Usage, "the option cannot be used here";
    BAD_PATH = "bad-path", Usage, "git cannot use the path";
    BAD_PLAN = "bad-plan", Usage, "a plan has an invalid key or value";
    BAD_RANGE = "bad-range", Usage, "the text is not a range of commits";
    BAD_REVISION = "bad-revision", Usage, "git cannot resolve the revision";
    BAD_SORT = "bad-sort", Usage, "the list cannot be sorted by this field";
    BAD_TASK_ID = "bad-task-id", Usage, "the text is not an id";
    BAD_TEXT = "bad-text", Usage, "the text is empty, too long, not UTF-8, or has control characters";
    BARE_REPOSITORY = "bare-repository", Environment, "the command needs a work tree";
    BISECT_ABORTED = "bisect-aborted", Refused, "the command ended the bisection";
    BISECT_INTERRUPTED = "bisect-interrupted", Refused, "a signal ended the bisection";
    BLOCKER_AMBIGUOUS = "blocker-ambiguous", Usage, "the task has several blockers and none is named";
    BLOCKER_NOT_FOUND = "blocker-not-found", Usage, "the task has no such blocker";
    BROKEN_REPOSITORY = "broken-repository", Environment, "what git found is not a valid repository";
    BUG = "bug", Bug, "an invariant of git-agent does not hold; please report it";
    CANCELLED = "cancelled", Refused, "the client cancelled the call";
    CANNOT_CAPTURE = "cannot-capture", Refused, "a snapshot cannot save what the command would destroy";
    CANNOT_STAGE = "cannot-stage", Refused, "git cannot stage the files";
    COMMAND_NOT_RUNNABLE = "command-not-runnable", Environment, "the command cannot be run";
    COMMIT_REFUSED = "commit-refused", Refused, "'git commit' failed: a hook or the signing stopped it";
    CRITERION_AMBIGUOUS = "criterion-ambiguous", Usage, "the text matches several acceptance criteria of the task";
    CRITERION_NOT_FOUND = "criterion-not-found", Usage, "the task has no such acceptance criterion";
    DAMAGED_COMMIT = "damaged-commit", Environment, "a commit cannot be read";
    DAMAGED_COMMIT_GRAPH = "damaged-commit-graph", Environment, "git's commit-graph is damaged";
    DAMAGED_SNAPSHOT = "damaged-snapshot", Environment, "a snapshot cannot be read";
    DAMAGED_TREE = "damaged-tree", Environment, "a tree cannot be read";
    DEPENDENCY_CYCLE = "dependency-cycle", Refused, "the dependency would create a cycle";
    DIRECTORY_IN_USE = "directory-in-use", Refused, "a directory that would be removed is the current directory of a process";
    DIRTY_PATHS = "dirty-paths", Refused, "paths that would be changed have uncommitted changes";
    EDITOR_FAILED = "editor-failed", Refused, "the editor failed or left the message empty";
    EMPTY_HISTORY = "empty-history", Refused, "there are no commits before the first one";
    EMPTY_MESSAGE = "empty-message", Refused, "the commit message is empty";
    ENVIRONMENT = "environment", Environment, "a file operation, program or system call failed; the message has details";
    EVENT_TOO_LONG = "event-too-long", Usage, "the event does not fit into one line of the ledger";
    FILE_CHANGED = "file-changed", Busy, "a file changes while it is read";
    FILE_LOCKED = "file-locked", Busy, "the lock of a file is held";
    FILE_TOO_LARGE = "file-too-large", Refused, "a new file is larger than agent.maxFileSize";
    FOREIGN_COMMITS = "foreign-commits", Refused, "commits of other tasks would be undone as well";
    FOREIGN_OPERATION = "foreign-operation", Refused, "another repository recorded the operation";
    FOREIGN_SNAPSHOT = "foreign-snapshot", Refused, "another repository made the snapshot";
    GC_RACED = "gc-raced", Busy, "a snapshot or operation was added or removed during gc";
    GIT_FAILED = "git-failed", Environment, "a git command failed";
    GIT_NOT_RUNNABLE = "git-not-runnable", Environment, "git cannot be started";
    GUARD_REFUSED = "guard-refused", Refused, "the command is destructive, and agent.guard refuses such commands";
    HEAD_MOVED = "head-moved", Refused, "HEAD is not at the commit that the operation expects";
    HOOKS_SWITCHED_OFF = "hooks-switched-off", Environment, "core.hooksPath keeps hooks from running";
    HOST_CONFIG = "host-config", Environment, "the configuration of an agent host cannot be read or changed";
    ILLEGAL_TRANSITION = "illegal-transition", Refused, "the state of the task does not allow this";
    IN_THE_WAY = "in-the-way", Conflict, "a file created in the meantime blocks the operation";
    INDEX_LOCKED = "index-locked", Busy, "the lock of the index is held";
    INDEX_MOVED = "index-moved", Busy, "another process changed the index in the meantime";
    LATER_EVENTS = "later-events", Conflict, "later events depend on what would be undone";
    LEASE_TOO_LONG = "lease-too-long", Usage, "a claim cannot last that long";
    LEDGER_BUSY = "ledger-busy", Busy, "other processes kept writing to the ledger";
    LEDGER_TOO_LARGE = "ledger-too-large", Environment, "the ledger tree exceeds the limits";
    LEDGER_TREE = "ledger-tree", Environment, "the ledger tree is damaged";
    LEDGER_UNREADABLE = "ledger-unreadable", Environment, "the ledger cannot be read";
    MISSING_OBJECT = "missing-object", Refused, "the index lists an object that is not in the repository";
    MISSING_OBJECTS = "missing-objects", Environment, "a partial clone does not have the contents";
    NAME = "name", Refused, "git refuses the name in a tree";
    NAMES_COLLIDE = "names-collide", Refused, "two paths name the same file on this file system";
    NESTED_REPOSITORY = "nested-repository", Refused, "a commit cannot hold a nested repository";
    NEWER_SNAPSHOT = "newer-snapshot", Environment, "a newer git-agent made the snapshot";
    NO_ACTIVE_TASK = "no-active-task", Usage, "no task is named and none is active";
    NO_CANDIDATES = "no-candidates", Refused, "there is no checkpoint to bisect";
    NO_COMMON_HISTORY = "no-common-history", Refused, "range and branch have no common commit";
    NO_EFFECT = "no-effect", Conflict, "the event would have no effect";
    NO_FILE = "no-file", Usage, "no file is named";
    NO_FREE_ID = "no-free-id", Environment, "all generated ids are in use";
    NO_HOST_FOUND = "no-host-found", Usage, "no agent host is named and none is on this machine";
    NO_IDENTITY = "no-identity", Environment, "git has no committer identity";
    NO_OPERATIONS = "no-operations", Refused, "no operations were recorded in this worktree";
    NO_RANDOMNESS = "no-randomness", Environment, "the operating system provides no random numbers";
    NO_REMOTE = "no-remote", Usage, "no remote is named and there is no default";
    NO_ROOM = "no-room", Environment, "there is not enough free disk space";
    NO_SCHEMA = "no-schema", Usage, "the command has no schema";
    NO_SUCH_CHECKPOINT = "no-such-checkpoint", Refused, "the task has no such checkpoint on this history";
    NO_SUCH_DEPENDENCY = "no-such-dependency", Usage, "the task does not depend on the other";
    NO_SUCH_PATH = "no-such-path", Usage, "the path is in neither state";
    NO_SUCH_REMOTE = "no-such-remote", Usage, "the remote does not exist";
    NO_TERMINAL = "no-terminal", Refused, "the command needs a terminal";
    NO_VERIFY_COMMAND = "no-verify-command", Usage, "no command is given and agent.verify is not set";
    NOT_A_RANGE = "not-a-range", Usage, "bisect needs a range";
    NOT_A_REPOSITORY = "not-a-repository", Environment, "the directory is not in a git repository";
    NOT_A_SNAPSHOT = "not-a-snapshot", Environment, "the ref does not point to its snapshot";
    NOT_A_TASK = "not-a-task", Usage, "the word names a revision, and the answer is about tasks";
    NOT_AN_ANCESTOR = "not-an-ancestor", Refused, "the commits are not at the tip of the branch";
    NOT_EMPTY = "not-empty", Refused, "the directory is not empty";
    NOT_FETCHED = "not-fetched", Environment, "a partial clone could not fetch what is needed";
    NOT_LINKED = "not-linked", Usage, "none of the commits belongs to the task";
    NOT_STARTED = "not-started", Refused, "the task was never started";
    NOT_UNDOABLE = "not-undoable", Refused, "the operation cannot be undone";
    NOT_VERIFIED = "not-verified", Refused, "the current content was not verified";
    NOT_WRITABLE = "not-writable", Refused, "files in the directory cannot be changed";
    NOTE_FULL = "note-full", Refused, "the note of the task is full";
    NOTE_TOO_LARGE = "note-too-large", Environment, "the note of the task is too large to read";
    NOTHING_BEFORE = "nothing-before", Refused, "there is no commit to rewind to";
    NOTHING_INTERRUPTED = "nothing-interrupted", Refused, "no operation was interrupted";
    NOTHING_TO_EDIT = "nothing-to-edit", Usage, "no change is named";
    NOTHING_TO_REDO = "nothing-to-redo", Refused, "the newest operation is not an undo";
    NOTHING_TO_REVERT = "nothing-to-revert", Refused, "no commit of the task came after the checkpoint";
    NOTHING_TO_SPLIT = "nothing-to-split", Usage, "the id was chosen for only one piece of work";
    NOTHING_TO_UNDO = "nothing-to-undo", Refused, "no operation of this worktree is left to undo";
    OBJECT_NOT_WRITTEN = "object-not-written", Environment, "an object cannot be written";
    OBJECTS_COLLECTED = "objects-collected", Busy, "a garbage collection removed objects in the meantime";
    OPERATION_BUSY = "operation-busy", Busy, "another operation is running in this worktree";
    OPERATION_FOREIGN = "operation-foreign", Environment, "the operation log contains operations of another repository";
    OPERATION_IN_PROGRESS = "operation-in-progress", Refused, "a merge, rebase or another operation of git is in progress";
    OPERATION_INTERRUPTED = "operation-interrupted", Interrupted, "an operation was interrupted: undo or resume it first";
    OPERATION_NOT_FOUND = "operation-not-found", Usage, "the operation does not exist";
    OPERATION_UNREADABLE = "operation-unreadable", Environment, "an operation cannot be read";
    OTHER_HISTORY = "other-history", Refused, "the checkpoint is not on the history of HEAD";
    OUTPUT = "output", Environment, "the answer cannot be written";
    PARENT_CYCLE = "parent-cycle", Refused, "the parent would create a cycle";
    PARTIAL_VERIFICATION = "partial-verification", Refused, "a checkpoint of some paths cannot be verified";
    PATHS_WITHOUT_COMMITS = "paths-without-commits", Usage, "only some modes take paths";
    PLAN_RENAMES = "plan-renames", Refused, "the plan would rename tasks that were already started";
    PLAN_SYNTAX = "plan-syntax", Usage, "the plan cannot be read";
    PLAN_TOO_LARGE = "plan-too-large", Usage, "the plan exceeds the limits";
    PLAN_VERSION = "plan-version", Usage, "a later version made the plan";
    PRIVATE = "private", Refused, "the repository is shared, and other users cannot read the file";
    PUBLISHED_COMMITS = "published-commits", Refused, "a remote branch or a tag contains the commits";
    PUSH_OVERTAKEN = "push-overtaken", Busy, "other clones kept pushing first";
    READ_ONLY = "read-only", Environment, "the repository is not writable";
    REF_BLOCKED = "ref-blocked", Environment, "a ref of another program has a name that a ref of git-agent needs";
    REF_LOCKED = "ref-locked", Busy, "the lock of a ref is held";
    REF_MOVED = "ref-moved", Conflict, "another process moved a ref in the meantime";
    REF_NOT_SYNCED = "ref-not-synced", Environment, "a ref cannot be synced to disk";
    REF_UPDATE_FAILED = "ref-update-failed", Environment, "a ref cannot be updated";
    REMOTE_WITHOUT_CLAIM = "remote-without-claim", Usage, "--remote needs --claim or --start";
    REPOSITORY_AT_RISK = "repository-at-risk", Refused, "the command would destroy the repository itself";
    REVERT_CONFLICT = "revert-conflict", Conflict, "later commits depend on what would be reverted";
    SECRET_DAMAGED = "secret-damaged", Environment, "the file that seals snapshots and operations is damaged";
    SECRET_FOUND = "secret-found", Refused, "a new file appears to contain a secret";
    SHALLOW_HISTORY = "shallow-history", Refused, "this clone is shallow and lacks the required history";
    SHARED_WORKTREE = "shared-worktree", Refused, "another task is active in this worktree";
    SNAPSHOT_NOT_FOUND = "snapshot-not-found", Usage, "the snapshot does not exist";
    SNAPSHOT_RACED = "snapshot-raced", Busy, "another process created or removed the snapshot in the meantime";
    SPECIAL = "special", Refused, "neither a regular file nor a symbolic link";
    STATE_MOVED = "state-moved", Conflict, "a file in the git directory changed in the meantime";
    SYMBOLIC_REF = "symbolic-ref", Environment, "another program made a ref of git-agent symbolic";
    TASK_AMBIGUOUS = "task-ambiguous", Usage, "the id prefix matches several tasks";
    TASK_CLAIMED = "task-claimed", Refused, "another actor holds the task";
    TASK_CLOSED = "task-closed", Refused, "the task is completed or cancelled";
    TASK_EXISTS = "task-exists", Conflict, "a task with this id already exists";
    TASK_NOT_FOUND = "task-not-found", Usage, "the task does not exist";
    TASK_NOT_READY = "task-not-ready", Refused, "the task waits for other tasks or is blocked";
    TASK_WITHDRAWN = "task-withdrawn", Usage, "the addition of the task was undone";
    TEXT_TOO_LONG = "text-too-long", Usage, "a text is too long";
    TOO_LARGE = "too-large", Refused, "a new file is larger than agent.maxFileSize";
    TOO_MANY_HOOKS = "too-many-hooks", Refused, "too many hooks were moved aside";
    TREE_CHANGED = "tree-changed", Refused, "the content changed while the command ran";
    TREE_TOO_LARGE = "tree-too-large", Environment, "a tree has too many levels or paths";
    UNBORN_HEAD = "unborn-head", Refused, "the branch has no commits yet";
    UNCOMMITTED_CHANGES = "uncommitted-changes", Refused, "there are uncommitted changes, and agent.completeDirty is refuse";
    UNKNOWN_EXTENSION = "unknown-extension", Environment, "the repository uses an extension that git-agent does not know";
    UNKNOWN_PLAN_FORMAT = "unknown-plan-format", Usage, "the plan format does not exist";
    UNKNOWN_TASK = "unknown-task", Usage, "the plan names a task that does not exist";
    UNMERGED = "unmerged", Refused, "there are unresolved conflicts";
    UNREADABLE = "unreadable", Refused, "a file cannot be read";
    UNREADABLE_REPOSITORY = "unreadable-repository", Environment, "the repository cannot be opened";
    UNSAFE_PATH = "unsafe-path", Refused, "git rejects the path";
    UNSTABLE = "unstable", Refused, "a file changes each time it is read";
    USAGE = "usage", Usage, "the command line cannot be understood";
    VERIFY_FAILED = "verify-failed", Refused, "the verification failed";
    WRONG_OBJECT = "wrong-object", Environment, "an object is not of the expected type";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_each_is_there_once() {
        assert!(ALL.windows(2).all(|two| two[0].word < two[1].word));
    }

    #[test]
    fn a_constant_is_called_like_its_code() {
        for (code, name) in ALL.iter().zip(NAMES) {
            assert_eq!(code.word, name.to_lowercase().replace('_', "-"));
        }
    }
}
