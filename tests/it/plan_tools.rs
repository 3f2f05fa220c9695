//! `plan import` of what other tools for agents write: Spec Kit, Kiro, OpenSpec, Task Master, and the to-do lists of the agents themselves.

use serde_json::{Value, json};

use crate::{
    plan_import::{start, task},
    support::TestRepo,
};

/// Import `text` as `file`, twice: the second time says nothing new. Answers with what the first time added.
#[track_caller]
fn import(repo: &TestRepo, file: &str, text: &str, more: &[&str]) -> Vec<String> {
    repo.write(file, text);
    let run = || repo.agent(&[&["plan", "import", file, "--json"], more].concat()).json();
    let (first, second) = (run(), run());
    assert_eq!((&second["added"], &second["changed"], &second["commit"]), (&json!([]), &json!([]), &Value::Null));
    first["added"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// What the task is worth in words: state, feature, and what it comes after.
fn stand(repo: &TestRepo, id: &str) -> (String, String, Vec<String>) {
    let task = task(repo, id);
    let after = task["after"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned());
    let parent = task["parent"].as_str().unwrap_or_default().to_owned();
    (task["status"].as_str().unwrap().to_owned(), parent, after.collect())
}

fn stands(status: &str, parent: &str, after: &[&str]) -> (String, String, Vec<String>) {
    (status.to_owned(), parent.to_owned(), after.iter().map(|id| (*id).to_owned()).collect())
}

const SPEC_KIT: &str = "\
# Tasks: User login

**Input**: Design documents from `/specs/001-user-login/`
**Prerequisites**: plan.md (required), spec.md

## Format: `[ID] [P?] [Story] Description`

- **[P]**: Can run in parallel
- **[Story]**: Which user story this task belongs to

## Phase 1: Setup

**Purpose**: The skeleton

- [X] T001 Create the project
- [ ] T002 [P] Configure the linter

---

## Phase 2: User Story 1 - Sign in 🎯

### Tests

- [ ] T010 [P] [US1] Contract test in tests/contract/login.rs

### Implementation

- [ ] T012 [P] [US1] User model in src/models/user.rs
- [ ] T014 [US1] User service in src/services/user.rs (depends on T012, T010: red first, and the weather)
- [ ] T015 [US1] Endpoint in src/api/login.rs
  that answers in JSON (depends on T014)

**Checkpoint**: The story works by itself

## Dependencies

- **Setup**: no dependencies

```bash
- [ ] T099 this is an example
```
";

#[test]
fn tasks_of_spec_kit_have_their_numbers_for_ids_and_references() {
    let repo = start();
    let added = import(&repo, "tasks.md", SPEC_KIT, &[]);
    let story = added.iter().find(|id| id.starts_with("phase-2-")).unwrap();
    let (tests, work) = (format!("{story}.tests"), format!("{story}.implementation"));
    let expected = [
        "phase-1-setup",
        "phase-1-setup.t001",
        "phase-1-setup.t002",
        story,
        &tests,
        &format!("{tests}.t010"),
        &work,
        &format!("{work}.t012"),
        &format!("{work}.t014"),
        &format!("{work}.t015"),
    ];
    assert_eq!(added, expected);
    assert_eq!(stand(&repo, "phase-1-setup.t001"), stands("completed", "phase-1-setup", &[]));
    let (t010, t012, t014) = (format!("{tests}.t010"), format!("{work}.t012"), format!("{work}.t014"));
    assert_eq!(stand(&repo, &t014), stands("pending", &work, &[&t012, &t010]));
    assert_eq!(stand(&repo, &format!("{work}.t015")), stands("pending", &work, &[&t014]));

    // The tool writes a line anew: it is the same task.
    let again = SPEC_KIT.replace("T012 [P] [US1] User model", "T012 [US1] Model of a user");
    repo.write("tasks.md", &again);
    let answer = repo.agent(&["plan", "import", "tasks.md", "--json"]).json();
    assert_eq!((&answer["added"], &answer["changed"][0]["id"]), (&json!([]), &json!(t012)));
    repo.fsck();
}

#[test]
fn plans_that_are_alike_are_told_apart_below_tasks_of_their_own() {
    let repo = start();
    for feature in ["login", "export"] {
        repo.agent(&["add", feature, "--id", feature]).success();
        let added = import(&repo, "tasks.md", SPEC_KIT, &["--parent", feature]);
        assert_eq!(added[0], format!("{feature}.phase-1-setup"));
        assert_eq!(stand(&repo, &added[0]).1, feature);
        assert_eq!(stand(&repo, &format!("{feature}.phase-1-setup.t001")).0, "completed");
    }
    insta::assert_snapshot!(repo.agent(&["plan", "import", "tasks.md", "--parent", "logn"]), @r"
    ------- stderr -------
    error: task 'logn' does not exist
    hint: did you mean login?
    [exit code 2]
    ");
    // What is exported of a task can be put below it again.
    repo.agent(&["plan", "export", "--parent", "login", "-o", "login.toml"]).success();
    let answer = repo.agent(&["plan", "import", "login.toml", "--parent", "login", "--json"]).json();
    assert_eq!((&answer["added"], &answer["changed"]), (&json!([]), &json!([])));
}

#[test]
fn plans_of_kiro_are_nested_by_their_numbers() {
    let repo = start();
    let plan = "\
# Implementation Plan

- [x] 1. Set up the project
  - Create directories
  - _Requirements: 1.1_

- [-] 2. Data models
- [x] 2.1 Interfaces
  - Write them
  - _Requirements: 2.1, 3.3_
- [-] 2.2 User model
  - _Requirements: 1.2_
- [ ]* 2.3 Property tests
  - **Validates: Requirements 1.2**

- [ ] 3. Storage
  - [ ] 3.1 Connections
    - Open them late (depends on Task 2.2)
    - _Requirements: 4.1_
- [ ] 3.5. Backups
  - [ ] 3.5.1 Nightly
    - _Depends: 3.1_
";
    let added = import(&repo, "tasks.md", plan, &[]);
    let expected = ["", ".1", ".2", ".2.1", ".2.2", ".2.3", ".3", ".3.1", ".3-5", ".3-5.1"]
        .map(|rest| format!("implementation-plan{rest}"));
    assert_eq!(added, expected);
    let top = "implementation-plan";
    assert_eq!(stand(&repo, &expected[1]), stands("completed", top, &[]));
    assert_eq!(stand(&repo, &expected[2]), stands("in_progress", top, &[]));
    assert_eq!(stand(&repo, &expected[3]), stands("completed", &expected[2], &[]));
    assert_eq!(stand(&repo, &expected[4]), stands("in_progress", &expected[2], &[]));
    assert_eq!(stand(&repo, &expected[7]), stands("pending", &expected[6], &[&expected[4]]));
    assert_eq!(stand(&repo, &expected[8]), stands("pending", top, &[]), "it stands beside what has its parts below it");
    assert_eq!(stand(&repo, &expected[9]), stands("pending", &expected[8], &[&expected[7]]));
    let tests = task(&repo, &expected[5]);
    assert_eq!((&tests["priority"], &tests["title"]), (&json!(4), &json!("2.3 Property tests")));
    assert!(task(&repo, &expected[1])["description"].as_str().unwrap().contains("Create directories"));
}

#[test]
fn sections_of_openspec_have_numbers_too() {
    let repo = start();
    let plan = "## 1. Implementation\n- [ ] 1.1 Schema\n- [x] 1.2 Endpoint\n\n## 2. Validation\n- [ ] 2.1 Tests\n";
    let expected = ["1-implementation", "1-implementation.1", "1-implementation.2", "2-validation", "2-validation.1"];
    assert_eq!(import(&repo, "tasks.md", plan, &[]), expected);
}

#[test]
fn numbers_that_are_no_labels_stay_what_they_are() {
    let repo = start();
    // One of its kind; twice the same; a number that counts something; a title of ours, with its id.
    let plan = "- [ ] SHA256 support\n- [ ] T1 a\n- [ ] T1 b\n- [ ] 3 ways out (depends on luck)\n- [ ] 4 ways in\n- [-] 7.1 x <!-- x -->\n- [ ] 7. y\n  _Requirements: 1_\n";
    let expected = ["sha256-support", "t1-a", "t1-b", "3-ways-out-depends-on-luck", "4-ways-in", "x", "7-y"];
    assert_eq!(import(&repo, "plan.md", plan, &[]), expected);
    assert_eq!(stand(&repo, "x"), stands("cancelled", "", &[]));
}

#[test]
fn what_we_write_means_the_same_when_it_is_read() {
    let repo = start();
    import(&repo, "tasks.md", SPEC_KIT, &[]);
    let before = repo.agent(&["plan", "export", "--format", "markdown"]).success().stdout;
    let other = start();
    other.write("plan.md", &before);
    other.agent(&["plan", "import", "plan.md"]).success();
    assert_eq!(other.agent(&["plan", "export", "--format", "markdown"]).success().stdout, before);
}

const TASK_MASTER: &str = r#"{
  "master": {
    "tasks": [
      {"id": 1, "title": "Set up", "description": "The project", "details": "npm init", "testStrategy": "It starts.",
       "priority": "high", "dependencies": [], "status": "done", "subtasks": []},
      {"id": 2, "title": "Login", "priority": "medium", "dependencies": [1], "status": "in-progress", "subtasks": [
        {"id": 1, "title": "Form", "status": "done", "dependencies": []},
        {"id": 2, "title": "Session", "status": "review", "dependencies": [1, "1"]},
        {"id": 3, "title": "Session", "status": "deferred", "dependencies": ["2.2", 4]}]},
      {"id": "4", "title": "Session", "status": "cancelled", "dependencies": [2]}
    ],
    "metadata": {"created": "2026-01-05T10:00:00Z"}
  },
  "Dark mode": {
    "tasks": [{"id": 1, "title": "Colours", "status": "pending", "dependencies": []},
              {"id": 2, "title": "Switch", "status": "pending", "dependencies": [1]}],
    "metadata": {"description": "For the night"}
  }
}"#;

#[test]
fn tasks_of_task_master_keep_their_numbers() {
    let repo = start();
    let plan = TASK_MASTER.replace("[\"2.2\", 4]", "[\"2.2\"]");
    let added = import(&repo, "tasks.json", &plan, &[]);
    let expected =
        ["task-1", "task-2", "task-2.1", "task-2.2", "task-2.3", "task-4", "dark-mode", "dark-mode.1", "dark-mode.2"];
    assert_eq!(added, expected);
    assert_eq!(stand(&repo, "task-1"), stands("completed", "", &[]));
    assert_eq!(stand(&repo, "task-2"), stands("in_progress", "", &["task-1"]));
    assert_eq!(stand(&repo, "task-2.2"), stands("in_progress", "task-2", &["task-2.1"]));
    assert_eq!(stand(&repo, "task-2.3"), stands("pending", "task-2", &["task-2.2"]));
    assert_eq!(stand(&repo, "task-4"), stands("cancelled", "", &["task-2"]));
    assert_eq!(stand(&repo, "dark-mode.2"), stands("pending", "dark-mode", &["dark-mode.1"]));
    assert_eq!(task(&repo, "dark-mode")["description"], "For the night");
    assert_eq!(task(&repo, "task-2.3")["blockers"][0]["text"], "deferred in Task Master");
    let first = task(&repo, "task-1");
    assert_eq!(first["description"], "The project\n\n## Details\n\nnpm init");
    assert_eq!((&first["accept"], &first["priority"]), (&json!("It starts."), &json!(1)));
    repo.fsck();
}

#[test]
fn task_master_without_tags_is_the_same() {
    let repo = start();
    let list = r#"[{"id": 1, "title": "A", "details": "", "subtasks": [{"id": "1.1", "title": "B"}]}]"#;
    for text in [list.to_owned(), format!("{{\"meta\": {{}}, \"tasks\": {list}}}")] {
        import(&repo, "tasks.json", &text, &[]);
        assert_eq!(stand(&repo, "task-1.1"), stands("pending", "task-1", &[]));
    }
    assert_eq!(repo.agent(&["list", "--all", "--json"]).json()["tasks"].as_array().unwrap().len(), 2);
    // Words for ids are ids, without a word of ours in front.
    let repo = start();
    let words =
        r#"{"tasks": [{"id": "TASK-1", "title": "C"}, {"id": "TASK-2", "title": "D", "dependencies": ["TASK-1"]}]}"#;
    assert_eq!(import(&repo, "tasks.json", words, &[]), ["task-1", "task-2"]);
}

#[test]
fn a_plan_of_ours_with_a_word_of_theirs_is_not_read_as_theirs() {
    let repo = start();
    repo.write("plan.json", r#"{"tasks": [{"id": "a", "title": "A", "details": "x"}, {"id": "b", "title": "B", "after": ["a"], "details": "y"}]}"#);
    let refused = repo.agent(&["plan", "import", "plan.json"]).exits(2);
    assert!(refused.stderr.contains("plan.json:1:") && refused.stderr.contains("details"), "{refused}");
}

#[test]
fn what_task_master_has_wrong_is_left_out_and_counted() {
    for (text, expected) in [
        (TASK_MASTER.replace("[\"2.2\", 4]", "[\"2.2\", 9]"), "9:85: a dependency cannot be resolved: skipped"),
        (TASK_MASTER.replace("\"high\"", "\"odd\""), "5:20: unknown priority 'odd': kept as a note"),
        (TASK_MASTER.replace("\"review\"", "\"odd\""), "8:49: unknown status 'odd': kept as a note"),
        (TASK_MASTER.replace("\"id\": 3", "\"id\": 2"), "9:9: a task without a number gets one"),
        (TASK_MASTER.replace("\"id\": \"4\"", "\"id\": 2"), "10:7: a task without a number gets one"),
        (
            TASK_MASTER.replace("\"dependencies\": [1, \"1\"]", "\"dependencies\": [3]").replace("[\"2.2\", 4]", "[2]"),
            "tasks wait for each other: one step of the cycle is skipped",
        ),
        (
            TASK_MASTER.replace("\"title\": \"Set up\"", "\"title\": \"a\\u0007\""),
            "4:26: control characters are replaced",
        ),
    ] {
        let repo = start();
        repo.write("tasks.json", &text);
        let taken = repo.agent(&["plan", "import", "tasks.json"]).success();
        assert!(taken.stderr.contains(expected), "{expected}\n{taken}");
        assert_eq!(repo.agent(&["list", "--all", "--json"]).json()["tasks"].as_array().unwrap().len(), 9);
    }
}

#[test]
fn to_do_lists_of_agents_outlive_them() {
    let expected = ["fix-the-parser", "run-the-tests", "ship-it"];
    let list = r#"[{"content": "Fix the parser", "status": "completed", "activeForm": "Fixing", "id": "1", "priority": "high"},
        {"content": "Run the tests", "status": "in_progress", "activeForm": "Running", "id": "2", "priority": "low"},
        {"content": "Ship it", "status": "pending", "id": "3"}]"#;
    let steps = r#"{"explanation": "so", "plan": [{"step": "Fix the parser", "status": "completed"},
        {"step": "Run the tests", "status": "in_progress"}, {"step": "Ship it", "status": "pending"}]}"#;
    let described = r#"{"todos": [{"description": "Fix the parser", "status": "completed"},
        {"description": "Run the tests", "status": "in_progress"}, {"description": "Ship it", "status": "pending"}]}"#;
    for text in [list.to_owned(), format!("{{\"todos\": {list}}}"), steps.to_owned(), described.to_owned()] {
        let repo = start();
        assert_eq!(import(&repo, "todos.json", &text, &[]), expected, "{text}");
        let states = expected.map(|id| stand(&repo, id).0);
        assert_eq!(states, ["completed", "in_progress", "pending"]);
    }
}

#[test]
fn features_say_what_they_come_after_by_id_name_or_number() {
    let repo = start();
    let plan = r#"{"features": [
        {"feature": "Login", "id": 1, "subtasks": [
            {"id": 1, "name": "Form", "status": "done"},
            {"id": 2, "name": "Session", "dependencies": [1]},
            {"name": "Captcha", "depends_on": "Session"}]},
        {"feature": "Export", "id": 2, "dependencies": [1], "subtasks": [
            {"id": 1, "name": "Columns"},
            {"id": 2, "name": "Write", "after": [1, "login.session"]}]}]}"#;
    import(&repo, "features.json", plan, &[]);
    assert_eq!(stand(&repo, "login.session"), stands("pending", "login", &["login.form"]));
    assert_eq!(stand(&repo, "login.captcha"), stands("pending", "login", &["login.session"]));
    assert_eq!(stand(&repo, "export"), stands("pending", "", &["login"]));
    assert_eq!(stand(&repo, "export.write"), stands("pending", "export", &["export.columns", "login.session"]));

    let list = r#"[{"id": 1, "category": "chat", "description": "New chat", "steps": [], "passes": true},
        {"id": 2, "category": "chat", "description": "Rename a chat", "steps": [], "passes": false, "dependencies": [1]}]"#;
    import(&repo, "feature_list.json", list, &[]);
    assert_eq!(stand(&repo, "chat.rename-a-chat"), stands("pending", "chat", &["chat.new-chat"]));

    // What is exported keeps it.
    for format in ["features", "feature-list"] {
        let text = repo.agent(&["plan", "export", "--format", format]).success().stdout;
        let other = start();
        other.write("plan.json", &text);
        other.agent(&["plan", "import", "plan.json"]).success();
        assert_eq!(stand(&other, "login.session").2, ["login.form"], "{format}");
    }
    // A number that two have means neither.
    repo.write("plan.json", list.replace("\"id\": 2", "\"id\": 1"));
    let answer = repo.agent(&["plan", "import", "plan.json", "--json"]).json();
    assert_eq!(answer["left"][0]["what"], "a dependency cannot be resolved: skipped");
}
