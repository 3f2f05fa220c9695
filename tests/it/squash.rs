//! `git agent squash`: the commits of a task become one, and come back.

use serde_json::{Value, json};

use crate::rollback_modes::{commit, with_tasks};
use crate::support::{Git, Layout, Output, State, TestRepo, Whole, default_git, on_every_git, on_one_git, same};

/// Three commits of T-1, the last two on top of each other's files.
fn three(git: &Git, layout: Layout) -> (TestRepo, Vec<String>) {
    let repo = with_tasks(git, layout);
    let commits = [("a", "1\n"), ("b", "2\n"), ("a", "3\n")].map(|(file, text)| commit(&repo, file, text, "T-1"));
    (repo, commits.into())
}

/// Run `squash` with `words`, expecting that it changes nothing.
#[track_caller]
fn unchanged(repo: &TestRepo, words: &[&str]) -> Output {
    let before = State::of(repo);
    let said = repo.run("git-agent").args(["squash"]).args(words).run();
    assert_eq!(State::of(repo), before, "something was changed:\n{said}");
    said
}

/// The code of the refusal.
#[track_caller]
fn refused(repo: &TestRepo, words: &[&str]) -> String {
    let said = unchanged(repo, &[words, &["--json"]].concat());
    assert!(matches!(said.code, Some(1 | 4)), "{said}");
    let answer: Value = serde_json::from_slice(&said.raw).unwrap();
    assert!(!answer["error"]["hints"].as_array().unwrap().is_empty(), "{said}");
    answer["error"]["code"].as_str().unwrap().to_owned()
}

/// How many commits T-1 has, by `T-1@last`.
fn number(repo: &TestRepo) -> Value {
    repo.agent(&["show", "T-1@last", "--json"]).json()["checkpoint"]["number"].clone()
}

#[test]
fn the_commits_of_a_task_become_one_and_come_back() {
    on_every_git(|git| {
        let reftable = git.has_reftable().then_some(Layout::Reftable);
        for layout in [Layout::Plain, Layout::Sha256].into_iter().chain(reftable) {
            let (repo, commits) = three(git, layout);
            repo.agent(&["decide", "No widgets", "--why", "they phone home"]).success();
            // Whatever is not committed stays as it is.
            repo.sh("echo staged >a; git add a; echo edited >a; echo new >new; git add -N new; rm b").success();
            let base = repo.git(&["rev-parse", &format!("{}^", commits[0])]).text();
            let before = Whole::of(&repo);
            let tree = repo.git(&["rev-parse", "HEAD^{tree}"]).text();
            let author = repo.git(&["log", "-1", "--format=%an %ae %ai", &commits[0]]).text();
            let answer = repo.agent(&["squash", "T-1", "--json"]).json();
            let new = repo.head();
            assert_eq!(repo.git(&["rev-parse", "HEAD^{tree}", "HEAD^"]).lines(), [tree, base.clone()]);
            assert_eq!(repo.git(&["log", "-1", "--format=%an %ae %ai"]).text(), author);
            assert_ne!(repo.git(&["log", "-1", "--format=%ci"]).text(), author[author.len() - 25..]);
            let message = "T-1\n\n- a\n- b\n- a\n\n- Decided: No widgets because they phone home\n\nTask-Id: T-1\n";
            assert_eq!(String::from_utf8_lossy(&repo.message("HEAD")), message);
            assert_eq!(repo.task_ids("HEAD"), ["T-1"]);
            let listed =
                |at: usize, subject: &str| json!({"commit": commits[at], "subject": subject, "tasks": ["T-1"]});
            let plan = &answer["plan"];
            assert_eq!(plan["commits"], json!([listed(2, "a"), listed(1, "b"), listed(0, "a")]));
            assert_eq!(
                (&plan["onto"], &plan["message"], &plan["task"]),
                (&json!(base), &json!(message), &json!("T-1"))
            );
            assert_eq!(plan["head"], json!({"before": commits[2], "after": new}));
            assert_eq!(plan["stop"], json!({"commit": base, "reason": "foreign", "merge": null}));
            let operation = answer["operation"]["id"].as_str().unwrap();
            assert!(answer["operation"]["snapshot"].is_string());
            // The work tree is as it was, and so is the index but for the commit that it is compared with.
            let now = Whole::of(&repo);
            assert_eq!((&now.files, &now.index, &now.status), (&before.files, &before.index, &before.status));
            assert_eq!(number(&repo), 1);
            let note = repo.git(&["log", "-1", "--notes=agent", "--format=%N"]).text();
            assert_eq!(note.trim_end(), "T-1@1 T-1");
            repo.fsck();
            // Who asks is told.
            let listed = repo.agent(&["ops", "--json"]).json()["operations"][0].clone();
            assert_eq!((&listed["kind"], &listed["title"]), (&json!("squash"), &json!("squash 3 commits of T-1")));
            repo.agent(&["ops", "show"]).success();
            let log = repo.agent(&["log", "T-1"]).success().stdout;
            assert!(log.contains("squashed") && log.contains(&format!("3 commits into {}", &new[..12])), "{log}");
            repo.agent(&["doctor"]).success();
            // There and back again.
            repo.agent(&["undo", operation]).success();
            same(&Whole::of(&repo), &before, "after the undo");
            assert_eq!((repo.head(), number(&repo)), (commits[2].clone(), json!(3)));
            assert!(repo.agent(&["log", "T-1"]).success().stdout.contains("undid the squash"));
            repo.agent(&["redo"]).success();
            assert_eq!(repo.head(), new);
            same(&Whole::of(&repo), &now, "after the redo");
            repo.agent(&["undo"]).success();
            same(&Whole::of(&repo), &before, "after the second undo");
        }
    });
}

#[test]
fn people_are_told_what_happens_and_what_happened() {
    let (repo, commits) = three(default_git(), Layout::Plain);
    let base = repo.git(&["rev-parse", &format!("{}^", commits[0])]).text();
    let named = |output: &Output| {
        let mut text = output.to_string();
        for (name, commit) in [("ONE", &commits[0]), ("TWO", &commits[1]), ("THREE", &commits[2]), ("BASE", &base)] {
            text = text.replace(&commit[..12], name);
        }
        text.replace(&repo.head()[..12], "NEW")
    };
    insta::assert_snapshot!(named(&unchanged(&repo, &["--dry-run"])), @r"
    Would squash 3 commits of T-1 into one, on top of BASE.
      THREE a
      TWO b
      ONE a
    The commit below is kept: BASE (first) does not name T-1
    The message:
        T-1

        - a
        - b
        - a

        Task-Id: T-1
    ------- stderr -------
    hint: nothing was changed; run it again without --dry-run to apply it
    ");
    insta::assert_snapshot!(named(&repo.agent(&["squash"])), @r"
    Squashed 3 commits of T-1 into NEW: T-1
      main: THREE -> NEW
    ------- stderr -------
    hint: to undo it: git agent undo; to show it: git show NEW
    ");
    insta::assert_snapshot!(named(&unchanged(&repo, &[])), @r"
    ------- stderr -------
    Nothing to squash: T-1 has only one commit at the tip, NEW T-1
    The commit below is kept: BASE (first) does not name T-1
    hint: to change its message: git agent squash T-1 -m <message>
    ");
    let squashed = repo.head();
    let named = |output: &Output| named(output).replace(&squashed[..12], "OLD");
    insta::assert_snapshot!(named(&repo.agent(&["squash", "-m", "Say it\n\nIn two words."])), @r"
    Reworded NEW of T-1: Say it
      main: OLD -> NEW
    ------- stderr -------
    hint: to undo it: git agent undo; to show it: git show NEW
    ");
    insta::assert_snapshot!(named(&unchanged(&repo, &["-m", "Say it\n\nIn two words."])), @r"
    ------- stderr -------
    Nothing to do: NEW Say it already has this message
    ");
}

#[test]
fn it_ends_where_others_begin() {
    on_one_git(|git| {
        let (repo, _) = three(git, Layout::Plain);
        let other = commit(&repo, "c", "1", "T-2");
        assert_eq!(refused(&repo, &["T-1"]), "foreign-commits");
        let nobodys = commit(&repo, "d", "1", "");
        assert_eq!(refused(&repo, &["T-1"]), "foreign-commits");
        assert_eq!(refused(&repo, &["T-2"]), "foreign-commits");
        commit(&repo, "e", "1", "T-1");
        let said = unchanged(&repo, &["T-1"]).success();
        assert!(
            said.stderr.contains(&format!("The commit below is kept: {} (d) does not name T-1", &nobodys[..12])),
            "{said}"
        );
        commit(&repo, "e", "2", "T-1");
        repo.agent(&["squash", "T-1"]).success();
        assert_eq!(repo.git(&["rev-parse", "HEAD^", "HEAD^^"]).lines(), [nobodys, other]);
        // Its id in the text is not enough for changes.
        repo.deactivate();
        repo.commit_file("f", "1", "squashed (#7)\n\n* f\n\nTask-Id: T-1\n\nmore text");
        assert_eq!(refused(&repo, &["T-1"]), "foreign-commits");
        repo.fsck();
    });
}

#[test]
fn what_others_have_stays() {
    on_one_git(|git| {
        let (repo, commits) = three(git, Layout::Plain);
        repo.git(&["update-ref", "refs/remotes/origin/main", &commits[0]]).success();
        repo.agent(&["squash", "T-1"]).success();
        assert_eq!(repo.git(&["rev-parse", "HEAD^"]).text(), commits[0]);
        repo.agent(&["undo"]).success();
        repo.git(&["tag", "v1"]).success();
        assert_eq!(refused(&repo, &["T-1"]), "published-commits");
        assert_eq!(refused(&repo, &["T-1", "--onto", &commits[1]]), "published-commits");
    });
}

#[test]
fn a_merge_goes_with_all_that_it_brings_or_not_at_all() {
    on_one_git(|git| {
        let merged = |side: &str, merge: &str| {
            let (repo, commits) = three(git, Layout::Plain);
            repo.sh("git switch -qc side HEAD~1").success();
            commit(&repo, "side", "1", side);
            repo.sh("git switch -q main").success();
            repo.deactivate();
            repo.git(&["merge", "-q", "--no-ff", "side", "-m", &format!("merge\n\nTask-Id: {merge}")]).success();
            repo.activate("T-1");
            (repo, commits)
        };
        let (repo, commits) = merged("T-1", "T-1");
        repo.agent(&["squash", "T-1", "-m", "all of it"]).success();
        assert_eq!(
            repo.git(&["rev-parse", "HEAD^"]).text(),
            repo.git(&["rev-parse", &format!("{}^", commits[0])]).text()
        );
        assert_eq!(repo.git(&["ls-tree", "--name-only", "HEAD"]).lines(), ["a", "b", "base", "side"]);
        repo.agent(&["undo"]).success();
        assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]).text(), "6");
        for (side, merge) in [("T-2", "T-1"), ("", "T-1"), ("T-1", "T-2")] {
            let (repo, _) = merged(side, merge);
            assert_eq!(refused(&repo, &["T-1"]), "foreign-commits", "{side} {merge}");
            commit(&repo, "z", "1", "T-1");
            commit(&repo, "z", "2", "T-1");
            repo.agent(&["squash", "T-1"]).success();
            assert_eq!(repo.git(&["rev-list", "--count", "--merges", "HEAD"]).text(), "1", "{side} {merge}");
        }
    });
}

#[test]
fn onto_says_how_far() {
    on_one_git(|git| {
        let (repo, commits) = three(git, Layout::Plain);
        let base = repo.git(&["rev-parse", &format!("{}^", commits[0])]).text();
        for (word, parent) in
            [("T-1@1", &commits[0]), ("T-1@start", &base), (&commits[0][..10], &commits[0]), ("HEAD~2", &commits[0])]
        {
            repo.agent(&["squash", "T-1", "--onto", word]).success();
            assert_eq!(&repo.git(&["rev-parse", "HEAD^"]).text(), parent, "{word}");
            repo.agent(&["undo"]).success();
        }
        assert!(unchanged(&repo, &["T-1", "--onto", "HEAD"]).success().stderr.contains("Nothing to squash"));
        repo.sh("git branch other HEAD~3; git switch -q other").success();
        commit(&repo, "o", "1", "T-1");
        repo.sh("git switch -q main").success();
        assert_eq!(refused(&repo, &["T-1", "--onto", "other"]), "not-an-ancestor");
        unchanged(&repo, &["T-1", "--onto", "nowhere"]).exits(2);
        commit(&repo, "u", "1", "T-2");
        commit(&repo, "a", "9", "T-1");
        assert_eq!(refused(&repo, &["T-1", "--onto", "T-1@start"]), "foreign-commits");
    });
}

#[test]
fn the_whole_history_becomes_a_root() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.agent(&["add", "T-1", "--id", "T-1"]).success();
        assert_eq!(refused(&repo, &["T-1"]), "unborn-head");
        repo.agent(&["start", "T-1"]).success();
        commit(&repo, "a", "1", "T-1");
        commit(&repo, "a", "2", "T-1");
        let before = Whole::of(&repo);
        let answer = repo.agent(&["squash", "--json"]).json();
        assert_eq!((&answer["plan"]["onto"], &answer["plan"]["stop"]), (&Value::Null, &Value::Null));
        assert_eq!(repo.git(&["rev-list", "--parents", "HEAD"]).text(), repo.head());
        repo.fsck();
        repo.agent(&["undo"]).success();
        same(&Whole::of(&repo), &before, "after the undo");
        repo.agent(&["squash", "--onto", "T-1@start"]).success();
        assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]).text(), "1");
    });
}

#[test]
fn a_shallow_clone_keeps_its_end() {
    on_one_git(|git| {
        let (repo, _) = three(git, Layout::Plain);
        let clone = repo.at(repo.tmp().join("clone"));
        repo.sh("git clone -q --depth 3 file://$PWD ../clone").success();
        clone.git(&["remote", "rename", "origin", "gone"]).success();
        clone.git(&["remote", "remove", "gone"]).success();
        clone.agent(&["add", "T-1", "--id", "T-1"]).success();
        let end = clone.git(&["rev-parse", "HEAD~2"]).text();
        clone.agent(&["squash", "T-1"]).success();
        assert_eq!(clone.git(&["rev-parse", "HEAD^"]).text(), end);
        assert_eq!(clone.git(&["rev-list", "--count", "HEAD"]).text(), "2");
        clone.git(&["reset", "-q", "--hard", &end]).success();
        assert_eq!(refused(&clone, &["T-1"]), "shallow-history");
    });
}

#[test]
fn a_detached_head_and_a_linked_worktree_are_as_good_as_a_branch() {
    on_one_git(|git| {
        let (repo, commits) = three(git, Layout::Plain);
        let linked = repo.worktree("linked");
        linked.git(&["checkout", "-q", "--detach"]).success();
        linked.at("sub").write("x", "1");
        linked.at("sub").agent(&["squash", "T-1"]).success();
        assert_ne!(linked.head(), commits[2]);
        assert_eq!(repo.head(), commits[2], "the other worktree stays");
        linked.git(&["symbolic-ref", "-q", "HEAD"]).exits(1);
        linked.agent(&["undo"]).success();
        assert_eq!(linked.head(), commits[2]);
    });
}

#[test]
fn trailers_of_all_commits_are_in_the_one() {
    on_one_git(|git| {
        let repo = with_tasks(git, Layout::Plain);
        repo.agent(&["add", "T-3", "--id", "T-3"]).success();
        let outside = commit(&repo, "o", "1", "T-1");
        repo.git(&["tag", "published"]).success();
        repo.deactivate();
        let one =
            repo.commit_file("a", "1", "one\n\nbody\n\nTask-Id: T-1\nSigned-off-by: A <a@b>\nCo-authored-by: B <b@b>");
        repo.write("b", "1");
        repo.sh(
            "git add b; printf 'two\\r\\n\\r\\nTask-Id: T-1\\r\\nTask-Id: T-2\\r\\nSigned-off-by: A <a@b>\\r\\n' | \
                 git commit -q --cleanup=verbatim -F -",
        )
        .success();
        repo.git(&["revert", "--no-edit", &one]).success();
        repo.sh("git commit -q --amend -m \"$(git log -1 --format=%B)\" --trailer Task-Id:T-1").success();
        repo.git(&["revert", "--no-edit", &outside]).success();
        repo.sh("git commit -q --amend -m \"$(git log -1 --format=%B)\" --trailer Task-Id:T-1").success();
        repo.sh("git -c i18n.commitEncoding=ISO-8859-1 commit -q --allow-empty -m \"$(printf 'gr\\374n\\n\\nTask-Id: T-1')\"")
            .success();
        // Only the ledger knows whose this one is, and that it belongs to somebody else, too.
        let linked = repo.commit_file("c", "1", "linked # this");
        repo.activate("T-1");
        link(&repo, "T-1", &linked);
        link(&repo, "T-3", &linked);
        let before = Whole::of(&repo);
        repo.agent(&["squash", "T-1"]).success();
        let text = String::from_utf8(repo.message("HEAD")).unwrap();
        assert!(text.starts_with("T-1\n\n- one\n- two\n- Revert \"one\"\n"), "{text}");
        assert!(text.contains("\n- grün\n- linked # this\n"), "{text}");
        assert_eq!(text.matches("This reverts commit").count(), 1, "{text}");
        assert!(text.contains(&format!("\nThis reverts commit {outside}.\n")), "{text}");
        let block = repo.git(&["log", "-1", "--format=%(trailers:only,unfold)"]).text();
        assert_eq!(
            block.lines().collect::<Vec<_>>(),
            [
                "Task-Id: T-1",
                "Task-Id: T-2",
                "Task-Id: T-3",
                "Signed-off-by: A <a@b>",
                "Co-authored-by: B <b@b>",
                &format!("Reverts: {outside}")
            ]
        );
        assert_eq!(repo.git(&["rev-parse", "HEAD^"]).text(), outside);
        for task in ["T-1", "T-2", "T-3"] {
            let events = repo.agent(&["log", task, "--jsonl"]).stdout;
            assert!(events.contains(&repo.head()) && events.contains("\"squash\""), "{task}: {events}");
        }
        repo.fsck();
        repo.agent(&["undo"]).success();
        same(&Whole::of(&repo), &before, "after the undo");
    });
}

/// Link `commit` to `task` in the ledger.
fn link(repo: &TestRepo, task: &str, commit: &str) {
    use crate::support::ledger::{Ledger, task_id};
    use git_agent::domain::event::{Link, Payload};
    let link = Payload::Link(Link { commit: commit.to_owned(), by: "test".to_owned() });
    Ledger::of(repo, "me").write(vec![(task_id(task), link)]);
}

#[test]
fn the_message_is_given_read_or_edited() {
    on_one_git(|git| {
        let (repo, commits) = three(git, Layout::Plain);
        let message = |repo: &TestRepo| String::from_utf8(repo.message("HEAD")).unwrap();
        let again = || repo.agent(&["undo"]).success();
        repo.run("git-agent").args(["squash", "-m", "-"]).stdin("From\r\n\r\nstandard input  \n\n\n").run().success();
        assert_eq!(message(&repo), "From\n\nstandard input\n\nTask-Id: T-1\n");
        again();
        repo.git(&["config", "agent.subjectPrefix", "[agent] "]).success();
        repo.agent(&["squash", "-m", "Do\n\nWhy.\n\nCo-authored-by: X <x@y>\nTask-Id: T-1"]).success();
        assert_eq!(message(&repo), "[agent] Do\n\nWhy.\n\nCo-authored-by: X <x@y>\nTask-Id: T-1\n");
        again();
        repo.git(&["config", "--unset", "agent.subjectPrefix"]).success();
        // The editor of git's choice sees the proposal.
        let edit = |script: &str| repo.run("git-agent").args(["squash", "-e"]).editor(script).run();
        edit("cp \"$1\" ../seen; printf '#12 fixed\\n\\n# a comment\\nwith text\\n' >\"$1\"").success();
        assert!(repo.read("../seen").starts_with(
            "T-1\n\n- a\n- b\n- a\n\nTask-Id: T-1\n\n# This is the message of the commit that replaces 3"
        ));
        assert_eq!(message(&repo), "with text\n\nTask-Id: T-1\n");
        again();
        for nothing in [": >\"$1\"", "echo '# x' >\"$1\"", "sed -i '/Task-Id/!d' \"$1\"", "exit 1"] {
            let before = State::of(&repo);
            let said = edit(nothing).exits(1);
            assert_eq!(State::of(&repo), before, "{nothing}");
            assert!(said.stderr.contains("nothing was changed"), "{said}");
        }
        assert_eq!(repo.head(), commits[2]);
        // Text that looks like a comment is none.
        repo.agent(&["edit", "T-1", "--title", "#12 is fixed"]).success();
        edit("true").success();
        assert!(message(&repo).starts_with("#12 is fixed\n\n- a\n"), "{}", message(&repo));
        again();
        assert_eq!(refused(&repo, &["-m", "Task-Id: T-1"]), "empty-message");
        unchanged(&repo, &["-m", ""]).exits(2);
        // Off a terminal nobody is asked: the editor of these tests fails.
        repo.agent(&["squash"]).success();
    });
}

#[test]
fn operations_in_progress_come_first() {
    on_one_git(|git| {
        let (repo, _) = three(git, Layout::Plain);
        repo.sh("git switch -qc side HEAD~1").success();
        commit(&repo, "a", "other", "T-1");
        repo.git(&["merge", "-q", "main"]).failure();
        assert_eq!(refused(&repo, &["T-1"]), "operation-in-progress");
        repo.git(&["merge", "--abort"]).success();
        repo.git(&["rebase", "-q", "main"]).failure();
        assert_eq!(refused(&repo, &["T-1"]), "operation-in-progress");
        repo.git(&["rebase", "--abort"]).success();
        repo.agent(&["squash", "T-1"]).success();
        // A merge that was prepared, but not begun, is not in the way, and stays.
        repo.git(&["reset", "-q", "--hard", "main"]).success();
        repo.git(&["switch", "-q", "-c", "more", "main~2"]).success();
        repo.deactivate();
        repo.commit_file("more", "1", "more");
        repo.git(&["switch", "-q", "main"]).success();
        repo.git(&["merge", "-q", "--squash", "more"]).success();
        let before = Whole::of(&repo);
        repo.agent(&["squash", "T-1"]).success();
        assert_eq!(Whole::of(&repo).marks, before.marks);
        repo.agent(&["undo"]).success();
        same(&Whole::of(&repo), &before, "after the undo");
    });
}

#[test]
fn a_hook_that_says_no_changes_nothing_and_hooks_of_commits_do_not_run() {
    on_one_git(|git| {
        let (repo, commits) = three(git, Layout::Plain);
        for hook in ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-rewrite"] {
            repo.write_script(&format!(".git/hooks/{hook}"), "#!/bin/sh\ntouch ran\nexit 1\n");
        }
        repo.agent(&["squash"]).success();
        assert!(!repo.path().join("ran").exists());
        repo.agent(&["undo"]).success();
        repo.write_script(
            ".git/hooks/reference-transaction",
            "#!/bin/sh\ntest $1 != prepared || ! grep -q refs/heads/\n",
        );
        let before = Whole::of(&repo);
        repo.agent(&["squash"]).failure();
        same(&Whole::of(&repo), &before, "after the refusal");
        assert_eq!(repo.head(), commits[2]);
    });
}

#[test]
fn a_commit_that_cannot_be_signed_is_not_made() {
    let (repo, commits) = three(default_git(), Layout::Plain);
    repo.sh("git config commit.gpgSign true; git config gpg.program false").success();
    let said = unchanged(&repo, &[]).exits(1);
    assert!(said.stderr.contains("'git commit-tree' failed"), "{said}");
    assert_eq!(repo.head(), commits[2]);
    // A signature of our own making, to see that it is asked for.
    repo.write_script(
        "../sign",
        "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\nprintf 'signed by me\\n'\n",
    );
    repo.sh("git config gpg.program $PWD/../sign").success();
    repo.agent(&["squash"]).success();
    assert!(repo.git(&["cat-file", "commit", "HEAD"]).text().contains("gpgsig signed by me"));
}

/// Killed at every step: undo brings everything back, resume finishes it.
#[test]
fn kill9_at_every_step() {
    use git_agent::recovery::restore::fault_points;
    for ends in ["undo", "resume"] {
        for step in fault_points::FaultPoint::ALL {
            let (repo, commits) = three(default_git(), Layout::Plain);
            repo.sh("echo staged >a; git add a; echo edited >a; echo new >new").success();
            let before = Whole::of(&repo);
            let died = repo.run("git-agent").args(["squash"]).env("GIT_AGENT_TEST_DIE", format!("{step:?}")).run();
            let newest = || repo.agent(&["ops", "--json"]).json()["operations"][0].clone();
            let (is_squash, state) = (newest()["kind"] == "squash", newest()["state"].clone());
            if died.code == Some(0) {
                continue;
            }
            if state == "begun" {
                assert_eq!(repo.agent(&["squash"]).code, Some(6), "{step:?}");
            }
            // Before it is begun nothing has happened; after its end, a lock may have been left behind.
            // At its end there is nothing to resume.
            if is_squash && (state == "begun" || ends == "undo") {
                repo.agent(&[ends]).success();
            }
            repo.agent(&["snapshot"]).success();
            let now = Whole::of(&repo);
            assert_eq!((&now.files, &now.index), (&before.files, &before.index), "{step:?}");
            let is_done = is_squash && ends == "resume";
            assert_eq!(repo.head() != commits[2], is_done, "{step:?}");
            if is_done {
                assert_eq!(number(&repo), 1);
                let events = repo.agent(&["log", "T-1", "--jsonl"]).stdout;
                assert_eq!(events.matches("\"kind\":\"squash\"").count(), 1, "{step:?}: {events}");
                repo.agent(&["undo"]).success();
            }
            same(&Whole::of(&repo), &before, &format!("died at {step:?}"));
            repo.fsck();
        }
    }
}

#[test]
fn evidence_belongs_to_content_and_stays() {
    let (repo, _) = three(default_git(), Layout::Plain);
    repo.agent(&["verify", "T-1", "--", "true"]).success();
    repo.agent(&["squash"]).success();
    assert_eq!(repo.agent(&["show", "T-1@green", "--json"]).json()["checkpoint"]["commit"], repo.head());
    // It can be rolled back like any other.
    repo.agent(&["rollback", "T-1@start"]).success();
    assert_eq!(repo.git(&["ls-files"]).lines(), ["base"]);
}

/// Another team's task is in trailers alone; so is one of a clone that has no ledger yet.
#[test]
fn a_task_that_only_trailers_know_is_squashed_too() {
    let repo = TestRepo::new();
    repo.commit_file("base", "base\n", "base");
    for (file, text) in [("a", "1\n"), ("b", "2\n"), ("a", "3\n")] {
        repo.commit_file(file, text, &format!("Work on {file}\n\nTask-Id: PROJ-7"));
    }
    let (old, tree) = (repo.head(), repo.git(&["rev-parse", "HEAD^{tree}"]).text());
    let done = repo.agent(&["squash", "PROJ-7", "--no-edit", "--json"]).json();
    assert_eq!(done["plan"]["commits"].as_array().map(Vec::len), Some(3), "{done}");
    assert_eq!(repo.git(&["rev-parse", "HEAD^{tree}"]).text(), tree);
    assert_eq!(repo.git(&["log", "--format=%s"]).lines(), ["Work on a", "base"]);
    assert_eq!(repo.task_ids("HEAD"), ["PROJ-7"]);
    assert_eq!(repo.git(&["for-each-ref", "refs/notes/agent-tasks"]).text(), "", "it tells the ledger nothing");
    repo.agent(&["undo"]).success();
    assert_eq!(repo.head(), old);
    repo.agent(&["squash", "PROJ-8", "--no-edit"]).exits(2);
}
