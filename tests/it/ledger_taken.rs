//! What another program takes out of the ledger, here or at a remote, is missed, told, and comes back.

use crate::support::{TestRepo, on_one_git};

const LEDGER: &str = "refs/notes/agent-tasks";

/// A repository with tasks `t-1` to `t-3`, in sync with the remote `origin`.
fn repo_with_remote() -> TestRepo {
    with_remote(TestRepo::new())
}

fn with_remote(repo: TestRepo) -> TestRepo {
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file("a", "one\n", "first");
    repo.git(&["init", "-q", "--bare", "../origin.git"]).success();
    repo.git(&["remote", "add", "origin", "../origin.git"]).success();
    repo.git(&["push", "-q", "origin", "HEAD:refs/heads/main"]).success();
    for id in ["t-1", "t-2", "t-3"] {
        repo.agent(&["add", "--id", id, &format!("Task {id}")]).success();
        repo.agent(&["note", "a remark", "--task", id]).success();
    }
    repo.agent(&["sync"]).success();
    repo
}

fn key(repo: &TestRepo, id: &str) -> String {
    repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin(format!("0 task {id}\n")).run().text()
}

/// Another clone, by stock git alone, with the ledger under its own name.
fn clone(repo: &TestRepo, name: &str) -> TestRepo {
    let clone = repo.at(format!("../{name}"));
    repo.git(&["clone", "-q", "../origin.git", &format!("../{name}")]).success();
    clone.git(&["fetch", "-q", "origin", &format!("+{LEDGER}:{LEDGER}")]).success();
    clone
}

fn ids(repo: &TestRepo) -> Vec<String> {
    let tasks = repo.agent(&["list", "--all", "--json"]).json()["tasks"].clone();
    tasks.as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect()
}

fn at_origin(repo: &TestRepo) -> String {
    repo.git(&["ls-remote", "origin", LEDGER]).text().split_whitespace().next().unwrap_or_default().to_owned()
}

#[test]
fn what_a_remote_drops_on_a_fast_forward_is_kept_told_and_pushed_back() {
    on_one_git(|git| {
        let repo = with_remote(TestRepo::with_git(git));
        let other = clone(&repo, "other");
        other.git(&["notes", "--ref=agent-tasks", "remove", &key(&other, "t-1")]).success();
        other.git(&["push", "-q", "origin", LEDGER]).success();
        let synced = repo.agent(&["sync"]).success();
        assert!(synced.stderr.contains("origin dropped 2 events of t-1; kept, and pushed back"), "{synced}");
        assert_eq!(ids(&repo), ["t-1", "t-2", "t-3"]);
        assert_eq!(at_origin(&repo), repo.git(&["rev-parse", LEDGER]).text());
        // Everywhere, and for good.
        let fresh = clone(&repo, "fresh");
        assert_eq!(ids(&fresh), ["t-1", "t-2", "t-3"]);
        let again = repo.agent(&["sync", "--json"]).json();
        assert_eq!((again["pushed"].as_bool(), again["dropped"].as_array().unwrap().len()), (Some(false), 0));
        assert!(repo.agent(&["doctor"]).stdout.contains("✓ taken: no event was ever lost from the ledger"));
        repo.fsck();
    });
}

#[test]
fn a_line_that_a_remote_changes_comes_back_beside_it() {
    let repo = repo_with_remote();
    let other = clone(&repo, "other");
    let note = other.git(&["notes", "--ref=agent-tasks", "show", &key(&other, "t-2")]).stdout;
    other.write("note", note.replace("a remark", "another remark"));
    other.git(&["notes", "--ref=agent-tasks", "add", "-f", "-F", "note", &key(&other, "t-2")]).success();
    other.git(&["push", "-q", "origin", LEDGER]).success();
    let synced = repo.agent(&["sync", "--json"]).json();
    assert_eq!(synced["dropped"][0], serde_json::json!({"task": "t-2", "events": 1}));
    let note = repo.git(&["notes", "--ref=agent-tasks", "show", &key(&repo, "t-2")]).stdout;
    assert!(note.contains("\"a remark\"") && note.contains("\"another remark\""), "{note}");
}

#[test]
fn a_remote_that_goes_back_is_brought_forward() {
    // To an older state of its own, to nothing, to a ledger of another history.
    for to in ["older", "nothing", "another"] {
        let repo = repo_with_remote();
        let older = repo.git(&["rev-parse", &format!("{LEDGER}~2")]).text();
        match to {
            "older" => repo.git(&["push", "-q", "-f", "--no-verify", "origin", &format!("{older}:{LEDGER}")]),
            "nothing" => repo.git(&["push", "-q", "--no-verify", "origin", &format!(":{LEDGER}")]),
            _ => {
                let other = repo.at("../another");
                repo.git(&["init", "-q", "../another"]).success();
                other.agent(&["add", "--id", "t-9", "Of another history"]).success();
                other.git(&["push", "-q", "-f", "../origin.git", LEDGER])
            }
        }
        .success();
        let synced = repo.agent(&["sync"]).success();
        let said = match to {
            "nothing" => "origin no longer has a ledger; kept, and pushed back",
            "older" => "origin dropped 2 events of t-3; kept, and pushed back",
            _ => "origin dropped 2 events of t-1; kept, and pushed back",
        };
        assert!(synced.stderr.contains(said), "{to}: {synced}");
        let expected: &[&str] = if to == "another" { &["t-1", "t-2", "t-3", "t-9"] } else { &["t-1", "t-2", "t-3"] };
        assert_eq!(ids(&repo), expected, "{to}");
        assert_eq!(at_origin(&repo), repo.git(&["rev-parse", LEDGER]).text(), "{to}");
    }
}

#[test]
fn long_texts_that_a_remote_drops_are_kept() {
    let repo = repo_with_remote();
    let long = "a long text ".repeat(400);
    repo.run("git-agent").args(["edit", "t-1", "-d", "-"]).stdin(long.clone()).run().success();
    repo.agent(&["sync"]).success();
    let other = clone(&repo, "other");
    let tree = other.git(&["ls-tree", LEDGER]).lines();
    let kept: Vec<String> = tree.into_iter().filter(|line| !line.ends_with("\ttext")).collect();
    let tree = other.run("git").args(["mktree"]).stdin(kept.join("\n") + "\n").run().text();
    let commit = other.git(&["commit-tree", "-p", LEDGER, "-m", "no texts", &tree]).text();
    other.git(&["push", "-q", "origin", &format!("{commit}:{LEDGER}")]).success();
    repo.agent(&["sync"]).success();
    let fresh = clone(&repo, "fresh");
    assert_eq!(fresh.agent(&["show", "t-1", "--json"]).json()["task"]["description"], long.trim_end());
    assert!(fresh.git(&["ls-tree", "-r", "--name-only", LEDGER]).stdout.contains("text/"));
}

#[test]
fn what_another_program_takes_here_is_noticed_and_brought_back() {
    let takes: [(&str, &[&[&str]]); 6] = [
        ("a fetch", &[&["fetch", "-q", "origin", "+refs/notes/*:refs/notes/*"]]),
        ("remove", &[&["notes", "--ref=agent-tasks", "remove", "KEY"]]),
        ("a deleted ref", &[&["update-ref", "-d", LEDGER]]),
        ("an older state", &[&["update-ref", LEDGER, "refs/notes/agent-tasks~1"]]),
        ("copy", &[&["notes", "--ref=agent-tasks", "copy", "-f", "OTHER", "KEY"]]),
        (
            "a fetch, and a gc",
            &[
                &["fetch", "-q", "origin", "+refs/notes/*:refs/notes/*"],
                &["reflog", "expire", "--expire=now", "--all"],
                &["gc", "-q", "--prune=now"],
            ],
        ),
    ];
    for (what, commands) in takes {
        let repo = repo_with_remote();
        let (one, two) = (key(&repo, "t-1"), key(&repo, "t-2"));
        repo.agent(&["note", "not pushed yet", "--task", "t-1"]).success();
        for words in commands {
            let words: Vec<String> =
                words.iter().map(|word| word.replace("KEY", &one).replace("OTHER", &two)).collect();
            repo.git(&words.iter().map(String::as_str).collect::<Vec<_>>()).success();
        }
        let listed = repo.agent(&["list", "--all"]).success();
        assert!(listed.stderr.contains("another program removed"), "{what}: {listed}");
        assert!(listed.stderr.contains("'git agent doctor --fix' restores them"), "{what}: {listed}");
        // Told once; what is written in between changes nothing about it.
        repo.agent(&["add", "--id", "t-7", "Meanwhile"]).success();
        let doctor = repo.agent(&["doctor"]);
        assert!(doctor.stdout.contains("! taken: another program removed events from the ledger"), "{what}: {doctor}");
        let fixed = repo.agent(&["doctor", "--fix", "--json"]).json();
        assert!(fixed["fixed"][0].as_str().unwrap().contains("to the ledger"), "{what}: {fixed}");
        let remarks = repo.agent(&["show", "t-1", "--json"]).json()["task"]["notes"].clone();
        assert_eq!(remarks.as_array().unwrap().last().unwrap()["text"], "not pushed yet", "{what}");
        assert_eq!(ids(&repo), ["t-1", "t-2", "t-3", "t-7"], "{what}");
        let doctor = repo.agent(&["doctor"]);
        assert!(doctor.stdout.contains("✓ taken: no event was"), "{what}: {doctor}");
        repo.fsck();
    }
}

#[test]
fn a_commit_between_a_fetch_and_the_next_command_hides_nothing() {
    let repo = repo_with_remote();
    repo.agent(&["init"]).success();
    repo.agent(&["start", "t-2"]).success();
    repo.git(&["fetch", "-q", "origin", "+refs/notes/*:refs/notes/*"]).success();
    repo.commit_file("b", "two\n", "recorded by a hook");
    let listed = repo.agent(&["list"]).success();
    assert!(listed.stderr.contains("another program removed 1 event of t-2"), "{listed}");
    repo.agent(&["doctor", "--fix", "-q"]).success();
    assert_eq!(repo.agent(&["show", "t-2", "--json"]).json()["task"]["status"], "in_progress");
}

/// A shallow ledger lacks anchors, which doctor restores by a write of its own.
#[test]
fn what_doctor_writes_is_no_state_that_was_thrown_away() {
    let repo = repo_with_remote();
    let shallow = repo.at("../shallow");
    let url = format!("file://{}", repo.tmp().join("origin.git").display());
    repo.git(&["clone", "-q", "--depth=1", &url, "../shallow"]).success();
    shallow.git(&["fetch", "-q", "--depth=1", "origin", &format!("{LEDGER}:{LEDGER}")]).success();
    let fetched = shallow.git(&["rev-parse", LEDGER]).text();
    let doctor = shallow.agent(&["doctor"]);
    assert_ne!(shallow.git(&["rev-parse", LEDGER]).text(), fetched, "{doctor}");
    assert!(doctor.stdout.contains("✓ reflog: "), "{doctor}");
}

#[test]
fn what_stock_git_adds_is_not_missed() {
    let repo = repo_with_remote();
    let line = "2026-01-02T03:04:05.000Z 01KATK2X5G0000000000000001 eve@elsewhere n=3 note text=\"by hand\"";
    repo.git(&["notes", "--ref=agent-tasks", "append", "-m", line, &key(&repo, "t-1")]).success();
    assert_eq!(repo.agent(&["list"]).success().stderr, "");
    assert!(repo.agent(&["doctor"]).stdout.contains("✓ taken: no event was"));
    assert_eq!(repo.git(&["for-each-ref", "refs/agent/ledger/lost"]).stdout, "");
}

#[test]
fn a_fresh_clone_is_told_what_its_ledger_lost_before_it_came() {
    let repo = repo_with_remote();
    let other = clone(&repo, "other");
    other.git(&["notes", "--ref=agent-tasks", "remove", &key(&other, "t-1")]).success();
    other.git(&["notes", "--ref=agent-tasks", "append", "-m", "later", &key(&other, "t-2")]).success();
    other.git(&["push", "-q", "origin", LEDGER]).success();
    let fresh = clone(&repo, "fresh");
    assert_eq!(ids(&fresh), ["t-2", "t-3"]);
    let doctor = fresh.agent(&["doctor"]);
    assert!(
        doctor.stdout.contains("! taken: another program removed events from the ledger: 2 events of t-1"),
        "{doctor}"
    );
    fresh.agent(&["doctor", "--fix", "-q"]).success();
    assert_eq!(ids(&fresh), ["t-1", "t-2", "t-3"]);
}

#[test]
fn notes_that_are_together_too_large_lose_nothing() {
    let repo = repo_with_remote();
    let key = key(&repo, "t-1");
    let filler = "y".repeat(3_900);
    let fill = |clone: &TestRepo, who: &str, megabytes: usize| {
        let mut note = clone.git(&["notes", "--ref=agent-tasks", "show", &key]).stdout;
        for serial in 0..megabytes * 256 {
            let head = format!("2026-01-02T03:04:05.000Z 01KATK2X5G{who}{serial:015} {who}@x n=3");
            note.push_str(&format!("{head} teleport to=\"{filler}\"\n"));
        }
        clone.write("note", note);
        clone.git(&["notes", "--ref=agent-tasks", "add", "-f", "-F", "note", &key]).success();
    };
    let other = clone(&repo, "other");
    fill(&repo, "A", 9);
    fill(&other, "B", 10);
    other.git(&["push", "-q", "origin", LEDGER]).success();
    let [ours, theirs] = [&repo, &other].map(|clone| clone.git(&["notes", "--ref=agent-tasks", "list", &key]).text());
    let synced = repo.agent(&["sync"]).success();
    assert!(synced.stderr.contains("together exceed the limit of a note"), "{synced}");
    assert!(synced.stderr.contains(&ours), "{synced}");
    // The task is still read; what has no effect is kept where a gc and a clone take it along.
    assert_eq!(repo.git(&["notes", "--ref=agent-tasks", "list", &key]).text(), theirs);
    assert_eq!(ids(&repo), ["t-1", "t-2", "t-3"]);
    assert!(repo.git(&["ls-tree", "-r", "--name-only", LEDGER]).stdout.contains(&format!("text/{ours}")));
    // And both sides are done.
    assert_eq!(repo.agent(&["sync", "--json"]).json()["pushed"], false);
    let fresh = clone(&repo, "fresh");
    fresh.agent(&["sync"]).success();
    assert_eq!(at_origin(&repo), repo.git(&["rev-parse", LEDGER]).text());
}

/// A fetch of every ref replaces what this clone knows of its own ledger, too, where that is a ref.
#[test]
fn a_fetch_of_every_ref_hides_nothing() {
    for prune in [false, true] {
        for bare in [false, true] {
            let first = repo_with_remote();
            let other = clone(&first, "other");
            other.agent(&["note", "of the other clone", "--task", "t-3"]).success();
            let repo = if bare {
                first.git(&["clone", "-q", "--bare", "../origin.git", "../bare.git"]).success();
                let repo = first.at("../bare.git");
                repo.git(&["fetch", "-q", "../origin.git", &format!("{LEDGER}:{LEDGER}")]).success();
                repo
            } else {
                first
            };
            let what = format!("prune {prune}, bare {bare}");
            repo.agent(&["note", "not pushed yet", "--task", "t-1"]).success();
            repo.agent(&["note", "nor this", "--task", "t-2"]).success();
            let prune = if prune { "--prune" } else { "--no-prune" };
            repo.git(&["fetch", "-q", prune, "--update-head-ok", "../other", "+refs/*:refs/*"]).success();
            let listed = repo.agent(&["list", "--all"]).success();
            assert!(
                listed.stderr.contains("another program removed 2 events of t-")
                    && listed.stderr.contains(" and 1 other note from"),
                "{what}: {listed}"
            );
            assert_eq!(repo.agent(&["list", "--all"]).success().stderr, "", "{what}: told once");
            let fixed = repo.agent(&["doctor", "--fix", "--json"]).json();
            assert!(fixed["fixed"][0].as_str().unwrap().contains("restored 2 events to the ledger"), "{what}: {fixed}");
            for (task, text) in [("t-1", "not pushed yet"), ("t-2", "nor this"), ("t-3", "of the other clone")] {
                let remarks = repo.agent(&["show", task, "--json"]).json()["task"]["notes"].clone();
                assert_eq!(remarks.as_array().unwrap().last().unwrap()["text"], text, "{what}");
            }
            repo.fsck();
        }
    }
}

#[test]
fn every_command_says_that_the_ledger_was_deleted() {
    for remote in [false, true] {
        let repo = if remote { repo_with_remote() } else { TestRepo::new() };
        repo.agent(&["add", "Deleted", "--id", "x"]).success();
        repo.agent(&["start", "x"]).success();
        repo.write("f", "1\n");
        repo.agent(&["checkpoint"]).success();
        repo.write("f", "2\n");
        repo.git(&["update-ref", "-d", LEDGER]).success();
        for words in [&["list"][..], &["list"], &["checkpoint"], &["status"], &["next"], &["log"], &["brief"]] {
            let said = repo.agent(words);
            assert_eq!(
                said.stderr.matches("from the ledger; 'git agent doctor --fix' restores them").count(),
                1,
                "{said}"
            );
            assert!(!said.stderr.contains("There are no tasks") && !said.stderr.contains("git agent init"), "{said}");
        }
        let brief = repo.agent(&["brief"]).success().stdout;
        assert!(
            brief.contains("Another program deleted the ledger") && brief.contains("git agent doctor --fix"),
            "{brief}"
        );
        repo.agent(&["doctor", "--fix"]).success();
        assert_eq!(repo.agent(&["checkpoint"]).success().stderr.matches("warning").count(), 0);
    }
}

#[test]
fn a_ledger_whose_last_state_is_gone_is_not_silently_another() {
    let repo = repo_with_remote();
    let other = clone(&repo, "other");
    other.agent(&["note", "of the other clone", "--task", "t-3"]).success();
    repo.agent(&["note", "not pushed yet", "--task", "t-1"]).success();
    repo.git(&["fetch", "-q", "--prune", "--update-head-ok", "../other", "+refs/*:refs/*"]).success();
    repo.sh("git reflog expire --expire=now --all; rm -r .git/logs/refs/notes; git gc -q --prune=now").success();
    let listed = repo.agent(&["list", "--all"]).success();
    assert!(listed.stderr.contains("this clone's last state of it"), "{listed}");
    assert!(listed.stderr.contains("no longer exists"), "{listed}");
    repo.agent(&["note", "it goes on", "--task", "t-1"]).success();
    assert_eq!(repo.agent(&["list", "--all"]).success().stderr, "", "told once");
}

#[test]
fn what_stock_notes_prune_and_merge_take_is_noticed_too() {
    // 'git notes prune' takes the note of a key whose anchor is gone; a merge takes what its strategy says.
    let repo = repo_with_remote();
    repo.agent(&["note", "not pushed yet", "--task", "t-1"]).success();
    let other = clone(&repo, "other");
    other.agent(&["note", "of the other clone", "--task", "t-1"]).success();
    repo.git(&["fetch", "-q", "../other", &format!("{LEDGER}:refs/notes/theirs")]).success();
    repo.git(&["notes", "--ref=agent-tasks", "merge", "-q", "-s", "theirs", "refs/notes/theirs"]).success();
    let listed = repo.agent(&["list", "--all"]).success();
    assert!(listed.stderr.contains("another program removed 1 event of t-1 from the ledger"), "{listed}");
    repo.agent(&["doctor", "--fix", "-q"]).success();
    let note = repo.git(&["notes", "--ref=agent-tasks", "show", &key(&repo, "t-1")]).stdout;
    assert!(note.contains("\"not pushed yet\"") && note.contains("\"of the other clone\""), "{note}");

    let repo = repo_with_remote();
    // A note of an object that does not exist: what 'prune' is for. Those of tasks stay, their anchors are in the ledger.
    let pruned = repo.git(&["notes", "--ref=agent-tasks", "prune", "-v"]).success();
    assert_eq!(pruned.stdout, "");
    let anchor = key(&repo, "t-2");
    let tree = repo.git(&["ls-tree", "-r", LEDGER]).lines();
    let kept: Vec<String> = tree.into_iter().filter(|line| !line.contains("\ttask/")).collect();
    let words = ["-c", "core.quotePath=false", "fast-import", "--quiet"];
    let entries: String = kept
        .iter()
        .map(|line| {
            let (head, path) = line.split_once('\t').unwrap();
            let fields: Vec<&str> = head.split(' ').collect();
            format!("M {} {} {path}\n", fields[0], fields[2])
        })
        .collect();
    let tip = repo.git(&["rev-parse", LEDGER]).text();
    let script = format!("commit {LEDGER}\ncommitter e <e@x> 1 +0000\ndata 0\nfrom {tip}\ndeleteall\n{entries}");
    repo.run("git").args(words).stdin(script).run().success();
    let gone = repo.path().join(".git/objects").join(&anchor[..2]).join(&anchor[2..]);
    std::fs::remove_file(gone).unwrap();
    repo.git(&["notes", "--ref=agent-tasks", "prune"]).success();
    let listed = repo.agent(&["list", "--all"]).success();
    assert!(listed.stderr.contains("another program removed 2 events of t-2 from the ledger"), "{listed}");
    repo.agent(&["doctor", "--fix", "-q"]).success();
    assert_eq!(ids(&repo), ["t-1", "t-2", "t-3"]);
    repo.git(&["notes", "--ref=agent-tasks", "prune"]).success();
    assert_eq!(ids(&repo), ["t-1", "t-2", "t-3"], "the anchor came back, too");
}

/// `refs/replace/*` comes with a fetch of every ref. What is written on top of what it shows would lose what it hides.
#[test]
fn a_replacement_hides_nothing_of_the_ledger() {
    for what in ["note", "tree", "commit", "anchor"] {
        let repo = repo_with_remote();
        let key = key(&repo, "t-1");
        let note = repo.git(&["notes", "--ref=agent-tasks", "list", &key]).text();
        let older = format!("{LEDGER}~4");
        let (of, by) = match what {
            "note" => (note, repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin("0 task t-1\n").run().text()),
            "tree" => (format!("{LEDGER}^{{tree}}"), format!("{older}^{{tree}}")),
            "commit" => (LEDGER.to_owned(), older),
            _ => {
                (key.clone(), repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin("0 task t-2\n").run().text())
            }
        };
        repo.git(&["replace", &of, &by]).success();
        let listed = repo.agent(&["list", "--all"]).success();
        assert_eq!(listed.stderr, "", "{what}");
        assert_eq!(ids(&repo), ["t-1", "t-2", "t-3"], "{what}");
        repo.agent(&["note", "later", "--task", "t-1"]).success();
        repo.agent(&["sync"]).success();
        repo.sh("git replace -l | xargs git replace -d").success();
        let note = repo.git(&["notes", "--ref=agent-tasks", "show", &key]).stdout;
        assert!(note.contains("\"a remark\"") && note.contains("\"later\""), "{what}: {note}");
        assert!(repo.agent(&["doctor"]).stdout.contains("✓ taken: no event was"), "{what}");
        repo.fsck();
    }
}

/// What only this clone has is not pushed over what the remote dropped without a word.
#[test]
fn what_a_remote_drops_is_pushed_back_by_a_sync_that_only_pushes() {
    let repo = repo_with_remote();
    let other = clone(&repo, "other");
    other.git(&["notes", "--ref=agent-tasks", "remove", &key(&other, "t-1")]).success();
    other.git(&["push", "-q", "origin", LEDGER]).success();
    repo.agent(&["note", "mine", "--task", "t-2"]).success();
    let synced = repo.agent(&["sync", "--push-only", "--json"]).json();
    assert_eq!(synced["dropped"][0], serde_json::json!({"task": "t-1", "events": 2}), "{synced}");
    assert_eq!(synced["pushed"], true);
    let fresh = clone(&repo, "fresh");
    assert_eq!(ids(&fresh), ["t-1", "t-2", "t-3"]);
    // One that went back: the push is a fast-forward.
    let older = repo.git(&["rev-parse", &format!("{LEDGER}~3")]).text();
    repo.git(&["push", "-q", "-f", "--no-verify", "origin", &format!("{older}:{LEDGER}")]).success();
    let synced = repo.agent(&["sync", "--push-only", "--json"]).json();
    assert_eq!(synced["pushed"], true, "{synced}");
    assert_eq!(ids(&clone(&repo, "another")), ["t-1", "t-2", "t-3"]);
}

#[test]
fn what_a_remote_refuses_or_has_instead_of_a_ledger_is_explained() {
    let repo = repo_with_remote();
    let remote = repo.at(repo.git(&["config", "remote.origin.url"]).text());
    repo.agent(&["note", "mine", "--task", "t-1"]).success();
    let hook = remote.path().join("hooks/pre-receive");
    repo.write_script(hook.to_str().unwrap(), "#!/bin/sh\necho no notes here\nexit 1\n");
    let refused = repo.agent(&["sync"]).exits(5).stderr;
    assert!(refused.contains("no notes here") && refused.contains("the next sync pushes them"), "{refused}");
    let refused = repo.agent(&["next", "--claim", "--remote", "origin"]).exits(5).stderr;
    assert!(refused.contains("hint: nothing was claimed"), "{refused}");
    std::fs::remove_file(hook).unwrap();
    // The connection breaks when the remote has the claim.
    let hook = "#!/bin/sh\ngrep -q agent-tasks && [ \"$1\" = committed ] && kill -KILL $PPID\nexit 0\n";
    let place = remote.path().join("hooks/reference-transaction");
    repo.write_script(place.to_str().unwrap(), hook);
    let broken = repo.agent(&["next", "--claim", "--remote", "origin"]).exits(5).stderr;
    assert!(broken.contains("hint: the next sync shows whether the claim arrived"), "{broken}");
    std::fs::remove_file(place).unwrap();
    assert!(repo.agent(&["sync", "--json"]).json()["merged_events"].as_u64() > Some(0));
    let blob = remote.sh("echo other | git hash-object -w --stdin").text();
    remote.git(&["update-ref", LEDGER, &blob]).success();
    let refused = repo.agent(&["sync"]).exits(5).stderr;
    assert!(refused.contains("error: cannot read the ledger of 'origin': "), "{refused}");
    let fix = refused.split("by the tasks of this clone: ").nth(1).unwrap().trim();
    repo.sh(fix).success();
    assert_eq!(repo.agent(&["sync", "--json"]).json()["merged_events"], 0);
    assert_eq!(ids(&clone(&repo, "fresh")), ["t-1", "t-2", "t-3"]);
}
