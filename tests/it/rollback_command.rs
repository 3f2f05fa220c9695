//! `git agent rollback`: what it says, and that what it says is what it does.

use crate::rollback_modes::{commit, with_tasks};
use crate::support::{Git, Layout, Output, State, TestRepo, default_git, on_every_git, on_one_git};

/// `text` with the commits of `names` by name, and what is never the same by what it is.
fn named(output: &Output, names: &[(&str, &String)]) -> String {
    let mut text = output.to_string();
    for (name, commit) in names {
        text = text.replace(commit.as_str(), name).replace(&commit[..12], name);
    }
    let start = "is in snapshot ";
    match text.find(start) {
        Some(at) => text[..at + start.len()].to_owned() + "<id>" + &text[at + start.len() + 26..],
        None => text,
    }
}

/// Run `rollback` with `words`, expecting that it changes nothing.
#[track_caller]
fn unchanged(repo: &TestRepo, words: &[&str]) -> Output {
    let before = State::of(repo);
    let said = repo.run("git-agent").args(["rollback"]).args(words).run();
    assert_eq!(State::of(repo), before, "something was changed:\n{said}");
    said
}

/// Two commits of T-1, and tasks around it.
fn two_commits(git: &Git, layout: Layout) -> (TestRepo, String, String) {
    let repo = with_tasks(git, layout);
    for (id, title) in [("later", "Comes later"), ("open", "Somebody's")] {
        repo.agent(&["add", title, "--id", id]).success();
    }
    repo.agent(&["dep", "add", "later", "--after", "T-1"]).success();
    let one = commit(&repo, "a", "1\n", "T-1");
    repo.write("b", "2\n");
    let two = commit(&repo, "a", "2\n", "T-1");
    (repo, one, two)
}

#[test]
fn a_dry_run_tells_what_each_mode_would_do() {
    let (repo, one, two) = two_commits(default_git(), Layout::Plain);
    let names = [("ONE", &one), ("TWO", &two)];
    let dry = |words: &[&str]| named(&unchanged(&repo, &[&["--dry-run"], words].concat()), &names);
    insta::assert_snapshot!(dry(&["T-1"]), @r"
    Would roll back to T-1@2 by restoring files; main does not move.
      dependent  later (Comes later), pending, depends on T-1
    ------- stderr -------
    hint: nothing was changed; run it again without --dry-run to apply it
    ");
    insta::assert_snapshot!(dry(&["T-1@1"]), @r"
    Would roll back to T-1@1 by moving main back to ONE.
      drops      1 commit: TWO
      writes     1 path: a
      removes    1 path: b
      dependent  later (Comes later), pending, depends on T-1
    ------- stderr -------
    hint: nothing was changed; run it again without --dry-run to apply it
    ");
    repo.write("a", "dirty\n");
    repo.write("new", "untracked\n");
    insta::assert_snapshot!(dry(&["T-1"]), @r"
    Would roll back to T-1@2 by restoring files; main does not move.
      writes     1 path: a
      keeps      1 path: new (untracked, possibly older than the checkpoint)
      dependent  later (Comes later), pending, depends on T-1
    ------- stderr -------
    hint: nothing was changed; run it again without --dry-run to apply it
    ");
    insta::assert_snapshot!(dry(&["T-1@1", "--mode", "restore", "--keep-untracked"]), @r"
    Would roll back to T-1@1 by a new commit on main with its state.
      reverts    1 commit: TWO
      writes     1 path: a
      removes    1 path: b
      keeps      1 path: new (untracked, and --keep-untracked was given)
      dependent  later (Comes later), pending, depends on T-1
    ------- stderr -------
    hint: nothing was changed; run it again without --dry-run to apply it
    ");
    insta::assert_snapshot!(dry(&["T-1@start", "--", "a"]), @r"
    Would roll back to T-1@start by restoring files; main does not move.
      removes    1 path: a
      dependent  later (Comes later), pending, depends on T-1
    ------- stderr -------
    hint: nothing was changed; run it again without --dry-run to apply it
    ");
    repo.sh("rm new; git checkout -q a").success();
    let other = commit(&repo, "a", "2\nmore\n\n\n\n", "open");
    let three = commit(&repo, "c\n\u{1b}", "3\n", "T-1");
    let names = [("ONE", &one), ("TWO", &two), ("OTHER", &other), ("THREE", &three)];
    let dry = |words: &[&str]| named(&unchanged(&repo, &[&["--dry-run"], words].concat()), &names);
    insta::assert_snapshot!(dry(&["@2"]), @r"
    Would roll back to T-1@2 by a new commit on main that reverts the task's commits.
      reverts    1 commit: THREE
      removes    1 path: c\n\u{1b}
      affects    open (Somebody's), pending: 1 commit after the checkpoint
      dependent  later (Comes later), pending, depends on T-1
    ------- stderr -------
    hint: nothing was changed; run it again without --dry-run to apply it
    ");
    insta::assert_snapshot!(dry(&["@start"]), @r"
    ------- stderr -------
    error: cannot roll back T-1: TWO cannot be reverted: later commits changed 'a'
    nothing was changed
    hint: 'a' was changed later by OTHER
    hint: -- <path>… reverts other paths only; --mode files restores single files
    [exit code 3]
    ");
}

#[test]
fn a_dry_run_for_programs() {
    let (repo, one, two) = two_commits(default_git(), Layout::Plain);
    let other = commit(&repo, "a", "2\nmore\n\n\n\n", "open");
    let three = commit(&repo, "c\n\u{1b}", "3\n", "T-1");
    let names = [("ONE", &one), ("TWO", &two), ("OTHER", &other), ("THREE", &three)];
    let json = |output: Output| -> serde_json::Value {
        serde_json::from_str(&named(&Output { stderr: String::new(), code: Some(0), ..output }, &names)).unwrap()
    };
    let answer = json(unchanged(&repo, &["@2", "--dry-run", "--json"]).success());
    insta::assert_snapshot!(serde_json::to_string_pretty(&answer).unwrap(), @r#"
    {
      "schema": 1,
      "plan": {
        "task": "T-1",
        "to": {
          "commit": "TWO",
          "number": 2,
          "rule": null,
          "snapshot": null
        },
        "mode": "revert",
        "head": {
          "before": "THREE",
          "after": null
        },
        "drop": [],
        "revert": [
          "THREE"
        ],
        "skipped": [],
        "paths": [
          {
            "path": "c\n\u001b",
            "action": "remove",
            "reason": "it did not exist then"
          }
        ],
        "other_tasks": [
          {
            "id": "open",
            "title": "Somebody's",
            "status": "pending",
            "commits": [
              "OTHER"
            ],
            "paths": []
          }
        ],
        "dependents": [
          {
            "id": "later",
            "title": "Comes later",
            "status": "pending"
          }
        ],
        "conflicts": []
      },
      "operation": null,
      "late": []
    }
    "#);
    let conflict = json(unchanged(&repo, &["@start", "--dry-run", "--json"]).exits(3));
    insta::assert_snapshot!(serde_json::to_string_pretty(&conflict["plan"]["conflicts"]).unwrap(), @r#"
    [
      {
        "path": "a",
        "commits": [
          "TWO",
          "OTHER"
        ]
      }
    ]
    "#);
    assert_eq!(
        (&conflict["plan"]["head"]["after"], conflict["plan"]["paths"].as_array().unwrap().len()),
        (&"THREE".into(), 0)
    );
    let error = json(unchanged(&repo, &["@start", "--json"]).exits(3));
    assert_eq!(error["error"]["code"], "revert-conflict");
}

#[test]
fn refusals_in_words() {
    let repo = with_tasks(default_git(), Layout::Plain);
    let one = commit(&repo, "a", "1\n", "T-1");
    let two = commit(&repo, "a", "2\n", "T-1");
    let refusal = |words: &[&str]| named(&unchanged(&repo, words).failure(), &[("ONE", &one), ("TWO", &two)]);
    insta::assert_snapshot!(refusal(&["T-1", "--mode", "revert"]), @r"
    ------- stderr -------
    error: cannot roll back T-1: no commit came after T-1@2
    nothing was changed
    hint: --mode files restores its files
    [exit code 1]
    ");
    insta::assert_snapshot!(refusal(&["T-1@1", "--mode", "rewind", "--", "a"]), @r"
    ------- stderr -------
    error: cannot rewind only some paths of T-1: a branch moves by whole commits
    hint: --mode files restores the paths without a commit; --mode revert reverts the changes to them
    [exit code 2]
    ");
    repo.git(&["tag", "v1"]).success();
    insta::assert_snapshot!(refusal(&["T-1@1", "--mode", "rewind"]), @r"
    ------- stderr -------
    error: cannot rewind to T-1@1: a remote branch or a tag contains later commits: TWO
    nothing was changed
    hint: --mode restore records the old state in a new commit and rewrites no history
    hint: --allow-published rewinds this branch anyway
    [exit code 1]
    ");
    repo.agent(&["start", "T-2", "--also"]).success();
    insta::assert_snapshot!(refusal(&["T-1@1"]), @r"
    ------- stderr -------
    error: cannot roll back T-1: T-2 (T-2) is also active in this worktree
    nothing was changed
    hint: 'git agent pause T-2' stops work on it and keeps its files
    hint: --shared rolls back anyway; the snapshot keeps its uncommitted changes
    [exit code 1]
    ");
    repo.agent(&["pause", "T-2"]).success();
    repo.deactivate();
    let other = repo.commit_file("b", "1\n", "somebody's");
    let with = |text: String| text.replace(&other[..12], "OTHER");
    insta::assert_snapshot!(with(refusal(&["T-1@1", "--mode", "rewind"])), @r"
    ------- stderr -------
    error: cannot rewind to T-1@1: commits of other tasks came after it: OTHER
    nothing was changed
    hint: --mode revert reverts only the commits of T-1
    hint: --allow-foreign also undoes the others; the snapshot keeps them
    [exit code 1]
    ");
    insta::assert_snapshot!(with(refusal(&["T-1"])), @r"
    ------- stderr -------
    error: cannot roll back T-1: only commits of other tasks came after T-1@2
    nothing was changed
    hint: --mode files -- <path>… restores single files
    hint: 'git agent log T-1' shows its checkpoints
    [exit code 1]
    ");
    repo.write("a", "3\n");
    insta::assert_snapshot!(with(refusal(&["T-1@1"])), @r"
    ------- stderr -------
    error: cannot roll back T-1: reverting its commits would touch uncommitted changes: 'a'
    nothing was changed
    hint: save them first: git agent checkpoint
    hint: -- <path>… limits the rollback to other paths
    [exit code 1]
    ");
    repo.write(".git/MERGE_HEAD", format!("{other}\n"));
    insta::assert_snapshot!(with(refusal(&["T-1@1"])), @r"
    ------- stderr -------
    error: cannot roll back T-1: a merge is in progress
    nothing was changed
    hint: finish it with 'git merge --continue' or abort it with 'git merge --abort'
    hint: --abandon-merge abandons it; the snapshot keeps it, and 'git agent undo' restores it
    [exit code 1]
    ");
    repo.write(".git/BISECT_LOG", "");
    insta::assert_snapshot!(with(refusal(&["T-1@1", "--abandon-merge"])), @r"
    ------- stderr -------
    error: cannot roll back T-1: a merge is in progress
    nothing was changed
    hint: finish it with 'git merge --continue' or abort it with 'git merge --abort'
    [exit code 1]
    ");
    assert_eq!(repo.agent(&["rollback", "T-1@1", "--mode", "hard"]).code, Some(2));
    assert_eq!(repo.agent(&["rollback"]).code, Some(2), "no task is active");
}

#[test]
fn what_was_done_is_told() {
    let (repo, one, two) = two_commits(default_git(), Layout::Plain);
    let names = [("ONE", &one), ("TWO", &two)];
    let told = |words: &[&str]| named(&repo.run("git-agent").args(["rollback"]).args(words).run().success(), &names);
    insta::assert_snapshot!(told(&["T-1"]), @r"
    ------- stderr -------
    Nothing to do: everything already matches T-1@2
    ");
    insta::assert_snapshot!(told(&["T-1@1"]), @r"
    Rolled back to T-1@1 (rewind)
      wrote 1 path: a
      removed 1 path: b
      main: TWO -> ONE
      dependent  later (Comes later), pending, depends on T-1
    ------- stderr -------
    hint: to undo it: git agent undo; the previous state is in snapshot <id>
    ");
    insta::assert_snapshot!(named(&repo.agent(&["undo"]), &names), @r"
    Undid: rollback T-1 to T-1@1
      wrote 2 paths: a, b
      main: ONE -> TWO
    ------- stderr -------
    hint: to redo it: git agent redo
    ");
    let answer = repo.agent(&["rollback", "T-1@1", "--json"]).json();
    assert_eq!((&answer["plan"]["head"]["before"], &answer["plan"]["head"]["after"]), (&two.into(), &one.into()));
    assert_eq!((&answer["plan"]["mode"], answer["operation"]["snapshot"].is_string()), (&"rewind".into(), true));
    let nothing = repo.agent(&["rollback", "T-1@1", "--json"]).json();
    assert_eq!(nothing["operation"], serde_json::Value::Null);
}

/// Everything of the user's, and what the commits of the branch are.
fn whole(repo: &TestRepo) -> (State, String) {
    repo.git(&["update-index", "-q", "--refresh"]).success();
    let state = State { index: None, ..State::of(repo) };
    (state, repo.git(&["ls-files", "-s"]).text() + &repo.git(&["rev-parse", "HEAD"]).text())
}

#[test]
fn every_mode_does_what_it_says_and_is_undone() {
    on_every_git(|git| {
        let reftable = git.has_reftable().then_some(Layout::Reftable);
        for layout in [Layout::Plain, Layout::Sha256].into_iter().chain(reftable) {
            // How refs and objects are kept matters where they are made and moved.
            let modes = match layout {
                Layout::Plain => &["files", "rewind", "restore", "revert"][..],
                _ => &["rewind", "revert"],
            };
            for mode in modes.iter().copied() {
                let (repo, one, two) = two_commits(git, layout);
                let words = ["rollback", "T-1@1", "--mode", mode];
                let before = whole(&repo);
                repo.agent(&words).success();
                assert_eq!(
                    repo.git(&["write-tree"]).text(),
                    repo.git(&["rev-parse", &format!("{one}^{{tree}}")]).text()
                );
                assert_eq!(repo.git(&["diff", "--name-only"]).text(), "", "{mode} with {git}");
                assert_eq!((repo.read("a"), repo.path().join("b").exists()), ("1\n".to_owned(), false));
                match mode {
                    "files" => assert_eq!(repo.head(), two),
                    "rewind" => assert_eq!(repo.head(), one),
                    _ => {
                        assert_eq!(repo.git(&["rev-parse", "HEAD^"]).text(), two);
                        assert_eq!(repo.task_ids("HEAD"), ["T-1"]);
                        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
                        // The log knows what became of the commit.
                        let log = repo.agent(&["log", "T-1", "--no-events", "--json"]).json();
                        let reverted = |at: usize| log["entries"][at]["reverted"].clone();
                        assert_eq!((reverted(0), reverted(1), reverted(2)), (false.into(), true.into(), false.into()));
                    }
                }
                repo.agent(&["undo"]).success();
                assert_eq!(whole(&repo), before, "{mode} with {git}");
                repo.fsck();
            }
        }
    });
}

#[test]
fn dirty_work_is_in_the_snapshot_and_comes_back() {
    on_one_git(|git| {
        let (repo, one, _) = two_commits(git, Layout::Plain);
        repo.sh("echo staged >a; git add a; echo later >a; echo x >new; rm b; mkdir d; echo y >d/e; git add -N d/e")
            .success();
        let before = whole(&repo);
        repo.agent(&["rollback", "T-1@1"]).success();
        assert_eq!((repo.head(), repo.read("a")), (one, "1\n".to_owned()));
        repo.agent(&["undo"]).success();
        assert_eq!(whole(&repo), before, "{git}");
        // Limited to a path, nothing else is touched.
        repo.agent(&["rollback", "T-1@1", "--", "a"]).success();
        assert_eq!(
            (repo.read("a"), repo.read("new"), repo.path().join("b").exists()),
            ("1\n".into(), "x\n".into(), false)
        );
        repo.agent(&["undo"]).success();
        assert_eq!(whole(&repo), before, "{git}");
    });
}

#[test]
fn a_revert_leaves_what_is_not_committed_elsewhere_alone() {
    on_one_git(|git| {
        let repo = with_tasks(git, Layout::Plain);
        commit(&repo, "dir/own", "1\n", "T-1");
        commit(&repo, "theirs", "1\n", "T-2");
        repo.sh("echo dirty >theirs; echo new >dir/new; echo staged >base; git add base").success();
        let before = whole(&repo);
        // From a subdirectory as from anywhere.
        repo.at("dir").agent(&["rollback", "T-1@start"]).success();
        let status = repo.git(&["status", "--porcelain"]).success().stdout;
        assert_eq!(status, "M  base\n M theirs\n?? dir/\n", "{git}");
        assert!(!repo.path().join("dir/own").exists());
        repo.agent(&["undo"]).success();
        assert_eq!(whole(&repo), before, "{git}");
    });
}

#[test]
fn a_merge_that_is_given_up_comes_back_with_undo() {
    on_one_git(|git| {
        let repo = with_tasks(git, Layout::Plain);
        repo.sh("git switch -qc side; echo side >base; git commit -qam side; git switch -q main").success();
        let one = commit(&repo, "base", "main\n", "T-1");
        repo.git(&["merge", "side"]).failure();
        let before = (whole_unmerged(&repo), repo.read(".git/MERGE_MSG"));
        repo.agent(&["rollback", "T-1"]).exits(1);
        repo.agent(&["rollback", "T-1", "--abandon-merge"]).success();
        assert_eq!((repo.head(), repo.git(&["status", "--porcelain"]).text()), (one, String::new()));
        repo.git(&["rev-parse", "-q", "--verify", "MERGE_HEAD"]).failure();
        repo.agent(&["undo"]).success();
        assert_eq!((whole_unmerged(&repo), repo.read(".git/MERGE_MSG")), before, "{git}");
    });
}

fn whole_unmerged(repo: &TestRepo) -> (State, String, String) {
    let state = State { index: None, ..State::of(repo) };
    (state, repo.git(&["ls-files", "-s"]).text(), repo.git(&["rev-parse", "HEAD", "MERGE_HEAD"]).text())
}
