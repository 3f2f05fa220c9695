//! Tasks that are put off, cancelled as duplicates, and stand as they do for a reason; several tasks that are completed at once.

use serde_json::{Value, json};

use crate::support::{Git, TestRepo, on_one_git};

fn repo(git: &Git) -> TestRepo {
    let repo = TestRepo::with_git(git);
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a.txt", "one\n", "first");
    repo.agent(&["init", "-q"]).success();
    for (id, after) in [("a", &[][..]), ("b", &[]), ("c", &["--after", "a"])] {
        repo.agent(&[&["add", &id.to_uppercase(), "--id", id][..], after].concat()).success();
    }
    repo
}

fn task(repo: &TestRepo, id: &str) -> Value {
    repo.agent(&["show", id, "--json"]).json()["task"].clone()
}

fn ready(repo: &TestRepo) -> Vec<String> {
    let answer = repo.agent(&["ready", "--json"]).json();
    answer["tasks"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect()
}

fn code(repo: &TestRepo, words: &[&str]) -> Value {
    let refused = repo.agent(&[words, &["--json"]].concat()).failure();
    serde_json::from_str::<Value>(&refused.stdout).unwrap()["error"]["code"].clone()
}

#[test]
fn a_task_that_is_put_off_comes_back_by_itself() {
    on_one_git(|git| {
        let repo = repo(git);
        repo.agent(&["start", "a"]).success();
        let said = repo.agent(&["pause", "a", "--until", "2h", "--reason", "the server is down"]).success().stdout;
        assert!(said.starts_with("Paused a (A) until 20"), "{said}");
        // What was never begun can be put off, too.
        repo.agent(&["pause", "b", "--until", "3 days"]).success();
        assert_eq!(ready(&repo), [""; 0]);
        assert_eq!(repo.agent(&["next", "--json"]).json()["reason"], "all-blocked");
        for page in
            [&["list"][..], &["ready", "--explain"], &["show", "a"], &["report", "--format", "text"], &["graph"]]
        {
            let page = repo.agent(page).success().stdout;
            assert!(page.contains("paused until 20"), "{page}");
        }
        assert!(repo.agent(&["list"]).success().stdout.contains("paused: the server is down"));
        assert!(repo.agent(&["brief", "--task", "a"]).success().stdout.contains("not ready before 20"));
        assert!(repo.agent(&["log", "a"]).success().stdout.contains("paused until 20"));
        assert!(task(&repo, "a")["until"].is_string());
        repo.advance(3 * 3600);
        assert_eq!(ready(&repo), ["a"]);
        repo.advance(4 * 86_400);
        assert_eq!(ready(&repo), ["a", "b"]);
        // Who wants to begin it earlier can.
        repo.agent(&["pause", "b", "--until", "2099-01-01"]).success();
        repo.agent(&["start", "b"]).success();
        assert_eq!(task(&repo, "b")["until"], Value::Null);
        for word in ["yesterday", "2001-02-03", "gibberish"] {
            assert_eq!(code(&repo, &["pause", "b", "--until", word]), "bad-date", "{word}");
        }
    });
}

#[test]
fn what_comes_after_a_duplicate_waits_for_the_task_that_stays() {
    on_one_git(|git| {
        let repo = repo(git);
        let said = repo.agent(&["cancel", "a", "--duplicate-of", "b", "--reason", "the same words"]).success().stdout;
        assert_eq!(said, "Cancelled a (A), a duplicate of b.\n");
        assert_eq!(task(&repo, "a")["duplicate_of"], "b");
        assert_eq!(task(&repo, "b")["duplicates"], json!(["a"]));
        assert!(repo.agent(&["show", "a"]).success().stdout.contains("Same as:    b (B)\n"));
        assert!(repo.agent(&["show", "b"]).success().stdout.contains("Duplicates: a (A)\n"));
        assert!(repo.agent(&["list", "--all"]).success().stdout.contains("duplicate of b, cancelled: the same words"));
        let explained = repo.agent(&["ready", "--explain"]).success().stdout;
        assert!(explained.contains("waits for b, which is pending"), "{explained}");
        assert_eq!(repo.agent(&["complete", "b", "--json"]).json()["unblocked"], json!(["c"]));
        assert_eq!(ready(&repo), ["c"]);
        repo.agent(&["reopen", "a"]).success();
        assert_eq!((ready(&repo), task(&repo, "a")["duplicate_of"].clone()), (vec!["a".into()], Value::Null));
        // c comes after a: a cycle, and a task that is its own duplicate.
        assert_eq!(code(&repo, &["cancel", "a", "--duplicate-of", "c"]), "dependency-cycle");
        assert_eq!(code(&repo, &["cancel", "a", "--duplicate-of", "a"]), "dependency-cycle");
        assert_eq!(task(&repo, "a")["status"], "pending");
    });
}

#[test]
fn nothing_waits_for_itself_through_a_duplicate() {
    on_one_git(|git| {
        let repo = repo(git);
        repo.agent(&["cancel", "a", "--duplicate-of", "b"]).success();
        let before = repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text();
        let refused = repo.agent(&["dep", "add", "b", "--after", "a"]).exits(1).stderr;
        assert!(refused.contains("b cannot depend on a, which is a duplicate of it"), "{refused}");
        // c comes after a, and so after b.
        let refused = repo.agent(&["dep", "add", "b", "--after", "c"]).exits(1).stderr;
        assert!(refused.contains("the cycle b → c → b"), "{refused}");
        for after in ["a", "c"] {
            repo.write("plan.toml", format!("[[task]]\nid = \"b\"\ntitle = \"B\"\nafter = [\"{after}\"]\n"));
            let refused = repo.agent(&["plan", "import", "plan.toml"]).exits(1).stderr;
            assert!(refused.contains("these tasks wait for each other: b → "), "{refused}");
        }
        assert_eq!(repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text(), before);
    });
}

#[test]
fn reasons_are_shown_until_the_state_changes() {
    on_one_git(|git| {
        let repo = repo(git);
        repo.agent(&["start", "a"]).success();
        for (words, what) in [
            (&["pause", "a", "--reason", "why-1"][..], "paused"),
            (&["cancel", "a", "--reason", "why-2"], "cancelled"),
            (&["reopen", "a", "--reason", "why-3"], "reopened"),
        ] {
            repo.agent(words).success();
            let why = words[3];
            assert_eq!(
                (&task(&repo, "a")["reason"]["what"], &task(&repo, "a")["reason"]["text"]),
                (&json!(what), &json!(why))
            );
            for page in [&["show", "a"][..], &["list", "--all"], &["brief", "--task", "a"]] {
                let page = repo.agent(page).success().stdout;
                assert!(page.contains(why) && page.contains(what), "{page}");
            }
        }
        assert!(repo.agent(&["report", "--format", "md"]).success().stdout.contains("reopened: why-3"));
        repo.agent(&["start", "a"]).success();
        assert_eq!(task(&repo, "a")["reason"], Value::Null);
        repo.set_env("GIT_AGENT_ACTOR", "bob@box");
        repo.agent(&["claim", "a", "--steal", "--reason", "why-4"]).success();
        assert_eq!(task(&repo, "a")["reason"]["what"], "taken over");
        assert!(repo.agent(&["list"]).success().stdout.contains("taken over: why-4"));
        repo.agent(&["complete", "a"]).success();
        assert_eq!(task(&repo, "a")["reason"], Value::Null);
    });
}

#[test]
fn several_tasks_are_completed_in_one_commit_or_none_is() {
    on_one_git(|git| {
        let repo = repo(git);
        let tip = || repo.git(&["rev-list", "--count", "refs/notes/agent-tasks"]).text();
        repo.agent(&["block", "b", "--on", "the key"]).success();
        let before = tip();
        assert_eq!(code(&repo, &["complete", "a", "b"]), "task-not-ready");
        assert_eq!((tip(), task(&repo, "a")["status"].clone()), (before.clone(), json!("pending")));
        repo.agent(&["unblock", "b"]).success();
        let before: usize = tip().trim().parse().unwrap();
        // In whatever order they are named.
        let done = repo.agent(&["complete", "c", "a", "b", "--result", "all at once"]).success().stdout;
        assert_eq!(done, "Completed c (C).\nCompleted a (A).\nCompleted b (B).\n");
        assert_eq!(tip().trim().parse::<usize>().unwrap(), before + 1);
        assert_eq!(task(&repo, "c")["result"], "all at once");
        repo.agent(&["undo"]).success();
        assert!(["a", "b", "c"].iter().all(|id| task(&repo, id)["status"] == "pending"));
        let answer = repo.agent(&["complete", "a", "b", "--json"]).json();
        assert_eq!((answer["tasks"].as_array().unwrap().len(), &answer["unblocked"]), (2, &json!(["c"])));
        assert_eq!(code(&repo, &["complete", "a", "c", "-m", "x"]), "bad-option");
        let refused = repo.agent(&["start", "a", "c"]).failure().stderr;
        assert!(refused.contains("start takes one task") && refused.contains("git agent claim a c"), "{refused}");
    });
}

#[test]
fn a_claim_can_be_made_for_a_time() {
    on_one_git(|git| {
        let repo = repo(git);
        repo.agent(&["claim", "a", "--for", "30min"]).success();
        repo.advance(1_900);
        assert_eq!(task(&repo, "a")["claim"]["stale"], true);
    });
}
