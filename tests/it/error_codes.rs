//! The table of error codes: what `git agent schema` prints, what docs/errors.md has, and what the source uses are the same.

use std::path::Path;

use git_agent::error::{Code, codes};

use crate::support::{TestRepo, golden_at, on_one_git};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of the table in the documentation.
fn rows() -> String {
    let row = |code: &Code| format!("| `{}` | {} | {} |\n", code.word, code.kind.word(), code.meaning);
    codes::ALL.iter().map(row).collect()
}

#[test]
fn the_documentation_has_the_table() {
    let file = root().join("docs/errors.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let head = "| code | kind | meaning |\n|---|---|---|\n";
    let (before, after) = text.split_once(head).expect("a table of codes");
    let end = after.find("\n\n").map_or(after.len(), |end| end + 1);
    golden_at(&file, "docs/errors.md", &format!("{before}{head}{}{}", rows(), &after[end..]));
}

#[test]
fn the_schema_has_the_table() {
    let repo = TestRepo::new();
    let schema = repo.agent(&["schema", "--all"]).json();
    let listed = schema["errors"].as_array().expect("a list");
    assert_eq!(listed.len(), codes::ALL.len());
    for (row, code) in listed.iter().zip(codes::ALL) {
        assert_eq!(row["code"], code.word);
        assert_eq!(row["kind"], code.kind.word());
        assert_eq!(row["exit"], code.kind.exit_code());
        assert_eq!(row["retryable"], code.kind.is_retryable());
        assert_eq!(row["meaning"], code.meaning);
    }
    assert_eq!(repo.agent(&["schema", "error"]).json()["errors"], schema["errors"]);
    assert!(repo.agent(&["schema", "list"]).json().get("errors").is_none());
}

#[test]
fn every_code_is_used() {
    let mut open = vec![root().join("src")];
    let mut source = String::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if !path.ends_with("error/codes.rs") {
            source.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    for code in codes::ALL {
        let name = format!("codes::{}", code.word.to_uppercase().replace('-', "_"));
        let is_used = source.match_indices(&name).any(|(at, _)| {
            !source[at + name.len()..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
        });
        assert!(is_used, "nothing fails with '{}'", code.word);
    }
}

#[test]
fn an_operation_of_git_in_progress_is_the_same_refusal_everywhere() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.commit_file("a", "0\n", "base");
        repo.agent(&["add", "--id", "t", "Task"]).success();
        repo.agent(&["start", "t"]).success();
        for content in ["1\n", "2\n"] {
            repo.write("a", content);
            repo.agent(&["checkpoint"]).success();
        }
        repo.agent(&["rollback", "t@1"]).success();
        let snapshot = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
        repo.sh("git switch -qc side HEAD~1; echo side >a; git commit -qam side; git switch -q main").success();
        for stop in ["merge", "rebase"] {
            repo.git(&[stop, "side"]).failure();
            let commands: [&[&str]; 5] = [
                &["checkpoint"],
                &["rollback", "t@1"],
                &["squash", "t"],
                &["undo"],
                &["snapshot", "restore", &snapshot],
            ];
            for words in commands {
                let answer = repo.run("git-agent").args(words).args(["--json"]).run().exits(1);
                let answer: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
                let error = &answer["error"];
                assert_eq!(error["code"], "operation-in-progress", "{stop}, {words:?}");
                assert_eq!(error["retryable"], false, "{stop}, {words:?}");
            }
            repo.git(&[stop, "--abort"]).success();
        }
    });
}
