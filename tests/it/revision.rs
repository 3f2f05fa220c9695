//! `t-1@2`, `@last`, `@start`, `@green`: on every history the commit that stock git finds.

use git_agent::{
    domain::{
        event::{self, Payload},
        revision::Which,
        time::Timestamp,
    },
    git::ObjectId,
    query::revision::{self, Point, Rule},
};

use crate::support::{
    Layout, TestRepo,
    ledger::{Ledger, task_id},
    on_every_git, on_one_git,
};

/// Commit `content` to `file` for `task`; answers the id.
fn commit(repo: &TestRepo, file: &str, content: &str, task: &str) -> String {
    repo.commit_file(file, content, &format!("{file}: {content}\n\nTask-Id: {task}"))
}

/// What `T-1@which` is on HEAD, or the code of the refusal.
fn find(repo: &TestRepo, which: Which) -> Result<Point, &'static str> {
    find_on(repo, which, &repo.head())
}

fn find_on(repo: &TestRepo, which: Which, tip: &str) -> Result<Point, &'static str> {
    let ledger = Ledger::of(repo, "me");
    let view = ledger.view();
    let task = view.task(&task_id("T-1")).unwrap().expect("T-1 is there");
    let tip = ObjectId::from_hex(tip.as_bytes()).unwrap();
    revision::find(&view, &task, which, tip, Timestamp::from_seconds(1_800_000_000)).map_err(|error| error.code().word)
}

fn hex(point: Result<Point, &'static str>) -> String {
    point.expect("found").commit.expect("a commit").to_string()
}

/// A repository with a commit and the started task T-1.
fn started(repo: TestRepo) -> TestRepo {
    repo.commit_file("a", "0", "first");
    repo.agent(&["add", "T-1", "--id", "T-1"]).success();
    repo.agent(&["start", "T-1"]).success();
    repo.deactivate();
    repo
}

#[test]
fn checkpoints_are_numbered_along_the_history_also_those_that_are_linked() {
    on_one_git(|git| {
        let repo = started(TestRepo::with_git(git));
        let one = commit(&repo, "a", "1", "T-1");
        repo.git(&["switch", "-q", "-c", "side"]).success();
        let two = commit(&repo, "b", "1", "T-1");
        repo.git(&["switch", "-q", "main"]).success();
        let unsaid = repo.commit_file("c", "1", "says nothing");
        repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]).success();
        let last = commit(&repo, "a", "2", "T-1");
        commit(&repo, "a", "3", "T-10");
        assert_eq!(hex(find(&repo, Which::Number(1))), one);
        assert_eq!(hex(find(&repo, Which::Number(2))), two);
        assert_eq!(find(&repo, Which::Last).unwrap().number, Some(3));
        assert_eq!(hex(find(&repo, Which::Last)), last);
        for number in [0, 4, usize::MAX] {
            assert_eq!(find(&repo, Which::Number(number)), Err("no-such-checkpoint"));
        }
        let link = event::Link { commit: unsaid.clone(), by: "tree".into() };
        Ledger::of(&repo, "me").write(vec![(task_id("T-1"), Payload::Link(link))]);
        // Where git's own order has it.
        let order = repo.git(&["rev-list", "--topo-order", "--reverse", "HEAD"]).lines();
        let expected: Vec<String> =
            order.into_iter().filter(|commit| [&one, &two, &last, &unsaid].contains(&commit)).collect();
        let found: Vec<String> = (1..=4).map(|number| hex(find(&repo, Which::Number(number)))).collect();
        assert_eq!(found, expected, "{git}");
        // Another history has other numbers.
        assert_eq!(find_on(&repo, Which::Last, &two).unwrap().number, Some(2));
    });
}

#[test]
fn the_start_is_found_by_the_first_rule_that_applies() {
    for layout in [Layout::Plain, Layout::Sha256] {
        let repo = started(TestRepo::with_layout(crate::support::default_git(), layout));
        let base = repo.head();
        let start = |repo: &TestRepo| find(repo, Which::Start).map(|point| (point.rule.unwrap(), point.commit));
        let id = |hex: &str| Some(ObjectId::from_hex(hex.as_bytes()).unwrap());
        assert_eq!(start(&repo), Ok((Rule::Recorded, id(&base))));
        commit(&repo, "b", "1", "T-1");
        assert_eq!(start(&repo), Ok((Rule::Recorded, id(&base))));
        // Rebased onto an amended base.
        repo.git(&["switch", "-q", "-c", "other", &base]).success();
        repo.git(&["commit", "-q", "--amend", "-m", "first, better"]).success();
        let better = repo.head();
        repo.git(&["switch", "-q", "main"]).success();
        repo.git(&["rebase", "-q", "--onto", "other", &base]).success();
        assert_eq!(start(&repo), Ok((Rule::Rewritten, id(&better))));
        // Nothing of the task on this history, and nothing in common with it.
        repo.git(&["switch", "-q", "other"]).success();
        assert_eq!(start(&repo), Err("not-started"));
        // The commit that it began on was amended away: what is left is where the two part.
        let root = repo.head();
        repo.commit_file("c", "1", "to be amended");
        repo.agent(&["add", "T-2", "--id", "T-2"]).success();
        repo.agent(&["start", "T-2"]).success();
        repo.git(&["commit", "-q", "--amend", "-m", "amended"]).success();
        let shown = repo.agent(&["show", "T-2@start", "--json"]).json();
        assert_eq!(shown["checkpoint"]["rule"], "merge-base");
        assert_eq!(shown["checkpoint"]["commit"], root);
    }
}

#[test]
fn a_task_that_began_before_all_commits_or_never() {
    let repo = TestRepo::new();
    repo.agent(&["add", "T-1", "--id", "T-1"]).success();
    repo.agent(&["start", "T-1"]).success();
    repo.deactivate();
    let before = repo.agent(&["show", "T-1@start"]).success();
    let first = commit(&repo, "a", "1", "T-1");
    assert_eq!(
        find(&repo, Which::Start),
        Ok(Point { commit: None, number: None, rule: Some(Rule::Unborn), cut: false })
    );
    insta::assert_snapshot!(repo.agent(&["show", "T-1@start"]), @"T-1@start is the state before the first commit: the empty tree.");
    assert_eq!(before.stdout, repo.agent(&["show", "T-1@start"]).stdout, "the same before the first commit");
    let empty = repo.agent(&["show", "T-1@start", "--json"]).json()["checkpoint"].clone();
    assert_eq!(
        (&empty["commit"], &empty["tree"]),
        (&serde_json::Value::Null, &repo.git(&["hash-object", "-t", "tree", "/dev/null"]).text().into())
    );
    // Never started, but there are commits: what stands before the oldest.
    repo.agent(&["add", "T-2", "--id", "T-2"]).success();
    insta::assert_snapshot!(repo.agent(&["show", "T-2@start"]), @r"
    ------- stderr -------
    error: cannot determine where T-2 began: it was never started
    nothing was changed
    hint: 'git agent show T-2' shows what is known about it
    [exit code 1]
    ");
    commit(&repo, "b", "1", "T-2");
    let shown = repo.agent(&["show", "T-2@start", "--json"]).json()["checkpoint"].clone();
    assert_eq!((&shown["rule"], &shown["commit"]), (&"rewritten".into(), &first.into()));
}

#[test]
fn a_shallow_clone_says_that_the_start_is_out_of_reach() {
    let repo = started(TestRepo::new());
    commit(&repo, "b", "1", "T-1");
    let source = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth=1", &source, "../shallow"]).success();
    let shallow = repo.at(repo.tmp().join("shallow"));
    shallow.git(&["fetch", "-q", "origin", "refs/notes/agent-tasks:refs/notes/agent-tasks"]).success();
    assert_eq!(find(&shallow, Which::Start), Err("shallow-history"));
    assert_eq!(hex(find(&shallow, Which::Last)), repo.head());
    shallow.git(&["fetch", "-q", "--unshallow"]).success();
    assert_eq!(find(&shallow, Which::Start).unwrap().rule, Some(Rule::Recorded));
}

#[test]
fn green_is_the_newest_that_the_task_itself_was_verified_with() {
    let repo = started(TestRepo::new());
    let verify = |task: &str, command: &str| drop(repo.agent(&["verify", task, "--", command]));
    repo.agent(&["add", "T-2", "--id", "T-2"]).success();
    let mut commits = Vec::new();
    for at in 1..=4 {
        commits.push(commit(&repo, "a", &at.to_string(), "T-1"));
        match at {
            1 => verify("T-1", "true"),
            2 => {
                // What another task was verified with counts neither for nor against this one.
                verify("T-1", "true");
                verify("T-2", "false");
            }
            3 => verify("T-2", "true"),
            _ => {
                // Its own last word counts.
                verify("T-1", "true");
                verify("T-1", "false");
            }
        }
    }
    assert_eq!(hex(find(&repo, Which::Green)), commits[1]);
    assert_eq!(find(&repo, Which::Green).unwrap().number, Some(2));
    // Evidence belongs to the content: an amended message keeps it.
    repo.git(&["commit", "-q", "--amend", "-m", "again\n\nTask-Id: T-1"]).success();
    verify("T-1", "true");
    assert_eq!(hex(find(&repo, Which::Green)), repo.head());
}

#[test]
fn refusals_list_what_there_is() {
    let repo = started(TestRepo::new());
    // What was never started has no start.
    repo.agent(&["add", "never started", "--id", "T-9", "-q"]).success();
    insta::assert_snapshot!(repo.agent(&["show", "T-9@1"]), @r"
    ------- stderr -------
    error: T-9@1 does not exist: T-9 has no checkpoint on this history
    nothing was changed
    hint: 'git agent start T-9' starts it
    [exit code 1]
    ");
    let none = repo.agent(&["rollback", "T-9", "--to", "2000-01-01"]).exits(2).stderr;
    assert!(none.contains("T-9 has no snapshot or checkpoint") && !none.contains("@start"), "{none}");
    repo.agent(&["complete", "T-9", "-q"]).success();
    let ended = repo.agent(&["show", "T-9@1"]).exits(1).stderr;
    assert!(ended.contains("hint: 'git agent show T-9' shows what is known about it\n"), "{ended}");
    let none = repo.agent(&["show", "T-1@last"]);
    insta::assert_snapshot!(none, @r"
    ------- stderr -------
    error: T-1@last does not exist: T-1 has no checkpoint on this history
    nothing was changed
    hint: T-1@start is the state before it was started
    hint: 'git agent checkpoint' makes a checkpoint of the active task
    [exit code 1]
    ");
    for at in 1..=12 {
        commit(&repo, "a", &at.to_string(), "T-1");
    }
    let said = repo.agent(&["show", "T-1@13"]).exits(1).stderr;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "error: T-1@13 does not exist: T-1 has 12 checkpoints on this history");
    let short = &repo.head()[..12];
    assert!(lines[2].starts_with(&format!("hint: T-1@12 is {short}, ")) && lines[2].ends_with("ago: a: 12"), "{said}");
    assert_eq!((lines.len(), lines[12]), (13, "hint: … and 2 more: 'git agent log T-1'"));
    for words in [&["show"][..], &["rollback"], &["diff"]] {
        let said = repo.agent(&[words, &["T-1@99999999999999999999"]].concat()).exits(1).stderr;
        assert!(said.starts_with("error: T-1@… does not exist: T-1 has 12 checkpoints on this history\n"), "{said}");
    }
    let said = repo.agent(&["show", "T-1@green"]).exits(1).stderr;
    assert!(said.contains("no checkpoint of T-1 passed a verification"), "{said}");
    insta::assert_snapshot!(repo.agent(&["show", "T-1@first"]), @r"
    ------- stderr -------
    error: 'T-1@first' is not a checkpoint: '@' must be followed by a number, 'start', 'last' or 'green', not 'first'
    hint: 'git agent log <task>' shows the checkpoints of a task with their numbers
    [exit code 2]
    ");
    repo.agent(&["show", "T-3@1"]).exits(2);
    repo.agent(&["show", ""]).exits(2);
}

#[test]
fn show_shows_the_commit_as_git_does() {
    on_one_git(|git| {
        let repo = started(TestRepo::with_git(git));
        let one = commit(&repo, "a", "1", "T-1");
        commit(&repo, "sub/b", "2", "T-1");
        for dir in [".", "sub"] {
            let shown = repo.at(dir).agent(&["show", "T-1@1"]).success().raw;
            assert_eq!(shown, repo.git(&["show", &one]).success().raw);
        }
        repo.activate("T-1");
        assert_eq!(repo.agent(&["show", "@1"]).success().raw, repo.git(&["show", &one]).success().raw);
        let answer = repo.agent(&["show", "T@last", "--json"]).json();
        assert_eq!(answer["task"]["id"], "T-1");
        let point = &answer["checkpoint"];
        assert_eq!((&point["number"], &point["commit"]), (&2.into(), &repo.head().into()));
        assert_eq!((&point["subject"], &point["paths"][0]), (&"sub/b: 2".into(), &"sub/b".into()));
        assert_eq!(repo.agent(&["show", "T-1", "--json"]).json()["checkpoint"], serde_json::Value::Null);
    });
}

#[test]
fn numbers_are_those_of_log() {
    on_every_git(|git| {
        let layout = if git.has_reftable() { Layout::Reftable } else { Layout::Plain };
        let repo = started(TestRepo::with_layout(git, layout));
        for at in 0..5 {
            commit(&repo, "b", &at.to_string(), if at == 2 { "T-2" } else { "T-1" });
        }
        let log = repo.agent(&["log", "T-1", "--json"]).json();
        for entry in log["entries"].as_array().unwrap().iter().filter(|entry| entry["type"] == "commit") {
            let number = usize::try_from(entry["number"].as_u64().unwrap()).unwrap();
            assert_eq!(hex(find(&repo, Which::Number(number))), entry["commit"].as_str().unwrap());
        }
        let ledger = Ledger::of(&repo, "me");
        let task = ledger.view().task(&task_id("T-1")).unwrap().unwrap();
        let tip = ObjectId::from_hex(repo.head().as_bytes()).ok();
        assert_eq!(revision::count(&ledger.view(), tip, &task).unwrap(), 4);
        assert_eq!(revision::count(&ledger.view(), None, &task).unwrap(), 0);
    });
}
