//! What hooks record in the ledger, and what they cost.

use crate::hook_commit::{on_every_git_with_hooks, repo_with_hooks};
use crate::support::{TestRepo, generated_hook, gits, on_every_git, on_gits_with};

/// The `commit` events in the note of task `id`, as stock git shows it, after the next command has recorded new commits.
fn commit_events(repo: &TestRepo, id: &str) -> Vec<String> {
    repo.agent(&["list"]).success();
    let key = repo.run("git").args(["hash-object", "--stdin"]).stdin(format!("0 task {id}\n")).run().text();
    let note = repo.git(&["notes", "--ref=agent-tasks", "show", &key]).lines();
    note.into_iter().filter(|line| line.contains(" commit commit=")).collect()
}

#[test]
fn a_commit_is_recorded_with_its_tree() {
    on_every_git_with_hooks(|repo| {
        repo.agent(&["add", "title", "--id", "T"]).success();
        repo.agent(&["start", "T"]).success();
        let commit = repo.commit_file("file", "1\n", "x");
        let tree = repo.git(&["rev-parse", "HEAD^{tree}"]).text();
        let events = commit_events(repo, "T");
        assert_eq!(events.len(), 1, "{events:?}");
        assert!(events[0].contains(&format!("commit commit=\"{commit}\" tree=\"{tree}\"")), "{events:?}");
        repo.git(&["commit", "-q", "--amend", "-m", "y"]).success();
        assert_eq!(commit_events(repo, "T").len(), 2, "an amended commit is another one");
        repo.agent(&["hook", "post-commit"]).success();
        assert_eq!(commit_events(repo, "T").len(), 2, "nothing is recorded twice");
        assert_eq!(pending(repo), 0);
    });
}

/// How many commits wait to be recorded.
fn pending(repo: &TestRepo) -> usize {
    std::fs::read_dir(repo.path().join(".git/agent/pending")).map_or(0, Iterator::count)
}

/// The commits in `events`, and who made them.
fn recorded(events: &[String]) -> Vec<(String, String)> {
    let commit = |line: &str| line.split("commit=\"").nth(1).unwrap()[..40].to_owned();
    events.iter().map(|line| (commit(line), line.split(' ').nth(2).unwrap().to_owned())).collect()
}

#[test]
fn commits_are_recorded_as_their_makers_at_the_time_when_they_were_made() {
    on_every_git_with_hooks(|repo| {
        repo.agent(&["add", "title", "--id", "T"]).success();
        repo.agent(&["start", "T"]).success();
        let by = |actor: &str, words: &[&str]| {
            let output = repo.run("git").args(words).env("GIT_AGENT_ACTOR", actor).run();
            assert!(output.code.is_some_and(|code| code <= 1), "{output}");
            repo.git(&["rev-parse", "HEAD"]).text()
        };
        let base = by("nobody@x", &["status"]);
        let lost = by("one@x", &["commit", "-q", "--allow-empty", "-m", "lost"]);
        by("nobody@x", &["reset", "-q", "--hard", &base]);
        repo.write_script(".git/hooks/commit-msg", "#!/bin/sh\nexit 1\n");
        let refused = by("two@x", &["commit", "-q", "--allow-empty", "-m", "refused"]);
        assert_eq!(refused, base);
        repo.sh("rm .git/hooks/commit-msg").success();
        let second = by("three@x", &["commit", "-q", "--allow-empty", "-m", "second"]);
        let amended = by("four@x", &["commit", "-q", "--allow-empty", "--amend", "-m", "amended"]);
        repo.git(&["checkout", "-q", "-b", "elsewhere", &base]).success();
        let events = commit_events(repo, "T");
        let expected = [(lost, "one@x"), (second, "three@x"), (amended, "four@x")];
        let expected: Vec<_> = expected.into_iter().map(|(commit, actor)| (commit, actor.to_owned())).collect();
        assert_eq!(recorded(&events), expected, "{events:#?}");
        assert!(pending(repo) <= 1, "what was refused may still come");
    });
}

#[test]
fn what_cannot_be_recorded_keeps_nothing_from_being_recorded() {
    on_every_git_with_hooks(|repo| {
        for id in ["A", "B"] {
            repo.agent(&["add", "title", "--id", id]).success();
        }
        repo.agent(&["start", "B"]).success();
        repo.commit_file("file", "1\n", "pruned");
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]).success();
        repo.git(&["reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all"]).success();
        repo.git(&["gc", "-q", "--prune=now"]).success();
        repo.agent(&["start", "A", "--take-over"]).success();
        repo.commit_file("file", "2\n", "its note is too large");
        let key = repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin("0 task A\n").run().text();
        let large = repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin("x".repeat(17 << 20)).run().text();
        repo.git(&["notes", "--ref=agent-tasks", "add", "-f", "-C", &large, &key]).success();
        repo.agent(&["start", "B", "--take-over"]).success();
        let kept = repo.commit_file("file", "3\n", "kept");
        let events = recorded(&commit_events(repo, "B"));
        assert_eq!(events.iter().map(|(commit, _)| commit).collect::<Vec<_>>(), [&kept]);
        assert_eq!(
            pending(repo),
            1 + 1,
            "the one that was pruned may have been made elsewhere, the note may be repaired"
        );
    });
}

#[test]
fn commits_are_found_without_a_reflog_and_without_their_worktree() {
    on_every_git_with_hooks(|repo| {
        repo.agent(&["add", "title", "--id", "T"]).success();
        let linked = repo.worktree("linked");
        linked.agent(&["start", "T"]).success();
        let there = linked.commit_file("there", "1\n", "x");
        repo.git(&["worktree", "remove", "--force", &linked.path().display().to_string()]).success();
        assert_eq!(recorded(&commit_events(repo, "T")).len(), 1, "{there}");
        repo.activate("T");
        repo.git(&["config", "core.logAllRefUpdates", "false"]).success();
        repo.sh("rm -rf .git/logs").success();
        let here = repo.commit_file("here", "1\n", "y");
        repo.git(&["commit", "-q", "--allow-empty", "--amend", "-m", "z"]).success();
        let amended = repo.git(&["rev-parse", "HEAD"]).text();
        let events = recorded(&commit_events(repo, "T"));
        assert!(events.iter().any(|(commit, _)| *commit == amended), "{events:?}, {here}");
    });
}

#[test]
fn a_lease_is_renewed_by_a_commit_that_is_recorded_later() {
    on_every_git_with_hooks(|repo| {
        repo.agent(&["add", "title", "--id", "T"]).success();
        let at = |time: &str, words: &[&str]| {
            repo.run("git").args(words).env("GIT_AGENT_CLOCK", time).env("GIT_AGENT_ACTOR", "one@x").run().success()
        };
        at("2027-01-01T10:00:00Z", &["agent", "start", "T"]);
        at("2027-01-01T11:30:00Z", &["commit", "-q", "--allow-empty", "-m", "x"]);
        let later = repo.run("git").args(["agent", "claim", "T"]).env("GIT_AGENT_CLOCK", "2027-01-01T13:00:00Z");
        let refused = later.env("GIT_AGENT_ACTOR", "two@x").run();
        assert_eq!(refused.code, Some(1), "two hours from the commit, {refused}");
        assert!(refused.stderr.contains("until 2027-01-01 13:30"), "{refused}");
    });
}

#[test]
fn the_hook_of_an_older_version_goes() {
    on_gits_with("git-before-2.54", |git| {
        let repo = repo_with_hooks(git);
        repo.write_script(".git/hooks/post-commit.before-git-agent", "#!/bin/sh\necho theirs\n");
        let body = "# Records the new commit.\nexit 0\n";
        repo.write_script(".git/hooks/post-commit", &generated_hook(body));
        repo.agent(&["init"]).success();
        assert_eq!(repo.read(".git/hooks/post-commit"), "#!/bin/sh\necho theirs\n");
        assert!(!repo.path().join(".git/hooks/post-commit.before-git-agent").exists());
    });
}

#[test]
fn replayed_commits_and_unknown_tasks_are_not_recorded() {
    on_every_git_with_hooks(|repo| {
        repo.agent(&["add", "title", "--id", "T"]).success();
        repo.git(&["checkout", "-q", "-b", "topic"]).success();
        repo.agent(&["start", "T"]).success();
        repo.commit_file("file", "1\n", "x");
        repo.activate("unknown");
        repo.commit_file("other", "1\n", "y");
        repo.activate("T");
        repo.git(&["checkout", "-q", "main"]).success();
        repo.git(&["cherry-pick", "topic~1"]).success();
        repo.commit_file("main", "1\n", "z");
        repo.git(&["checkout", "-q", "topic"]).success();
        repo.git(&["rebase", "-q", "main"]).success();
        assert_eq!(commit_events(repo, "T").len(), 2, "x and z, when they were made");
        assert!(!repo.agent(&["list"]).success().stdout.contains("unknown"));
    });
}

#[test]
fn hooks_start_no_git() {
    on_every_git(|git| {
        let repo = repo_with_hooks(git);
        repo.agent(&["add", "title", "--id", "T"]).success();
        repo.agent(&["start", "T"]).success();
        for way in [&["commit", "-q", "--allow-empty", "-m", "x"][..], &["commit", "-q", "--allow-empty"]] {
            let trace = repo.tmp().join("trace");
            let editor = "echo typed >\"$1\"";
            repo.run("git").args(way).editor(editor).env("GIT_TRACE2_EVENT", &trace).run().success();
            let trace = std::fs::read_to_string(trace).unwrap();
            let started: Vec<_> = trace.lines().filter(|line| line.contains("\"event\":\"start\"")).collect();
            let ours = started.iter().filter(|line| {
                !line.contains("\"commit\"") && !line.contains("maintenance") && !line.contains("\"gc\"")
            });
            assert_eq!(ours.count(), 0, "{way:?} with {git}: {started:#?}");
            std::fs::remove_file(repo.tmp().join("trace")).unwrap();
        }
        assert_eq!(commit_events(&repo, "T").len(), 2);
    });
}

#[test]
fn without_a_task_no_program_is_started() {
    for git in gits() {
        let repo = repo_with_hooks(git);
        repo.write_script("../fake/git-agent", "#!/bin/sh\necho \"$*\" >>$HOME/started\n");
        repo.set_env("PATH", format!("{0}/fake:{0}/bin:/usr/bin:/bin", repo.tmp().display()));
        // A git behind a loader of its own does not look like one in /proc; then git-agent is asked.
        let is_plain = std::fs::read(&git.path).is_ok_and(|program| program.starts_with(b"\x7fELF"));
        if std::path::Path::new("/proc/self/cmdline").exists() && is_plain {
            repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
            repo.git(&["commit", "-q", "--allow-empty", "-m", "x\ny", "--no-verify"]).success();
            repo.git(&["commit", "-q", "--amend", "--allow-empty", "--no-edit"]).success();
            assert!(!repo.tmp().join("home/started").exists(), "with {git}: {}", repo.read("../home/started"));
        }
        repo.git(&["commit", "-q", "--amend", "--allow-empty", "-m", "x"]).success();
        assert_eq!(
            repo.read("../home/started"),
            "prepare-commit-msg .git/COMMIT_EDITMSG message\n".replace("prep", "hook prep")
        );
    }
}

#[test]
fn picks_of_a_rebase_start_no_program() {
    for git in gits() {
        let repo = repo_with_hooks(git);
        repo.activate("T");
        repo.git(&["checkout", "-q", "-b", "topic"]).success();
        for n in 0..3 {
            repo.commit_file("file", &format!("{n}\n"), "x");
        }
        repo.git(&["checkout", "-q", "main"]).success();
        repo.commit_file("other", "1\n", "up");
        repo.write_script("../fake/git-agent", "#!/bin/sh\necho \"$*\" >>$HOME/started\n");
        repo.set_env("PATH", format!("{0}/fake:{0}/bin:/usr/bin:/bin", repo.tmp().display()));
        repo.git(&["rebase", "-q", "main", "topic"]).success();
        repo.git(&["cherry-pick", "--keep-redundant-commits", "main~1"]).success();
        assert!(!repo.tmp().join("home/started").exists(), "with {git}: {}", repo.read("../home/started"));
    }
}
