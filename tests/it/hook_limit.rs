//! A git-agent that hangs, crashes or cannot start never stops a commit, and all hooks of a commit together take
//! `agent.hookTimeout` at most; scenario 48.

use std::time::{Duration, Instant};

use crate::support::{Git, TestRepo, at_once, default_git, gits, on_every_git, program};

/// A repository with hooks, where task T is active.
fn repo(git: &Git) -> TestRepo {
    let repo = TestRepo::with_git(git);
    repo.use_real_dates();
    repo.git(&["commit", "-q", "--allow-empty", "-m", "base"]).success();
    repo.activate("T");
    repo.agent(&["init"]).success();
    repo
}

/// Replace git-agent on PATH by a script, or by nothing, and forget the recorded path.
fn with_agent(repo: &TestRepo, script: Option<&str>) {
    let program = program();
    repo.sh(&format!("sed -i 's|{}|/nowhere/git-agent|' .git/config; for f in .git/hooks/*; do sed -i 's|{}|/nowhere/git-agent|' $f; done", program.display(), program.display())).success();
    if let Some(script) = script {
        repo.write_script("../fake/git-agent", script);
    }
    repo.set_env("PATH", format!("{0}/fake:{0}/bin:/usr/bin:/bin", repo.tmp().display()));
}

/// The time of one commit without an editor and of one with, both of which are made.
#[track_caller]
fn times(repo: &TestRepo) -> [Duration; 2] {
    let start = Instant::now();
    repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
    assert_eq!(repo.message("HEAD"), b"x\n");
    let first = start.elapsed();
    let start = Instant::now();
    repo.run("git").args(["commit", "-q", "--allow-empty"]).editor("echo typed >\"$1\"").run().success();
    assert_eq!(repo.message("HEAD"), b"typed\n");
    [first, start.elapsed()]
}

/// One git that has hooks in files and one that has them in its configuration.
fn kinds() -> impl Iterator<Item = &'static Git> {
    [Some(default_git()), gits().iter().find(|git| git.has_config_hooks())].into_iter().flatten()
}

/// What hangs, in each way.
const HANGING: [&str; 3] = [
    "#!/bin/sh\ntrap '' TERM INT HUP\nsleep 60\n",
    "#!/bin/sh\nkill -STOP $$\n",
    "#!/bin/sh\ncase $2 in prepare-commit-msg | commit-msg) exec sleep 60 ;; esac\n",
];

#[test]
fn s48_a_program_that_cannot_run_does_not_block_a_commit() {
    on_every_git(|git| {
        for script in [
            None,
            Some("#!/bin/sh\nexit 1\n"),
            Some("#!/bin/sh\nkill -SEGV $$\n"),
            Some("#!/bin/sh\nkill -KILL $$\n"),
            Some("not a program\0"),
            Some("#!/nowhere/interpreter\n"),
            Some("\u{7f}ELF\u{2}\u{1}\u{1}\0\0\0\0\0\0\0\0\0\u{2}\0\u{7}\0of another architecture"),
        ] {
            let repo = repo(git);
            with_agent(&repo, script);
            times(&repo);
        }
        let repo = repo(git);
        with_agent(&repo, Some("#!/bin/sh\nexit 0\n"));
        repo.sh("chmod -x ../fake/git-agent").success();
        times(&repo);
    });
}

#[test]
fn s48_a_hang_takes_the_limit_once_a_commit() {
    let rows: Vec<_> = kinds().flat_map(|git| HANGING.map(|script| (git, script))).collect();
    at_once(&rows, |(git, script)| {
        let repo = repo(git);
        repo.git(&["config", "agent.hookTimeout", "3"]).success();
        with_agent(&repo, Some(script));
        for time in times(&repo) {
            assert!(time >= Duration::from_millis(2900), "{time:?} with {git}: {script}");
            assert!(time < Duration::from_secs(6), "{time:?} with {git}: {script}");
        }
    });
}

#[test]
fn s48_the_limit_is_the_one_that_git_knows() {
    let short = |repo: &TestRepo, words: &[&str], what: &str| {
        let start = Instant::now();
        repo.run("git").args(words).args(["commit", "-q", "--allow-empty", "-m", "x"]).run().success();
        let time = start.elapsed();
        assert!((900..4500).contains(&time.as_millis()), "{what}: {time:?}");
    };
    at_once(&kinds().collect::<Vec<_>>(), |git| {
        let repo = repo(git);
        // git-agent has noted the limit of now: a commit asks no git for it.
        repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
        assert_eq!(repo.read(".git/agent/hook-timeout"), "5\n");
        let linked = repo.worktree("linked");
        linked.activate("T");
        linked.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
        with_agent(&repo, Some(HANGING[0]));
        linked.set_env("PATH", format!("{0}/fake:{0}/bin:/usr/bin:/bin", repo.tmp().display()));
        short(&repo, &["-c", "agent.hookTimeout=1"], "on the command line");
        repo.git(&["config", "--global", "agent.hookTimeout", "1s"]).success();
        short(&repo, &[], "of the user");
        repo.git(&["config", "--global", "--unset", "agent.hookTimeout"]).success();
        repo.git(&["config", "agent.hookTimeout", "1"]).success();
        short(&repo, &[], "of the repository");
        short(&linked, &[], "in a linked worktree");
    });
}

#[test]
fn s48_what_one_commit_lost_is_not_the_next_ones() {
    for git in kinds() {
        let repo = repo(git);
        repo.git(&["config", "agent.hookTimeout", "1"]).success();
        let path = repo.sh("echo $PATH").text();
        with_agent(&repo, Some(HANGING[0]));
        repo.write_script(".git/hooks/pre-merge-commit", "#!/bin/sh\n");
        repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
        repo.set_env("PATH", path.replace("$TMP", &repo.tmp().display().to_string()));
        repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
        assert_eq!(repo.task_ids("HEAD"), ["T"], "with {git}");
        assert!(!repo.path().join(".git/agent-hook-seconds").exists());
    }
}

/// The system may have no `timeout`.
#[test]
fn s48_the_shell_alone_stops_a_hang() {
    at_once(&kinds().collect::<Vec<_>>(), |git| {
        let repo = repo(git);
        repo.git(&["config", "agent.hookTimeout", "2"]).success();
        with_agent(&repo, Some("#!/bin/sh\nexec sleep 60\n"));
        repo.sh("mkdir ../few; for tool in sh sleep rm env sed cat; do ln -s \"$(command -v $tool)\" ../few/; done")
            .success();
        repo.set_env("PATH", format!("{0}/fake:{0}/bin:{0}/few", repo.tmp().display()));
        for time in times(&repo) {
            assert!((1900..4000).contains(&time.as_millis()), "{time:?} with {git}");
        }
    });
}

#[test]
fn s48_the_watchdog_gives_up_before_the_shim_does() {
    on_every_git(|git| {
        let repo = repo(git);
        repo.git(&["config", "agent.hookTimeout", "1"]).success();
        // Reading a pipe that nobody writes to takes for ever.
        repo.sh("rm -f .git/SQUASH_MSG; mkfifo .git/SQUASH_MSG").success();
        let output = repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
        assert!(
            output.stderr.contains("git-agent: prepare-commit-msg: timed out after 1000 ms; the commit continues"),
            "{output}"
        );
        assert_eq!(repo.message("HEAD"), b"x\n");
    });
}

/// What watches costs a process: only a program that has not run here yet is watched, and one that took its place.
#[test]
fn a_program_that_has_run_is_not_watched() {
    for git in kinds() {
        let repo = repo(git);
        let path = repo.sh("echo $PATH").text().replace("$TMP", &repo.tmp().display().to_string());
        repo.write_script(
            "../watch/timeout",
            "#!/bin/sh\necho watched >>$HOME/watched\nexec /usr/bin/timeout \"$@\"\n",
        );
        repo.set_env("PATH", format!("{}/watch:{path}", repo.tmp().display()));
        let watched = |repo: &TestRepo| {
            repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
            let found = repo.tmp().join("home/watched").exists();
            repo.sh("rm -f $HOME/watched").success();
            found
        };
        assert!(watched(&repo), "the first time, with {git}");
        assert!(!watched(&repo), "the second time, with {git}");
        assert_eq!(repo.task_ids("HEAD"), ["T"], "with {git}");
        repo.sh("touch .git/agent/hook-program -d '2001-01-01'").success();
        assert!(watched(&repo), "the program is newer, with {git}");
        repo.write_script("../watch/git-agent", "#!/bin/sh\nexec git-agent-real \"$@\"\n");
        let real = program().display();
        repo.sh(&format!("ln -s {real} ../watch/git-agent-real")).success();
        assert!(watched(&repo) && watched(&repo), "a script that runs git-agent is always watched, with {git}");
    }
}
