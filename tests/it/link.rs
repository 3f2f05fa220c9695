//! `git agent link` and `unlink`: which task a commit belongs to is said by hand, and everything follows it, also where history is rewritten.

use serde_json::Value;

use crate::support::{TestRepo, on_every_git};

/// Hooks, and the tasks a and b; a is active.
fn world() -> TestRepo {
    let repo = TestRepo::new();
    set_up(&repo);
    repo
}

fn set_up(repo: &TestRepo) {
    repo.commit_file("base", "0\n", "base");
    repo.agent(&["init", "-q"]).success();
    for id in ["a", "b"] {
        repo.agent(&["add", id, "--id", id, "-q"]).success();
    }
    repo.agent(&["start", "a", "-q"]).success();
}

/// The tasks of `rev`, as the log has them.
fn tasks(repo: &TestRepo, rev: &str) -> Vec<String> {
    let entries = repo.agent(&["log", "--no-events", "--json", "-n1", rev]).json();
    let tasks = entries["entries"][0]["tasks"].as_array().unwrap();
    tasks.iter().map(|task| task.as_str().unwrap().to_owned()).collect()
}

/// The commits of the log of `task`.
fn log(repo: &TestRepo, task: &str) -> Vec<String> {
    let entries = repo.agent(&["log", task, "--no-events", "--json"]).json();
    let entries = entries["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["commit"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_commit_that_was_stamped_with_the_wrong_task_is_moved_and_everything_follows() {
    let repo = world();
    let first = repo.commit_file("one", "1\n", "one");
    let wrong = repo.commit_file("two", "2\n", "two");
    let done = repo.agent(&["link", "HEAD", "--move", "--task", "b"]).success();
    assert_eq!(done.stdout, format!("Moved {} (two) to b (b).\n", &wrong[..12]));
    assert_eq!(repo.task_ids("HEAD"), ["a"], "the commit is not changed");

    assert_eq!(tasks(&repo, "HEAD"), ["b"]);
    assert_eq!((log(&repo, "a"), log(&repo, "b")), (vec![first.clone()], vec![wrong.clone()]));
    assert_eq!(repo.agent(&["show", "b@1", "--json"]).json()["checkpoint"]["commit"], Value::from(wrong.clone()));
    repo.agent(&["show", "a@2"]).exits(1);
    let shown = repo.agent(&["show", "a"]).success().stdout;
    assert!(shown.contains(&first[..12]) && !shown.contains(&format!("Commits:     {}", &wrong[..12])), "{shown}");
    let blamed = repo.agent(&["blame", "two"]).success().stdout;
    assert!(blamed.contains("b@1") && !blamed.contains("a@"), "{blamed}");
    let changes = repo.agent(&["changes-since", "a", "--json"]).json();
    let of = |path: &str| {
        let all = changes["changes"].as_array().or(changes["paths"].as_array()).unwrap();
        all.iter().find(|one| one["path"] == path).unwrap()["tasks"].clone()
    };
    assert_eq!((of("one"), of("two")), (serde_json::json!(["a"]), serde_json::json!(["b"])));
    let note = repo.git(&["notes", "--ref=agent", "show", &wrong]).text();
    assert!(note.contains("b@1") && !note.contains("a@"), "{note}");
    // What is b's stops a squash of a, and a rollback of a does not touch it.
    let squash = repo.agent(&["squash", "a"]).exits(1);
    assert!(squash.stderr.contains("belongs to b"), "{squash}");
    repo.agent(&["rollback", "a@start", "-q"]).success();
    assert_eq!((repo.read("two"), repo.path().join("one").exists()), ("2\n".to_owned(), false));
}

#[test]
fn a_link_adds_and_an_unlink_removes_and_both_can_be_said_again() {
    let repo = world();
    let commit = repo.commit_file("one", "1\n", "one");
    let linked = repo.agent(&["link", "HEAD", "--task", "b"]).success();
    assert_eq!(tasks(&repo, "HEAD"), ["a", "b"]);
    assert!(linked.stderr.contains("--move --task b"), "{linked}");
    let again = repo.agent(&["link", "HEAD", "--task", "b"]).success();
    assert_eq!(again.stdout, "Nothing to do for b (b): 1 commit already linked to it.\n");
    repo.agent(&["unlink", "HEAD"]).success();
    assert_eq!(tasks(&repo, "HEAD"), ["b"], "the active task is meant");
    let refused = repo.agent(&["unlink", "HEAD", "--json"]).exits(2).stdout;
    let refused: Value = serde_json::from_str(&refused).unwrap();
    assert_eq!(refused["error"]["code"], "not-linked", "{refused}");
    assert!(refused["error"]["hints"].to_string().contains("--task b"), "{refused}");
    repo.agent(&["unlink", "HEAD", "--task", "b"]).success();
    assert_eq!(tasks(&repo, "HEAD"), [""; 0]);
    assert!(repo.agent(&["repair"]).success().stdout.starts_with("Nothing to repair"));
    let answer = repo.agent(&["link", "a@start..HEAD", "--task", "a", "--json"]).json();
    assert_eq!(answer["commits"][0]["commit"], Value::from(commit));
    assert_eq!((tasks(&repo, "HEAD"), log(&repo, "b").len()), (vec!["a".to_owned()], 0));
    let events = repo.agent(&["log", "b"]).success().stdout;
    assert!(events.contains("linked") && events.contains("unlinked"), "{events}");
}

#[test]
fn ranges_are_linked_whole_or_not_at_all_in_one_commit_of_the_ledger() {
    let repo = world();
    repo.agent(&["pause", "-q"]).success();
    for name in ["one", "two", "three"] {
        repo.commit_file(name, "1\n", name);
    }
    let ledger = |repo: &TestRepo| repo.git(&["rev-list", "--count", "refs/notes/agent-tasks"]).text();
    let before = ledger(&repo);
    for words in [&["HEAD", "nonsense"][..], &["HEAD~2..", "nonsense..HEAD"], &["--", "-x"], &["HEAD..HEAD"], &["base"]]
    {
        repo.agent(&[&["link", "--task", "b"][..], words].concat()).exits(2);
    }
    repo.agent(&["link", "HEAD"]).exits(2);
    repo.agent(&["link", "HEAD", "--task", "nobody"]).exits(2);
    assert_eq!(ledger(&repo), before);
    let done = repo.agent(&["link", "HEAD~2..HEAD", "HEAD", "--task", "b"]).success();
    assert!(done.stdout.starts_with("Linked 2 commits to b (b):\n"), "{done}");
    assert_eq!(ledger(&repo).parse::<u32>().unwrap(), before.parse::<u32>().unwrap() + 1);
    assert_eq!(log(&repo, "b").len(), 2);
    // An annotated tag names the commit.
    repo.git(&["tag", "-m", "x", "v1", "HEAD~2"]).success();
    repo.agent(&["link", "v1", "--task", "b", "-q"]).success();
    assert_eq!(log(&repo, "b").len(), 3);
    assert!(repo.agent(&["link", "v1", "--task", "b"]).success().stdout.starts_with("Nothing to do"));
}

/// Whatever rewrites the commit, it stays where it was moved to, and its message says so then.
#[test]
fn hooks_carry_what_was_said_to_the_rewritten_commit() {
    on_every_git(|git| {
        let repo = TestRepo::with_git(git);
        set_up(&repo);
        let base = repo.head();
        repo.commit_file("one", "1\n", "one");
        repo.agent(&["link", "HEAD", "--move", "--task", "b", "-q"]).success();
        let moved = repo.head();
        let expect = |repo: &TestRepo, what: &str| {
            assert_eq!((tasks(repo, "HEAD"), repo.task_ids("HEAD")), (vec!["b".into()], vec!["b".into()]), "{what}");
        };
        let back = || repo.git(&["reset", "-q", "--hard", &moved]).success();
        repo.git(&["commit", "-q", "--amend", "--no-edit"]).success();
        expect(&repo, "amend --no-edit");
        back();
        repo.git(&["commit", "-q", "--amend", "-m", "other"]).success();
        expect(&repo, "amend -m");
        back();
        repo.run("git").args(["commit", "-q", "--amend"]).editor("true").run().success();
        expect(&repo, "amend in an editor");
        back();
        repo.git(&["switch", "-q", "-c", "up", &base]).success();
        repo.commit_file("up", "1\n", "up");
        repo.git(&["cherry-pick", &moved]).success();
        expect(&repo, "cherry-pick");
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]).success();
        repo.git(&["switch", "-q", "main"]).success();
        repo.git(&["rebase", "-q", "up"]).success();
        expect(&repo, "rebase");
        back();
        // Without an active task, and in a linked worktree.
        repo.agent(&["pause", "-q"]).success();
        repo.git(&["commit", "-q", "--amend", "--no-edit"]).success();
        expect(&repo, "amend --no-edit, no active task");
        back();
        let other = repo.worktree("other");
        other.git(&["switch", "-q", "--detach", "up"]).success();
        other.git(&["cherry-pick", &moved]).success();
        expect(&other, "cherry-pick, detached, in a linked worktree");
        // No hook runs: repair carries it on.
        repo.git(&["rebase", "-q", "--apply", "up"]).success();
        assert_eq!(tasks(&repo, "HEAD"), ["a"]);
        let repaired = repo.agent(&["repair"]).success().stdout;
        assert!(repaired.contains("(by rewrite as ") && repaired.contains("Unlinked"), "{repaired}");
        assert_eq!(tasks(&repo, "HEAD"), ["b"], "rebase --apply, repaired");
        assert!(repo.agent(&["repair"]).success().stdout.starts_with("Nothing to repair"));
    });
}

#[test]
fn an_amend_under_another_active_task_keeps_the_task_and_says_so() {
    on_every_git(|git| {
        let repo = TestRepo::with_git(git);
        set_up(&repo);
        repo.commit_file("one", "1\n", "one");
        repo.agent(&["start", "b", "-q"]).success();
        for words in [&["-m", "other"][..], &["--no-edit"], &["-a", "--no-edit"]] {
            let amended = repo.git(&[&["commit", "--amend"][..], words].concat()).success();
            assert_eq!(repo.task_ids("HEAD"), ["a"], "{words:?}");
            assert!(amended.stderr.contains("keeps its Task-Id: a; the active task b is not added"), "{amended}");
        }
        let edited = repo.run("git").args(["commit", "--amend"]).editor("echo new >\"$1\"").run().success();
        assert_eq!((repo.task_ids("HEAD"), edited.stderr.matches("keeps its").count()), (vec!["a".to_owned()], 1));
        // As it says.
        repo.agent(&["link", "HEAD", "-q"]).success();
        assert_eq!(tasks(&repo, "HEAD"), ["a", "b"]);
        let amended = repo.git(&["commit", "--amend", "-m", "both"]).success();
        assert_eq!(
            (repo.task_ids("HEAD"), amended.stderr.contains("keeps its")),
            (vec!["a".into(), "b".into()], false)
        );
        // A commit of no task becomes that of the active one.
        repo.agent(&["pause", "-q"]).success();
        repo.commit_file("two", "1\n", "two");
        repo.agent(&["start", "b", "-q"]).success();
        repo.git(&["commit", "-q", "--amend", "-m", "mine"]).success();
        assert_eq!(repo.task_ids("HEAD"), ["b"]);
    });
}

#[test]
fn a_fresh_clone_knows_what_was_said() {
    let repo = world();
    repo.commit_file("one", "1\n", "one");
    repo.agent(&["link", "HEAD", "--move", "--task", "b", "-q"]).success();
    let clone = repo.clone_of_hub();
    clone.agent(&["init", "-q"]).success();
    assert_eq!(tasks(&clone, "HEAD"), ["b"]);
    clone.git(&["commit", "-q", "--amend", "--no-edit"]).success();
    assert_eq!(clone.task_ids("HEAD"), ["b"]);
}
