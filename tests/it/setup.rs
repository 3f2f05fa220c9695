//! Forgotten set-up is said where it is read: hooks that are not here, a ledger that was never fetched.

use crate::support::{TestRepo, on_every_git};

const REMARK: &str = "commits in this worktree are not stamped: ";

/// A repository with a commit, and the ready tasks a and b; no hooks.
fn world() -> TestRepo {
    let repo = TestRepo::new();
    set_up(&repo);
    repo
}

fn set_up(repo: &TestRepo) {
    repo.git(&["config", "agent.hookHint", "true"]).success();
    repo.commit_file("base", "0\n", "base");
    for id in ["a", "b"] {
        repo.agent(&["add", id, "--id", id, "-q"]).success();
    }
}

#[test]
fn hooks_that_are_not_here_are_said_by_every_command_that_depends_on_them() {
    let repo = world();
    let why = "the hooks of git-agent are not installed";
    let said = |words: &[&str]| {
        let output = repo.agent(words).success();
        assert!(output.stderr.contains(&format!("{REMARK}{why}; run 'git agent init' here")), "{words:?}: {output}");
    };
    said(&["start", "a"]);
    repo.write("x", "1\n");
    said(&["checkpoint", "-qm", "x"]);
    assert!(repo.agent(&["status"]).success().stdout.contains(&format!("Commits made here are not stamped: {why}")));
    assert!(repo.agent(&["status", "--porcelain"]).success().stdout.contains(&format!("hooks-missing {why}")));
    assert_eq!(repo.agent(&["status", "--json"]).json()["hooks_missing"], why);
    let brief = repo.agent(&["brief"]).success().stdout;
    assert!(brief.contains(&format!("commits made here are not stamped: {why}")), "{brief}");
    assert!(brief.contains("git agent init"), "{brief}");
    assert_eq!(repo.agent(&["brief", "--json"]).json()["state"]["hooks_missing"], why);
    said(&["complete"]);
    said(&["next", "--start"]);

    repo.agent(&["init", "-q"]).success();
    let quiet = |repo: &TestRepo| {
        for words in [&["start", "b"][..], &["status"], &["brief"], &["checkpoint", "-m", "y"], &["complete"]] {
            let output = repo.agent(words).success();
            let all = format!("{}{}", output.stdout, output.stderr);
            assert!(!all.contains("not stamped:") && !all.contains("agent init"), "{words:?}: {output}");
        }
        repo.agent(&["reopen", "b", "-q"]).success();
    };
    quiet(&repo);
    repo.agent(&["uninstall", "-q"]).success();
    assert!(repo.agent(&["status"]).success().stdout.contains("not stamped: "));
    // Who declined them is not reminded.
    repo.agent(&["init", "--no-hooks", "-q"]).success();
    quiet(&repo);
}

#[test]
fn hooks_that_a_setting_disables_are_not_said_to_be_installed_by_init() {
    on_every_git(|git| {
        let repo = TestRepo::with_git(git);
        set_up(&repo);
        repo.agent(&["init", "-q"]).success();
        let is_configured = repo.git(&["config", "hook.git-agent-prepare-commit-msg.command"]).code == Some(0);
        let settings = [("core.hooksPath", "/dev/null"), ("core.hooksPath", "")];
        let settings = match is_configured {
            true => &[("hook.git-agent-prepare-commit-msg.enabled", "false")][..],
            false => &settings,
        };
        for (key, value) in settings {
            repo.git(&["config", key, value]).success();
            let (why, shown) = (format!("'{key}' disables the hooks"), format!("git config --show-origin {key}"));
            let warned = repo.agent(&["start", "a"]).success().stderr;
            assert!(warned.contains(&format!("{REMARK}{why}; to see where: {shown}\n")), "{warned}");
            assert_eq!(repo.agent(&["status", "--json"]).json()["hooks_missing"], *why);
            let pages = [repo.agent(&["status"]).success().stdout, repo.agent(&["brief"]).success().stdout, warned];
            for page in pages {
                assert!(page.contains(&why) && page.contains(&shown) && !page.contains("agent init"), "{page}");
            }
            let doctor = repo.agent(&["doctor"]).stdout;
            assert!(doctor.contains(&shown), "{doctor}");
            // Nor does init say that all is well.
            let init = repo.agent(&["init"]);
            assert!(init.code == Some(5) || init.stderr.contains(&why), "{init}");
            assert!(init.stderr.contains(&shown), "{init}");
            repo.git(&["config", "--unset", key]).success();
        }
        assert_eq!(repo.agent(&["status", "--json"]).json()["hooks_missing"], serde_json::Value::Null);
    });
}

#[test]
fn hooks_that_were_replaced_or_are_looked_for_elsewhere_are_said() {
    on_every_git(|git| {
        let repo = TestRepo::with_git(git);
        set_up(&repo);
        repo.agent(&["init", "-q"]).success();
        let missing = || repo.agent(&["status", "--json"]).json()["hooks_missing"].as_str().map(str::to_owned);
        assert_eq!(missing(), None);
        let in_config = repo.git(&["config", "--get", "hook.git-agent-commit-msg.event"]).code == Some(0);
        // A hook manager takes over the directory later on.
        repo.git(&["config", "core.hooksPath", ".husky/_"]).success();
        assert_eq!(missing().is_some(), !in_config, "{:?}", missing());
        repo.write(".husky/_/prepare-commit-msg", "#!/bin/sh\nexit 0\n");
        repo.sh("chmod +x .husky/_/prepare-commit-msg").success();
        assert_eq!(missing().is_some(), !in_config, "{:?}", missing());
        if !in_config {
            assert!(missing().unwrap().ends_with("prepare-commit-msg' is not a hook of git-agent"), "{:?}", missing());
        }
        repo.write(".husky/_/prepare-commit-msg", "#!/bin/sh\ngit agent hook prepare-commit-msg \"$@\"\n");
        assert_eq!(missing(), None);
        repo.git(&["config", "--unset", "core.hooksPath"]).success();
        if in_config {
            repo.git(&["config", "hook.git-agent-prepare-commit-msg.enabled", "false"]).success();
            assert!(missing().unwrap().contains("disables the hooks"), "{:?}", missing());
        } else {
            repo.write(".git/hooks/prepare-commit-msg", "#!/bin/sh\nexit 0\n");
            assert!(missing().unwrap().contains("is not a hook of git-agent"), "{:?}", missing());
        }
    });
}

#[test]
fn complete_names_the_commits_of_its_time_that_name_no_task_and_how_to_link_them() {
    let repo = world();
    repo.agent(&["start", "a", "-q"]).success();
    let one = repo.commit_file("x", "1\n", "one");
    let two = repo.commit_file("x", "2\n", "two");
    repo.commit_file("x", "3\n", "three\n\nTask-Id: a");
    let done = repo.agent(&["complete"]).success();
    let command = format!("git agent link {} {} --task a", &one[..12], &two[..12]);
    assert!(done.stderr.contains(&format!("2 commits made while a was active name no task: '{command}'")), "{done}");
    repo.sh(&command).success();
    assert_eq!(repo.agent(&["log", "a", "--no-events", "--oneline"]).success().lines().len(), 3);
    repo.agent(&["start", "b", "-q"]).success();
    let four = repo.commit_file("x", "4\n", "four");
    assert_eq!(repo.agent(&["complete", "--json"]).json()["unstamped"], serde_json::json!([four]));
    // Not of a task that is not active here.
    repo.agent(&["add", "c", "--id", "c", "-q"]).success();
    repo.agent(&["start", "c", "--no-activate", "-q"]).success();
    repo.commit_file("x", "5\n", "five");
    assert_eq!(repo.agent(&["complete", "c", "--json"]).json()["unstamped"], serde_json::json!([]));
}

#[test]
fn a_clone_whose_tasks_are_elsewhere_never_says_that_there_are_none() {
    let repo = world();
    repo.commit_file("x", "1\n", "one\n\nTask-Id: a");
    let clone = repo.clone_of_hub();
    let says = "this clone does not have their notes; 'git agent init' fetches them";
    for words in [
        &["next"][..],
        &["list"],
        &["ready"],
        &["status"],
        &["brief"],
        &["log"],
        &["graph"],
        &["show", "a"],
        &["report"],
    ] {
        let output = clone.agent(words);
        assert_eq!(output.stderr.matches(says).count(), 1, "{words:?}: {output}");
        let all = format!("{}{}", output.stdout, output.stderr);
        assert!(!all.contains("There are no tasks") && !all.contains("Nothing is ready"), "{words:?}: {output}");
    }
    assert_eq!(clone.agent(&["next", "--json"]).json()["reason"], "no-ledger");
    assert_eq!(clone.agent(&["brief", "--json"]).json()["state"]["ledger_missing"], true);
    assert!(clone.agent(&["brief"]).success().stdout.contains("The tasks are in another clone"));
    let doctor = clone.agent(&["doctor"]);
    assert!(doctor.stdout.contains("this clone does not have their notes"), "{doctor}");
    clone.agent(&["init", "-q"]).success();
    assert!(clone.agent(&["next"]).success().stdout.starts_with("a "));
    // No commit names a task: there are none, as far as is known here.
    for words in [&["next"][..], &["list"], &["ready"], &["graph"], &["status"], &["brief"], &["doctor"]] {
        let bare = TestRepo::new();
        bare.commit_file("base", "0\n", "base");
        let hint = |repo: &TestRepo| {
            let output = repo.agent(words);
            format!("{}{}", output.stdout, output.stderr).contains("git agent sync")
        };
        assert!(!hint(&bare), "{words:?}: there is no remote");
        bare.git(&["remote", "add", "origin", "../hub.git"]).success();
        assert!(hint(&bare), "{words:?}");
        bare.agent(&["add", "A", "-q"]).success();
        assert!(!hint(&bare), "{words:?}: there are tasks");
    }
    let other = TestRepo::new();
    other.commit_file("base", "0\n", "base");
    assert!(other.agent(&["next"]).success().stderr.contains("There are no tasks."));
}
