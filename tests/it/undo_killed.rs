//! An operation that dies between what it does to the work tree and what it writes to the ledger.

use crate::support::{TestRepo, on_one_git};

/// A task with a checkpoint, completed by a command that made a second one.
fn world() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    repo.agent(&["add", "A", "--id", "a", "-q"]).success();
    repo.agent(&["start", "a", "-q"]).success();
    repo.write("f", "1\n");
    repo.agent(&["checkpoint", "-q", "-m", "one"]).success();
    repo.write("f", "2\n");
    repo.agent(&["complete", "-q", "-m", "two"]).success();
    repo
}

/// The active tasks.
fn active(repo: &TestRepo) -> serde_json::Value {
    repo.agent(&["status", "--json"]).json()["active"].clone()
}

/// What the repository and the ledger say of the task.
fn standing(repo: &TestRepo) -> (String, String, String, usize) {
    let status = repo.agent(&["show", "a", "--json"]).json()["task"]["status"].as_str().expect("a status").to_owned();
    let commits = repo.agent(&["log", "a", "--no-events", "--json"]).json()["entries"].as_array().map_or(0, Vec::len);
    (repo.head(), repo.read("f"), status, commits)
}

#[test]
fn what_was_interrupted_is_finished_or_put_back_in_the_ledger_too() {
    on_one_git(|_| {
        for words in [&["undo"][..], &["rollback", "a@1"]] {
            let (done, killed) = (world(), world());
            let before = standing(&killed);
            assert_eq!((before.2.as_str(), before.3), ("completed", 2));
            done.agent(words).success();
            assert_eq!(active(&done), serde_json::json!(if words == ["undo"] { vec!["a"] } else { vec![] }));
            for step in ["Begun", "Indexed", "Recorded"] {
                killed.run("git-agent").args(words).env("GIT_AGENT_TEST_DIE", step).run().failure();
                assert!(killed.agent(&["status"]).success().stdout.contains("Interrupted: "), "{words:?} {step}");
                killed.agent(&["undo"]).success();
                assert_eq!(standing(&killed), before, "{words:?} {step}");
            }
            // What fails without dying is put back in the same way.
            let failed = killed.run("git-agent").args(words).env("GIT_AGENT_TEST_FAIL", "Recorded").run().failure();
            assert!(failed.stderr.contains("everything was restored to its previous state"), "{failed}");
            assert_eq!(standing(&killed), before, "{words:?}");
            killed.run("git-agent").args(words).env("GIT_AGENT_TEST_DIE", "Recorded").run().failure();
            killed.agent(&["resume"]).success();
            let (now, then) = (standing(&killed), standing(&done));
            assert_eq!((&now.1, &now.2, now.3), (&then.1, &then.2, then.3), "{words:?}");
            assert_eq!(active(&killed), active(&done), "{words:?}");
            killed.agent(&["doctor"]).success();
        }
    });
}
