//! The options of `git log`: what each of them is to us, and which take the next word.

use std::ffi::OsStr;

/// What an option of `git log` is to us.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Order and looks.
    Neutral,
    /// Names revisions, but every one there is.
    Everything,
    /// Names some revisions.
    Revisions,
    /// Searches messages.
    Grep,
    /// Shows changes below each commit.
    Diff,
    /// Another form of answer than ours.
    Foreign,
    /// Lets only some commits through; also what we do not know.
    Filter,
}

/// Options whose value may be the next word.
const WITH_VALUE: [&str; 24] = [
    "--committer",
    "--grep",
    "--grep-reflog",
    "--max-age",
    "--min-age",
    "--since-as-filter",
    "--glob",
    "--exclude",
    "--exclude-hidden",
    "--diff-filter",
    "--decorate-refs",
    "--decorate-refs-exclude",
    "--find-object",
    "--skip-to",
    "--rotate-to",
    "--output",
    "--word-diff-regex",
    "--max-parents",
    "--min-parents",
    "--encoding",
    "-S",
    "-G",
    "-L",
    "-O",
];

/// Whether the next word is the value of `word`.
pub(super) fn takes_next(word: &OsStr) -> bool {
    word.to_str().is_some_and(|word| WITH_VALUE.contains(&word))
}

/// `-5`
pub(super) fn number(word: &OsStr) -> Option<usize> {
    word.to_str()?.strip_prefix('-')?.parse().ok()
}

/// What `word` is to us.
pub(super) fn sort(word: &OsStr) -> Sort {
    let Some(text) = word.to_str() else { return Sort::Filter };
    let name = text.split_once('=').map_or(text, |(name, _)| name);
    match name {
        "--all" => Sort::Everything,
        "--branches" | "--tags" | "--remotes" | "--glob" | "--exclude" | "--exclude-hidden" | "--not" | "--reflog"
        | "--alternate-refs" | "--merge" | "--bisect" | "--single-worktree" => Sort::Revisions,
        "--grep"
        | "--invert-grep"
        | "--all-match"
        | "-i"
        | "--regexp-ignore-case"
        | "-E"
        | "--extended-regexp"
        | "-F"
        | "--fixed-strings"
        | "-P"
        | "--perl-regexp"
        | "--basic-regexp" => Sort::Grep,
        "--format"
        | "--pretty"
        | "--output"
        | "-z"
        | "--stdin"
        | "-g"
        | "--walk-reflogs"
        | "--graph"
        | "--parents"
        | "--children"
        | "--show-signature"
        | "--left-right"
        | "--cherry-mark"
        | "--notes"
        | "--show-notes"
        | "--output-indicator-new"
        | "--line-prefix"
        | "--null" => Sort::Foreign,
        "--topo-order"
        | "--date-order"
        | "--author-date-order"
        | "--first-parent"
        | "--no-merges"
        | "--merges"
        | "--abbrev"
        | "--no-abbrev"
        | "--abbrev-commit"
        | "--no-abbrev-commit"
        | "--decorate"
        | "--no-decorate"
        | "--decorate-refs"
        | "--decorate-refs-exclude"
        | "--clear-decorations"
        | "--mailmap"
        | "--no-mailmap"
        | "--use-mailmap"
        | "--encoding"
        | "--relative-date" => Sort::Neutral,
        "-p" | "-u" | "--patch" | "--stat" | "--shortstat" | "--numstat" | "--dirstat" | "--summary"
        | "--name-only" | "--name-status" | "--raw" | "--cc" | "-c" | "-m" | "--word-diff" | "--color-words"
        | "--compact-summary" | "--patch-with-stat" | "--unified" | "--diff-merges" | "--full-index" | "--binary"
        | "--color-moved" | "--ignore-all-space" | "-w" | "-b" | "-s" | "--no-patch" | "--minimal" | "--patience"
        | "--histogram" => Sort::Diff,
        _ if number(word).is_some() => Sort::Neutral,
        _ if name.starts_with("-U") => Sort::Diff,
        _ => Sort::Filter,
    }
}
