//! `graph`: what comes after what.

use crate::support::TestRepo;

fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    let add = |title: &str, id: &str, more: &[&str]| {
        repo.agent(&[&["add", title, "--id", id, "-q"], more].concat()).success();
    };
    add("Sign in", "auth", &[]);
    add("Log in with a form", "login", &["--parent", "auth"]);
    add("Make a word list", "words", &["--parent", "auth"]);
    add("Check passwords", "check", &["--parent", "auth", "--after", "login", "--after", "words"]);
    add("Reset by mail", "reset", &["--after", "check"]);
    add("Ship it", "ship", &["--after", "auth", "--after", "reset"]);
    add("Old", "old", &[]);
    repo.agent(&["complete", "old", "-q"]).success();
    repo.agent(&["complete", "login", "-q"]).success();
    repo.agent(&["start", "words", "-q"]).success();
    repo.agent(&["block", "reset", "--on", "no mail server", "-q"]).success();
    repo
}

#[test]
fn layers_in_the_terminal() {
    let repo = repo();
    insta::assert_snapshot!(repo.agent(&["graph"]).success(), @r"
    1 ✓ login Log in with a form
      → words Make a word list

    2 ◌ check Check passwords  (after login, words)

    3 ◌ auth  Sign in  (consists of login, words, check)
      ■ reset Reset by mail  (after check, 1 blocker open)

    4 ◌ ship  Ship it  (after auth, reset)

    ✓ completed  → in progress  ◌ waiting  ■ blocked
    ");
    insta::assert_snapshot!(repo.agent(&["graph", "--all", "--parent", "auth"]).success().stdout, @r"
    1 ✓ login Log in with a form
      → words Make a word list

    2 ◌ check Check passwords  (after login, words)

    ✓ completed  → in progress  ◌ waiting
    ");
    assert!(repo.agent(&["graph", "--all"]).success().stdout.contains("old"));
}

#[test]
fn for_other_programs() {
    let repo = repo();
    insta::assert_snapshot!(repo.agent(&["graph", "--format", "dot"]).success().stdout, @r##"
    digraph tasks {
      rankdir=LR;
      node [shape=box, style="rounded,filled", fontname="sans-serif"];
      edge [color="#818b98"];
      "auth" [label="◌ Sign in\nauth", color="#59636e", fillcolor="#f6f8fa"];
      "reset" [label="■ Reset by mail\nreset", color="#9a6700", fillcolor="#fff8c5"];
      "ship" [label="◌ Ship it\nship", color="#59636e", fillcolor="#f6f8fa"];
      subgraph "cluster_auth" {
        label="Sign in";
        color="#d1d9e0";
        "login" [label="✓ Log in with a form\nlogin", color="#1a7f37", fillcolor="#dafbe1"];
        "words" [label="→ Make a word list\nwords", color="#0969da", fillcolor="#ddf4ff"];
        "check" [label="◌ Check passwords\ncheck", color="#59636e", fillcolor="#f6f8fa"];
      }
      "login" -> "auth" [style=dashed];
      "words" -> "auth" [style=dashed];
      "login" -> "check";
      "words" -> "check";
      "check" -> "auth" [style=dashed];
      "check" -> "reset";
      "auth" -> "ship";
      "reset" -> "ship";
    }
    "##);
    insta::assert_snapshot!(repo.agent(&["graph", "--format", "mermaid"]).success().stdout, @r#"
    flowchart LR
      n0["◌ Sign in<br>auth"]:::wait
      n4["■ Reset by mail<br>reset"]:::block
      n5["◌ Ship it<br>ship"]:::wait
      subgraph f1 ["Sign in"]
        n1["✓ Log in with a form<br>login"]:::done
        n2["→ Make a word list<br>words"]:::busy
        n3["◌ Check passwords<br>check"]:::wait
      end
      n1 -.-> n0
      n2 -.-> n0
      n1 --> n3
      n2 --> n3
      n3 -.-> n0
      n3 --> n4
      n0 --> n5
      n4 --> n5
      classDef done stroke:#1a7f37
      classDef busy stroke:#0969da,stroke-width:2px
      classDef ready stroke:#6639ba
      classDef wait stroke:#818b98,stroke-dasharray:4 3
      classDef block stroke:#9a6700,stroke-width:2px
      classDef bad stroke:#cf222e,stroke-width:2px
    "#);
    let svg = repo.agent(&["graph", "--format", "svg"]).success().stdout;
    assert!(svg.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\""));
    assert_eq!((svg.matches("<rect").count(), svg.matches("class=\"edge").count()), (6, 8));
    let json = repo.agent(&["graph", "--json"]).success().json();
    assert_eq!(json["edges"][0], serde_json::json!({"from": "login", "to": "auth", "kind": "part"}));
    let layers: Vec<_> =
        json["nodes"].as_array().unwrap().iter().map(|node| format!("{} {}", node["id"], node["layer"])).collect();
    insta::assert_snapshot!(layers.join("; "), @r#"
    "auth" 2; "login" 0; "words" 0; "check" 1; "reset" 2; "ship" 3
    "#);
    let both = repo.agent(&["graph", "--format", "dot", "--json"]).success().json();
    assert!(both["text"].as_str().unwrap().starts_with("digraph"));
}

#[test]
fn nothing_to_draw_is_said() {
    let repo = TestRepo::new();
    insta::assert_snapshot!(repo.agent(&["graph"]).success(), @r"
    ------- stderr -------
    There are no tasks.
    hint: 'git agent add <title>' creates one
    ");
    repo.agent(&["add", "x", "--id", "x", "-q"]).success();
    repo.agent(&["complete", "x", "-q"]).success();
    insta::assert_snapshot!(repo.agent(&["graph"]).success(), @r"
    ------- stderr -------
    No task is open; 'git agent graph --all' shows every task.
    ");
    insta::assert_snapshot!(repo.agent(&["graph", "--parent", "y"]).exits(2), @r"
    ------- stderr -------
    error: task 'y' does not exist
    hint: did you mean x?
    [exit code 2]
    ");
}

/// Two clones made a cycle that neither could have made alone.
#[test]
fn cycles_are_shown() {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a", "1", "first");
    for id in ["a", "b", "c"] {
        repo.agent(&["add", &format!("Task {id}"), "--id", id, "-q"]).success();
    }
    repo.git(&["init", "-q", "--bare", "../remote"]).success();
    repo.git(&["remote", "add", "origin", "../remote"]).success();
    repo.git(&["push", "-q", "origin", "main"]).success();
    repo.agent(&["sync", "origin", "-q"]).success();
    let other = repo.clone_to("other");
    other.git(&["remote", "set-url", "origin", "../remote"]).success();
    other.agent(&["sync", "origin", "-q"]).success();
    repo.agent(&["dep", "add", "a", "--after", "b", "-q"]).success();
    other.agent(&["dep", "add", "b", "--after", "a", "-q"]).success();
    other.agent(&["sync", "origin", "-q"]).success();
    repo.agent(&["sync", "origin", "-q"]).success();
    repo.agent(&["dep", "add", "c", "--after", "b", "-q"]).success();
    insta::assert_snapshot!(repo.agent(&["graph"]).success().stdout, @r"
    1 ◌ a Task a  (after b)

    2 ◌ b Task b  (after a)

    3 ◌ c Task c  (after b)

    Dependency cycle: a → b → a

    ◌ waiting
    ");
    assert_eq!(repo.agent(&["graph", "--json"]).json()["cycles"].as_array().unwrap().len(), 1);
    let svg = repo.agent(&["graph", "--format", "svg"]).success().stdout;
    assert_eq!(svg.matches("class=\"edge back\"").count(), 1);
    assert!(repo.agent(&["report"]).success().stdout.contains("in a dependency cycle: a → b → a"));
}
