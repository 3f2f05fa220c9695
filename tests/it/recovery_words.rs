//! What a newcomer reads: every answer and every refusal names the object, the reason, and the next command.

use crate::recovery_failures::{conflicted, world};
use crate::support::{Layout, TestRepo, default_git, without_ids};

/// What `words` answers, with ids taken out.
fn said(repo: &TestRepo, words: &[&str]) -> String {
    let text = without_ids(&repo.agent(words).to_string());
    // How far into its second a process is tells how quick the machine is.
    regex::Regex::new(r"(?-u)\.[0-9]{3}Z").unwrap().replace_all(&text, ".000Z").into_owned()
}

#[test]
fn where_nothing_was_done() {
    let repo = TestRepo::new();
    insta::assert_snapshot!(said(&repo, &["ops"]), @"No operation was recorded in this worktree.");
    insta::assert_snapshot!(said(&repo, &["ops", "show"]), @"
    ------- stderr -------
    error: nothing to show: no operation was recorded in this worktree
    nothing was changed
    hint: checkpoints, rollbacks and restored snapshots are operations: 'git agent ops' lists them
    [exit code 1]
    ");
    insta::assert_snapshot!(said(&repo, &["ops", "show", "01J"]), @"
    ------- stderr -------
    error: no operation of this worktree matches '01J'
    hint: 'git agent ops' lists them
    [exit code 2]
    ");
    insta::assert_snapshot!(said(&repo, &["undo"]), @"
    ------- stderr -------
    error: nothing to undo: no operation of this worktree is left to undo
    nothing was changed
    hint: 'git agent ops' lists the operations, 'git agent snapshot list' the snapshots
    [exit code 1]
    ");
    insta::assert_snapshot!(said(&repo, &["undo", "01J"]), @"
    ------- stderr -------
    error: no operation of this worktree matches '01J'
    hint: 'git agent ops' lists them
    [exit code 2]
    ");
    insta::assert_snapshot!(said(&repo, &["redo"]), @"
    ------- stderr -------
    error: nothing to redo: the newest operation is not an undo
    nothing was changed
    hint: 'git agent ops' lists the operations; 'git agent undo <op>' undoes a given one
    [exit code 1]
    ");
    insta::assert_snapshot!(said(&repo, &["resume"]), @"
    ------- stderr -------
    error: nothing to resume: no operation was interrupted
    nothing was changed
    hint: 'git agent ops' lists the operations
    [exit code 1]
    ");
    insta::assert_snapshot!(said(&repo, &["rollback"]), @"
    ------- stderr -------
    error: no task is named, and none is active in this worktree
    hint: name a task, or start one with 'git agent start <task>'
    [exit code 2]
    ");
    insta::assert_snapshot!(said(&repo, &["rollback", "nobody@1"]), @"
    ------- stderr -------
    error: task 'nobody' does not exist
    hint: this ledger has no tasks yet: 'git agent add <title>' creates one
    hint: in a fresh clone, fetch the tasks with 'git agent init'
    [exit code 2]
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "list"]), @"There are no snapshots.");
    insta::assert_snapshot!(said(&repo, &["snapshot", "show", "01J"]), @"
    ------- stderr -------
    error: snapshot '01J' does not exist
    hint: 'git agent snapshot list' lists the snapshots
    [exit code 2]
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "restore", ""]), @"
    ------- stderr -------
    error: snapshot '' does not exist
    hint: 'git agent snapshot list' lists the snapshots
    [exit code 2]
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "drop", "x\ny"]), @r"
    ------- stderr -------
    error: snapshot 'x\ny' does not exist
    hint: 'git agent snapshot list' lists the snapshots
    [exit code 2]
    ");
}

#[test]
fn there_and_back() {
    let repo = world(default_git());
    repo.sh("echo 'a at 2' >a.txt; git rm -q dir/b.txt; echo c >c.txt").success();
    repo.agent(&["checkpoint", "-m", "Two"]).success();
    repo.sh("echo edited >a.txt; echo new >new.txt; echo x >keep.txt; git init -q inner").success();
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1", "--dry-run"]), @"
    Would roll back to t@1 by moving main back to <oid>.
      drops      1 commit: <oid>
      writes     2 paths: a.txt, dir/b.txt
      removes    3 paths: c.txt, keep.txt, new.txt
      keeps      1 path: inner (it is a nested repository)
    ------- stderr -------
    hint: nothing was changed; run it again without --dry-run to apply it
    ");
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1"]), @"
    Rolled back to t@1 (rewind)
      wrote 2 paths: a.txt, dir/b.txt
      removed 3 paths: c.txt, keep.txt, new.txt
      kept inner: it is a nested repository
      main: <oid> -> <oid>
    ------- stderr -------
    hint: to undo it: git agent undo; the previous state is in snapshot <id>
    ");
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1"]), @"
      kept inner: it is a nested repository
    ------- stderr -------
    Nothing to do: everything already matches t@1
    ");
    insta::assert_snapshot!(said(&repo, &["ops"]), @"
    6 operations
      <id>  rollback t to t@1  (N seconds ago by ann@here)
      <id>  checkpoint t@2  (N seconds ago by ann@here)
      <id>  checkpoint t@1  (N seconds ago by ann@here)
      <id>  start t  (N seconds ago by ann@here)
      <id>  add u  (N seconds ago by ann@here)
      <id>  add t  (N seconds ago by ann@here)
    ");
    insta::assert_snapshot!(said(&repo, &["ops", "show"]), @"
    <id>  rollback t to t@1  (N seconds ago by ann@here)
      main: <oid> -> <oid>
      snapshot of the previous state: <id>
      a.txt: file and index
      c.txt: file and index
      dir/b.txt: file and index
      keep.txt: file
      new.txt: file

    diff --git a/a.txt b/a.txt
    index <oid>..<oid> 100644
    --- a/a.txt
    +++ b/a.txt
    @@ -1 +1 @@
    -edited
    +a at 1
    diff --git a/c.txt b/c.txt
    deleted file mode 100644
    index <oid>..<oid>
    --- a/c.txt
    +++ /dev/null
    @@ -1 +0,0 @@
    -c
    diff --git a/dir/b.txt b/dir/b.txt
    new file mode 100644
    index <oid>..<oid>
    --- /dev/null
    +++ b/dir/b.txt
    @@ -0,0 +1 @@
    +b at 1
    diff --git a/keep.txt b/keep.txt
    deleted file mode 100644
    index <oid>..<oid>
    --- a/keep.txt
    +++ /dev/null
    @@ -1 +0,0 @@
    -x
    diff --git a/new.txt b/new.txt
    deleted file mode 100644
    index <oid>..<oid>
    --- a/new.txt
    +++ /dev/null
    @@ -1 +0,0 @@
    -new
    ");
    insta::assert_snapshot!(said(&repo, &["undo"]), @"
    Undid: rollback t to t@1
      wrote 4 paths: a.txt, c.txt, keep.txt, new.txt
      removed 1 path: dir/b.txt
      main: <oid> -> <oid>
    ------- stderr -------
    hint: to redo it: git agent redo
    ");
    insta::assert_snapshot!(said(&repo, &["redo"]), @"
    Redid: rollback t to t@1
      wrote 2 paths: a.txt, dir/b.txt
      removed 3 paths: c.txt, keep.txt, new.txt
      main: <oid> -> <oid>
    ------- stderr -------
    hint: to undo it: git agent undo
    ");
    insta::assert_snapshot!(said(&repo, &["redo"]), @"
    ------- stderr -------
    error: nothing to redo: the newest operation is not an undo
    nothing was changed
    hint: 'git agent ops' lists the operations; 'git agent undo <op>' undoes a given one
    [exit code 1]
    ");
    insta::assert_snapshot!(said(&repo, &["undo", "--quiet"]), @"");
    insta::assert_snapshot!(said(&repo, &["ops"]), @"
    9 operations
      <id>  undo rollback t to t@1  (N seconds ago by ann@here)
      <id>  redo rollback t to t@1  (N seconds ago by ann@here)
      <id>  undo rollback t to t@1  (N seconds ago by ann@here, undone)
      <id>  rollback t to t@1  (N seconds ago by ann@here, undone)
      <id>  checkpoint t@2  (N seconds ago by ann@here)
      <id>  checkpoint t@1  (N seconds ago by ann@here)
      <id>  start t  (N seconds ago by ann@here)
      <id>  add u  (N seconds ago by ann@here)
      <id>  add t  (N seconds ago by ann@here)
    ");
    let listed = repo.agent(&["ops", "--json"]).json();
    let rollback = listed["operations"].as_array().unwrap().iter().find(|op| op["kind"] == "rollback").unwrap().clone();
    insta::assert_snapshot!(said(&repo, &["undo", rollback["id"].as_str().unwrap()]), @"
    ------- stderr -------
    error: cannot undo <id> (rollback t to t@1): <id> already undid it
    nothing was changed
    hint: 'git agent redo' undoes the last undo
    [exit code 1]
    ");
}

#[test]
fn snapshots() {
    let repo = world(default_git());
    repo.sh("echo edited >a.txt; echo new >new.txt; git init -q inner").success();
    insta::assert_snapshot!(said(&repo, &["snapshot", "-m", "before lunch"]), @"
    Saved the work tree, 2 changed paths, as snapshot <id>
    1 path not in the snapshot:
      inner: it is a nested repository
    ------- stderr -------
    hint: to list its content: git agent snapshot show <id>
    hint: to print a file: git show refs/agent/snap/<id>:worktree/<path>
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot"]), @"
    Nothing has changed since snapshot <id> (N seconds ago)
    1 path not in the snapshot:
      inner: it is a nested repository
    ------- stderr -------
    hint: to list its content: git agent snapshot show <id>
    hint: to print a file: git show refs/agent/snap/<id>:worktree/<path>
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "list"]), @"
    1 snapshot
      <id>  N seconds ago, on main: before lunch
    ");
    let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
    repo.sh("rm a.txt; echo more >>new.txt; echo later >later.txt").success();
    insta::assert_snapshot!(said(&repo, &["snapshot", "show", &id]), @"
    snapshot <id>
    Message   before lunch
    Taken     N seconds ago (2026-01-02T03:04:15.000Z) by ann@here
    Kind      manual
    HEAD      main, <oid>
    Tasks     t
    Ref       refs/agent/snap/<id>

    Changes since its HEAD:
      M a.txt
      A new.txt

    Differences from the current work tree:
      D a.txt
      A later.txt
      M new.txt

    1 path not in the snapshot:
      inner: it is a nested repository
    ------- stderr -------
    hint: to print a file: git show refs/agent/snap/<id>:worktree/<path>
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "restore", &id, "--", "nowhere"]), @"
    ------- stderr -------
    error: cannot restore snapshot <id>: neither it nor the work tree has such a path
    hint: paths are relative to the current directory, as in 'git add'
    hint: to list its files: git agent snapshot show <id>
    [exit code 2]
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "restore", &id, "--", "a.txt"]), @"
    Restored snapshot <id>
      wrote 1 path: a.txt
    ------- stderr -------
    hint: to undo it: git agent undo
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "restore", &id]), @"
    Restored snapshot <id>
      wrote 1 path: new.txt
      removed 1 path: later.txt
      kept inner: it is a nested repository
    ------- stderr -------
    hint: to undo it: git agent undo
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "restore", &id]), @"
    ------- stderr -------
    Nothing to do: the work tree already matches snapshot <id>
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "restore", "0"]), @"
    ------- stderr -------
    error: '0' matches 3 snapshots
    hint: use a longer prefix: 'git agent snapshot list' lists the snapshots
    [exit code 2]
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "drop", &id]), @"
    Dropped snapshot <id> (was <oid>)
    ------- stderr -------
    hint: to restore it before git prunes it: git update-ref refs/agent/snap/<id> <oid>
    ");
}

#[test]
fn refusals() {
    let repo = conflicted(default_git(), Layout::Plain);
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1"]), @"
    ------- stderr -------
    error: cannot roll back t: a merge is in progress
    nothing was changed
    hint: finish it with 'git merge --continue' or abort it with 'git merge --abort'
    hint: --abandon-merge abandons it; the snapshot keeps it, and 'git agent undo' restores it
    [exit code 1]
    ");
    let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(said(&repo, &["snapshot", "restore", &id]), @"
    ------- stderr -------
    error: cannot restore snapshot <id>: a merge is in progress
    nothing was changed
    hint: finish it with 'git merge --continue' or abort it with 'git merge --abort'
    hint: to show one of its files: git show refs/agent/snap/<id>:worktree/<path>
    [exit code 1]
    ");
    insta::assert_snapshot!(said(&repo, &["checkpoint"]), @"
    ------- stderr -------
    error: cannot make a checkpoint: a merge is in progress
    nothing was changed
    hint: finish it first: 'git merge --continue'; 'git status' shows details
    [exit code 1]
    ");
    repo.git(&["merge", "--abort"]).success();
    repo.git(&["rebase", "side"]).failure();
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1"]), @"
    ------- stderr -------
    error: cannot roll back t: a rebase is in progress
    nothing was changed
    hint: finish it with 'git rebase --continue' or abort it with 'git rebase --abort'
    [exit code 1]
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "restore", &id]), @"
    ------- stderr -------
    error: cannot restore snapshot <id>: a rebase is in progress
    nothing was changed
    hint: finish it with 'git rebase --continue' or abort it with 'git rebase --abort'
    hint: to show one of its files: git show refs/agent/snap/<id>:worktree/<path>
    [exit code 1]
    ");
    repo.git(&["rebase", "--abort"]).success();
    insta::assert_snapshot!(said(&repo, &["rollback", "t@9"]), @"
    ------- stderr -------
    error: t@9 does not exist: t has 2 checkpoints on this history
    nothing was changed
    hint: t@2 is <oid>, Ns ago: Two
    hint: t@1 is <oid>, Ns ago: One
    [exit code 1]
    ");
    insta::assert_snapshot!(said(&repo, &["rollback", "t@green"]), @"
    ------- stderr -------
    error: t@green does not exist: no checkpoint of t passed a verification
    nothing was changed
    hint: t@2 is <oid>, Ns ago: Two
    hint: t@1 is <oid>, Ns ago: One
    hint: 'git agent verify t' verifies the current state
    [exit code 1]
    ");
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1", "--", "nowhere"]), @"
    ------- stderr -------
    error: cannot roll back t: neither t@1 nor the work tree has such a path
    hint: paths are relative to the current directory, as in 'git add'
    [exit code 2]
    ");
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1", "--mode", "rewind", "--", "a.txt"]), @"
    ------- stderr -------
    error: cannot rewind only some paths of t: a branch moves by whole commits
    hint: --mode files restores the paths without a commit; --mode revert reverts the changes to them
    [exit code 2]
    ");
    repo.git(&["update-ref", "refs/remotes/origin/main", "main"]).success();
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1", "--mode", "rewind"]), @"
    ------- stderr -------
    error: cannot rewind to t@1: a remote branch or a tag contains later commits: <oid>
    nothing was changed
    hint: --mode restore records the old state in a new commit and rewrites no history
    hint: --allow-published rewinds this branch anyway
    [exit code 1]
    ");
    repo.git(&["update-ref", "-d", "refs/remotes/origin/main"]).success();
    repo.agent(&["start", "u", "--also"]).success();
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1"]), @"
    ------- stderr -------
    error: cannot roll back t: u (Another) is also active in this worktree
    nothing was changed
    hint: 'git agent pause u' stops work on it and keeps its files
    hint: --shared rolls back anyway; the snapshot keeps its uncommitted changes
    [exit code 1]
    ");
    repo.agent(&["pause", "u"]).success();
    repo.deactivate();
    repo.commit_file("theirs.txt", "theirs\n", "somebody else's");
    repo.commit_file("a.txt", "theirs on top\n", "somebody else's on top");
    repo.activate("t");
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1", "--mode", "rewind"]), @"
    ------- stderr -------
    error: cannot rewind to t@1: commits of other tasks came after it: <oid>, <oid>
    nothing was changed
    hint: --mode revert reverts only the commits of t
    hint: --allow-foreign also undoes the others; the snapshot keeps them
    [exit code 1]
    ");
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1"]), @"
    ------- stderr -------
    error: cannot roll back t: <oid> cannot be reverted: later commits changed 'a.txt'
    nothing was changed
    hint: 'a.txt' was changed later by <oid>
    hint: -- <path>… reverts other paths only; --mode files restores single files
    [exit code 3]
    ");
    let listed = repo.agent(&["ops", "--json"]).json()["operations"].clone();
    let checkpoint = listed.as_array().unwrap().iter().find(|op| op["title"] == "checkpoint t@2").unwrap();
    insta::assert_snapshot!(said(&repo, &["undo", checkpoint["id"].as_str().unwrap()]), @"
    ------- stderr -------
    error: cannot undo <id> (checkpoint t@2): main has moved since then; undoing it would drop the commits made there
    nothing was changed
    hint: to keep the state before it: git branch <name> <oid>
    [exit code 1]
    ");
    repo.sh("rm -r dir; git init -q dir").success();
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1", "--mode", "files"]), @"
    ------- stderr -------
    error: 'dir' is in the way and cannot be saved first: it is a nested repository
    nothing was changed
    hint: it must be saved in a snapshot first: move it away yourself, then try again
    hint: or skip it: name the other paths after --
    [exit code 1]
    ");
    repo.sh("rm -r dir; mkfifo dir").success();
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1", "--mode", "files"]), @"
    ------- stderr -------
    error: 'dir' is in the way and cannot be saved first: it is neither a regular file nor a symbolic link
    nothing was changed
    hint: it must be saved in a snapshot first: move it away yourself, then try again
    hint: or skip it: name the other paths after --
    [exit code 1]
    ");
    repo.sh("rm dir; touch .git/index.lock").success();
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1", "--mode", "files"]), @"
    ------- stderr -------
    error: cannot lock the index: './.git/index.lock' exists
    hint: another process may be using this repository: try again
    hint: if no git process is running in this repository, one crashed: remove the file
    [exit code 4]
    ");
}

#[test]
fn interrupted() {
    let repo = world(default_git());
    repo.write("a.txt", "a at 2\n");
    repo.agent(&["checkpoint", "-m", "Two"]).success();
    repo.write("a.txt", "edited\n");
    let die =
        || drop(repo.run("git-agent").args(["rollback", "t@1"]).env("GIT_AGENT_TEST_DIE", "Filled").run().failure());
    die();
    insta::assert_snapshot!(said(&repo, &["rollback", "t@1"]), @"
    ------- stderr -------
    error: operation <id> (rollback t to t@1) was interrupted and is incomplete
    hint: to restore the previous state: git agent undo
    hint: to finish it: git agent resume
    [exit code 6]
    ");
    insta::assert_snapshot!(said(&repo, &["redo"]), @"
    ------- stderr -------
    error: operation <id> (rollback t to t@1) was interrupted and is incomplete
    hint: to restore the previous state: git agent undo
    hint: to finish it: git agent resume
    [exit code 6]
    ");
    insta::assert_snapshot!(said(&repo, &["snapshot", "restore", "0"]), @"
    ------- stderr -------
    error: operation <id> (rollback t to t@1) was interrupted and is incomplete
    hint: to restore the previous state: git agent undo
    hint: to finish it: git agent resume
    [exit code 6]
    ");
    insta::assert_snapshot!(said(&repo, &["ops"]), @"
    6 operations
      <id>  rollback t to t@1  (N seconds ago by ann@here, interrupted: 'git agent resume' or 'git agent undo')
      <id>  checkpoint t@2  (N seconds ago by ann@here)
      <id>  checkpoint t@1  (N seconds ago by ann@here)
      <id>  start t  (N seconds ago by ann@here)
      <id>  add u  (N seconds ago by ann@here)
      <id>  add t  (N seconds ago by ann@here)
    ");
    insta::assert_snapshot!(said(&repo, &["undo"]), @"Undid the interrupted operation: rollback t to t@1");
    die();
    insta::assert_snapshot!(said(&repo, &["resume"]), @"
    Finished: rollback t to t@1
      main: <oid> -> <oid>
    ------- stderr -------
    hint: to undo it: git agent undo
    ");
    insta::assert_snapshot!(said(&repo, &["ops"]), @"
    7 operations
      <id>  rollback t to t@1  (N seconds ago by ann@here)
      <id>  rollback t to t@1  (N seconds ago by ann@here, failed, everything was restored)
      <id>  checkpoint t@2  (N seconds ago by ann@here)
      <id>  checkpoint t@1  (N seconds ago by ann@here)
      <id>  start t  (N seconds ago by ann@here)
      <id>  add u  (N seconds ago by ann@here)
      <id>  add t  (N seconds ago by ann@here)
    ");
}
