//! `git agent log` takes what `git log` takes; events come between the commits, or stay out of the way.

use serde_json::Value;

use crate::support::{TestRepo, on_one_git};

/// Two branches, some merges, two authors, and tasks in between.
fn repo(repo: TestRepo) -> TestRepo {
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a/one", "1", "first");
    repo.agent(&["add", "Work", "--id", "t-1", "-q"]).success();
    repo.agent(&["start", "t-1", "-q"]).success();
    repo.commit_file("a/two", "2", "second\n\nTask-Id: t-1");
    repo.git(&["tag", "v1"]).success();
    repo.agent(&["decide", "Keep it small", "--why", "it has to be read", "-q"]).success();
    repo.git(&["checkout", "-q", "-b", "side"]).success();
    repo.run("git")
        .args(["commit", "-q", "--allow-empty", "--author", "Bob <bob@example.com>", "-m", "by bob"])
        .run()
        .success();
    repo.commit_file("b/three", "3", "third, needle");
    repo.git(&["checkout", "-q", "main"]).success();
    repo.commit_file("a/one", "4", "fourth\n\nTask-Id: t-1");
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge side", "side"]).success();
    repo.agent(&["complete", "t-1", "--result", "done", "-q"]).success();
    repo.commit_file("a/one", "5", "fifth");
    repo.git(&["branch", "other", "HEAD~1"]).success();
    repo
}

fn entries(repo: &TestRepo, words: &[&str]) -> Vec<Value> {
    repo.run("git-agent").args(["log", "--json"]).args(words).run().json()["entries"].as_array().unwrap().clone()
}

/// What stands in a log: subjects of commits, kinds of events.
fn story(repo: &TestRepo, words: &[&str]) -> Vec<String> {
    let name = |entry: &Value| match entry["type"].as_str() {
        Some("commit") => entry["subject"].as_str().unwrap().to_owned(),
        _ => format!("<{}>", entry["kind"].as_str().unwrap()),
    };
    entries(repo, words).iter().map(name).collect()
}

#[test]
fn an_option_without_its_value_is_refused() {
    let repo = repo(TestRepo::new());
    for words in [&["--grep"][..], &["--stat", "-S"], &["--committer", "--", "a"], &["HEAD", "-L"]] {
        let refused = repo.agent(&[&["log"], words].concat()).exits(2).stderr;
        assert!(refused.contains("requires a value"), "{refused}");
    }
}

#[test]
fn commits_are_those_of_git_log() {
    on_one_git(|git| {
        let repo = repo(TestRepo::with_git(git));
        for words in [
            &[][..],
            &["main"],
            &["v1..main"],
            &["main...side"],
            &["--all"],
            &["--branches=s*"],
            &["main", "--not", "v1"],
            &["main", "^side"],
            &["--no-merges"],
            &["--merges"],
            &["--first-parent"],
            &["--author=bob", "-i"],
            &["--author", "bob"],
            &["--grep=needle"],
            &["--grep", "needle", "--invert-grep"],
            &["-S", "3"],
            &["-G", "^[34]$"],
            &["--", "a"],
            &["main", "--", "a/one", "b"],
            &["--follow", "--", "a/one"],
            &["-L1,1:a/one"],
            &["--since=2026-01-02T03:04:20Z", "--until", "2026-01-02T03:04:26Z"],
            &["--after=2026-01-02T03:04:20Z"],
            &["-3"],
            &["-n", "2", "--skip=1"],
            &["--max-count=4"],
            &["--topo-order"],
            &["--author-date-order"],
            &["--reverse"],
            &["--no-walk", "v1", "side"],
            &["--simplify-by-decoration"],
            &["HEAD~2", "-p", "--stat"],
        ] {
            let stock: Vec<&str> = words.iter().copied().filter(|word| !matches!(*word, "-p" | "--stat")).collect();
            // The ledger is no history of the project, wherever its commits are kept.
            let exclude = ["--exclude=refs/notes/*", "--exclude=refs/agent/*"];
            let exclude = exclude.into_iter().filter(|_| stock.contains(&"--all"));
            let expected =
                repo.run("git").args(["log", "--format=%H%x09%s", "-s"]).args(exclude).args(&stock).run().lines();
            let found: Vec<String> = entries(&repo, &[&["--no-events"], words].concat())
                .iter()
                .map(|entry| format!("{}\t{}", entry["commit"].as_str().unwrap(), entry["subject"].as_str().unwrap()))
                .collect();
            assert_eq!(found, expected, "{words:?} with {git}");
        }
    });
}

#[test]
fn events_come_between_commits_at_their_time() {
    let repo = repo(TestRepo::new());
    let whole = [
        "fifth",
        "<complete>",
        "merge side",
        "fourth",
        "third, needle",
        "by bob",
        "<decide>",
        "second",
        "<start>",
        "<create>",
        "first",
    ];
    assert_eq!(story(&repo, &[]), whole);
    assert_eq!(story(&repo, &["--reverse"]), whole.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(story(&repo, &["-n", "2"]), whole[..2]);
    assert_eq!(story(&repo, &["-3", "--skip", "1"]), whole[1..4]);
    assert_eq!(story(&repo, &["--all", "-2"]), whole[..2]);
    assert_eq!(story(&repo, &["t-1"]), ["<complete>", "fourth", "<decide>", "second", "<start>", "<create>"]);
    assert_eq!(story(&repo, &["t-1", "-n1"]), ["<complete>"]);
    assert_eq!(story(&repo, &["--checkpoints", "-2"]), ["<complete>", "fourth"]);
    let ats: Vec<String> = entries(&repo, &[]).iter().map(|entry| entry["at"].as_str().unwrap().to_owned()).collect();
    assert!(ats.is_sorted_by(|a, b| a >= b), "{ats:#?}");
    let second = |at: usize| format!("{}Z", ats[at].split_once('.').unwrap().0);
    assert_eq!(story(&repo, &["--since", &second(6), &format!("--until={}", second(1))]), whole[1..=6]);
    assert_eq!(
        story(&repo, &["--after", &second(8), "t-1"]),
        ["<complete>", "fourth", "<decide>", "second", "<start>"]
    );
}

#[test]
fn what_events_do_not_have_leaves_them_out_unless_they_are_asked_for() {
    let repo = repo(TestRepo::new());
    assert_eq!(story(&repo, &["v1..side"]), ["third, needle", "by bob"]);
    assert_eq!(story(&repo, &["--", "b"]), ["third, needle"]);
    assert_eq!(story(&repo, &["--author=bob"]), ["by bob"]);
    assert_eq!(story(&repo, &["--no-events", "-2"]), ["fifth", "merge side"]);
    // Those that happened while the commits were made, up to now if the newest one is HEAD.
    assert_eq!(
        story(&repo, &["--events", "v1..main~1"]),
        ["merge side", "fourth", "third, needle", "by bob", "<decide>"][..4]
    );
    assert_eq!(story(&repo, &["--events", "v1~1..main", "--no-merges", "-3"]), ["fifth", "<complete>", "fourth"]);
    assert_eq!(story(&repo, &["--events", "t-1", "main", "--", "a/two"]), ["second"]);
    assert_eq!(story(&repo, &["t-1", "v1"]), ["second"]);
}

#[test]
fn a_line_is_an_object_with_jsonl() {
    let repo = repo(TestRepo::new());
    let lines = repo.agent(&["log", "--jsonl", "-n", "3"]).lines();
    let kinds: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].clone()).collect();
    assert_eq!(kinds, ["commit", "event", "commit"]);
    let decide = entries(&repo, &["t-1"])[2].clone();
    assert_eq!(
        (decide["by"].as_str(), decide["task"].as_str(), decide["text"].as_str(), decide["why"].as_str()),
        (Some("ada@box"), Some("t-1"), Some("Keep it small"), Some("it has to be read"))
    );
}

#[test]
fn long_texts_are_whole_in_events() {
    let repo = TestRepo::new();
    let long = "word ".repeat(2000);
    repo.agent(&["add", "x", "--id", "t-1", "-q"]).success();
    repo.agent(&["fail", "t-1", "--kind", "flaky", "--reason", "r", "-q"]).success();
    repo.agent(&["reopen", "t-1", "-q"]).success();
    repo.agent(&["complete", "t-1", "--result", &long, "-q"]).success();
    let entries = entries(&repo, &["t-1"]);
    assert_eq!(entries[0]["result"].as_str().unwrap(), long.trim_end());
    assert_eq!((entries[2]["kind"].as_str(), entries[2]["failure_kind"].as_str()), (Some("fail"), Some("flaky")));
}

#[test]
fn words_are_tasks_revisions_or_paths_and_never_guessed() {
    let repo = repo(TestRepo::new());
    repo.agent(&["add", "Like a branch", "--id", "side", "-q"]).success();
    repo.agent(&["add", "Like a path", "--id", "a", "-q"]).success();
    repo.agent(&["add", "One", "--id", "twin-1", "-q"]).success();
    repo.agent(&["add", "Two", "--id", "twin-2", "-q"]).success();
    insta::assert_snapshot!(repo.agent(&["log", "side"]), @r"
    ------- stderr -------
    error: 'side' is both task side and a revision
    hint: for the task: git agent log --task side
    hint: for the revision: write it as 'refs/heads/…' or as a full object id
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["log", "a"]), @r"
    ------- stderr -------
    error: 'a' is both task a and a path
    hint: for the task: git agent log --task a
    hint: for the path: git agent log -- 'a'
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["log", "twin"]), @r"
    ------- stderr -------
    error: 'twin' matches 2 tasks: twin-1, twin-2
    hint: use a longer prefix of the id
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["log", "t-2"]), @r"
    ------- stderr -------
    error: 't-2' is not a task, revision or path
    hint: did you mean t-1?
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["log", "nothing..main"]), @r"
    ------- stderr -------
    error: 'git log' failed: ambiguous argument 'nothing..main': unknown revision or path not in the working tree.
    hint: revisions, options and paths are as in 'git log'; paths follow '--'
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["log", "--format=%H"]), @r"
    ------- stderr -------
    error: 'git agent log' does not support '--format=%H'
    hint: it supports the default format, --oneline, --json and --jsonl; for others, use 'git log'
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["log", "--json", "--frobnicate"]), @r#"
    {"schema":1,"error":{"code":"bad-revision","message":"'git log' failed: unrecognized argument: --frobnicate","hints":["revisions, options and paths are as in 'git log'; paths follow '--'"],"retryable":false}}
    [exit code 2]
    "#);
    assert_eq!(story(&repo, &["--task", "side"]), ["<create>"]);
    assert_eq!(story(&repo, &["refs/heads/side", "-1"]), ["third, needle"]);
    assert_eq!(story(&repo, &["--", "a"])[0], "fifth");
    assert_eq!(story(&repo, &["twin-1"]), ["<create>"]);
    assert_eq!(story(&repo, &["t-", "-n1"]), ["<complete>"], "a unique prefix");
    assert_eq!(story(&repo, &["v1"]), ["second", "first"], "no task begins like that");
    assert_eq!(story(&repo.at("a"), &["-1", "--", "one"]), ["fifth"], "paths are those of the directory");
}

/// As in git: what is no option, no revision and there is a path; and `--follow` follows it.
#[test]
fn paths_need_no_dashes_and_can_be_followed() {
    let repo = TestRepo::new();
    repo.commit_file("README.md", "a\nb\nc\n", "one");
    repo.agent(&["add", "A", "--id", "a", "-q"]).success();
    repo.git(&["mv", "README.md", "DOC.md"]).success();
    repo.git(&["commit", "-qm", "two\n\nTask-Id: a"]).success();
    repo.commit_file("other", "1\n", "other\n\nTask-Id: a");
    repo.commit_file("DOC.md", "a\nb\nc\nd\n", "three");
    for words in [
        &["DOC.md"][..],
        &["--follow", "DOC.md"],
        &["--follow", "--", "DOC.md"],
        &["HEAD~1", "DOC.md"],
        &["*.md"],
        &["HEAD", "--", "other"],
        &["DOC.md", "other"],
        &["--reverse", "DOC.md"],
    ] {
        let subjects = repo.git(&[&["log", "--format=%s"][..], words].concat()).success().lines();
        let entries = repo.agent(&[&["log", "--json", "--no-events"][..], words].concat()).json();
        let entries = entries["entries"].as_array().unwrap().iter();
        let ours: Vec<String> = entries.map(|entry| entry["subject"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ours, subjects, "{words:?}");
    }
    let of_task = repo.agent(&["log", "a", "--no-events", "--oneline", "DOC.md"]).success().lines();
    assert_eq!(of_task.len(), 1, "{of_task:?}");
    let gone = repo.agent(&["log", "README.md"]).exits(2);
    assert!(gone.stderr.contains("git agent log -- 'README.md'"), "{gone}");
    let patch = repo.agent(&["log", "-p", "--no-events", "DOC.md", "-n1"]).success().stdout;
    assert!(patch.contains("+d") && !patch.contains("other"), "{patch}");
}
