//! `git agent blame`: commits are those of `git blame`, tasks those of the commits.

use std::{collections::BTreeMap, os::unix::ffi::OsStrExt as _};

use git_agent::domain::event::{Link, Payload};
use serde_json::Value;

use crate::support::{
    TestRepo,
    ledger::{Ledger, Random, task_id},
    on_one_git,
};

/// What stock git says of each line: commit, number and path there, text.
fn stock(repo: &TestRepo, words: &[&str]) -> Vec<(String, usize, String, Vec<u8>)> {
    let raw = repo.run("git").args(["blame", "--line-porcelain"]).args(words).run().success().raw;
    let mut lines = Vec::new();
    let mut head = None;
    let mut path = String::new();
    for line in raw.split(|byte| *byte == b'\n') {
        if let Some(text) = line.strip_prefix(b"\t") {
            let (commit, number): (String, usize) = head.take().unwrap();
            lines.push((commit, number, path.clone(), text.to_vec()));
            continue;
        }
        let words: Vec<String> = String::from_utf8_lossy(line).split(' ').map(str::to_owned).collect();
        match words.as_slice() {
            [id, number, ..] if head.is_none() && id.len() >= 40 => head = Some((id.clone(), number.parse().unwrap())),
            [key, ..] if key == "filename" => path = words[1..].join(" "),
            _ => {}
        }
    }
    lines
}

fn blame(repo: &TestRepo, words: &[&str]) -> Value {
    repo.run("git-agent").args(["blame", "--json"]).args(words).run().json()
}

fn text(line: &Value) -> Vec<u8> {
    match line["text"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => {
            let hex = line["text_hex"].as_str().unwrap();
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
        }
    }
}

/// For each commit on the history of `tip` its tasks with their numbers, found by stock git and exact trailers.
fn tasks(repo: &TestRepo, tip: &str) -> BTreeMap<String, Vec<(String, u64)>> {
    let raw = repo.git(&["log", "--topo-order", "--reverse", "-z", "--format=%H%x00%B", tip]).success().raw;
    let text = String::from_utf8_lossy(&raw).into_owned();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut found: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    let mut fields = text.split('\0');
    while let (Some(commit), Some(message)) = (fields.next(), fields.next()) {
        for id in message.lines().filter_map(|line| line.strip_prefix("Task-Id: ")) {
            let count = counts.entry(id.to_owned()).or_default();
            *count += 1;
            found.entry(commit.to_owned()).or_default().push((id.to_owned(), *count));
        }
    }
    found
}

/// A history of edits, moves between files, renames and merges, each commit of a task, of two, or of none.
fn random_history(repo: &TestRepo, seed: u64) {
    let mut random = Random::new(seed);
    for id in ["t-0", "t-1", "t-2"] {
        repo.agent(&["add", "Work", "--id", id, "-q"]).success();
    }
    let mut lines: Vec<String> = (0..30).map(|at| format!("line {at} of the beginning")).collect();
    let mut file = "a".to_owned();
    for step in 0..25 {
        for _ in 0..1 + random.below(4) {
            let at = random.below(lines.len());
            match random.below(5) {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, format!("new in {step}, {at}\r")),
                2 => lines[at] = format!("  {}", lines[at]),
                3 => {
                    let moved: Vec<String> = lines.drain(at..(at + 4).min(lines.len())).collect();
                    let to = random.below(lines.len().max(1));
                    lines.splice(to..to, moved);
                }
                _ => lines[at] = format!("changed in {step}, {at}"),
            }
        }
        if step > 0 && random.one_in(6) {
            let new = format!("dir {step}/n\u{e4}me");
            std::fs::create_dir_all(repo.path().join(format!("dir {step}"))).unwrap();
            repo.git(&["mv", &file, &new]).success();
            file = new;
        }
        repo.write(&file, lines.join("\n") + "\n");
        repo.git(&["add", "-A"]).success();
        let trailers = match random.below(4) {
            0 => String::new(),
            1 => "\n\nTask-Id: t-0\nTask-Id: t-1".to_owned(),
            n => format!("\n\nTask-Id: t-{}", n - 1),
        };
        repo.git(&["commit", "-q", "--allow-empty", "-m", &format!("step {step}{trailers}")]).success();
        if step > 0 && random.one_in(5) {
            repo.git(&["switch", "-q", "-c", &format!("side-{step}"), "HEAD~1"]).success();
            repo.git(&["commit", "-q", "--allow-empty", "-m", "aside\n\nTask-Id: t-2"]).success();
            repo.git(&["switch", "-q", "main"]).success();
            repo.git(&["merge", "-q", "--no-ff", "-m", "merge\n\nTask-Id: t-1", &format!("side-{step}")]).success();
        }
    }
    repo.git(&["mv", &file, "final"]).success();
    repo.git(&["commit", "-q", "-m", "final name\n\nTask-Id: t-1"]).success();
}

#[test]
fn lines_are_from_the_commits_that_git_blame_names() {
    let seed = std::cell::Cell::new(100);
    on_one_git(|git| {
        for _ in 0..2 {
            seed.set(seed.get() + 1);
            let repo = TestRepo::with_git(git);
            random_history(&repo, seed.get());
            repo.git(&["tag", "-a", "-m", "x", "v1", "HEAD~3"]).success();
            let known = tasks(&repo, "HEAD");
            let ours: Vec<_> = known.iter().filter(|(_, of)| of.iter().any(|(id, n)| id == "t-1" && *n == 4)).collect();
            let fourth = ours[0].0.as_str();
            for (words, same) in [
                (&["final"][..], None),
                (&["-M", "-C", "-C", "--", "final"], None),
                (&["-w", "-L", "3,+9", "final"], None),
                (&["-L", "/of the/,+2", "HEAD", "--", "final"], None),
                (&["--ignore-rev", "t-1@4", "final"], Some(["--ignore-rev", fourth, "final"])),
                (&["--ignore-rev=t-1@4", "HEAD", "final"], Some(["--ignore-rev", fourth, "final"])),
                (&["t-1@4..", "--", "final"], Some(["--", "final", fourth])),
                (&["t-1@last", "final"], None),
                (&["--since=2026-01-02T03:04:50Z", "v1..HEAD", "final"], None),
            ] {
                let stock = match (words, same) {
                    (["t-1@4..", ..], _) => stock(&repo, &[&format!("{fourth}.."), "--", "final"]),
                    (["t-1@last", ..], _) => stock(&repo, &["HEAD", "final"]),
                    (_, Some(same)) => stock(&repo, &same),
                    (words, None) => stock(&repo, words),
                };
                let answer = blame(&repo, words);
                let lines = answer["lines"].as_array().unwrap();
                assert_eq!(lines.len(), stock.len(), "{words:?} with {git}");
                for (line, (commit, number, path, bytes)) in lines.iter().zip(&stock) {
                    assert_eq!(line["commit"], commit.as_str(), "{words:?}: {line}");
                    assert_eq!((&line["original_line"], &text(line)), (&(*number).into(), bytes), "{words:?}: {line}");
                    if !path.starts_with('"') {
                        assert_eq!(line["original_path"], path.as_str(), "{words:?}");
                    } else {
                        assert!(line["original_path"].as_str().unwrap().ends_with("/n\u{e4}me"), "{line}");
                    }
                    let of = known.get(commit).cloned().unwrap_or_default();
                    let found: Vec<(String, u64)> = line["tasks"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .zip(line["numbers"].as_array().unwrap())
                        .map(|(id, number)| (id.as_str().unwrap().to_owned(), number.as_u64().unwrap()))
                        .collect();
                    assert_eq!(found, of, "{words:?} {commit} with {git}");
                }
            }
        }
    });
}

/// A file with a line of no task, of one, of another, of both, and one that is not committed.
fn small(repo: &TestRepo) {
    repo.agent(&["add", "The first", "--id", "t-1", "-q"]).success();
    repo.agent(&["add", "The second", "--id", "t-2", "-q"]).success();
    repo.commit_file("f", "nobody\n", "first");
    repo.commit_file("f", "nobody\none\none more\n", "one\n\nTask-Id: t-1");
    repo.commit_file("f", "nobody\none\none more\n\ttwo\n", "two\n\nTask-Id: t-2");
    repo.commit_file("f", "nobody\none\none more\n\ttwo\nboth\n", "both\n\nTask-Id: t-1\nTask-Id: t-2");
    repo.write("f", "nobody\none\none more\n\ttwo\nboth\nnew\n");
    // Ages that do not tell how quick the machine is.
    repo.advance(300_000);
}

#[test]
fn lists() {
    let repo = TestRepo::new();
    small(&repo);
    insta::assert_snapshot!(repo.agent(&["blame", "f"]), @r"
    ^b82fc5b -             A U Thor 3 days ago 1 nobody
    3f69ea0  t-1@1         A U Thor 3 days ago 2 one
    3f69ea0  t-1@1         A U Thor 3 days ago 3 one more
    6b7bf4b  t-2@1         A U Thor 3 days ago 4 	two
    a2589dd  t-1,t-2       A U Thor 3 days ago 5 both
    -------  not committed                     6 new
    ");
    repo.agent(&["start", "t-2", "-q"]).success();
    insta::assert_snapshot!(repo.agent(&["blame", "-L5,6", "f"]), @r"
    a2589dd t-1,t-2 A U Thor 3 days ago 5 both
    ------- (t-2)                       6 new
    ");
    insta::assert_snapshot!(repo.agent(&["blame", "--summary", "f"]), @r"
    t-1    3 lines   50 %  2 commits  The first
    t-2    2 lines   33 %  2 commits  The second
    -      1 line    16 %  1 commit
    (t-2)  1 line    16 %  not committed  The second
    ");
    insta::assert_snapshot!(repo.agent(&["blame", "t-1@1", "f"]), @r"
    ^b82fc5b -     A U Thor 3 days ago 1 nobody
    3f69ea0  t-1@1 A U Thor 3 days ago 2 one
    3f69ea0  t-1@1 A U Thor 3 days ago 3 one more
    ");
    let colored = repo.agent(&["blame", "-L2,3", "--color=always", "f"]).success().stdout;
    assert!(colored.lines().next().unwrap().contains("\u{1b}[35mt-1@1"), "{colored:?}");
    assert!(colored.lines().nth(1).unwrap().contains("\u{1b}[2mt-1@1"), "what is the same is faint: {colored:?}");
    repo.commit_file("dir/g", "x\n", "g");
    assert_eq!(repo.at("dir").agent(&["blame", "g"]).success().stdout.lines().count(), 1);
}

#[test]
fn for_programs() {
    let repo = TestRepo::new();
    small(&repo);
    repo.agent(&["start", "t-2", "-q"]).success();
    let answer = blame(&repo, &["f"]);
    assert_eq!((&answer["tip"], &answer["lower_bound"]), (&repo.head().into(), &false.into()));
    let line = |at: usize| answer["lines"][at].clone();
    assert_eq!(
        (&line(0)["tasks"], &line(0)["number"], &line(0)["boundary"]),
        (&serde_json::json!([]), &Value::Null, &true.into())
    );
    assert_eq!((&line(1)["number"], &line(1)["author"]), (&1.into(), &"A U Thor <author@example.com>".into()));
    assert_eq!(
        line(1)["at"],
        repo.git(&["log", "-1", "--format=%ad", "--date=format-local:%Y-%m-%dT%H:%M:%S.000Z", "HEAD~2"]).text()
    );
    assert_eq!(
        (&line(4)["tasks"], &line(4)["numbers"]),
        (&serde_json::json!(["t-1", "t-2"]), &serde_json::json!([2, 2]))
    );
    let open = line(5);
    assert_eq!(
        (&open["commit"], &open["author"], &open["tasks"]),
        (&Value::Null, &Value::Null, &serde_json::json!(["t-2"]))
    );
    let summary = repo.agent(&["blame", "--summary", "--json", "f"]).json();
    assert_eq!(summary.get("lines"), None);
    assert_eq!(summary["summary"], answer["summary"]);
    assert_eq!(summary["summary"][0], serde_json::json!({"task": "t-1", "committed": true, "lines": 3, "commits": 2}));
}

#[test]
fn linked_commits_ids_of_others_and_bytes_of_any_kind() {
    let repo = TestRepo::new();
    repo.agent(&["add", "Work", "--id", "t-1", "-q"]).success();
    repo.write("odd\n\u{e4}", b"latin \xe9\r\nred \x1b[31m\ttab\n");
    repo.git(&["add", "-A"]).success();
    repo.git(&["commit", "-q", "-m", "says nothing"]).success();
    let link = Link { commit: repo.head(), by: "tree".into() };
    Ledger::of(&repo, "me").write(vec![(task_id("t-1"), Payload::Link(link))]);
    let lines = blame(&repo, &["odd\n\u{e4}"])["lines"].clone();
    assert_eq!((&lines[0]["tasks"][0], &lines[0]["number"]), (&"t-1".into(), &1.into()));
    assert_eq!(
        (&lines[0]["text_hex"], &lines[0]["original_path"]),
        (&"6c6174696e20e90d".into(), &"odd\n\u{e4}".into())
    );
    assert_eq!(lines[1]["text"], "red \u{1b}[31m\ttab");
    let shown = repo.agent(&["blame", "odd\n\u{e4}"]).success().stdout;
    assert!(shown.contains("latin \u{fffd}\n") && shown.contains("red \\u{1b}[31m\ttab\n"), "{shown}");
    // Another team's trailers, whose ids the ledger does not know.
    repo.git(&["config", "agent.trailerKey", "Bug"]).success();
    repo.commit_file("f", "x\n", "b\n\nBug: b/45");
    repo.commit_file("f", "x\ny\n", "b\n\nBug: b/45");
    let lines = blame(&repo, &["f"])["lines"].clone();
    assert_eq!((&lines[1]["tasks"][0], &lines[1]["number"]), (&"b/45".into(), &2.into()));
}

#[test]
fn names_that_git_quotes_are_read_as_they_are() {
    let every: Vec<u8> = (1..=255).filter(|byte| *byte != b'/').collect();
    let repo = TestRepo::new();
    let names = [every.as_slice(), b"\"", b"\"quoted\"", b"\\", b"a b\\", b"\\101", b"plain"];
    for (at, name) in names.into_iter().enumerate() {
        let renamed = format!("renamed {at}");
        let file = repo.path().join(std::ffi::OsStr::from_bytes(name));
        std::fs::write(&file, format!("{name:?}\n")).unwrap();
        repo.git(&["add", "-A"]).success();
        repo.git(&["commit", "-q", "-m", "odd"]).success();
        std::fs::rename(&file, repo.path().join(&renamed)).unwrap();
        repo.git(&["add", "-A"]).success();
        repo.git(&["commit", "-q", "-m", "renamed"]).success();
        for setting in ["true", "false"] {
            repo.git(&["config", "core.quotePath", setting]).success();
            let line = blame(&repo, &[&renamed])["lines"][0].clone();
            let hex: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
            let path = line["original_path"].as_str().map(str::as_bytes);
            assert!(path == Some(name) || line["original_path_hex"] == hex, "{}: {line}", name.escape_ascii());
        }
    }
}

#[test]
fn a_shallow_clone_says_where_it_ends() {
    let repo = TestRepo::new();
    small(&repo);
    let source = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth=2", &source, "../shallow"]).success();
    let shallow = repo.at(repo.tmp().join("shallow"));
    let answer = blame(&shallow, &["f"]);
    assert_eq!((&answer["lower_bound"], &answer["lines"][0]["boundary"]), (&true.into(), &true.into()));
    // The commits know their tasks without the notes, too.
    assert_eq!(answer["lines"][4]["tasks"], serde_json::json!(["t-1", "t-2"]));
    let shown = shallow.agent(&["blame", "f"]).success();
    assert!(shown.stdout.starts_with('^') && shown.stderr.contains("shallow"), "{shown}");
}

#[test]
fn what_it_does_not_take() {
    let repo = TestRepo::new();
    small(&repo);
    insta::assert_snapshot!(repo.agent(&["blame"]), @r"
    ------- stderr -------
    error: no file is named
    hint: git agent blame [<options of git blame>] [<revision>] [--] <file>
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["blame", "--porcelain", "f"]), @r"
    ------- stderr -------
    error: 'git agent blame' does not support '--porcelain'
    hint: it supports the default format, --summary and --json; for others, use 'git blame'
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["blame", "--increm", "f"]), @r"
    ------- stderr -------
    error: an option selects an output format that 'git agent blame' cannot read
    hint: it supports the default format, --summary and --json; for others, use 'git blame'
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["blame", "nothing"]), @r"
    ------- stderr -------
    error: 'git blame' failed: no such path 'nothing' in HEAD
    hint: git agent blame [<options of git blame>] [<revision>] [--] <file>
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["blame", "t-1@9", "f"]), @r"
    ------- stderr -------
    error: t-1@9 does not exist: t-1 has 2 checkpoints on this history
    nothing was changed
    hint: t-1@2 is a2589ddca017, 3d11h ago: both
    hint: t-1@1 is 3f69ea054d98, 3d11h ago: one
    [exit code 1]
    ");
    insta::assert_snapshot!(repo.agent(&["blame", "-L99,100", "--json", "f"]), @r#"
    {"schema":1,"error":{"code":"bad-revision","message":"'git blame' failed: file f has only 6 lines","hints":["git agent blame [<options of git blame>] [<revision>] [--] <file>"],"retryable":false}}
    [exit code 2]
    "#);
}
