//! A checkpoint that needs no `git commit` is the one that `git commit` would have made.

use crate::{
    checkpoint_commit::with_task,
    support::{Layout, State, TestRepo, default_git, on_every_git},
};

/// A hook that changes nothing; git has to make the commit.
const IDLE: &str = "#!/bin/sh\nexit 0\n";

/// What is left of `story` that a user can see: the commits, the entries of reflogs and index.
fn left_by(repo: &TestRepo, branch: &str) -> String {
    let reflogs = repo.sh("cat .git/logs/HEAD; echo; cat .git/logs/refs/heads/* 2>/dev/null || :").stdout;
    let index = repo.git(&["ls-files", "--stage", "--debug"]).stdout;
    let index = index.lines().filter(|line| !line.starts_with(' ')).collect::<Vec<_>>().join("\n");
    let status = repo.git(&["status", "--porcelain"]).stdout;
    let log = repo.git(&["log", "--format=raw", branch]).stdout;
    repo.fsck();
    format!("{log}\n{reflogs}\n{index}\n{status}")
}

/// Whether git itself made a commit while `act` ran.
fn uses_git_commit(repo: &TestRepo, act: impl FnOnce(&TestRepo)) -> bool {
    let trace = repo.tmp().join("trace");
    repo.set_env("GIT_TRACE", &trace);
    act(repo);
    repo.unset_env("GIT_TRACE");
    let traced = std::fs::read_to_string(&trace).unwrap_or_default();
    std::fs::remove_file(&trace).unwrap_or_default();
    assert!(traced.contains("git status"), "{traced}");
    traced.contains("built-in: git commit ")
}

#[test]
fn it_is_the_commit_that_git_commit_makes() {
    type Story = fn(&TestRepo);
    let save = |repo: &TestRepo, args: &[&str]| drop(repo.agent(args).success());
    let stories: [(&str, Story); 6] = [
        ("plain", |repo| {
            repo.write("a.txt", "two\n");
            repo.write("dir/new", "new\n");
        }),
        ("an odd message", |repo| repo.write("a.txt", "\u{e9}\n")),
        ("detached", |repo| {
            repo.git(&["checkout", "-q", "--detach"]).success();
            repo.sh("rm a.txt; mkdir a.txt; echo 1 >a.txt/b").success();
        }),
        ("an author", |repo| {
            repo.git(&["config", "author.name", "Some One"]).success();
            repo.git(&["config", "committer.email", "c@example.com"]).success();
            repo.set_env("GIT_AUTHOR_EMAIL", "else@example.com");
            repo.set_env("TZ", "America/St_Johns");
            repo.write("a.txt", "two\n");
        }),
        ("a branch without commits", |repo| {
            repo.git(&["checkout", "-q", "--orphan", "side/new"]).success();
            repo.write("b.txt", "two\n");
        }),
        ("staged", |repo| {
            repo.write("a.txt", "two\n");
            repo.write("new", "two\n");
            repo.git(&["add", "."]).success();
            repo.write("a.txt", "three\n");
        }),
    ];
    on_every_git(|git| {
        for (name, story) in &stories {
            let [ours, gits] = [false, true].map(|is_gits| {
                let repo = with_task(TestRepo::with_git(git));
                repo.agent(&["init", "-q"]).success();
                if is_gits {
                    repo.write_script(".git/hooks/post-commit", IDLE);
                }
                story(&repo);
                let message = "  Odd \t words  \n\n\n  and more \n\n";
                let by_git = uses_git_commit(&repo, |repo| match *name {
                    "an odd message" => save(repo, &["checkpoint", "-m", message]),
                    "staged" => save(repo, &["checkpoint", "--staged"]),
                    _ => save(repo, &["checkpoint"]),
                });
                assert_eq!(by_git, is_gits, "{name}");
                left_by(&repo, "HEAD")
            });
            assert_eq!(ours, gits, "{name}");
        }
    });
}

#[test]
fn git_makes_the_commit_where_more_would_happen() {
    type Need = fn(&TestRepo);
    let needs: [(&str, Need); 12] = [
        ("a hook", |repo| repo.write_script(".git/hooks/pre-commit", IDLE)),
        ("a hook before ours", |repo| {
            repo.sh("rm -f .git/hooks/commit-msg").success();
            repo.write_script(".git/hooks/commit-msg", IDLE);
            repo.agent(&["init", "-q"]).success();
        }),
        ("hooks elsewhere", |repo| drop(repo.git(&["config", "core.hooksPath", "elsewhere"]).success())),
        ("a hook of the configuration", |repo| {
            repo.git(&["config", "hook.theirs.command", "true"]).success();
            repo.git(&["config", "hook.theirs.event", "post-commit"]).success();
        }),
        ("another encoding", |repo| drop(repo.git(&["config", "i18n.commitEncoding", "latin1"]).success())),
        // It still appends to those that exist.
        ("no new reflogs", |repo| drop(repo.git(&["config", "core.logAllRefUpdates", "false"]).success())),
        ("a prepared merge", |repo| repo.write(".git/SQUASH_MSG", "squashed\n")),
        ("a word for the reflog", |repo| repo.set_env("GIT_REFLOG_ACTION", "mine")),
        ("another name of the branch", |repo| {
            repo.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]).success();
            repo.git(&["symbolic-ref", "HEAD", "refs/heads/alias"]).success();
        }),
        ("a link for HEAD", |repo| drop(repo.sh("ln -sf refs/heads/main .git/HEAD").success())),
        ("refs that are synced", |repo| drop(repo.git(&["config", "core.fsync", "all"]).success())),
        ("a setting of the command line", |repo| repo.set_env("GIT_CONFIG_PARAMETERS", "'core.fsync'='all'")),
    ];
    for (name, need) in needs {
        let repo = with_task(TestRepo::new());
        repo.agent(&["init", "-q"]).success();
        need(&repo);
        repo.write("a.txt", "two\n");
        assert!(uses_git_commit(&repo, |repo| drop(repo.agent(&["checkpoint"]).success())), "{name}");
        assert_eq!(repo.task_ids("HEAD"), ["fix"], "{name}");
    }
    if default_git().has_reftable() {
        let repo = with_task(TestRepo::with_layout(default_git(), Layout::Reftable));
        repo.write("a.txt", "two\n");
        assert!(uses_git_commit(&repo, |repo| drop(repo.agent(&["checkpoint"]).success())), "a reftable");
    }
}

#[test]
fn head_stays_on_its_branch_whatever_leads_there() {
    let ways = [
        "git symbolic-ref refs/heads/alias refs/heads/main && git symbolic-ref HEAD refs/heads/alias",
        "ln -sf refs/heads/main .git/HEAD",
    ];
    for way in ways {
        let repo = with_task(TestRepo::new());
        repo.sh(way).success();
        let named = || repo.sh("git symbolic-ref --no-recurse HEAD 2>/dev/null || git symbolic-ref HEAD").text();
        let (before, head) = (named(), repo.head());
        repo.write("a.txt", "two\n");
        let made =
            repo.agent(&["checkpoint", "--json"]).json()["checkpoint"]["commit"].as_str().expect("a commit").to_owned();
        let main = || repo.git(&["rev-parse", "refs/heads/main"]).text();
        assert_eq!((named(), main()), (before.clone(), made), "{way}");
        repo.agent(&["undo"]).success();
        assert_eq!((named(), main()), (before.clone(), head), "{way}");
    }
}

#[test]
fn settings_of_the_command_line_count() {
    let repo = with_task(TestRepo::new());
    repo.write_script("hooks/pre-commit", "#!/bin/sh\necho no >&2\nexit 1\n");
    repo.sh("echo hooks >.git/info/exclude").success();
    let hooks = format!("core.hooksPath={}", repo.path().join("hooks").display());
    repo.write("a.txt", "two\n");
    let head = repo.head();
    for setting in [hooks.as_str(), "commit.gpgSign=true"] {
        repo.git(&["-c", "gpg.program=false", "-c", setting, "agent", "checkpoint"]).exits(1);
        assert_eq!(repo.head(), head, "{setting}");
    }
    repo.agent(&["checkpoint"]).success();
}

#[test]
fn the_index_of_a_submodule_is_left_alone() {
    let repo = with_task(TestRepo::new());
    let other = repo.clone_to("other");
    let add = ["-c", "protocol.file.allow=always", "submodule", "add", "-q"];
    repo.git(&[&add[..], &[other.path().to_str().expect("a path"), "sub"]].concat()).success();
    repo.git(&["commit", "-q", "-m", "a submodule"]).success();
    // A file that git has to read to see that it does not differ.
    repo.sh("touch -d 2001-01-01 sub/a.txt").success();
    let index = || repo.sh("stat -c '%i %y' .git/modules/sub/index").text();
    let before = index();
    repo.write("a.txt", "two\n");
    repo.agent(&["checkpoint"]).success();
    assert_eq!(index(), before);
}

#[test]
fn git_packs_in_the_background_unless_that_is_forbidden() {
    let repo = with_task(TestRepo::new());
    let maintained = |repo: &TestRepo, content: &str| {
        let trace = repo.tmp().join("trace");
        repo.set_env("GIT_TRACE", &trace);
        repo.write("a.txt", content);
        repo.agent(&["checkpoint"]).success();
        repo.unset_env("GIT_TRACE");
        let traced = std::fs::read_to_string(&trace).expect("a trace");
        std::fs::remove_file(&trace).expect("a trace");
        let calls = traced.lines().filter(|line| line.contains("built-in: git maintenance run --auto"));
        calls.map(|line| line.contains(" --detach")).collect::<Vec<_>>()
    };
    repo.git(&["config", "maintenance.auto", "false"]).success();
    assert_eq!(maintained(&repo, "two\n"), [false; 0]);
    repo.git(&["config", "maintenance.auto", "true"]).success();
    let calls = maintained(&repo, "three\n");
    assert_eq!(calls.first(), Some(&true), "{calls:?}");
    assert_eq!(maintained(&repo, "four\n"), [false; 0], "it was asked a moment ago");
}

#[test]
fn a_branch_that_is_locked_is_left_alone() {
    let repo = with_task(TestRepo::new());
    repo.write("a.txt", "two\n");
    let lock = "refs/heads/main.lock";
    repo.write(&format!(".git/{lock}"), "");
    let before = State::of(&repo);
    let said = repo.agent(&["checkpoint", "--json"]).exits(4);
    assert!(said.stdout.contains("\"ref-locked\"") && said.stdout.contains(lock), "{said}");
    assert_eq!(State::of(&repo), before);
    repo.sh(&format!("rm .git/{lock}")).success();
    repo.agent(&["checkpoint"]).success();
}

#[test]
fn staged_objects_that_are_missing_are_refused() {
    let repo = with_task(TestRepo::new());
    repo.write("new", "only here\n");
    repo.git(&["add", "new"]).success();
    let id = repo.git(&["rev-parse", ":new"]).text();
    repo.sh(&format!("rm -f .git/objects/{}/{}", &id[..2], &id[2..])).success();
    let head = repo.head();
    repo.agent(&["checkpoint", "--staged"]).exits(4);
    assert_eq!(repo.head(), head);
}
