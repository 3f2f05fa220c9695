//! The exit codes of `git agent`: an API, like `--json`.

/// Success.
pub const OK: u8 = 0;
/// Refused by a safety rule. Nothing was changed.
pub const REFUSED: u8 = 1;
/// The command line, or a value on it, cannot be used.
pub const USAGE: u8 = 2;
/// In conflict with something that is already so. Nothing was changed.
pub const CONFLICT: u8 = 3;
/// Another process holds a lock for too long; retrying may succeed.
pub const BUSY: u8 = 4;
/// The surroundings do not allow it: not a repository, a git that is too old, a read-only directory.
pub const ENVIRONMENT: u8 = 5;
/// An interrupted operation has to be undone or resumed first.
pub const INTERRUPTED: u8 = 6;
/// A bug in git-agent.
pub const BUG: u8 = 70;

/// Every exit code with its meaning, as `git agent capabilities` publishes them.
pub const ALL: &[(u8, &str)] = &[
    (OK, "done"),
    (REFUSED, "refused for safety, nothing changed"),
    (USAGE, "usage"),
    (CONFLICT, "conflict, nothing changed"),
    (BUSY, "busy or locked"),
    (ENVIRONMENT, "environment (git too old, not a repository)"),
    (INTERRUPTED, "an interrupted operation must be undone or resumed first"),
    (BUG, "a bug"),
];
