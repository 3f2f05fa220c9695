//! The life of tasks on the command line: wording, exit codes, refusals.

use crate::support::TestRepo;

/// A repository with a commit, and a fixed actor.
fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a.txt", "one\n", "first");
    repo
}

/// `git notes show` of a task's note, as a person without git-agent reads it.
fn note(repo: &TestRepo, id: &str) -> Vec<String> {
    let key = repo.run("git").args(["hash-object", "--stdin"]).stdin(format!("0 task {id}\n")).run().text();
    repo.git(&["notes", "--ref=agent-tasks", "show", &key]).lines()
}

/// The words of `--json` refusals.
fn code(repo: &TestRepo, args: &[&str]) -> (i32, String) {
    let output = repo.run("git-agent").args(["--json"]).args(args).run();
    let answer: serde_json::Value =
        serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("no JSON:\n{output}"));
    (output.code.unwrap(), answer["error"]["code"].as_str().unwrap_or("none").to_owned())
}

#[test]
fn a_task_from_add_to_complete() {
    let repo = repo();
    insta::assert_snapshot!(repo.agent(&["add", "Fix login", "--id", "login"]), @r"
    login
    ------- stderr -------
    Added login: Fix login.
    ");
    insta::assert_snapshot!(repo.agent(&["start", "log"]), @r"
    Started login (Fix login).
    ------- stderr -------
    hint: to release it: git agent pause login
    ");
    insta::assert_snapshot!(repo.agent(&["start", "login"]), @"login (Fix login) is already in progress; it is the active task.");
    insta::assert_snapshot!(repo.agent(&["decide", "Use a form", "--why", "no scripts"]), @"Recorded a decision on login (Fix login).");
    insta::assert_snapshot!(repo.agent(&["complete", "--result", "done"]), @r"
    Completed login (Fix login).
    ------- stderr -------
    hint: to reopen it: git agent reopen login
    ");
    insta::assert_snapshot!(repo.agent(&["complete", "login", "--result", "done"]), @"login (Fix login) is already completed with the same result.");
    insta::assert_snapshot!(repo.agent(&["complete", "login", "--result", "else"]), @r"
    ------- stderr -------
    error: cannot complete login: it is completed
    nothing was changed
    hint: to reopen it: git agent reopen login
    [exit code 1]
    ");
    let kinds: Vec<String> =
        note(&repo, "login").iter().skip(1).map(|line| line.split(' ').nth(4).unwrap().to_owned()).collect();
    assert_eq!(kinds, ["create", "start", "decide", "complete"]);
    repo.fsck();
}

#[test]
fn cancelling_again_says_that_the_reason_is_not_recorded() {
    let repo = repo();
    repo.agent(&["add", "Old form", "--id", "old", "-q"]).success();
    repo.agent(&["cancel", "old", "--reason", "replaced"]).success();
    assert_eq!(repo.agent(&["cancel", "old"]).text(), "old (Old form) is already cancelled.");
    let again = repo.agent(&["cancel", "old", "--reason", "too old"]).text();
    assert_eq!(again, "old (Old form) is already cancelled; the reason was not recorded.");
    assert_eq!(note(&repo, "old").iter().filter(|line| line.contains(" cancel")).count(), 1);
}

#[test]
fn releasing_an_unclaimed_task_says_that_the_reason_is_not_recorded() {
    let repo = repo();
    repo.agent(&["add", "Form", "--id", "form", "-q"]).success();
    let release = |reason: &[&str]| repo.agent(&[&["claim", "form", "--release"], reason].concat()).text();
    assert_eq!(release(&[]), "form (Form) is not claimed.");
    assert_eq!(release(&["--reason", "too old"]), "form (Form) is not claimed; the reason was not recorded.");
}

#[test]
fn a_task_that_two_processes_complete_at_once_is_no_error() {
    let repo = repo();
    for round in 0..8 {
        let id = format!("t{round}");
        repo.agent(&["add", "Work", "--id", &id, "-q"]).success();
        repo.agent(&["start", &id, "-q"]).success();
        let both = std::thread::scope(|scope| {
            let complete = || {
                let command = repo.run("git-agent").args(["complete", &id]);
                scope.spawn(move || command.run())
            };
            [complete(), complete()].map(|one| one.join().unwrap())
        });
        assert!(both.iter().all(|output| output.code == Some(0)), "{}\n{}", both[0], both[1]);
        assert_eq!(repo.agent(&["status", "--json"]).json()["active"], serde_json::json!([]));
    }
}

#[test]
fn a_failed_attempt_is_told_to_the_next_one() {
    let repo = repo();
    repo.agent(&["add", "Build it", "--id", "build"]).success();
    repo.agent(&["start", "build"]).success();
    insta::assert_snapshot!(repo.agent(&["fail", "--reason", "no compiler", "--kind", "environment"]), @r"
    Attempt 1 of build (Build it) failed.
    ------- stderr -------
    hint: 'git agent start build' starts attempt 2
    ");
    let second = repo.agent(&["start", "build"]);
    assert!(second.stdout.contains("attempt 2"), "{second}");
    assert!(second.stdout.contains("Failed earlier: attempt 1 > [environment] no compiler\n"), "{second}");
    repo.agent(&["complete"]).success();
    let task = repo.agent(&["show", "build", "--json"]).json()["task"].clone();
    assert_eq!(task["attempts"], 2);
    assert_eq!(task["failures"][0]["kind"], "environment");
    assert_eq!(task["failure"], serde_json::Value::Null);
}

#[test]
fn every_illegal_move_is_refused_and_changes_nothing() {
    let repo = repo();
    let states = [
        ("pending", vec![]),
        ("in_progress", vec!["start"]),
        ("completed", vec!["complete"]),
        ("failed", vec!["fail"]),
        ("cancelled", vec!["cancel"]),
    ];
    let verbs: [(&str, &[&str]); 6] = [
        ("start", &[]),
        ("pause", &[]),
        ("complete", &["--result", "again"]),
        ("fail", &["--reason", "again"]),
        ("cancel", &[]),
        ("reopen", &[]),
    ];
    // '.': legal, 'x': refused, '=': a success that changes nothing.
    let expected = [".x...x", "=....x", "xxxxx.", ".xxx..", "xxxx=."];
    for ((state, way), row) in states.iter().zip(expected) {
        for ((verb, more), cell) in verbs.iter().zip(row.chars()) {
            let id = format!("{state}-{verb}");
            repo.agent(&["add", "x", "--id", &id]).success();
            for step in way {
                let reason: &[&str] = if *step == "fail" { &["--reason", "r"] } else { &[] };
                repo.run("git-agent").args([step, id.as_str()]).args(reason).run().success();
            }
            let before = repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text();
            let output = repo.run("git-agent").args([verb, id.as_str()]).args(*more).run();
            let after = repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text();
            match cell {
                '.' => assert!(output.code == Some(0) && before != after, "{id}: {output}"),
                '=' => assert!(output.code == Some(0) && before == after, "{id}: {output}"),
                _ => {
                    assert!(output.code == Some(1) && before == after, "{id}: {output}");
                    assert!(output.stderr.contains("nothing was changed"), "{id}: {output}");
                    assert!(output.stderr.contains("hint: "), "{id}: {output}");
                }
            }
        }
    }
}

#[test]
fn next_is_the_most_urgent_then_unblocks_most_then_the_oldest() {
    let repo = repo();
    for args in [
        &["add", "old", "--id", "old"][..],
        &["add", "key", "--id", "key"],
        &["add", "urgent", "--id", "urgent", "--priority", "0"],
        &["add", "x", "--id", "x", "--after", "key"],
        &["add", "y", "--id", "y", "--after", "key"],
    ] {
        repo.agent(args).success();
    }
    for expected in ["urgent", "key", "old"] {
        let other = repo.run("git-agent").args(["next", "--json"]).env("GIT_AGENT_ACTOR", "bob@box").run().json();
        assert_eq!(other["task"]["id"], expected);
        repo.agent(&["next", "--claim"]).success();
    }
    assert_eq!(repo.agent(&["next", "--json"]).json()["reason"], "yours");
    let answer = repo.run("git-agent").args(["next", "--json"]).env("GIT_AGENT_ACTOR", "bob@box").run().json();
    assert_eq!((answer["task"].clone(), answer["reason"].clone()), (serde_json::Value::Null, "all-claimed".into()));
    let explained = repo.agent(&["ready", "--explain"]).success().stdout;
    assert!(explained.contains("◌ x      x\n    waits for key, which is pending\n"), "{explained}");
}

#[test]
fn complete_and_next_are_one_ledger_commit() {
    let repo = repo();
    repo.agent(&["add", "one", "--id", "one"]).success();
    repo.agent(&["add", "two", "--id", "two", "--after", "one"]).success();
    repo.agent(&["start", "one"]).success();
    let before = repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text();
    insta::assert_snapshot!(repo.agent(&["complete", "--next"]), @r"
    Completed one (one).
    Started two (two).
    ");
    assert_eq!(repo.git(&["rev-parse", "refs/notes/agent-tasks~1"]).text(), before);
    let answer = repo.agent(&["next", "--json"]).json();
    assert_eq!((&answer["task"]["id"], &answer["reason"]), (&"two".into(), &"yours".into()));
}

#[test]
fn dependencies_and_blockers_hold_and_cycles_are_spelled_out() {
    let repo = repo();
    repo.agent(&["add", "a", "--id", "a"]).success();
    repo.agent(&["add", "b", "--id", "b", "--after", "a"]).success();
    repo.agent(&["add", "c", "--id", "c", "--after", "b"]).success();
    insta::assert_snapshot!(repo.agent(&["dep", "add", "a", "--after", "c"]), @r"
    ------- stderr -------
    error: a cannot depend on c: that would create the cycle a → c → b → a
    nothing was changed
    hint: 'git agent dep remove <task> --after <task>' removes a dependency
    [exit code 1]
    ");
    insta::assert_snapshot!(repo.agent(&["dep", "add", "a", "--after", "a"]), @r"
    ------- stderr -------
    error: a cannot depend on itself
    nothing was changed
    [exit code 1]
    ");
    insta::assert_snapshot!(repo.agent(&["edit", "a", "--parent", "a"]), @r"
    ------- stderr -------
    error: a cannot be a subtask of itself
    nothing was changed
    [exit code 1]
    ");
    insta::assert_snapshot!(repo.agent(&["start", "b"]), @r"
    ------- stderr -------
    error: cannot start b: waits for a, which is pending
    nothing was changed
    hint: 'git agent next' finds a task that is ready
    hint: to start it anyway: git agent start b --force
    [exit code 1]
    ");
    repo.agent(&["fail", "a", "--reason", "cannot be done"]).success();
    insta::assert_snapshot!(repo.agent(&["complete", "b"]), @r"
    ------- stderr -------
    error: cannot complete b: waits for a, which failed: cannot be done
    nothing was changed
    hint: complete or remove what it waits for: 'git agent unblock', 'git agent dep remove'
    hint: to complete it anyway: git agent complete b --force
    [exit code 1]
    ");
    repo.agent(&["dep", "remove", "b", "--after", "a"]).success();
    let blocked = repo.agent(&["block", "b", "--on", "the server is down"]).success();
    let blocker = blocked.stdout.split("by ").nth(1).unwrap().split(':').next().unwrap().to_owned();
    assert_eq!(code(&repo, &["complete", "b"]), (1, "task-not-ready".into()));
    repo.agent(&["unblock", "b", &blocker]).success();
    repo.agent(&["complete", "b"]).success();
}

#[test]
fn ids_by_prefix_ambiguous_and_unknown() {
    let repo = repo();
    for id in ["T-1", "T-10", "auth-login", "auth-logout"] {
        repo.agent(&["add", "x", "--id", id]).success();
    }
    assert_eq!(repo.agent(&["show", "T-1", "--json"]).json()["task"]["id"], "T-1");
    assert_eq!(repo.agent(&["show", "auth-logi", "--json"]).json()["task"]["id"], "auth-login");
    insta::assert_snapshot!(repo.agent(&["show", "auth"]), @r"
    ------- stderr -------
    error: 'auth' matches 2 tasks: auth-login, auth-logout
    hint: use a longer prefix of the id
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["show", "auth-lgoin"]), @r"
    ------- stderr -------
    error: task 'auth-lgoin' does not exist
    hint: did you mean auth-login or auth-logout?
    [exit code 2]
    ");
    assert_eq!(code(&repo, &["add", "x", "--id", "T-1"]), (3, "task-exists".into()));
}

#[test]
fn hostile_words_are_refused_or_harmless() {
    let repo = repo();
    for id in ["../x", "-rf", "a b", "a\nb", ".x", "x.lock", "a..b", "\u{1b}[31m", ""] {
        let output = repo.run("git-agent").args(["add", "x"]).args([format!("--id={id}")]).run();
        assert_eq!(output.code, Some(2), "{id:?}: {output}");
    }
    for title in ["", " ", "a\nb", "a\u{1b}[2Jb", "\u{9b}31m", "\u{202e}evil"] {
        assert_eq!(repo.agent(&["add", title]).code, Some(2), "{title:?}");
    }
    // Words that look like options or paths are only words.
    for title in ["--force", "../../etc/passwd", "$(rm -rf x)", "`id`", "-d", "%s%n"] {
        let id = repo.agent(&["add", "-q", "--", title]).text();
        assert_eq!(repo.agent(&["show", &id, "--json"]).json()["task"]["title"], title);
    }
    // A ref that looks like an option is shown, and nothing else is done.
    repo.git(&["update-ref", "refs/heads/--output=x", "HEAD"]).success();
    repo.run("git-agent").args(["show", "--", "--output=x"]).run().success();
    assert!(!repo.path().join("x").exists());
    for word in ["--upload-pack=x", "HEAD~9", "refs/heads/nothing", "", "*", "\u{1b}"] {
        let output = repo.run("git-agent").args(["show", "--", word]).run();
        assert_eq!(output.code, Some(2), "{word:?}: {output}");
        assert!(!output.stderr.contains('\u{1b}'), "{output}");
    }
    repo.fsck();
}

#[test]
fn long_texts_live_in_blobs_that_travel_with_the_ledger() {
    let repo = repo();
    let long = "a line of it\n".repeat(2_000);
    repo.run("git-agent").args(["add", "big", "--id", "big", "-d", "-"]).stdin(long.clone()).run().success();
    repo.agent(&["complete", "big", "--result", &format!("[\"{}\"]", "y".repeat(5_000))]).success();
    assert!(note(&repo, "big").iter().all(|line| line.len() <= 4096));
    repo.git(&["gc", "-q", "--prune=now"]).success();
    repo.git(&["clone", "-q", "--mirror", ".", "../copy"]).success();
    let task = repo.at("../copy").agent(&["show", "big", "--json"]).json()["task"].clone();
    assert_eq!(task["description"], long.trim_end());
    assert_eq!(task["result"][0].as_str().unwrap().len(), 5_000);
}

#[test]
fn claims_keep_others_away_until_they_run_out() {
    let repo = repo();
    repo.agent(&["add", "x", "--id", "x"]).success();
    repo.agent(&["claim", "x", "--lease", "1h"]).success();
    repo.set_env("GIT_AGENT_ACTOR", "bob@box");
    assert_eq!(code(&repo, &["start", "x"]), (1, "task-claimed".into()));
    assert_eq!(code(&repo, &["claim", "x"]), (1, "task-claimed".into()));
    assert_eq!(code(&repo, &["claim", "x", "--release"]), (1, "task-claimed".into()));
    assert_eq!(repo.agent(&["ready", "--json"]).json()["tasks"].as_array().unwrap().len(), 0);
    repo.agent(&["claim", "x", "--steal", "--reason", "ada is on leave"]).success();
    repo.agent(&["claim", "x", "--release"]).success();
    repo.agent(&["claim", "x", "--lease", "1h"]).success();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.advance(3_601);
    assert_eq!(repo.agent(&["ready", "--json"]).json()["tasks"].as_array().unwrap().len(), 1);
    repo.agent(&["start", "x"]).success();
    assert_eq!(repo.agent(&["show", "x", "--json"]).json()["task"]["claim"]["by"], "ada@box");
}

#[test]
fn of_many_agents_that_ask_at_once_each_gets_another_task() {
    let repo = repo();
    for number in 0..8 {
        repo.agent(&["add", "x", "--id", &format!("t{number}")]).success();
    }
    let mut taken: Vec<String> = std::thread::scope(|scope| {
        let agents: Vec<_> = (0..8)
            .map(|_| {
                let command = repo.run("git-agent").args(["next", "--claim", "--json"]);
                scope.spawn(move || command.run().json()["task"]["id"].as_str().unwrap().to_owned())
            })
            .collect();
        agents.into_iter().map(|agent| agent.join().unwrap()).collect()
    });
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 8, "{taken:?}");
}

#[test]
fn the_active_task_is_the_worktrees_own() {
    let repo = repo();
    repo.agent(&["add", "here", "--id", "here"]).success();
    repo.agent(&["add", "there", "--id", "there"]).success();
    let side = repo.worktree("side");
    repo.agent(&["start", "here"]).success();
    side.agent(&["start", "there"]).success();
    assert_eq!(repo.agent(&["status", "--prompt"]).text(), "here");
    assert_eq!(side.agent(&["status", "--prompt"]).text(), "there");
    assert_eq!(side.run("git-agent").args(["status", "--prompt"]).env("GIT_AGENT_TASK", "here").run().text(), "here");
    repo.agent(&["start", "there", "--also"]).success();
    assert_eq!(repo.agent(&["status", "--json"]).json()["active"], serde_json::json!(["here", "there"]));
    repo.agent(&["complete", "here"]).success();
    assert_eq!(repo.agent(&["status", "--json"]).json()["active"], serde_json::json!(["there"]));
    // Closed here, over everywhere.
    repo.agent(&["complete", "there"]).success();
    for place in [&repo, &side] {
        assert_eq!(place.agent(&["status", "--prompt"]).text(), "");
    }
    repo.agent(&["reopen", "there"]).success();
    // A gc from the other worktree does not take what the pointer points to.
    side.agent(&["start", "there"]).success();
    repo.git(&["gc", "-q", "--prune=now"]).success();
    assert_eq!(side.agent(&["status", "--prompt"]).text(), "there");
    repo.fsck();
}

#[test]
fn refusals_are_json_when_json_is_asked_for() {
    let repo = repo();
    assert_eq!(code(&repo, &["show", "nothing"]), (2, "task-not-found".into()));
    assert_eq!(code(&repo, &["complete"]), (2, "no-active-task".into()));
    assert_eq!(code(&repo, &["list", "--status", "odd"]), (2, "usage".into()));
    assert_eq!(code(&repo, &["frobnicate"]), (2, "usage".into()));
    let nowhere = repo.at(repo.tmp());
    assert_eq!(code(&nowhere, &["list"]), (5, "not-a-repository".into()));
}

#[test]
fn every_command_has_a_schema_and_its_answer_fits_the_contract() {
    let repo = repo();
    let capabilities = repo.agent(&["capabilities"]).json();
    let schemas = repo.agent(&["schema", "--all"]).json()["answers"].clone();
    // These print something else than an answer of their own.
    let exempt = ["schema", "log", "board", "mcp"];
    for command in capabilities["commands"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()) {
        // A command of several has one of each.
        let of_parts = || schemas.as_object().unwrap().keys().any(|name| name.starts_with(&format!("{command} ")));
        let has_schema = schemas[command].is_object() || of_parts();
        assert!(exempt.contains(&command) || has_schema, "no schema of '{command}'");
    }
    repo.agent(&["add", "x", "--id", "x"]).success();
    let task = repo.agent(&["show", "x", "--json"]).json()["task"].clone();
    let promised = [
        "id",
        "title",
        "description",
        "status",
        "ready",
        "priority",
        "after",
        "waiting_on",
        "parent",
        "children",
        "files",
        "accept",
        "estimate_seconds",
        "created_at",
        "updated_at",
        "started_at",
        "completed_at",
        "attempts",
        "active_seconds",
        "elapsed_seconds",
        "claim",
        "blockers",
        "result",
        "failure",
        "decisions",
        "notes",
        "base",
        "verification",
    ];
    for field in promised {
        assert!(task.as_object().unwrap().contains_key(field), "no field '{field}'");
    }
}

#[test]
fn lists_filter_sort_and_nest() {
    let repo = repo();
    repo.agent(&["add", "Feature", "--id", "f"]).success();
    repo.agent(&["add", "Second", "--id", "b", "--parent", "f", "--priority", "3"]).success();
    repo.agent(&["add", "First", "--id", "a", "--parent", "f", "-d", "about Needles"]).success();
    repo.agent(&["add", "Other", "--id", "o"]).success();
    repo.agent(&["complete", "o"]).success();
    let ids = |args: &[&str]| {
        let answer = repo.run("git-agent").args(["list", "--json"]).args(args).run().json();
        answer["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| task["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&["--sort", "id"]), ["a", "b", "f"]);
    assert_eq!(ids(&["--all", "--sort", "-id"]), ["o", "f", "b", "a"]);
    assert_eq!(ids(&["--status", "completed"]), ["o"]);
    assert_eq!(ids(&["--parent", "f", "--sort", "title"]), ["a", "b"]);
    assert_eq!(ids(&["--search", "needle"]), ["a"]);
    assert_eq!(ids(&["--sort", "created", "-n", "2"]), ["f", "b"]);
    insta::assert_snapshot!(repo.agent(&["list", "--tree"]), @r"
    ◌ f Feature  (0%, 2 subtasks open)
    ○   a First
    ○   b Second  (priority 3)
    ");
    assert_eq!(repo.agent(&["next", "--json"]).json()["task"]["id"], "a");
}

#[test]
fn show_leaves_out_commits_that_were_rewritten() {
    let repo = repo();
    repo.agent(&["init"]).success();
    repo.agent(&["add", "x", "--id", "x"]).success();
    repo.agent(&["start", "x"]).success();
    repo.commit_file("a.txt", "two\n", "second");
    let kept = repo.commit_file("a.txt", "three\n", "third");
    let page = repo.agent(&["show", "x"]).success().stdout;
    assert!(
        page.lines().any(|line| line.ends_with(&format!(" {}", &kept[..12])) && line.starts_with("Commits:")),
        "{page}"
    );
    repo.git(&["commit", "-q", "--amend", "-m", "third, said better"]).success();
    let page = repo.agent(&["show", "x"]).success().stdout;
    assert!(!page.contains(&kept[..12]) && page.contains(&repo.head()[..12]), "{page}");
    assert!(page.contains("(and 1 on no branch)"), "{page}");
}
