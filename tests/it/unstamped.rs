//! Commits that should have named a task: `status` tells, `repair` links.

use crate::checkpoint_commit::with_task;
use crate::support::{Layout, TestRepo, gits};

fn unstamped(repo: &TestRepo) -> Vec<String> {
    let answer = repo.agent(&["status", "--json"]).json();
    answer["unstamped"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[test]
fn commits_without_a_task_are_told_of_and_linked() {
    for git in gits() {
        let layouts = [Some(Layout::Plain), git.has_reftable().then_some(Layout::Reftable)];
        for layout in layouts.into_iter().flatten() {
            let repo = with_task(TestRepo::with_layout(git, layout));
            assert_eq!(unstamped(&repo), [""; 0], "what was before the task is not its");
            let one = repo.commit_file("a.txt", "1", "one");
            repo.commit_file("a.txt", "2", "stamped\n\nTask-Id: other");
            let two = repo.commit_file("a.txt", "3", "two");
            assert_eq!(unstamped(&repo), [one.clone(), two.clone()], "{layout:?}");
            let page = repo.agent(&["status"]).success().stdout;
            let line = format!(
                "2 commits made while the task was active do not name it ({}): 'git agent repair' adds missing links",
                &two[..12]
            );
            assert!(page.lines().any(|found| found == line), "{page}");
            assert!(repo.agent(&["repair", "--dry-run"]).success().stdout.contains("Would link"));
            assert_eq!(unstamped(&repo).len(), 2);
            let answer = repo.agent(&["repair", "--json"]).json();
            let link = |commit: &str| serde_json::json!({"commit": commit, "task": "fix", "by": "reflog", "source": null, "compared": true});
            let links = [link(&one), link(&two)];
            assert_eq!(
                answer,
                serde_json::json!({"schema": 1, "dry_run": false, "linked": links, "unlinked": [], "unknown": []})
            );
            assert_eq!(unstamped(&repo), [""; 0]);
            insta::allow_duplicates! {
                insta::assert_snapshot!(repo.agent(&["repair"]), @"Nothing to repair: every commit examined names a task or is linked to one.");
            }
            assert_eq!(repo.head(), two, "the commits stay as they are");
            // They are checkpoints now, to all who count.
            repo.write("a.txt", "4");
            assert_eq!(repo.agent(&["checkpoint", "--json"]).json()["checkpoint"]["number"], 3);
            let log = repo.agent(&["log", "fix", "--jsonl"]).lines();
            let commits = log.iter().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
            let numbers: Vec<_> =
                commits.filter(|line| line["type"] == "commit").map(|line| line["number"].clone()).collect();
            assert_eq!(numbers, [3, 2, 1]);
        }
    }
}

/// A reflog knows seconds only.
#[test]
fn a_commit_just_before_the_start_is_not_the_tasks_and_one_just_after_is() {
    let repo = TestRepo::new();
    let second = "2026-01-02T03:10:00";
    repo.set_env("GIT_AGENT_CLOCK", format!("{second}.500Z"));
    repo.set_env("GIT_COMMITTER_DATE", format!("{second}Z"));
    repo.commit_file("a.txt", "0", "before");
    repo.agent(&["add", "Fix", "--id", "fix"]).success();
    repo.agent(&["start", "fix"]).success();
    assert_eq!(unstamped(&repo), [""; 0]);
    let after = repo.commit_file("a.txt", "1", "after");
    assert_eq!(unstamped(&repo), [after]);
}

#[test]
fn a_clock_that_is_set_back_gives_a_task_no_commits() {
    let repo = TestRepo::new();
    repo.set_env("GIT_COMMITTER_DATE", "2026-01-02T03:10:00Z");
    repo.commit_file("a.txt", "0", "before");
    repo.set_env("GIT_AGENT_CLOCK", "2026-01-02T03:05:00Z");
    repo.agent(&["add", "Fix", "--id", "fix"]).success();
    repo.agent(&["start", "fix"]).success();
    assert_eq!(unstamped(&repo), [""; 0]);
    repo.set_env("GIT_COMMITTER_DATE", "2026-01-02T03:06:00Z");
    let after = repo.commit_file("a.txt", "1", "after");
    assert_eq!(unstamped(&repo), [after]);
}

#[test]
fn what_came_from_elsewhere_or_is_gone_is_not_told_of() {
    let repo = with_task(TestRepo::new());
    repo.sh("git switch -qc side").success();
    repo.deactivate();
    repo.commit_file("side", "1", "of nobody");
    repo.commit_file("side", "2", "of nobody, too");
    repo.sh("git switch -q main").success();
    repo.advance(100);
    repo.agent(&["pause", "fix"]).success();
    repo.agent(&["start", "fix"]).success();
    repo.git(&["cherry-pick", "side~1"]).success();
    repo.git(&["merge", "-q", "--no-edit", "side", "-X", "theirs"]).success();
    assert_eq!(unstamped(&repo), [""; 0]);
    // Made here, but not part of the history any more.
    repo.commit_file("b", "1", "thrown away");
    let gone = unstamped(&repo);
    assert_eq!(gone.len(), 1);
    repo.git(&["reset", "-q", "--hard", "HEAD~"]).success();
    assert_eq!(unstamped(&repo), [""; 0]);
    // Amended: the newest counts.
    repo.commit_file("b", "1", "by hand");
    repo.git(&["commit", "-q", "--amend", "-m", "by hand, again"]).success();
    assert_eq!(unstamped(&repo), [repo.head()]);
    repo.deactivate();
    assert_eq!(unstamped(&repo), [""; 0]);
    repo.agent(&["repair"]).success();
}
