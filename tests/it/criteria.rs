//! Acceptance criteria: several, ticked one by one, named where they are open, carried by plans.

use serde_json::{Value, json};

use crate::support::{Git, TestRepo, on_one_git};

fn repo(git: &Git) -> TestRepo {
    let repo = TestRepo::with_git(git);
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a.txt", "one\n", "first");
    repo.agent(&["init", "-q"]).success();
    let accept = ["--accept", "It parses", "--accept", "It is documented", "--accept", "It is fast"];
    repo.agent(&[&["add", "Parser", "--id", "p"][..], &accept].concat()).success();
    repo
}

fn task(repo: &TestRepo) -> Value {
    repo.agent(&["show", "p", "--json"]).json()["task"].clone()
}

fn met(repo: &TestRepo) -> Vec<bool> {
    task(repo)["criteria"].as_array().unwrap().iter().map(|one| one["met"].as_bool().unwrap()).collect()
}

#[test]
fn criteria_are_ticked_shown_and_named_when_the_task_is_completed() {
    on_one_git(|git| {
        let repo = repo(git);
        assert_eq!(task(&repo)["accept"], "- [ ] It parses\n- [ ] It is documented\n- [ ] It is fast");
        let started = repo.agent(&["start", "p"]).success().stdout;
        assert!(started.contains("Done when > - [ ] It parses"), "{started}");
        repo.agent(&["edit", "p", "--tick", "1", "--tick", "it is doc"]).success();
        assert_eq!(met(&repo), [true, true, false]);
        for page in [&["show", "p"][..], &["brief"], &["next"]] {
            let page = repo.agent(page).success().stdout;
            assert!(page.contains("[x] It parses") && page.contains("[ ] It is fast"), "{page}");
        }
        let log = repo.agent(&["log", "p"]).success().stdout;
        assert!(log.contains("ticked") && log.contains("It is documented"), "{log}");
        repo.agent(&["edit", "p", "--untick", "2"]).success();
        repo.agent(&["undo"]).success();
        assert_eq!(met(&repo), [true, true, false]);
        // Others are added; what was ticked stays ticked.
        repo.agent(&["edit", "p", "--accept", "It is safe", "--accept", "It parses"]).success();
        assert_eq!(task(&repo)["criteria"][1], json!({"text": "It parses", "met": true}));
        repo.agent(&["undo"]).success();
        let done = repo.agent(&["complete"]).success();
        assert!(
            done.stderr
                .contains("1 of 3 acceptance criteria not ticked: 'It is fast'; if met: 'git agent edit p --tick 3'"),
            "{done}"
        );
        repo.agent(&["reopen", "p"]).success();
        assert_eq!(repo.agent(&["complete", "p", "--json"]).json()["open_criteria"], json!(["It is fast"]));
        repo.agent(&["edit", "p", "--tick", "all"]).success();
        assert_eq!(met(&repo), [true; 3]);
    });
}

#[test]
fn a_word_that_is_no_criterion_is_refused() {
    on_one_git(|git| {
        let repo = repo(git);
        for (word, code) in
            [("9", "criterion-not-found"), ("It is", "criterion-ambiguous"), ("", "criterion-not-found")]
        {
            let refused = repo.agent(&["edit", "p", "--tick", word, "--json"]).failure();
            let answer: Value = serde_json::from_str(&refused.stdout).unwrap();
            assert_eq!(answer["error"]["code"], code, "{answer}");
        }
        assert_eq!(met(&repo), [false; 3]);
        // A single criterion in prose is met by completing the task, and can be ticked, too.
        repo.agent(&["add", "Manual", "--id", "m", "--accept", "ada has read it"]).success();
        let show = || repo.agent(&["show", "m", "--json"]).json()["task"].clone();
        assert_eq!((&show()["accept"], &show()["criteria"]), (&json!("ada has read it"), &Value::Null));
        repo.agent(&["edit", "m", "--tick", "1"]).success();
        assert_eq!((&show()["accept"], &show()["criteria"][0]["met"]), (&json!("- [x] ada has read it"), &json!(true)));
        assert!(!repo.agent(&["complete", "m"]).success().stderr.contains("not ticked"));
    });
}

#[test]
fn plans_carry_criteria_and_never_untick() {
    on_one_git(|git| {
        let from = repo(git);
        from.agent(&["edit", "p", "--tick", "2"]).success();
        for (format, file) in [("toml", "p.toml"), ("json", "p.json"), ("beads", "p.jsonl"), ("markdown", "p.md")] {
            let text = from.agent(&["plan", "export", "--format", format]).success().stdout;
            let to = repo(git);
            to.agent(&["edit", "p", "--tick", "1"]).success();
            to.write(file, &text);
            to.agent(&["plan", "import", file]).success();
            assert_eq!(met(&to), [true, true, false], "{format}");
            assert_eq!(to.agent(&["plan", "import", file, "--json"]).json()["commit"], Value::Null, "{format}");
            let other = TestRepo::with_git(git);
            other.write(file, &text);
            other.agent(&["plan", "import", file]).success();
            assert_eq!(met(&other), [false, true, false], "{format}");
        }
    });
}

#[test]
fn clones_that_tick_at_the_same_time_keep_both() {
    on_one_git(|git| {
        let one = repo(git);
        let two = one.clone_that_syncs();
        one.agent(&["edit", "p", "--tick", "1"]).success();
        two.agent(&["edit", "p", "--tick", "3"]).success();
        for repo in [&one, &two, &one] {
            repo.agent(&["sync", "-q"]).success();
        }
        assert_eq!((met(&one), met(&two)), (vec![true, false, true], vec![true, false, true]));
    });
}
