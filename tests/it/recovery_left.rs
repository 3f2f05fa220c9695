//! What a process that was killed leaves behind, and what others hold: a lock is removed only if its maker is known to be dead,
//! and whatever is at work elsewhere does not keep anybody from going back.

use std::{
    fs,
    io::{BufRead as _, BufReader, Lines, Write as _},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use crate::{
    recovery_failures::{refused, world, world_with},
    support::{
        Git, Layout, TestRepo, Whole, at_once, default_git, on_every_git, on_one_git, program, round_trip, same,
    },
};

/// `t@2` on top of `world`.
fn two(git: &Git) -> TestRepo {
    let repo = world(git);
    repo.write("a.txt", "a at 2\n");
    repo.agent(&["checkpoint", "-m", "Two"]).success();
    repo
}

/// Every lock file in the git directory.
fn locks(repo: &TestRepo) -> Vec<String> {
    repo.sh("find .git -name '*.lock' -not -path '.git/agent/*' | sort")
        .lines()
        .into_iter()
        .filter(|l| !l.is_empty())
        .collect()
}

/// A `git update-ref` that holds the locks of a transaction and waits.
struct Prepared {
    child: Child,
    stdin: ChildStdin,
    /// Kept open: it answers once more.
    _answers: Lines<BufReader<ChildStdout>>,
}

impl Prepared {
    fn new(repo: &TestRepo, updates: &str) -> Self {
        let mut command = repo.run("git").args(["update-ref", "--stdin"]).into_command();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(format!("start\n{updates}\nprepare\n").as_bytes()).expect("git reads");
        let mut answers = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        assert_eq!(answers.next().expect("an answer").expect("a line"), "start: ok");
        assert_eq!(answers.next().expect("an answer").expect("a line"), "prepare: ok");
        Prepared { child, stdin, _answers: answers }
    }

    /// Let it finish: its locks must still be its own.
    #[track_caller]
    fn commit(mut self) {
        self.stdin.write_all(b"commit\n").expect("git reads");
        drop(self.stdin);
        assert!(self.child.wait().expect("it ends").success(), "its locks were taken from it");
    }
}

/// Run the operation and kill it with all its gits as soon as it has said which locks it will take.
fn kill_while_it_waits(repo: &TestRepo, words: &[&str]) {
    let mut command: Command = repo.run("git-agent").args(words).into_command();
    let mut child = command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
    let claims = repo.path().join(".git/agent/locks");
    let is_waiting = || {
        let texts =
            fs::read_dir(&claims).into_iter().flatten().flatten().filter_map(|entry| fs::read(entry.path()).ok());
        texts.into_iter().any(|text| String::from_utf8_lossy(&text).contains("/HEAD.lock"))
    };
    let mut left = 2000;
    while !is_waiting() && left > 0 {
        std::thread::sleep(Duration::from_millis(5));
        left -= 1;
    }
    assert!(left > 0, "it never waited");
    std::thread::sleep(Duration::from_millis(200));
    let group = format!("-{}", child.id());
    Command::new("kill").args(["-9", "--", &group]).status().expect("kill runs");
    child.wait().expect("it ended");
}

#[test]
fn locks_of_the_living_are_never_removed() {
    on_one_git(|git| {
        at_once(&["HEAD", "refs/heads/main"], |locked| {
            let repo = two(git);
            let (head, parent) = (repo.head(), repo.git(&["rev-parse", "HEAD~1"]).text());
            let prepared = Prepared::new(&repo, &format!("update {locked} {parent} {head}"));
            let held = locks(&repo);
            assert!(!held.is_empty());
            for _ in 0..2 {
                let output = repo.agent(&["rollback", "t@1", "--mode", "restore"]).failure();
                assert!(output.stderr.contains("everything was restored to its previous state"), "{output}");
                assert_eq!(locks(&repo), held, "{locked}");
                // Longer than any lock of a transaction used to be waited for.
                std::thread::sleep(Duration::from_millis(2200));
            }
            // Not even when the one that waits for them dies.
            kill_while_it_waits(&repo, &["rollback", "t@1", "--mode", "restore"]);
            repo.agent(&["undo"]).success();
            assert_eq!(locks(&repo), held, "{locked}");
            repo.agent(&["checkpoint", "-m", "Three", "--allow-empty"]).failure();
            prepared.commit();
            assert_eq!(repo.head(), parent);
            assert_eq!(locks(&repo), [""; 0]);
        });
    });
}

#[test]
fn a_lock_that_nobody_of_ours_made_stays() {
    at_once(&["HEAD.lock", "refs/heads/main.lock", "index.lock"], |name| {
        let repo = two(default_git());
        let path = repo.path().join(".git").join(name);
        fs::write(&path, "").unwrap();
        for _ in 0..2 {
            repo.agent(&["rollback", "t@1", "--mode", "rewind"]).failure();
            assert!(path.exists(), "{name}");
        }
        fs::remove_file(path).unwrap();
        round_trip(&repo, &["t@1"], |repo| assert_eq!(repo.read("a.txt"), "a at 1\n"));
    });
}

#[test]
fn locks_of_gits_that_were_killed_with_us_are_removed_at_once() {
    on_one_git(|git| {
        let repo = two(git);
        // git holds the locks while its hook runs, which kills it and the one that started it.
        repo.write_script(
            ".git/hooks/reference-transaction",
            "#!/bin/sh\n[ -n \"$DIE_AT\" ] || exit 0\n[ \"$1\" = \"$DIE_AT\" ] || exit 0\ncat >/dev/null\n\
             kill -9 $(awk '{print $4}' /proc/$PPID/stat) $PPID\n",
        );
        let before = Whole::of(&repo);
        repo.run("git-agent").args(["rollback", "t@1", "--mode", "restore"]).env("DIE_AT", "prepared").run().failure();
        let left = locks(&repo);
        assert!(left.iter().any(|lock| lock.ends_with("main.lock")) && left.len() >= 3, "{left:?}");
        repo.agent(&["undo"]).success();
        same(&Whole::of(&repo), &before, "after the undo");
        assert_eq!(locks(&repo), [""; 0]);
        // The same with 'git commit', which moves HEAD for a checkpoint.
        repo.write("a.txt", "a at 3\n");
        let checkpoint = || repo.run("git-agent").args(["checkpoint", "-m", "Three"]);
        checkpoint().env("DIE_AT", "prepared").run().failure();
        assert_ne!(locks(&repo), [""; 0]);
        checkpoint().run().success();
        assert_eq!(locks(&repo), [""; 0]);
    });
}

#[test]
fn only_the_git_is_killed() {
    on_one_git(|git| {
        let repo = two(git);
        repo.write_script(
            ".git/hooks/reference-transaction",
            "#!/bin/sh\n[ -n \"$DIE_AT\" ] || exit 0\n[ \"$1\" = prepared ] || exit 0\ncat >/dev/null\nkill -9 $PPID\n",
        );
        let before = Whole::of(&repo);
        let rollback = repo.run("git-agent").args(["rollback", "t@1", "--mode", "rewind"]);
        let output = rollback.env("DIE_AT", "1").run().failure();
        assert!(output.stderr.contains("everything was restored to its previous state"), "{output}");
        same(&Whole::of(&repo), &before, "after the failure");
        assert_eq!(locks(&repo), [""; 0]);
    });
}

/// Whether there is an strace for [`strike`].
fn can_strike() -> bool {
    let works =
        Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).status().is_ok_and(|status| status.success());
    if !works {
        eprintln!("SKIPPED: there is no strace that works here");
    }
    works
}

/// Run `words` under strace with the n-th of `calls` killing it; whether it came that far.
fn strike(repo: &TestRepo, calls: &str, n: usize, words: &[&str]) -> bool {
    let (log, inject) = (repo.tmp().join("strace.log"), format!("inject={calls}:signal=SIGKILL:when={n}"));
    let run = repo.run("strace").args(["-qq", "-o"]).args([&log]).args([
        "-e",
        &format!("trace={calls}"),
        "-e",
        &inject,
        "--",
    ]);
    let output = run.args([program()]).args(words).run();
    let struck = fs::read_to_string(log).unwrap_or_default().contains("killed by SIGKILL");
    assert!(struck || output.code == Some(0), "{output}");
    struck
}

#[test]
fn a_writer_of_the_ledger_that_is_killed_blocks_nobody() {
    if !can_strike() {
        return;
    }
    let repo = two(default_git());
    let mut left = 0;
    for calls in ["rename,renameat,renameat2,link,linkat", "mkdir,mkdirat", "write,pwrite64"] {
        let mut n = 1;
        while strike(&repo, calls, n, &["note", "something"]) {
            left += locks(&repo).len();
            repo.agent(&["note", "again"]).success();
            assert_eq!(locks(&repo), [""; 0], "{calls} {n}");
            n += 1;
        }
    }
    assert!(left > 0, "no kill left a lock: nothing was shown");
    assert_eq!(fs::read_dir(repo.path().join(".git/agent/locks")).unwrap().count(), 0);
}

#[test]
fn an_undo_that_is_killed_at_its_end_leaves_nothing_to_the_next_command() {
    on_one_git(|git| {
        for step in ["Moved", "Unlocked", "Dropped"] {
            let repo = two(git);
            let before = Whole::of(&repo);
            let run =
                |words: &[&str], step: &str| repo.run("git-agent").args(words).env("GIT_AGENT_TEST_DIE", step).run();
            run(&["rollback", "t@1"], "Indexed").failure();
            run(&["undo"], step).failure();
            let index_lock = repo.path().join(".git/index.lock");
            assert_eq!(index_lock.exists(), step == "Moved", "the lock goes first");
            if step != "Dropped" {
                let status = repo.agent(&["status"]).success().stdout;
                assert!(status.contains("Killed while cleaning up: rollback t to t@1"), "{status}");
                assert!(repo.agent(&["status", "--json"]).json()["left_behind"].is_string());
            }
            // The checkpoint of the beginning is the next one to be taken back; nothing blocks it.
            repo.agent(&["undo"]).success();
            assert!(!index_lock.exists(), "{step}");
            repo.agent(&["redo"]).success();
            assert!(repo.agent(&["status", "--json"]).json()["left_behind"].is_null());
            same(&Whole::of(&repo), &before, step);
            repo.sh("echo x >x; git add x").success();
        }
        // Also when there is nothing to be done.
        let repo = two(git);
        repo.run("git-agent").args(["rollback", "t@1"]).env("GIT_AGENT_TEST_DIE", "Moved").run().failure();
        repo.sh("git add a.txt").failure();
        repo.agent(&["redo"]).failure();
        repo.sh("git add a.txt").success();
    });
}

#[test]
fn what_others_wrote_is_removed_once_the_operation_has_it() {
    on_one_git(|git| {
        for (way, state) in [("undo", "failed"), ("resume", "done")] {
            let repo = two(git);
            let run =
                |words: &[&str], step: &str| repo.run("git-agent").args(words).env("GIT_AGENT_TEST_DIE", step).run();
            run(&["rollback", "t@1"], "Filled").failure();
            repo.write("a.txt", "of another process\n");
            run(&[way], "Moved").failure();
            let aside = repo.path().join(".git/agent/aside");
            assert!(aside.exists(), "{way}: nothing was left to be removed");
            repo.agent(&["snapshot", "restore", "snap@{0}"]).success();
            assert!(!aside.exists(), "{way}: it was not removed");
            assert!(repo.agent(&["status", "--json"]).json()["left_behind"].is_null(), "{way}");
            let ops = repo.agent(&["ops", "--json"]).json();
            let ops = ops["operations"].as_array().expect("operations");
            let killed = ops.iter().find(|op| op["title"] == "rollback t to t@1").expect("the rollback");
            assert_eq!(killed["state"], state);
            let shown = repo.agent(&["ops", "show", killed["id"].as_str().expect("an id")]).success().stdout;
            assert!(shown.contains("a.txt"), "{shown}");
        }
    });
}

/// Have `script` run before each `git update-ref` of ours, with `$git` as the real one. In a repository that is shared, git moves all refs.
fn before_update_ref(repo: &TestRepo, script: &str) {
    repo.git(&["config", "core.sharedRepository", "group"]).success();
    let place: PathBuf = repo.tmp().join("bin/git");
    let real = repo.git_version().path.display().to_string();
    fs::remove_file(&place).unwrap();
    let text = format!(
        "#!/bin/sh\ngit={real}\ncase \" $* \" in *' update-ref '*) (unset GIT_OPTIONAL_LOCKS; {script}) >/dev/null;; esac\n\
         exec $git \"$@\"\n"
    );
    fs::write(&place, text).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&place, mode).unwrap();
}

#[test]
fn a_git_status_elsewhere_is_nothing_staged() {
    on_one_git(|git| {
        let repo = two(git);
        before_update_ref(&repo, "[ -e .git/index.lock ] || { touch dir/b.txt; $git status; }");
        round_trip(&repo, &["t@1"], |repo| assert_eq!(repo.read("a.txt"), "a at 1\n"));
        // What is staged in earnest is not overlooked: an entry, a flag, a mode.
        for staged in [
            "echo s >s; $git add s",
            "$git update-index --assume-unchanged dir/b.txt",
            "$git update-index --chmod=+x dir/b.txt",
        ] {
            let repo = two(git);
            before_update_ref(&repo, &format!("[ -e .git/index.lock ] || {{ {staged}; }}"));
            let output = repo.agent(&["rollback", "t@1", "--json"]).exits(4);
            assert!(output.stdout.contains("index-moved"), "{output}");
            assert_eq!(repo.read("a.txt"), "a at 2\n");
        }
    });
}

#[test]
fn a_hook_that_allows_branches_alone_does_not_see_what_is_ours() {
    on_every_git(|git| {
        let reftable = git.has_reftable().then_some(Layout::Reftable);
        for layout in [Some(Layout::Plain), reftable].into_iter().flatten() {
            let repo = world_with(git, layout, |_| {});
            repo.write_script(
                ".git/hooks/reference-transaction",
                "#!/bin/sh\nwhile read old new ref; do case $ref in refs/heads/*|HEAD) echo $ref >>\"$(git rev-parse --git-dir)/seen\";; \
                 *) echo \"no: $ref\" >&2; exit 1;; esac; done\n",
            );
            repo.write("a.txt", "a at 2\n");
            repo.agent(&["checkpoint", "-m", "Two"]).success();
            for mode in ["rewind", "restore", "revert"] {
                fs::remove_file(repo.path().join(".git/seen")).unwrap();
                round_trip(&repo, &["t@1", "--mode", mode], |repo| assert_eq!(repo.read("a.txt"), "a at 1\n"));
                assert!(repo.read(".git/seen").contains("refs/heads/main"), "{mode}: the branch is the user's");
            }
            repo.agent(&["snapshot"]).success();
            repo.agent(&["note", "words"]).success();
            repo.agent(&["pause", "t"]).success();
            // A hook that allows nothing: the way back is free, and everything is as before.
            repo.write_script(".git/hooks/reference-transaction", "#!/bin/sh\nexit 1\n");
            let before = Whole::of(&repo);
            let output = repo.agent(&["rollback", "t@1", "--mode", "rewind"]).failure();
            assert!(output.stderr.contains("everything was restored to its previous state"), "{output}");
            same(&Whole::of(&repo), &before, "after a veto");
        }
    });
}

#[test]
fn nobody_stands_where_a_file_has_to_be() {
    on_every_git(|git| {
        let repo = world_with(git, Layout::Plain, |repo| repo.write("d", "a file\n"));
        repo.sh("rm d; mkdir -p d/deep; echo 2 >d/deep/file").success();
        repo.agent(&["checkpoint", "-m", "Two"]).success();
        for place in ["d", "d/deep"] {
            assert_eq!(refused(&repo.at(place), &["rollback", "t@1"], 1), "directory-in-use", "{place}");
            let output = repo.sh(&format!("cd {place}; git -C \"$OLDPWD\" agent rollback t@1; false")).failure();
            assert!(output.stderr.contains("'d' must become a file"), "{place}: {output}");
        }
        assert_eq!(repo.read("d/deep/file"), "2\n");
        round_trip(&repo, &["t@1"], |repo| assert_eq!(repo.read("d"), "a file\n"));
        // Neither does an undo, nor the taking back of one that was killed.
        repo.agent(&["rollback", "t@1"]).success();
        repo.run("git-agent").args(["undo"]).env("GIT_AGENT_TEST_DIE", "Cleared").run().failure();
        repo.agent(&["undo"]).success();
        repo.agent(&["undo"]).success();
        repo.agent(&["redo"]).success();
    });
}

/// A world with a checkpoint that was killed right after its commit; and what there was before it.
fn killed_after_commit(git: &Git) -> (TestRepo, Whole) {
    let repo = world(git);
    repo.sh("echo staged >a.txt; git add a.txt; echo edited >a.txt; echo new >new.txt; git add -N new.txt").success();
    let before = Whole::of(&repo);
    repo.write_script(
        ".git/hooks/post-commit",
        "#!/bin/sh\n[ -n \"$DIE\" ] || exit 0\nkill -9 $(awk '{print $4}' /proc/$PPID/stat)\n",
    );
    let output = repo.run("git-agent").args(["checkpoint", "-m", "Two"]).env("DIE", "1").run();
    assert_eq!((output.code, repo.git(&["log", "-1", "--format=%s"]).text()), (None, "Two".to_owned()), "{output}");
    (repo, before)
}

#[test]
fn a_checkpoint_is_recorded_even_if_the_command_that_records_it_is_killed_too() {
    if !can_strike() {
        return;
    }
    for n in 1.. {
        let (repo, before) = killed_after_commit(default_git());
        let struck = strike(&repo, "unlink,unlinkat,rmdir", n, &["checkpoint"]);
        repo.agent(&["undo"]).success();
        same(&Whole::of(&repo), &before, "after the undo");
        if !struck {
            return assert!(n > 5, "it was never killed while it removed what it no longer needs");
        }
    }
}

#[test]
fn a_checkpoint_that_is_killed_after_its_commit_is_recorded_by_the_next_command() {
    on_one_git(|git| {
        let killed = || killed_after_commit(git);
        let (repo, before) = killed();
        repo.agent(&["undo"]).success();
        same(&Whole::of(&repo), &before, "after the undo");
        repo.agent(&["redo"]).success();
        assert_eq!(repo.git(&["log", "-1", "--format=%s"]).text(), "Two");
        // Whatever the next command is, it is recorded once, and as what it was: of everything.
        for next in [&["checkpoint", "-m", "Three"][..], &["rollback", "t@2"], &["snapshot", "restore", "SNAPSHOT"]] {
            let (repo, _) = killed();
            let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
            repo.write("a.txt", "three\n");
            repo.write("young.txt", "young\n");
            let words: Vec<&str> = next.iter().map(|word| if *word == "SNAPSHOT" { &id } else { *word }).collect();
            repo.agent(&words).success();
            let answer = repo.agent(&["ops", "--json"]).json();
            let titles: Vec<_> =
                answer["operations"].as_array().unwrap().iter().map(|op| op["title"].as_str().unwrap()).collect();
            assert_eq!(titles.iter().filter(|title| **title == "checkpoint t@2").count(), 1, "{titles:?}");
            repo.agent(&["rollback", "t@2"]).success();
            assert!(!repo.path().join("young.txt").exists(), "{next:?}: it is known to be younger");
            assert_eq!(repo.read("a.txt"), "edited\n");
        }
    });
}

#[test]
fn a_checkpoint_that_is_killed_before_its_commit_is_none() {
    let repo = world(default_git());
    repo.write("a.txt", "2\n");
    let before = Whole::of(&repo);
    repo.write_script(
        ".git/hooks/pre-commit",
        "#!/bin/sh\n[ -n \"$DIE\" ] || exit 0\nkill -9 $(awk '{print $4}' /proc/$PPID/stat) $PPID\n",
    );
    repo.run("git-agent").args(["checkpoint", "-m", "Two"]).env("DIE", "1").run().failure();
    same(&Whole::of(&repo), &before, "killed");
    // A commit that somebody else makes on top is not taken for it.
    repo.git(&["commit", "-qam", "mine"]).success();
    let output = repo.agent(&["undo", "--json"]).exits(1);
    assert!(output.stdout.contains("head-moved"), "only the first checkpoint is known: {output}");
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
}
