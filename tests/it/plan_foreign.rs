//! `plan import` of files that contain what no plan has: they are taken, and what is left out is counted.

use serde_json::{Value, json};

use crate::{
    plan_import::{start, task},
    support::TestRepo,
};

/// Import `text` as `file` with `more` arguments.
#[track_caller]
fn import(repo: &TestRepo, file: &str, text: &str, more: &[&str]) -> Value {
    repo.write(file, text);
    repo.agent(&[&["plan", "import", file, "--json"], more].concat()).json()
}

/// The ids that `text`, a checklist, becomes, and what is left of it: what, how often, where.
#[track_caller]
fn checklist(text: &str) -> (Vec<String>, Vec<(String, u64, Value)>) {
    let answer = import(&start(), "tasks.md", text, &[]);
    let left = answer["left"].as_array().unwrap().iter();
    let left = left.map(|left| (words(&left["what"]), left["count"].as_u64().unwrap(), left["first"].clone()));
    (answer["added"].as_array().unwrap().iter().map(words).collect(), left.collect())
}

#[test]
fn texts_in_windows_1252_are_read_with_a_warning() {
    let repo = start();
    repo.write(
        "tasks.md",
        b"Caf\xe9\n\n- [ ] T001 Gr\xfc\xdfe \x93zitiert\x94 \x96 5 \x80\n- [ ] T002 \xc3\xbc stays\n".as_slice(),
    );
    let answer = repo.agent(&["plan", "import", "tasks.md", "--json"]).json();
    assert_eq!(task(&repo, "t001")["title"], "T001 Grüße “zitiert” – 5 €");
    assert_eq!(task(&repo, "t002")["title"], "T002 ü stays");
    let what = "a byte that is not UTF-8 is read as Windows-1252";
    assert_eq!(answer["left"], json!([{"what": what, "count": 7, "first": ["1:4", "3:14", "3:15"]}]));
    let people = repo.agent(&["plan", "import", "tasks.md"]).success();
    assert!(people.stderr.contains(&format!("warning: tasks.md: {what} (7 times")), "{people}");
}

#[test]
fn json_may_have_comments_and_commas_at_the_end() {
    for (file, text) in [
        (
            "prd.json",
            "// the stories\n{\"userStories\": [\n  /* first */ {\"id\": \"US-001\", \"title\": \"A // b\", \"passes\": true,},\n],}\n",
        ),
        ("features.jsonc", "[{\"id\": \"US-001\", \"title\": \"A // b\", \"passes\": true}, // more to come\n]"),
        (
            "plan.json",
            "{\n  // ours\n  \"schema\": 1, \"tasks\": [{\"id\": \"US-001\", \"title\": \"A // b\", \"status\": \"completed\"},]}",
        ),
        ("issues.jsonl", "// issues\n{\"id\":\"US-001\",\"title\":\"A // b\",\"status\":\"closed\",}\n"),
    ] {
        let repo = start();
        let answer = import(&repo, file, text, &[]);
        assert_eq!(answer["added"], json!(["US-001"]), "{file}");
        let known = task(&repo, "US-001");
        assert_eq!((&known["title"], &known["status"]), (&json!("A // b"), &json!("completed")), "{file}");
        assert_eq!(import(&repo, file, text, &[])["unchanged"], 1, "{file}");
    }
    let repo = start();
    repo.write("p.json", "{ // c\n \"tasks\": [{\"title\" \"A\"}]}");
    let refused = repo.agent(&["plan", "import", "p.json"]);
    assert!(refused.stderr.contains("p.json:2:21: expected `:`"), "{refused}");
}

fn words(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn words_in_brackets_are_text_and_strange_marks_are_counted() {
    let text = "- [ ] A\n- [P] tasks touch different files\n- [1] footnote\n- [A] option\n- [P] again\n- [US1] story\n- [link](x)\n";
    let (ids, left) = checklist(text);
    assert_eq!(ids, ["a"]);
    assert_eq!(left[0], ("'[P]' is not a checkbox: read as text".to_owned(), 2, json!(["2:3", "5:3"])));
    assert_eq!(left.len(), 3);

    let repo = start();
    let marks = "- [✅] A\n- [✔️] B\n- [v] C\n- [🔄] D\n- [x ] E\n- [] F\n- [?] G\n- [❌] H\n- [>] I\n- [ ]\n";
    let answer = import(&repo, "tasks.md", marks, &[]);
    let states: Vec<String> = "abcdefghi".chars().map(|id| words(&task(&repo, &id.to_string())["status"])).collect();
    let (done, now, open) = ("completed", "in_progress", "pending");
    assert_eq!(states, [done, done, done, now, done, open, open, "failed", now]);
    let left: Vec<String> = answer["left"].as_array().unwrap().iter().map(|left| words(&left["what"])).collect();
    assert_eq!(left, ["unknown mark '[?]': treated as pending", "a checkbox without text is skipped"]);
    let people = repo.agent(&["plan", "import", "tasks.md"]).success();
    assert!(people.stderr.contains("warning: tasks.md:7:3: unknown mark '[?]'"), "{people}");
}

#[test]
fn what_commonmark_takes_for_something_else_is_no_task() {
    let text = "\
---
title: x
---
# Title

<!--
- [ ] in a comment
-->

````md
```
- [ ] in a fence of four
```
````

> - [ ] quoted

Setext
------

- [ ] A
  wrapped

      - [ ] code of an item
  - [ ] B

  ```
  - [ ] fenced in an item
  ```
1. [ ] C
   1) [ ] D

      text of D

After a paragraph:

    - [ ] indented code
";
    let repo = start();
    let answer = import(&repo, "tasks.md", text, &[]);
    assert_eq!(answer["added"], json!(["setext", "setext.a", "setext.a.b", "setext.c", "setext.c.d"]));
    let described = |id: &str| words(&task(&repo, id)["description"]);
    assert!(described("setext.a").starts_with("wrapped"), "{}", described("setext.a"));
    assert_eq!(described("setext.c.d").trim(), "text of D");
}

#[test]
fn long_titles_and_control_characters_are_taken() {
    let repo = start();
    let long = "word ".repeat(400);
    let answer = import(&repo, "tasks.md", &format!("- [ ] T001 {long}\n- [ ] T002 a\u{1b}[2Jb\n  > c\0d\n"), &[]);
    assert_eq!(answer["added"], json!(["t001", "t002"]));
    let first = task(&repo, "t001");
    assert!(words(&first["title"]).len() <= 1_000 && words(&first["title"]).ends_with("word…"), "{first}");
    assert_eq!(first["description"], json!(format!("T001 {}", long.trim_end())));
    assert_eq!(task(&repo, "t002")["title"], "T002 a\u{fffd}[2Jb");
    assert_eq!(answer["left"][1]["count"], 2);
}

#[test]
fn states_in_the_words_of_many_tools_are_known() {
    let words = [
        ("pass", "completed"),
        ("verified", "completed"),
        ("shipped", "completed"),
        ("passing", "completed"),
        ("Done (see notes)", "completed"),
        ("deferred", "pending"),
        ("review", "in_progress"),
        ("ready_for_qa", "in_progress"),
        ("won't fix", "cancelled"),
        ("not-started", "pending"),
        ("odd", "pending"),
    ];
    let repo = start();
    let tasks: Vec<Value> =
        words.iter().enumerate().map(|(at, (word, _))| json!({"name": format!("T{at}"), "status": word})).collect();
    let answer = import(&repo, "features.json", &json!({"features": tasks}).to_string(), &[]);
    for (at, (word, status)) in words.iter().enumerate() {
        assert_eq!(task(&repo, &format!("t{at}"))["status"], *status, "{word}");
    }
    assert_eq!(answer["left"][0]["what"], "unknown status 'odd': kept as a note");
    assert_eq!(task(&repo, "t10")["notes"][0]["text"], "plan: status odd");
    assert_eq!(task(&repo, "t5")["blockers"][0]["text"], "deferred in the plan");
}

#[test]
fn nothing_of_a_feature_is_dropped_silently() {
    let repo = start();
    let features = json!({"project": "p", "features": [{
        "id": "feat-1", "name": "login", "title": "Login", "priority": "high", "acceptance": ["it works", "it is fast"],
        "tests": ["login_test"], "evidence": "12 tests passed", "notes": "see attic/", "category": "auth", "labels": ["a", "b"],
        "status": "done", "files": ["src/a.rs", "/etc/passwd"], "iteration": 3, "iteration": 4, "dependencies": ["feat-2", "feat-9"]
    }, {"id": "feat-2", "title": "Form", "acceptance_criteria": "it is there", "priority": 7, "passes": "yes", "dependencies": ["feat-1"]}]});
    let answer = import(&repo, "feature_list.json", &features.to_string(), &[]);
    let login = task(&repo, "feat-1");
    assert_eq!(
        (&login["status"], &login["priority"], &login["title"]),
        (&json!("completed"), &json!(1), &json!("Login"))
    );
    assert_eq!(login["accept"], "it works\nit is fast\n\n## Tests\n\nlogin_test");
    let notes: Vec<String> = login["notes"].as_array().unwrap().iter().map(|note| words(&note["text"])).collect();
    assert_eq!(notes[0], "see attic/");
    assert!(notes.contains(&"evidence: 12 tests passed".to_owned()), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("name login")), "{notes:?}");
    assert_eq!(login["labels"], json!(["a", "b"]));
    assert_eq!(login["files"], json!(["src/a.rs"]));
    let left: Vec<String> = answer["left"].as_array().unwrap().iter().map(|left| words(&left["what"])).collect();
    for part in [
        "metadata of the file",
        "'/etc/passwd'",
        "the key 'iteration'",
        "above 4",
        "a dependency cannot be resolved",
        "wait for each other",
    ] {
        assert!(left.iter().any(|left| left.contains(part)), "{part}: {left:?}");
    }
    assert_eq!(task(&repo, "feat-2")["accept"], "it is there");
    assert_eq!(task(&repo, "feat-2")["status"], "completed");
}

#[test]
fn stories_of_ralph_are_tasks() {
    let stories = json!([
        {"id": "US-001", "title": "Log in", "description": "As a user …", "acceptanceCriteria": ["form", "typecheck passes"],
         "priority": 1, "passes": true, "notes": ""},
        {"id": "US-002", "title": "Log out", "acceptanceCriteria": [], "priority": 9, "passes": false, "notes": "later"}
    ]);
    for text in [stories.clone(), json!({"project": "p", "branchName": "ralph/x", "userStories": stories})] {
        let repo = start();
        let answer = import(&repo, "prd.json", &text.to_string(), &[]);
        assert_eq!(answer["added"], json!(["US-001", "US-002"]));
        let first = task(&repo, "US-001");
        assert_eq!((&first["status"], &first["accept"]), (&json!("completed"), &json!("form\ntypecheck passes")));
        assert_eq!(task(&repo, "US-002")["notes"][0]["text"], "later");
        // The next document begins to count anew.
        let other = json!({"userStories": [{"id": "US-001", "title": "Export as CSV", "passes": false}]}).to_string();
        repo.write("prd.json", &other);
        let refused = repo.agent(&["plan", "import", "prd.json"]).exits(1);
        assert!(refused.stderr.contains("US-001 is 'Log in' here"), "{refused}");
        assert_eq!(task(&repo, "US-001")["title"], "Log in");
        repo.agent(&["plan", "import", "prd.json", "--force"]).success();
        assert_eq!(task(&repo, "US-001")["title"], "Export as CSV");
    }
    let list =
        json!([{"category": "c", "description": "First\nmore", "steps": ["s"], "started": true, "complete": false}]);
    let repo = start();
    assert_eq!(import(&repo, "prd.json", &list.to_string(), &[])["added"], json!(["c", "c.first"]));
    assert_eq!(task(&repo, "c.first")["status"], "in_progress");
    assert_eq!(import(&repo, "prd.json", r#"{"userStories": []}"#, &[])["format"], "ralph");
}

#[test]
fn dependencies_are_said_in_many_ways() {
    let repo = start();
    let text = "\
- [ ] T001 a
- [ ] T002 b. Depends on T001.
- [ ] T003 c (see R8; depends on T001)
- [ ] T004 d. **Depends on T001 and T002.** Then more, as T003 says.
- [ ] T005 e
  - **Dependencies**: T001, T003
- [ ] T006 f (depends on T001-T003)
- [ ] T007 g, blocked by T006; it depends on luck
- [ ] T008 h depends on the model of T002 for its schema
- [ ] T009 i is independent of T001
";
    import(&repo, "tasks.md", text, &[]);
    for (id, after) in [
        ("t002", json!(["t001"])),
        ("t003", json!(["t001"])),
        ("t004", json!(["t001", "t002"])),
        ("t005", json!(["t001", "t003"])),
        ("t006", json!(["t001", "t002", "t003"])),
        ("t007", json!(["t006"])),
        ("t008", json!(["t002"])),
        ("t009", json!([])),
    ] {
        assert_eq!(task(&repo, id)["after"], after, "{id}");
    }
}

#[test]
fn a_word_in_backticks_is_no_id_where_there_is_a_label() {
    let (ids, _) = checklist(
        "## 1. Setup\n- [ ] 1.1 Mark tools as `read-only`\n- [ ] 1.2 Mark others as `read-only`\n- [ ] Run `npm-test`\n",
    );
    assert_eq!(ids[..3], ["1-setup", "1-setup.1", "1-setup.2"]);
    assert!(ids[3].starts_with("1-setup.run-npm-test"), "{ids:?}");
    assert_eq!(checklist("- [ ] Form `login-form`\n- [ ] Session `session-1`\n").0, ["login-form", "session-1"]);
}

const PHASES: &str = "## Phase 1: Setup\n- [x] T001 Create the project\n- [ ] T002 Add the parser\n\n## Phase 2: Rest\n- [ ] T003 Write the docs\n";

#[test]
fn a_heading_that_says_that_it_is_complete_is_the_same_feature() {
    for mark in [" ✅ COMPLETE", " ✅", " (Completed)", " - DONE", " **[COMPLETE]**"] {
        let repo = start();
        import(&repo, "tasks.md", PHASES, &[]);
        let done = PHASES.replace("Setup", &format!("Setup{mark}")).replace("[ ] T002", "[x] T002");
        let answer = import(&repo, "tasks.md", &done, &[]);
        assert_eq!((&answer["added"], &answer["missing"]), (&json!([]), &json!([])), "{mark}");
        assert_eq!(task(&repo, "phase-1-setup.t002")["status"], "completed");
        assert_eq!(task(&repo, "phase-1-setup")["status"], "completed");
        let open = import(&start(), "tasks.md", &PHASES.replace("Rest", &format!("Rest{mark}")), &[]);
        assert!(words(&open["left"][0]["what"]).contains("the boxes count"), "{open}");
    }
}

#[test]
fn words_are_followed_where_numbers_shift() {
    let repo = start();
    import(&repo, "tasks.md", PHASES, &[]);
    let shifted = "## Phase 1: Setup\n- [ ] T001 Choose a licence\n- [x] T002 Create the project\n- [ ] T003 Add the parser\n\n## Phase 2: Rest\n- [ ] T004 Write the docs (depends on T002)\n";
    let answer = import(&repo, "tasks.md", shifted, &[]);
    assert_eq!(answer["added"], json!(["phase-1-setup.t001-2"]));
    assert_eq!(answer["missing"], json!([]));
    assert_eq!(task(&repo, "phase-1-setup.t001")["title"], "T002 Create the project");
    assert_eq!(task(&repo, "phase-1-setup.t001")["status"], "completed");
    assert_eq!(task(&repo, "phase-1-setup.t001-2")["status"], "pending");
    assert_eq!(task(&repo, "phase-1-setup.t002")["status"], "pending");
    assert_eq!(task(&repo, "phase-2-rest.t003")["after"], json!(["phase-1-setup.t001"]));
    assert_eq!(import(&repo, "tasks.md", shifted, &[])["commit"], Value::Null);

    // The number of a finished task for something wholly different.
    let other = PHASES.replace("Create the project", "Buy a printer");
    repo.write("tasks.md", &other);
    let repo2 = start();
    import(&repo2, "tasks.md", PHASES, &[]);
    repo2.write("tasks.md", &other);
    let tip = repo2.git(&["rev-parse", "refs/notes/agent-tasks"]).stdout;
    let refused = repo2.agent(&["plan", "import", "tasks.md"]).exits(1);
    assert!(refused.stderr.contains("tasks.md:2:7: phase-1-setup.t001 is 'T001 Create the project' here"), "{refused}");
    assert_eq!(repo2.git(&["rev-parse", "refs/notes/agent-tasks"]).stdout, tip);
    assert_eq!(import(&repo2, "tasks.md", &other, &["--force"])["changed"][0]["fields"], json!(["title"]));
    // Another wording is none.
    import(&repo2, "tasks.md", &other.replace("Buy a printer", "Buy a laser printer"), &[]);
}

#[test]
fn task_master_may_count_anew_too() {
    let repo = start();
    let list = |titles: &[&str]| {
        let tasks: Vec<Value> = titles
            .iter()
            .enumerate()
            .map(|(at, title)| json!({"id": at + 1, "title": title, "status": if *title == "Set up" {"done"} else {"pending"}, "details": "x"}))
            .collect();
        json!({"tasks": tasks}).to_string()
    };
    import(&repo, "tasks.json", &list(&["Set up", "Parse it"]), &[]);
    let answer = import(&repo, "tasks.json", &list(&["Choose names", "Set up", "Parse it"]), &[]);
    assert_eq!(answer["added"], json!(["task-1-2"]));
    assert_eq!(task(&repo, "task-1")["title"], "Set up");
}

#[test]
fn the_import_says_what_the_file_has_no_more() {
    let repo = start();
    import(&repo, "tasks.md", PHASES, &[]);
    repo.agent(&["add", "Mine", "--parent", "phase-1-setup", "--id", "mine"]).success();
    repo.write("tasks.md", PHASES.replace("- [x] T001 Create the project\n", ""));
    insta::assert_snapshot!(repo.agent(&["plan", "import", "tasks.md", "--dry-run"]), @r"
    - phase-1-setup.t001 (T001 Create the project), no longer in this file
    Nothing to do, 4 unchanged.
    ");
    std::fs::create_dir(repo.path().join("sub")).unwrap();
    let elsewhere = repo.at("sub").agent(&["plan", "import", "../tasks.md", "--dry-run", "--json"]).json();
    assert_eq!(elsewhere["missing"], json!(["phase-1-setup.t001"]), "the same file from elsewhere");
    repo.write("other.md", "- [ ] X\n");
    assert_eq!(repo.agent(&["plan", "import", "other.md", "--json"]).json()["missing"], json!([]));
}

#[test]
fn many_tasks_of_one_name_are_read_in_a_moment() {
    let repo = start();
    let text = "- [ ] The same\n".repeat(20_000);
    let begun = std::time::Instant::now();
    let answer = import(&repo, "plan.md", &text, &["--dry-run"]);
    assert_eq!(answer["added"].as_array().unwrap().len(), 20_000);
    assert_eq!(answer["added"][19_999], "the-same-20000");
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

/// The tasks of a new repository after importing `text` as `file`, which a second import leaves as they are.
#[track_caller]
fn imported(file: &str, text: &[u8]) -> (Value, Vec<Value>) {
    let repo = start();
    repo.write(file, text);
    let answer = repo.agent(&["plan", "import", file, "--json"]).json();
    let again = repo.agent(&["plan", "import", file, "--json"]).json();
    assert_eq!((&again["added"], &again["changed"]), (&json!([]), &json!([])), "{file}: {again}");
    let list = repo.agent(&["list", "--all", "--json"]).json();
    (answer, list["tasks"].as_array().unwrap().clone())
}

fn find<'t>(tasks: &'t [Value], title: &str) -> &'t Value {
    tasks.iter().find(|task| task["title"] == title).unwrap_or_else(|| panic!("{title}: {tasks:?}"))
}

#[test]
fn tasks_in_groups_and_in_tables() {
    let (answer, tasks) = imported(
        "features.json",
        br#"{"features": {"F1": {"name": "A", "status": "done"}, "F2": {"name": "B", "depends_on": "F1"}}}"#,
    );
    assert_eq!(answer["left"], json!([]));
    assert_eq!((&find(&tasks, "B")["id"], &find(&tasks, "B")["after"]), (&json!("F2"), &json!(["F1"])));
    let (_, tasks) = imported("board.json", br#"{"tasks": {"todo": [{"title": "A"}, "B"], "done": [{"title": "C"}]}}"#);
    let states = ["A", "B", "C"].map(|title| words(&find(&tasks, title)["status"]));
    assert_eq!(states, ["pending", "pending", "completed"]);
    let (_, tasks) = imported(
        "plan.json",
        br#"{"phases": [{"phase": 1, "tasks": ["A", {"task": "B", "status": "done"}]}, {"phase": "Ship it", "tasks": ["C"]}]}"#,
    );
    assert_eq!(find(&tasks, "A")["parent"], find(&tasks, "Phase 1")["id"]);
    assert_eq!(find(&tasks, "C")["parent"], find(&tasks, "Ship it")["id"]);
    assert_eq!(find(&tasks, "B")["status"], "completed");
    let (_, tasks) = imported("plan.json", br#"{"milestones": [{"tasks": [{"title": "A"}]}]}"#);
    assert_eq!(find(&tasks, "A")["parent"], Value::Null);
}

#[test]
fn tasks_that_name_those_behind_them() {
    let (answer, tasks) = imported(
        "tasks.json",
        br#"[{"id": "1", "subject": "A", "description": "x", "status": "completed", "blocks": ["2"], "blockedBy": []},
             {"id": "2", "subject": "B", "status": "pending", "blocks": [], "blockedBy": ["1"]},
             {"id": "3", "subject": "C", "status": "pending", "blocks": ["2", "9"]}]"#,
    );
    let after = find(&tasks, "B")["after"].as_array().unwrap();
    assert_eq!(after.len(), 2, "{tasks:?}");
    assert!(answer["left"].to_string().contains("a dependent task cannot be resolved"), "{answer}");
    let issues = br#"{"issues": [{"number": 1, "title": "A", "state": "CLOSED", "body": "Words.", "labels": [{"name": "bug"}]}]}"#;
    let (_, tasks) = imported("issues.json", issues);
    assert_eq!((&tasks[0]["status"], &tasks[0]["description"]), (&json!("completed"), &json!("Words.")));
    assert_eq!(tasks[0]["labels"], json!(["bug"]));
}

#[test]
fn texts_of_other_systems_and_what_hides_in_them() {
    let utf16: Vec<u8> = "\u{feff}# T\r\n\r\n- [ ] caf\u{e9}\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (_, tasks) = imported("tasks.md", &utf16);
    find(&tasks, "caf\u{e9}");
    imported("tasks.md", "- [ ] zero\u{200b}width \u{202e}x\n".as_bytes());
    // A forgotten space; a link is none.
    let (_, tasks) = imported("tasks.md", b"- [ ]A\n- [x]**B**\n- [x](link)\n");
    assert_eq!(tasks.len(), 2);
    // Objects on lines that are no issues are read as what they are; a file without a task is no plan.
    let (_, tasks) = imported("list.jsonl", b"{\"feature\": \"A\", \"status\": \"done\"}\n{\"feature\": \"B\"}\n");
    assert_eq!(find(&tasks, "A")["status"], "completed");
    let repo = start();
    repo.write("list.jsonl", "{\"a\": 1}\n");
    assert!(repo.agent(&["plan", "import", "list.jsonl"]).exits(2).stderr.contains("it contains no issue"));
}
