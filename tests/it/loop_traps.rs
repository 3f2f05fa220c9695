//! The loop that is run all day, in the order in which people and agents run it: nothing is lost or misfiled without a word.

use serde_json::Value;

use crate::support::{TestRepo, on_one_git};

/// A repository with a commit and a fixed actor, set up for stamps.
fn repo(repo: TestRepo) -> TestRepo {
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a.txt", "one\n", "first");
    repo.agent(&["init", "-q"]).success();
    repo
}

fn add(repo: &TestRepo, ids: &[&str]) {
    for id in ids {
        repo.agent(&["add", &id.to_uppercase(), "--id", id]).success();
    }
}

fn next(repo: &TestRepo, args: &[&str]) -> (Value, Value) {
    let answer = repo.run("git-agent").args(["next", "--json"]).args(args).run().json();
    (answer["task"]["id"].clone(), answer["reason"].clone())
}

fn active(repo: &TestRepo) -> Value {
    repo.agent(&["status", "--json"]).json()["active"].clone()
}

#[test]
fn complete_next_starts_the_next_task() {
    on_one_git(|git| {
        let repo = repo(TestRepo::with_git(git));
        add(&repo, &["a", "b", "c"]);
        repo.agent(&["start", "a"]).success();
        repo.agent(&["complete", "--next"]).success();
        assert_eq!(active(&repo), serde_json::json!(["b"]));
        repo.commit_file("b.txt", "b", "work on b");
        assert_eq!(repo.task_ids("HEAD"), ["b"]);
        assert_eq!(next(&repo, &[]), ("b".into(), "yours".into()));
        // Once more, as an agent does after its context was compacted.
        let again = repo.agent(&["next", "--start"]).success().stdout;
        assert!(again.starts_with("Continued b (B)."), "{again}");
        repo.agent(&["complete", "--next=start"]).success();
        let last = repo.agent(&["complete", "--next"]).success();
        assert!(last.stderr.contains("Every task is completed or cancelled."), "{last}");
        assert_eq!(active(&repo), serde_json::json!([]));
    });
}

#[test]
fn what_is_only_claimed_is_answered_first_and_named() {
    let repo = repo(TestRepo::new());
    add(&repo, &["a", "b", "c"]);
    repo.agent(&["start", "a"]).success();
    insta::assert_snapshot!(repo.agent(&["complete", "--next=claim"]), @r"
    Completed a (A).
    Claimed b (B).
    ------- stderr -------
    hint: to start it: git agent start b
    ");
    assert_eq!(active(&repo), serde_json::json!([]));
    assert_eq!(repo.agent(&["status", "--json"]).json()["held"], serde_json::json!(["b"]));
    insta::assert_snapshot!(repo.agent(&["status"]), @r"
    On branch main
    Held by you, pending: b B; to continue: git agent start b
    No task is active: commits made here are not stamped
    Nothing uncommitted
    Tasks: 2 pending, 1 completed
    ");
    for words in [&["note", "x"][..], &["checkpoint"], &["complete"], &["verify", "--", "true"]] {
        let refused = repo.agent(words).exits(2);
        assert!(refused.stderr.contains("hint: you hold b (B): git agent start b\n"), "{refused}");
    }
    let brief = repo.agent(&["brief"]).success().stdout;
    assert!(brief.contains("- held by you, pending: b > B\n"), "{brief}");
    assert!(brief.contains("- `git agent start b`: continues the task that you hold\n"), "{brief}");
    assert_eq!(repo.agent(&["brief", "--json"]).json()["state"]["held"], serde_json::json!(["b"]));
    insta::assert_snapshot!(repo.agent(&["next"]), @r"
    b B
    ------- stderr -------
    hint: you hold it; to continue: git agent start b; for details: git agent show b
    ");
    // Another claim is another task.
    assert_eq!(next(&repo, &["--claim"]), ("c".into(), Value::Null));
    assert_eq!(next(&repo, &["--start"]), ("b".into(), "yours".into()));
    assert_eq!(active(&repo), serde_json::json!(["b"]));
    // Another actor does not get what this one holds.
    let other = repo.run("git-agent").args(["next", "--json"]).env("GIT_AGENT_ACTOR", "bob@box").run().json();
    assert_eq!(other["reason"], "all-claimed");
}

#[test]
fn what_was_left_in_progress_is_answered_first_even_after_its_claim_ran_out() {
    let repo = repo(TestRepo::new());
    add(&repo, &["a", "b"]);
    repo.agent(&["start", "a"]).success();
    repo.agent(&["start", "b"]).success();
    repo.agent(&["complete", "b"]).success();
    assert_eq!(repo.agent(&["status", "--json"]).json()["held"], serde_json::json!(["a"]));
    repo.advance(100_000);
    assert_eq!(next(&repo, &["--start"]), ("a".into(), "yours".into()));
    assert_eq!(active(&repo), serde_json::json!(["a"]));
    // What cannot be worked on gives way.
    add(&repo, &["c"]);
    repo.agent(&["block", "a", "--on", "a key"]).success();
    assert_eq!(next(&repo, &[]), ("c".into(), Value::Null));
    repo.agent(&["unblock", "a"]).success();
    repo.agent(&["add", "Part", "--id", "part", "--parent", "a"]).success();
    assert_eq!(next(&repo, &["--parent", "a"]), ("part".into(), Value::Null));
    assert_ne!(next(&repo, &[]).0, "a", "a feature is not offered before its parts");
}

#[test]
fn each_worktree_goes_on_with_its_own() {
    on_one_git(|git| {
        let repo = repo(TestRepo::with_git(git));
        let side = repo.worktree("side");
        add(&repo, &["a", "b", "c", "d"]);
        repo.agent(&["start", "a"]).success();
        side.agent(&["start", "b"]).success();
        repo.agent(&["complete", "--next=claim"]).success();
        assert_eq!(next(&side, &[]), ("b".into(), "yours".into()));
        side.agent(&["complete", "--next"]).success();
        assert_eq!((active(&side), active(&repo)), (serde_json::json!(["d"]), serde_json::json!([])));
        assert_eq!(next(&repo, &["--start"]), ("c".into(), "yours".into()));
        // The worktree is gone, and what was left in it is not lost.
        repo.agent(&["complete"]).success();
        assert_eq!(next(&repo, &[]).1, "all-claimed");
        repo.git(&["worktree", "remove", "--force", "../side"]).success();
        assert_eq!(next(&repo, &[]), ("d".into(), "yours".into()));
        // Nor is it another clone's.
        repo.agent(&["next", "--start"]).success();
        repo.git(&["init", "-q", "--bare", "../remote"]).success();
        repo.sh("git remote add origin ../remote; git push -q origin main").success();
        repo.agent(&["sync"]).success();
        let clone = repo.clone_to("clone");
        clone.agent(&["init"]).success();
        assert_eq!(next(&clone, &[]), (Value::Null, "all-claimed".into()));
    });
}

#[test]
fn a_detached_head_and_a_plan_are_no_exception() {
    let repo = repo(TestRepo::new());
    repo.git(&["checkout", "-q", "--detach"]).success();
    let plan = "[[task]]\nid = 'one'\ntitle = 'One'\nstatus = 'in_progress'\n[[task]]\nid = 'two'\ntitle = 'Two'\n";
    repo.write("plan.toml", format!("{plan}[[task]]\nid = 'three'\ntitle = 'Three'\nafter = ['two']\n"));
    repo.agent(&["plan", "import", "plan.toml"]).success();
    // A plan that says that work is in progress does not say whose.
    assert_eq!(next(&repo, &["--start"]), ("two".into(), Value::Null));
    let done = repo.agent(&["complete", "--next", "--json"]).json();
    assert_eq!((&done["task"]["id"], &done["next"]["id"]), (&"two".into(), &"three".into()));
    assert_eq!(active(&repo), serde_json::json!(["three"]));
}

#[test]
fn nothing_to_start_is_exit_code_3() {
    let repo = repo(TestRepo::new());
    let nothing = repo.agent(&["next", "--start"]).exits(3);
    assert!(nothing.stderr.contains("There are no tasks."), "{nothing}");
    let answer: Value = serde_json::from_str(&repo.agent(&["next", "--start", "--json"]).exits(3).stdout).unwrap();
    assert_eq!(answer["reason"], "none");
    repo.agent(&["next"]).success();
    add(&repo, &["a"]);
    repo.agent(&["block", "a", "--on", "a key"]).success();
    assert!(repo.agent(&["next", "--start"]).exits(3).stderr.contains("Every open task is waiting"));
}

#[test]
fn a_second_start_in_another_worktree_names_the_first() {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    for id in ["a", "b"] {
        repo.agent(&["add", id, "--id", id, "-q"]).success();
    }
    let other = repo.worktree("other");
    let warned =
        |output: &str| output.contains("a is also the active task of ") && output.contains(": commits of both");
    assert!(!warned(&repo.agent(&["start", "a"]).success().stderr));
    assert!(warned(&other.agent(&["start", "a"]).success().stderr));
    assert!(!warned(&other.agent(&["start", "b"]).success().stderr));
    assert!(!warned(&repo.agent(&["start", "a"]).success().stderr), "it is active here alone again");
}

#[test]
fn what_ended_in_another_worktree_does_not_stay_in_progress() {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    for id in ["a", "b"] {
        repo.agent(&["add", id, "--id", id, "-q"]).success();
    }
    let other = repo.worktree("other");
    let stays = |output: &str| output.contains("a is no longer the active task of this worktree; it stays in progress");
    for end in [&["fail", "a", "--reason", "no"][..], &["pause", "a"], &["complete", "a"]] {
        repo.agent(&["start", "a"]).success();
        other.agent(end).success();
        assert!(!stays(&repo.agent(&["start", "b"]).success().stderr), "{end:?}");
    }
    repo.agent(&["reopen", "a"]).success();
    repo.agent(&["start", "a"]).success();
    assert!(stays(&repo.agent(&["start", "b"]).success().stderr));
}

#[test]
fn an_unfinished_merge_comes_before_the_checkpoint_of_what_is_left() {
    let repo = TestRepo::new();
    repo.commit_file("f", "0\n", "base");
    repo.agent(&["add", "a", "--id", "a", "-q"]).success();
    repo.agent(&["start", "a", "-q"]).success();
    repo.git(&["checkout", "-q", "-b", "side"]).success();
    repo.commit_file("f", "1\n", "side");
    repo.git(&["checkout", "-q", "main"]).success();
    repo.commit_file("f", "2\n", "main");
    repo.git(&["merge", "side"]).exits(1);
    let said = repo.agent(&["complete", "a", "--force"]).success().stderr;
    let hint = "hint: a merge is in progress, first finish it with 'git merge --continue'; \
                to commit what belongs to a: git agent checkpoint --task a -m '…'\n";
    assert!(said.contains(hint), "{said}");
}

#[test]
fn work_left_in_another_worktree_is_said_where_the_task_ends() {
    for words in
        [&["complete", "a"][..], &["pause", "a"], &["fail", "a", "--reason", "no"], &["cancel", "a", "--reason", "no"]]
    {
        let repo = TestRepo::new();
        repo.commit_file("base", "0\n", "base");
        repo.agent(&["add", "A", "--id", "a", "-q"]).success();
        let other = repo.worktree("other");
        repo.agent(&["start", "a", "-q"]).success();
        repo.write("left", "1\n");
        let said = other.agent(words).success().stderr;
        assert!(
            said.contains("a was the active task of '") && said.contains("where 1 path is not committed"),
            "{said}"
        );
    }
}

#[test]
fn a_bare_repository_makes_no_commits_to_be_stamped() {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    repo.agent(&["add", "A", "--id", "a", "-q"]).success();
    repo.git(&["clone", "-q", "--bare", ".", "../bare.git"]).success();
    let bare = repo.at("../bare.git");
    bare.git(&["fetch", "-q", "origin", "refs/notes/*:refs/notes/*"]).success();
    for words in [&["status"][..], &["start", "a"], &["complete", "a"]] {
        let output = bare.agent(words).success();
        assert!(!format!("{}{}", output.stdout, output.stderr).contains("git agent init"), "{output}");
    }
}

#[test]
fn the_title_in_a_linked_worktree_names_the_repository() {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    repo.agent(&["add", "A", "--id", "a", "-q"]).success();
    let name = repo.path().file_name().unwrap().to_str().unwrap().to_owned();
    let other = repo.worktree("other");
    for there in [&repo, &other] {
        let branch = there.git(&["branch", "--show-current"]).text();
        let said = there.agent(&["report", "--format", "text"]).success().stdout;
        let place = if branch.is_empty() { name.clone() } else { format!("{name} on {branch}") };
        assert!(said.starts_with(&format!("Progress – {place}")), "{said}");
    }
}
