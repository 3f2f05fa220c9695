//! Checkpoints beside our own hooks, beside other checkpoints, and with signals and full disks in between.

use crate::checkpoint_commit::with_task;
use crate::support::{State, TestRepo, on_one_git};

/// The lines of the task's note that name a commit.
fn commit_events(repo: &TestRepo, task: &str) -> usize {
    let key = repo.run("git").args(["hash-object", "--stdin"]).stdin(format!("0 task {task}\n")).run().text();
    let note = repo.git(&["notes", "--ref=agent-tasks", "show", &key]).text();
    note.lines().filter(|line| line.contains(" commit commit=") || line.contains(" link commit=")).count()
}

#[test]
fn with_our_hooks_everything_still_happens_once() {
    on_one_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        repo.agent(&["init"]).success();
        repo.agent(&["add", "Other", "--id", "other"]).success();
        repo.write("a.txt", "two\n");
        repo.agent(&["checkpoint"]).success();
        assert_eq!(repo.message("HEAD"), b"Fix login (checkpoint 1)\n\nTask-Id: fix\n");
        assert_eq!(commit_events(&repo, "fix"), 1);
        // The named task is the only one, whatever is active here.
        repo.write("a.txt", "three\n");
        repo.agent(&["checkpoint", "--task", "other", "-m", "x"]).success();
        assert_eq!(repo.message("HEAD"), b"x\n\nTask-Id: other\n");
        assert_eq!((commit_events(&repo, "fix"), commit_events(&repo, "other")), (1, 1));
        repo.agent(&["start", "--also", "other"]).success();
        repo.write("a.txt", "four\n");
        repo.agent(&["checkpoint", "-m", "both"]).success();
        assert_eq!(repo.message("HEAD"), b"both\n\nTask-Id: other\nTask-Id: fix\n");
        assert_eq!((commit_events(&repo, "fix"), commit_events(&repo, "other")), (2, 2));
        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
    });
}

#[test]
fn checkpoints_at_the_same_time_queue() {
    let repo = with_task(TestRepo::new());
    for n in 0..4 {
        repo.write(&format!("{n}"), "x");
    }
    let script = "for n in 0 1 2 3; do git agent checkpoint --only $n >out.$n 2>&1 & done; wait; cat out.*; rm out.*";
    let said = repo.sh(script).success().stdout;
    assert_eq!(said.matches("Saved fix@").count(), 4, "{said}");
    assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]).text(), "5");
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
    repo.fsck();
}

#[test]
fn a_lock_that_is_taken_meanwhile_is_waited_for() {
    let repo = with_task(TestRepo::new());
    // Somebody takes the index when git is done with the commit, and keeps it for a while.
    let script = "#!/bin/sh\n: >.git/index.lock\n(sleep 1; rm .git/index.lock) >/dev/null 2>&1 &\n";
    repo.write_script(".git/hooks/post-commit", script);
    repo.write("a.txt", "two\n");
    let said = repo.agent(&["checkpoint"]).success();
    assert!(!said.stderr.contains("warning"), "{said}");
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
}

#[test]
fn a_lock_that_stays_leaves_the_index_to_the_next_checkpoint() {
    let repo = with_task(TestRepo::new());
    repo.write_script(".git/hooks/post-commit", "#!/bin/sh\n: >.git/index.lock\n");
    repo.write("a.txt", "two\n");
    repo.write("b.txt", "new\n");
    let said = repo.agent(&["checkpoint"]).success();
    assert!(said.stderr.contains("the index does not match the checkpoint yet"), "{said}");
    repo.sh("rm .git/index.lock .git/hooks/post-commit").success();
    repo.write("b.txt", "later\n");
    repo.git(&["add", "b.txt"]).success();
    let said = repo.agent(&["checkpoint", "--staged"]).success();
    assert!(said.stderr.contains("completed a checkpoint that was interrupted"), "{said}");
    assert_eq!(repo.git(&["show", "--format=", "--name-status", "HEAD"]).text(), "M\tb.txt");
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
    assert_eq!(State::of(&repo).litter, Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_signal_while_git_commits_does_not_tear_head_and_index_apart() {
    for signal in ["INT", "TERM", "HUP"] {
        let repo = with_task(TestRepo::new());
        let script = format!("#!/bin/sh\nkill -{signal} $(ps -o ppid= -p $PPID)\n");
        repo.write_script(".git/hooks/pre-commit", &script);
        repo.write("a.txt", "two\n");
        repo.agent(&["checkpoint"]).success();
        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "", "{signal}");
    }
}

#[test]
fn a_commit_that_somebody_else_makes_meanwhile_is_not_taken_for_ours() {
    on_one_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        let script = "#!/bin/sh\nunset GIT_INDEX_FILE\necho x >theirs; git add theirs; git commit -qnm theirs\n";
        repo.write_script(".git/hooks/pre-commit", script);
        repo.write("a.txt", "two\n");
        for args in [&["checkpoint"][..], &["checkpoint", "--json"]] {
            let before = commit_events(&repo, "fix");
            repo.agent(args).exits(1);
            assert_eq!(repo.git(&["log", "-1", "--format=%s"]).text(), "theirs");
            assert_eq!(repo.git(&["status", "--porcelain"]).success().stdout, " M a.txt\n");
            assert_eq!(commit_events(&repo, "fix"), before);
            repo.git(&["reset", "-q", "--soft", "HEAD~"]).success();
            repo.git(&["rm", "-q", "--cached", "theirs"]).success();
        }
    });
}

#[test]
fn a_commit_that_another_process_makes_before_ours_is_not_built_upon() {
    on_one_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        // A filter runs while files are staged.
        repo.write_script(
            "race.sh",
            "#!/bin/sh\nif mkdir .git/raced 2>/dev/null; then\n\
             git update-ref HEAD \"$(git commit-tree -p HEAD -m theirs 'HEAD^{tree}')\"\nfi\ncat\n",
        );
        repo.git(&["config", "filter.race.clean", "./race.sh"]).success();
        repo.write(".git/info/attributes", "new.txt filter=race\n");
        repo.write("new.txt", "new\n");
        let said = repo.agent(&["checkpoint", "--json"]).exits(1).stdout;
        assert!(said.contains("head-moved"), "{said}");
        assert_eq!(repo.git(&["log", "-1", "--format=%s"]).text(), "theirs");
        repo.agent(&["checkpoint"]).success();
        assert_eq!(repo.git(&["log", "-1", "--format=%s", "HEAD~1"]).text(), "theirs");
        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
    });
}

#[test]
fn a_disk_that_is_full_changes_nothing() {
    let repo = with_task(TestRepo::new());
    for n in 0..40 {
        repo.write(&format!("a long name for a file, number {n}"), "x");
    }
    repo.git(&["add", "-A"]).success();
    repo.write("new", "y");
    let before = State::of(&repo);
    // No file may be larger than one block: the copy of the index does not fit.
    let said = repo.sh("ulimit -f 1; git-agent checkpoint").failure();
    let after = State::of(&repo);
    assert_eq!((after.index, after.refs, after.files), (before.index, before.refs, before.files), "{said}");
    repo.agent(&["checkpoint"]).success();
    assert_eq!(State::of(&repo).litter, Vec::<std::path::PathBuf>::new());
}
