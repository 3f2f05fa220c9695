//! `git agent bisect` finds what `git bisect` finds, and leaves everything as it was.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{Layout, State, TestRepo, at_once, default_git, ledger::Random, on_every_git, on_one_git};

/// A task with `count` checkpoints, a commit of nobody's behind every third; file `n` holds the checkpoint's number.
fn line(repo: TestRepo, count: usize) -> TestRepo {
    repo.commit_file("n", "0", "first");
    repo.agent(&["add", "Count", "--id", "t-1", "-q"]).success();
    repo.agent(&["start", "t-1", "-q"]).success();
    for at in 1..=count {
        repo.commit_file("n", &at.to_string(), &format!("count to {at}\n\nTask-Id: t-1"));
        if at % 3 == 0 {
            repo.commit_file("other", &at.to_string(), "of nobody");
        }
    }
    repo.deactivate();
    repo
}

/// Fails from checkpoint `first` on.
fn fails_from(first: usize) -> String {
    format!("test \"$(cat n)\" -lt {first}")
}

fn bisect(repo: &TestRepo, words: &[&str], command: &str) -> Value {
    repo.run("git-agent").args(["bisect", "--json"]).args(words).args(["--", command]).run().json()
}

/// Exit code and code of a refusal.
fn refused(repo: &TestRepo, words: &[&str]) -> (i32, String) {
    let output = repo.run("git-agent").args(["bisect", "--json"]).args(words).run();
    let answer: Value = serde_json::from_slice(&output.raw).expect("JSON");
    (output.code.unwrap(), answer["error"]["code"].as_str().expect("an error").to_owned())
}

/// Everything in the git directory but objects and what git-agent derives; the work tree; the registered worktrees.
fn everything(repo: &TestRepo) -> (State, BTreeMap<PathBuf, Vec<u8>>, String, Vec<PathBuf>) {
    let mut files = BTreeMap::new();
    let common = repo.git(&["rev-parse", "--path-format=absolute", "--git-common-dir"]).text();
    let common = PathBuf::from(common.replace("$TMP", &repo.tmp().to_string_lossy()));
    walk(&common, &mut files);
    let left = fs::read_dir(repo.tmp()).unwrap().map(|entry| entry.unwrap().path());
    let left = left.filter(|path| path.to_string_lossy().contains("git-agent-bisect-")).collect();
    (State::of(repo), files, repo.git(&["worktree", "list", "--porcelain"]).stdout, left)
}

fn walk(dir: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        match entry.file_type().unwrap().is_dir() {
            true if name == "objects" || name == "agent" => {}
            true => walk(&entry.path(), files),
            false => drop(files.insert(entry.path(), fs::read(entry.path()).unwrap())),
        }
    }
}

#[test]
fn on_a_line_the_answer_is_that_of_git_bisect() {
    on_one_git(|git| {
        let repo = line(TestRepo::with_git(git), 13);
        for first in [1, 2, 7, 13] {
            let answer = bisect(&repo, &["t-1"], &fails_from(first));
            let bad = &answer["first_bad"];
            assert_eq!((&bad["task"], &bad["number"]), (&"t-1".into(), &first.into()), "{answer}");
            assert_eq!(
                (&bad["subject"], &bad["paths"]),
                (&format!("count to {first}").into(), &serde_json::json!(["n"]))
            );
            let good = if first == 1 { "t-1@start".to_owned() } else { format!("t-1@{}", first - 1) };
            assert_eq!(answer["good"]["name"], good);
            let tests = answer["tested"].as_array().unwrap();
            // The newest, the state before, and one for each halving of 13.
            assert!(tests.len() <= 2 + 4, "{} tests", tests.len());
            assert_eq!((&tests[0]["name"], &tests[0]["verdict"]), (&"t-1@13".into(), &"bad".into()));
            assert_eq!((&tests[1]["name"], &tests[1]["base"]), (&"t-1@start".into(), &true.into()));
            // The oracle works in a clone: it moves HEAD.
            repo.git(&["clone", "-q", ".", &format!("../oracle-{first}")]).success();
            let oracle = repo.at(repo.tmp().join(format!("oracle-{first}")));
            let base = answer["tested"][1]["commit"].as_str().unwrap();
            oracle.git(&["bisect", "start", "HEAD", base]).success();
            oracle.run("git").args(["bisect", "run", "sh", "-c", &fails_from(first)]).run().success();
            assert_eq!(bad["commit"], oracle.git(&["rev-parse", "refs/bisect/bad"]).text(), "{git}");
        }
    });
}

#[test]
fn nothing_of_the_users_is_touched() {
    on_every_git(|git| {
        let layouts: &[Layout] =
            if git.has_reftable() { &[Layout::Plain, Layout::Reftable] } else { &[Layout::Plain, Layout::Sha256] };
        for layout in layouts {
            let repo = line(TestRepo::with_layout(git, *layout), 6);
            // A dirty worktree in the middle of a bisection of its own, a linked one, hooks that would run.
            repo.write(".gitignore", "built\n");
            repo.write("n", "mine");
            repo.write("new", "x");
            repo.git(&["add", "new"]).success();
            repo.git(&["bisect", "start", "HEAD", "HEAD~4", "--no-checkout"]).success();
            repo.agent(&["start", "t-1", "-q"]).success();
            let linked = repo.worktree("linked");
            linked.write("n", "mine, too");
            repo.write_script(".git/hooks/post-checkout", "#!/bin/sh\necho ran >> \"$HOME/hook\"\n");
            repo.write_script(".git/hooks/reference-transaction", "#!/bin/sh\necho ran >> \"$HOME/hook\"\n");
            repo.git(&["config", "hook.mine.event", "post-checkout"]).success();
            repo.git(&["config", "hook.mine.command", "echo ran >> \"$HOME/hook\"; true"]).success();
            fs::remove_file(repo.tmp().join("home/hook")).ok();
            let git_dir = repo.path().join(".git");
            for place in [&repo, &linked] {
                let before = everything(place);
                // The command makes a mess in its worktree, and says so if it sees anything of ours.
                let command = "test -z \"$GIT_AGENT_TASK$GIT_DIR$GIT_WORK_TREE$GIT_INDEX_FILE\" || exit 200; \
                     test ! -e built && test ! -e new || exit 201; \
                     first=$(cat n); mkdir -p built/deep && echo x > built/deep/f && chmod 500 built/deep; rm -f other; \
                     echo dirty > n; test $first -lt 3";
                let answer = place
                    .run("git-agent")
                    .args(["bisect", "--json", "t-1", "--", command])
                    .env("GIT_AGENT_TASK", "t-1")
                    .env(
                        "GIT_DIR",
                        place
                            .git(&["rev-parse", "--absolute-git-dir"])
                            .text()
                            .replace("$TMP", &repo.tmp().to_string_lossy()),
                    )
                    .run()
                    .json();
                assert_eq!(answer["first_bad"]["name"], "t-1@3");
                let after = everything(place);
                assert_eq!(before.0, after.0, "{git}");
                assert_eq!(before.2, after.2, "{git}");
                assert_eq!(after.3, Vec::<PathBuf>::new());
                let changed: Vec<&PathBuf> = before
                    .1
                    .keys()
                    .chain(after.1.keys())
                    .filter(|path| before.1.get(*path) != after.1.get(*path))
                    .collect();
                assert!(changed.is_empty(), "{changed:?} in {} with {git}", git_dir.display());
            }
            assert!(!repo.tmp().join("home/hook").exists(), "no hook runs with {git}");
            repo.fsck();
        }
    });
}

/// A graph with merges, criss-cross ones too, in which the commit `culprit` brings the file `bug`.
fn graph(repo: &TestRepo, seed: u64) -> usize {
    let mut random = Random::new(seed);
    repo.commit_file("start", "0", "first");
    repo.agent(&["add", "Work", "--id", "t-1", "-q"]).success();
    repo.agent(&["start", "t-1", "-q"]).success();
    repo.deactivate();
    repo.git(&["branch", "other"]).success();
    let culprit = random.below(16);
    for at in 0..16 {
        let branch = ["main", "other"][random.below(2)];
        repo.git(&["switch", "-q", branch]).success();
        let bug = at == culprit;
        let trailer = if bug || !random.one_in(3) { "\n\nTask-Id: t-1" } else { "" };
        if bug {
            repo.write("bug", "x");
        }
        repo.commit_file(&format!("f{at}"), "x", &format!("work {at}{trailer}"));
        if random.one_in(3) {
            // Both ways: what comes after has two best common ancestors.
            let (main, other) = (repo.git(&["rev-parse", "main"]).text(), repo.git(&["rev-parse", "other"]).text());
            repo.git(&["switch", "-q", "main"]).success();
            repo.git(&["merge", "-q", "--no-ff", "-m", "merge\n\nTask-Id: t-1", &other]).success();
            repo.git(&["switch", "-q", "other"]).success();
            repo.git(&["merge", "-q", "--no-ff", "-m", "merge", &main]).success();
        }
    }
    repo.git(&["switch", "-q", "main"]).success();
    repo.run("git").args(["merge", "-q", "-m", "all of it", "other"]).run().success();
    culprit
}

#[test]
fn among_merges_the_answer_is_bad_and_its_ancestors_are_good() {
    for seed in 0..6 {
        let repo = TestRepo::new();
        let culprit = graph(&repo, seed);
        let answer = bisect(&repo, &["t-1"], "test ! -e bug");
        assert_eq!(answer["first_bad"]["subject"], format!("work {culprit}"), "seed {seed}: {answer}");
        // Of the tasks' commits in a range, and of all commits, it is the same.
        let root = repo.git(&["rev-list", "--max-parents=0", "HEAD"]).text();
        for words in
            [&[&*format!("{root}..")][..], &["--all-commits", &*format!("{root}..main")], &["t-1@start..t-1@last"]]
        {
            let again = bisect(&repo, words, "test ! -e bug");
            // `t-1@last` need not have it.
            if again["reason"] != "never-bad" || words.len() > 1 {
                assert_eq!(again["first_bad"]["commit"], answer["first_bad"]["commit"], "seed {seed} {words:?}");
            }
        }
        // The number of a commit is that of its name elsewhere.
        let name = answer["first_bad"]["name"].as_str().unwrap();
        let shown = repo.agent(&["show", name, "--json"]).json();
        assert_eq!(shown["checkpoint"]["commit"], answer["first_bad"]["commit"]);
    }
}

#[test]
fn what_can_be_said() {
    let repo = line(TestRepo::new(), 5);
    repo.advance(300_000);
    let run = |words: &[&str]| repo.run("git-agent").args(["bisect"]).args(words).run();
    insta::assert_snapshot!(run(&["t-1", "--", &format!("cat n; {}", fails_from(4))]), @r"
    t-1@4 is the first bad commit: count to 4
    Commit:  da3e675641b4de50abe92b8f21db6d633c80eca7
    Task:    t-1 Count
    Author:  A U Thor <author@example.com>
    Date:    3 days ago
    Changes: n
    ------- stderr -------
    Testing t-1@5 (c6eac7a): about 3 more
    5Testing t-1@start (ec850bb): about 2 more
    0Testing t-1@3 (dd07194): about 1 more
    3Testing t-1@4 (da3e675): last test
    4Tested 3 of 5 commits and the starting point
    hint: to show it: git agent show t-1@4
    hint: to roll back to the last good one: git agent rollback t-1@3
    ");
    insta::assert_snapshot!(run(&["t-1", "-q", "--", &fails_from(1)]), @r"
    t-1@1 is the first bad commit: count to 1
    Commit:  61040477b9590233a25f6603d56e5ac8d90cd7bf
    Task:    t-1 Count
    Author:  A U Thor <author@example.com>
    Date:    3 days ago
    Changes: n
    ");
    insta::assert_snapshot!(run(&["t-1", "--", "true"]), @r"
    t-1@5 is good: there is nothing to find.
    ------- stderr -------
    Testing t-1@5 (c6eac7a): about 3 more
    Tested 1 of 5 commits
    ");
    insta::assert_snapshot!(run(&["t-1", "--", "false"]), @r"
    t-1@start is already bad: the failure is older.
    ------- stderr -------
    Testing t-1@5 (c6eac7a): about 3 more
    Testing t-1@start (ec850bb): about 2 more
    Tested 1 of 5 commits and the starting point
    ");
    // Cannot tell at 3 and 4, bad at 5.
    insta::assert_snapshot!(run(&["t-1", "--", "case $(cat n) in 3|4) exit 125;; 5) exit 1;; esac"]), @r"
    Only skipped commits are left to test. The first bad commit is one of:
      dd07194c04a0e542743d05204b56c4b10f187f11 t-1@3
      da3e675641b4de50abe92b8f21db6d633c80eca7 t-1@4
      c6eac7a50777e1f4045cb78f9278caa857c6b7d3 t-1@5
    ------- stderr -------
    Testing t-1@5 (c6eac7a): about 3 more
    Testing t-1@start (ec850bb): about 2 more
    Testing t-1@3 (dd07194): about 1 more
    Testing t-1@2 (8a049c4): about 1 more
    Testing t-1@4 (da3e675): last test
    Tested 4 of 5 commits and the starting point, 2 skipped
    ");
    insta::assert_snapshot!(run(&["t-1", "--", "exit 125"]), @r"
    No commit is known to be bad, but some could not be tested.
    ------- stderr -------
    Testing t-1@5 (c6eac7a): about 3 more
    Testing t-1@4 (da3e675): about 3 more
    Testing t-1@3 (dd07194): about 3 more
    Testing t-1@2 (8a049c4): about 3 more
    Testing t-1@1 (6104047): about 3 more
    Tested 5 of 5 commits, 5 skipped
    ");
    insta::assert_snapshot!(run(&["t-1", "--", "no-such-program 2>/dev/null"]), @r"
    ------- stderr -------
    Testing t-1@5 (c6eac7a): about 3 more
    error: cannot run 'no-such-program 2>/dev/null' at t-1@5: the shell ended with exit code 127
    hint: it runs at the top of a fresh worktree, without ignored and untracked files
    [exit code 5]
    ");
    insta::assert_snapshot!(run(&["t-1", "--", "kill -SEGV $$"]), @r"
    ------- stderr -------
    Testing t-1@5 (c6eac7a): about 3 more
    error: 'kill -SEGV $$' ended with exit code 139 at t-1@5, which aborts the bisection
    nothing was changed
    hint: 0 is good, 125 skips the commit, 1 to 127 otherwise is bad, 128 or more aborts
    [exit code 1]
    ");
    insta::assert_snapshot!(run(&["t-1", "--", "test $(cat n) != 0 || exit 127; false"]), @r"
    t-1@start is already bad: the failure is older.
    ------- stderr -------
    Testing t-1@5 (c6eac7a): about 3 more
    Testing t-1@start (ec850bb): about 2 more
    Tested 1 of 5 commits and the starting point
    hint: exit code 127: the command could not be run there; exit with 125 to skip a commit
    ");
    assert_eq!(everything(&repo).3, Vec::<PathBuf>::new());
}

#[test]
fn what_is_answered_to_programs() {
    let repo = line(TestRepo::new(), 5);
    let reason = |command: &str| {
        let answer = bisect(&repo, &["t-1"], command);
        assert_eq!(answer["first_bad"], Value::Null);
        (answer["reason"].as_str().unwrap().to_owned(), answer["tested"].as_array().unwrap().len())
    };
    assert_eq!(reason("true"), ("never-bad".into(), 1));
    assert_eq!(reason("false"), ("already-bad".into(), 2));
    assert_eq!(reason("exit 125"), ("never-bad".into(), 5));
    let unsure = bisect(&repo, &["t-1"], "case $(cat n) in 3|4) exit 125;; 5) exit 1;; esac");
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|point| point["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (unsure["reason"].as_str(), names(&unsure["suspects"])),
        (Some("skipped"), vec!["t-1@3".into(), "t-1@4".into(), "t-1@5".into()])
    );
    assert_eq!(unsure["skipped"].as_array().unwrap().len(), 2);
    // The newest cannot be told: the next one can.
    let answer = bisect(&repo, &["t-1"], "case $(cat n) in 5) exit 125;; 0|1|2) exit 0;; esac; exit 3");
    assert_eq!((&answer["first_bad"]["number"], &answer["tested"][1]["exit"]), (&3.into(), &3.into()));
    // A range, by name; commits of nobody only if they are asked for.
    let range = bisect(&repo, &["t-1@2..t-1@5"], "test ! -e other");
    assert_eq!(range["first_bad"]["name"], "t-1@4");
    let all = bisect(&repo, &["t-1@2..HEAD", "--all-commits"], "test ! -e other");
    assert_eq!((&all["first_bad"]["subject"], &all["first_bad"]["task"]), (&"of nobody".into(), &Value::Null));
    let of_task = bisect(&repo, &["t-1", "--all-commits"], "test ! -e other");
    assert_eq!(of_task["first_bad"]["commit"], all["first_bad"]["commit"]);
    // Several words are a command and its arguments.
    let words = repo.run("git-agent").args(["bisect", "t-1", "--json", "--", "grep", "-q", "[0-2]", "n"]).run().json();
    assert_eq!(words["first_bad"]["number"], 3);
}

#[test]
fn a_task_that_began_before_all_commits_has_nothing_before_it() {
    let repo = TestRepo::new();
    repo.agent(&["add", "Work", "--id", "t-1", "-q"]).success();
    repo.agent(&["start", "t-1", "-q"]).success();
    for at in 1..4 {
        repo.commit_file("n", &at.to_string(), "x\n\nTask-Id: t-1");
    }
    for words in [&["t-1"][..], &[], &["t-1@start..t-1@last"]] {
        let answer = bisect(&repo, words, "false");
        assert_eq!((&answer["first_bad"]["number"], &answer["good"]), (&1.into(), &Value::Null), "{words:?}");
    }
    let shown = repo.agent(&["bisect", "t-1", "--", "false"]).success();
    assert!(shown.stderr.contains("git agent rollback t-1@start"), "{shown}");
}

#[test]
fn refusals_change_nothing() {
    let repo = line(TestRepo::new(), 3);
    repo.agent(&["add", "Nothing yet", "--id", "none", "-q"]).success();
    let before = everything(&repo);
    for (words, expected) in [
        (&["t-1"][..], (2, "usage")),
        (&["nobody", "--", "true"], (2, "task-not-found")),
        (&["none", "--", "true"], (1, "no-candidates")),
        (&["--", "true"], (2, "no-active-task")),
        (&["t-1@2", "--", "true"], (2, "not-a-range")),
        (&["nothing..HEAD", "--", "true"], (2, "bad-revision")),
        (&["t-1@1...t-1@2", "--", "true"], (2, "bad-revision")),
        (&["t-1@1..t-1@9", "--", "true"], (1, "no-such-checkpoint")),
        (&["t-1@3..HEAD", "--", "true"], (1, "no-candidates")),
        (&["t-1", "--", "no-such-program"], (5, "command-not-runnable")),
        (&["t-1", "--", "exit 130"], (1, "bisect-aborted")),
    ] {
        assert_eq!(refused(&repo, words), (expected.0, expected.1.to_owned()), "{words:?}");
    }
    assert!(everything(&repo) == before);
}

#[test]
fn the_worktree_of_the_first_bad_one_is_kept_on_demand() {
    let repo = line(TestRepo::new(), 6);
    let answer = bisect(&repo, &["t-1", "--keep"], &format!("echo log > built; {}", fails_from(3)));
    let kept = PathBuf::from(answer["kept"].as_str().unwrap().replace("$TMP", &repo.tmp().to_string_lossy()));
    let place = repo.at(&kept);
    assert_eq!((place.read("n"), place.read("built")), ("3".into(), "log\n".into()));
    assert_eq!(place.head(), answer["first_bad"]["commit"].as_str().unwrap());
    assert_eq!(repo.git(&["worktree", "list"]).lines().len(), 2);
    // The next one leaves it alone, and so does one that finds nothing.
    assert_eq!(bisect(&repo, &["t-1", "--keep"], "true")["kept"], Value::Null);
    assert_eq!(place.read("n"), "3");
    let check = repo.agent(&["doctor", "--json"]).json();
    assert!(
        check["checks"].as_array().unwrap().iter().any(|check| check["name"] == "bisections" && check["level"] == "ok")
    );
    fs::remove_file(kept.join("built")).unwrap();
    repo.git(&["worktree", "remove", kept.to_str().unwrap()]).success();
}

/// Start a bisection whose command says that it runs, and then takes all the time that the test does, however slow that is.
fn running(repo: &TestRepo) -> Child {
    let script = "echo > \"$HOME/running\"; while test -d \"$HOME\"; do sleep 0.1; done";
    // What runs the tests in the background ignores signals for them, too.
    let bisect = ["--default-signal=HUP,INT,TERM", "git-agent", "bisect", "t-1", "--", script];
    let mut command = repo.run("env").args(bisect).into_command();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while !repo.tmp().join("home/running").exists() {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

fn kill(child: &mut Child, signal: &str) -> Option<i32> {
    let id = child.id().to_string();
    assert!(
        std::process::Command::new("sh").args(["-c", "kill -$1 $2", "sh", signal, &id]).status().unwrap().success()
    );
    child.wait().unwrap().code()
}

#[test]
fn a_killed_one_is_tidied_up_by_the_next() {
    on_one_git(|git| {
        let repo = line(TestRepo::with_git(git), 4);
        let level = || {
            let checks = repo.agent(&["doctor", "--json"]).json()["checks"].clone();
            let check = checks.as_array().unwrap().iter().find(|check| check["name"] == "bisections").cloned();
            check.unwrap()["level"].as_str().unwrap().to_owned()
        };
        let before = everything(&repo);
        let mut child = running(&repo);
        assert_eq!(level(), "ok", "it is at work");
        assert_eq!(bisect(&repo, &["t-1"], &fails_from(2))["first_bad"]["number"], 2, "two at a time");
        assert_eq!(repo.git(&["worktree", "list"]).lines().len(), 2, "the other one keeps its worktree");
        kill(&mut child, "KILL");
        assert_eq!(level(), "warning");
        let left = everything(&repo);
        assert_eq!((&left.0, left.3.len()), (&before.0, 1));
        assert_eq!(bisect(&repo, &["t-1"], &fails_from(2))["first_bad"]["number"], 2);
        assert!(everything(&repo) == before);
        // Nor if somebody has removed the directory, or git was killed while it made the worktree.
        let mut child = {
            fs::remove_file(repo.tmp().join("home/running")).unwrap();
            running(&repo)
        };
        kill(&mut child, "KILL");
        let place = everything(&repo).3.remove(0);
        let name = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
        repo.git(&["worktree", "lock", "--reason", "initializing", name.to_str().unwrap()]).success();
        fs::remove_dir_all(&place).unwrap();
        assert_eq!(level(), "warning");
        assert_eq!(bisect(&repo, &["t-1"], "true")["reason"], "never-bad");
        assert!(everything(&repo) == before);
    });
}

#[test]
fn one_that_is_stopped_takes_its_worktrees_away() {
    at_once(&["INT", "TERM", "HUP"], |signal| {
        let repo = line(TestRepo::new(), 4);
        let before = everything(&repo);
        let mut child = running(&repo);
        assert_eq!(kill(&mut child, signal), Some(1), "{signal}");
        assert!(everything(&repo) == before, "{signal}");
    });
}

#[test]
fn worktrees_of_the_users_that_are_not_there_stay_known() {
    let repo = line(TestRepo::with_git(default_git()), 4);
    let away = repo.worktree("away");
    fs::rename(away.path(), repo.tmp().join("unmounted")).unwrap();
    bisect(&repo, &["t-1"], &fails_from(2));
    fs::rename(repo.tmp().join("unmounted"), away.path()).unwrap();
    assert_eq!(away.git(&["status", "--porcelain"]).text(), "");
}
