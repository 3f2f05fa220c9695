//! Snapshots last: they are on the disk, referenced, and no gc takes them.

use std::fs;

use crate::snapshot_capture::{snap, stored, with_files};
use crate::support::{TestRepo, default_git, has_strace, is_missing, on_every_git};

/// Let every call of git be recorded in `calls`, one a line.
pub fn spy(repo: &TestRepo) -> std::path::PathBuf {
    let calls = repo.tmp().join("calls");
    let real = repo.git_version().path.display().to_string();
    let script =
        format!("#!/bin/sh\nprintf '%s ' \"$@\" >>'{0}'\necho >>'{0}'\nexec '{real}' \"$@\"\n", calls.display());
    let place = repo.tmp().join("bin/git");
    fs::remove_file(&place).unwrap();
    repo.write_script(place.to_str().unwrap(), &script);
    calls
}

#[test]
fn writes_use_core_fsync() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.write("a.txt", "edited\n");
        let calls = spy(&repo);
        snap(&repo);
        let calls = fs::read_to_string(calls).unwrap();
        let lines: Vec<&str> = calls.lines().collect();
        let [status] = lines[..] else { panic!("one process: {calls}") };
        assert!(status.starts_with("-c core.fsmonitor=false status --porcelain=v2 -z "), "{status}");
        // Where git has to move the ref, it is told to do it durably, and without hooks.
        repo.git(&["config", "core.sharedRepository", "group"]).success();
        repo.write("a.txt", "edited again\n");
        snap(&repo);
        let calls = fs::read_to_string(repo.tmp().join("calls")).unwrap();
        let update = calls.lines().last().unwrap();
        assert!(update.contains("-c core.fsync=objects,reference "), "{update}");
        assert!(update.contains("-c core.hooksPath=/dev/null "), "{update}");
        assert!(update.contains(" update-ref -z --stdin "), "{update}");
    });
}

#[test]
fn objects_are_synced_before_the_ref_is_made() {
    if is_missing("strace", has_strace()) {
        return;
    }
    let repo = with_files(TestRepo::new());
    // The first one has more objects, and is a pack.
    repo.write("a.txt", "before\n");
    snap(&repo);
    repo.write("a.txt", "edited\n");
    repo.write("b.txt", "staged\n");
    repo.git(&["add", "b.txt"]).success();
    let staged = repo.git(&["rev-parse", ":b.txt"]).text();
    let log = repo.tmp().join("trace");
    let run = repo.run("strace").args(["-f", "-y", "-e", "trace=fsync,rename,renameat,renameat2", "-o"]);
    run.args([log.as_os_str()]).args(["git-agent", "snapshot", "--quiet"]).run().success();
    let trace = fs::read_to_string(log).unwrap();
    let at = |what: &dyn Fn(&str) -> bool| trace.lines().position(what);
    let renamed = trace.lines().filter(|line| line.contains("rename") && line.contains("/objects/")).count();
    let synced = trace.lines().filter(|line| line.contains("fsync(") && line.contains("/objects/.tmp")).count();
    assert!(renamed >= 5 && synced == renamed, "{trace}");
    let last_object = trace
        .lines()
        .collect::<Vec<_>>()
        .iter()
        .rposition(|line| line.contains("fsync(") && line.contains("/objects/"))
        .unwrap();
    let reference = at(&|line| line.contains("fsync(") && line.contains("refs/agent/snap")).expect(&trace);
    assert!(last_object < reference, "{trace}");
    // The ref has its name after its file was synced, and the name is synced after that.
    let named = at(&|line| line.contains("rename") && line.contains("refs/agent/snap")).expect(&trace);
    let directory = at(&|line| line.contains("fsync(") && line.contains("refs/agent/snap>")).expect(&trace);
    assert!(trace.lines().nth(reference).unwrap().contains(".lock>"), "{trace}");
    assert!(reference < named && named < directory, "{trace}");
    // What 'git add' wrote, too.
    let place = format!("/objects/{}/{}>", &staged[..2], &staged[2..]);
    assert!(
        at(&|line| line.contains("fsync(") && line.contains(&place)).is_some_and(|line| line < reference),
        "{trace}"
    );
}

#[test]
fn hooks_do_not_see_snapshots() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.write("a.txt", "edited\n");
        repo.write_script(".git/hooks/reference-transaction", "#!/bin/sh\necho seen >&2\nexit 1\n");
        if git.has_config_hooks() {
            repo.git(&["config", "hook.veto.event", "reference-transaction"]).success();
            repo.git(&["config", "hook.veto.command", "false"]).success();
        }
        let (snapshot, _) = snap(&repo);
        repo.agent(&["snapshot", "drop", &snapshot]).success();
    });
}

#[test]
fn gc_prune_now_keeps_all_snapshots() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        let linked = repo.worktree("linked");
        let mut snapshots = Vec::new();
        for n in 0..4 {
            let text = format!("edit {n}\n");
            for repo in [&repo, &linked] {
                repo.write("a.txt", &text);
                repo.write("new/file", format!("untracked {n}\n"));
                repo.write("staged", format!("staged {n}\n"));
                repo.git(&["add", "staged"]).success();
                snapshots.push((snap(repo).0, text.clone(), n));
            }
        }
        for repo in [&repo, &linked] {
            repo.git(&["reset", "-q", "--hard"]).success();
            repo.git(&["clean", "-qfd"]).success();
        }
        repo.sh("git reflog expire --expire=now --all; git gc -q --prune=now; git repack -q -a -d; git prune")
            .success();
        for (snapshot, text, n) in &snapshots {
            assert_eq!(stored(&repo, snapshot, "worktree/a.txt"), text.as_bytes());
            assert_eq!(stored(&repo, snapshot, "worktree/new/file"), format!("untracked {n}\n").as_bytes());
            assert_eq!(stored(&repo, snapshot, "staged/staged"), format!("staged {n}\n").as_bytes());
        }
        repo.fsck();
    });
}

#[test]
fn snapshots_are_whole_while_others_collect_garbage() {
    let repo = with_files(TestRepo::new());
    let script = "while [ -d .git ] && [ ! -e ../stop ]; do git gc -q --prune=now || true; done";
    let mut gc = repo.run("sh").args(["-c", script]).into_command().spawn().unwrap();
    let mut taken = Vec::new();
    for n in 0..25 {
        repo.write("a.txt", format!("{n}\n"));
        repo.write(&format!("new/{n}"), format!("{n}\n"));
        taken.push((snap(&repo).0, n));
    }
    fs::write(repo.tmp().join("stop"), "").unwrap();
    gc.wait().unwrap();
    repo.git(&["gc", "-q", "--prune=now"]).success();
    for (snapshot, n) in taken {
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), format!("{n}\n").as_bytes());
        assert_eq!(stored(&repo, &snapshot, &format!("worktree/new/{n}")), format!("{n}\n").as_bytes());
    }
    repo.fsck();
}

#[test]
fn empty_files_that_a_crash_left_are_replaced() {
    let repo = with_files(TestRepo::new());
    // The first one has more objects, and is a pack.
    repo.write("a.txt", "before\n");
    snap(&repo);
    repo.write("a.txt", "edited\n");
    let (snapshot, _) = snap(&repo);
    let ids = repo.git(&["rev-parse", &format!("{snapshot}:worktree/a.txt"), &format!("{snapshot}:worktree")]).lines();
    repo.agent(&["snapshot", "drop", &snapshot]).success();
    for id in ids {
        let file = repo.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
        fs::remove_file(&file).unwrap();
        fs::write(&file, "").unwrap();
    }
    let (snapshot, _) = snap(&repo);
    assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"edited\n");
    repo.fsck();
}

#[test]
fn an_empty_ref_that_a_crash_left_does_not_stand_in_the_way() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        let (first, _) = snap(&repo);
        fs::write(repo.path().join(".git/refs/agent/snap/01K00000000000000000000000"), "").unwrap();
        repo.write("a.txt", "edited\n");
        let (second, _) = snap(&repo);
        assert_eq!(stored(&repo, &second, "worktree/a.txt"), b"edited\n");
        let listed = repo.agent(&["snapshot", "list", "--json"]).json();
        let listed: Vec<_> = listed["snapshots"].as_array().unwrap().iter().map(|one| one["ref"].clone()).collect();
        assert_eq!(listed, [second.into(), serde_json::Value::from(first)]);
    });
}

#[test]
fn a_read_only_repository_is_refused_with_nothing_made() {
    let repo = with_files(TestRepo::new());
    repo.write("a.txt", "edited\n");
    // As root nothing is read-only; a file where a directory should be is for everybody.
    fs::remove_dir_all(repo.path().join(".git/refs/agent")).unwrap_or_default();
    fs::write(repo.path().join(".git/refs/agent"), "").unwrap();
    let refused = repo.agent(&["snapshot"]).failure();
    assert!(refused.stderr.contains("error: "), "{refused}");
    fs::remove_file(repo.path().join(".git/refs/agent")).unwrap();
    assert_eq!(repo.git(&["for-each-ref", "refs/agent"]).text(), "");
    snap(&repo);
}

#[test]
fn a_file_that_never_holds_still_does_not_keep_the_rest_from_being_saved() {
    let repo = with_files(TestRepo::with_git(default_git()));
    repo.git(&["config", "agent.maxFileSize", "100m"]).success();
    repo.write("log", vec![b'x'; 2 << 20]);
    repo.write("a.txt", "edited\n");
    let script = "while [ -d .git ] && [ ! -e ../stop ]; do printf y >>log; done";
    let mut writer = repo.run("sh").args(["-c", script]).into_command().spawn().unwrap();
    // On a busy machine the writer may not get its turn while the file is read; then it did hold still.
    let answers = (0..20).map(|turn| {
        repo.write("a.txt", format!("edited {turn}\n"));
        (turn, repo.agent(&["snapshot", "--json"]).json())
    });
    let found = answers.into_iter().find(|(_, answer)| answer["snapshot"]["skipped"][0]["reason"] == "unstable");
    fs::write(repo.tmp().join("stop"), "").unwrap();
    writer.wait().unwrap();
    let (turn, answer) = found.expect("a file that is written all the time is noticed once in twenty times");
    let snapshot = answer["snapshot"]["ref"].as_str().unwrap();
    assert_eq!(stored(&repo, snapshot, "worktree/a.txt"), format!("edited {turn}\n").as_bytes());
    repo.fsck();
}

#[test]
fn what_is_remembered_of_many_snapshots_is_one_file() {
    let repo = TestRepo::new();
    repo.commit_file("a", "0\n", "base");
    repo.agent(&["add", "T", "--id", "t", "-q"]).success();
    repo.agent(&["start", "t", "-q"]).success();
    repo.git(&["config", "agent.snapshotEvery", "0"]).success();
    let event = |word: &str, n: usize| {
        repo.advance(5);
        let payload = serde_json::json!({"session_id": "s", "cwd": repo.path(), "tool_name": "Write", "tool_use_id": n.to_string()});
        repo.run("git-agent").args(["host", "event", "claude", word]).stdin(payload.to_string()).run().success();
    };
    let edit = |n: usize| {
        repo.write("a", format!("{n}\n"));
        event("post-tool", n);
    };
    let tips = || {
        let files = std::fs::read_dir(repo.path().join(".git/agent-id/tips")).unwrap();
        files.filter(|file| file.as_ref().unwrap().file_name().to_str().unwrap().contains("snap")).count()
    };
    let ids = || -> Vec<String> {
        let listed = repo.agent(&["snapshot", "list", "--json"]).json();
        listed["snapshots"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    (0..40).for_each(edit);
    assert_eq!(tips(), 40);
    event("session-end", 99);
    assert_eq!(tips(), 0);
    assert_eq!(ids().len(), 40);
    // One that is deleted by git-agent is forgotten, and stays so.
    let dropped = ids()[3].clone();
    repo.agent(&["snapshot", "drop", &dropped]).success();
    (40..80).for_each(edit);
    let kept = ids();
    assert_eq!(kept.len(), 79);
    event("session-end", 100);
    assert_eq!(tips(), 0);
    // All that another program deletes come back.
    repo.sh("git for-each-ref --format='delete %(refname)' refs/agent/snap | git update-ref --stdin").success();
    assert_eq!(repo.git(&["for-each-ref", "refs/agent/snap"]).text(), "");
    assert_eq!(ids(), kept);
    assert!(!kept.contains(&dropped));
}

#[test]
fn processes_are_examined_once_before_objects_are_written_and_once_after_a_ref_has_moved() {
    if is_missing("strace", has_strace()) {
        return;
    }
    let repo = with_files(TestRepo::new());
    repo.agent(&["add", "Task", "--id", "T-1"]).success();
    repo.git(&["commit", "-q", "--amend", "-m", "first\n\nTask-Id: T-1"]).success();
    repo.write("a.txt", "edited\n");
    let examined = |words: &[&str]| {
        let log = repo.tmp().join("trace");
        let run = repo.run("strace").args(["-f", "-qq", "-e", "trace=openat", "-o"]).args([log.as_os_str()]);
        run.args(["git-agent", "--quiet"]).args(words).run().success();
        fs::read_to_string(log).unwrap().lines().filter(|line| line.contains("\"/proc\"")).count()
    };
    assert_eq!(examined(&["snapshot"]), 2);
    // Three times refs move: to the snapshot together with the operation, of the ledger, and when the operation is done. Before these, once, or
    // again when more than a second has passed.
    repo.write("a.txt", "edited again\n");
    assert!((4..=6).contains(&examined(&["rollback", "T-1"])));
    assert!((4..=6).contains(&examined(&["undo"])));
}
