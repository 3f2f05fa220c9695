//! `<task>@n` wherever git takes a revision: the answers are those of stock git with the commits written out.

use crate::support::{Layout, TestRepo, default_git, on_one_git};

/// Three commits of t-1 with a side branch of t-2 in between, and the ids that stand for their names.
struct Story {
    repo: TestRepo,
    names: Vec<(&'static str, String)>,
}

fn story(repo: TestRepo) -> Story {
    let start = repo.commit_file("a", "0\n", "first");
    for id in ["t-1", "t-2"] {
        repo.agent(&["add", "Work", "--id", id, "-q"]).success();
    }
    repo.agent(&["start", "t-1", "-q"]).success();
    let one = repo.commit_file("a", "1\n", "one\n\nTask-Id: t-1");
    repo.git(&["switch", "-q", "-c", "side"]).success();
    repo.commit_file("dir/b", "1\n", "side\n\nTask-Id: t-2");
    repo.git(&["switch", "-q", "main"]).success();
    let two = repo.commit_file("a", "2\n", "two\n\nTask-Id: t-1");
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge side", "side"]).success();
    let last = repo.commit_file("c", "3\n", "three\n\nTask-Id: t-1");
    repo.commit_file("c", "4\n", "on top");
    let side = repo.git(&["rev-parse", "side"]).text();
    let names = vec![("t-1@start", start), ("t-1@1", one), ("t-1@2", two), ("t-1@last", last), ("t-2@1", side)];
    Story { repo, names }
}

/// Exit code and code of a refusal, for programs.
fn refused(repo: &TestRepo, words: &[&str]) -> (i32, String) {
    let output = repo.run("git-agent").args(words).args(["--json"]).run();
    let answer: serde_json::Value = serde_json::from_slice(&output.raw).expect("JSON");
    (output.code.unwrap(), answer["error"]["code"].as_str().expect("an error").to_owned())
}

impl Story {
    /// `word` as stock git understands it.
    fn stock(&self, word: &str) -> String {
        let word = word.replace("@@", "t-1@");
        self.names.iter().fold(word, |word, (name, id)| word.replace(name, id))
    }
}

#[test]
fn log_walks_what_git_log_walks() {
    on_one_git(|git| {
        let story = story(TestRepo::with_git(git));
        for words in [
            &["t-1@2"][..],
            &["t-1@1..t-1@last"],
            &["t-1@start.."],
            &["t-1@start..", "--reverse"],
            &["HEAD", "^t-1@1"],
            &["^t-1@1", "main"],
            &["t-1@2...t-2@1"],
            &["t-1@last~1^2"],
            &["t-1@2^!"],
            &["--grep", "t-1@2"],
            &["--grep=one", "t-1@last"],
            &["main", "--not", "t-1@2"],
            &["-n1", "t-2@1", "--", "dir"],
            &["t-1@start..t-1@2", "--", "a"],
            &["main@{0}"],
        ] {
            let stock: Vec<String> = match words {
                ["--grep", ..] => words.iter().map(|word| (*word).to_owned()).collect(),
                _ => words.iter().map(|word| story.stock(word)).collect(),
            };
            let expected = story.repo.run("git").args(["log", "--format=%H"]).args(&stock).run().success().lines();
            let found = story.repo.run("git-agent").args(["log", "--json", "--no-events"]).args(words).run().json();
            let found: Vec<String> = found["entries"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["commit"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(found, expected, "{words:?} with {git}");
        }
    });
}

#[test]
fn the_active_task_is_meant_where_none_is_named_and_a_prefix_is_enough() {
    let story = story(TestRepo::new());
    let repo = &story.repo;
    repo.agent(&["add", "Long", "--id", "long-name", "-q"]).success();
    let subjects = |words: &[&str]| -> Vec<String> {
        let log = repo.run("git-agent").args(["log", "--json", "--no-events"]).args(words).run().json();
        log["entries"].as_array().unwrap().iter().map(|entry| entry["subject"].as_str().unwrap().into()).collect()
    };
    assert_eq!(subjects(&["@1..@2"]), ["two"]);
    repo.commit_file("d", "1", "long\n\nTask-Id: long-name");
    assert_eq!(subjects(&["-n1", "long@1"]), ["long"]);
    // A task, and a range of another one.
    assert_eq!(subjects(&["t-2", "t-1@start..t-1@last"]), ["side"]);
    // Events between the commits of a range have their time.
    let log = repo.agent(&["log", "--json", "--events", "t-1@start..t-1@2"]).json();
    let kinds: Vec<&str> =
        log["entries"].as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["commit", "commit"]);
}

#[test]
fn diff_says_what_git_diff_says() {
    on_one_git(|git| {
        let story = story(TestRepo::with_git(git));
        let repo = &story.repo;
        repo.write("a", "dirty\n");
        repo.write("dir/new\n\u{e4}", "x");
        repo.git(&["add", "dir"]).success();
        for words in [
            &["t-1@1", "t-1@last"][..],
            &["t-1@1..t-1@last", "--stat"],
            &["--name-only", "-z", "t-1@start"],
            &["t-1@2...t-2@1"],
            &["--cached", "t-1@last", "--raw"],
            &["-S", "t-1@1", "t-1@1", "t-1@2"],
            &["t-1@1:a", "t-1@2:a"],
            &["t-1@2^", "HEAD", "--", "a"],
            &["t-1@1", "a"],
            &["--exit-code", "t-1@1", "t-1@1"],
            &["--exit-code", "t-1@1", "t-1@2"],
            &["--quiet", "t-1@1", "t-1@2"],
            &[],
        ] {
            let stock: Vec<String> = match words {
                ["-S", value, rest @ ..] => {
                    let rest = rest.iter().map(|word| story.stock(word));
                    ["-S".to_owned(), (*value).to_owned()].into_iter().chain(rest).collect()
                }
                _ => words.iter().map(|word| story.stock(word)).collect(),
            };
            let expected = repo.run("git").args(["diff"]).args(&stock).run();
            let found = repo.run("git-agent").args(["diff"]).args(words).run();
            assert_eq!((found.raw, found.code), (expected.raw, expected.code), "{words:?} with {git}");
        }
        assert_eq!(repo.agent(&["diff", "nothing"]).exits(2).stderr, repo.git(&["diff", "nothing"]).stderr);
    });
}

#[test]
fn diff_for_programs_names_both_sides_and_each_path() {
    let story = story(TestRepo::new());
    let repo = &story.repo;
    let id = |name: &str| story.stock(name);
    let json = |words: &[&str]| repo.run("git-agent").args(["diff", "--json"]).args(words).run().json();
    let answer = json(&["t-1@1", "t-1@last"]);
    assert_eq!((answer["from"].as_str(), answer["to"].as_str()), (Some(&*id("t-1@1")), Some(&*id("t-1@last"))));
    let rows = answer["changes"].as_array().unwrap();
    let row = |at: usize| (rows[at]["status"].as_str().unwrap(), rows[at]["path"].as_str().unwrap());
    assert_eq!(rows.len(), 3);
    assert_eq!([row(0), row(1), row(2)], [("M", "a"), ("A", "c"), ("A", "dir/b")]);
    assert_eq!((&rows[1]["old_mode"], &rows[1]["new_mode"]), (&"000000".into(), &"100644".into()));
    assert_eq!(rows[1]["old_path"], serde_json::Value::Null);
    let sides = |words: &[&str]| {
        let answer = json(words);
        let side = |name: &str| answer[name].as_str().unwrap_or("null").to_owned();
        (side("from"), side("to"))
    };
    assert_eq!(sides(&["t-1@1..t-1@2"]), (id("t-1@1"), id("t-1@2")));
    assert_eq!(sides(&["t-1@2...t-2@1"]), (id("t-1@1"), id("t-2@1")));
    assert_eq!(sides(&["t-2@1...t-1@2"]), (id("t-1@1"), id("t-1@2")));
    assert_eq!(sides(&["t-1@2"]), (id("t-1@2"), "worktree".into()));
    assert_eq!(sides(&["--cached", "t-1@2"]), (id("t-1@2"), "index".into()));
    assert_eq!(sides(&["--cached"]), (repo.head(), "index".into()));
    assert_eq!(sides(&["--merge-base", "t-1@2", "t-2@1"]), (id("t-1@1"), id("t-2@1")));
    assert_eq!(sides(&["--", "a"]), ("index".into(), "worktree".into()));
    // A rename, and a name that is no text.
    repo.git(&["mv", "a", "moved"]).success();
    let odd = std::ffi::OsString::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"odd\xff\n"));
    std::fs::write(repo.path().join(odd), "x").unwrap();
    repo.git(&["add", "-A"]).success();
    let rows = json(&["--cached"])["changes"].clone();
    assert_eq!(
        (&rows[0]["status"], &rows[0]["old_path"], &rows[0]["path"]),
        (&"R".into(), &"a".into(), &"moved".into())
    );
    assert_eq!((&rows[1]["path_hex"], rows[1].get("path")), (&"6f6464ff0a".into(), None));
    for form in ["--stat", "--patch", "--no-patch", "--check"] {
        assert_eq!(refused(repo, &["diff", form, "t-1@1"]), (2, "bad-option".into()), "{form}");
    }
    assert_eq!(refused(repo, &["diff", "nothing"]), (2, "bad-revision".into()));
}

#[test]
fn show_takes_tasks_checkpoints_and_revisions() {
    let story = story(TestRepo::new());
    let repo = &story.repo;
    for word in ["t-1@2", "t-1@2^", "t-1@2:a", "t-1@last~1^2:dir", "HEAD~1", "main", ":c", "HEAD^{tree}"] {
        let expected = repo.git(&["show", "--no-color", &story.stock(word)]).success();
        assert_eq!(repo.agent(&["show", word]).success().raw, expected.raw, "{word}");
    }
    assert!(repo.agent(&["show", "t-1"]).success().stdout.starts_with("task t-1 Work"));
    // The paths of ':./…' are those of the directory.
    assert_eq!(repo.at("dir").agent(&["show", "t-2@1:./b"]).success().stdout, "1\n");
    assert_eq!(refused(repo, &["show", "HEAD"]), (2, "not-a-task".into()));
    insta::assert_snapshot!(repo.agent(&["show", "t-1@2:nothing"]), @r"
    ------- stderr -------
    error: unknown revision 't-1@2:nothing'
    hint: its checkpoint exists, but the rest of the revision does not resolve
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["show", "t-3"]), @r"
    ------- stderr -------
    error: task 't-3' does not exist
    hint: did you mean t-1 or t-2?
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["show", "t-1@x"]), @r"
    ------- stderr -------
    error: 't-1@x' is not a checkpoint: '@' must be followed by a number, 'start', 'last' or 'green', not 'x'
    hint: 'git agent log <task>' shows the checkpoints of a task with their numbers
    [exit code 2]
    ");
}

#[test]
fn what_is_git_s_as_well_is_never_guessed() {
    let story = story(TestRepo::new());
    let repo = &story.repo;
    // No task begins like that: git's.
    repo.git(&["branch", "v@2", "t-1@1"]).exits(128);
    repo.git(&["branch", "v@2", "HEAD~1"]).success();
    assert_eq!(repo.agent(&["diff", "v@2", "--name-only"]).success().stdout, "c\n");
    repo.write("icon@2", "x");
    repo.git(&["add", "icon@2"]).success();
    assert_eq!(repo.agent(&["diff", "--cached", "--name-only", "icon@2"]).success().stdout, "icon@2\n");
    repo.git(&["branch", "t-1@2"]).success();
    insta::assert_snapshot!(repo.agent(&["log", "t-1@2"]), @r"
    ------- stderr -------
    error: 't-1@2' is both checkpoint 2 of task t-1 and a revision
    hint: for the checkpoint: its commit, which 'git agent log --task t-1' shows
    hint: for the revision: write it as 'refs/heads/…' or as a full object id
    [exit code 2]
    ");
    repo.agent(&["log", "refs/heads/t-1@2", "-n1"]).success();
    repo.write("t-1@1", "x");
    insta::assert_snapshot!(repo.agent(&["diff", "t-1@1"]), @r"
    ------- stderr -------
    error: 't-1@1' is both checkpoint 1 of task t-1 and a path
    hint: for the checkpoint: its commit, which 'git agent log --task t-1' shows
    hint: for the path: write it after '--', or as './t-1@1'
    [exit code 2]
    ");
    let expected = repo.git(&["diff", &story.stock("t-1@1"), "--"]).success().raw;
    assert_eq!(repo.agent(&["diff", "t-1@1", "--"]).success().raw, expected, "behind '--' nothing else can be meant");
    insta::assert_snapshot!(repo.agent(&["diff", "t-9@1", "HEAD"]), @r"
    ------- stderr -------
    error: task 't-9' does not exist
    hint: did you mean t-1 or t-2?
    [exit code 2]
    ");
    assert_eq!(refused(repo, &["diff", "t-1@9"]), (1, "no-such-checkpoint".into()));
}

#[test]
fn a_task_that_began_before_all_commits_starts_from_nothing() {
    for layout in [Layout::Plain, Layout::Sha256] {
        let repo = TestRepo::with_layout(default_git(), layout);
        repo.agent(&["add", "Work", "--id", "t-1", "-q"]).success();
        repo.agent(&["start", "t-1", "-q"]).success();
        repo.write("a", "1\n");
        assert_eq!(
            repo.agent(&["log", "@1"]).exits(1).stderr.lines().next(),
            Some("error: t-1@1 does not exist: the current branch has no commits yet")
        );
        assert_eq!(refused(&repo, &["show", "@1"]), (1, "no-such-checkpoint".into()));
        let shown = repo.agent(&["show", "@start"]).success().stdout;
        assert_eq!(shown, "t-1@start is the state before the first commit: the empty tree.\n");
        repo.commit_file("a", "1\n", "one\n\nTask-Id: t-1");
        repo.commit_file("a", "2\n", "two\n\nTask-Id: t-1");
        let empty = repo.git(&["hash-object", "-t", "tree", "/dev/null"]).text();
        let expected = repo.git(&["diff", &empty, "HEAD"]).success().raw;
        for words in [&["diff", "t-1@start", "t-1@last"][..], &["diff", "t-1@start..t-1@2"], &["diff", "t-1@start.."]] {
            assert_eq!(repo.agent(words).success().raw, expected, "{words:?}");
        }
        let json = repo.agent(&["diff", "--json", "t-1@start", "t-1@1"]).json();
        assert_eq!((&json["from"], &json["changes"][0]["status"]), (&serde_json::Value::Null, &"A".into()));
        let count = |word: &str| repo.agent(&["log", "--jsonl", "--no-events", word]).success().lines().len();
        assert_eq!([count("t-1@start.."), count("t-1@start..t-1@1"), count("t-1@start...t-1@2")], [2, 1, 2]);
        assert_eq!(repo.agent(&["log", "--jsonl", "--no-events", "HEAD", "^t-1@start"]).lines().len(), 2);
        for words in
            [["log", "t-1@start"], ["log", "t-1@1..t-1@start"], ["log", "t-1@start~1"], ["diff", "t-1@start...HEAD"]]
        {
            assert_eq!(refused(&repo, &words), (1, "empty-history".into()), "{words:?}");
        }
    }
}
