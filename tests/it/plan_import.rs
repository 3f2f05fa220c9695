//! `plan import`: what a plan says becomes so, once.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Layout, TestRepo, default_git, on_every_git};

pub fn start() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file("a.txt", "one\n", "first");
    repo
}

/// Import `text` as `file`; answers with the difference.
#[track_caller]
fn import(repo: &TestRepo, file: &str, text: &str) -> Value {
    repo.write(file, text);
    repo.agent(&["plan", "import", file, "--json"]).json()
}

pub fn task(repo: &TestRepo, id: &str) -> Value {
    repo.agent(&["show", id, "--json"]).json()["task"].clone()
}

fn ledger(repo: &TestRepo) -> String {
    repo.git(&["rev-parse", "-q", "--verify", "refs/notes/agent-tasks"]).stdout
}

fn ids(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

/// The blocks of code in a document with the word behind their fence.
fn blocks(text: &str) -> Vec<(&str, String)> {
    let mut blocks: Vec<(&str, String)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(_) if inside => inside = false,
            Some(word) => {
                inside = true;
                blocks.push((word, String::new()));
            }
            None if inside => blocks.last_mut().unwrap().1.push_str(&format!("{line}\n")),
            None => {}
        }
    }
    blocks
}

#[test]
fn the_examples_of_the_documentation_can_be_imported() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plans.md")).unwrap();
    let mut seen = Vec::new();
    for (word, text) in blocks(&text) {
        let repo = start();
        // By what it looks like, and by its name.
        let answer = repo.run("git").args(["agent", "plan", "import", "-", "--json"]).stdin(text.clone()).run().json();
        assert!(ids(&answer["added"]).len() >= 2, "{answer}\n{text}");
        let name = format!("plan.{}", if word == "markdown" { "md" } else { word });
        let again = import(&repo, &name, &text);
        assert_eq!(
            (&again["added"], &again["changed"], &again["kept"]),
            (&json!([]), &json!([]), &json!([])),
            "{text}"
        );
        assert_eq!(again["format"], answer["format"]);
        seen.push(answer["format"].as_str().unwrap().to_owned());
        repo.fsck();
    }
    assert_eq!(
        seen,
        ["toml", "json", "markdown", "markdown", "features", "feature-list", "ralph", "beads", "task-master", "todo"]
    );
}

const LOGIN: &str = r#"
[[task]]
title = "Login"
[[task.task]]
title = "Form"
files = ["./src/form.rs"]
[[task.task]]
title = "Session"
after = ["Form"]
priority = 1
blockers = ["no key"]
notes = ["see attic/"]
"#;

#[test]
fn a_plan_is_one_commit_and_the_second_time_none() {
    on_every_git(|git| {
        for layout in [Layout::Plain, Layout::Sha256, Layout::Reftable] {
            if layout == Layout::Reftable && !git.has_reftable() {
                continue;
            }
            let repo = TestRepo::with_layout(git, layout);
            let answer = import(&repo, "plan.toml", LOGIN);
            assert_eq!(ids(&answer["added"]), ["login", "login.form", "login.session"]);
            assert_eq!((&answer["applied"], &answer["unchanged"]), (&json!(true), &json!(0)));
            let tip = ledger(&repo);
            assert_eq!(repo.git(&["rev-list", "--count", "refs/notes/agent-tasks"]).text(), "1");
            let again = import(&repo, "plan.toml", LOGIN);
            assert_eq!((&again["unchanged"], &again["commit"]), (&json!(3), &Value::Null));
            assert_eq!(ledger(&repo), tip);
            let session = task(&repo, "login.session");
            assert_eq!(session["after"], json!(["login.form"]));
            assert_eq!((&session["parent"], &session["priority"]), (&json!("login"), &json!(1)));
            assert_eq!(session["blockers"][0]["text"], "no key");
            assert_eq!(task(&repo, "login.form")["files"], json!(["src/form.rs"]));
            repo.fsck();
        }
    });
}

#[test]
fn a_rehearsal_shows_each_field_and_writes_nothing() {
    let repo = start();
    import(&repo, "plan.toml", LOGIN);
    let tip = ledger(&repo);
    let changed = LOGIN
        .replace("\"Session\"", "\"Session\"\nid = \"login.session\"\naccept = \"it stays\"")
        .replace("priority = 1", "priority = 0");
    let changed =
        changed.replace("after = [\"Form\"]", "after = []") + "\n[[task]]\ntitle = \"Docs\"\nafter = \"login\"\n";
    repo.write("plan.toml", &changed);
    insta::assert_snapshot!(repo.agent(&["plan", "import", "plan.toml", "--dry-run"]), @r"
    + docs (Docs)
    ~ login.session (Session)
        accept: it stays
        priority: 1 -> 0
        after: login.form -> 
    Would add 1 task and change 1, 2 unchanged.
    ");
    let rehearsal = repo.agent(&["plan", "import", "plan.toml", "--dry-run", "--json"]).json();
    assert_eq!((&rehearsal["applied"], &rehearsal["commit"]), (&json!(false), &Value::Null));
    assert_eq!(rehearsal["changed"][0]["fields"], json!(["accept", "priority", "after"]));
    assert_eq!(rehearsal["changed"][0]["changes"][1], json!({"field": "priority", "before": "1", "after": "0"}));
    assert_eq!(ledger(&repo), tip, "a rehearsal writes nothing");
    insta::assert_snapshot!(repo.agent(&["plan", "import", "plan.toml"]), @r"
    + docs (Docs)
    ~ login.session (Session)
        accept: it stays
        priority: 1 -> 0
        after: login.form -> 
    Added 1 task and changed 1, 2 unchanged.
    ------- stderr -------
    hint: to drop a task: git agent cancel <task>; to change one: git agent edit <task>
    ");
    assert_eq!(task(&repo, "login.session")["after"], json!([]));
    insta::assert_snapshot!(repo.agent(&["plan", "import", "plan.toml"]), @"Nothing to do, 4 unchanged.");
}

#[test]
fn states_are_what_the_plan_says() {
    let repo = start();
    let plan = r#"{"tasks": [
        {"id": "p", "title": "P", "failures": [{"reason": "once", "kind": "tests"}]},
        {"id": "i", "title": "I", "status": "in-progress"},
        {"id": "c", "title": "C", "status": "completed", "result": {"rows": [1, null]}, "after": ["p"]},
        {"id": "f", "title": "F", "status": "failed", "failures": ["first", {"reason": "second", "kind": "env"}]},
        {"id": "x", "title": "X", "status": "cancelled"}
    ]}"#;
    import(&repo, "plan.json", plan);
    let states: Vec<Value> = ["p", "i", "c", "f", "x"].iter().map(|id| task(&repo, id)["status"].clone()).collect();
    assert_eq!(states, ["pending", "in_progress", "completed", "failed", "cancelled"]);
    let (begun, done, failed) = (task(&repo, "i"), task(&repo, "c"), task(&repo, "f"));
    assert_eq!(begun["base"]["commit"], repo.git(&["rev-parse", "HEAD"]).text());
    assert_eq!(begun["claim"], Value::Null, "nobody is at it for having written it down");
    assert_eq!(done["result"], json!({"rows": [1, null]}));
    assert_eq!((&failed["failure"]["reason"], &failed["failure"]["kind"]), (&json!("second"), &json!("env")));
    assert_eq!(failed["attempts"], 2);
    assert_eq!(task(&repo, "p")["failures"][0]["reason"], "once");
    assert_eq!(import(&repo, "plan.json", plan)["unchanged"], 5);
}

#[test]
fn nothing_that_happened_here_is_taken_back() {
    let repo = start();
    let plan = |status: &str| -> String {
        let ids = ["done", "gone", "begun", "failed", "reopened", "paused", "held", "unblocked"];
        let task = |id: &str| format!("[[task]]\nid = \"{id}\"\ntitle = \"{id}\"\nstatus = \"{status}\"\n");
        ids.map(task).concat() + "blockers = [\"key\"]\n"
    };
    import(&repo, "plan.toml", &plan("pending"));
    repo.agent(&["complete", "done", "--result", "ours"]).success();
    repo.agent(&["cancel", "gone"]).success();
    repo.agent(&["start", "begun", "--no-activate"]).success();
    repo.agent(&["fail", "failed", "--reason", "no"]).success();
    repo.agent(&["complete", "reopened"]).success();
    repo.agent(&["reopen", "reopened"]).success();
    repo.agent(&["start", "paused", "--no-activate"]).success();
    repo.agent(&["pause", "paused"]).success();
    repo.agent(&["start", "held", "--no-activate", "--actor", "bob@there"]).success();
    repo.agent(&["unblock", "unblocked", "--all"]).success();
    let tip = ledger(&repo);
    insta::assert_snapshot!(repo.agent(&["plan", "import", "plan.toml"]), @r"
    = done (done), kept: completed here
    = gone (gone), kept: cancelled here
    = begun (begun), kept: in progress here
    = failed (failed), kept: failed here
    = held (held), kept: in progress here
    = unblocked (unblocked), kept: a blocker of the plan no longer exists here
    Nothing to do, 2 unchanged, 6 kept.
    ");
    repo.write("plan.toml", plan("in_progress"));
    let kept = repo.agent(&["plan", "import", "plan.toml", "--dry-run", "--json"]).json();
    let why = |kept: &Value, id: &str| {
        kept["kept"].as_array().unwrap().iter().find(|row| row["id"] == id).map(|row| row["why"].clone())
    };
    assert_eq!(why(&kept, "paused"), Some(json!("it was in progress before, and is pending now")));
    repo.write("plan.toml", plan("completed").replace("title = \"done\"", "title = \"done\"\nresult = \"theirs\""));
    let kept = repo.agent(&["plan", "import", "plan.toml", "--dry-run", "--json"]).json();
    assert_eq!(why(&kept, "reopened"), Some(json!("it was completed before, and is pending now")));
    assert_eq!(why(&kept, "held").unwrap().as_str().map(|why| why.starts_with("bob@there")), Some(true));
    assert_eq!(why(&kept, "done"), Some(json!("completed here, with a different result")));
    assert_eq!(why(&kept, "gone"), Some(json!("cancelled here")));
    assert_eq!(ledger(&repo), tip);
    // Forward it goes.
    let moved = repo.agent(&["plan", "import", "plan.toml", "--json"]).json();
    let ids: Vec<&str> = moved["changed"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["begun", "failed", "paused", "unblocked"]);
    assert_eq!(task(&repo, "failed")["status"], "completed");
    assert_eq!(task(&repo, "done")["result"], "ours");
}

#[test]
fn what_must_be_verified_is_not_completed_by_a_plan() {
    let repo = start();
    import(&repo, "plan.md", "- [ ] A\n");
    repo.git(&["config", "agent.requireVerify", "true"]).success();
    let answer = import(&repo, "plan.md", "- [x] A\n- [x] B\n");
    assert_eq!(answer["kept"][0]["why"], "it is not verified, and agent.requireVerify is set");
    assert_eq!(task(&repo, "a")["status"], "pending");
}

#[test]
fn a_feature_list_goes_on_where_it_stands() {
    let repo = start();
    let list = |passes: bool| {
        format!(
            r#"[{{"category":"functional","description":"Log in","steps":["open it"," type "],"passes":{passes}}},{{"description":"Old","passes":true}}]"#
        )
    };
    let answer = import(&repo, "feature_list.json", &list(false));
    assert_eq!(ids(&answer["added"]), ["functional", "functional.log-in", "old"]);
    assert_eq!(task(&repo, "functional.log-in")["accept"], "open it\ntype");
    let answer = import(&repo, "feature_list.json", &list(true));
    assert_eq!(answer["changed"][0]["id"], "functional");
    assert_eq!(task(&repo, "functional")["status"], "completed");
    // The file of somebody who did not see that.
    let answer = import(&repo, "feature_list.json", &list(false));
    assert_eq!(answer["kept"], json!([{"id": "functional.log-in", "why": "completed here"}]));
}

#[test]
fn a_plan_knows_the_tasks_of_the_ledger() {
    let repo = start();
    repo.agent(&["add", "--id", "base", "Base"]).success();
    repo.agent(&["add", "--id", "other", "Other", "--after", "base"]).success();
    repo.agent(&["add", "--id", "top", "Top"]).success();
    import(&repo, "plan.toml", "[[task]]\nid = \"mine\"\ntitle = \"Mine\"\nafter = [\"other\"]\nparent = \"top\"\n");
    assert_eq!(task(&repo, "mine")["parent"], "top");
    repo.write("plan.toml", "[[task]]\nid = \"base\"\ntitle = \"Base\"\nafter = [\"mine\"]\n");
    let refused = repo.agent(&["plan", "import", "plan.toml"]).exits(1);
    assert!(
        refused.stderr.contains("plan.toml:4:10: these tasks wait for each other: base → mine → other → base"),
        "{refused}"
    );
    repo.write("plan.toml", "[[task]]\nid = \"top\"\ntitle = \"Top\"\nparent = \"mine\"\n");
    let refused = repo.agent(&["plan", "import", "plan.toml"]).exits(1);
    assert!(refused.stderr.contains("these tasks are subtasks of each other: top → mine → top"), "{refused}");
}

#[test]
fn long_texts_and_long_lists_travel() {
    let repo = start();
    let long = "line \"of\" text\n".repeat(1_000);
    let after: Vec<Value> = (0..200).map(|n| json!(format!("a-task-with-quite-a-long-name-{n:04}"))).collect();
    let files: Vec<String> = (0..60).map(|n| format!("src/some/where/deep/file_{n:04}.rs")).collect();
    let mut tasks: Vec<Value> = after.iter().map(|id| json!({"id": id, "title": "T"})).collect();
    let whole = json!({"id": "big", "title": "x".repeat(1_000), "description": long, "accept": "y\n".repeat(700), "after": after,
        "files": files, "result": long, "status": "completed", "decisions": [{"text": long, "why": long}]});
    tasks.push(whole.clone());
    let plan = json!({ "tasks": tasks }).to_string();
    import(&repo, "plan.json", &plan);
    let big = task(&repo, "big");
    for key in ["title", "after", "files"] {
        assert_eq!(big[key], whole[key], "{key}");
    }
    assert_eq!(big["description"].as_str(), Some(long.trim_end()));
    assert_eq!(big["decisions"][0]["why"].as_str(), Some(long.trim_end()));
    assert_eq!(import(&repo, "plan.json", &plan)["unchanged"], 201);
    repo.fsck();
}

#[test]
fn ten_thousand_tasks_are_one_commit() {
    let repo = start();
    let tasks = (0..10_000).map(|n| {
        let after = if n % 10 == 0 { json!([]) } else { json!([format!("Task {}", n - 1)]) };
        json!({"title": format!("Task {n}"), "description": "word ".repeat(30), "after": after, "status": if n % 10 < 3 { "completed" } else { "pending" }})
    });
    let plan = json!({ "tasks": tasks.collect::<Vec<_>>() }).to_string();
    let answer = import(&repo, "plan.json", &plan);
    assert_eq!(ids(&answer["added"]).len(), 10_000);
    assert_eq!(repo.git(&["rev-list", "--count", "refs/notes/agent-tasks"]).text(), "1");
    assert_eq!(task(&repo, "task-9999")["after"], json!(["task-9998"]));
    assert_eq!(import(&repo, "plan.json", &plan)["unchanged"], 10_000);
    // Lists go by age: in the order of the plan.
    let first: Vec<String> = repo.agent(&["list", "--sort", "created", "-n", "3"]).lines();
    assert!(first[0].contains("task-3 ") && first[1].contains("task-4 ") && first[2].contains("task-5 "), "{first:?}");
}

#[test]
fn it_works_in_a_subdirectory_and_a_bare_repository() {
    let repo = start();
    std::fs::create_dir(repo.path().join("sub")).unwrap();
    repo.write("sub/plan.md", "- [ ] A\n");
    repo.at("sub").agent(&["plan", "import", "plan.md"]).success();
    assert_eq!(task(&repo, "a")["title"], "A");
    let bare = TestRepo::with_layout(default_git(), Layout::Bare);
    bare.run("git").args(["agent", "plan", "import", "-"]).stdin("- [~] A\n").run().success();
    assert_eq!(task(&bare, "a")["base"], json!({"commit": null, "branch": "main"}));
}
