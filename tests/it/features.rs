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
    ◌ sound   Sound  (is part of captcha, which is cancelled)
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

#[test]
fn what_is_below_a_cancelled_feature_is_cancelled_with_it_wherever_it_is_asked() {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    for (id, parent) in [("shop", None), ("cart", Some("shop")), ("pay", Some("cart")), ("mail", Some("shop"))] {
        let parent = parent.map_or_else(Vec::new, |parent| vec!["--parent", parent]);
        repo.agent(&[&["add", id, "--id", id, "-q"][..], &parent].concat()).success();
    }
    repo.agent(&["start", "mail", "-q"]).success();
    repo.agent(&["fail", "mail", "--reason", "no server", "-q"]).success();
    let ready = |id: &str| repo.agent(&["show", id, "--json"]).json()["task"]["ready"].clone();
    let reason = || repo.agent(&["next", "--json"]).json()["reason"].clone();
    assert_eq!((ready("pay"), reason()), (json!(true), Value::Null));

    let said = repo.agent(&["cancel", "shop"]).success().stderr;
    assert!(said.contains("Cancelled with it: cart (cart), mail (mail), pay (pay).\n"), "{said}");
    assert_eq!(repo.agent(&["status", "--json"]).json()["counts"]["cancelled"], 2);
    assert_eq!((ready("pay"), reason()), (json!(false), json!("all-blocked")));
    assert_eq!(repo.agent(&["ready", "--json"]).json()["tasks"], json!([]));
    insta::assert_snapshot!(repo.agent(&["ready", "--explain"]), @r"
    ✗ mail mail
        failed
    ◌ cart cart
        is part of shop, which is cancelled
        1 subtask open
    ◌ pay  pay
        is part of shop, which is cancelled
    ");
    for (id, hint) in [("pay", "git agent start pay --force"), ("mail", "git agent start mail --force")] {
        let refused = repo.agent(&["start", id]).exits(1).stderr;
        let why = format!("error: cannot start {id}: is part of shop, which is cancelled\n");
        assert!(refused.starts_with(&why) && refused.contains(hint), "{refused}");
        assert!(refused.contains("hint: to reopen the feature: git agent reopen shop\n"), "{refused}");
    }
    // Neither does a brief offer it.
    let brief = repo.agent(&["brief"]).success().stdout;
    assert!(!brief.contains("Ready next") && !brief.contains("start mail"), "{brief}");
    // What was done although it is cancelled is done.
    repo.agent(&["start", "pay", "--force", "-q"]).success();
    repo.agent(&["complete", "pay", "-q"]).success();
    repo.agent(&["reopen", "shop", "pay", "-q"]).success();
    assert_eq!(ready("pay"), true);
    repo.agent(&["start", "mail", "-q"]).success();
}

/// A task whose parts are all cancelled is counted itself, and they stay its parts.
#[test]
fn cancelled_parts_stay_parts() {
    let repo = TestRepo::new();
    repo.agent(&["add", "P", "--id", "p"]).success();
    repo.agent(&["add", "F", "--id", "f", "--parent", "p"]).success();
    repo.agent(&["add", "G", "--id", "g", "--parent", "f"]).success();
    repo.agent(&["cancel", "f", "--reason", "no"]).success();
    let shown = repo.agent(&["show", "p", "--json"]).json();
    assert_eq!(shown["task"]["children"], serde_json::json!(["f"]), "{shown}");
    assert_eq!(shown["work"]["parts"][0]["id"], "f", "{shown}");
    let listed = repo.agent(&["list", "--all", "--json"]).json();
    let p = listed["tasks"].as_array().unwrap().iter().find(|task| task["id"] == "p").unwrap();
    assert_eq!(p["children"], serde_json::json!(["f"]), "{listed}");
    let said = repo.agent(&["cancel", "p", "--reason", "no"]).success().stderr;
    assert!(said.contains("Cancelled with it: g (G)"), "{said}");
}
