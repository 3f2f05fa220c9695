//! Beside hook managers that move hooks aside, write over them and take them away: each order, twice.
//!
//! The real ones are taken from the directory in `GIT_AGENT_TEST_HOOK_MANAGERS`, where `tests/long/hook-managers.sh` puts
//! them; a test whose manager is not there says that it is skipped. What they do to files is also recorded here.

use std::path::{Path, PathBuf};

use crate::support::{Git, TestRepo, default_git, found, generated_hook, gits, on_every_git};

mod recorded;

/// What the manager's hook runs: notes that it ran, and refuses one kind of message.
const THEIRS: &str = "#!/bin/sh\necho ran >>../log\n! grep -q forbidden \"$1\"\n";

/// Task T is active, and the manager's hook script is committed.
fn repo(git: &Git, files: &[(&str, &str)]) -> TestRepo {
    let repo = TestRepo::with_git(git);
    repo.use_real_dates();
    repo.write_script("theirs.sh", THEIRS);
    for (file, text) in files {
        repo.write(file, text);
    }
    repo.commit_file("a", "a\n", "base");
    repo.activate("T");
    repo
}

/// How often the manager's hook ran since the last question.
fn runs(repo: &TestRepo) -> usize {
    let log = repo.tmp().join("log");
    let text = std::fs::read_to_string(&log).unwrap_or_default();
    std::fs::write(&log, "").unwrap();
    text.lines().count()
}

/// Commits go through with `stamps` trailers, run the manager's hook once, and end with its exit code.
#[track_caller]
fn works(repo: &TestRepo, stamps: usize, when: &str) {
    runs(repo);
    let git = repo.git_version();
    let output = repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
    assert_eq!(repo.task_ids("HEAD"), vec!["T"; stamps], "{when}, with {git}: {output}");
    assert_eq!(runs(repo), 1, "{when}, with {git}: {output}");
    let output = repo.run("git").args(["commit", "-q", "--allow-empty"]).editor("echo typed >\"$1\"").run().success();
    assert_eq!(repo.task_ids("HEAD"), vec!["T"; stamps], "{when}, with {git}: {output}");
    assert_eq!(runs(repo), 1, "{when}, with {git}: {output}");
    repo.git(&["commit", "-q", "--allow-empty", "-m", "forbidden"]).failure();
    assert_eq!(runs(repo), 1, "{when}, with {git}");
}

/// Without a word about stamps: a manager that wrote over our hooks has the last word until the next `init`.
#[track_caller]
fn commits(repo: &TestRepo, when: &str) {
    runs(repo);
    let output = repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
    assert_eq!(runs(repo), 1, "{when}, with {}: {output}", repo.git_version());
    assert!(repo.task_ids("HEAD").len() <= 1, "{when}");
}

/// Our files below the git directory and the work tree.
fn ours(repo: &TestRepo) -> String {
    repo.sh(
        "grep -rl -e '^# git-agent hook ' -e '^f() {' . --exclude-dir=objects || :; find . -name '*before-git-agent*'",
    )
    .success()
    .stdout
}

/// Both orders, each step twice, and out again.
#[track_caller]
fn both_orders(git: &Git, files: &[(&str, &str)], install: impl Fn(&TestRepo)) {
    for they_first in [true, false] {
        let repo = repo(git, files);
        if they_first {
            install(&repo);
            works(&repo, 0, "they alone");
        }
        for round in ["first", "second"] {
            let when = format!("they first: {they_first}, {round} round");
            repo.agent(&["init"]).success();
            if they_first || round == "second" {
                works(&repo, 1, &when);
            }
            install(&repo);
            commits(&repo, &format!("{when}, they again"));
            install(&repo);
            commits(&repo, &format!("{when}, they twice"));
        }
        repo.agent(&["init"]).success();
        works(&repo, 1, "at last");
        repo.agent(&["init"]).success();
        works(&repo, 1, "init twice");
        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
        repo.agent(&["uninstall"]).success();
        // The task is no longer active after it.
        repo.activate("T");
        works(&repo, 0, "uninstalled");
        assert_eq!(ours(&repo), "", "they first: {they_first}");
        install(&repo);
        works(&repo, 0, "uninstalled, they again");
    }
}

/// Where a real manager is; where it is not, the test is skipped.
#[track_caller]
fn real(name: &str, file: &str) -> Option<PathBuf> {
    let dir = std::env::var_os("GIT_AGENT_TEST_HOOK_MANAGERS").map(PathBuf::from);
    found(name, dir.map(|dir| dir.join(file)).filter(|path| path.exists()))
}

/// One git that has hooks in files and one that has them in its configuration; every one in the long suite.
fn on_some_gits(body: impl Fn(&Git)) {
    if std::env::var_os("GIT_AGENT_TEST_LONG").is_some() {
        return on_every_git(body);
    }
    let newest = gits().iter().find(|git| git.has_config_hooks());
    [Some(default_git()), newest].into_iter().flatten().for_each(body);
}

#[test]
fn real_pre_commit() {
    let Some(program) = real("pre-commit", "python/bin/pre-commit") else { return };
    let config = "repos:\n- repo: local\n  hooks:\n  - id: theirs\n    name: theirs\n    language: system\n    \
                  entry: sh ./theirs.sh\n    stages: [commit-msg]\n";
    on_some_gits(|git| {
        both_orders(git, &[(".pre-commit-config.yaml", config)], |repo| {
            repo.run(&program).args(["install", "-t", "commit-msg"]).run().success();
        });
    });
}

#[test]
fn real_lefthook() {
    let Some(program) = real("lefthook", "npm/node_modules/.bin/lefthook") else { return };
    let config = "commit-msg:\n  commands:\n    theirs:\n      run: sh ./theirs.sh {1}\n";
    on_some_gits(|git| {
        for words in [vec!["install"], vec!["install", "-f"]] {
            both_orders(git, &[("lefthook.yml", config)], |repo| drop(repo.run(&program).args(&words).run().success()));
        }
    });
}

#[test]
fn real_husky() {
    let Some(program) = real("husky", "npm/node_modules/husky/bin.js") else { return };
    on_some_gits(|git| {
        both_orders(git, &[(".husky/commit-msg", "sh ./theirs.sh \"$1\"\n")], |repo| {
            repo.run("node").args([program.as_path()]).run().success();
        });
    });
}

#[test]
fn real_simple_git_hooks() {
    let Some(program) = real("simple-git-hooks", "npm/node_modules/.bin/simple-git-hooks") else { return };
    let package = r#"{"name":"x","simple-git-hooks":{"commit-msg":"sh ./theirs.sh $1"}}"#;
    on_some_gits(|git| {
        both_orders(git, &[("package.json", package)], |repo| drop(repo.run(&program).run().success()));
    });
}

/// As `pre-commit` does: what is there is moved to `.legacy` and runs first, and a script that is called by itself fails.
const MOVES_TO_LEGACY: &str = "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n\
    if [ -n \"${PRE_COMMIT_RUNNING_LEGACY-}\" ]; then echo 'bug: installed in migration mode'; exit 1; fi\n\
    if [ -x \"$(dirname \"$0\")/commit-msg.legacy\" ]; then\n\
    PRE_COMMIT_RUNNING_LEGACY=1 \"$(dirname \"$0\")/commit-msg.legacy\" \"$@\" || exit $?\nfi\nsh ./theirs.sh \"$1\"\n";

fn move_and_write(repo: &TestRepo, to: &str, text: &str) {
    repo.sh(&format!(
        "cd .git/hooks; mkdir -p \"$(dirname {to})\"; [ ! -e commit-msg ] || grep -q theirs.sh commit-msg || mv commit-msg {to}"
    ))
    .success();
    repo.write_script(".git/hooks/commit-msg", text);
}

#[test]
fn moved_to_legacy_and_called_from_there() {
    on_every_git(|git| both_orders(git, &[], |repo| move_and_write(repo, "commit-msg.legacy", MOVES_TO_LEGACY)));
}

#[test]
fn moved_elsewhere_and_never_called() {
    let hook = "#!/bin/sh\n# of a manager\nsh ./theirs.sh \"$1\"\n";
    on_every_git(|git| {
        for to in ["commit-msg.old", "commit-msg.bak", "commit-msg.pre-manager", "old-hooks/commit-msg"] {
            both_orders(git, &[], |repo| move_and_write(repo, to, hook));
        }
    });
}

#[test]
fn a_hook_of_the_users_behind_a_manager_keeps_its_place() {
    on_every_git(|git| {
        let repo = repo(git, &[]);
        let users = "#!/bin/sh\necho user >>../users\n";
        repo.write_script(".git/hooks/commit-msg", users);
        repo.agent(&["init"]).success();
        move_and_write(&repo, "commit-msg.legacy", MOVES_TO_LEGACY);
        let user_runs = || {
            let text = std::fs::read_to_string(repo.tmp().join("users")).unwrap_or_default();
            std::fs::write(repo.tmp().join("users"), "").unwrap();
            text.lines().count()
        };
        for step in ["moved", "init", "init"] {
            if step == "init" {
                repo.agent(&["init"]).success();
            }
            user_runs();
            works(&repo, 1, step);
            assert_eq!(user_runs(), 3, "{step} with {git}");
        }
        repo.agent(&["uninstall"]).success();
        repo.activate("T");
        works(&repo, 0, "uninstalled");
        assert_eq!(user_runs(), 3);
        assert_eq!(repo.read(".git/hooks/commit-msg.legacy"), users);
        assert_eq!(repo.read(".git/hooks/commit-msg"), MOVES_TO_LEGACY);
        assert_eq!(ours(&repo), "");
    });
}

/// A hook of an earlier version, which called the one before it from wherever it stood: its last line differs, so the checksum
/// does, and the loop is there already.
#[test]
fn a_loop_of_an_earlier_version_is_cured() {
    on_every_git(|git| {
        for command in ["init", "uninstall"] {
            let repo = repo(git, &[]);
            repo.write_script(".git/hooks/commit-msg.before-git-agent", MOVES_TO_LEGACY);
            repo.write_script(".git/hooks/commit-msg", MOVES_TO_LEGACY);
            let body = "before=${0%/*}/commit-msg.before-git-agent\nif [ -x \"$before\" ]; then\n\t\"$before\" \"$@\" || exit $?\nfi\nexit 0\n";
            repo.write_script(".git/hooks/commit-msg.legacy", &generated_hook(body));
            repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).failure();
            repo.agent(&[command]).success();
            repo.activate("T");
            works(&repo, usize::from(command == "init"), command);
            repo.agent(&["uninstall"]).success();
            assert_eq!(ours(&repo), "", "{command}");
            assert!(Path::new(&repo.path().join(".git/hooks/commit-msg")).exists());
        }
    });
}
