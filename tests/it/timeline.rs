//! The snapshots of a session as a timeline: listed, shown, compared, gone back to.

use serde_json::{Value, json};

use crate::host_event::{send, with_tasks};
use crate::support::{Output, TestRepo, Whole, round_trip, same};

/// A repository in which each edit of a session is saved at once; `a` is active.
fn in_a_session() -> TestRepo {
    let repo = with_tasks();
    repo.git(&["config", "agent.snapshotEvery", "0"]).success();
    repo.agent(&["start", "a"]).success();
    send(&repo, "claude", "session-start", json!({"source": "startup"}));
    repo
}

/// The agent writes `content` to `file`; answers the id of the newest snapshot.
fn edit(repo: &TestRepo, file: &str, content: &str) -> String {
    repo.write(file, content);
    repo.advance(5);
    let call =
        json!({"tool_name": "Write", "tool_input": {"file_path": file}, "tool_use_id": format!("{file} {content}")});
    send(repo, "claude", "post-tool", call);
    entries(repo, &["-n", "1"])[0]["id"].as_str().unwrap().to_owned()
}

/// The entries of `git agent log --snapshots`.
fn entries(repo: &TestRepo, more: &[&str]) -> Vec<Value> {
    let answer = repo.agent(&[&["log", "--snapshots", "--json"], more].concat()).json();
    answer["entries"].as_array().unwrap().clone()
}

fn refused(output: Output, exit: i32, code: &str) -> Value {
    let output = output.exits(exit);
    let answer: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {output}"));
    let error = answer["error"].clone();
    assert_eq!(error["code"], code, "{error}");
    error
}

#[test]
fn a_session_leaves_a_timeline() {
    let repo = in_a_session();
    let one = edit(&repo, "f", "1\n");
    let same = edit(&repo, "f", "1\n");
    assert_eq!(one, same, "the same content makes no second one");
    repo.write("new/n", "n\n");
    let two = edit(&repo, "f", "2\n");
    repo.agent(&["checkpoint", "-m", "two"]).success();
    std::fs::remove_file(repo.path().join("base")).unwrap();
    let three = edit(&repo, "f", "3\n");

    let all = entries(&repo, &["a"]);
    let ids: Vec<&str> = all.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [&*three, &two, &one]);
    for entry in &all {
        assert_eq!(
            (&entry["type"], &entry["kind"], &entry["session"]),
            (&json!("snapshot"), &json!("session"), &json!("claude/s1"))
        );
        assert_eq!(entry["tasks"], json!(["a"]));
    }
    assert_eq!(all[0]["previous"], json!(two));
    assert_eq!(all[0]["changes"], json!([{"path": "base", "status": "D"}, {"path": "f", "status": "M"}]));
    assert_eq!(all[1]["changes"], json!([{"path": "f", "status": "M"}, {"path": "new/n", "status": "A"}]));
    assert_eq!((&all[2]["previous"], &all[2]["changes"]), (&Value::Null, &json!([{"path": "f", "status": "A"}])));

    let ids = |more: &[&str]| -> Vec<String> {
        entries(&repo, more).iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["--reverse", "-n", "1"]), [&*one]);
    assert_eq!(ids(&["--skip", "2"]), [&*one]);
    assert_eq!(ids(&["--session", "claude/s1"]).len(), 3);
    assert_eq!(ids(&["--session", "s1", "a"]).len(), 3);
    assert_eq!(ids(&["--session", "s2"]), [""; 0]);
    assert_eq!(ids(&["b"]), [""; 0]);
    assert_eq!(ids(&["--until", all[1]["at"].as_str().unwrap()]), [&*two, &*one]);
    let lines = repo.agent(&["log", "--snapshots", "--jsonl"]).lines();
    assert_eq!(lines.len(), 3);
    let oneline = repo.agent(&["log", "--snapshots", "--oneline", "a"]).text();
    let first = oneline.lines().next().unwrap_or_default();
    assert!(first.starts_with(&format!("{three} a after an edit: D base, M f (")), "{oneline}");
    let page = repo.agent(&["log", "--snapshots", "a", "--date=iso-strict", "-1"]).text();
    let date = page.lines().find(|line| line.starts_with("Date:")).unwrap_or_default().to_owned();
    let by = all[0]["by"].as_str().unwrap();
    let head = &repo.head()[..12];
    assert_eq!(
        page,
        format!(
            "snapshot {three}\nTask:    a\nSession: claude/s1\nBy:      {by}\nHEAD:    main, {head}\n{date}\n\n    \
             session: after an edit\n    D base\n    M f"
        )
    );
    refused(repo.agent(&["log", "--snapshots", "--json", "a", "HEAD"]), 2, "bad-option");
    refused(repo.agent(&["log", "--snapshots", "--json", "--", "f"]), 2, "bad-option");
    refused(repo.agent(&["log", "--snapshots", "--json", "nope"]), 2, "task-not-found");
    assert!(repo.agent(&["log", "--snapshots", "b"]).success().stderr.contains("No matching snapshots."));
}

#[test]
fn snapshots_are_shown_and_compared_by_their_ids() {
    let repo = in_a_session();
    let one = edit(&repo, "f", "1\n");
    repo.write("new", "n\n");
    let two = edit(&repo, "f", "2\n");
    repo.write("f", "3\n");
    repo.write("later", "x\n");

    let shown = repo.agent(&["show", &two]).text();
    assert!(shown.starts_with(&format!("snapshot {two}\n")) && shown.contains("Session   claude/s1"), "{shown}");
    let without_age =
        |text: String| text.lines().filter(|line| !line.starts_with("Taken")).collect::<Vec<_>>().join("\n");
    let shown = without_age(shown);
    assert_eq!(shown, without_age(repo.agent(&["snapshot", "show", &two]).text()));
    assert_eq!(repo.agent(&["show", &two, "--json"]).json(), repo.agent(&["snapshot", "show", &two, "--json"]).json());
    assert_eq!(repo.agent(&["show", &format!("{one}:f")]).text(), "1");
    assert_eq!(without_age(repo.agent(&["show", &two.to_lowercase()]).text()), shown);

    let names = |words: &[&str]| repo.agent(&[&["diff", "--name-status"], words].concat()).lines();
    assert_eq!(names(&[&one, &two]), ["M\tf", "A\tnew"]);
    assert_eq!(names(&[&format!("{one}..{two}")]), ["M\tf", "A\tnew"]);
    // Alone: with all that is there, tracked or not.
    assert_eq!(names(&[&two]), ["M\tf", "A\tlater"]);
    assert_eq!(names(&[&two, "--", "later"]), ["A\tlater"]);
    assert_eq!(names(&["-R", &two]), ["M\tf", "D\tlater"]);
    assert_eq!(names(&["HEAD", &one]), ["A\tf"]);
    assert!(repo.agent(&["diff", &two]).text().contains("\n-2\n+3\n"));
    let json = repo.agent(&["diff", "--json", &two]).json();
    assert_eq!((&json["to"], json["changes"].as_array().map(Vec::len)), (&json!("worktree"), Some(2)), "{json}");
    assert_eq!(repo.agent(&["snapshot", "list", "--json"]).json()["snapshots"].as_array().map(Vec::len), Some(2));

    refused(repo.agent(&["show", "--json", "01K"]), 2, "task-not-found");
    refused(repo.agent(&["show", "--json", &one[..6]]), 2, "ambiguous-snapshot");
    refused(repo.agent(&["show", "--json", "01KATK2X5G0000000000000000"]), 2, "snapshot-not-found");
    // What git knows by that name, too, is not guessed.
    repo.git(&["branch", &one]).success();
    refused(repo.agent(&["diff", "--json", &one]), 2, "ambiguous-word");
}

#[test]
fn a_task_goes_back_to_a_snapshot_and_forth() {
    let repo = in_a_session();
    repo.write("new", "first\n");
    let one = edit(&repo, "f", "1\n");
    repo.git(&["add", "f"]).success();
    repo.write("new", "second\n");
    edit(&repo, "f", "2\n");
    repo.write("unsaved", "precious\n");
    let to = ["a", "--to", &one];
    let before = Whole::of(&repo);
    let plan = repo.agent(&["rollback", "a", "--to", &one, "--dry-run", "--json"]).json()["plan"].clone();
    assert_eq!((&plan["mode"], &plan["to"]["snapshot"]), (&json!("files"), &json!(one)), "{plan}");
    same(&Whole::of(&repo), &before, "after --dry-run");
    round_trip(&repo, &to, |repo| {
        assert_eq!((repo.read("f"), repo.read("new")), ("1\n".into(), "first\n".into()));
        assert!(!repo.path().join("unsaved").exists(), "it is younger, and in the snapshot");
        assert!(repo.git(&["diff", "--cached", "--quiet"]).code == Some(0), "nothing was staged then");
    });
    // Single files.
    repo.agent(&["rollback", "a", "--to", &one, "--", "new"]).success();
    assert_eq!((repo.read("f"), repo.read("new")), ("2\n".into(), "first\n".into()));
    let said = repo.agent(&["log", "a", "--oneline"]).text();
    assert!(said.contains(&format!("rolled back: to snapshot {one} (files)")), "{said}");
}

#[test]
fn commits_after_a_snapshot_decide_as_for_a_checkpoint() {
    let repo = in_a_session();
    let base = repo.head();
    let one = edit(&repo, "f", "1\n");
    repo.agent(&["checkpoint", "-m", "f"]).success();
    edit(&repo, "f", "2\n");
    repo.agent(&["checkpoint", "-m", "g"]).success();
    let tip = repo.head();
    let answer = repo.agent(&["rollback", "a", "--to", &one, "--json"]).json();
    assert_eq!((&answer["plan"]["mode"], repo.head()), (&json!("rewind"), base.clone()), "{answer}");
    assert_eq!((repo.read("f"), repo.git(&["status", "--porcelain"]).text()), ("1\n".into(), "?? f".into()));
    repo.agent(&["undo"]).success();
    assert_eq!((repo.head(), repo.read("f")), (tip.clone(), "2\n".into()));
    // Published.
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]).success();
    let answer = repo.agent(&["rollback", "a", "--to", &one, "--json"]).json();
    assert_eq!(answer["plan"]["mode"], "restore", "{answer}");
    assert_eq!((repo.read("f"), repo.git(&["rev-parse", "HEAD^"]).text()), ("1\n".into(), tip.clone()));
    assert_eq!(repo.git(&["diff", "--quiet", "HEAD", &base]).code, Some(0), "its commit has what HEAD had");
    assert!(String::from_utf8(repo.message("HEAD")).unwrap().starts_with(&format!("Roll back a to snapshot {one}\n")));
    repo.agent(&["undo"]).success();
    // Of others.
    repo.agent(&["pause", "a"]).success();
    repo.commit_file("theirs", "x\n", "theirs");
    let tip = repo.head();
    let refuse = |words: &[&str], code: &str| {
        let error = refused(repo.agent(&[&["rollback", "a", "--json", "--to"], words].concat()), 1, code);
        assert_eq!(repo.head(), tip);
        error.to_string()
    };
    assert!(refuse(&[&one], "foreign-commits").contains("--mode files"));
    refuse(&[&one, "--mode", "revert"], "foreign-commits");
    refuse(&[&one, "--mode", "rewind"], "foreign-commits");
    repo.agent(&["rollback", "a", "--to", &one, "--mode", "files"]).success();
    assert_eq!((repo.head(), repo.read("f")), (tip.clone(), "1\n".into()));
    repo.agent(&["undo"]).success();
    repo.agent(&["rollback", "a", "--to", &one, "--mode", "rewind", "--allow-foreign", "--allow-published"]).success();
    assert_eq!(repo.head(), base);
}

#[test]
fn a_date_means_the_newest_state_before_it() {
    let repo = in_a_session();
    repo.advance(600);
    let one = edit(&repo, "f", "1\n");
    let at = |id: &str| -> i64 {
        let shown = repo.agent(&["show", id, "--json"]).json()["snapshot"]["at"].as_str().unwrap().to_owned();
        repo.git(&["rev-parse", &format!("--since={shown}")]).text().trim_start_matches("--max-age=").parse().unwrap()
    };
    let first = at(&one);
    repo.advance(600);
    edit(&repo, "f", "2\n");
    repo.agent(&["checkpoint", "-m", "two"]).success();
    let commit: i64 = repo.git(&["log", "-1", "--format=%ct"]).text().parse().unwrap();
    repo.advance(600);
    let three = edit(&repo, "f", "3\n");
    let third = at(&three);
    let to = |seconds: i64| {
        let date = format!("@{seconds} +0000");
        repo.agent(&["rollback", "a", "--dry-run", "--json", "--to", &date]).json()["plan"]["to"].clone()
    };
    assert_eq!(to(third)["snapshot"], json!(three));
    assert_eq!(to(third - 60)["number"], json!(1), "the checkpoint is newer than the last snapshot");
    assert_eq!(to(commit)["number"], json!(1));
    assert_eq!(to(first + 300)["snapshot"], json!(one));
    let none = format!("@{} +0000", first - 300);
    refused(repo.agent(&["rollback", "a", "--json", "--to", &none]), 2, "snapshot-not-found");
    refused(repo.agent(&["rollback", "a", "--json", "--to", "gibberish"]), 2, "bad-date");
    refused(repo.agent(&["rollback", "a", "--json", "--to", "a@1"]), 2, "bad-date");
    refused(repo.agent(&["rollback", "a@1", "--json", "--to", &one]), 2, "bad-checkpoint");
    // Of another task, and of another worktree.
    repo.agent(&["start", "b"]).success();
    repo.write("f", "4\n");
    let other = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
    repo.agent(&["start", "a"]).success();
    refused(repo.agent(&["rollback", "a", "--json", "--to", &other]), 2, "snapshot-not-found");
    repo.git(&["worktree", "add", "-q", "../linked"]).success();
    let linked = repo.at(repo.tmp().join("linked"));
    refused(linked.agent(&["rollback", "a", "--json", "--to", &three]), 2, "snapshot-not-found");
}

/// Bytes and files below `dir`.
fn size(dir: &std::path::Path) -> (u64, usize) {
    let mut sum = (0, 0);
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let meta = entry.metadata().unwrap();
        let (bytes, files) = if meta.is_dir() { size(&entry.path()) } else { (meta.len(), 1) };
        sum = (sum.0 + bytes, sum.1 + files);
    }
    sum
}

#[test]
fn many_snapshots_are_few_files() {
    let repo = in_a_session();
    for dir in 0..20 {
        for file in 0..10 {
            repo.write(&format!("src/{dir}/{file}"), format!("{dir} {file}\n"));
        }
    }
    repo.git(&["add", "."]).success();
    repo.git(&["commit", "-qm", "files"]).success();
    repo.git(&["gc", "-q"]).success();
    let text =
        |number: usize| (0..200).map(|line| format!("line {line} of {}\n", number * 7 % 201)).collect::<String>();
    let (before, _) = size(&repo.path().join(".git"));
    let first = edit(&repo, "src/3/3", &text(0));
    let edits = 40;
    for number in 1..edits {
        repo.write("src/3/3", text(number));
        let call = json!({"tool_name": "Write", "tool_input": {"file_path": "f"}, "tool_use_id": number.to_string()});
        send(&repo, "claude", "post-tool", call);
    }
    // What is not named by anything yet is safe, too.
    let unnamed = repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin("not named yet").run().text();
    let (loose, files) = size(&repo.path().join(".git"));
    send(&repo, "claude", "session-end", json!({"reason": "other"}));
    let (packed, fewer) = size(&repo.path().join(".git"));
    assert_eq!(entries(&repo, &["a"]).len(), edits);
    assert!(fewer + 3 * edits < files, "{files} files, then {fewer}");
    // 2 MB for 500 edits, in proportion, without the content of the files: here all of it together keeps to that.
    assert!(packed - before < 2_000_000 / 500 * edits as u64, "{before}, {loose}, then {packed}");
    assert_eq!(repo.agent(&["show", &format!("{first}:src/3/3")]).text(), text(0).trim());
    repo.git(&["cat-file", "-e", &unnamed]).success();
    repo.fsck();
    // A few more are left as they are.
    edit(&repo, "src/3/3", "more\n");
    let files = size(&repo.path().join(".git")).1;
    send(&repo, "claude", "stop", json!({"stop_hook_active": true}));
    assert!(size(&repo.path().join(".git")).1 >= files);
    repo.agent(&["gc"]).success();
    assert_eq!(entries(&repo, &["a"]).len(), edits + 1);
}

#[test]
fn a_history_says_how_it_came_about() {
    let repo = in_a_session();
    for number in 0..5 {
        edit(&repo, "f", &format!("{number}\n"));
        repo.advance(600);
    }
    repo.agent(&["checkpoint", "-m", "all of it"]).success();
    let brief = repo.agent(&["brief", "--json"]).json();
    let making = brief["checkpoints"]["making"].clone();
    assert_eq!(
        (&making["how"], &making["commits"], &making["snapshots"]),
        (&json!("at-the-end"), &json!(1), &json!(5))
    );
    let text = repo.agent(&["brief"]).text();
    assert!(text.contains("packaged at the end: one commit after 50m"), "{text}");
    let report = repo.agent(&["report", "--format", "md"]).text();
    assert!(report.contains("packaged at the end: one commit after 50m"), "{report}");

    repo.agent(&["start", "b"]).success();
    for number in 0..5 {
        edit(&repo, "g", &format!("{number}\n"));
        repo.advance(300);
        repo.agent(&["checkpoint", "-m", "step"]).success();
    }
    let report = repo.agent(&["report", "--json"]).json()["report"].clone();
    let items = &report["features"][0]["in_progress"];
    let of = |id: &str| items.as_array().unwrap().iter().find(|item| item["id"] == id).unwrap()["making"].clone();
    assert_eq!(of("a")["how"], making["how"]);
    assert_eq!((&of("b")["how"], &of("b")["commits"]), (&json!("while-working"), &json!(5)));
    assert!(repo.agent(&["report"]).text().contains("5 commits while working"));
    // Nothing is said about work that has not begun, or took no time.
    let short = repo.agent(&["add", "Short", "--json"]).json()["task"]["id"].as_str().unwrap().to_owned();
    repo.agent(&["start", &short]).success();
    edit(&repo, "h", "1\n");
    repo.agent(&["checkpoint", "-m", "short"]).success();
    assert_eq!(repo.agent(&["brief", "--json"]).json()["checkpoints"]["making"], Value::Null);
}
