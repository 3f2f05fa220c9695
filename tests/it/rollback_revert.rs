//! Reverting a task's commits in memory gives what `git revert` gives in a work tree.

use git_agent::{
    domain::{
        event::{self, Payload},
        rollback::{Mode, RevertSkipReason},
    },
    error::Error,
    git::{ObjectId, Repo, objects::Batch},
    recovery::{
        commit::PlannedCommit,
        path_plan::Scope,
        rollback::{After, RollbackPlan},
    },
};
use ulid::Ulid;

use crate::rollback_modes::{Ask, commit, oid, with_tasks};
use crate::support::{
    Git, Layout, State, TestRepo, inside_every_git,
    ledger::{Ledger, Random, task_id},
};

/// What stock git makes of reverting `commits` in a clone, in their order: a tree, or the commit that does not go and where.
fn stock(repo: &TestRepo, commits: &[String]) -> Result<String, (String, Vec<String>)> {
    let clone = repo.clone_to(&format!("stock-{}", Ulid::generate()));
    for commit in commits {
        let is_merge = clone.git(&["rev-parse", "-q", "--verify", &format!("{commit}^2")]).code == Some(0);
        let mainline: &[&str] = if is_merge { &["-m", "1"] } else { &[] };
        let reverted = clone.run("git").args(["revert", "--no-commit"]).args(mainline).args([commit]).run();
        if reverted.code != Some(0) {
            let mut paths = clone.git(&["diff", "--name-only", "--diff-filter=U"]).lines();
            paths.sort();
            return Err((commit.clone(), paths));
        }
    }
    Ok(clone.git(&["write-tree"]).text())
}

/// The commits that were reverted one by one: without those that went with a merge.
fn steps(repo: &TestRepo, plan: &RollbackPlan) -> Vec<String> {
    let merges = repo.git(&["rev-list", "--merges", "HEAD"]).lines();
    let all = reverted(plan);
    let brought = |merge: &String| {
        let range = format!("{merge}^1..{merge}");
        repo.git(&["rev-list", &range]).lines().into_iter().filter(|id| id != merge).collect::<Vec<_>>()
    };
    let with: Vec<String> = all.iter().filter(|id| merges.contains(id)).flat_map(brought).collect();
    all.into_iter().filter(|id| !with.contains(id)).collect()
}

/// That the rollback to `word` by reverting is what stock git makes of it, and changes nothing meanwhile.
#[track_caller]
fn as_stock(repo: &TestRepo, word: &str) -> RollbackPlan {
    let before = State::of(repo);
    let plan = Ask::PLAIN.plan(repo, word);
    assert_eq!(State::of(repo), before, "{word} changed something");
    assert_eq!(plan.mode, Mode::Revert);
    assert_eq!(Ok(plan.tree.to_string()), stock(repo, &steps(repo, &plan)), "{word}");
    let differing = repo
        .git(&["diff-tree", "-r", "-z", "--name-only", "--no-renames", "HEAD", &plan.tree.to_string()])
        .success()
        .raw;
    let Scope::Paths(paths) = &plan.scope else { panic!("all paths") };
    let joined: Vec<u8> = paths.iter().flat_map(|touched| [touched.path.as_slice(), b"\0"].concat()).collect();
    assert_eq!(joined, differing);
    plan
}

/// Make `new`, and keep it from every gc for a while.
fn write(repo: &TestRepo, new: &PlannedCommit, snapshot: Ulid) -> Result<ObjectId, Error> {
    let repo = Repo::discover(repo.path())?;
    let mut batch = Batch::default();
    let id = new.make(&repo, &mut batch, snapshot)?;
    batch.hold_durable(&repo)?;
    Ok(id)
}

fn reverted(plan: &RollbackPlan) -> Vec<String> {
    plan.revert.iter().map(ToString::to_string).collect()
}

fn layouts(git: &Git) -> Vec<Layout> {
    let reftable = git.has_reftable().then_some(Layout::Reftable);
    [Layout::Plain, Layout::Sha256].into_iter().chain(reftable).collect()
}

/// Twenty lines, of which some are another text.
fn lines(changed: &[(usize, &str)]) -> String {
    (0..20)
        .map(|at| {
            changed.iter().find(|(line, _)| *line == at).map_or(format!("{at}\n"), |(_, text)| format!("{text}\n"))
        })
        .collect()
}

#[test]
fn interleaved_commits() {
    inside_every_git("rollback_revert::interleaved_commits", |git| {
        for layout in layouts(git) {
            let repo = with_tasks(git, layout);
            commit(&repo, "f", &lines(&[]), "");
            let one = commit(&repo, "f", &lines(&[(1, "own")]), "T-1");
            commit(&repo, "f", &lines(&[(1, "own"), (18, "theirs")]), "T-2");
            let two = commit(&repo, "f", &lines(&[(1, "own, better"), (18, "theirs")]), "T-1");
            commit(&repo, "g", "theirs\n", "");
            let three = commit(&repo, "dir/new", "own\n", "T-1");
            let plan = as_stock(&repo, "T-1@start");
            assert_eq!(reverted(&plan), [&three, &two, &one].map(Clone::clone));
            let file = |name: &str| repo.git(&["show", &format!("{}:{name}", plan.tree)]).success().stdout;
            assert_eq!((file("f"), file("g")), (lines(&[(18, "theirs")]), "theirs\n".into()));
            assert_eq!(reverted(&as_stock(&repo, "T-1@2")), [three]);
        }
    });
}

#[test]
fn whatever_a_commit_can_do() {
    inside_every_git("rollback_revert::whatever_a_commit_can_do", |git| {
        let repo = with_tasks(git, Layout::Plain);
        repo.write("binary", [0, 1, 2, 255]);
        repo.write("moved", lines(&[]));
        repo.write("gone", "gone\n");
        repo.write("script", "#!/bin/sh\n");
        commit(&repo, "file-or-dir", "a file\n", "");
        let does = |script: &str| {
            repo.deactivate();
            repo.sh(&format!("{script}; git add -A; git commit -qm 'own\n\nTask-Id: T-1'")).success();
            repo.activate("T-1");
        };
        does("printf '\\000\\377\\001' >binary");
        does("git mv moved there");
        does("git rm -q gone");
        does("chmod +x script; ln -s script link");
        does("rm file-or-dir; mkdir file-or-dir; echo x >file-or-dir/x");
        does("printf odd >\"$(printf 'new\\nline \\377 \"')\"");
        does("printf ': >x' >'-x'; mkdir -p 'a b'; echo 1 >'a b/:(top)'");
        // Somebody works on, in the file that the task has moved as well.
        commit(&repo, "there", &lines(&[(19, "theirs")]), "");
        let plan = as_stock(&repo, "T-1@start");
        assert_eq!(plan.revert.len(), 7);
        let moved = repo.git(&["show", &format!("{}:moved", plan.tree)]).success().stdout;
        assert_eq!(moved, lines(&[(19, "theirs")]), "their change is where the file is again");
        for number in 1..7 {
            as_stock(&repo, &format!("T-1@{number}"));
        }
    });
}

#[test]
fn conflicts_change_nothing_and_name_who_is_involved() {
    inside_every_git("rollback_revert::conflicts_change_nothing_and_name_who_is_involved", |git| {
        let repo = with_tasks(git, Layout::Plain);
        repo.write("f", lines(&[]));
        commit(&repo, "g", &lines(&[]), "");
        repo.write("g", lines(&[(3, "own")]));
        let one = commit(&repo, "f", &lines(&[(1, "own")]), "T-1");
        let theirs = commit(&repo, "f", &lines(&[(1, "theirs")]), "T-2");
        let again = commit(&repo, "f", &lines(&[(1, "theirs, again")]), "");
        commit(&repo, "g", &lines(&[(3, "own"), (17, "theirs")]), "");
        commit(&repo, "h", "1\n", "T-1");
        let before = State::of(&repo);
        let outcome = Ask::PLAIN.of(&repo, "T-1@start").unwrap();
        assert_eq!(State::of(&repo), before);
        let conflicts: Vec<_> =
            outcome.conflicts.iter().map(|conflict| (conflict.path.to_string(), conflict.commits.clone())).collect();
        assert_eq!(conflicts, [("f".to_owned(), vec![oid(&one), oid(&again), oid(&theirs)])]);
        assert_eq!(outcome.after, After::Stay);
        assert_eq!(outcome.tree.to_string(), repo.git(&["rev-parse", "HEAD^{tree}"]).text());
        let stock = stock(&repo, &[repo.head(), one.clone()]);
        assert_eq!(stock, Err((one.clone(), vec!["f".to_owned()])));
        let error: Error = outcome.refuse_conflicts().unwrap_err();
        assert_eq!((error.code().word, error.kind().exit_code()), ("revert-conflict", 3));
        assert!(error.to_string().contains(&one[..12]) && error.to_string().ends_with("'f'"), "{error}");
        assert_eq!(
            git_agent::view::hint::lines(&error)[0],
            format!("'f' was changed later by {}, {}", &again[..12], &theirs[..12])
        );
        // What else the commit did can be taken back.
        std::env::set_current_dir(repo.path()).unwrap();
        let plan = Ask::paths(&["g", "h"]).plan(&repo, "T-1@start");
        let file = |name: &str| repo.git(&["show", &format!("{}:{name}", plan.tree)]).success().stdout;
        assert_eq!((file("g"), file("f")), (lines(&[(17, "theirs")]), lines(&[(1, "theirs, again")])));
        repo.git(&["cat-file", "-e", &format!("{}:h", plan.tree)]).failure();
    });
}

#[test]
fn a_file_that_somebody_changed_after_the_task_made_it_is_a_conflict() {
    inside_every_git("rollback_revert::a_file_that_somebody_changed_after_the_task_made_it_is_a_conflict", |git| {
        let repo = with_tasks(git, Layout::Plain);
        repo.write("theirs-goes", "1\n");
        let one = commit(&repo, "made", "1\n", "T-1");
        commit(&repo, "made", "2\n", "");
        let outcome = Ask::PLAIN.of(&repo, "T-1@start").unwrap();
        assert_eq!(outcome.conflicts.len(), 1);
        assert_eq!(stock(&repo, std::slice::from_ref(&one)), Err((one, vec!["made".to_owned()])));
    });
}

#[test]
fn what_is_reverted_already_is_left_alone() {
    inside_every_git("rollback_revert::what_is_reverted_already_is_left_alone", |git| {
        for layout in layouts(git) {
            let repo = with_tasks(git, layout);
            commit(&repo, "f", &lines(&[]), "");
            let one = commit(&repo, "f", &lines(&[(1, "one")]), "T-1");
            let two = commit(&repo, "f", &lines(&[(1, "one"), (10, "two")]), "T-1");
            repo.deactivate();
            repo.git(&["revert", "--no-edit", &one]).success();
            commit(&repo, "f", &lines(&[(1, "something else"), (10, "two")]), "");
            let plan = as_stock(&repo, "T-1@start");
            assert_eq!(reverted(&plan), std::slice::from_ref(&two));
            let skipped: Vec<_> =
                plan.skipped.iter().map(|skipped| (skipped.commit.to_string(), skipped.why)).collect();
            assert_eq!(skipped.last(), Some(&(one.clone(), RevertSkipReason::Reverted)));
            // The hooks gave git's revert the trailer of the task, or nobody did: the pair comes to nothing either way.
            assert!(
                skipped.len() <= 2
                    && skipped.iter().all(|(commit, why)| *commit == one || *why == RevertSkipReason::Reverts)
            );
            // A rollback is a revert, too.
            let After::Commit(new) = &plan.after else { panic!() };
            let rolled = write(&repo, new, Ulid::generate()).unwrap().to_string();
            repo.git(&["reset", "-q", "--hard", &rolled]).success();
            commit(&repo, "g", "theirs\n", "");
            assert_eq!(Ask::PLAIN.refusal(&repo, "T-1@start"), ("nothing-to-revert", 1));
            // Taken back by git itself, the work is there again.
            repo.deactivate();
            repo.git(&["revert", "--no-edit", &rolled]).success();
            let again = as_stock(&repo, "T-1@start");
            assert_eq!(
                (reverted(&again), again.tree),
                (vec![two], {
                    let tree = repo.git(&["rev-parse", &format!("{rolled}^{{tree}}")]).text();
                    let with_g = repo.git(&["rev-parse", "HEAD~1^{tree}"]).text();
                    assert_ne!(tree, with_g);
                    oid(&with_g)
                })
            );
        }
    });
}

#[test]
fn merges() {
    inside_every_git("rollback_revert::merges", |git| {
        let repo = with_tasks(git, Layout::Plain);
        commit(&repo, "f", &lines(&[]), "");
        // The task's own merge of its own branch, and somebody else's work beside it.
        repo.git(&["switch", "-q", "-c", "topic"]).success();
        let one = commit(&repo, "f", &lines(&[(1, "one")]), "T-1");
        let two = commit(&repo, "f", &lines(&[(1, "two")]), "T-1");
        repo.git(&["switch", "-q", "main"]).success();
        let theirs = commit(&repo, "f", &lines(&[(18, "theirs")]), "");
        repo.deactivate();
        repo.git(&["merge", "-q", "--no-ff", "-m", "merge topic\n\nTask-Id: T-1", "topic"]).success();
        let merge = repo.head();
        commit(&repo, "g", "theirs\n", "");
        let plan = as_stock(&repo, "T-1@start");
        assert_eq!(reverted(&plan), [&merge, &two, &one].map(Clone::clone));
        let file = repo.git(&["show", &format!("{}:f", plan.tree)]).success().stdout;
        assert_eq!(file, lines(&[(18, "theirs")]));
        let After::Commit(new) = &plan.after else { panic!() };
        let text = new.message(Ulid::nil()).to_string();
        assert!(
            text.contains(&format!("This reverts commit {merge}, reversing\nchanges made to {theirs}.\n")),
            "{text}"
        );
        // Back to a checkpoint on the branch: the merge brings in more than what came after that.
        let plan = as_stock(&repo, "T-1@1");
        assert_eq!(reverted(&plan), [two]);
        assert_eq!(
            plan.skipped.iter().map(|skipped| (skipped.commit, skipped.why)).collect::<Vec<_>>(),
            [(oid(&merge), RevertSkipReason::Merge)]
        );
        // The other way round: main merged into the task's branch brings in the work of others.
        let repo = with_tasks(git, Layout::Plain);
        commit(&repo, "f", &lines(&[]), "");
        repo.git(&["switch", "-q", "-c", "topic"]).success();
        let own = commit(&repo, "f", &lines(&[(1, "own")]), "T-1");
        repo.git(&["switch", "-q", "main"]).success();
        commit(&repo, "f", &lines(&[(18, "theirs")]), "");
        repo.git(&["switch", "-q", "topic"]).success();
        repo.deactivate();
        repo.git(&["merge", "-q", "-m", "catch up\n\nTask-Id: T-1", "main"]).success();
        let plan = as_stock(&repo, "T-1@start");
        assert_eq!((reverted(&plan), plan.skipped[0].why), (vec![own], RevertSkipReason::Merge));
        // Somebody's merge of the task's branch is not the task's, but what came in by it is.
        let repo = with_tasks(git, Layout::Plain);
        repo.git(&["switch", "-q", "-c", "topic"]).success();
        let own = commit(&repo, "f", "own\n", "T-1");
        repo.git(&["switch", "-q", "main"]).success();
        repo.deactivate();
        repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "topic"]).success();
        let merge = repo.head();
        assert_eq!(reverted(&as_stock(&repo, "T-1@start")), [own]);
        repo.git(&["revert", "--no-edit", "-m", "1", &merge]).success();
        assert_eq!(Ask::PLAIN.refusal(&repo, "T-1@start"), ("nothing-to-revert", 1));
    });
}

#[test]
fn linked_commits_are_the_tasks_and_buried_ones_are_not() {
    inside_every_git("rollback_revert::linked_commits_are_the_tasks_and_buried_ones_are_not", |git| {
        let repo = with_tasks(git, Layout::Plain);
        let linked = commit(&repo, "a", "1\n", "");
        commit(&repo, "b", "1\n", "");
        let link = event::Link { commit: linked.clone(), by: "tree".into() };
        Ledger::of(&repo, "me").write(vec![(task_id("T-1"), Payload::Link(link))]);
        repo.deactivate();
        let buried = repo.commit_file("c", "1", "squashed\n\nTask-Id: T-1\n\nand more text");
        let plan = as_stock(&repo, "T-1@start");
        assert_eq!(reverted(&plan), [linked]);
        assert_eq!((plan.skipped[0].commit, plan.skipped[0].why), (oid(&buried), RevertSkipReason::Buried));
    });
}

#[test]
fn the_commit_says_what_it_is_and_is_the_users() {
    inside_every_git("rollback_revert::the_commit_says_what_it_is_and_is_the_users", |git| {
        for layout in layouts(git) {
            let repo = with_tasks(git, layout);
            let own = commit(&repo, "a", "1\n", "T-1");
            commit(&repo, "b", "1\n", "");
            repo.git(&["config", "i18n.commitEncoding", "ISO-8859-1"]).success();
            repo.git(&["config", "user.name", "M Übel"]).success();
            repo.git(&["config", "agent.subjectPrefix", "[agent] "]).success();
            let plan = Ask::PLAIN.plan(&repo, "T-1@start");
            let After::Commit(new) = &plan.after else { panic!("{:?}", plan.after) };
            let snapshot = Ulid::generate();
            let made = write(&repo, new, snapshot).unwrap().to_string();
            assert_eq!(
                repo.git(&["rev-parse", &format!("{made}^{{tree}}"), &format!("{made}^@")]).lines(),
                [plan.tree.to_string(), repo.head()]
            );
            let expected = format!(
                "[agent] Roll back T-1 to T-1@start\n\nThis reverts commit {own}.\n\nTask-Id: T-1\nReverts: {own}\nAgent-Rollback: {snapshot}\n"
            );
            assert_eq!(String::from_utf8(repo.message(&made)).unwrap(), expected);
            assert_eq!(repo.task_ids(&made), ["T-1"]);
            let raw = repo.git(&["cat-file", "commit", &made]).success().stdout;
            assert!(raw.contains("author M Übel <author@example.com>") && !raw.contains("encoding"), "{raw}");
            // A user who signs signs this, too; where that fails nothing is made.
            repo.git(&["config", "commit.gpgSign", "true"]).success();
            repo.git(&["config", "gpg.program", "false"]).success();
            let plan = Ask::PLAIN.plan(&repo, "T-1@start");
            let After::Commit(new) = &plan.after else { panic!("{:?}", plan.after) };
            let error = write(&repo, new, snapshot).unwrap_err();
            assert_eq!((error.code().word, error.kind().exit_code()), ("commit-refused", 1));
            repo.fsck();
        }
    });
}

#[test]
fn what_is_written_is_on_the_disk() {
    inside_every_git("rollback_revert::what_is_written_is_on_the_disk", |git| {
        let repo = with_tasks(git, Layout::Plain);
        commit(&repo, "f", &lines(&[]), "");
        commit(&repo, "f", &lines(&[(1, "own")]), "T-1");
        commit(&repo, "f", &lines(&[(1, "own"), (18, "theirs")]), "");
        let trace = repo.tmp().join("trace");
        let config = std::env::var_os("GIT_CONFIG_GLOBAL").unwrap();
        let tracing = format!("[user]\nname = x\nemail = x@y\n[trace2]\nnormalTarget = {}\n", trace.display());
        std::fs::write(config, tracing).unwrap();
        let plan = Ask::mode(Mode::Revert).plan(&repo, "T-1@start");
        let After::Commit(new) = &plan.after else { panic!("{:?}", plan.after) };
        write(&repo, new, Ulid::generate()).unwrap();
        let traced = std::fs::read_to_string(trace).unwrap();
        for command in ["merge-tree", "commit-tree"] {
            let calls: Vec<&str> = traced
                .lines()
                .filter(|line| line.contains(" start ") && line.contains(&format!(" {command} ")))
                .collect();
            assert!(!calls.is_empty(), "{traced}");
            assert!(calls.iter().all(|call| call.contains("-c core.fsync=committed,loose-object ")), "{calls:?}");
        }
    });
}

#[test]
fn reverting_parts_of_commits_leaves_them_in_force() {
    inside_every_git("rollback_revert::reverting_parts_of_commits_leaves_them_in_force", |git| {
        let repo = with_tasks(git, Layout::Plain);
        repo.write("dir/a", "1\n");
        repo.write("dir/b", "1\n");
        let own = commit(&repo, "c", "1\n", "T-1");
        commit(&repo, "d", "1\n", "");
        std::env::set_current_dir(repo.path().join("dir")).unwrap();
        let plan = Ask::paths(&["a", ":/c"]).plan(&repo, "T-1@start");
        assert_eq!(plan.scope, Scope::of(["c".into(), "dir/a".into()]));
        let After::Commit(new) = &plan.after else { panic!("{:?}", plan.after) };
        let made = write(&repo, new, Ulid::generate()).unwrap().to_string();
        assert!(String::from_utf8(repo.message(&made)).unwrap().contains(&format!("partially reverts commit {own}.")));
        repo.git(&["reset", "-q", "--hard", &made]).success();
        // The rest is still there to be reverted, and what is done is done.
        let rest = Ask::PLAIN.plan(&repo, "T-1@start");
        let files = repo.git(&["ls-tree", "-r", "--name-only", &rest.tree.to_string()]).lines();
        assert_eq!(files, ["base", "d"]);
        assert_eq!(Ask::paths(&["../d"]).refusal(&repo, "T-1@start"), ("nothing-to-revert", 1));
    });
}

#[test]
fn a_rollback_can_be_rolled_back_and_gone_beyond() {
    inside_every_git("rollback_revert::a_rollback_can_be_rolled_back_and_gone_beyond", |git| {
        let repo = with_tasks(git, Layout::Plain);
        commit(&repo, "f", &lines(&[]), "");
        let own = [(1, "one"), (8, "two"), (15, "three")];
        for at in 1..=3 {
            commit(&repo, "f", &lines(&own[..at]), "T-1");
            commit(&repo, &format!("theirs{at}"), "1\n", "T-2");
        }
        let now = |repo: &TestRepo| repo.git(&["show", "HEAD:f"]).success().stdout;
        repo.agent(&["rollback", "T-1@1"]).success();
        assert_eq!(now(&repo), lines(&own[..1]));
        commit(&repo, "theirs4", "1\n", "T-2");
        // The rollback took back T-1@2, too, which shall be in force.
        repo.agent(&["rollback", "T-1@2"]).success();
        assert_eq!(now(&repo), lines(&own[..2]));
        commit(&repo, "theirs5", "1\n", "T-2");
        repo.agent(&["rollback", "T-1@3"]).success();
        assert_eq!(now(&repo), lines(&own));
        commit(&repo, "theirs6", "1\n", "T-2");
        repo.agent(&["rollback", "T-1@start"]).success();
        assert_eq!(now(&repo), lines(&[]));
        commit(&repo, "theirs7", "1\n", "T-2");
        let said = repo.agent(&["rollback", "T-1@start"]).exits(1);
        assert!(said.stderr.contains("are already gone"), "{said}");
        assert_eq!(repo.git(&["ls-files", "theirs*"]).lines().len(), 7);
    });
}

#[test]
fn attributes_and_settings_mean_what_they_mean_to_git_revert() {
    inside_every_git("rollback_revert::attributes_and_settings_mean_what_they_mean_to_git_revert", |git| {
        let history = |attributes: &str| {
            let repo = with_tasks(git, Layout::Plain);
            repo.write(".gitattributes", attributes);
            commit(&repo, "f", &lines(&[(3, "a")]), "");
            commit(&repo, "f", &lines(&[(3, "own")]), "T-1");
            commit(&repo, "f", &lines(&[(3, "own"), (4, "theirs")]), "");
            repo
        };
        for attributes in ["f merge=union\n", "f text eol=crlf\n"] {
            let repo = history(attributes);
            match Ask::PLAIN.of(&repo, "T-1@start").unwrap() {
                plan if plan.conflicts.is_empty() => {
                    assert_eq!(Ok(plan.tree.to_string()), stock(&repo, &reverted(&plan)), "{attributes}");
                }
                conflicted => {
                    let commit = conflicted.conflicts[0].commits[0].to_string();
                    assert_eq!(
                        stock(&repo, std::slice::from_ref(&commit)),
                        Err((commit, vec!["f".to_owned()])),
                        "{attributes}"
                    );
                }
            }
        }
        assert!(Ask::PLAIN.of(&history("f merge=union\n"), "T-1@start").unwrap().conflicts.is_empty());
        assert_eq!(Ask::PLAIN.of(&history("f -merge\n"), "T-1@start").unwrap().conflicts.len(), 1);
    });
}

#[test]
fn random_histories_are_reverted_as_stock_git_reverts_them() {
    inside_every_git("rollback_revert::random_histories_are_reverted_as_stock_git_reverts_them", |git| {
        let mut random = Random::new(41);
        let (mut clean, mut conflicts) = (0, 0);
        for _ in 0..5 {
            let repo = with_tasks(git, Layout::Plain);
            let mut files: Vec<Vec<(usize, String)>> = vec![Vec::new(); 3];
            let mut names: Vec<String> = (0..files.len()).map(|at| format!("f{at}")).collect();
            names.iter().for_each(|name| repo.write(name, lines(&[])));
            commit(&repo, "all", "x\n", "");
            for step in 0..8 {
                let at = random.below(3);
                let line = [0, 4, 8, 12, 16][random.below(5)];
                files[at].retain(|(known, _)| *known != line);
                files[at].push((line, format!("step {step}")));
                let changed: Vec<(usize, &str)> = files[at].iter().map(|(line, text)| (*line, text.as_str())).collect();
                // Now and then the file moves, too.
                let old = names[at].clone();
                if random.one_in(4) {
                    names[at] = format!("dir{}/f{at}-{step}", random.below(2));
                    repo.sh(&format!("mkdir -p dir0 dir1; git mv {old} {}", names[at])).success();
                }
                commit(&repo, &names[at], &lines(&changed), if random.one_in(2) { "T-1" } else { "" });
            }
            commit(&repo, "last", "x\n", "");
            match Ask::PLAIN.of(&repo, "T-1@start") {
                Ok(plan) if plan.conflicts.is_empty() => {
                    clean += 1;
                    assert_eq!(Ok(plan.tree.to_string()), stock(&repo, &reverted(&plan)));
                }
                Ok(conflicted) => {
                    conflicts += 1;
                    let own = repo.git(&["log", "--format=%H", "--grep=Task-Id: T-1"]).lines();
                    let paths = conflicted.conflicts.iter().map(|conflict| conflict.path.to_string()).collect();
                    assert_eq!(stock(&repo, &own), Err((conflicted.conflicts[0].commits[0].to_string(), paths)));
                }
                Err(error) => assert_eq!(error.code().word, "nothing-to-revert", "{error}"),
            }
        }
        assert!(clean > 0 && conflicts > 0, "{clean} {conflicts}: the dice are loaded");
    });
}
