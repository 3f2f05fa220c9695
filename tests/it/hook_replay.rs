//! Stamping and replayed commits: rebase, cherry-pick, revert, am, squash merges; scenarios 17-30 and 35-41.

use crate::hook_commit::on_every_git_with_hooks;
use crate::support::TestRepo;

/// A commit that changes a file of its own, made while `task` (or none) is active.
fn commit(repo: &TestRepo, name: &str, task: Option<&str>) -> String {
    match task {
        Some(task) => repo.activate(task),
        None => repo.deactivate(),
    }
    let id = repo.commit_file(name, &format!("{name}\n"), name);
    repo.deactivate();
    id
}

/// `base - up` on main and `base - c1[T] - c2 - c3[U]` on `topic`, with `topic` checked out and V active.
fn topic_behind_main(repo: &TestRepo) {
    repo.git(&["checkout", "-q", "-b", "topic"]).success();
    commit(repo, "c1", Some("T"));
    commit(repo, "c2", None);
    commit(repo, "c3", Some("U"));
    repo.git(&["checkout", "-q", "main"]).success();
    commit(repo, "up", None);
    repo.git(&["checkout", "-q", "topic"]).success();
    repo.activate("V");
}

/// The tasks of each commit of `range`, oldest first: `T`, `-`, `T+U`.
fn tasks(repo: &TestRepo, range: &str) -> Vec<String> {
    let show = |id: &String| match repo.task_ids(id) {
        ids if ids.is_empty() => "-".to_owned(),
        ids => ids.join("+"),
    };
    repo.git(&["rev-list", "--reverse", "--topo-order", range]).lines().iter().map(show).collect()
}

/// The subjects of each commit of `range`, oldest first.
fn subjects(repo: &TestRepo, range: &str) -> Vec<String> {
    repo.git(&["log", "--reverse", "--topo-order", "--format=%s", range]).lines()
}

/// `git rebase -i main` with this todo list.
fn rebase(repo: &TestRepo, todo: &str) -> crate::support::Output {
    repo.run("git")
        .args(["rebase", "-q", "-i", "main"])
        .env("GIT_SEQUENCE_EDITOR", format!("f() {{ printf '%b' '{todo}' >\"$1\"\n}}; f"))
        .editor("true")
        .run()
}

#[test]
fn s17_rebase_keeps_what_each_commit_had() {
    on_every_git_with_hooks(|repo| {
        topic_behind_main(repo);
        repo.git(&["rebase", "-q", "main"]).success();
        assert_eq!(tasks(repo, "main.."), ["T", "-", "U"]);
    });
}

#[test]
fn s17_rebase_with_the_dates_in_the_environment() {
    on_every_git_with_hooks(|repo| {
        topic_behind_main(repo);
        let date = "@1700000000 +0000";
        repo.run("git")
            .args(["rebase", "-q", "main"])
            .env("GIT_AUTHOR_DATE", date)
            .env("GIT_COMMITTER_DATE", date)
            .run()
            .success();
        assert_eq!(tasks(repo, "main.."), ["T", "-", "U"]);
    });
}

#[test]
fn s18_s19_the_other_ways_to_rebase() {
    on_every_git_with_hooks(|repo| {
        topic_behind_main(repo);
        let start = repo.head();
        for rebase in [
            &["rebase", "-q", "--apply", "main"][..],
            &["pull", "-q", "--rebase", ".", "main"],
            &["rebase", "-q", "--rebase-merges", "main"],
            &["rebase", "-q", "--exec", "true", "main"],
            &["rebase", "-q", "--autostash", "main"],
        ] {
            repo.git(&["reset", "-q", "--hard", &start]).success();
            repo.git(rebase).success();
            assert_eq!(tasks(repo, "main.."), ["T", "-", "U"], "{rebase:?}");
        }
    });
}

#[test]
fn s20_s21_reordered_and_dropped() {
    on_every_git_with_hooks(|repo| {
        topic_behind_main(repo);
        rebase(repo, "pick topic\\npick topic~2\\n").success();
        assert_eq!(tasks(repo, "main.."), ["U", "T"]);
    });
}

#[test]
fn s22_squash_names_both() {
    on_every_git_with_hooks(|repo| {
        topic_behind_main(repo);
        rebase(repo, "pick topic~2\\nsquash topic\\npick topic~1\\n").success();
        assert_eq!(tasks(repo, "main.."), ["U+T", "-"]);
    });
}

#[test]
fn s23_s24_fixups_name_all() {
    on_every_git_with_hooks(|repo| {
        topic_behind_main(repo);
        rebase(repo, "pick topic~2\\nfixup topic\\nfixup topic~1\\n").success();
        assert_eq!(tasks(repo, "main.."), ["T+U"]);
        assert_eq!(subjects(repo, "main.."), ["c1"]);
    });
}

#[test]
fn s24_autosquash() {
    on_every_git_with_hooks(|repo| {
        topic_behind_main(repo);
        repo.write("c1", "fixed\n");
        repo.git(&["commit", "-q", "-a", "--fixup=topic~2"]).success();
        repo.write("c3", "squashed\n");
        repo.git(&["commit", "-q", "-a", "--no-edit", "--squash=HEAD~1"]).success();
        repo.deactivate();
        repo.run("git")
            .args(["rebase", "-q", "-i", "--autosquash", "main"])
            .env("GIT_SEQUENCE_EDITOR", "true")
            .editor("true")
            .run()
            .success();
        assert_eq!(subjects(repo, "main.."), ["c1", "c2", "c3"]);
        let mut named = tasks(repo, "main..");
        for ids in &mut named {
            let mut sorted: Vec<_> = ids.split('+').collect();
            sorted.sort_unstable();
            *ids = sorted.join("+");
        }
        assert_eq!(named, ["T+V", "-", "U+V"]);
    });
}

#[test]
fn s25_reword_keeps_the_task() {
    on_every_git_with_hooks(|repo| {
        topic_behind_main(repo);
        repo.run("git")
            .args(["rebase", "-q", "-i", "main"])
            .env("GIT_SEQUENCE_EDITOR", "sed -i s/^pick/reword/")
            .editor("echo reworded >\"$1\"")
            .run()
            .success();
        assert_eq!(tasks(repo, "main.."), ["T", "-", "U"]);
        assert_eq!(subjects(repo, "main.."), ["reworded"; 3]);
    });
}

#[test]
fn s26_s28_edit_amend_and_insert() {
    on_every_git_with_hooks(|repo| {
        topic_behind_main(repo);
        rebase(repo, "edit topic~2\\npick topic~1\\npick topic\\n").success();
        repo.write("c1", "edited\n");
        repo.git(&["commit", "-q", "-a", "--amend", "-m", "amended"]).success();
        assert_eq!(repo.task_ids("HEAD"), ["T"], "s26");
        repo.commit_file("inserted", "x\n", "inserted");
        assert_eq!(repo.task_ids("HEAD"), ["V"], "s28");
        repo.run("git").args(["rebase", "--continue"]).editor("true").run().success();
        assert_eq!(tasks(repo, "main.."), ["T", "V", "-", "U"]);
    });
}

#[test]
fn s27_the_parts_of_a_commit_keep_its_task() {
    on_every_git_with_hooks(|repo| {
        topic_behind_main(repo);
        repo.activate("T");
        repo.write("a", "1\n");
        repo.commit_file("b", "1\n2\n", "a and b");
        let whole = repo.head();
        for (active, other) in [(Some("V"), "V"), (None, "-")] {
            match active {
                Some(task) => repo.activate(task),
                None => repo.deactivate(),
            }
            repo.git(&["checkout", "-q", "-B", "topic", &whole]).success();
            rebase(repo, &format!("edit {whole}\\n")).success();
            repo.git(&["reset", "-q", "HEAD^"]).success();
            repo.sh("echo x >new; git add new; git commit -q -m 'put in before'").success();
            repo.sh("git add a; git commit -q -m 'a alone'").success();
            repo.sh("cp b ../b; echo 1 >b; git add b; git commit -q -m 'half of b'").success();
            repo.sh("cp ../b b; git add b; git commit -q -m 'the rest of b'").success();
            repo.sh("echo 3 >>b; git commit -q -a -m 'more, with nothing left'").success();
            repo.run("git").args(["rebase", "--continue"]).editor("true").run().success();
            assert_eq!(tasks(repo, "main.."), [other, "T", "T", "T", other]);
        }
    });
}

#[test]
fn s29_conflicts_skips_and_empty_picks() {
    on_every_git_with_hooks(|repo| {
        repo.git(&["checkout", "-q", "-b", "topic"]).success();
        repo.activate("T");
        repo.commit_file("shared", "topic\n", "conflicting");
        commit(repo, "later", None);
        repo.git(&["checkout", "-q", "main"]).success();
        repo.commit_file("shared", "main\n", "foreign");
        let foreign = repo.head();
        repo.git(&["checkout", "-q", "topic"]).success();
        repo.activate("V");
        let start = repo.head();

        repo.git(&["rebase", "-q", "main"]).failure();
        repo.git(&["rebase", "--skip"]).success();
        assert_eq!((tasks(repo, "main.."), repo.task_ids("main")), (vec!["-".to_owned()], vec![]), "skipped");

        for resolve in
            [&["rebase", "--continue"][..], &["commit", "-q", "--no-edit"], &["commit", "-q", "-m", "resolved"]]
        {
            repo.git(&["reset", "-q", "--hard", &start]).success();
            repo.git(&["rebase", "-q", "main"]).failure();
            repo.write("shared", "both\n");
            repo.git(&["add", "shared"]).success();
            repo.run("git").args(resolve).editor("true").run().success();
            if resolve[0] == "commit" {
                repo.run("git").args(["rebase", "--continue"]).editor("true").run().success();
            }
            assert_eq!(tasks(repo, "main.."), ["T", "-"], "{resolve:?}");
        }
        assert_eq!(repo.git(&["rev-parse", "main"]).text(), foreign);
    });
}

#[test]
fn s30_squash_merges_name_what_they_squash() {
    on_every_git_with_hooks(|repo| {
        repo.git(&["checkout", "-q", "-b", "side"]).success();
        commit(repo, "s1", Some("S1"));
        commit(repo, "s2", Some("S2"));
        repo.git(&["checkout", "-q", "main"]).success();
        let start = repo.head();
        for (active, expected) in [(None, vec!["S1", "S2"]), (Some("T"), vec!["S1", "S2", "T"])] {
            for way in [&["commit", "-q", "--no-edit"][..], &["commit", "-q", "-m", "x"], &["commit", "-q"]] {
                repo.git(&["reset", "-q", "--hard", &start]).success();
                repo.git(&["merge", "-q", "--squash", "side"]).success();
                if let Some(task) = active {
                    repo.activate(task);
                }
                repo.run("git").args(way).editor("true").run().success();
                let mut named = repo.task_ids("HEAD");
                named.sort();
                assert_eq!(named, expected, "{way:?}");
                repo.deactivate();
            }
        }
    });
}

#[test]
fn s30_a_squash_that_was_taken_back_names_nothing() {
    on_every_git_with_hooks(|repo| {
        repo.git(&["checkout", "-q", "-b", "side"]).success();
        commit(repo, "s1", Some("S1"));
        repo.git(&["checkout", "-q", "main"]).success();
        for (name, active, expected) in [("a", None, "-"), ("b", Some("T"), "T")] {
            repo.git(&["merge", "-q", "--squash", "side"]).success();
            repo.git(&["restore", "--staged", "--worktree", "--source=HEAD", "."]).success();
            repo.sh("rm -f s1; test -f .git/SQUASH_MSG").success();
            commit(repo, name, active);
            assert_eq!(tasks(repo, "HEAD~.."), [expected]);
        }
    });
}

#[test]
fn s34_merges_are_made_here() {
    on_every_git_with_hooks(|repo| {
        repo.git(&["checkout", "-q", "-b", "side"]).success();
        commit(repo, "side", None);
        repo.git(&["checkout", "-q", "main"]).success();
        commit(repo, "main", None);
        repo.activate("T");
        let start = repo.head();
        for way in [
            &["merge", "-q", "--no-ff", "--no-edit", "side"][..],
            &["merge", "-q", "--no-ff", "--edit", "side"],
            &["merge", "-q", "--no-verify", "-m", "x", "side"],
        ] {
            repo.git(&["reset", "-q", "--hard", &start]).success();
            repo.run("git").args(way).editor("true").run().success();
            assert_eq!(repo.task_ids("HEAD"), ["T"], "{way:?}");
        }
        repo.run("git").args(["commit", "-q", "--amend"]).editor("true").run().success();
        repo.git(&["merge", "-q", "--ff-only", "side"]).success();
    });
}

#[test]
fn s35_cherry_picks_are_left_alone() {
    on_every_git_with_hooks(|repo| {
        repo.git(&["checkout", "-q", "-b", "side"]).success();
        commit(repo, "c1", Some("T"));
        commit(repo, "c2", None);
        repo.git(&["checkout", "-q", "main"]).success();
        commit(repo, "other", None);
        repo.activate("U");
        let start = repo.head();
        for (way, expected) in [
            (&["cherry-pick", "side~1"][..], &["T"][..]),
            (&["cherry-pick", "-x", "side~1"], &["T"]),
            (&["cherry-pick", "-e", "side~1"], &["T"]),
            (&["cherry-pick", "side"], &["-"]),
            (&["cherry-pick", "-e", "side"], &["-"]),
            (&["cherry-pick", "-s", "side"], &["-"]),
            (&["cherry-pick", "main..side"], &["T", "-"]),
        ] {
            repo.git(&["reset", "-q", "--hard", &start]).success();
            repo.run("git").args(way).editor("true").run().success();
            assert_eq!(tasks(repo, &format!("{start}..")), expected, "{way:?}");
        }
    });
}

#[test]
fn s35_a_cherry_pick_with_a_conflict() {
    on_every_git_with_hooks(|repo| {
        repo.git(&["checkout", "-q", "-b", "side"]).success();
        repo.activate("T");
        repo.commit_file("shared", "side\n", "side");
        repo.git(&["checkout", "-q", "main"]).success();
        repo.activate("U");
        repo.git(&["commit", "-q", "--allow-empty", "-m", "start"]).success();
        repo.commit_file("shared", "main\n", "main");
        let start = repo.head();
        for way in
            [&["cherry-pick", "--continue"][..], &["commit", "-q", "--no-edit"], &["commit", "-q", "-m", "resolved"]]
        {
            repo.git(&["reset", "-q", "--hard", &start]).success();
            repo.git(&["cherry-pick", "side"]).failure();
            repo.write("shared", "both\n");
            repo.git(&["add", "shared"]).success();
            repo.run("git").args(way).editor("true").run().success();
            assert_eq!(repo.task_ids("HEAD"), ["T"], "{way:?}");
        }
    });
}

#[test]
fn s36_cherry_pick_n_is_a_commit_made_here() {
    on_every_git_with_hooks(|repo| {
        repo.git(&["checkout", "-q", "-b", "side"]).success();
        commit(repo, "c1", Some("T"));
        repo.git(&["checkout", "-q", "main"]).success();
        repo.activate("U");
        repo.git(&["cherry-pick", "-n", "side"]).success();
        repo.git(&["commit", "-q", "-m", "taken over"]).success();
        assert_eq!(repo.task_ids("HEAD"), ["U"]);
    });
}

#[test]
fn s37_a_revert_is_work_of_the_active_task() {
    on_every_git_with_hooks(|repo| {
        commit(repo, "c1", Some("T"));
        let reverted = repo.head();
        for way in [&["revert", "--no-edit", "HEAD"][..], &["revert", "-e", "HEAD"]] {
            repo.git(&["reset", "-q", "--hard", &reverted]).success();
            repo.activate("U");
            repo.run("git").args(way).editor("true").run().success();
            let message = String::from_utf8(repo.message("HEAD")).unwrap();
            let expected = format!("Revert \"c1\"\n\nThis reverts commit {reverted}.\n\nReverts-Task: T\nTask-Id: U\n");
            assert_eq!(message, expected, "{way:?}");
            repo.deactivate();
        }
        repo.git(&["revert", "--no-edit", "HEAD"]).success();
        assert_eq!(repo.task_ids("HEAD"), [""; 0], "no task is active");
    });
}

#[test]
fn s38_patches_by_mail_are_left_alone() {
    on_every_git_with_hooks(|repo| {
        repo.git(&["checkout", "-q", "-b", "side"]).success();
        commit(repo, "c1", Some("T"));
        commit(repo, "c2", None);
        repo.git(&["format-patch", "-q", "-o", "../patches", "main"]).success();
        repo.git(&["checkout", "-q", "main"]).success();
        let start = repo.head();
        repo.activate("U");
        for way in ["am -q", "am -q -3"] {
            repo.git(&["reset", "-q", "--hard", &start]).success();
            repo.sh(&format!("git {way} ../patches/*")).success();
            assert_eq!(tasks(repo, &format!("{start}..")), ["T", "-"], "{way}");
        }
    });
}

#[test]
fn s39_reset_and_commit_again() {
    on_every_git_with_hooks(|repo| {
        commit(repo, "c1", Some("T"));
        commit(repo, "c2", Some("T"));
        repo.activate("U");
        repo.git(&["reset", "-q", "--soft", "HEAD~2"]).success();
        repo.git(&["commit", "-q", "-m", "both"]).success();
        assert_eq!(repo.task_ids("HEAD"), ["U"]);
    });
}

#[test]
fn s40_stashes_change_no_commit() {
    on_every_git_with_hooks(|repo| {
        commit(repo, "c1", Some("T"));
        repo.activate("U");
        let head = repo.head();
        repo.write("c1", "changed\n");
        repo.git(&["stash", "-q"]).success();
        repo.git(&["checkout", "-q", "-b", "other"]).success();
        repo.git(&["stash", "pop", "-q"]).success();
        assert_eq!(repo.head(), head);
        repo.git(&["commit", "-q", "-a", "-m", "x"]).success();
        assert_eq!(tasks(repo, "HEAD~2.."), ["T", "U"]);
    });
}

#[test]
fn s41_each_worktree_stamps_its_own_task() {
    on_every_git_with_hooks(|repo| {
        let other = repo.worktree("other");
        repo.activate("A");
        other.activate("B");
        for here in [repo, &other] {
            here.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
        }
        repo.git(&["checkout", "-q", "-b", "switched"]).success();
        repo.git(&["commit", "-q", "--allow-empty", "-m", "y"]).success();
        assert_eq!(repo.task_ids("switched"), ["A"]);
        assert_eq!(repo.task_ids("other"), ["B"]);
        let third = repo.worktree("third");
        third.git(&["commit", "-q", "--allow-empty", "-m", "z"]).success();
        assert_eq!(third.message("HEAD"), b"z\n", "no task is active there");
    });
}
