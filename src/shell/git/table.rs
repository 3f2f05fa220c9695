//! What in git destroys: the first row of a command that fits counts.
//!
//! Commands that git itself stops when something would be lost (`git merge`, `git checkout <branch>`, `git branch -d`) are in
//! no row.

use super::super::{
    Level::{self, Changes, Destroys},
    Loss::{
        self, History, Ignored, Nested, OtherRefs, Overwritten, Refs, Remote, Stash, Submodules, Uncommitted,
        Untracked, Worktree,
    },
    args::Args,
};

/// A way to destroy something.
pub(super) struct Row {
    /// The git command.
    pub verb: &'static str,
    /// Whether the rule applies to these arguments.
    pub fits: fn(&Args) -> bool,
    /// How destructive it is.
    pub level: Level,
    /// The kinds of loss.
    pub losses: &'static [Loss],
    /// What it does, as a part of a sentence.
    pub why: &'static str,
}

const fn row(
    verb: &'static str,
    fits: fn(&Args) -> bool,
    level: Level,
    losses: &'static [Loss],
    why: &'static str,
) -> Row {
    Row { verb, fits, level, losses, why }
}

/// Commands that write to a file: their options that name it, and what they write without one. No option: the operands.
pub(super) const OUTPUTS: [(&str, &str, &str); 5] = [
    ("diff diff-files diff-index diff-tree log range-diff shortlog show", "output", ""),
    ("archive", "o output", ""),
    ("bundle", "", ""),
    ("format-patch", "o output-directory output", "0*"),
    ("interpret-trailers", "", ""),
];

/// Options that take the next word, by command; what is not here has none that matter.
#[rustfmt::skip]
pub(super) const VALUED: [(&str, &str); 25] = [
    ("am", "C p directory exclude include patch-format"),
    ("apply", "p C exclude include directory"),
    ("archive", "o output format prefix remote exec mtime add-file"),
    ("branch", "u set-upstream-to sort points-at format"),
    ("checkout", "b B orphan conflict pathspec-from-file U"),
    ("cherry-pick revert", "m X S mainline strategy strategy-option cleanup"),
    ("clean", "e exclude"),
    ("commit", "m F C c t message file author date template reuse-message reedit-message fixup squash trailer"),
    ("diff diff-files diff-index diff-tree log show shortlog range-diff", "output n G S O U L max-count since until author grep format date"),
    ("fetch", "j o depth deepen upload-pack refmap server-option"),
    ("filter-branch", "d env-filter tree-filter index-filter parent-filter msg-filter commit-filter tag-name-filter subdirectory-filter original state-branch"),
    ("format-patch", "o output-directory output v in-reply-to to cc subject-prefix start-number suffix base signature"),
    ("interpret-trailers", "trailer where if-exists if-missing"),
    ("notes", "ref m F C c message file reuse-message reedit-message"),
    ("merge", "m F s X S message file strategy strategy-option into-name cleanup"),
    ("pull", "X s j o strategy strategy-option depth upload-pack"),
    ("push", "o push-option receive-pack exec repo"),
    ("rebase", "x s X C onto exec strategy strategy-option"),
    ("reset", "U pathspec-from-file"),
    ("restore", "s source pathspec-from-file conflict U"),
    ("stash", "m message pathspec-from-file"),
    ("submodule", "b branch reference depth jobs j"),
    ("switch", "c C create force-create orphan conflict"),
    ("tag", "m F u message file local-user sort format"),
    ("worktree", "b B reason"),
];

#[rustfmt::skip]
pub(super) const ROWS: [Row; 80] = [
    row("reset", |a| a.has("hard") && names_commit(a), Destroys, &[Uncommitted, History], "resets index and files to another commit; uncommitted changes are lost, and the branch drops commits"),
    row("reset", |a| a.has("hard"), Destroys, &[Uncommitted], "discards all uncommitted changes"),
    row("reset", |a| a.has("merge"), Destroys, &[Uncommitted], "discards staged changes"),
    row("reset", |a| a.has("keep"), Changes, &[Uncommitted, History], "moves the branch and unstages changes; it may drop commits"),
    row("reset", |a| a.dashes.is_none() && a.count() == 1 && names_commit(a), Changes, &[History], "moves the branch; dropped commits remain only in the reflog"),
    row("checkout", |a| a.has("f force"), Destroys, &[Uncommitted], "discards uncommitted changes"),
    row("checkout", |a| a.has("p patch"), Destroys, &[Uncommitted], "discards the selected changes"),
    row("checkout", |a| a.has("pathspec-from-file"), Destroys, &[Uncommitted], "overwrites files with older versions"),
    row("checkout", |a| a.has("B"), Changes, &[History], "moves a branch; dropped commits remain only in the reflog"),
    row("checkout", |a| a.has("m merge conflict"), Changes, &[Uncommitted], "merges local changes, which conflicts may overwrite"),
    row("checkout", |a| a.has("ours theirs"), Destroys, &[Uncommitted], "overwrites files and resolved conflicts"),
    row("checkout", |a| !a.has("b orphan") && !a.around_dashes().1.is_empty(), Destroys, &[Uncommitted], "overwrites files with older versions"),
    row("checkout", |a| !a.has("b orphan") && a.count() > 1, Destroys, &[Uncommitted], "overwrites files with older versions"),
    row("checkout", |a| !a.has("b orphan") && is_pathspec(a.operand(0)), Destroys, &[Uncommitted], "overwrites files with older versions"),
    row("switch", |a| a.has("f force discard-changes"), Destroys, &[Uncommitted], "discards uncommitted changes"),
    row("switch", |a| a.has("C force-create"), Changes, &[History], "moves a branch; dropped commits remain only in the reflog"),
    row("switch", |a| a.has("m merge conflict"), Changes, &[Uncommitted], "merges local changes, which conflicts may overwrite"),
    row("restore", |a| !a.has("S staged") || a.has("W worktree"), Destroys, &[Uncommitted], "overwrites files with older versions"),
    row("clean", |a| !a.has("n dry-run") && a.has("x X") && a.times("f force") > 1, Destroys, &[Untracked, Ignored, Nested], "deletes untracked and ignored files and nested repositories"),
    row("clean", |a| !a.has("n dry-run") && a.has("x X"), Destroys, &[Untracked, Ignored], "deletes untracked and ignored files"),
    row("clean", |a| !a.has("n dry-run") && a.times("f force") > 1, Destroys, &[Untracked, Nested], "deletes untracked files and nested repositories"),
    row("clean", |a| !a.has("n dry-run"), Destroys, &[Untracked], "deletes untracked files"),
    row("stash", |a| matches!(a.operand(0), b"drop" | b"clear"), Destroys, &[Stash], "drops stashes, which become unreachable"),
    row("stash", |a| matches!(a.operand(0), b"pop" | b"apply" | b"branch"), Changes, &[Uncommitted, Stash], "applies stashed changes to the files; a pop drops the stash"),
    row("stash", |a| !matches!(a.operand(0), b"list" | b"show" | b"create" | b"store" | b"export" | b"import"), Changes, &[Uncommitted], "moves uncommitted changes out of the work tree"),
    row("rm", |a| a.has("f force") && !a.has("cached n dry-run"), Destroys, &[Uncommitted, Submodules], "deletes files, including modified ones"),
    row("mv", |a| a.has("f force") && !a.has("n dry-run"), Changes, &[Uncommitted], "overwrites the existing file"),
    row("branch", |a| a.has("r remotes") && a.has("D d delete"), Destroys, &[OtherRefs], "deletes remote-tracking branches whose commits may exist nowhere else"),
    row("branch", |a| a.has("D") || a.has("d delete") && a.has("f force"), Destroys, &[Refs], "deletes a branch whose commits may be on no other branch"),
    row("branch", |a| a.has("M C f force"), Changes, &[Refs], "overwrites a branch whose commits may be on no other branch"),
    row("tag", |a| a.has("d delete f force"), Changes, &[Refs], "deletes or moves a tag whose commits may be on no branch"),
    row("rebase", |a| a.has("abort skip"), Destroys, &[Uncommitted, History], "discards everything done since it began"),
    row("rebase", |a| !a.has("continue quit edit-todo show-current-patch"), Changes, &[History], "rewrites commits; the old ones remain only in the reflog"),
    row("merge", |a| a.has("abort"), Destroys, &[Uncommitted], "discards the conflicts resolved so far"),
    row("cherry-pick", |a| a.has("abort skip"), Destroys, &[Uncommitted, History], "discards everything done since it began"),
    row("revert", |a| a.has("abort skip"), Destroys, &[Uncommitted, History], "discards everything done since it began"),
    row("am", |a| a.has("abort skip"), Destroys, &[Uncommitted, History], "discards everything done since it began"),
    row("commit", |a| a.has("amend") && !a.has("dry-run"), Changes, &[History], "replaces the last commit; the old one remains only in the reflog"),
    row("history", |_| true, Changes, &[History], "rewrites commits; the old ones remain only in the reflog"),
    row("replay", |_| true, Changes, &[History], "rewrites commits; the old ones remain only in the reflog"),
    row("pull", |a| a.has("r rebase") && !a.value("rebase").is_some_and(|v| v.is("false")), Changes, &[Uncommitted, History], "rewrites unpushed commits"),
    row("pull", |a| a.has("autostash"), Changes, &[Uncommitted], "stashes the changes and reapplies them if possible"),
    row("pull", |a| a.has("f force"), Changes, &[History], "overwrites refs that the remote rewrote"),
    row("fetch", |a| a.operands.iter().skip(1).any(|o| o.text.contains(&b':') && (a.has("f force") || o.text.starts_with(b"+"))), Changes, &[History], "overwrites refs that the remote rewrote"),
    row("update-ref", |a| a.has("d stdin"), Destroys, &[History, Refs, OtherRefs], "deletes refs; objects reachable only from them are lost with the next gc"),
    row("update-ref", |_| true, Changes, &[Refs, OtherRefs], "moves a ref; its old commits remain only in the reflog"),
    row("reflog", |a| matches!(a.operand(0), b"expire" | b"delete" | b"drop"), Destroys, &[History], "deletes reflog entries, which are needed to recover lost commits"),
    row("gc", |a| a.has("prune") && !a.value("prune").is_some_and(|v| v.is("never")), Destroys, &[History], "deletes objects that are unreachable or reachable only from reflogs"),
    row("prune", |a| !a.has("n dry-run"), Destroys, &[History], "deletes unreachable objects"),
    row("repack", |a| a.has("d") && a.has("a") && !a.has("k keep-unreachable"), Destroys, &[History], "deletes unreachable packed objects"),
    row("worktree", |a| a.operand(0) == b"remove" && a.has("f force"), Destroys, &[Uncommitted, Untracked, Ignored, Worktree, Nested], "deletes a worktree with its uncommitted changes"),
    row("worktree", |a| a.operand(0) == b"remove", Changes, &[Ignored, Worktree], "deletes a worktree with its reflog and ignored files"),
    row("worktree", |a| a.operand(0) == b"prune" && !a.has("n dry-run"), Changes, &[Worktree, Nested], "prunes missing worktrees with their reflogs"),
    row("worktree", |a| a.operand(0) == b"add" && a.has("B f force"), Changes, &[History, Worktree], "moves a branch, or replaces a worktree"),
    row("filter-branch", |_| true, Destroys, &[Uncommitted, History, Refs, OtherRefs], "rewrites the whole history"),
    row("filter-repo", |a| !a.has("analyze dry-run"), Destroys, &[Uncommitted, History, Refs, OtherRefs], "rewrites the whole history and deletes the old one"),
    row("read-tree", |a| a.has("u reset"), Destroys, &[Uncommitted], "overwrites index and files"),
    row("read-tree", |_| true, Changes, &[Uncommitted], "overwrites staged changes"),
    row("checkout-index", |a| a.has("f force"), Destroys, &[Uncommitted], "overwrites files with the staged versions"),
    row("submodule", |a| matches!(a.operand(0), b"update" | b"deinit") && a.has("f force"), Destroys, &[Submodules], "discards changes in submodules"),
    row("submodule", |a| a.operand(0) == b"update" && (a.has("rebase") || a.has("merge")), Changes, &[Submodules], "changes files in submodules"),
    row("submodule", |a| a.operand(0) == b"update", Changes, &[Submodules, Overwritten], "overwrites ignored files in submodules with files of their commits"),
    row("sparse-checkout", |a| !matches!(a.operand(0), b"list" | b"check-rules" | b""), Changes, &[Uncommitted, Ignored], "removes files from the work tree"),
    row("push", |a| a.has("force-with-lease") && !a.has("f force mirror d delete prune"), Changes, &[Remote], "replaces commits on the remote unless others have pushed since"),
    row("push", |a| a.has("f force mirror"), Destroys, &[Remote], "replaces commits on the remote that may exist nowhere else"),
    row("push", |a| a.has("d delete prune"), Destroys, &[Remote], "deletes branches on the remote whose commits may exist nowhere else"),
    row("push", |a| a.operands.iter().skip(1).any(|o| o.text.starts_with(b"+")), Destroys, &[Remote], "replaces commits on the remote that may exist nowhere else"),
    row("push", |a| a.operands.iter().skip(1).any(|o| o.text.starts_with(b":") && o.text.len() > 1), Destroys, &[Remote], "deletes branches on the remote whose commits may exist nowhere else"),
    row("apply", |a| !a.has("check stat numstat summary cached"), Changes, &[Uncommitted], "changes files"),
    row("merge-file", |a| !a.has("p stdout"), Changes, &[Uncommitted], "overwrites the first file"),
    row("fast-import", |a| a.has("force"), Changes, &[History], "overwrites refs"),
    row("p4", |a| matches!(a.operand(0), b"rebase" | b"sync"), Changes, &[History], "rewrites commits"),
    row("svn", |a| matches!(a.operand(0), b"rebase" | b"reset" | b"dcommit"), Changes, &[History], "rewrites commits"),
    row("symbolic-ref", |a| a.has("d delete"), Changes, &[OtherRefs], "deletes a ref"),
    row("replace", |a| a.has("d delete f force"), Changes, &[OtherRefs], "deletes or changes a replace ref"),
    row("notes", |a| matches!(a.operand(0), b"remove" | b"prune") || a.has("f force"), Changes, &[OtherRefs], "removes or overwrites notes"),
    row("remote", |a| matches!(a.operand(0), b"remove" | b"rm"), Changes, &[OtherRefs], "deletes remote-tracking branches with their reflogs"),
    row("lfs", |a| matches!(a.operand(0), b"prune" | b"migrate"), Changes, &[History], "deletes or rewrites large files"),
    row("refs", |a| a.operand(0) == b"migrate", Changes, &[History], "rewrites every ref, without the reflogs"),
    row("absorb", |_| true, Changes, &[History], "rewrites commits; the old ones remain only in the reflog"),
];

/// Commands of extensions (git-extras, git-branchless, git-revise, …), which aliases of the same name are often taken for.
#[rustfmt::skip]
pub(super) const EXTRAS: &[Row] = &[
    row("clear fresh-branch", |_| true, Destroys, &[Uncommitted, Untracked, Ignored], "discards all changes, untracked and ignored files"),
    row("clear-soft", |_| true, Destroys, &[Uncommitted, Untracked], "discards all changes and untracked files"),
    row("reset-file", |_| true, Destroys, &[Uncommitted], "overwrites files with older versions"),
    row("undo", |a| a.has("h hard"), Destroys, &[Uncommitted, History], "discards commits and all uncommitted changes"),
    row("undo back", |_| true, Changes, &[Uncommitted, History], "moves the branch; dropped commits remain only in the reflog"),
    row("abort", |_| true, Destroys, &[Uncommitted, History], "discards everything done since it began"),
    row("obliterate", |_| true, Destroys, &[Uncommitted, History, Refs, OtherRefs], "rewrites the whole history"),
    row("delete-branch delete-merged-branches delete-squashed-branches rename-branch trim", |_| true, Destroys, &[Refs, OtherRefs, Remote], "deletes branches locally and on the remote"),
    row("delete-tag", |_| true, Changes, &[Refs, Remote], "deletes a tag locally and on the remote"),
    row("delete-submodule", |_| true, Destroys, &[Uncommitted, Submodules], "deletes a submodule"),
    row("force-clone", |_| true, Destroys, &[Uncommitted, Untracked, History], "resets branch and files to the remote"),
    row("sync", |_| true, Destroys, &[Uncommitted, Untracked, History], "resets branch and files to the remote"),
    row("squash reauthor rebase-patch amend hide move restack reword split record revise fixup autofixup town machete spr stack imerge mob", |_| true, Changes, &[Uncommitted, History], "rewrites commits; the old ones remain only in the reflog"),
];

/// Commands whose argument may be an option or a path that cannot be determined.
pub(super) const OPEN: &str = "reset checkout switch restore clean stash rm read-tree checkout-index";

/// Commands of git's own that are in no row: these are not aliases.
pub(super) const HARMLESS: &str = "add agent annotate archive backfill bisect blame branch bugreport bundle cat-file check-attr check-ignore \
    check-mailmap check-ref-format cherry citool clone column commit-graph commit-tree config count-objects \
    credential daemon describe diagnose diff diff-files diff-index diff-pairs diff-tree difftool fast-export fetch \
    fetch-pack fmt-merge-msg for-each-ref for-each-repo format-patch fsck fsmonitor--daemon get-tar-commit-id grep \
    gui hash-object help hook http-backend index-pack init init-db instaweb interpret-trailers last-modified log \
    ls-files ls-remote ls-tree mailinfo mailsplit maintenance merge-base merge-index merge-one-file merge-tree \
    mergetool mktag mktree multi-pack-index name-rev pack-objects pack-refs patch-id prune-packed range-diff repo \
    request-pull rerere rev-list rev-parse send-email shortlog show show-branch show-ref status stripspace submodule \
    unpack-file var version";

/// Whether the first operand of a `reset` is another commit than HEAD, as far as that can be seen.
fn names_commit(args: &Args) -> bool {
    let (before, _) = args.around_dashes();
    before.first().is_some_and(|operand| !operand.is("HEAD") && !operand.is("@"))
}

/// Whether a word can only be a path.
fn is_pathspec(word: &[u8]) -> bool {
    word == b"." || word == b".." || word.starts_with(b"./") || word.starts_with(b":") || word.ends_with(b"/")
}
