//! Refs of other programs at the places of ours: symbolic ones, and those whose names are directories of ours or below them.

use crate::support::{Layout, TestRepo, on_every_git};

/// A repository with two tasks, a snapshot, operations, notes on commits, and a remote in sync.
fn story(repo: TestRepo) -> TestRepo {
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file("a", "one\n", "first");
    repo.git(&["init", "-q", "--bare", "../origin.git"]).success();
    repo.git(&["remote", "add", "origin", "../origin.git"]).success();
    for id in ["t-1", "t-2"] {
        repo.agent(&["add", "--id", id, &format!("Task {id}")]).success();
    }
    repo.agent(&["start", "t-1"]).success();
    repo.write("a", "two\n");
    repo.agent(&["checkpoint", "-q"]).success();
    repo.write("a", "three\n");
    repo.agent(&["snapshot", "-q"]).success();
    repo.agent(&["sync"]).success();
    repo
}

#[test]
fn no_write_goes_through_one_and_doctor_restores_it() {
    on_every_git(|git| {
        for layout in [Layout::Plain, Layout::Reftable] {
            if layout == Layout::Reftable && !git.has_reftable() {
                continue;
            }
            let repo = story(TestRepo::with_layout(git, layout));
            let refs = repo.git(&["for-each-ref", "--format=%(refname)", "refs/agent", "refs/notes", "refs/worktree"]);
            for name in refs.lines() {
                let others = |repo: &TestRepo| repo.git(&["for-each-ref", "refs/other"]).stdout;
                let ledger = repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text();
                let snapshots = repo.agent(&["snapshot", "list", "--json"]).json()["snapshots"].clone();
                // A ref that every reader of this ref would take for its own.
                repo.git(&["update-ref", "refs/other/side", &name]).success();
                let before = others(&repo);
                repo.git(&["symbolic-ref", &name, "refs/other/side"]).success();
                for words in [
                    &["note", "a remark", "--task", "t-1"][..],
                    &["sync"],
                    &["start", "t-2", "--also"],
                    &["snapshot"],
                    &["snapshot", "list"],
                    &["gc"],
                    &["undo"],
                ] {
                    let said = repo.agent(words);
                    assert_eq!(others(&repo), before, "{layout:?} {name}: {words:?} {said}");
                    assert!(!said.stderr.contains("try again"), "{layout:?} {name}: {words:?} {said}");
                    let is_told = said.stderr.contains(&format!("{name} is a symbolic ref to refs/other/side"));
                    assert!(said.code == Some(0) || is_told, "{layout:?} {name}: {words:?} {said}");
                }
                let doctor = repo.agent(&["doctor"]).stdout;
                assert!(doctor.contains(&format!("git-agent symbolic: {name} to refs/other/side")), "{name}: {doctor}");
                let fixed = repo.agent(&["doctor", "--fix", "--json"]).json()["fixed"].to_string();
                assert!(fixed.contains(&format!("deleted the symbolic ref {name}, to refs/other/side")), "{fixed}");
                assert_eq!(others(&repo), before, "{layout:?} {name}");
                repo.git(&["merge-base", "--is-ancestor", &ledger, "refs/notes/agent-tasks"]).success();
                let now = repo.agent(&["snapshot", "list", "--json"]).json()["snapshots"].clone();
                let all = now.as_array().unwrap();
                assert!(snapshots.as_array().unwrap().iter().all(|one| all.contains(one)), "{name}: {now}");
                repo.agent(&["start", "t-1"]).success();
                let doctor = repo.agent(&["doctor"]);
                assert!(!doctor.stdout.contains('✗'), "{layout:?} {name}: {doctor}");
            }
            repo.fsck();
        }
    });
}

/// A fetch of every ref can bring them.
#[test]
fn one_that_blocks_ours_is_named_and_nothing_is_half_done() {
    on_every_git(|git| {
        for layout in [Layout::Plain, Layout::Reftable] {
            if layout == Layout::Reftable && !git.has_reftable() {
                continue;
            }
            for (other, words) in [
                ("refs/agent", &["add", "One", "--id", "t-1"][..]),
                ("refs/agent/ledger/seen/x", &["add", "One", "--id", "t-1"]),
                ("refs/notes/agent-tasks/x", &["add", "One", "--id", "t-1"]),
                ("refs/agent/snap", &["snapshot"]),
                ("refs/worktree/agent/active/x", &["start", "t-1"]),
            ] {
                let repo = TestRepo::with_layout(git, layout);
                repo.set_env("GIT_AGENT_ACTOR", "ann@here");
                repo.commit_file("a", "one\n", "first");
                repo.write("a", "two\n");
                let adds = words[0] == "add";
                if words[0] == "start" {
                    repo.agent(&["add", "One", "--id", "t-1"]).success();
                }
                repo.git(&["update-ref", other, "HEAD"]).success();
                let refused = repo.agent(words).exits(5);
                assert!(refused.stderr.contains(&format!("another program created {other}, and")), "{refused}");
                let hint = format!("git update-ref -d {other}");
                assert!(refused.stderr.contains(&hint), "{refused}");
                let doctor = repo.agent(&["doctor"]);
                assert!(doctor.stdout.contains("✗ own-refs: ") && doctor.stdout.contains(&hint), "{doctor}");
                let is_one = doctor.stdout.contains("created 1 ref that conflicts with those of git-agent: ");
                assert!(is_one || doctor.stdout.contains(" refs that conflict with those of git-agent: "), "{doctor}");
                if adds {
                    let refs = repo.git(&["for-each-ref", "--format=%(refname)"]).text();
                    assert_eq!(
                        refs.lines().filter(|name| !name.starts_with("refs/heads/")).collect::<Vec<_>>(),
                        [other]
                    );
                }
                repo.git(&["update-ref", "-d", other]).success();
                repo.agent(words).success();
                repo.fsck();
            }
        }
    });
}
