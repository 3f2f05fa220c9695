//! What hooks record in the ledger, and what they cost.

use crate::hook_commit::{on_every_git_with_hooks, repo_with_hooks};
use crate::support::{TestRepo, gits, on_every_git};

/// The `commit` events in the note of task `id`, as stock git shows it.
fn commit_events(repo: &TestRepo, id: &str) -> Vec<String> {
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
