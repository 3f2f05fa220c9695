//! The log wherever a repository may be: unborn, detached, bare, other formats, shallow, without notes.

use crate::support::{Layout, TestRepo, on_every_git};

fn subjects(repo: &TestRepo, words: &[&str]) -> Vec<String> {
    let answer = repo.run("git-agent").args(["log", "--json"]).args(words).run().json();
    let entries = answer["entries"].as_array().unwrap();
    let name = |entry: &serde_json::Value| entry["subject"].as_str().or(entry["kind"].as_str()).unwrap().to_owned();
    entries.iter().map(name).collect()
}

#[test]
fn every_layout() {
    on_every_git(|git| {
        for layout in [Layout::Plain, Layout::Sha256, Layout::Reftable] {
            if layout == Layout::Reftable && !git.has_reftable() {
                continue;
            }
            let repo = TestRepo::with_layout(git, layout);
            assert_eq!(subjects(&repo, &[]), [""; 0], "{layout:?}");
            insta::allow_duplicates! {
                insta::assert_snapshot!(repo.agent(&["log"]), @r"
                ------- stderr -------
                No matching entries.
                ");
            }
            repo.agent(&["add", "A task", "--id", "t-1", "-q"]).success();
            assert_eq!(subjects(&repo, &[]), ["create"], "an unborn branch has a story, too");
            assert_eq!(subjects(&repo, &["t-1"]), ["create"]);
            assert_eq!(subjects(&repo, &["--all"]), ["create"]);
            repo.commit_file("a", "1", "one\n\nTask-Id: t-1");
            repo.commit_file("a", "2", "two\n\nTask-Id: t-1");
            assert_eq!(subjects(&repo, &[]), ["two", "one", "create"], "{layout:?}");
            assert_eq!(subjects(&repo, &["--all"]), ["two", "one", "create"], "the ledger itself is left out");
            assert!(repo.agent(&["log", "--graph"]).success().stdout.contains("| Task:   t-1 A task"));
            repo.git(&["checkout", "-q", "--detach", "HEAD~1"]).success();
            assert_eq!(subjects(&repo, &["t-1"]), ["one", "create"]);
            assert_eq!(subjects(&repo.worktree("linked"), &["t-1"]), ["one", "create"]);
        }
    });
}

#[test]
fn a_bare_repository() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1", "one\n\nTask-Id: t-1");
    repo.agent(&["add", "A task", "--id", "t-1", "-q"]).success();
    repo.git(&["clone", "-q", "--mirror", ".", "../bare.git"]).success();
    assert_eq!(subjects(&repo.at("../bare.git"), &[]), ["create", "one"]);
    assert_eq!(subjects(&repo.at("../bare.git"), &["t-1", "main", "--", "a"]), ["one"]);
}

#[test]
fn a_clone_without_the_notes_knows_the_trailers_and_says_what_is_missing() {
    let repo = TestRepo::new();
    repo.agent(&["add", "A task", "--id", "t-1", "-q"]).success();
    repo.commit_file("a", "1", "one\n\nTask-Id: t-1");
    repo.commit_file("a", "2", "two");
    let clone = repo.clone_to("clone");
    insta::assert_snapshot!(clone.agent(&["log", "--oneline"]), @r"
    a0e56a5   two (3 seconds ago)
    f31b32f   t-1 one (6 seconds ago)
    ------- stderr -------
    warning: the commits name tasks, but this clone does not have their notes; 'git agent init' fetches them now and with every fetch, 'git agent sync' only once
    ");
    insta::assert_snapshot!(clone.agent(&["log", "t-1", "--oneline"]), @r"
    f31b32f   t-1@1 one (7 seconds ago)
    ------- stderr -------
    warning: the commits name tasks, but this clone does not have their notes; 'git agent init' fetches them now and with every fetch, 'git agent sync' only once
    ");
    insta::assert_snapshot!(clone.agent(&["log", "t-2"]), @r"
    ------- stderr -------
    warning: the commits name tasks, but this clone does not have their notes; 'git agent init' fetches them now and with every fetch, 'git agent sync' only once
    error: 't-2' is not a task, revision or path
    hint: this ledger has no tasks yet: 'git agent add <title>' creates one
    hint: in a fresh clone, fetch the tasks with 'git agent init'
    [exit code 2]
    ");
    assert_eq!(subjects(&clone, &["t-1"]), ["one"]);
    let quiet = clone.agent(&["log", "--checkpoints", "--json"]).success();
    assert!(quiet.stderr.starts_with("warning: "), "{quiet}");
}

#[test]
fn a_shallow_clone_says_that_there_may_be_more() {
    let repo = TestRepo::new();
    for n in 0..6 {
        repo.commit_file("a", &n.to_string(), &format!("commit {n}\n\nTask-Id: t-{}", n % 2));
    }
    let url = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth", "3", &url, "../shallow"]).success();
    let shallow = repo.at("../shallow");
    let lower = |words: &[&str]| {
        let answer = shallow.run("git-agent").args(["log", "--json"]).args(words).run().json();
        (answer["entries"].as_array().unwrap().len(), answer["lower_bound"].as_bool().unwrap())
    };
    assert_eq!(lower(&[]), (3, true));
    assert_eq!(lower(&["-n", "2"]), (2, false));
    assert_eq!(lower(&["t-1"]), (2, true));
    assert_eq!(lower(&["t-0"]), (1, true));
    assert_eq!(lower(&["--grep=commit 5"]), (1, true));
    insta::assert_snapshot!(shallow.agent(&["log", "t-0", "--oneline"]), @r"
    25ceeed   t-0@1 commit 4 (11 seconds ago)
    ------- stderr -------
    warning: the commits name tasks, but this clone does not have their notes; 'git agent init' fetches them now and with every fetch, 'git agent sync' only once
    warning: this clone is shallow: older commits may be missing; to fetch them: git fetch --unshallow
    ");
    let full = repo.run("git-agent").args(["log", "--json"]).run().json();
    assert_eq!(full["lower_bound"], false);
}

#[test]
fn settings_of_gits_log_do_not_disturb() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1", "one\n\nTask-Id: t-1");
    for (key, value) in [
        ("log.showSignature", "true"),
        ("format.pretty", "fuller"),
        ("log.decorate", "full"),
        ("log.abbrevCommit", "true"),
        ("log.diffMerges", "on"),
        ("color.ui", "always"),
        ("notes.displayRef", "refs/notes/*"),
        ("diff.external", "false"),
        ("i18n.logOutputEncoding", "ISO-8859-1"),
    ] {
        repo.git(&["config", key, value]).success();
    }
    assert_eq!(subjects(&repo, &[]), ["one"]);
    assert_eq!(subjects(&repo, &["t-1"]), ["one"]);
    assert!(repo.agent(&["log", "--graph", "--color=never"]).text().starts_with("* commit "));
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    let repo = TestRepo::new();
    let script = "i=0; while [ $i -lt 400 ]; do i=$((i+1)); printf 'commit refs/heads/main\ncommitter a <a@b> %d +0000\ndata 700\n%0700d\n' $i $i; done | git fast-import --quiet";
    repo.sh(script).success();
    let output = repo
        .sh("(git-agent log || echo failed >&2) | head -n 1; (git-agent log --json || echo failed >&2) | head -c 5");
    assert_eq!((output.stderr.as_str(), output.code), ("", Some(0)), "{output}");
}
