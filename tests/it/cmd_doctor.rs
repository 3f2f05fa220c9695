//! `git agent doctor`: every finding, and what it says about it.

use serde_json::Value;

use crate::support::{
    TestRepo,
    ledger::{Ledger, create, task_id},
};
use git_agent::domain::event::{Create, Dep, Payload};

const LEDGER: &str = "refs/notes/agent-tasks";

/// The finding called `name`.
fn check(repo: &TestRepo, args: &[&str], name: &str) -> Value {
    let output = repo.run("git-agent").args(["doctor", "--json"]).args(args).run();
    let answer: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output}"));
    assert_eq!(answer["schema"], 1);
    let checks = answer["checks"].as_array().unwrap().clone();
    let has_error = checks.iter().any(|check| check["level"] == "error");
    assert_eq!(output.code, Some(i32::from(has_error)), "{output}");
    checks.into_iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name}: {output}"))
}

fn level(repo: &TestRepo, name: &str) -> String {
    check(repo, &[], name)["level"].as_str().unwrap().to_owned()
}

#[test]
fn a_healthy_repository() {
    let repo = TestRepo::new();
    repo.commit_file("a", "one\n", "first");
    repo.agent(&["init"]).success();
    repo.agent(&["add", "--id", "t-1", "First"]).success();
    repo.agent(&["list"]).success();
    let tip = repo.git(&["rev-parse", LEDGER]).text();
    let text = repo.agent(&["doctor", "--verify"]).success().stdout.replace(&tip, "TIP");
    insta::assert_snapshot!(text.replace(&repo.git_version().name, "VERSION"), @r"
    ✓ git: git VERSION
    ✓ identity: A U Thor <author@example.com>
    ✓ settings: every agent.* setting is valid
    ✓ fetch: no fetch overwrites the ledger
    ✓ hooks: every hook is installed where git runs it
    ✓ ref: refs/notes/agent-tasks is at TIP
    ✓ own-refs: no ref of another program conflicts with those of git-agent
    ✓ locks: there is no stale lock
    ✓ objects: no object file is empty
    ✓ packs: git-agent protects no pack from gc
    ✓ snapshots: none
    ✓ operations: none
    ✓ interrupted: no operation was interrupted
    ✓ asides: no quarantined file is left
    ✓ empty-refs: no ref is empty
    ✓ bisections: no worktree is left from a bisection
    ✓ recording: no commit is waiting to be recorded
    ✓ commits: history index: none; the first query of a long history creates it
    ✓ notes: 1 note with 1 event
    ✓ lines: every line is valid
    ✓ tree: the tree contains only notes of tasks
    ✓ anchors: every task has its anchor
    ✓ tasks: 1 task
    ✓ dependencies: every dependency exists, and there is no cycle
    ✓ index: the derived index is current
    ✓ reflog: no state of the ledger was overwritten
    ✓ taken: no event was ever lost from the ledger
    ✓ history: no commit of the ledger removes a line
    ");
    assert_eq!(repo.agent(&["doctor", "--quiet"]).success().stdout, "");
}

#[test]
fn an_empty_repository_has_nothing_to_complain_about_but_the_hooks() {
    let repo = TestRepo::new();
    let output = repo.agent(&["doctor", "--quiet"]).success();
    assert!(output.stdout.lines().all(|line| line.contains("hook") || line.starts_with("  →")), "{output}");
}

#[test]
fn cycles_and_loose_ends() {
    let repo = TestRepo::new();
    let ledger = Ledger::of(&repo, "a@b");
    let dep = |add: &str| Payload::Dep(Dep { add: vec![task_id(add)], remove: Vec::new() });
    let part = |of: &str| Payload::Create(Create { title: "x".into(), parent: Some(task_id(of)), ..Create::default() });
    let events = [
        ("a", create("a")),
        ("b", create("b")),
        ("a", dep("b")),
        ("b", dep("a")),
        ("c", create("c")),
        ("c", dep("nobody")),
        ("d", part("gone")),
        ("e", part("f")),
        ("f", part("e")),
        ("g", create("g")),
        ("g", create("g again")),
        ("h", dep("a")),
    ];
    ledger.write(events.into_iter().map(|(id, payload)| (task_id(id), payload)).collect());
    insta::assert_snapshot!(check(&repo, &[], "dependencies")["message"].as_str().unwrap(), @r"dependency cycle: a → b → a; tasks that are their own ancestors: e, f; dependencies on tasks that are not in this ledger: c comes after nobody; subtasks of tasks that are not in this ledger: d is a subtask of gone");
    insta::assert_snapshot!(check(&repo, &[], "tasks")["message"].as_str().unwrap(), @r"several clones used one id for different work: g: 'g' and 'g again'; tasks without the event that adds them: h");
    assert_eq!((level(&repo, "dependencies"), level(&repo, "tasks")), ("error".into(), "warning".into()));
}

#[test]
fn settings_refspecs_and_locks() {
    let repo = TestRepo::new();
    for name in ["settings", "fetch", "locks", "objects"] {
        assert_eq!(level(&repo, name), "ok", "{name}");
    }
    repo.git(&["config", "agent.lease", "soon"]).success();
    repo.git(&["config", "agent.requireVerify", "perhaps"]).success();
    repo.git(&["config", "agent.maxFileSize", "big"]).success();
    insta::assert_snapshot!(check(&repo, &[], "settings")["message"].as_str().unwrap(), @r"invalid settings, which are ignored: agent.lease is 'soon', not a duration like 2h, agent.maxFileSize is 'big', not a size like 10m, agent.requireVerify is 'perhaps', not true or false");
    repo.git(&["config", "--add", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"]).success();
    repo.git(&["config", "--add", "remote.origin.fetch", "+refs/notes/agent*:refs/agent/remotes/origin/agent*"])
        .success();
    assert_eq!(level(&repo, "fetch"), "ok");
    repo.git(&["config", "--add", "remote.origin.fetch", "+refs/notes/*:refs/notes/*"]).success();
    insta::assert_snapshot!(check(&repo, &[], "fetch")["message"].as_str().unwrap(), @r"remote.origin.fetch is '+refs/notes/*:refs/notes/*': every fetch overwrites the ledger and loses what was not pushed");
    // Names of remotes may begin and end as the key does.
    repo.git(&["config", "--unset-all", "remote.origin.fetch"]).success();
    repo.git(&["config", "remote.remote.a.fetch.fetch", "+refs/notes/*:refs/notes/*"]).success();
    let said = check(&repo, &[], "fetch")["message"].to_string();
    assert!(said.contains("remote.remote.a.fetch.fetch is '"), "{said}");
    repo.write(".git/index.lock", "");
    assert_eq!(level(&repo, "locks"), "ok", "a git may be running");
    repo.sh("touch -d '1 hour ago' .git/index.lock").success();
    insta::assert_snapshot!(check(&repo, &[], "locks")["message"].as_str().unwrap(), @r"a crashed program left 1 lock behind: ./.git/index.lock");
    repo.write(".git/objects/00/tmp_obj_a1b2c3", "");
    assert_eq!(check(&repo, &[], "objects")["level"], "ok", "git is writing it, or its gc removes it");
    repo.write(&format!(".git/objects/00/{}", "1".repeat(38)), "");
    insta::assert_snapshot!(check(&repo, &[], "objects")["message"].as_str().unwrap(), @r"1 object file is empty, probably after a system crash: ./.git/objects/00/11111111111111111111111111111111111111");
}

#[test]
fn an_empty_ref_is_explained_and_can_be_repaired_as_it_says() {
    let repo = TestRepo::new();
    repo.agent(&["add", "--id", "t-1", "First"]).success();
    repo.agent(&["add", "--id", "t-2", "Second"]).success();
    let tip = repo.git(&["rev-parse", LEDGER]).text();
    repo.write(&format!(".git/{LEDGER}"), "");
    let found = check(&repo, &[], "ref");
    assert_eq!(found["level"], "error");
    let fix = found["fix"].as_str().unwrap();
    assert!(fix.ends_with(&format!("git update-ref {LEDGER} {tip}")), "{fix}");
    insta::assert_snapshot!(repo.agent(&["list"]), @r#"
    ------- stderr -------
    error: cannot read refs/notes/agent-tasks: The reference at "refs/notes/agent-tasks" could not be decoded: Reference content could not be parsed, input=""
    hint: 'git agent doctor' checks it
    [exit code 5]
    "#);
    std::fs::rename(repo.path().join(".git").join(LEDGER), repo.path().join("away")).unwrap();
    repo.git(&["update-ref", LEDGER, &tip]).success();
    assert_eq!(repo.agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(), 2);
}

#[test]
fn what_another_program_threw_away_is_found_and_comes_back() {
    let repo = TestRepo::new();
    repo.agent(&["add", "--id", "t-1", "First"]).success();
    let before = repo.git(&["rev-parse", LEDGER]).text();
    repo.agent(&["add", "--id", "t-2", "Second"]).success();
    let lost = repo.git(&["rev-parse", LEDGER]).text();
    // As a writer without compare-and-swap does it.
    repo.git(&["update-ref", LEDGER, &before]).success();
    repo.agent(&["add", "--id", "t-3", "Third"]).success();
    let found = check(&repo, &[], "reflog");
    assert!(found["message"].as_str().unwrap().contains(&lost), "{found}");
    let fix = found["fix"].as_str().unwrap().strip_prefix("to restore the lost lines: ").unwrap();
    repo.sh(fix).success();
    assert_eq!(level(&repo, "reflog"), "ok");
    assert_eq!(repo.agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(), 3);
}

#[test]
fn what_a_killed_writer_did_not_get_to_write_is_not_lost() {
    let repo = TestRepo::new();
    repo.commit_file("a", "one\n", "first");
    repo.agent(&["add", "--id", "t-1", "First"]).success();
    let kill = || {
        let tip = repo.git(&["rev-parse", LEDGER]).text();
        let unwritten = repo.git(&["commit-tree", &format!("{tip}^{{tree}}"), "-p", &tip, "-m", "killed"]).text();
        let line = format!("{tip} {unwritten} A <a@b> 1767323046 +0000\tgit-agent: note");
        repo.sh(&format!("printf '%s\\n' '{line}' >>.git/logs/{LEDGER}")).success();
        assert_eq!(level(&repo, "reflog"), "ok");
    };
    kill();
    kill();
    // In the middle of an entry, which the next one continues.
    repo.sh(&format!("truncate -s -30 .git/logs/{LEDGER}")).success();
    repo.agent(&["note", "later", "--task", "t-1", "-q"]).success();
    assert_eq!(level(&repo, "reflog"), "ok");
    repo.git(&["update-ref", LEDGER, &format!("{LEDGER}~1")]).success();
    assert_eq!(level(&repo, "reflog"), "warning");
}

#[test]
fn lines_that_were_taken_away_show_in_the_history() {
    let repo = TestRepo::new();
    repo.agent(&["add", "--id", "t-1", "First"]).success();
    repo.agent(&["note", "a remark", "--task", "t-1"]).success();
    assert_eq!(check(&repo, &["--verify"], "history")["level"], "ok");
    let key = repo.run("git").args(["hash-object", "--stdin"]).stdin("0 task t-1\n").run().text();
    repo.git(&["notes", "--ref=agent-tasks", "add", "-f", "-m", "0 task t-1", &key]).success();
    let commit = repo.git(&["rev-parse", LEDGER]).text();
    let found = check(&repo, &["--verify"], "history");
    assert_eq!(
        found["message"],
        format!("another program removed lines from the append-only ledger: {commit} removes 2 lines from t-1")
    );
}

#[test]
fn the_index_never_changes_an_answer() {
    let repo = TestRepo::new();
    let ledger = Ledger::of(&repo, "a@b");
    for round in 0..3 {
        ledger.write((0..60).map(|at| (task_id(&format!("t-{round}-{at}")), create("x"))).collect());
    }
    let file = repo.path().join(".git/agent/tasks.index");
    let rows = || ledger.view().table().unwrap().summaries();
    let fresh = rows();
    assert_eq!((fresh.len(), rows() == fresh), (180, true));
    let current = std::fs::read(&file).unwrap();
    assert!(check(&repo, &[], "index")["message"].as_str().unwrap().contains("current"));
    // Damaged: anywhere.
    for at in [0, 9, 20, current.len() / 2, current.len() - 1] {
        let mut damaged = current.clone();
        damaged[at] ^= 0x41;
        std::fs::write(&file, &damaged).unwrap();
        assert_eq!(rows(), fresh, "byte {at}");
        std::fs::write(&file, &current[..at]).unwrap();
        assert!(check(&repo, &[], "index")["message"].as_str().unwrap().contains("was damaged and was rebuilt"));
        assert_eq!(rows(), fresh);
    }
    // Stale: by a little, by much, and from a state that is gone.
    for tasks in [1, 70, 1] {
        std::fs::write(&file, &current).unwrap();
        let round = ledger.tasks().len();
        ledger.write((0..tasks).map(|at| (task_id(&format!("u-{round}-{at}")), create("y"))).collect());
        let stale = rows();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(rows(), stale);
    }
    assert_eq!(check(&repo, &["--verify"], "index")["level"], "ok");
    assert!(
        check(&repo, &["--rebuild-index"], "index")["message"].as_str().unwrap().contains("251 tasks")
            || rows().len() == 252
    );
}

#[test]
fn commits_that_wait_to_be_recorded() {
    let repo = TestRepo::new();
    repo.commit_file("a", "one\n", "first");
    repo.agent(&["init"]).success();
    repo.agent(&["add", "First", "--id", "A"]).success();
    repo.agent(&["start", "A"]).success();
    let key = repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin("0 task A\n").run().text();
    repo.commit_file("a", "two\n", "second");
    repo.write(".git/agent/pending/01BADBADBADBADBADBADBADBAD", "{");
    let large = repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin("x".repeat(17 << 20)).run().text();
    repo.git(&["notes", "--ref=agent-tasks", "add", "-f", "-C", &large, &key]).success();
    let found = check(&repo, &[], "recording");
    let message = found["message"].as_str().unwrap();
    assert!(message.starts_with("2 commits are waiting to be recorded, the first one for "), "{found}");
    assert!(message.contains("01BADBADBADBADBADBADBADBAD' cannot be read: EOF"), "{found}");
    assert!(message.contains("too many for a task"), "{found}");
    // What kept one away is repaired first, and then it is recorded.
    let fixed = repo.agent(&["doctor", "--fix"]).stderr;
    assert!(
        fixed.contains("Fixed: recorded 1 commit.\nFixed: dropped 1 commit that can never be recorded."),
        "{fixed}"
    );
    assert_eq!(check(&repo, &[], "recording")["message"], "no commit is waiting to be recorded");
    let note = repo.git(&["notes", "--ref=agent-tasks", "show", &key]).text();
    assert!(note.contains(&format!(" commit commit=\"{}\"", repo.head())), "{note}");
}
