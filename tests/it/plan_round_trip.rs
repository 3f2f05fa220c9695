//! What is exported and imported again is nothing new, in every format, whatever the ledger has.

use serde_json::{Value, json};

use crate::{
    plan_import::{start, task},
    support::TestRepo,
};

const FORMATS: [&str; 6] = ["toml", "json", "features", "feature-list", "markdown", "beads"];

/// Numbers that are the same for a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }
}

const TEXTS: [&str; 12] = [
    "Form",
    "1.2 Mark it as `read-only`",
    "[x] done? ✅ COMPLETE",
    "a (after: b) <!-- c -->",
    "T001 [P] Depends on T002.",
    "## heading # \\ end\\",
    "beads: type bug; labels a",
    "two\n\nparagraphs\n\n    and code",
    "```\n- [ ] x\n```",
    "\n  indented at first\n> quoted\n<!-- c -->",
    "Über 登录 \"quoted\" 'x'",
    "- [ ] an item\n  - [x] its part",
];

/// A random plan in our own format.
fn plan(seed: u64) -> Value {
    let mut dice = Dice(seed);
    let mut tasks: Vec<Value> = Vec::new();
    let mut parents: Vec<Option<u64>> = Vec::new();
    for at in 0..3 + dice.roll(8) {
        let line = |dice: &mut Dice| dice.pick(&TEXTS).replace('\n', " ").trim().to_owned();
        let mut task = json!({"id": format!("t-{at}"), "title": line(&mut dice)});
        let status = dice.pick(&["pending", "in_progress", "completed", "failed", "cancelled"]);
        task["status"] = json!(status);
        for key in ["description", "accept"] {
            if dice.roll(2) == 0 {
                task[key] = json!(dice.pick(&TEXTS));
            }
        }
        if dice.roll(2) == 0 {
            task["notes"] = json!((0..dice.roll(4)).map(|_| dice.pick(&TEXTS)).collect::<Vec<_>>());
        }
        if dice.roll(3) == 0 && !matches!(status, "completed" | "cancelled") {
            task["blockers"] = json!([line(&mut dice)]);
        }
        if dice.roll(3) == 0 {
            task["estimate_seconds"] = json!(dice.roll(10_000));
        }
        if dice.roll(3) == 0 {
            task["priority"] = json!(dice.roll(5));
        }
        if dice.roll(3) == 0 {
            task["files"] = json!(["src/a.rs", "src/ü b.rs"]);
        }
        if status == "failed" {
            task["failures"] = json!([{"reason": dice.pick(&TEXTS), "kind": "tests"}]);
        }
        if status == "completed" {
            task["result"] = [json!(dice.pick(&TEXTS)), json!("cancelled"), json!({"a": 1})]
                [usize::try_from(dice.roll(3)).unwrap()]
            .clone();
        }
        let parent = (at > 0 && dice.roll(2) == 0).then(|| dice.roll(at));
        parents.push(parent);
        if let Some(parent) = parent {
            task["parent"] = json!(format!("t-{parent}"));
        }
        // A part comes after its siblings only: its feature waits for it.
        let after = (at > 0 && dice.roll(2) == 0)
            .then(|| dice.roll(at))
            .filter(|after| parent.is_none() || parents[usize::try_from(*after).unwrap()] == parent);
        if let Some(after) = after {
            task["after"] = json!([format!("t-{after}")]);
        }
        tasks.push(task);
    }
    json!({ "tasks": tasks })
}

fn export(repo: &TestRepo, format: &str) -> String {
    repo.agent(&["plan", "export", "--format", format]).success().stdout
}

#[test]
fn an_export_that_is_imported_again_is_nothing_to_do() {
    for seed in 0..24 {
        let repo = start();
        repo.write("plan.json", plan(seed).to_string());
        repo.agent(&["plan", "import", "plan.json", "-q"]).success();
        for format in FORMATS {
            let text = export(&repo, format);
            let import = ["agent", "plan", "import", "-", "--json", "--format", format];
            let answer = repo.run("git").args(import).stdin(text.clone()).run().json();
            assert_eq!(
                (&answer["added"], &answer["changed"], &answer["kept"], &answer["left"], &answer["commit"]),
                (&json!([]), &json!([]), &json!([]), &json!([]), &Value::Null),
                "seed {seed}, {format}\n{text}"
            );
        }
    }
}

const ISSUES: &str = concat!(
    r#"{"id":"bd-1","title":"Session is lost","status":"open","priority":0,"issue_type":"bug","labels":["auth","web"],"assignee":"ann","created_at":"2026-01-05T10:00:00Z","notes":"one","comments":[{"author":"bob","text":"two"}]}"#,
    "\n",
    r#"{"id":"bd-2","title":"Docs","status":"closed","priority":2,"issue_type":"chore","created_at":"2026-01-06T10:00:00Z","closed_at":"2026-01-07T10:00:00Z","close_reason":"done","dependencies":[{"issue_id":"bd-2","depends_on_id":"bd-1","type":"related"}]}"#,
    "\n",
    r#"{"_type":"memory","key":"k","value":"v"}"#,
    "\n",
);

#[test]
fn issues_of_beads_keep_their_kind_labels_and_times() {
    let repo = start();
    repo.write("issues.jsonl", ISSUES);
    let answer = repo.agent(&["plan", "import", "issues.jsonl", "--json"]).json();
    assert_eq!(answer["left"][0]["what"], "an entry that is not an issue is skipped");
    let fields = |text: &str| -> Vec<Value> {
        let issue = |line: &str| serde_json::from_str::<Value>(line).unwrap();
        let keys = ["id", "issue_type", "labels", "assignee", "created_at", "closed_at", "dependencies"];
        let mut rows: Vec<Value> = text
            .lines()
            .map(issue)
            .filter(|issue| issue["id"].is_string())
            .map(|issue| keys.iter().map(|key| issue[*key].clone()).collect())
            .collect();
        rows.sort_by_key(ToString::to_string);
        rows
    };
    let first = export(&repo, "beads");
    assert_eq!(fields(&first), fields(ISSUES));
    // Round and round, here and into another repository: nothing is said twice.
    let other = start();
    other.write("issues.jsonl", &first);
    other.agent(&["plan", "import", "issues.jsonl"]).success();
    assert_eq!(fields(&export(&other, "beads")), fields(ISSUES));
    let notes = task(&other, "bd-1")["notes"].as_array().unwrap().len();
    for _ in 0..3 {
        let text = export(&other, "beads");
        other.write("issues.jsonl", &text);
        assert_eq!(other.agent(&["plan", "import", "issues.jsonl", "--json"]).json()["commit"], Value::Null);
    }
    assert_eq!(task(&other, "bd-1")["notes"].as_array().unwrap().len(), notes);
    // A remark that was added with the other tool is added here, and only that.
    let more = export(&other, "beads").replace("one\\n\\nbob: two", "one\\n\\nbob: two\\n\\nthree");
    other.write("issues.jsonl", &more);
    let changed = other.agent(&["plan", "import", "issues.jsonl", "--json"]).json();
    assert_eq!(changed["changed"][0]["changes"], json!([{"field": "notes", "before": "", "after": "three"}]));
}

#[test]
fn a_finished_category_is_finished_elsewhere_too() {
    let repo = start();
    repo.write("plan.md", "## Chat\n- [x] New `chat-1`\n- [x] Rename `chat-2`\n\n## Style\n- [ ] Phone `style-1`\n");
    repo.agent(&["plan", "import", "plan.md"]).success();
    let other = start();
    other.write("feature_list.json", export(&repo, "feature-list"));
    other.agent(&["plan", "import", "feature_list.json"]).success();
    assert_eq!(task(&other, "chat")["status"], "completed");
    assert_eq!(task(&other, "style")["status"], "pending");
}
