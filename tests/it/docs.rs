//! What the documents say is so: the tour of the README runs, the formats are complete.

use std::path::Path;

use crate::support::TestRepo;

fn document(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The commands of the tour, in order, run in one repository with a remote.
#[test]
fn the_tour_of_the_readme_runs() {
    let readme = document("README.md");
    let commands: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(commands.len() > 15, "the tour has gone somewhere else");
    let repo = TestRepo::new();
    repo.git(&["init", "-q", "--bare", "../remote"]).success();
    repo.git(&["remote", "add", "origin", "../remote"]).success();
    repo.commit_file("a.txt", "one\n", "first");
    for command in commands {
        let output = repo.sh(command);
        assert_eq!(output.code, Some(0), "$ {command}\n{output}");
    }
    assert_eq!(repo.task_ids("HEAD"), ["login-form"]);
    assert_eq!(repo.task_ids("HEAD~1"), ["login-form"]);
    let task = repo.agent(&["show", "login-form", "--json"]).json()["task"].clone();
    assert_eq!((task["status"].clone(), task["verification"]["passed"].clone()), ("completed".into(), true.into()));
    repo.fsck();
}

#[test]
fn the_formats_name_every_event_kind() {
    let formats = document("docs/format.md");
    let repo = TestRepo::new();
    let capabilities = repo.agent(&["capabilities"]).json();
    for kind in capabilities["event_kinds"].as_array().unwrap() {
        let row = format!("| `{}` |", kind.as_str().unwrap());
        assert!(formats.contains(&row), "docs/format.md has no row {row}");
    }
}

#[test]
fn the_guard_names_every_command_that_it_knows() {
    let guard = document("docs/guard.md");
    for command in git_agent::shell::commands() {
        assert!(guard.contains(&format!("`{command}`")), "docs/guard.md does not name `{command}`");
    }
}

#[test]
fn the_demo_plays_to_its_end_and_leaves_its_repository() {
    let repo = TestRepo::new();
    let demo = repo.agent(&["demo", "--into", "../demo"]).success();
    assert!(demo.stdout.contains("$ git agent log"), "{demo}");
    assert!(demo.stdout.contains("**Overall**: 1/3 tasks (33%)"), "{demo}");
    assert!(demo.stdout.contains("## Continue"), "{demo}");
    // The failed verification is told as it is.
    assert!(demo.stdout.contains("nothing was changed, but the outcome is recorded"), "{demo}");
    let left = repo.at(repo.tmp().join("demo"));
    assert_eq!(left.git(&["status", "--porcelain"]).text(), "");
    assert_eq!(left.agent(&["show", "by-name", "--json"]).json()["task"]["status"], "completed");
    left.fsck();
    let again = repo.agent(&["demo", "--into", "../demo"]).exits(1);
    assert!(again.stderr.contains("not empty"), "{again}");
}
