//! `git agent snapshot` in words and in JSON: take, list, show, drop.

use crate::snapshot_capture::{snap, with_files};
use crate::support::{Output, TestRepo};

/// An output with every snapshot id as `<id n>`, and every object id as `<oid>`.
fn masked(output: &Output) -> String {
    let ids = regex::Regex::new(r"(?-u)\b01K[0-9A-HJKMNP-TV-Z]{5,23}\b").unwrap();
    let mut known: Vec<String> = Vec::new();
    let text = output.to_string();
    let text = ids.replace_all(&text, |found: &regex::Captures<'_>| {
        let id = found[0].to_owned();
        let at = known.iter().position(|known| *known == id).unwrap_or_else(|| {
            known.push(id);
            known.len() - 1
        });
        format!("<id {}>", at + 1)
    });
    // The clock goes on while a command runs.
    let text = regex::Regex::new(r"(?-u)\.[0-9]{3}Z").unwrap().replace_all(&text, ".000Z").into_owned();
    regex::Regex::new(r"(?-u)\b[0-9a-f]{40}\b").unwrap().replace_all(&text, "<oid>").into_owned()
}

fn edited() -> TestRepo {
    let repo = with_files(TestRepo::new());
    repo.write("a.txt", "edited\n");
    repo.write("new", "untracked\n");
    std::fs::remove_file(repo.path().join("gone")).unwrap();
    repo.set_env("GIT_AGENT_ACTOR", "claude@devbox");
    repo
}

#[test]
fn says_what_it_saved_and_how_to_get_it_back() {
    let repo = edited();
    repo.git(&["config", "agent.maxFileSize", "10"]).success();
    repo.write("huge", "x".repeat(11));
    insta::assert_snapshot!(masked(&repo.agent(&["snapshot", "-m", "before the big one"])), @"
    Saved the work tree, 3 changed paths, as snapshot <id 1>
    1 path not in the snapshot:
      huge: it is larger than 'agent.maxFileSize' (11 bytes)
    ------- stderr -------
    hint: to list its content: git agent snapshot show <id 1>
    hint: to print a file: git show refs/agent/snap/<id 1>:worktree/<path>
    ");
    repo.advance(600);
    insta::assert_snapshot!(masked(&repo.agent(&["snapshot"])), @"
    Nothing has changed since snapshot <id 1> (10 minutes ago)
    1 path not in the snapshot:
      huge: it is larger than 'agent.maxFileSize' (11 bytes)
    ------- stderr -------
    hint: to list its content: git agent snapshot show <id 1>
    hint: to print a file: git show refs/agent/snap/<id 1>:worktree/<path>
    ");
    assert_eq!(repo.agent(&["snapshot", "-q"]).success().stdout, "");
}

#[test]
fn a_clean_worktree_can_be_saved() {
    let repo = with_files(TestRepo::new());
    insta::assert_snapshot!(masked(&repo.agent(&["snapshot"])), @"
    Saved the work tree, unchanged from HEAD, as snapshot <id 1>
    ------- stderr -------
    hint: to list its content: git agent snapshot show <id 1>
    hint: to print a file: git show refs/agent/snap/<id 1>:worktree/<path>
    ");
}

#[test]
fn answers_in_json() {
    let repo = edited();
    let answer = repo.agent(&["snapshot", "--json"]).json();
    let snapshot = &answer["snapshot"];
    let id = snapshot["id"].as_str().unwrap();
    assert_eq!(snapshot["ref"], format!("refs/agent/snap/{id}"));
    assert_eq!(snapshot["commit"], repo.git(&["rev-parse", &format!("refs/agent/snap/{id}")]).text());
    assert_eq!((&snapshot["created"], &snapshot["skipped"]), (&true.into(), &serde_json::json!([])));
    let again = repo.agent(&["snapshot", "--json"]).json();
    assert_eq!((&again["snapshot"]["id"], &again["snapshot"]["created"]), (&id.into(), &false.into()));
}

#[test]
fn what_is_new_makes_another_one() {
    let repo = edited();
    let (first, _) = snap(&repo);
    // Other branches and the ledger are not of this worktree.
    repo.git(&["branch", "other"]).success();
    repo.agent(&["add", "Something"]).success();
    assert_eq!(snap(&repo).0, first);
    let mut seen = vec![first];
    for script in [
        "echo more >>a.txt",
        "git add a.txt",
        "git update-index --skip-worktree b.txt",
        "chmod 600 new",
        "git checkout -q -b side",
        "git checkout -q --detach",
        "echo merge >.git/MERGE_MSG",
    ] {
        repo.sh(script).success();
        let (next, _) = snap(&repo);
        assert!(!seen.contains(&next), "{script}");
        assert_eq!(snap(&repo).0, next, "{script}");
        seen.push(next);
    }
}

#[test]
fn is_listed() {
    let repo = with_files(TestRepo::new());
    insta::assert_snapshot!(repo.agent(&["snapshot", "list"]), @"
    There are no snapshots.
    ");
    repo.write("a.txt", "1\n");
    repo.agent(&["snapshot", "-m", "first"]).success();
    repo.advance(7200);
    repo.git(&["checkout", "-q", "--detach"]).success();
    repo.agent(&["snapshot"]).success();
    // In hours: each command's clock goes on while it runs, and the two may differ by more than a second.
    repo.advance(7200);
    insta::assert_snapshot!(masked(&repo.agent(&["snapshot", "list"])), @"
    2 snapshots
      <id 1>  2 hours ago, on a detached HEAD
      <id 2>  4 hours ago, on main: first
    ");
    for n in 0..10 {
        repo.write("a.txt", format!("more {n}\n"));
        repo.agent(&["snapshot"]).success();
    }
    let lines = repo.agent(&["snapshot", "list"]).lines();
    assert_eq!(
        (lines[0].as_str(), lines.len(), lines[11].as_str()),
        ("12 snapshots", 12, "  … and 2 more (use --all)")
    );
    assert_eq!(repo.agent(&["snapshot", "list", "--all"]).lines().len(), 13);
    let listed = repo.agent(&["snapshot", "list", "--json"]).json();
    let first = &listed["snapshots"][11];
    assert_eq!(
        (&first["message"], &first["branch"], &first["kind"]),
        (&"first".into(), &"main".into(), &"manual".into())
    );
    assert_eq!(first["head"], repo.head());
    // What is printed is a name, and so is the place in the list.
    let shown = |word: &str| repo.agent(&["snapshot", "show", word, "--json"]).json()["snapshot"]["id"].clone();
    for (place, line) in lines[1..11].iter().enumerate() {
        let short = line.trim_start().split(' ').next().unwrap();
        assert!(short.len() < 26, "{line}");
        assert_eq!(shown(short), listed["snapshots"][place]["id"]);
        assert_eq!(shown(&format!("snap@{{{place}}}")), listed["snapshots"][place]["id"]);
    }
    for command in [&["snapshot", "show"][..], &["show"], &["diff"]] {
        let refused = repo.agent(&[command, &["snap@{12}"]].concat()).exits(2).stderr;
        assert!(refused.contains("snap@{12} does not exist: there are fewer snapshots"), "{command:?}: {refused}");
    }
    // Wherever a snapshot is named.
    let json = |words: &[&str]| repo.agent(&[words, &["--json"]].concat()).json();
    assert_eq!(json(&["show", "snap@{1}"])["snapshot"]["id"], listed["snapshots"][1]["id"]);
    let second = listed["snapshots"][1]["id"].as_str().unwrap();
    assert_eq!(json(&["diff", "snap@{1}"]), json(&["diff", second]));
    assert_eq!(
        repo.agent(&["show", "snap@{0}:a.txt"]).text(),
        repo.agent(&["show", &format!("{}:a.txt", listed["snapshots"][0]["id"].as_str().unwrap())]).text()
    );
    // For git a branch of that name has a reflog.
    repo.git(&["branch", "snap"]).success();
    assert_eq!(repo.agent(&["show", "snap@{0}"]).text(), repo.git(&["show", "snap@{0}"]).text());
    repo.git(&["branch", "-D", "snap"]).success();
    let offered =
        |typed: &str| repo.agent(&["completions", "fish", "--complete", "--", "snapshot", "restore", typed]).lines();
    assert!(offered("snap")[0].starts_with("snap@{0}\t"), "{:?}", offered("snap"));
    assert!(offered("01").iter().all(|line| line.split('\t').next().unwrap().len() < 26), "{:?}", offered("01"));
}

#[test]
fn is_shown() {
    let repo = edited();
    repo.git(&["add", "-N", "new"]).success();
    repo.agent(&["add", "Work", "--id", "t-1"]).success();
    repo.agent(&["start", "t-1"]).success();
    let (snapshot, _) = snap(&repo);
    let id = snapshot.rsplit('/').next().unwrap();
    repo.advance(7200);
    insta::assert_snapshot!(masked(&repo.agent(&["snapshot", "show", &id.to_lowercase()[..20]])), @"
    snapshot <id 1>
    Taken     2 hours ago (2026-01-02T03:04:12.000Z) by claude@devbox
    Kind      manual
    HEAD      main, <oid>
    Tasks     t-1
    Ref       refs/agent/snap/<id 1>

    Changes since its HEAD:
      M a.txt
      D gone
      A new

    The work tree matches the snapshot.
    ------- stderr -------
    hint: to print a file: git show refs/agent/snap/<id 1>:worktree/<path>
    ");
    repo.write("b.txt", "since\n");
    repo.write("gone", "gone\n");
    std::fs::remove_file(repo.path().join("new")).unwrap();
    let shown = repo.agent(&["snapshot", "show", id, "--json"]).json();
    assert_eq!(
        shown["changes"],
        serde_json::json!([{"path": "a.txt", "status": "M"}, {"path": "gone", "status": "D"}, {"path": "new", "status": "A"}])
    );
    assert_eq!(
        shown["since"],
        serde_json::json!([{"path": "b.txt", "status": "M"}, {"path": "gone", "status": "A"}, {"path": "new", "status": "D"}])
    );
    assert_eq!(shown["snapshot"]["tasks"], serde_json::json!(["t-1"]));
}

#[test]
fn is_found_by_the_beginning_of_its_id() {
    let repo = edited();
    let (first, _) = snap(&repo);
    repo.write("a.txt", "again\n");
    snap(&repo);
    insta::assert_snapshot!(repo.agent(&["snapshot", "show", "01k"]), @"
    ------- stderr -------
    error: '01k' matches 2 snapshots
    hint: use a longer prefix: 'git agent snapshot list' lists the snapshots
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["snapshot", "drop", "nonsense"]), @"
    ------- stderr -------
    error: snapshot 'nonsense' does not exist
    hint: 'git agent snapshot list' lists the snapshots
    [exit code 2]
    ");
    repo.agent(&["snapshot", "show", ""]).exits(2);
    repo.agent(&["snapshot", "show", &first]).success();
}

#[test]
fn is_dropped_all_or_none() {
    let repo = edited();
    let (first, _) = snap(&repo);
    repo.write("a.txt", "again\n");
    let (second, _) = snap(&repo);
    repo.agent(&["snapshot", "drop", &first, "nonsense"]).exits(2);
    assert_eq!(repo.git(&["for-each-ref", "refs/agent/snap"]).lines().len(), 2);
    let commit = repo.git(&["rev-parse", &first]).text();
    let dropped = repo.agent(&["snapshot", "drop", &first, &first, &second]).success();
    insta::assert_snapshot!(masked(&dropped), @"
    Dropped snapshot <id 1> (was <oid>)
    Dropped snapshot <id 2> (was <oid>)
    ------- stderr -------
    hint: to restore it before git prunes it: git update-ref refs/agent/snap/<id 1> <oid>
    hint: to restore it before git prunes it: git update-ref refs/agent/snap/<id 2> <oid>
    ");
    assert_eq!(repo.git(&["for-each-ref", "refs/agent/snap"]).text(), "");
    // As the hint says.
    repo.git(&["update-ref", &first, &commit]).success();
    repo.agent(&["snapshot", "show", &first]).success();
}

#[test]
fn newer_and_damaged_snapshots_are_told_of() {
    let repo = edited();
    let (good, _) = snap(&repo);
    let message = String::from_utf8(repo.message(&good)).unwrap();
    let tree = repo.git(&["rev-parse", &format!("{good}^{{tree}}")]).text();
    let make = |message: &str, tree: &str| repo.run("git").args(["commit-tree", tree]).stdin(message).run().text();
    // Not the ref of one that was made here: that would come back.
    let other = "refs/agent/snap/01K00000000000000000000001";
    let message = message.replace(good.rsplit('/').next().unwrap(), other.rsplit('/').next().unwrap());
    let newer = message.replacen("snapshot 1", "snapshot 2", 1);
    repo.git(&["update-ref", other, &make(&newer, &tree)]).success();
    insta::assert_snapshot!(masked(&repo.agent(&["snapshot", "show", other])), @"
    ------- stderr -------
    error: snapshot <id 1> has format 2; this version supports 1
    hint: a newer git-agent can read it
    hint: stock git shows its files: git show refs/agent/snap/<id 1>:worktree/<path>
    [exit code 5]
    ");
    let head = repo.head();
    repo.git(&["update-ref", "refs/agent/snap/01K00000000000000000000000", &head]).success();
    repo.git(&["update-ref", "refs/agent/snap/mine", &head]).success();
    let listed = repo.agent(&["snapshot", "list", "--json"]).json();
    assert_eq!(listed["snapshots"].as_array().unwrap().len(), 2);
    assert_eq!(listed["damaged"].as_array().unwrap().len(), 2);
    // A list that was cut off.
    let cut = repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin("644 a").run().text();
    let worktree = repo.git(&["rev-parse", &format!("{good}:worktree")]).text();
    let entries =
        format!("100644 blob {cut}\traw.lst\n040000 tree {worktree}\tstaged\n040000 tree {worktree}\tworktree\n");
    let damaged = repo.run("git").args(["mktree"]).stdin(entries).run().text();
    repo.git(&["update-ref", other, &make(&message, &damaged)]).success();
    insta::assert_snapshot!(masked(&repo.agent(&["snapshot", "show", other])), @"
    ------- stderr -------
    error: snapshot <id 1> cannot be read: 'raw.lst' is damaged
    [exit code 5]
    ");
    // The next one does not rely on it.
    repo.agent(&["snapshot", "drop", good.rsplit('/').next().unwrap()]).success();
    assert_ne!(snap(&repo).0, other);
}
