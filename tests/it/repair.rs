//! `git agent repair`: commits that lost their trailer on the way through forges and other tools are found again, or reported; and
//! none is ever given to the wrong task.

use serde_json::Value;

use crate::support::{Git, Layout, Output, TestRepo, default_git, on_every_git, on_one_git};

/// A repository with a first commit on `main` and the tasks T and U; nothing is active, hooks are not installed.
fn world(git: &Git) -> TestRepo {
    world_in(git, Layout::Plain)
}

fn world_in(git: &Git, layout: Layout) -> TestRepo {
    let repo = TestRepo::with_layout(git, layout);
    repo.write("shared", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    repo.commit_file("base", "0\n", "first");
    for id in ["T", "U"] {
        repo.agent(&["add", id, "--id", id]).success();
    }
    repo
}

/// A branch `name` from `main` with a commit for each of `commits`: file, content, task or none.
fn branch(repo: &TestRepo, name: &str, commits: &[(&str, &str, &str)]) -> Vec<String> {
    repo.git(&["switch", "-q", "-c", name, "main"]).success();
    let made = commits.iter().map(|(file, content, task)| {
        let trailer = if task.is_empty() { String::new() } else { format!("\n\nTask-Id: {task}") };
        repo.commit_file(file, content, &format!("{name} {file}{trailer}"))
    });
    let made = made.collect();
    repo.git(&["switch", "-q", "main"]).success();
    made
}

/// What a forge does when it squashes `name` with nothing but a title.
fn squash_merge(repo: &TestRepo, name: &str) -> String {
    repo.git(&["merge", "-q", "--squash", name]).success();
    repo.git(&["commit", "-q", "-m", &format!("{name} (#7)")]).success();
    repo.head()
}

/// What a forge does that rebases `name` and drops what is behind the subject.
fn rebase_merge(repo: &TestRepo, name: &str) -> Vec<String> {
    let commits = repo.git(&["rev-list", "--reverse", &format!("main..{name}")]).lines();
    let pick = |commit: &String| {
        repo.git(&["cherry-pick", "--no-commit", commit]).success();
        let subject = repo.git(&["log", "-1", "--format=%s", commit]).text();
        repo.git(&["commit", "-q", "-m", &subject]).success();
        repo.head()
    };
    commits.iter().map(pick).collect()
}

/// Somebody else's commit on `main`.
fn meanwhile(repo: &TestRepo) -> String {
    repo.commit_file("meanwhile", "x\n", "meanwhile")
}

/// What repair says: `(commit, task, by, source)` of each link, oldest first.
type Links = Vec<(String, String, String, Option<String>)>;

fn links(answer: &Value) -> Links {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |link: &Value| {
        (text(&link["commit"]), text(&link["task"]), text(&link["by"]), link["source"].as_str().map(str::to_owned))
    };
    answer["linked"].as_array().unwrap().iter().map(one).collect()
}

fn expected(links: &[(&String, &str, &str, &String)]) -> Links {
    let one = |(commit, task, by, source): &(&String, &str, &str, &String)| {
        ((*commit).clone(), (*task).to_owned(), (*by).to_owned(), Some((*source).clone()))
    };
    links.iter().map(one).collect()
}

/// `(commit, reason)` of each commit of which nothing is known.
fn unknown(answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    answer["unknown"].as_array().unwrap().iter().map(|one| (text(&one["commit"]), text(&one["reason"]))).collect()
}

/// Repair, after a dry run that says the same and changes nothing; and once more, when nothing is left to do.
#[track_caller]
fn repaired_with(repo: &TestRepo, words: &[&str]) -> Value {
    let ledger = || repo.git(&["for-each-ref", "refs/notes/agent-tasks"]).text();
    let repair =
        |more: &[&str]| repo.run("git-agent").args(["repair", "--json"]).args(words).args(more).run().success();
    let json = |output: Output| serde_json::from_slice::<Value>(&output.raw).unwrap();
    let (head, before) = (repo.head(), ledger());
    let rehearsed = json(repair(&["--dry-run"]));
    assert_eq!(ledger(), before, "a dry run writes nothing");
    let mut answer = json(repair(&[]));
    assert_eq!((&answer["dry_run"], &rehearsed["dry_run"]), (&false.into(), &true.into()));
    answer["dry_run"] = true.into();
    assert_eq!(answer, rehearsed);
    let after = ledger();
    let again = json(repair(&[]));
    assert_eq!((links(&again), unknown(&again)), (Links::new(), unknown(&answer)), "it is done");
    assert_eq!((ledger(), repo.head()), (after, head));
    answer
}

#[track_caller]
fn repaired(repo: &TestRepo) -> Value {
    repaired_with(repo, &[])
}

/// The commits of `task` on the history of HEAD, newest first, as `log` has them.
fn log(repo: &TestRepo, task: &str) -> Vec<String> {
    let lines = repo.agent(&["log", task, "--jsonl"]).success().lines();
    let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let commits = lines.filter(|line| line["type"] == "commit");
    commits.map(|line| line["commit"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_squash_merge_with_a_title_only() {
    on_every_git(|git| {
        let reftable = git.has_reftable().then_some(Layout::Reftable);
        for layout in [Layout::Plain, Layout::Sha256].into_iter().chain(reftable) {
            // Whether or not somebody else was faster.
            for moved in [false, true] {
                let repo = world_in(git, layout);
                let made = branch(&repo, "topic", &[("a", "1\n", "T"), ("b", "1\n", ""), ("a", "2\n", "T")]);
                let other = moved.then(|| meanwhile(&repo));
                let merged = squash_merge(&repo, "topic");
                let later = repo.commit_file("base", "1\n", "later, by a person");
                let answer = repaired(&repo);
                assert_eq!(links(&answer), expected(&[(&merged, "T", "squash", &made[2])]));
                let people: Vec<String> = other.into_iter().chain([later.clone()]).collect();
                assert_eq!(
                    unknown(&answer),
                    people.iter().map(|id| (id.clone(), "no-source".into())).collect::<Vec<_>>()
                );
                // To all who ask it is a commit of the task.
                assert_eq!(log(&repo, "T"), vec![merged.clone()]);
                let shown = repo.agent(&["show", "T@last", "--json"]).json();
                assert_eq!(shown["checkpoint"]["commit"], merged);
                let note = repo.git(&["log", "-1", "--notes=agent", "--format=%N", &merged]).text();
                assert_eq!(note.trim_end(), "T@1 T");
                let events = repo.agent(&["log", "T"]).success().stdout;
                assert!(events.contains(&format!("commit {merged}, found by squash")), "{events}");
                let plan = repo.agent(&["rollback", "T@1", "--dry-run", "--json"]);
                assert_eq!(plan.code, Some(1), "only somebody else's commit came after it: {plan}");
                repo.agent(&["start", "T"]).success();
                repo.agent(&["squash", "T"]).exits(1);
                repo.git(&["reset", "-q", "--hard", &merged]).success();
                repo.agent(&["squash", "T", "-m", "Clean"]).success();
                assert_eq!(repo.task_ids("HEAD"), ["T"]);
                repo.fsck();
            }
        }
    });
}

#[test]
fn two_tasks_in_one_squash() {
    on_one_git(|git| {
        let repo = world(git);
        let made = branch(&repo, "topic", &[("a", "1\n", "T"), ("b", "1\n", "U"), ("c", "1\n", "")]);
        let merged = squash_merge(&repo, "topic");
        let answer = repaired(&repo);
        // The tip names nobody; the branch does.
        assert_eq!(links(&answer), expected(&[(&merged, "T", "squash", &made[2]), (&merged, "U", "squash", &made[2])]));
        assert_eq!((log(&repo, "T"), log(&repo, "U")), (vec![merged.clone()], vec![merged]));
    });
}

#[test]
fn a_rebase_merge_that_dropped_the_trailers() {
    on_one_git(|git| {
        for moved in [false, true] {
            let repo = world(git);
            let made =
                branch(&repo, "topic", &[("a", "1\n", "T"), ("b", "1\n", "U"), ("a", "2\n", "T"), ("c", "1\n", "")]);
            if moved {
                meanwhile(&repo);
            }
            let merged = rebase_merge(&repo, "topic");
            let by = if moved { "patch" } else { "tree" };
            let answer = repaired(&repo);
            assert_eq!(
                links(&answer),
                expected(&[
                    (&merged[0], "T", by, &made[0]),
                    (&merged[1], "U", by, &made[1]),
                    (&merged[2], "T", by, &made[2])
                ])
            );
            assert!(unknown(&answer).contains(&(merged[3].clone(), "no-source".into())));
            assert_eq!(log(&repo, "T"), [merged[2].clone(), merged[0].clone()]);
        }
    });
}

#[test]
fn other_tools_that_made_the_commit_again() {
    on_one_git(|git| {
        let repo = world(git);
        let one = repo.commit_file("a", "1\n", "one\n\nTask-Id: T");
        // An amend that dropped the trailer; the old commit is in a reflog.
        repo.git(&["commit", "-q", "--amend", "-m", "one, by a graphical client"]).success();
        let amended = repo.head();
        // Plumbing, which leaves no reflog of the source.
        let two = repo.commit_file("b", "1\n", "two\n\nTask-Id: U");
        repo.sh("git update-ref HEAD $(git commit-tree -m two -p HEAD^ HEAD^{tree}) && git reflog expire --expire=now --all")
            .success();
        let made_again = repo.head();
        let answer = repaired(&repo);
        // Nothing has the old commits any more, and nobody told the ledger.
        assert_eq!(links(&answer), []);
        repo.git(&["branch", "kept", &one]).success();
        repo.git(&["update-ref", "refs/pull/3/head", &two]).success();
        let answer = repaired(&repo);
        assert_eq!(links(&answer), expected(&[(&amended, "T", "tree", &one), (&made_again, "U", "tree", &two)]));
        // Checkpoints are revisions here, too.
        let said = repo.agent(&["repair", "--range", "T@1..U@last", "--json"]).json();
        assert_eq!((links(&said), unknown(&said)), (vec![], vec![]));
        // A pick of a pick.
        repo.git(&["switch", "-q", "-c", "release", "main~2"]).success();
        meanwhile(&repo);
        repo.sh("git cherry-pick --no-commit main~1 && git commit -qm picked").success();
        let picked = repo.head();
        assert!(
            links(&repaired(&repo))
                .iter()
                .any(|(commit, task, by, _)| (commit, &**task, &**by) == (&picked, "T", "patch"))
        );
    });
}

#[test]
fn what_only_the_ledger_knows_is_found_as_long_as_it_is_there() {
    on_one_git(|git| {
        let repo = world(git);
        repo.agent(&["start", "T"]).success();
        repo.write("a", "1\n");
        repo.agent(&["checkpoint", "-m", "one"]).success();
        let one = repo.head();
        repo.agent(&["pause", "T"]).success();
        repo.sh("git update-ref HEAD $(git commit-tree -m one -p HEAD^ HEAD^{tree})").success();
        // No ref and no reflog, not even of operations.
        repo.sh("git for-each-ref --format='delete %(refname)' refs/agent | git update-ref --stdin").success();
        repo.git(&["reflog", "expire", "--expire=now", "--all"]).success();
        let made_again = repo.head();
        assert_eq!(links(&repaired(&repo)), expected(&[(&made_again, "T", "tree", &one)]));
        // One of which the tree is gone says nothing, and is in nobody's way.
        repo.sh("echo 2 >b; git add b; git commit -qm two --trailer Task-Id:T").success();
        let two = repo.head();
        repo.sh("git update-ref HEAD $(git commit-tree -m two -p HEAD^ HEAD^{tree})").success();
        link(&repo, "T", &two);
        repo.sh("git branch kept; git reset -q --hard HEAD^; git reflog expire --expire=now --all").success();
        let made = branch(&repo, "topic", &[("c", "1\n", "U")]);
        let merged = squash_merge(&repo, "topic");
        let tree = repo.git(&["rev-parse", "kept^{tree}"]).text();
        std::fs::remove_file(repo.path().join(".git/objects").join(&tree[..2]).join(&tree[2..])).unwrap();
        repo.git(&["branch", "-q", "-D", "kept"]).success();
        repo.git(&["reflog", "expire", "--expire=now", "--all"]).success();
        assert_eq!(links(&repaired(&repo)), expected(&[(&merged, "U", "tree", &made[0])]));
    });
}

/// Link `commit` to `task` in the ledger.
fn link(repo: &TestRepo, task: &str, commit: &str) {
    use crate::support::ledger::{Ledger, task_id};
    use git_agent::domain::event::{Link, Payload};
    let link = Payload::Link(Link { commit: commit.to_owned(), by: "test".to_owned() });
    Ledger::of(repo, "me").write(vec![(task_id(task), link)]);
}

#[test]
fn what_is_said_differently_is_not_known() {
    on_one_git(|git| {
        let repo = world(git);
        let [one, two] = [("one", "T"), ("two", "U")].map(|(name, task)| branch(&repo, name, &[("a", "1\n", task)]));
        meanwhile(&repo);
        let merged = squash_merge(&repo, "one");
        let answer = repaired(&repo);
        assert_eq!(links(&answer), []);
        assert!(unknown(&answer).contains(&(merged.clone(), "ambiguous".into())));
        let case = answer["unknown"].as_array().unwrap().iter().find(|case| case["commit"] == merged).unwrap();
        let named = |commit: &String, task: &str| {
            let found = case["candidates"].as_array().unwrap().iter();
            found.filter(|one| one["commit"] == *commit).all(|one| one["tasks"] == serde_json::json!([task]))
        };
        assert!(named(&one[0], "T") && named(&two[0], "U"), "{case}");
        assert_eq!((log(&repo, "T"), log(&repo, "U")), (vec![], vec![]));
        let said = repo.agent(&["repair"]).success().stdout;
        assert!(said.contains("(ambiguous: ") && said.contains(" names T; ") && said.contains(" names U"), "{said}");
        // Somebody who knows says it.
        let before = format!("{merged}^..{merged}");
        let answer = repaired_with(&repo, &["--range", &before, "--squash-of", "one"]);
        assert_eq!(links(&answer), expected(&[(&merged, "T", "patch", &one[0])]));
    });
}

#[test]
fn the_very_same_change_outweighs_one_that_looks_like_it() {
    let repo = world(default_git());
    let one = branch(&repo, "one", &[("a", "1\n", "T")]);
    let merged = squash_merge(&repo, "one");
    repo.git(&["switch", "-q", "-c", "release", "main~1"]).success();
    meanwhile(&repo);
    repo.commit_file("a", "1\n", "again\n\nTask-Id: U");
    repo.git(&["switch", "-q", "main"]).success();
    assert_eq!(links(&repaired(&repo)), expected(&[(&merged, "T", "tree", &one[0])]));
}

#[test]
fn changes_that_are_not_the_same_are_not_taken_for_it() {
    on_one_git(|git| {
        let repo = world(git);
        repo.write("log", "x\nx\nx\nx\n");
        repo.write("bin", b"\0one");
        repo.write_script("run", "#!/bin/sh\n");
        repo.commit_file("code", "a\n\tb\nc\n", "files");
        branch(&repo, "topic", &[("code", "a\n  b\nc\n", "T")]);
        branch(&repo, "binary", &[("bin", "\0two", "T")]);
        repo.git(&["switch", "-q", "-c", "mode", "main"]).success();
        repo.sh("chmod -x run; git commit -qam 'mode\n\nTask-Id: T'; git switch -q main").success();
        // The task appends a line, and so do others, later, on the same history.
        repo.commit_file("log", "x\nx\nx\nx\nx\n", "append\n\nTask-Id: T");
        let mut foreign = vec![meanwhile(&repo)];
        let appended = repo.commit_file("log", "x\nx\nx\nx\nx\nx\n", "append");
        // White space alone, another binary, a mode that changes with content.
        foreign.push(repo.commit_file("code", "a\n    b\nc\n", "reindent"));
        foreign.push(repo.commit_file("bin", "\0three", "another picture"));
        repo.sh("chmod -x run").success();
        foreign.push(repo.commit_file("run", "#!/bin/sh\n:\n", "mode and more"));
        // The same state, not the same change.
        repo.git(&["checkout", "-q", "topic", "--", "code"]).success();
        foreign.push(repo.commit_file("base", "9\n", "more than the topic"));
        let answer = repaired(&repo);
        assert_eq!(links(&answer), []);
        assert!(unknown(&answer).contains(&(appended, "same-history".into())));
        for commit in foreign {
            assert!(unknown(&answer).contains(&(commit, "no-source".into())));
        }
    });
}

/// To come back to the state that a task left is no work of the task.
#[test]
fn an_equal_tree_is_no_evidence_by_itself() {
    on_one_git(|git| {
        let repo = world(git);
        let one = repo.commit_file("a", "1\n", "one\n\nTask-Id: T");
        meanwhile(&repo);
        repo.git(&["revert", "--no-edit", "HEAD"]).success();
        let reverted = repo.head();
        assert_eq!(repo.git(&["diff", &one, &reverted]).text(), "");
        let empty = repo.sh("git commit -q --allow-empty -m empty; git rev-parse HEAD").text();
        let answer = repaired(&repo);
        assert_eq!(links(&answer), []);
        assert!(unknown(&answer).contains(&(reverted, "no-source".into())));
        assert!(unknown(&answer).contains(&(empty, "empty".into())));
    });
}

#[test]
fn a_mention_is_no_source_and_a_snapshot_is_none() {
    let repo = world(default_git());
    repo.git(&["switch", "-q", "-c", "topic"]).success();
    repo.commit_file("a", "1\n", "squashed (#7)\n\n* a\n\nTask-Id: T\n\nmore text");
    repo.git(&["switch", "-q", "main"]).success();
    let merged = squash_merge(&repo, "topic");
    // A snapshot has the task in its message, and the files.
    repo.agent(&["start", "U"]).success();
    repo.write("b", "1\n");
    repo.agent(&["snapshot"]).success();
    repo.agent(&["pause", "U"]).success();
    let by_hand = repo.commit_file("b", "1\n", "by hand");
    let answer = repaired_with(&repo, &["--range", "main~2.."]);
    assert_eq!(links(&answer), []);
    assert_eq!(unknown(&answer), [(merged, "no-source".to_owned()), (by_hand, "no-source".to_owned())]);
}

#[test]
fn merges_are_left_alone() {
    on_one_git(|git| {
        let repo = world(git);
        branch(&repo, "topic", &[("a", "1\n", "T")]);
        meanwhile(&repo);
        repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "topic"]).success();
        let answer = repaired(&repo);
        assert_eq!((links(&answer).len(), unknown(&answer).len()), (0, 1), "{answer}");
    });
}

#[test]
fn a_branch_that_took_in_the_main_one_and_goes_on_after_its_merge() {
    on_one_git(|git| {
        let repo = world(git);
        branch(&repo, "topic", &[("a", "1\n", "T")]);
        meanwhile(&repo);
        repo.git(&["switch", "-q", "topic"]).success();
        repo.git(&["merge", "-q", "-m", "take in", "main"]).success();
        let tip = repo.commit_file("b", "1\n", "more\n\nTask-Id: U");
        repo.git(&["switch", "-q", "main"]).success();
        repo.commit_file("meanwhile", "y\n", "meanwhile");
        let merged = squash_merge(&repo, "topic");
        repo.git(&["switch", "-q", "topic"]).success();
        repo.commit_file("c", "1\n", "unmerged\n\nTask-Id: T");
        repo.git(&["switch", "-q", "main"]).success();
        assert_eq!(
            links(&repaired(&repo)),
            expected(&[(&merged, "T", "squash", &tip), (&merged, "U", "squash", &tip)])
        );
    });
}

#[test]
fn an_active_task_does_not_take_what_is_anothers() {
    on_one_git(|git| {
        let repo = world(git);
        let one = repo.commit_file("a", "1\n", "one\n\nTask-Id: U");
        repo.agent(&["start", "T"]).success();
        repo.git(&["commit", "-q", "--amend", "-m", "one, without its trailer"]).success();
        let amended = repo.head();
        let by_hand = repo.commit_file("b", "1\n", "by hand");
        let answer = repaired(&repo);
        let mut wanted = expected(&[(&amended, "U", "tree", &one)]);
        wanted.push((by_hand, "T".into(), "reflog".into(), None));
        assert_eq!(links(&answer), wanted);
    });
}

#[test]
fn a_task_that_this_ledger_does_not_have() {
    let repo = world(default_git());
    branch(&repo, "topic", &[("a", "1\n", "elsewhere")]);
    let merged = squash_merge(&repo, "topic");
    let answer = repaired(&repo);
    assert_eq!((links(&answer), unknown(&answer)), (vec![], vec![(merged, "not-in-ledger".to_owned())]));
    assert_eq!(repo.agent(&["list", "--all", "--json"]).json()["tasks"].as_array().unwrap().len(), 2);
}

#[test]
fn a_shallow_clone_says_where_it_ends() {
    on_one_git(|git| {
        let repo = world(git);
        branch(&repo, "topic", &[("a", "1\n", "T")]);
        let merged = squash_merge(&repo, "topic");
        let later = repo.commit_file("b", "1\n", "later");
        let clone = repo.at(repo.tmp().join("clone"));
        repo.sh("git clone -q --depth 2 --no-single-branch file://$PWD ../clone").success();
        clone.sh("git fetch -q origin refs/notes/agent-tasks:refs/notes/agent-tasks").success();
        let answer = repaired(&clone);
        assert_eq!(links(&answer), []);
        assert_eq!(unknown(&answer), [(merged, "shallow".to_owned()), (later, "no-source".to_owned())]);
    });
}

#[test]
fn a_forge_says_what_it_squashed() {
    on_one_git(|git| {
        let repo = world(git);
        let made = branch(&repo, "topic", &[("a", "1\n", "T"), ("b", "1\n", "U")]);
        let before = meanwhile(&repo);
        let merged = squash_merge(&repo, "topic");
        // As in a job that runs after the merge: a clone that has the branch by its commit only.
        let ci = repo.clone_to("ci");
        repo.git(&["update-ref", "refs/pull/7/head", &made[1]]).success();
        ci.sh("git branch -qrd origin/topic; git fetch -q origin refs/pull/7/head").success();
        ci.agent(&["sync"]).success();
        let range = format!("{before}..{merged}");
        let answer = repaired_with(&ci, &["--range", &range, "--squash-of", &made[1]]);
        assert_eq!(links(&answer), expected(&[(&merged, "T", "squash", &made[1]), (&merged, "U", "squash", &made[1])]));
        assert_eq!((&answer["linked"][0]["compared"], unknown(&answer)), (&true.into(), vec![]));
        ci.agent(&["sync"]).success();
        assert_eq!(log(&repo, "T"), vec![merged.clone()]);
        // A default message of the forge buries the trailers: what is said makes them count.
        repo.git(&["commit", "-q", "--amend", "-m", "topic (#7)\n\n* a\n\nTask-Id: T\n\n* b\n\nTask-Id: U\n\nbye"])
            .success();
        let buried = repo.head();
        let answer = repaired_with(&repo, &["--range", &format!("{before}.."), "--squash-of", "refs/pull/7/head"]);
        assert_eq!(links(&answer).len(), 2, "{answer}");
        assert_eq!(links(&answer)[0].0, buried);
    });
}

#[test]
fn what_a_forge_says_is_checked_and_believed() {
    on_one_git(|git| {
        let repo = world(git);
        let made = branch(&repo, "topic", &[("a", "1\n", "T"), ("b", "1\n", "")]);
        let before = repo.head();
        // Conflicts were resolved on the way: the content is not that of the branch.
        repo.git(&["merge", "-q", "--squash", "topic"]).success();
        let merged = repo.commit_file("a", "resolved\n", "topic (#7)");
        let range = format!("{before}..{merged}");
        let words = ["--range", &range, "--squash-of", "topic"];
        let said = repo.run("git-agent").args(["repair", "--dry-run"]).args(words).run().success();
        assert!(said.stderr.contains("does not have the content of the branch"), "{said}");
        let answer = repaired_with(&repo, &words);
        assert_eq!(links(&answer), expected(&[(&merged, "T", "squash", &made[1])]));
        assert_eq!(answer["linked"][0]["compared"], false);
        // Of several commits only those that are the branch's.
        let repo = world(git);
        let made = branch(&repo, "topic", &[("a", "1\n", "T"), ("b", "1\n", "")]);
        let before = meanwhile(&repo);
        let merged = rebase_merge(&repo, "topic");
        let other = repo.commit_file("c", "1\n", "somebody else's");
        let answer = repaired_with(&repo, &["--range", &format!("{before}.."), "--squash-of", "topic"]);
        assert_eq!(links(&answer), expected(&[(&merged[0], "T", "patch", &made[0])]));
        assert_eq!(unknown(&answer), [(merged[1].clone(), "no-source".to_owned()), (other, "no-source".to_owned())]);
        // Merged as it is: nothing was lost.
        repo.git(&["merge", "-q", "-m", "merge", "topic"]).success();
        let said = repo.agent(&["repair", "--range", &format!("{before}.."), "--squash-of", "topic"]).success();
        assert!(said.stderr.contains("itself is in that history"), "{said}");
    });
}

#[test]
fn words_that_are_no_ranges() {
    let repo = world(default_git());
    for words in [
        vec!["--range", "HEAD"],
        vec!["--range", "..HEAD"],
        vec!["--range", "main...main"],
        vec!["--range", "nowhere..HEAD"],
        vec!["--range", "0000000000000000000000000000000000000000..HEAD"],
        vec!["--squash-of", "HEAD"],
        vec!["--range", "HEAD..", "--squash-of", "nowhere"],
    ] {
        repo.run("git-agent").args(["repair"]).args(&words).run().exits(2);
    }
    repo.sh("git switch -q --orphan other; git commit -q --allow-empty -m other; git switch -q main").success();
    let said = repo.agent(&["repair", "--range", "HEAD..HEAD", "--squash-of", "other", "--json"]).exits(1);
    assert!(said.stdout.contains("no-common-history"), "{said}");
}

#[test]
fn a_repository_without_commits_or_without_tasks_has_nothing_to_repair() {
    let repo = TestRepo::new();
    repo.agent(&["repair"]).success();
    repo.commit_file("a", "1\n", "one");
    repo.agent(&["repair"]).success();
    repo.agent(&["add", "T", "--id", "T"]).success();
    let repo = TestRepo::new();
    repo.agent(&["add", "T", "--id", "T"]).success();
    repo.agent(&["repair"]).success();
}
