//! The ledger in partial clones: a filter leaves its notes at the remote, and they are fetched when somebody asks.

use crate::support::{Git, TestRepo, on_every_git};

/// A hub with a ledger, and a clone of it made with `filter`.
fn partial(git: &Git, filter: &str) -> (TestRepo, TestRepo) {
    let repo = TestRepo::with_git(git);
    repo.commit_file("f", "1\n", "first");
    repo.git(&["config", "uploadpack.allowFilter", "true"]).success();
    repo.agent(&["add", "Design the form", "--id", "form", "-d", &"long ".repeat(2_000)]).success();
    repo.agent(&["add", "Check passwords", "--id", "check", "--after", "form"]).success();
    let from = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", filter, &from, "../partial"]).success();
    let clone = repo.at("../partial");
    (repo, clone)
}

#[test]
fn init_and_sync_bring_the_whole_ledger() {
    on_every_git(|git| {
        for filter in ["--filter=blob:none", "--filter=tree:0"] {
            let (repo, clone) = partial(git, filter);
            clone.agent(&["init"]).success();
            clone.git(&["remote", "set-url", "origin", "file:///nowhere"]).success();
            assert_eq!(clone.agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(), 2, "{filter}");
            assert_eq!(
                clone.agent(&["show", "form", "--json"]).json()["task"]["description"],
                "long ".repeat(2_000).trim_end()
            );
            clone.git(&["remote", "set-url", "origin", &format!("file://{}", repo.path().display())]).success();

            // Both go on, and come together.
            clone.agent(&["start", "form"]).success();
            repo.agent(&["note", "--task", "check", "remember the salt"]).success();
            clone.git(&["fetch", "-q"]).success();
            clone.agent(&["sync"]).success();
            assert_eq!(
                clone.agent(&["show", "check", "--json"]).json()["task"]["notes"][0]["text"],
                "remember the salt"
            );
            assert_eq!(repo.agent(&["show", "form", "--json"]).json()["task"]["status"], "in_progress");
            let missing = clone.git(&["rev-list", "--objects", "--missing=print", "refs/notes/agent-tasks^{tree}"]);
            assert!(!missing.stdout.contains('?'), "{missing}");
            clone.agent(&["doctor"]).success();
        }
    });
}

#[test]
fn what_git_left_at_the_remote_is_fetched_when_somebody_asks() {
    on_every_git(|git| {
        let (repo, clone) = partial(git, "--filter=blob:none");
        let ledger = "+refs/notes/agent-tasks:refs/notes/agent-tasks";
        clone.git(&["fetch", "-q", "origin", ledger]).success();
        clone.git(&["remote", "set-url", "origin", "file:///nowhere"]).success();

        // It says so, instead of showing an empty ledger; and commits are made all the same.
        for words in [&["list"][..], &["show", "form"], &["next"], &["start", "form"], &["status"]] {
            let refused = clone.agent(words).exits(5);
            assert!(refused.stderr.contains("this partial clone has only at 'origin'"), "{words:?}\n{refused}");
        }
        let _offline = clone.agent(&["init"]);
        clone.commit_file("f", "2\n", "second");

        clone.git(&["remote", "set-url", "origin", &format!("file://{}", repo.path().display())]).success();
        let forbidden = clone.run("git-agent").args(["list"]).env("GIT_NO_LAZY_FETCH", "1").run().exits(5);
        assert!(forbidden.stderr.contains("GIT_NO_LAZY_FETCH forbids"), "{forbidden}");
        assert_eq!(clone.agent(&["next", "--json"]).json()["task"]["id"], "form");
        assert_eq!(clone.agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(), 2);

        // The same where the index is there and one note is new.
        repo.agent(&["note", "--task", "check", "remember the salt"]).success();
        clone.git(&["fetch", "-q", "origin", ledger]).success();
        assert_eq!(clone.agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(), 2);
        assert_eq!(clone.agent(&["show", "check", "--json"]).json()["task"]["notes"][0]["text"], "remember the salt");
    });
}
