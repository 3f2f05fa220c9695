//! The options of `git log`: what each of them means for the events between the commits, and which take the next word.

use std::ffi::OsStr;

/// What an option of `git log` does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Changes the order or the look, not the selection.
    Neutral,
    /// Selects all refs: `--all`.
    All,
    /// Selects some refs: `--branches`, `--tags`, …
    Revisions,
    /// Searches commit messages: `--grep`.
    Grep,
    /// Shows changes below each commit.
    Diff,
    /// Changes the format of the output.
    Format,
    /// Selects commits; also every option that is not known here.
    Filter,
}

/// Options whose value may be the next word.
const WITH_VALUE: &str = "--committer --grep --grep-reflog --max-age --min-age --since-as-filter --glob --exclude \
    --exclude-hidden --diff-filter --decorate-refs --decorate-refs-exclude --find-object --skip-to --rotate-to --output \
    --word-diff-regex --max-parents --min-parents --encoding -S -G -L -O";

const KINDS: [(Kind, &str); 6] = [
    (Kind::All, "--all"),
    (
        Kind::Revisions,
        "--branches --tags --remotes --glob --exclude --exclude-hidden --not --reflog --alternate-refs --merge --bisect \
         --single-worktree",
    ),
    (
        Kind::Grep,
        "--grep --invert-grep --all-match -i --regexp-ignore-case -E --extended-regexp -F --fixed-strings -P --perl-regexp \
         --basic-regexp",
    ),
    (
        Kind::Format,
        "--format --pretty --output -z --stdin -g --walk-reflogs --graph --parents --children --show-signature --left-right \
         --cherry-mark --notes --show-notes --output-indicator-new --line-prefix --null",
    ),
    (
        Kind::Neutral,
        "--topo-order --date-order --author-date-order --first-parent --no-merges --merges --abbrev --no-abbrev \
         --abbrev-commit --no-abbrev-commit --decorate --no-decorate --decorate-refs --decorate-refs-exclude \
         --clear-decorations --mailmap --no-mailmap --use-mailmap --encoding --relative-date",
    ),
    (
        Kind::Diff,
        "-p -u --patch --stat --shortstat --numstat --dirstat --summary --name-only --name-status --raw --cc -c -m \
         --word-diff --color-words --compact-summary --patch-with-stat --unified --diff-merges --full-index --binary \
         --color-moved --ignore-all-space -w -b -s --no-patch --minimal --patience --histogram",
    ),
];

/// Whether the next word is the value of `word`.
pub(super) fn takes_next(word: &OsStr) -> bool {
    word.to_str().is_some_and(|word| WITH_VALUE.split(' ').any(|option| option == word))
}

/// `-5`
pub(super) fn number(word: &OsStr) -> Option<usize> {
    word.to_str()?.strip_prefix('-')?.parse().ok()
}

/// What the option `word` does.
pub(super) fn kind(word: &OsStr) -> Kind {
    let Some(text) = word.to_str() else { return Kind::Filter };
    let name = text.split_once('=').map_or(text, |(name, _)| name);
    if let Some((kind, _)) = KINDS.iter().find(|(_, names)| names.split(' ').any(|known| known == name)) {
        return *kind;
    }
    if number(word).is_some() {
        return Kind::Neutral;
    }
    if name.starts_with("-U") { Kind::Diff } else { Kind::Filter }
}
