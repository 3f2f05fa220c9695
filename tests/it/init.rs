//! `init` and `uninstall`: in, and out without a trace.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{TestRepo, on_every_git};

/// Every file below `dir` with its bytes, but for objects, logs and the ledger.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut open = vec![dir.to_owned()];
    let mut found = BTreeMap::new();
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
            if ["objects", "logs", "refs/notes", "refs/agent"].iter().any(|skip| name.starts_with(skip)) {
                continue;
            }
            match path.is_dir() {
                true => open.push(path),
                false => drop(found.insert(name, std::fs::read(&path).unwrap())),
            }
        }
    }
    found
}

#[test]
fn uninstall_leaves_every_byte_as_it_was() {
    on_every_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.git(&["init", "-q", "--bare", "../remote"]).success();
        repo.commit_file("a.txt", "one\n", "first");
        repo.git(&["remote", "add", "origin", "../remote"]).success();
        repo.write_script(".git/hooks/commit-msg", "#!/bin/sh\nexit 0\n");
        let before = files(&repo.path().join(".git"));
        repo.agent(&["init", "--id-prefix", "job-"]).success();
        assert_ne!(files(&repo.path().join(".git")), before);
        let config = repo.read(".git/config");
        let id = repo.agent(&["add", "x", "-q"]).text();
        assert!(id.starts_with("job-"), "{id}");
        repo.agent(&["start", &id]).success();
        assert_eq!(repo.agent(&["init", "-q"]).text(), "Ready, unchanged: '$TMP/repo'.");
        assert_eq!(repo.read(".git/config"), config);
        repo.commit_file("a.txt", "two\n", "second");
        assert_eq!(repo.task_ids("HEAD"), [id]);
        repo.git(&["reset", "-q", "--soft", "HEAD~1"]).success();
        repo.git(&["reset", "-q"]).success();
        repo.agent(&["uninstall"]).success();
        let mut after = files(&repo.path().join(".git"));
        // What the commit and the resets left is not ours.
        for name in ["COMMIT_EDITMSG", "ORIG_HEAD", "index"] {
            after.remove(name);
        }
        let before: BTreeMap<_, _> = before
            .into_iter()
            .filter(|(name, _)| !["COMMIT_EDITMSG", "ORIG_HEAD", "index"].contains(&name.as_str()))
            .collect();
        assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
        assert!(after == before, "a file has other bytes");
        repo.agent(&["uninstall"]).success();
    });
}

#[test]
fn purge_says_how_to_get_the_tasks_back() {
    let repo = TestRepo::new();
    repo.agent(&["add", "x", "--id", "x"]).success();
    let purged = repo.agent(&["uninstall", "--purge"]).success();
    assert_eq!(repo.git(&["for-each-ref", "refs/notes", "refs/agent"]).text(), "");
    let commands = purged.stderr.lines().filter_map(|line| line.find("git update-ref").map(|at| &line[at..]));
    repo.sh(&commands.collect::<Vec<_>>().join("\n")).success();
    repo.agent(&["show", "x"]).success();
}

#[test]
fn a_fresh_clone_needs_one_init() {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "one\n", "first");
    repo.git(&["clone", "-q", "--bare", ".", "../remote"]).success();
    repo.git(&["remote", "add", "origin", "../remote"]).success();
    repo.agent(&["add", "x", "--id", "x"]).success();
    repo.agent(&["sync"]).success();
    let clone = repo.at("../remote").clone_to("clone");
    clone.agent(&["init"]).success();
    assert_eq!(clone.agent(&["list", "--json"]).json()["tasks"][0]["id"], "x");
    // From then on plain `git fetch` brings the tasks, next to ours; stock git can merge them.
    repo.agent(&["add", "y", "--id", "y"]).success();
    repo.agent(&["sync"]).success();
    clone.agent(&["add", "z", "--id", "z"]).success();
    clone.git(&["fetch", "-q"]).success();
    clone.git(&["notes", "--ref=agent-tasks", "merge", "-q", "refs/agent/remotes/origin/agent-tasks"]).success();
    assert_eq!(clone.agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(), 3);
    clone.agent(&["sync"]).success();
    repo.agent(&["sync"]).success();
    assert_eq!(repo.agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(), 3);
}

#[test]
fn clones_that_sync_at_once_lose_nothing() {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "one\n", "first");
    repo.git(&["clone", "-q", "--bare", ".", "../remote"]).success();
    let remote = repo.at("../remote");
    let clones: Vec<TestRepo> = (0..3).map(|number| remote.clone_to(&format!("clone{number}"))).collect();
    std::thread::scope(|scope| {
        for (number, clone) in clones.iter().enumerate() {
            let steps: Vec<_> = (0..3)
                .flat_map(|step| {
                    let id = format!("t{number}-{step}");
                    [clone.run("git-agent").args(["add", "x", "--id", &id]), clone.run("git-agent").args(["sync"])]
                })
                .collect();
            scope.spawn(move || steps.into_iter().for_each(|step| drop(step.run().success())));
        }
    });
    for clone in &clones {
        clone.agent(&["sync"]).success();
        assert_eq!(clone.agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(), 9);
    }
}

#[test]
fn of_many_clones_that_claim_at_once_each_gets_another_task() {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "one\n", "first");
    repo.git(&["clone", "-q", "--bare", ".", "../remote"]).success();
    repo.git(&["remote", "add", "origin", "../remote"]).success();
    for id in ["a", "b", "c"] {
        repo.agent(&["add", "x", "--id", id]).success();
    }
    repo.agent(&["sync"]).success();
    let remote = repo.at("../remote");
    let clones: Vec<TestRepo> = (0..4).map(|number| remote.clone_to(&format!("clone{number}"))).collect();
    let answers: Vec<serde_json::Value> = std::thread::scope(|scope| {
        let claims: Vec<_> = clones
            .iter()
            .enumerate()
            .map(|(number, clone)| {
                let words = ["next", "--claim", "--remote", "origin", "--json", "--actor"];
                let claim = clone.run("git-agent").args(words).args([format!("agent{number}@box")]);
                scope.spawn(move || claim.run().json())
            })
            .collect();
        claims.into_iter().map(|claim| claim.join().unwrap()).collect()
    });
    let mut taken: Vec<&str> = answers.iter().filter_map(|answer| answer["task"]["id"].as_str()).collect();
    taken.sort_unstable();
    assert_eq!(taken, ["a", "b", "c"]);
    assert_eq!(answers.iter().filter(|answer| answer["reason"] == "all-claimed").count(), 1);
    repo.agent(&["sync"]).success();
    for (number, answer) in answers.iter().enumerate() {
        if let Some(id) = answer["task"]["id"].as_str() {
            let task = repo.agent(&["show", id, "--json"]).json()["task"].clone();
            assert_eq!(task["claim"]["by"], format!("agent{number}@box"));
            assert_eq!(task["lost_claims"], serde_json::json!([]));
        }
    }
}

/// What a worktree's refs point to is not kept by a gc in another worktree: a pointer into a purged ledger would break it.
#[test]
fn uninstall_ends_the_activity_of_every_worktree() {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "one\n", "first");
    repo.agent(&["add", "x", "--id", "x"]).success();
    repo.agent(&["add", "y", "--id", "y"]).success();
    let side = repo.worktree("side");
    side.agent(&["start", "x"]).success();
    side.agent(&["start", "y", "--also"]).success();
    repo.agent(&["uninstall", "--purge"]).success();
    assert_eq!(side.git(&["for-each-ref", "refs/worktree"]).text(), "");
    repo.git(&["-c", "gc.reflogExpire=now", "gc", "-q", "--prune=now"]).success();
    side.git(&["for-each-ref"]).success();
    side.fsck();
}

#[test]
fn uninstall_leaves_nothing_in_linked_worktrees() {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "one\n", "first");
    let side = repo.worktree("side");
    let before = files(&repo.path().join(".git/worktrees/side"));
    repo.agent(&["init"]).success();
    side.agent(&["add", "x", "--id", "x"]).success();
    side.agent(&["start", "x"]).success();
    side.agent(&["status"]).success();
    side.agent(&["checkpoint"]).success();
    repo.agent(&["uninstall"]).success();
    let mut after = files(&repo.path().join(".git/worktrees/side"));
    // Made by git itself, which looks at its index.
    after.insert("index".to_owned(), before["index"].clone());
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    assert!(after == before);
}
