//! A checkpoint is an operation: `undo` takes HEAD and the index back, and never a file.

use crate::support::{Git, Layout, State, TestRepo, default_git, on_every_git, on_one_git, without_ids};

/// A repository whose task `t` is active.
fn with_task(git: &Git, layout: Layout) -> TestRepo {
    let repo = TestRepo::with_layout(git, layout);
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file(".gitignore", "*.log\n", "first");
    repo.write("kept.txt", "1\n");
    repo.write("gone.txt", "1\n");
    repo.git(&["add", "."]).success();
    repo.git(&["commit", "-q", "-m", "files"]).success();
    repo.agent(&["add", "Try it", "--id", "t"]).success();
    repo.agent(&["start", "t"]).success();
    repo
}

fn layouts(git: &Git) -> Vec<Layout> {
    let reftable = git.has_reftable().then_some(Layout::Reftable);
    [Layout::Plain, Layout::Sha256].into_iter().chain(reftable).collect()
}

/// What the index lists, with flags, and what git says of the work tree.
fn index(repo: &TestRepo) -> (String, String, String) {
    let list = |words: &[&str]| repo.git(words).success().stdout;
    (list(&["ls-files", "-s", "-z"]), list(&["ls-files", "-v", "-z"]), list(&["status", "--porcelain=v2", "-z"]))
}

/// Files and branches, without the bytes of the index.
fn rest(repo: &TestRepo) -> State {
    State { index: None, ..State::of(repo) }
}

#[test]
fn undo_takes_head_and_index_back_and_leaves_the_files() {
    on_every_git(|git| {
        for layout in layouts(git) {
            let repo = with_task(git, layout);
            // Staged, edited, both, removed, new, intended to be added, ignored.
            repo.write("kept.txt", "2\n");
            repo.git(&["add", "kept.txt"]).success();
            repo.write("kept.txt", "3\n");
            repo.git(&["rm", "-q", "--cached", "gone.txt"]).success();
            repo.write("dir/new.txt", "new\n");
            repo.write("intended.txt", "soon\n");
            repo.git(&["add", "-N", "intended.txt"]).success();
            repo.write("x.log", "ignored\n");
            let (before, listed) = (rest(&repo), index(&repo));
            let answer = repo.agent(&["checkpoint", "-m", "One", "--json"]).json();
            let operation = answer["operation"].as_str().expect("an operation").to_owned();
            let (after, committed) = (rest(&repo), index(&repo));
            assert_eq!(after.files, before.files, "a checkpoint touches no file");

            let undone = repo.agent(&["undo", "--json"]).json();
            assert_eq!(undone["operation"]["undoes"], operation.as_str());
            assert_eq!((rest(&repo), index(&repo)), (before.clone(), listed.clone()), "{layout:?}");
            repo.agent(&["redo"]).success();
            assert_eq!((rest(&repo), index(&repo)), (after, committed), "{layout:?}");
            repo.agent(&["undo"]).success();
            assert_eq!((rest(&repo), index(&repo)), (before, listed), "{layout:?}");
            // And once more, as if nothing had been.
            repo.agent(&["checkpoint", "-m", "One again"]).success();
            assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
            repo.fsck();
        }
    });
}

#[test]
fn what_was_staged_beside_a_part_stays_staged() {
    on_one_git(|git| {
        for words in [["--only", "kept.txt"].as_slice(), &["--staged"]] {
            let repo = with_task(git, Layout::Plain);
            repo.write("kept.txt", "2\n");
            repo.write("other.txt", "staged\n");
            repo.git(&["add", "other.txt"]).success();
            repo.write("other.txt", "edited\n");
            let (before, listed) = (rest(&repo), index(&repo));
            repo.run("git-agent").args(["checkpoint", "-m", "A part"]).args(words).run().success();
            repo.agent(&["undo"]).success();
            assert_eq!((rest(&repo), index(&repo)), (before, listed), "{words:?}");
        }
    });
}

#[test]
fn the_first_commit_of_a_branch_can_be_taken_back() {
    on_every_git(|git| {
        for layout in layouts(git) {
            let repo = TestRepo::with_layout(git, layout);
            repo.agent(&["add", "Begin", "--id", "t"]).success();
            repo.agent(&["start", "t"]).success();
            repo.write("a", "1");
            repo.git(&["add", "a"]).success();
            let (before, listed) = (rest(&repo), index(&repo));
            repo.agent(&["checkpoint"]).success();
            repo.agent(&["undo"]).success();
            assert_eq!((rest(&repo), index(&repo)), (before, listed), "{layout:?}");
            repo.git(&["rev-parse", "--verify", "-q", "HEAD"]).failure();
            repo.agent(&["redo"]).success();
            assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
            repo.fsck();
        }
    });
}

#[test]
fn a_squash_that_was_prepared_is_prepared_again() {
    on_one_git(|git| {
        let repo = with_task(git, Layout::Plain);
        repo.sh("git switch -qc side; echo side >side.txt; git add .; git commit -qm side; git switch -q main")
            .success();
        repo.git(&["merge", "-q", "--squash", "side"]).success();
        let message = repo.read(".git/SQUASH_MSG");
        let listed = index(&repo);
        repo.agent(&["checkpoint"]).success();
        assert!(!repo.path().join(".git/SQUASH_MSG").exists());
        repo.agent(&["undo"]).success();
        assert_eq!((repo.read(".git/SQUASH_MSG"), index(&repo)), (message, listed));
    });
}

#[test]
fn hidden_and_sparse_entries_come_back() {
    on_one_git(|git| {
        for sparse_index in ["true", "false"] {
            let repo = with_task(git, Layout::Plain);
            repo.sh("mkdir -p in out; echo 1 >in/a; echo 1 >out/a; echo 1 >out/b; git add .; git commit -qm more")
                .success();
            repo.git(&["config", "index.sparse", sparse_index]).success();
            repo.git(&["sparse-checkout", "set", "--cone", "in"]).success();
            repo.git(&["update-index", "--assume-unchanged", "kept.txt"]).success();
            repo.sh("echo 2 >in/a; mkdir out; echo 2 >out/a; git add --sparse out/a").success();
            let (before, listed) = (rest(&repo), index(&repo));
            repo.agent(&["checkpoint"]).success();
            repo.agent(&["undo"]).success();
            assert_eq!((rest(&repo), index(&repo)), (before, listed), "index.sparse={sparse_index}");
        }
    });
}

#[test]
fn before_the_first_commit_there_is_no_state_to_keep() {
    let repo = TestRepo::new();
    repo.agent(&["add", "Work", "--id", "t", "-q"]).success();
    repo.write("f", "1\n");
    repo.agent(&["checkpoint", "--task", "t", "-m", "One"]).success();
    repo.git(&["checkout", "-q", "--detach"]).success();
    insta::assert_snapshot!(without_ids(&repo.agent(&["undo"]).exits(1).stderr), @"
    error: cannot undo <id> (checkpoint t@1): it moved main, and HEAD is elsewhere now
    nothing was changed
    hint: switch back first: git switch main
    ");
}

#[test]
fn later_operations_are_named_only_where_there_are_some() {
    let repo = with_task(default_git(), Layout::Plain);
    repo.write("kept.txt", "2\n");
    repo.agent(&["checkpoint"]).success();
    let first = repo.agent(&["ops", "--json"]).json()["operations"][0]["id"].as_str().unwrap().to_owned();
    let hint = "undo the later operations first";
    repo.git(&["commit", "-q", "--amend", "-m", "amended"]).success();
    let amended = repo.agent(&["undo", &first]).exits(1);
    assert!(!amended.stderr.contains(hint), "{amended}");
    repo.write("kept.txt", "3\n");
    repo.agent(&["checkpoint"]).success();
    let later = repo.agent(&["undo", &first]).exits(1);
    assert!(later.stderr.contains(hint), "{later}");
    // What was undone does not count.
    repo.agent(&["undo"]).success();
    let undone = repo.agent(&["undo", &first]).exits(1);
    assert!(!undone.stderr.contains(hint), "{undone}");
}

#[test]
fn others_keep_what_they_did_since() {
    let repo = with_task(default_git(), Layout::Plain);
    repo.write("kept.txt", "2\n");
    repo.agent(&["checkpoint", "-m", "One"]).success();
    // What came into the index and into files since stays.
    repo.write("later.txt", "later\n");
    repo.git(&["add", "later.txt"]).success();
    repo.write("kept.txt", "3\n");
    repo.agent(&["undo"]).success();
    assert_eq!(repo.git(&["status", "--porcelain"]).success().stdout, " M kept.txt\nA  later.txt\n");
    repo.agent(&["redo"]).success();
    // A commit on top is not taken along.
    repo.git(&["commit", "-qm", "later"]).success();
    let state = State::of(&repo);
    insta::assert_snapshot!(without_ids(&repo.agent(&["undo"]).exits(1).stderr), @"
    error: cannot undo <id> (checkpoint t@1): main has moved since then; undoing it would drop the commits made there
    nothing was changed
    hint: to keep the state before it: git branch <name> <oid>
    ");
    assert_eq!(State::of(&repo), state);
    // Where the branch was moved back by hand, there is no commit that could be lost.
    repo.git(&["reset", "-q", "--hard", "HEAD~2"]).success();
    insta::assert_snapshot!(without_ids(&repo.agent(&["undo"]).exits(1).stderr), @"
    error: cannot undo <id> (checkpoint t@1): main is at <oid> now, not at <oid>
    nothing was changed
    hint: to undo an earlier command: git agent undo <op>; 'git agent ops' lists them
    ");
}

#[test]
fn is_listed_and_shown() {
    let repo = with_task(default_git(), Layout::Plain);
    repo.write("kept.txt", "2\n");
    insta::assert_snapshot!(without_ids(&repo.agent(&["checkpoint", "-m", "One"]).to_string()), @"
    Saved t@1 as <oid>: One
      1 path: kept.txt
    ------- stderr -------
    hint: to show it: git show <oid>
    hint: to undo it and keep the files: git agent undo
    ");
    insta::assert_snapshot!(without_ids(&repo.agent(&["ops"]).to_string()), @"
    3 operations
      <id>  checkpoint t@1  (N seconds ago by ann@here)
      <id>  start t  (N seconds ago by ann@here)
      <id>  add t  (N seconds ago by ann@here)
    ");
    insta::assert_snapshot!(without_ids(&repo.agent(&["ops", "show"]).to_string()), @"
    <id>  checkpoint t@1  (N seconds ago by ann@here)
      main: <oid> -> <oid>
      kept.txt: index

    diff --git a/kept.txt b/kept.txt
    index <oid>..<oid> 100644
    --- a/kept.txt
    +++ b/kept.txt
    @@ -1 +1 @@
    -1
    +2
    ");
    let listed = repo.agent(&["ops", "--json"]).json();
    let operation = &listed["operations"][0];
    assert_eq!(
        (&operation["kind"], &operation["task"], &operation["state"]),
        (&"checkpoint".into(), &"t".into(), &"done".into())
    );
    assert_eq!(operation["snapshot"], serde_json::Value::Null);
    assert_eq!(operation["head"]["after"], repo.head());
    insta::assert_snapshot!(without_ids(&repo.agent(&["undo"]).to_string()), @"
    Undid: checkpoint t@1
      updated only the index of 1 path: kept.txt
      main: <oid> -> <oid>
    ------- stderr -------
    hint: to redo it: git agent redo
    ");
    insta::assert_snapshot!(without_ids(&repo.agent(&["ops"]).to_string()), @"
    4 operations
      <id>  undo checkpoint t@1  (N seconds ago by ann@here)
      <id>  checkpoint t@1  (N seconds ago by ann@here, undone)
      <id>  start t  (N seconds ago by ann@here)
      <id>  add t  (N seconds ago by ann@here)
    ");
    insta::assert_snapshot!(without_ids(&repo.agent(&["undo"]).to_string()), @"
    Undid: start t
      t (Try it): in progress -> pending
    ------- stderr -------
    hint: to redo it: git agent redo
    ");
}

#[test]
fn a_rollback_knows_that_untracked_files_are_younger() {
    on_one_git(|git| {
        for (words, is_whole) in [(&["checkpoint"][..], true), (&["checkpoint", "--staged"], false)] {
            let repo = with_task(git, Layout::Plain);
            repo.write("kept.txt", "2\n");
            repo.git(&["add", "."]).success();
            repo.agent(words).success();
            repo.write("young.txt", "young\n");
            repo.write("x.log", "ignored\n");
            repo.agent(&["rollback", "t@1"]).success();
            assert_eq!(repo.path().join("young.txt").exists(), !is_whole, "{words:?}");
            assert_eq!(repo.read("x.log"), "ignored\n");
            if is_whole {
                repo.agent(&["undo"]).success();
            }
            assert_eq!(repo.read("young.txt"), "young\n");
        }
        // A hook that keeps a file out of the commit makes it less than whole.
        let repo = with_task(git, Layout::Plain);
        repo.write_script(".git/hooks/pre-commit", "#!/bin/sh\ngit reset -q -- mine.txt\n");
        repo.write("kept.txt", "2\n");
        repo.write("mine.txt", "mine\n");
        repo.agent(&["checkpoint"]).success();
        repo.agent(&["rollback", "t@1"]).success();
        assert_eq!(repo.read("mine.txt"), "mine\n");
    });
}

#[test]
fn a_checkpoint_waits_for_an_operation_that_was_interrupted() {
    let repo = with_task(default_git(), Layout::Plain);
    repo.write("kept.txt", "2\n");
    repo.agent(&["checkpoint"]).success();
    repo.write("kept.txt", "3\n");
    repo.run("git-agent").args(["rollback", "t@1"]).env("GIT_AGENT_TEST_DIE", "Filled").run().failure();
    let listed = repo.agent(&["ops", "--json"]).json();
    let interrupted = listed["operations"][0]["id"].as_str().expect("an id").to_owned();
    insta::assert_snapshot!(without_ids(&repo.agent(&["checkpoint"]).exits(6).to_string()), @"
    ------- stderr -------
    error: operation <id> (rollback t to t@1) was interrupted and is incomplete
    hint: to restore the previous state: git agent undo
    hint: to finish it: git agent resume
    [exit code 6]
    ");
    // Everybody who asks is told.
    assert_eq!(repo.agent(&["status", "--json"]).json()["interrupted"], interrupted.as_str());
    insta::assert_snapshot!(without_ids(&repo.agent(&["status"]).to_string()), @"
    On branch main
    Interrupted: rollback t to t@1: 'git agent undo' undoes it, 'git agent resume' finishes it
    → Working on t Try it  (Ns)
    Nothing uncommitted
    Tasks: 1 in progress
    ");
    let porcelain = repo.agent(&["status", "--porcelain"]).lines();
    assert_eq!(porcelain.last(), Some(&format!("interrupted {interrupted}")));
    repo.agent(&["undo"]).success();
    assert_eq!(repo.agent(&["status", "--json"]).json()["interrupted"], serde_json::Value::Null);
    assert_eq!(repo.read("kept.txt"), "3\n");
    repo.agent(&["checkpoint"]).success();
}

#[test]
fn what_cannot_be_recorded_is_no_reason_to_lose_the_checkpoint() {
    let repo = with_task(default_git(), Layout::Plain);
    repo.write("kept.txt", "2\n");
    // Nobody can make a ref below one that is a file.
    repo.git(&["update-ref", "refs/agent/ops", "HEAD"]).success();
    let head = repo.head();
    insta::assert_snapshot!(without_ids(&repo.agent(&["checkpoint", "-m", "One"]).success().to_string()), @"
    Saved t@1 as <oid>: One
      1 path: kept.txt
    ------- stderr -------
    warning: 'git agent undo' cannot undo the checkpoint: cannot create refs/agent/ops/main: another program created refs/agent/ops, and git allows only one of them
    hint: to show it: git show <oid>
    ");
    assert_eq!(repo.git(&["rev-parse", "HEAD^"]).text(), head);
}

#[test]
fn an_older_operation_that_cannot_be_read_does_not_keep_a_newer_one_from_being_undone() {
    let repo = TestRepo::new();
    repo.commit_file("a", "0\n", "first");
    repo.agent(&["add", "Do it", "--id", "T-1"]).success();
    repo.agent(&["start", "T-1"]).success();
    repo.write("a", "1\n");
    repo.agent(&["checkpoint", "-m", "one"]).success();
    repo.write("a", "2\n");
    repo.agent(&["rollback", "T-1"]).success();
    assert_eq!(repo.read("a"), "1\n");
    let description = repo.git(&["rev-parse", "refs/agent/ops/main:earlier/01/operation"]).success().text();
    let (start, rest) = description.split_at(2);
    repo.sh("mv .git/objects/pack ../pack; for pack in ../pack/*.pack; do git unpack-objects -q <$pack; done")
        .success();
    std::fs::remove_file(repo.path().join(".git/objects").join(start).join(rest)).unwrap();

    let undone = repo.agent(&["undo"]).success();
    assert_eq!(repo.read("a"), "2\n");
    assert!(!undone.stderr.contains("recorded"), "{}", undone.stderr);
}
