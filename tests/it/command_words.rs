//! Words of other tools as commands: accepted, or answered with the command that they are here.

use std::path::Path;

use git_agent::cli::words::{Here, WORDS, Word};

use crate::support::{TestRepo, golden_at};

/// The row of `entry` in docs/words.md.
fn row(entry: &Word) -> String {
    let Word { word, of, here } = entry;
    match here {
        Here::Same(command) => format!("| `{word}` | {of} | accepted | `git agent {command}` | |\n"),
        Here::With(command, option) => {
            format!("| `{word} <text>` | {of} | accepted | `git agent {command} {option} <text>` | |\n")
        }
        Here::Like(command, remark) => format!("| `{word}` | {of} | refused | `git agent {command}` | {remark} |\n"),
    }
}

#[test]
fn the_documentation_has_the_table() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/words.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let head = "| word | of | answer | here | remark |\n|---|---|---|---|---|\n";
    let (before, after) = text.split_once(head).expect("a table of words");
    let end = after.find("\n\n").map_or(after.len(), |end| end + 1);
    let rows: String = WORDS.iter().map(row).collect();
    golden_at(&file, "docs/words.md", &format!("{before}{head}{rows}{}", &after[end..]));
}

#[test]
fn a_word_that_means_the_same_is_the_command() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1\n", "first");
    assert_eq!(repo.agent(&["create", "Work", "--id", "t-1", "-q"]).text(), "t-1");
    repo.agent(&["start", "t-1", "-q"]).success();
    assert!(repo.agent(&["active"]).success().stdout.starts_with("→ t-1 Work"));
    repo.agent(&["stop", "t-1", "-q"]).success();
    assert_eq!(repo.agent(&["st", "--json"]).raw, repo.agent(&["status", "--json"]).raw);
    repo.agent(&["start", "t-1", "-q"]).success();
    repo.agent(&["--json", "close", "t-1"]).success();
    let found = repo.agent(&["search", "WORK", "--json"]).json();
    assert_eq!((&found["tasks"][0]["id"], &found["tasks"][0]["status"]), (&"t-1".into(), &"completed".into()));
    assert_eq!(repo.agent(&["version"]).text(), repo.agent(&["--version"]).text());
    repo.agent(&["op", "log"]).success();
    let plan = repo.agent(&["export", "--format", "json"]).success().stdout;
    assert_eq!(repo.agent(&["plan", "export", "--format", "json"]).stdout, plan);
    repo.run("git-agent").args(["import", "-"]).stdin("- [ ] Other\n").run().success();
}

#[test]
fn any_other_word_is_answered_with_the_command() {
    let repo = TestRepo::new();
    repo.agent(&["add", "Work", "--id", "t-1", "-q"]).success();
    insta::assert_snapshot!(repo.agent(&["delete", "t-1"]), @r"
    ------- stderr -------
    error: 'delete' is not a git-agent command; the equivalent is 'git agent cancel <task>'
    hint: nothing is deleted; a cancelled task can be reopened
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["sttus"]), @r"
    ------- stderr -------
    error: 'sttus' is not a git-agent command
    hint: did you mean 'git agent status'?
    hint: 'git agent --help' lists the commands
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["undone", "t-1"]), @r"
    ------- stderr -------
    error: 'undone' is not a git-agent command
    hint: 'git agent --help' lists the commands
    [exit code 2]
    ");
    let answer = repo.run("git-agent").args(["--json", "commit", "-m", "x"]).run().exits(2);
    let answer: serde_json::Value = serde_json::from_slice(&answer.raw).unwrap();
    assert_eq!(answer["error"]["code"], "usage");
    assert!(answer["error"]["message"].as_str().unwrap().contains("'git agent checkpoint'"), "{answer}");
    for entry in WORDS.iter().filter(|entry| matches!(entry.here, Here::Like(..))) {
        let words: Vec<&str> = entry.word.split(' ').collect();
        let output = repo.agent(&words).exits(2);
        assert!(output.stderr.contains("; the equivalent is 'git agent "), "{output}");
    }
    assert_eq!(repo.agent(&["show", "t-1", "--json"]).json()["task"]["status"], "pending");
}
