//! What a fetch brings is shown and never acted on: snapshots, operations, active tasks of another repository.

use crate::support::{Layout, Output, State, TestRepo, default_git, on_every_git};

/// A repository that sends what it should not, and a clone of it that fetches everything.
pub struct Pair {
    pub sender: TestRepo,
    pub victim: TestRepo,
}

pub fn pair(layout: Layout) -> Pair {
    let sender = TestRepo::with_layout(default_git(), layout);
    sender.commit_file("a", "one\n", "first");
    sender.commit_file("b", "b\n", "second");
    let victim = sender.clone_to("victim");
    Pair { sender, victim }
}

impl Pair {
    fn fetch_snapshots(&self) {
        self.victim.git(&["fetch", "-q", "origin", "+refs/agent/snap/*:refs/agent/snap/*"]).success();
    }
}

/// The code of an error.
fn code(output: &Output) -> String {
    let answer: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    answer["error"]["code"].as_str().unwrap_or_default().to_owned()
}

/// Store a tree as it is, whatever stock git thinks of it.
fn tree(repo: &TestRepo, entries: &[(&str, &[u8], &str)]) -> String {
    let mut bytes = Vec::new();
    for (mode, name, id) in entries {
        bytes.extend_from_slice(format!("{mode} ").as_bytes());
        bytes.extend_from_slice(name);
        bytes.push(0);
        bytes.extend((0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()));
    }
    object(repo, "tree", &bytes)
}

fn object(repo: &TestRepo, kind: &str, bytes: &[u8]) -> String {
    let words = ["hash-object", "-t", kind, "-w", "--literally", "--stdin"];
    repo.run("git").args(words).stdin(bytes.to_vec()).run().text()
}

/// A snapshot with this tree, made by plumbing alone; answers its id.
fn snapshot(repo: &TestRepo, number: u32, top: &str) -> String {
    let id = format!("01K{number:023}");
    let head = repo.head();
    let message = format!(
        "git-agent snapshot 1: come and get it\n\nSnapshot: {id}\nKind: manual\nAt: 2026-01-01T00:00:00.000Z\n\
         By: eve@there\nWorktree: main\nHead: refs/heads/main {head}\n"
    );
    let commit = repo.run("git").args(["commit-tree", top, "-p", &head]).stdin(message).run().text();
    repo.git(&["update-ref", &format!("refs/agent/snap/{id}"), &commit]).success();
    id
}

fn top(repo: &TestRepo, worktree: &str, more: &[(&str, &[u8], &str)]) -> String {
    let staged = repo.git(&["rev-parse", "HEAD^{tree}"]).text();
    let mut entries = more.to_vec();
    entries.extend([("40000", &b"staged"[..], staged.as_str()), ("40000", &b"worktree"[..], worktree)]);
    entries.sort_by_key(|(_, name, _)| name.to_vec());
    tree(repo, &entries)
}

#[test]
fn a_fetched_snapshot_can_be_looked_at_and_gives_its_files_alone() {
    for layout in [Layout::Plain, Layout::Reftable, Layout::Sha256] {
        let pair = pair(layout);
        pair.sender.write("a", "two\n");
        pair.sender.write_script("run", "#!/bin/sh\n");
        pair.sender.sh("chmod 4777 run; chmod 600 a; git add b; ln -s a link; echo staged >b; git add b").success();
        let id = pair.sender.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
        pair.fetch_snapshots();
        let victim = &pair.victim;
        assert_eq!(victim.agent(&["snapshot", "list", "--json"]).json()["snapshots"][0]["foreign"], true);
        assert!(victim.agent(&["snapshot", "list"]).success().stdout.contains("not made in this repository"));
        assert!(victim.agent(&["snapshot", "show", &id]).success().stdout.contains("not made in this repository"));
        victim.write("own", "untracked\n");
        let before = State::of(victim);
        let refused = victim.agent(&["snapshot", "restore", &id, "--json"]);
        assert_eq!(code(&refused), "foreign-snapshot");
        assert_eq!(State::of(victim), before);
        victim.agent(&["snapshot", "restore", &id, "--foreign"]).success();
        assert_eq!((victim.read("a").as_str(), victim.read("b").as_str()), ("two\n", "staged\n"));
        assert_eq!(victim.read("own"), "untracked\n");
        let after = State::of(victim);
        assert_eq!((&after.index, &after.refs), (&before.index, &before.refs));
        assert_eq!(victim.sh("stat -c %a run; readlink link").success().lines(), ["755", "a"]);
        victim.agent(&["undo"]).success();
        assert_eq!(State::of(victim).files, before.files);
        // Its own are its own.
        let own = victim.agent(&["snapshot", "--json"]).json();
        assert_eq!(own["snapshot"]["foreign"], serde_json::Value::Null);
        victim.write("a", "later\n");
        victim.agent(&["snapshot", "restore", own["snapshot"]["id"].as_str().unwrap()]).success();
        assert_eq!(victim.read("a"), "one\n");
        victim.fsck();
    }
}

#[test]
fn no_stored_path_leads_into_the_git_directory_or_out_of_the_work_tree() {
    let Pair { sender, victim } = pair(Layout::Plain);
    let evil = object(&sender, "blob", b"#!/bin/sh\ntouch \"$HOME/pwned\"\n");
    let inner = tree(&sender, &[("100755", b"post-checkout", &evil)]);
    let hooks = tree(&sender, &[("40000", b"hooks", &inner)]);
    let names: [&[u8]; 14] = [
        b".git",
        b".GIT",
        b".Git ",
        b".git.",
        b"git~1",
        b"GIT~1",
        b".git::$INDEX_ALLOCATION",
        b".g\xe2\x80\x8cit",
        b"\xef\xbb\xbf.git",
        b"..",
        b".",
        b"../x",
        b"a\\.git",
        b"/tmp/x",
    ];
    let mut ids = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let number = u32::try_from(at).unwrap() * 10;
        let files = tree(&sender, &[("40000", name, &hooks)]);
        ids.push(snapshot(&sender, number, &top(&sender, &files, &[])));
        let list = object(&sender, "blob", &[b"755 ", *name, b"/hooks/post-checkout\0"].concat());
        ids.push(snapshot(&sender, number + 1, &top(&sender, &files, &[("100644", b"raw.lst", &list)])));
        let leaf = tree(&sender, &[("100755", name, &evil)]);
        ids.push(snapshot(&sender, number + 2, &top(&sender, &leaf, &[])));
        let dirs = object(&sender, "blob", &[b"755 ", *name, b"\0"].concat());
        let plain = sender.git(&["rev-parse", "HEAD^{tree}"]).text();
        ids.push(snapshot(&sender, number + 3, &top(&sender, &plain, &[("100644", b"dirs.lst", &dirs)])));
        let state = tree(&sender, &[("40000", name, &inner)]);
        ids.push(snapshot(&sender, number + 4, &top(&sender, &plain, &[("40000", b"state", &state)])));
    }
    let state = tree(&sender, &[("40000", b"hooks", &inner)]);
    let plain = sender.git(&["rev-parse", "HEAD^{tree}"]).text();
    ids.push(snapshot(&sender, 900, &top(&sender, &plain, &[("40000", b"state", &state)])));
    let link = object(&sender, "blob", b".git");
    let modules = tree(&sender, &[("120000", b".gitmodules", &link)]);
    ids.push(snapshot(&sender, 901, &top(&sender, &modules, &[])));
    // A link, and a file behind it.
    let through = tree(&sender, &[("120000", b"x", &link), ("40000", b"x", &hooks)]);
    ids.push(snapshot(&sender, 902, &top(&sender, &through, &[])));
    victim
        .git(&["-c", "fetch.fsckObjects=false", "fetch", "-q", "origin", "+refs/agent/snap/*:refs/agent/snap/*"])
        .success();
    let before = State::of(&victim);
    let git = |repo: &TestRepo| {
        repo.sh("find .git -type f ! -path '.git/agent/*' ! -path '.git/agent-id/*' ! -path '.git/objects/*' ! -path '.git/refs/agent/*' | sort")
            .success()
            .stdout
    };
    let hooks = git(&victim);
    victim.agent(&["snapshot", "list"]).success();
    for id in &ids {
        let shown = victim.agent(&["snapshot", "show", id]);
        assert!(matches!(shown.code, Some(0 | 5)), "{id}: {shown}");
        victim.agent(&["snapshot", "restore", id]).exits(1);
        let refused = victim.agent(&["snapshot", "restore", id, "--foreign"]);
        // What is no work tree for git is refused; where only the state of git's is harmful, nothing of it is taken.
        assert!(matches!(refused.code, Some(0 | 1 | 5)), "{id}: {refused}");
        if refused.code == Some(0) {
            victim.agent(&["undo"]).success();
        }
        let after = State::of(&victim);
        assert_eq!((&after.files, &after.refs), (&before.files, &before.refs), "{id}");
        assert_eq!(git(&victim), hooks, "{id}");
        assert!(!victim.tmp().join("x").exists(), "{id}");
    }
    victim.agent(&["doctor"]).failure();
    victim.agent(&["gc"]).success();
}

#[test]
fn odd_modes_links_and_gitlinks_become_plain_files_and_links_or_nothing() {
    let Pair { sender, victim } = pair(Layout::Plain);
    let blob = object(&sender, "blob", b"odd\n");
    let gone = "1".repeat(40);
    let head = sender.head();
    let plain = tree(&sender, &[("100644", b"f", &blob)]);
    let link = |target: &[u8]| object(&sender, "blob", target);
    let links = [link(b""), link(b"a\0b"), link(&[b'x'; 5000]), link(b"/etc/passwd"), link(b".git/hooks")];
    let mut trees: Vec<Vec<(&str, &[u8], &str)>> = [
        "100664", "100600", "100000", "104755", "102755", "100777", "140000", "060000", "010000", "020666", "0",
        "120755", "160755", "40755",
    ]
    .into_iter()
    .map(|mode| vec![(mode, &b"odd"[..], if mode == "40755" { plain.as_str() } else { blob.as_str() })])
    .collect();
    trees.extend(links.iter().map(|id| vec![("120000", &b"odd"[..], id.as_str())]));
    trees.extend([
        vec![("160000", &b"odd"[..], head.as_str())],
        vec![("160000", &b"odd"[..], gone.as_str())],
        // Where a file, and a directory, of the victim is.
        vec![("160000", &b"a"[..], gone.as_str())],
        vec![("120000", &b"dir"[..], links[4].as_str())],
        vec![("100644", &b"odd"[..], blob.as_str()), ("120000", &b"odd"[..], links[4].as_str())],
        vec![("100644", &b"zodd"[..], blob.as_str()), ("100644", &b"odd"[..], blob.as_str())],
        vec![("100644", &b"odd"[..], plain.as_str())],
        vec![("40000", &b"odd"[..], blob.as_str())],
        vec![("100644", &b"odd"[..], gone.as_str())],
        vec![("100644", &b"Odd"[..], blob.as_str()), ("120000", &b"odd"[..], links[4].as_str())],
    ]);
    let ids: Vec<String> = trees
        .iter()
        .zip(0..)
        .map(|(entries, at)| {
            let worktree = tree(&sender, entries);
            snapshot(&sender, at, &top(&sender, &worktree, &[]))
        })
        .collect();
    // As a copy, which is asked for nothing that is missing.
    victim.sh("cp -rn ../repo/.git/objects/. .git/objects/; mkdir -p dir .git/refs/agent; cp -a ../repo/.git/refs/agent/snap .git/refs/agent/
        echo own >dir/own").success();
    let index = |repo: &TestRepo| repo.git(&["ls-files", "-s"]).stdout;
    let before = (State::of(&victim).files, index(&victim));
    let hooks = victim.sh("find .git/hooks -printf '%p %m %s\\n' | sort").stdout;
    for (id, entries) in ids.iter().zip(&trees) {
        let shown = victim.agent(&["snapshot", "show", id]);
        assert!(matches!(shown.code, Some(0 | 5)), "{entries:?}: {shown}");
        let restored = victim.agent(&["snapshot", "restore", id, "--foreign"]);
        assert!(matches!(restored.code, Some(0 | 1 | 5)), "{entries:?}: {restored}");
        let special =
            victim.sh("find . -name .git -prune -o ! -type f ! -type d ! -type l -print -o -type f -perm /7022 -print");
        assert_eq!(special.success().stdout, "", "{entries:?}");
        assert_eq!(victim.sh("find .git/hooks -printf '%p %m %s\\n' | sort").stdout, hooks, "{entries:?}");
        if restored.code == Some(0) {
            victim.agent(&["undo"]).success();
        }
        assert_eq!((State::of(&victim).files, index(&victim)), before, "{entries:?}: {restored}");
    }
}

#[test]
fn trees_that_are_made_to_be_harmful_end() {
    let repo = TestRepo::new();
    repo.commit_file("a", "one\n", "first");
    let blob = object(&repo, "blob", b"x\n");
    let path = "d/".repeat(2100);
    let import =
        format!("commit refs/heads/deep\ncommitter e <e@e> 1 +0000\ndata 0\nM 100644 inline {path}a\ndata 2\nx\n\n");
    repo.run("git").args(["fast-import", "--quiet"]).stdin(import).run().success();
    let deep = repo.git(&["rev-parse", "deep^{tree}"]).text();
    repo.git(&["update-ref", "-d", "refs/heads/deep"]).success();
    let mut wide = tree(&repo, &[("100644", b"a", &blob)]);
    let mut hollow = tree(&repo, &[]);
    for _ in 0..40 {
        wide = tree(&repo, &[("40000", b"x", &wide), ("40000", b"y", &wide)]);
        hollow = tree(&repo, &[("40000", b"x", &hollow), ("40000", b"y", &hollow)]);
    }
    let plain = repo.git(&["rev-parse", "HEAD^{tree}"]).text();
    let mut ids = Vec::new();
    for (at, bomb) in [&deep, &wide].into_iter().enumerate() {
        ids.push(snapshot(&repo, u32::try_from(at).unwrap(), &top(&repo, bomb, &[])));
    }
    for (at, bomb) in [&deep, &wide, &hollow].into_iter().enumerate() {
        let number = 10 + u32::try_from(at).unwrap();
        ids.push(snapshot(&repo, number, &top(&repo, &plain, &[("40000", b"state", bomb)])));
    }
    for id in &ids {
        repo.agent(&["snapshot", "show", id]).exits(5);
        repo.agent(&["snapshot", "restore", id, "--foreign"]).exits(5);
    }
    repo.agent(&["snapshot", "list"]).success();
    repo.agent(&["snapshot"]).success();
}

#[test]
fn a_fetched_log_and_a_fetched_active_task_are_not_ours() {
    on_every_git(|git| {
        for layout in [Layout::Plain, Layout::Reftable] {
            if layout == Layout::Reftable && !git.has_reftable() {
                continue;
            }
            let sender = TestRepo::with_layout(git, layout);
            sender.commit_file("a", "one\n", "first");
            let victim = sender.clone_to("victim");
            victim.agent(&["add", "--id", "own", "Own"]).success();
            victim.agent(&["start", "own"]).success();
            sender.agent(&["add", "--id", "evil", "Evil"]).success();
            sender.agent(&["start", "evil"]).success();
            sender.write("a", "two\n");
            sender.agent(&["checkpoint"]).success();
            sender.write("a", "three\n");
            sender.agent(&["rollback", "evil@start"]).success();
            victim.git(&["fetch", "-q", "origin", "+refs/*:refs/*", "--update-head-ok"]).success();
            victim.git(&["reset", "-q", "--hard"]).success();
            let before = State::of(&victim);
            let status = victim.agent(&["status", "--json"]).json();
            assert_eq!((&status["active"], &status["foreign"]), (&serde_json::json!([]), &serde_json::json!(["evil"])));
            victim.git(&["fetch", "-q", "origin", "main"]).success();
            assert_eq!(victim.agent(&["status", "--json"]).json()["active"], serde_json::json!([]), "also later");
            let refused = |words: &[&str], code: &str| {
                let output = victim.agent(&[words, &["--json"]].concat());
                assert_eq!(self::code(&output), code, "{words:?}");
            };
            refused(&["undo"], "nothing-to-undo");
            refused(&["redo"], "nothing-to-redo");
            refused(&["resume"], "nothing-interrupted");
            let ops = victim.agent(&["ops", "--json"]).json();
            let foreign = ops["operations"].as_array().unwrap().iter().find(|op| op["foreign"] == true);
            let theirs = foreign.unwrap()["id"].as_str().unwrap().to_owned();
            refused(&["undo", &theirs], "foreign-operation");
            assert!(victim.agent(&["doctor"]).stdout.contains("not made in this repository"));
            assert_eq!(State::of(&victim), before);
            victim.git(&["commit", "-q", "--allow-empty", "-m", "by hand"]).success();
            assert_eq!(victim.task_ids("HEAD"), Vec::<String>::new());
            // Work goes on, on top of what was fetched.
            victim.agent(&["claim", "evil", "--steal", "--reason", "it is here"]).success();
            victim.agent(&["start", "evil"]).success();
            assert_eq!(victim.agent(&["status", "--json"]).json()["active"], serde_json::json!(["evil"]));
            victim.write("a", "mine\n");
            victim.agent(&["checkpoint"]).success();
            victim.agent(&["undo"]).success();
            assert_eq!(victim.git(&["rev-parse", "HEAD"]).text(), victim.head());
            assert_eq!(victim.read("a"), "mine\n");
            victim.agent(&["gc"]).success();
            victim.fsck();
        }
    });
}

#[test]
fn an_operation_that_was_begun_elsewhere_interrupts_nothing() {
    let Pair { sender, victim } = pair(Layout::Plain);
    sender.write("a", "two\n");
    let id = sender.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
    sender.write("a", "three\n");
    sender.run("git-agent").args(["snapshot", "restore", &id]).env("GIT_AGENT_TEST_DIE", "Filled").run().failure();
    victim.git(&["fetch", "-q", "origin", "+refs/agent/*:refs/agent/*"]).success();
    victim.agent(&["resume"]).failure();
    victim.agent(&["undo"]).exits(1);
    assert_eq!(victim.agent(&["status", "--json"]).json()["interrupted"], serde_json::Value::Null);
    assert_eq!(victim.read("a"), "one\n");
    victim.write("a", "mine\n");
    victim.agent(&["snapshot"]).success();
    // A chain that is not one at all.
    let head = victim.head();
    victim.git(&["update-ref", "refs/agent/ops/main", &head]).success();
    victim.agent(&["add", "--id", "t", "T"]).success();
    victim.agent(&["start", "t"]).success();
    victim.agent(&["checkpoint"]).success();
    victim.agent(&["undo"]).success();
    victim.agent(&["redo"]).success();
    victim.agent(&["gc"]).success();
}

#[test]
fn a_seal_is_of_one_ref_and_of_every_byte() {
    let repo = TestRepo::new();
    repo.commit_file("a", "one\n", "first");
    repo.write("a", "two\n");
    let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
    let name = format!("refs/agent/snap/{id}");
    let raw = repo.git(&["cat-file", "commit", &name]).success().raw;
    let text = String::from_utf8(raw).unwrap();
    assert!(text.contains("\nagent-seal "), "{text}");
    let changed = text.replace("Kind: manual", "Kind: safety");
    let commit = object(&repo, "commit", changed.as_bytes());
    repo.git(&["update-ref", &name, &commit]).success();
    // Without what is remembered of it, which would bring ours back.
    std::fs::remove_dir_all(repo.path().join(".git/agent-id/tips")).unwrap();
    repo.agent(&["snapshot", "restore", &id]).exits(1);
    repo.fsck();
    assert_eq!(repo.sh("stat -c %a .git/agent-id/secret").success().text(), "600");
}

/// What an earlier version made has no seal, and neither counts what was made before the secret was lost; a person may say that it
/// is ours.
#[test]
fn what_is_ours_by_the_word_of_a_person_is_ours_again() {
    let repo = TestRepo::new();
    repo.commit_file("a", "one\n", "first");
    repo.agent(&["add", "--id", "t", "T"]).success();
    repo.agent(&["start", "t"]).success();
    repo.write("a", "two\n");
    let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
    repo.agent(&["checkpoint"]).success();
    std::fs::remove_dir_all(repo.path().join(".git/agent")).unwrap();
    repo.agent(&["undo"]).success();
    repo.agent(&["redo"]).success();
    std::fs::remove_dir_all(repo.path().join(".git/agent-id")).unwrap();
    repo.agent(&["undo"]).exits(1);
    repo.agent(&["snapshot", "restore", &id]).exits(1);
    repo.agent(&["doctor", "--fix"]).success();
    repo.agent(&["undo"]).exits(1);
    assert!(repo.agent(&["doctor", "--adopt"]).success().stderr.contains("snapshots or operations as made here"));
    repo.agent(&["undo"]).success();
    assert_eq!(repo.git(&["log", "-1", "--format=%s"]).text(), "first");
    repo.write("a", "three\n");
    repo.agent(&["snapshot", "restore", &id]).success();
    assert_eq!(repo.read("a"), "two\n");
}

/// Also in a worktree in which no task was ever started.
#[test]
fn an_active_task_that_was_not_started_here_is_not_ours() {
    let Pair { sender, victim } = pair(Layout::Plain);
    victim.agent(&["init"]).success();
    sender.agent(&["add", "--id", "evil", "Evil"]).success();
    sender.agent(&["start", "evil"]).success();
    victim.git(&["fetch", "-q", "--no-write-fetch-head", "origin", "+refs/*:refs/*", "--update-head-ok"]).success();
    victim.git(&["reset", "-q", "--hard"]).success();
    let status = victim.agent(&["status", "--json"]).json();
    assert_eq!((&status["active"], &status["foreign"]), (&serde_json::json!([]), &serde_json::json!(["evil"])));
    victim.git(&["commit", "-q", "--allow-empty", "-m", "by hand"]).success();
    assert_eq!(victim.task_ids("HEAD"), Vec::<String>::new());
    // Nor does it become the active one when one that was started here ends.
    victim.agent(&["add", "--id", "own", "Own"]).success();
    let anchor = victim.git(&["rev-parse", "refs/worktree/agent/active"]).text();
    victim.agent(&["start", "own"]).success();
    victim.git(&["update-ref", "refs/worktree/agent/also/evil", &anchor]).success();
    victim.agent(&["pause"]).success();
    assert_eq!(victim.agent(&["status", "--json"]).json()["active"], serde_json::json!([]));
    // Until it is started here.
    victim.agent(&["claim", "evil", "--steal", "--reason", "it is here"]).success();
    victim.agent(&["start", "evil"]).success();
    assert_eq!(victim.agent(&["status", "--json"]).json()["active"], serde_json::json!(["evil"]));
}

#[test]
fn an_active_task_that_no_fetch_head_tells_of_is_not_ours_either() {
    let Pair { sender, victim } = pair(Layout::Plain);
    victim.agent(&["init"]).success();
    victim.agent(&["add", "--id", "own", "Own"]).success();
    victim.agent(&["start", "own"]).success();
    sender.agent(&["add", "--id", "evil", "Evil"]).success();
    sender.agent(&["start", "evil"]).success();
    for fetches in [
        &["fetch -q --no-write-fetch-head origin +refs/worktree/*:refs/worktree/*"][..],
        &["fetch -q origin +refs/worktree/*:refs/worktree/*", "fetch -q origin main"],
    ] {
        for fetch in fetches {
            victim.git(&fetch.split(' ').collect::<Vec<_>>()).success();
        }
        let status = victim.agent(&["status", "--json"]).json();
        assert_eq!((&status["active"], &status["foreign"]), (&serde_json::json!([]), &serde_json::json!(["evil"])));
        victim.git(&["commit", "-q", "--allow-empty", "-m", "by hand"]).success();
        assert_eq!(victim.task_ids("HEAD"), Vec::<String>::new());
        // What was started here counts again as soon as it is pointed to.
        victim.agent(&["start", "own"]).success();
        assert_eq!(victim.agent(&["status", "--json"]).json()["active"], serde_json::json!(["own"]));
        victim.git(&["commit", "-q", "--allow-empty", "-m", "by hand"]).success();
        assert_eq!(victim.task_ids("HEAD"), ["own"]);
    }
}
