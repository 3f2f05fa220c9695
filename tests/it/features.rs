//! Features: how far they are, and which files their parts touched.

use serde_json::{Value, json};

use crate::support::{TestRepo, on_one_git};

const PLAN: &str = r#"
[[task]]
id = "login"
title = "Login"
[[task.task]]
id = "form"
title = "Form"
files = ["src/", "docs/*.md", "gone.txt"]
[[task.task]]
id = "session"
title = "Session"
blockers = ["no key"]
[[task.task.task]]
id = "cookie"
title = "Cookie"
[[task.task]]
id = "captcha"
title = "Captcha"
status = "cancelled"
[[task.task.task]]
id = "sound"
title = "Sound"
"#;

/// A repository with a feature, of which one part is done.
fn at_work(repo: &TestRepo) {
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.write("plan.toml", PLAN);
    repo.agent(&["plan", "import", "plan.toml"]).success();
    repo.commit_file("README", "one\n", "first");
    for (file, text) in [("src/form.rs", "form"), ("docs/form.md", "form"), ("odd\nname", "odd")] {
        repo.commit_file(file, text, &format!("Write {}\n\nTask-Id: form", file.replace('\n', " ")));
    }
    repo.agent(&["complete", "form"]).success();
}

fn work(repo: &TestRepo, id: &str) -> Value {
    repo.agent(&["show", id, "--json"]).json()["work"].clone()
}

#[test]
fn a_feature_shows_how_far_it_is_and_what_its_parts_touched() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        at_work(&repo);
        let feature = work(&repo, "login");
        assert_eq!(feature["progress"], json!({"percent": 50, "completed": 1, "total": 2, "weighted": false}));
        let ids: Vec<&str> =
            feature["parts"].as_array().unwrap().iter().map(|part| part["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["captcha", "form", "session"]);
        let form = json!({"touched": ["docs/form.md", "odd\nname", "src/form.rs"], "untouched": ["gone.txt"], "undeclared": ["odd\nname"]});
        assert_eq!(feature["parts"][1]["files"], form);
        assert_eq!(work(&repo, "form")["files"], form);
        assert_eq!(feature["parts"][2]["progress"]["percent"], 0);
        assert_eq!(feature["updated_at"], repo.agent(&["show", "form", "--json"]).json()["task"]["updated_at"]);
        // What another branch did is not of this history.
        repo.git(&["checkout", "-q", "-b", "other", "HEAD~1"]).success();
        assert_eq!(work(&repo, "form")["files"]["undeclared"], json!([]));
    });
}

#[test]
fn people_see_it_at_a_glance() {
    let repo = TestRepo::new();
    at_work(&repo);
    let page = repo.agent(&["show", "login"]).success().stdout;
    let page: String = page.lines().filter(|line| !line.contains("ago")).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!(page, @r"
    task login Login
    Status:     pending
    Not ready:  1 subtask open
    Priority:   2
    Progress:   50%, 1 of 2
    Parts:      – captcha (Captcha), 0%, 0 of 1
                ✓ form (Form)
                    src/, docs/*.md, gone.txt
                    not touched: gone.txt
                    also touched: odd\nname
                ■ session (Session), 0%, 0 of 1
    Commits:    9ca825a10aa5 5015818c032d dd483ec872df

    Blockers
    ");
    assert!(repo.agent(&["show", "login"]).success().stdout.contains("    session: b-"));
    insta::assert_snapshot!(repo.agent(&["list", "--tree"]), @r"
    ◌ login   Login  (50%, 1 subtask open)
    ■   session Session  (0%, 1 blocker open, 1 subtask open)
    ○     cookie  Cookie
    ○ sound   Sound
    ");
}

#[test]
fn estimates_weigh_if_every_leaf_has_one() {
    let repo = TestRepo::new();
    at_work(&repo);
    for (id, estimate) in [("form", "1h"), ("cookie", "3h")] {
        assert_eq!(work(&repo, "login")["progress"]["percent"], 50);
        repo.agent(&["edit", id, "--estimate", estimate]).success();
    }
    assert_eq!(work(&repo, "login")["progress"], json!({"percent": 25, "completed": 1, "total": 2, "weighted": true}));
    assert!(repo.agent(&["list", "--tree"]).success().stdout.contains("Login  (25%"));
    repo.agent(&["complete", "cookie"]).success();
    assert_eq!(work(&repo, "login")["progress"]["percent"], 100);
}
