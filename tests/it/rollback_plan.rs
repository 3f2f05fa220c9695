//! What a rollback would do, as people and programs are told.

use clap::FromArgMatches as _;
use git_agent::{
    cmd::rollback::{self, Args, plan::Page},
    context::Ctx,
    error::Error,
    output::{Out, Style, When, json::RollbackAnswer},
    recovery::rollback::{Outcome, Planned},
};
use serde_json::Value;

use crate::rollback_modes::{commit, with_tasks};
use crate::support::{Layout, TestRepo, inside_every_git};

/// The command line `words`, in `repo`.
fn ask(repo: &TestRepo, words: &[&str]) -> Result<(Ctx, Outcome), Error> {
    std::env::set_current_dir(repo.path()).unwrap();
    let command = <Args as clap::Args>::augment_args(clap::Command::new("rollback"));
    let matches = command.try_get_matches_from(std::iter::once(&"rollback").chain(words)).expect("a command line");
    let ctx = Ctx::new(Out::new(false, false, When::Never), None);
    let outcome = rollback::prepare(&ctx, &Args::from_arg_matches(&matches).unwrap())?;
    Ok((ctx, outcome))
}

/// `text` with the commits of `names` by name.
fn named(mut text: String, names: &[(&str, &String)]) -> String {
    for (name, commit) in names {
        text = text.replace(commit.as_str(), name).replace(&commit[..12], name);
    }
    text
}

/// The page for people.
#[track_caller]
fn page(repo: &TestRepo, words: &[&str], names: &[(&str, &String)]) -> String {
    let (ctx, outcome) = ask(repo, words).unwrap();
    let goal = outcome.into_goal().unwrap();
    let planned = Planned::from_head(ctx.repo().unwrap(), &goal).unwrap();
    let branch = ctx.repo().unwrap().head().unwrap().branch_name();
    let page = Page { goal: &goal, planned: &planned, branch: branch.as_deref(), style: Style::new(false) };
    named(page.render(), names)
}

/// The answer for programs.
#[track_caller]
fn json(repo: &TestRepo, words: &[&str], names: &[(&str, &String)]) -> Value {
    let (ctx, outcome) = ask(repo, words).unwrap();
    let planned = Planned::from_head(ctx.repo().unwrap(), outcome.plan()).unwrap();
    let answer = serde_json::to_string(&RollbackAnswer::new(&outcome, &planned, None)).unwrap();
    serde_json::from_str(&named(answer, names)).unwrap()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

#[test]
fn each_mode_is_told_in_words_and_for_programs() {
    inside_every_git("rollback_plan::each_mode_is_told_in_words_and_for_programs", |git| {
        let repo = with_tasks(git, Layout::Plain);
        for (id, title) in [("later", "Comes later"), ("open", "Somebody's")] {
            repo.agent(&["add", title, "--id", id]).success();
        }
        repo.agent(&["dep", "add", "later", "--after", "T-1"]).success();
        let one = commit(&repo, "a", "1\n", "T-1");
        repo.write("b", "2\n");
        let two = commit(&repo, "a", "2\n", "T-1");
        let names = [("ONE", &one), ("TWO", &two)];
        insta::assert_snapshot!(page(&repo, &["T-1"], &names), @r"
        Would roll back to T-1@2 by bringing files back; main stays where it is.
          builds on  later (Comes later), pending, comes after T-1
        ");
        insta::assert_snapshot!(page(&repo, &["T-1@1"], &names), @r"
        Would roll back to T-1@1 by moving main back to ONE.
          drops      1 commit: TWO
          writes     1 path: a
          removes    1 path: b
          builds on  later (Comes later), pending, comes after T-1
        ");
        insta::assert_snapshot!(page(&repo, &["T-1@1", "--mode", "restore"], &names), @r"
        Would roll back to T-1@1 by a new commit on main that has its state.
          takes back 1 commit: TWO
          writes     1 path: a
          removes    1 path: b
          builds on  later (Comes later), pending, comes after T-1
        ");
        insta::assert_snapshot!(page(&repo, &["T-1@start", "--", "a"], &names), @r"
        Would roll back to T-1@start by bringing files back; main stays where it is.
          removes    1 path: a
          builds on  later (Comes later), pending, comes after T-1
        ");
        let other = commit(&repo, "a", "2\nmore\n\n\n\n", "open");
        let three = commit(&repo, "c\n\u{1b}", "3\n", "T-1");
        let names = [("ONE", &one), ("TWO", &two), ("OTHER", &other), ("THREE", &three)];
        insta::assert_snapshot!(page(&repo, &["@2"], &names), @r"
        Would roll back to T-1@2 by a new commit on main that takes back what the task changed since.
          takes back 1 commit: THREE
          removes    1 path: c\n\u{1b}
          concerns   open (Somebody's), pending: 1 commit after the checkpoint
          builds on  later (Comes later), pending, comes after T-1
        ");
        insta::assert_snapshot!(pretty(&json(&repo, &["@2"], &names)), @r#"
        {
          "schema": 1,
          "plan": {
            "task": "T-1",
            "to": {
              "commit": "TWO",
              "number": 2,
              "rule": null
            },
            "mode": "revert",
            "head": {
              "before": "THREE",
              "after": null
            },
            "drop": [],
            "revert": [
              "THREE"
            ],
            "skipped": [],
            "paths": [
              {
                "path": "c\n\u001b",
                "action": "remove",
                "reason": "it is not in the checkpoint"
              }
            ],
            "other_tasks": [
              {
                "id": "open",
                "title": "Somebody's",
                "status": "pending",
                "commits": [
                  "OTHER"
                ],
                "paths": []
              }
            ],
            "dependents": [
              {
                "id": "later",
                "title": "Comes later",
                "status": "pending"
              }
            ],
            "conflicts": []
          },
          "operation": null
        }
        "#);
        let conflict = json(&repo, &["@start"], &names);
        insta::assert_snapshot!(pretty(&conflict["plan"]["conflicts"]), @r#"
        [
          {
            "path": "a",
            "commits": [
              "TWO",
              "OTHER"
            ]
          }
        ]
        "#);
        assert_eq!(
            (&conflict["plan"]["head"]["after"], &conflict["plan"]["paths"]),
            (&"THREE".into(), &Value::Array(vec![]))
        );
        let error = ask(&repo, &["@start"]).unwrap().1.into_goal().unwrap_err();
        insta::assert_snapshot!(named(format!("{error}\n{}", error.hint_lines().join("\n")), &names), @r"
        cannot roll back T-1: TWO cannot be reverted, others built on what it did to 'a'
        'a' was changed later by OTHER
        -- <path>… reverts only what was done to other paths; --mode files brings back single files
        ");
    });
}

#[test]
fn refusals_in_words() {
    inside_every_git("rollback_plan::refusals_in_words", |git| {
        let repo = with_tasks(git, Layout::Plain);
        let one = commit(&repo, "a", "1\n", "T-1");
        let two = commit(&repo, "a", "2\n", "T-1");
        let refusal = |words: &[&str]| {
            let error = ask(&repo, words).and_then(|(_, outcome)| outcome.into_goal()).unwrap_err();
            let hints = error.hint_lines().join("\n");
            named(
                format!("{} {}: {error}\n{hints}", error.kind().exit_code(), error.code()),
                &[("ONE", &one), ("TWO", &two)],
            )
        };
        insta::assert_snapshot!(refusal(&["T-1", "--mode", "revert"]), @r"
        1 nothing-to-revert: cannot revert anything of T-1: no commit came after T-1@2
        --mode files brings back its files
        ");
        insta::assert_snapshot!(refusal(&["T-1@1", "--mode", "rewind", "--", "a"]), @r"
        2 paths-without-commits: cannot rewind only some paths of T-1: a branch has all of a commit or nothing
        --mode files brings the paths back without a commit; --mode revert takes back what was done to them
        ");
        repo.git(&["tag", "v1"]).success();
        insta::assert_snapshot!(refusal(&["T-1@1", "--mode", "rewind"]), @r"
        1 published-commits: cannot rewind to T-1@1: a remote branch or a tag has what came after it: TWO
        --mode restore puts the old state into a new commit, and nobody's history changes
        --allow-published rewinds this branch all the same; others keep what they have
        ");
        repo.agent(&["start", "T-2", "--also"]).success();
        insta::assert_snapshot!(refusal(&["T-1@1"]), @r"
        1 shared-worktree: cannot roll back T-1: T-2 (T-2) is active in this worktree, too
        'git agent pause T-2' puts it down; its files stay as they are
        --shared rolls back all the same, and what is not committed of it goes into the snapshot
        ");
        repo.agent(&["pause", "T-2"]).success();
        repo.deactivate();
        let other = repo.commit_file("b", "1\n", "somebody's");
        let with = |text: String| named(text, &[("OTHER", &other)]);
        insta::assert_snapshot!(with(refusal(&["T-1@1", "--mode", "rewind"])), @r"
        1 foreign-commits: cannot rewind to T-1@1: commits that are not of T-1 came after it: OTHER
        --mode revert takes back the commits of T-1 alone
        --allow-foreign takes the others back, too; the snapshot keeps them
        ");
        insta::assert_snapshot!(with(refusal(&["T-1"])), @r"
        1 nothing-to-revert: cannot roll back T-1: no commit of T-1 came after T-1@2, only commits of others
        --mode files -- <path>… brings back single files
        'git agent log T-1' shows its checkpoints
        ");
        repo.write("a", "3\n");
        insta::assert_snapshot!(with(refusal(&["T-1@1"])), @r"
        1 dirty-paths: cannot roll back T-1: its commits are to be reverted, but there are changes of these paths that are not committed: 'a'
        save them first: git agent checkpoint
        -- <path>… limits the rollback to other paths
        ");
        repo.write(".git/MERGE_HEAD", &other);
        insta::assert_snapshot!(with(refusal(&["T-1@1"])), @r"
        1 operation-in-progress: cannot roll back T-1: a merge is in progress
        finish it with 'git merge --continue' or stop it with 'git merge --abort'
        --abandon-merge gives it up; the snapshot keeps it, and 'git agent undo' brings it back
        ");
        repo.write(".git/BISECT_LOG", "");
        insta::assert_snapshot!(with(refusal(&["T-1@1", "--abandon-merge"])), @r"
        4 operation-in-progress: cannot roll back T-1: a merge is in progress; nothing was changed
        finish it with 'git merge --continue' or stop it with 'git merge --abort'
        ");
    });
}
