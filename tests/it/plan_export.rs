//! `plan export`: golden files, and back again.

use crate::support::{TestRepo, golden, golden_file};

/// `text` with `<time>` for every time.
fn without_times(text: &str) -> String {
    let mut out = text.to_owned();
    while let Some(at) = out.find("\"2026-01-02T") {
        out.replace_range(at + 1..at + 25, "<time>");
    }
    out
}

/// A repository with the plan that is in `source.toml`.
fn start() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file("a.txt", "one\n", "first");
    repo.write("source.toml", std::fs::read_to_string(golden_file("plan/source.toml")).unwrap());
    repo.agent(&["plan", "import", "source.toml"]).success();
    repo
}

fn export(repo: &TestRepo, format: &str) -> String {
    repo.agent(&["plan", "export", "--format", format]).success().stdout
}

const FORMATS: [(&str, &str); 6] = [
    ("toml", "export.toml"),
    ("json", "export.json"),
    ("features", "export.features.json"),
    ("feature-list", "export.feature_list.json"),
    ("markdown", "export.md"),
    ("beads", "export.jsonl"),
];

#[test]
fn every_format_looks_like_its_golden_file() {
    let repo = start();
    for (format, name) in FORMATS {
        golden(&format!("plan/{name}"), &without_times(&export(&repo, format)));
    }
}

#[test]
fn what_is_exported_can_be_imported_and_is_what_is_there() {
    let repo = start();
    for (format, _) in FORMATS {
        let text = export(&repo, format);
        let import = ["agent", "plan", "import", "-", "--json", "--format", format];
        let answer = repo.run("git").args(import).stdin(text).run().json();
        assert_eq!(answer["added"], serde_json::json!([]), "{format}");
        assert_eq!(answer["changed"], serde_json::json!([]), "{format}");
        assert_eq!(answer["kept"], serde_json::json!([]), "{format}");
        assert_eq!(answer["left"], serde_json::json!([]), "{format}");
    }
}

#[test]
fn our_formats_bring_everything_into_another_repository() {
    let repo = start();
    let tasks = |repo: &TestRepo| {
        let list = repo.agent(&["list", "--all", "--json", "--fields", "all"]).json();
        let mut tasks = list["tasks"].as_array().unwrap().clone();
        tasks.sort_by_key(|task| task["id"].as_str().unwrap().to_owned());
        let keys = [
            "id",
            "title",
            "description",
            "status",
            "priority",
            "after",
            "parent",
            "files",
            "accept",
            "estimate_seconds",
            "result",
        ];
        let lists = [
            ("blockers", "text"),
            ("decisions", "text"),
            ("decisions", "why"),
            ("notes", "text"),
            ("failures", "reason"),
            ("failures", "kind"),
        ];
        let said = |task: &serde_json::Value| {
            let fields = keys.iter().map(|key| task[key].to_string());
            let members = lists.iter().flat_map(|(list, key)| {
                task[list].as_array().unwrap().iter().map(move |member| member[*key].to_string())
            });
            fields.chain(members).collect::<Vec<_>>().join("\n")
        };
        tasks.iter().map(said).collect::<Vec<_>>()
    };
    for format in ["toml", "json"] {
        let text = export(&repo, format);
        let other = TestRepo::new();
        other.run("git").args(["agent", "plan", "import", "-"]).stdin(text.clone()).run().success();
        assert_eq!(tasks(&other), tasks(&repo), "{format}");
        assert_eq!(export(&other, format), text, "the same, byte for byte");
    }
    // What other commands print is a plan, too.
    let other = TestRepo::new();
    let list = repo.agent(&["list", "--all", "--json"]).success().stdout;
    other.run("git").args(["agent", "plan", "import", "-"]).stdin(list).run().success();
    assert_eq!(tasks(&other), tasks(&repo));
}

#[test]
fn a_checklist_brings_its_tasks_into_another_repository() {
    let repo = start();
    let text = export(&repo, "markdown");
    let other = TestRepo::new();
    other.run("git").args(["agent", "plan", "import", "-"]).stdin(text.clone()).run().success();
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&export(&other, "markdown")), sorted(&text));
}

#[test]
fn parts_of_the_tasks_can_be_asked_for() {
    let repo = start();
    let ids = |args: &[&str]| -> Vec<String> {
        let json = repo.agent(&[&["plan", "export", "--json"], args].concat()).json();
        json["tasks"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["--feature", "login"]), ["login", "login.form", "login.session", "login.session.cookie"]);
    assert_eq!(ids(&["--parent", "login", "--status", "in-progress,completed"]), ["login.form", "login.session"]);
    let part = repo.agent(&["plan", "export", "--parent", "login.session"]).success();
    assert!(part.stderr.contains("warning: 2 tasks of this plan name tasks that are not in it"), "{part}");
    // Here, they are there.
    let import = ["agent", "plan", "import", "-", "--json"];
    assert_eq!(repo.run("git").args(import).stdin(part.stdout).run().json()["unchanged"], 2);
}

#[test]
fn an_export_into_a_file_is_written_as_its_name_says() {
    let repo = start();
    for (file, begins) in [("p.toml", "# A plan"), ("p.json", "{"), ("p.md", "- ["), ("p.jsonl", "{\"id\"")] {
        repo.agent(&["plan", "export", "--output", file]).success();
        assert!(repo.read(file).starts_with(begins), "{file}");
    }
    insta::assert_snapshot!(repo.agent(&["plan", "export", "-o", "x.txt", "--json"]), @r#"{"schema":1,"output":"x.txt","format":"toml","exported":7}"#);
    let refused = repo.agent(&["plan", "export", "--json", "--format", "toml"]).exits(2);
    assert!(refused.stdout.contains("\"bad-format\""), "{refused}");
    insta::assert_snapshot!(repo.agent(&["plan", "export", "--format", "yaml"]), @r"
    ------- stderr -------
    error: unknown plan format 'yaml'
    hint: the formats are toml, json, markdown, feature-list, features, beads
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["plan", "export", "--format", "todo"]), @r"
    ------- stderr -------
    error: plan format todo can only be read, not written
    hint: the formats are toml, json, markdown, feature-list, features, beads
    [exit code 2]
    ");
}

#[test]
fn an_empty_ledger_is_an_empty_plan() {
    let repo = TestRepo::new();
    for (format, _) in FORMATS {
        let text = export(&repo, format);
        let import = ["agent", "plan", "import", "-", "--format", format];
        let answer = repo.run("git").args(import).stdin(text).run().success();
        assert_eq!(answer.stdout, "The plan is empty: nothing to do.\n", "{format}");
    }
}
