//! What our refs add to `git log --all` and to pictures of the history, and that what they keep alive stays alive.

use std::collections::HashSet;

use crate::support::{TestRepo, on_every_git, on_one_git};

fn world() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    repo.agent(&["add", "A", "--id", "a", "-q"]).success();
    repo.agent(&["start", "a", "-q"]).success();
    repo
}

fn checkpoint(repo: &TestRepo, number: usize) {
    repo.write(&format!("f{number}"), format!("{number}\n"));
    repo.agent(&["checkpoint", "-q", "-m", &format!("c{number}")]).success();
}

fn count(repo: &TestRepo, words: &[&str]) -> usize {
    repo.git(&[&["rev-list", "--count"], words].concat()).text().parse().expect("a number")
}

fn operations(repo: &TestRepo) -> Vec<serde_json::Value> {
    let all = repo.agent(&["ops", "--json"]).json()["operations"].as_array().expect("a list").clone();
    all.into_iter().filter(|operation| operation["scope"] == "worktree").collect()
}

/// Forget everything that nothing leads to.
fn collect(repo: &TestRepo) {
    repo.git(&["reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all"]).success();
    repo.git(&["gc", "-q", "--prune=now"]).success();
    repo.fsck();
}

#[test]
fn operations_are_one_line_and_no_lanes_and_keep_what_they_left_alive() {
    on_one_git(|_| {
        let repo = world();
        (1..=6).for_each(|number| checkpoint(&repo, number));
        let kept = repo.head();
        for number in [5, 4, 3] {
            repo.agent(&["rollback", &format!("a@{number}"), "-q"]).success();
            repo.agent(&["undo", "-q"]).success();
        }
        // The branch leads to every commit: one line, and one edge to its tip.
        let log = |words: &[&str]| count(&repo, &[&["--glob=refs/agent/ops/*", "--not", "--branches"], words].concat());
        assert_eq!(log(&[]), 1);
        assert_eq!(repo.git(&["log", "-1", "--format=%P", "refs/agent/ops/main"]).text(), kept);
        assert_eq!(operations(&repo).len(), 12);
        // Now it does not: what the rollback left is a lane of its own, and nothing else.
        repo.agent(&["rollback", "a@2", "-q"]).success();
        checkpoint(&repo, 7);
        let tips: HashSet<String> = repo
            .git(&["log", "-1", "--format=%P", "refs/agent/ops/main"])
            .text()
            .split(' ')
            .map(str::to_owned)
            .collect();
        assert_eq!(tips, HashSet::from([kept, repo.head()]));
        collect(&repo);
        repo.agent(&["undo", "-q"]).success();
        repo.agent(&["undo", "-q"]).success();
        assert_eq!(count(&repo, &["HEAD"]), 7);
        repo.agent(&["doctor"]).success();
    });
}

#[test]
fn notes_on_commits_are_one_line_until_they_are_shared() {
    on_one_git(|_| {
        let repo = world();
        let notes = |repo: &TestRepo| count(repo, &["refs/notes/agent"]);
        (1..=4).for_each(|number| checkpoint(&repo, number));
        assert_eq!(notes(&repo), 1);
        // What another program wrote stays.
        repo.git(&["notes", "--ref=agent", "add", "-m", "mine", "HEAD~4"]).success();
        (5..=6).for_each(|number| checkpoint(&repo, number));
        assert_eq!(notes(&repo), 3);
        // What another clone has is built upon, so that its next fetch is a fast-forward.
        let two = repo.clone_that_syncs();
        repo.agent(&["sync", "-q"]).success();
        let shared = repo.git(&["rev-parse", "refs/notes/agent"]).text();
        (7..=9).for_each(|number| checkpoint(&repo, number));
        assert_eq!(repo.git(&["rev-parse", "refs/notes/agent~"]).text(), shared);
        for repo in [&repo, &two, &repo] {
            repo.agent(&["sync", "-q"]).success();
        }
        let tip = |repo: &TestRepo| repo.git(&["rev-parse", "refs/notes/agent"]).text();
        assert_eq!(tip(&repo), tip(&two));
        let shown = |rev: &str| repo.git(&["log", "-1", "--notes=agent", "--format=%N", rev]).text();
        assert!(shown("HEAD~8").contains("a@1 ") && shown("HEAD").contains("a@9 "));
        assert!(shown("HEAD~9").contains("mine"));
    });
}

#[test]
fn more_operations_than_a_commit_holds_stay_in_order_and_are_undone_and_expire() {
    on_one_git(|_| {
        let repo = world();
        checkpoint(&repo, 1);
        let mut all = operations(&repo);
        for _ in 0..35 {
            repo.agent(&["undo", "-q"]).success();
            repo.agent(&["redo", "-q"]).success();
        }
        assert_eq!(count(&repo, &["--glob=refs/agent/ops/*", "--not", "--branches"]), 2);
        let now = operations(&repo);
        assert_eq!(now.len(), 71);
        assert_eq!(now.last().map(|operation| &operation["id"]), all.pop().as_ref().map(|operation| &operation["id"]));
        let ids: Vec<&str> = now.iter().map(|operation| operation["id"].as_str().expect("an id")).collect();
        assert!(ids.is_sorted_by(|newer, older| newer > older), "{ids:?}");
        // Each of them says what it changed, where it is in its commit.
        for id in [ids[0], ids[30], ids[70]] {
            let shown = repo.agent(&["ops", "show", id, "--json"]).json();
            let side =
                format!("{}:{}after/staged", shown["commit"].as_str().unwrap(), shown["directory"].as_str().unwrap());
            let has = repo.git(&["ls-tree", "--name-only", &side]).text().contains("f1");
            assert_eq!(has, shown["operation"]["kind"] != "undo", "{shown}");
            assert!(repo.agent(&["ops", "show", id]).success().stdout.contains("f1"));
        }
        collect(&repo);
        assert_eq!(operations(&repo), now);
        repo.agent(&["undo", "-q"]).success();
        assert!(!repo.path().join("f1").exists() || repo.git(&["status", "--porcelain"]).text().contains("?? f1"));
        repo.git(&["config", "agent.keepOperations", "66"]).success();
        repo.git(&["config", "agent.keepFor", "1s"]).success();
        repo.advance(1_000_000);
        let expired = repo.agent(&["gc", "--json"]).json();
        assert_eq!((&expired["operations"][0]["dropped"], &expired["operations"][0]["kept"]), (&6.into(), &66.into()));
        let left = operations(&repo);
        assert_eq!(left.len(), 66);
        assert_eq!(left[1..], now[..65]);
        repo.agent(&["redo", "-q"]).success();
        collect(&repo);
        repo.agent(&["doctor"]).success();
    });
}

/// The log as earlier versions wrote it: a commit for each operation, the one before it and what HEAD was as its parents.
fn as_of_format_1(repo: &TestRepo) {
    let tip = repo.git(&["rev-parse", "refs/agent/ops/main"]).text();
    let raw = |words: &[&str]| String::from_utf8(repo.git(words).success().raw).expect("text");
    let make = |message: &str, tree: &str, parents: &[&str]| {
        let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
        let who = "git-agent <git-agent@localhost> 1767323045 +0000";
        let text = format!("tree {tree}\n{parents}author {who}\ncommitter {who}\n\n{message}");
        repo.run("git").args(["hash-object", "-t", "commit", "-w", "--stdin"]).stdin(text).run().text()
    };
    let tree_without = |tree: &str, name: &str| {
        let lines: String = raw(&["ls-tree", tree])
            .lines()
            .filter(|line| !line.ends_with(&format!("\t{name}")))
            .map(|line| format!("{line}\n"))
            .collect();
        repo.run("git").args(["mktree"]).stdin(lines).run().text()
    };
    let message = |text: &str, previous: Option<&str>| {
        let lines = text.lines().filter(|line| !line.starts_with("Previous: "));
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        let previous = previous.map_or_else(String::new, |previous| format!("Previous: {previous}\n"));
        format!("{}{previous}", text.replacen("git-agent operation 2:", "git-agent operation 1:", 1))
    };
    let older = format!("{tip}:earlier/01");
    let older_text = raw(&["cat-file", "blob", &format!("{older}/operation")]);
    let (base, one, two) =
        (repo.git(&["rev-parse", "HEAD~2"]).text(), repo.git(&["rev-parse", "HEAD~"]).text(), repo.head());
    let first = make(&message(&older_text, None), &tree_without(&older, "operation"), &[&base, &one]);
    let newer_text = raw(&["log", "-1", "--format=%B", &tip]);
    let second = make(&message(&newer_text, Some(&first)), &tree_without(&tip, "earlier"), &[&first, &one, &two]);
    repo.git(&["update-ref", "refs/agent/ops/main", &second]).success();
    repo.agent(&["doctor", "--adopt"]).success();
}

#[test]
fn a_log_of_an_earlier_version_is_read_and_goes_on() {
    let repo = world();
    checkpoint(&repo, 1);
    checkpoint(&repo, 2);
    let before = operations(&repo);
    as_of_format_1(&repo);
    assert_eq!(operations(&repo), before);
    checkpoint(&repo, 3);
    assert_eq!(operations(&repo)[1..], before);
    collect(&repo);
    for left in [2, 1, 0] {
        repo.agent(&["undo", "-q"]).success();
        assert_eq!(count(&repo, &["HEAD"]), 1 + left);
    }
    repo.agent(&["doctor"]).success();
}

#[test]
fn no_ref_of_ours_decorates_a_commit() {
    on_every_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.commit_file("base", "0\n", "base");
        repo.agent(&["init", "-q"]).success();
        repo.agent(&["add", "A", "--id", "a", "-q"]).success();
        repo.agent(&["start", "a", "-q"]).success();
        repo.write("f", "1\n");
        repo.agent(&["checkpoint", "-q"]).success();
        repo.agent(&["rollback", "a@start", "-q"]).success();
        let names = repo.git(&["log", "--all", "--format=%D"]).lines();
        let names: HashSet<&str> = names.iter().map(String::as_str).filter(|names| !names.is_empty()).collect();
        assert_eq!(names, HashSet::from(["HEAD -> main"]));
    });
}
