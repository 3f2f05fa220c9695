//! What a rollback does not go through with, before anything is touched.

use git_agent::{domain::rollback::Mode, recovery::path_plan::Scope};

use crate::rollback_modes::{Ask, commit, with_tasks};
use crate::support::{Layout, State, TestRepo, default_git, inside_every_git};

/// A history in which T-1 must be reverted: its commit, and somebody else's on top.
fn interleaved(git: &crate::support::Git) -> TestRepo {
    let repo = with_tasks(git, Layout::Plain);
    commit(&repo, "dir/a", "1\n", "T-1");
    commit(&repo, "b", "1\n", "");
    repo
}

#[test]
fn operations_of_gits_that_are_not_finished() {
    inside_every_git("rollback_refusals::operations_of_gits_that_are_not_finished", |git| {
        let stop = |command: &str| {
            let repo = with_tasks(git, Layout::Plain);
            commit(&repo, "a", "1\n", "T-1");
            repo.sh("git switch -qc side; for n in 1 2; do echo side $n >base; git commit -qam side; done").success();
            repo.git(&["switch", "-q", "main"]).success();
            commit(&repo, "base", "main\n", "T-1");
            repo.sh(command).failure();
            repo
        };
        for command in ["git merge side", "git cherry-pick side", "git revert side"] {
            let repo = stop(command);
            let before = State::of(&repo);
            assert_eq!(Ask::PLAIN.refusal(&repo, "T-1@1"), ("operation-in-progress", 1), "{command}");
            let plan = Ask { abandon_merge: true, ..Ask::PLAIN }.plan(&repo, "T-1@1");
            assert!(plan.abandons.is_some() && plan.mode == Mode::Rewind);
            assert_eq!(State::of(&repo), before);
        }
        let several = [
            "git rebase side",
            "git rebase --apply side",
            "git format-patch --stdout -1 side | git am -3",
            "git cherry-pick side~1 side",
            "git revert side side~1",
            "git bisect start HEAD HEAD~2; false",
        ];
        for command in several {
            let repo = stop(command);
            for abandon_merge in [false, true] {
                let refusal = Ask { abandon_merge, ..Ask::PLAIN }.refusal(&repo, "T-1@last");
                assert_eq!(refusal, ("operation-in-progress", 1), "{command}");
            }
        }
    });
}

#[test]
fn another_task_at_work_in_the_same_worktree() {
    let repo = with_tasks(default_git(), Layout::Plain);
    commit(&repo, "a", "1\n", "T-1");
    repo.agent(&["start", "T-2", "--also"]).success();
    let error = Ask::PLAIN.of(&repo, "T-1").unwrap_err();
    assert_eq!((error.code().word, error.kind().exit_code()), ("shared-worktree", 1));
    assert!(error.to_string().contains("T-2 (T-2) is also active in this worktree"), "{error}");
    assert!(Ask { shared: true, ..Ask::PLAIN }.of(&repo, "T-1").is_ok());
    // In another worktree it is nobody's business; closed, it is none.
    let other = repo.worktree("other");
    assert!(Ask::PLAIN.of(&other, "T-1").is_ok());
    repo.agent(&["complete", "T-2"]).success();
    assert!(Ask::PLAIN.of(&repo, "T-1").is_ok());
}

#[test]
fn a_bare_repository_has_nothing_to_roll_back() {
    let repo = with_tasks(default_git(), Layout::Plain);
    commit(&repo, "a", "1\n", "T-1");
    repo.git(&["clone", "-q", "--bare", ".", "../bare"]).success();
    let bare = repo.at(repo.tmp().join("bare"));
    bare.git(&["fetch", "-q", "origin", "refs/notes/*:refs/notes/*"]).success();
    assert_eq!(Ask::PLAIN.refusal(&bare, "T-1"), ("bare-repository", 5));
}

#[test]
fn uncommitted_changes_where_a_revert_writes() {
    inside_every_git("rollback_refusals::uncommitted_changes_where_a_revert_writes", |git| {
        let ways: [(&str, bool); 12] = [
            ("echo x >dir/a", true),
            // Written over without the flag being looked at; left alone with the other one.
            ("git update-index --assume-unchanged dir/a; echo x >dir/a", true),
            ("git update-index --skip-worktree dir/a; echo x >dir/a", false),
            ("echo x >dir/a; git add dir/a", true),
            ("git rm -q --cached dir/a", true),
            ("rm dir/a", true),
            ("rm dir/a; mkdir dir/a; echo x >dir/a/b", true),
            ("echo x >b; echo x >dir/other; echo x >new", false),
            ("echo x >b; git add b; mkdir -p dir/sub; echo x >dir/sub/a", false),
            ("chmod +x dir/a", true),
            ("ln -sf b dir/a", true),
            ("true", false),
        ];
        for (script, is_dirty) in ways {
            let repo = interleaved(git);
            repo.sh(script).success();
            let before = State::of(&repo);
            let outcome = Ask::PLAIN.of(&repo, "T-1@start");
            assert_eq!(
                outcome.as_ref().err().map(|error| error.code().word),
                is_dirty.then_some("dirty-paths"),
                "{script}"
            );
            // The other modes put it into the snapshot and go on.
            assert!(Ask::mode(Mode::Files).of(&repo, "T-1@start").is_ok());
            assert_eq!(State::of(&repo), before, "{script}");
        }
        // A revert that brings a file back meets what came up in its place since.
        for (script, named) in [
            ("echo x >gone", "'gone'"),
            ("echo gone >.gitignore; echo x >gone", "'gone'"),
            ("mkdir gone; echo x >gone/x", "'gone/x'"),
            ("echo deep >.git/info/exclude; echo x >deep", "'deep'"),
            ("echo deep >.git/info/exclude; ln -s nowhere deep", "'deep'"),
        ] {
            let repo = with_tasks(git, Layout::Plain);
            commit(&repo, "deep/er/file", "1\n", "");
            commit(&repo, "gone", "1\n", "");
            repo.sh("git rm -q gone deep/er/file").success();
            commit(&repo, "a", "1\n", "T-1");
            commit(&repo, "b", "1\n", "");
            assert!(Ask::PLAIN.of(&repo, "T-1@start").is_ok());
            repo.sh(script).success();
            let error = Ask::PLAIN.of(&repo, "T-1@start").unwrap_err();
            assert_eq!(error.code().word, "dirty-paths");
            assert!(error.to_string().ends_with(&format!("uncommitted changes: {named}")), "{script}: {error}");
        }
    });
}

#[test]
fn who_commits_must_be_known_before_anything_is_done() {
    inside_every_git("rollback_refusals::who_commits_must_be_known_before_anything_is_done", |git| {
        let repo = interleaved(git);
        repo.git(&["config", "user.name", ""]).success();
        assert_eq!(Ask::PLAIN.refusal(&repo, "T-1@start"), ("no-identity", 5));
        // Files need nobody's name.
        assert_eq!(Ask::mode(Mode::Files).plan(&repo, "T-1@start").scope, Scope::Everything);
        repo.git(&["config", "--unset", "user.name"]).success();
        assert_eq!(Ask::PLAIN.plan(&repo, "T-1@start").mode, Mode::Revert);
    });
}

#[test]
fn the_end_of_a_shallow_clone_is_not_reverted() {
    inside_every_git("rollback_refusals::the_end_of_a_shallow_clone_is_not_reverted", |git| {
        let repo = TestRepo::with_git(git);
        repo.agent(&["add", "T-1", "--id", "T-1"]).success();
        repo.agent(&["start", "T-1"]).success();
        for at in 1..=3 {
            commit(&repo, &format!("f{at}"), "1\n", "T-1");
            commit(&repo, &format!("g{at}"), "1\n", "");
        }
        let source = format!("file://{}", repo.path().display());
        repo.git(&["clone", "-q", "--depth=4", &source, "../shallow"]).success();
        let shallow = repo.at(repo.tmp().join("shallow"));
        shallow.git(&["fetch", "-q", "origin", "refs/notes/agent-tasks:refs/notes/agent-tasks"]).success();
        shallow.git(&["fetch", "-q", "--depth=4", "origin"]).success();
        // f2 is the end: what it was made from is not here. The task began before all commits.
        assert_eq!(Ask::PLAIN.refusal(&shallow, "T-1@start"), ("shallow-history", 1));
        let plan = Ask::PLAIN.plan(&shallow, "T-1@1");
        assert_eq!((plan.mode, plan.revert.len()), (Mode::Revert, 1));
    });
}
