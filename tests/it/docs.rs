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

/// `module::test`, `module::*` and, next to one of them, `test` in docs/security.md are tests that exist.
#[test]
fn the_tests_that_the_claims_about_security_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let security = document("docs/security.md");
    let is_name = |word: &str| {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | ':' | '*');
        word.chars().all(is_word) && (word.contains("::") || word.matches('_').count() > 3)
    };
    let sources = |dir: &Path, module: &str| {
        let mut text = std::fs::read_to_string(dir.join(format!("{module}.rs"))).unwrap_or_default();
        for entry in std::fs::read_dir(dir.join(module)).into_iter().flatten().flatten() {
            text += &std::fs::read_to_string(entry.path()).unwrap_or_default();
        }
        text
    };
    let (mut named, mut module) = (0, String::new());
    for word in security.split('`').skip(1).step_by(2).filter(|word| is_name(word)) {
        named += 1;
        let (of, test) = word.split_once("::").unwrap_or((&module, word));
        let text = match of {
            "git" => sources(&root.join("src/git"), test) + &sources(&root.join("src/git/objects"), test),
            _ => sources(&root.join("tests/it"), of),
        };
        assert!(text.contains("#[test]"), "`{word}`: there are no tests in {of}");
        assert!(of == "git" || test == "*" || text.contains(&format!("fn {test}(")), "`{word}` is no test");
        module = of.to_owned();
    }
    assert!(named > 40, "the names are written in another way: {named}");
}
