//! The ledger in unusual places: what works, and what is said where it cannot.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::{Layout, Output, Run, TestRepo, default_git, found, is_missing, on_every_git, on_gits_with};

/// A repository whose actor is always the same.
fn with_actor(repo: TestRepo) -> TestRepo {
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo
}

/// The main way: add, start, next, list, show, complete.
fn the_whole_way(repo: &TestRepo) {
    repo.agent(&["add", "--id", "t-1", "First"]).success();
    repo.agent(&["add", "--id", "t-2", "Second", "--after", "t-1"]).success();
    repo.agent(&["start", "t-1"]).success();
    assert_eq!(repo.agent(&["status", "--json"]).json()["active"][0], "t-1");
    assert_eq!(repo.agent(&["next", "--json"]).json()["reason"], "yours");
    repo.agent(&["complete", "--result", "done"]).success();
    assert_eq!(repo.agent(&["next", "--json"]).json()["task"]["id"], "t-2");
    assert_eq!(repo.agent(&["list", "--all", "--json"]).json()["tasks"].as_array().unwrap().len(), 2);
    assert_eq!(repo.agent(&["show", "t-1", "--json"]).json()["task"]["status"], "completed");
    let doctor = repo.agent(&["doctor", "--verify", "--json"]).json();
    let bad: Vec<_> = doctor["checks"].as_array().unwrap().iter().filter(|check| check["level"] == "error").collect();
    assert!(bad.is_empty(), "{bad:?}");
    repo.fsck();
}

#[test]
fn every_layout_unborn_and_with_commits_on_every_git() {
    on_every_git(|git| {
        for layout in [Layout::Plain, Layout::Bare, Layout::Sha256, Layout::Reftable] {
            if layout == Layout::Reftable && !git.has_reftable() {
                continue;
            }
            eprintln!("{layout:?}");
            let repo = with_actor(TestRepo::with_layout(git, layout));
            the_whole_way(&repo);
            let base = &repo.agent(&["show", "t-1", "--json"]).json()["task"]["base"];
            assert!(base["commit"].is_null(), "HEAD was unborn: {base}");
        }
    });
}

#[test]
fn detached_shallow_and_in_a_linked_worktree() {
    let repo = with_actor(TestRepo::new());
    repo.commit_file("a", "one\n", "first");
    repo.commit_file("a", "two\n", "second");
    let shallow = repo.at("../shallow");
    let url = format!("file://{}", repo.path().display());
    repo.run("git").args(["clone", "-q", "--depth=1", &url]).args([shallow.path()]).run().success();
    the_whole_way(&shallow);
    let side = repo.worktree("side");
    side.git(&["checkout", "-q", "--detach"]).success();
    the_whole_way(&side);
    let base = &side.agent(&["show", "t-1", "--json"]).json()["task"]["base"];
    assert_eq!((base["commit"].as_str(), base["branch"].is_null()), (Some(&*side.head()), true));
    // The tasks are everybody's, the active one is the worktree's.
    side.agent(&["start", "t-2"]).success();
    assert_eq!(repo.agent(&["status", "--json"]).json()["active"].as_array().unwrap().len(), 0);
    assert_eq!(repo.agent(&["show", "t-2", "--json"]).json()["task"]["status"], "in_progress");
}

/// A whole gc goes by between the last look at our objects and git's own look at them.
#[test]
fn objects_that_a_gc_takes_just_before_the_ref_moves_are_written_again() {
    on_gits_with("git-2.45", |git| {
        let repo = with_actor(TestRepo::with_layout(git, Layout::Reftable));
        repo.agent(&["add", "--id", "t-1", "First"]).success();
        let wrapper = repo.at("../bin");
        let real = git.path.display();
        std::fs::remove_file(wrapper.path().join("git")).unwrap();
        wrapper.write_script(
            "git",
            &format!(
                "#!/bin/sh\ncase \" $* \" in *' update-ref '*) [ -e \"$TMPDIR/gone\" ] || {{ : >\"$TMPDIR/gone\"; \
                 '{real}' prune --expire=now; }};; esac\nexec '{real}' \"$@\"\n"
            ),
        );
        repo.agent(&["note", "still here", "--task", "t-1"]).success();
        assert!(repo.tmp().join("gone").exists(), "the race was run");
        assert_eq!(repo.agent(&["show", "t-1", "--json"]).json()["task"]["notes"][0]["text"], "still here");
        repo.fsck();
    });
}

#[test]
fn a_ledger_that_was_fetched_without_its_history_gets_its_anchors_back() {
    let repo = with_actor(TestRepo::new());
    for at in 0..5 {
        repo.agent(&["add", "--id", &format!("t-{at}"), "Task"]).success();
    }
    let other = with_actor(repo.at("../other"));
    repo.run("git").args(["init", "-q"]).args([other.path()]).run().success();
    let url = format!("file://{}", repo.path().display());
    other.git(&["fetch", "-q", "--depth=1", &url, "+refs/notes/*:refs/notes/*"]).success();
    let doctor = other.agent(&["doctor", "--json"]).json();
    let anchors = doctor["checks"].as_array().unwrap().iter().find(|check| check["name"] == "anchors").unwrap();
    assert_eq!(anchors["message"], "the anchors of 4 tasks were missing (t-0, t-1, t-2, t-3) and have been recreated");
    other.git(&["reflog", "expire", "--expire=now", "--all"]).success();
    other.git(&["gc", "-q", "--prune=now"]).success();
    other.git(&["notes", "--ref=agent-tasks", "prune"]).success();
    assert_eq!(other.agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(), 5);
    other.agent(&["note", "goes on", "--task", "t-2"]).success();
    other.fsck();
}

#[test]
fn without_an_identity_tasks_work_all_the_same() {
    let repo = TestRepo::new();
    std::fs::write(repo.tmp().join("home/.gitconfig"), "[user]\n\tuseConfigOnly = true\n").unwrap();
    the_whole_way(&repo);
    let author = repo.git(&["log", "-1", "--format=%an <%ae>", "refs/notes/agent-tasks"]).text();
    assert_eq!(author, "git-agent <git-agent@localhost>");
    let doctor = repo.agent(&["doctor"]).success().stdout;
    assert!(doctor.contains("! identity: git has no committer identity"), "{doctor}");
}

/// `git-agent` as somebody to whom permissions apply, even if the tests run as root; `None` where that cannot be had.
#[track_caller]
fn mortal(repo: &TestRepo) -> Option<Run> {
    let is_root = repo.run("id").args(["-u"]).run().text() == "0";
    if !is_root {
        return Some(repo.run("git-agent"));
    }
    let caps = ["--bounding-set=-dac_override,-dac_read_search", "git-agent"];
    let works = Path::new("/usr/bin/setpriv").exists();
    found("setpriv", works.then(|| repo.run("/usr/bin/setpriv").args(caps)))
}

/// Change the mode of a directory and all directories in it.
fn chmod(dir: &Path, mode: u32) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            chmod(&path, mode);
        }
    }
    std::fs::set_permissions(dir, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_read_only_git_directory_can_be_read() {
    let repo = with_actor(TestRepo::new());
    repo.commit_file("a", "one\n", "first");
    repo.agent(&["add", "--id", "t-1", "First"]).success();
    let Some(_) = mortal(&repo) else { return };
    let agent = |args: &[&str]| -> Output { mortal(&repo).expect("a mortal").args(args).run() };
    let git = repo.path().join(".git");
    chmod(&git, 0o555);
    insta::assert_snapshot!(agent(&["list"]), @r"○ t-1 First");
    insta::assert_snapshot!(agent(&["next"]), @r"
    t-1 First
    ------- stderr -------
    hint: to start it: git agent start t-1; for details: git agent show t-1
    ");
    agent(&["show", "t-1"]).success();
    let refused = agent(&["start", "t-1"]).exits(5);
    assert!(refused.stderr.starts_with("error: cannot write "), "{refused}");
    assert!(refused.stderr.contains("Permission denied"), "{refused}");
    assert!(
        refused
            .stderr
            .ends_with("hint: the git directory must be writable and have free disk space; nothing was recorded\n")
    );
    agent(&["add", "Another"]).exits(5);
    agent(&["complete", "t-1"]).exits(5);
    agent(&["doctor"]).success();
    chmod(&git, 0o755);
    // Nothing but the agent's own directory is writable: objects are not.
    std::fs::create_dir_all(git.join("agent")).unwrap();
    chmod(&git.join("objects"), 0o555);
    let refused = agent(&["add", "Another"]).exits(5);
    assert!(refused.stderr.contains("hint: the git directory must be writable"), "{refused}");
    chmod(&git, 0o755);
    assert_eq!(agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(), 1);
    agent(&["start", "t-1"]).success();
}

#[test]
fn somebody_elses_repository_needs_safe_directory() {
    let repo = with_actor(TestRepo::with_layout(default_git(), Layout::Plain));
    repo.agent(&["add", "--id", "t-1", "First"]).success();
    repo.git(&["config", "agent.idPrefix", "zz-"]).success();
    let chown = repo.run("chown").args(["-R", "65534"]).args([repo.path()]).run();
    if is_missing("root", chown.code == Some(0)) {
        return;
    }
    let refused = repo.agent(&["list"]).exits(5);
    assert!(refused.stderr.contains("detected dubious ownership"), "{refused}");
    assert!(refused.stderr.contains("safe.directory"), "{refused}");
    repo.git(&["config", "--global", "safe.directory", &repo.path().display().to_string()]).success();
    assert_eq!(repo.agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(), 1);
    let added = repo.agent(&["add", "Second"]).success();
    assert!(added.stdout.starts_with("zz-"), "the settings of the repository count: {added}");
}

#[test]
fn outside_of_a_repository_it_says_so() {
    let repo = TestRepo::without_repository(default_git());
    insta::assert_snapshot!(repo.agent(&["list"]), @r#"
    ------- stderr -------
    error: not a git repository (or any of the parent directories): .git
    hint: change to a repository, or create one with 'git init'
    [exit code 5]
    "#);
}
