//! How commands are talked to: several tasks at once, texts behind tasks, words of people, ids alone, errors.

use serde_json::Value;

use crate::support::TestRepo;

/// Tasks a, b and c.
fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("f", "1\n", "first");
    for id in ["a", "b", "c"] {
        repo.agent(&["add", &format!("Task {id}"), "--id", id, "-q"]).success();
    }
    repo
}

fn task(repo: &TestRepo, id: &str) -> Value {
    repo.agent(&["show", id, "--json"]).json()["task"].clone()
}

/// How many commits the ledger has.
fn commits(repo: &TestRepo) -> usize {
    repo.git(&["rev-list", "--count", "refs/notes/agent-tasks"]).text().parse().unwrap()
}

fn refusal(repo: &TestRepo, words: &[&str]) -> Value {
    let output = repo.run("git-agent").args(words).arg_json().run().exits(2);
    serde_json::from_slice::<Value>(&output.raw).unwrap()["error"].clone()
}

trait ArgJson {
    fn arg_json(self) -> Self;
}

impl ArgJson for crate::support::Run {
    fn arg_json(self) -> Self {
        self.args(["--json"])
    }
}

#[test]
fn several_tasks_are_changed_in_one_commit_or_not_at_all() {
    let repo = repo();
    for words in [
        &["claim", "a", "b"][..],
        &["edit", "a", "b", "--priority", "1"],
        &["dep", "add", "a", "b", "--after", "c"],
        &["block", "a", "b", "--on", "a release"],
        &["unblock", "a", "b"],
        &["note", "a", "b", "both"],
        &["decide", "a", "b", "yes", "--why", "no"],
        &["cancel", "a", "b", "--reason", "no"],
        &["reopen", "a", "b"],
        &["fail", "a", "b", "it broke"],
    ] {
        let before = commits(&repo);
        let answer = repo.run("git-agent").args(words).args(["--json"]).run().json();
        let ids: Vec<&str> =
            answer["tasks"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap()).collect();
        assert_eq!((ids, commits(&repo)), (vec!["a", "b"], before + 1), "{words:?}");
        // A task that is not there: nothing is written for the others.
        let words: Vec<&str> = words.iter().map(|word| if *word == "b" { "nothing" } else { word }).collect();
        repo.agent(&words).exits(2);
        assert_eq!(commits(&repo), before + 1, "{words:?}");
    }
    let (a, b) = (task(&repo, "a"), task(&repo, "b"));
    for task in [&a, &b] {
        assert_eq!((&task["status"], &task["priority"], &task["after"][0]), (&"failed".into(), &1.into(), &"c".into()));
        assert_eq!((&task["notes"][0]["text"], &task["decisions"][0]["text"]), (&"both".into(), &"yes".into()));
        assert_eq!(task["failure"]["reason"], "it broke");
    }
    // One refuses: none is cancelled. A task that is named twice is one.
    repo.agent(&["start", "c", "-q"]).success();
    repo.agent(&["complete", "c", "-q"]).success();
    repo.agent(&["cancel", "a", "c"]).exits(1);
    assert_eq!(task(&repo, "a")["status"], "failed");
    assert!(repo.agent(&["cancel", "a", "a", "--json"]).json()["task"].is_object());
    let log = repo.git(&["log", "--format=%s", "refs/notes/agent-tasks"]).lines();
    assert!(log.contains(&"cancel a, b".to_owned()), "{log:?}");
    repo.fsck();
}

#[test]
fn several_tasks_are_shown_one_after_the_other() {
    let repo = repo();
    let shown = repo.agent(&["show", "a", "b"]).success().stdout;
    assert!(shown.starts_with("task a Task a") && shown.contains("\n\ntask b Task b"), "{shown}");
    assert_eq!(repo.agent(&["show", "a", "b", "--json"]).json()["tasks"][1]["id"], "b");
    let none = repo.agent(&["show", "a", "nothing"]).exits(2);
    assert_eq!(none.stdout, "");
}

#[test]
fn a_text_may_stand_behind_its_task() {
    let repo = repo();
    repo.agent(&["note", "a", "a note", "-q"]).success();
    repo.agent(&["decide", "a", "a decision", "-q"]).success();
    repo.agent(&["block", "a", "a release", "-q"]).success();
    repo.agent(&["start", "b", "-q"]).success();
    repo.agent(&["note", "for the active one", "-q"]).success();
    repo.agent(&["note", "with an option", "--task", "a", "-q"]).success();
    let a = task(&repo, "a");
    assert_eq!((&a["notes"][0]["text"], &a["notes"][1]["text"]), (&"a note".into(), &"with an option".into()));
    assert_eq!((&a["decisions"][0]["text"], &a["blockers"][0]["text"]), (&"a decision".into(), &"a release".into()));
    assert_eq!(task(&repo, "b")["notes"][0]["text"], "for the active one");
    let unquoted = repo.agent(&["note", "fix", "the", "bug"]).exits(2).stderr;
    assert!(unquoted.starts_with("error: task 'fix' does not exist\n"), "{unquoted}");
    assert!(unquoted.contains("quote text that contains spaces: git agent note \"<text>\""), "{unquoted}");
    insta::assert_snapshot!(repo.agent(&["note", "a"]), @r"
    ------- stderr -------
    error: no text is given
    hint: use the text in quotes, or add the text after the task
    [exit code 2]
    ");
    assert!(repo.agent(&["cancel", "a", "not wanted"]).exits(2).stderr.contains("--reason"));
    assert!(repo.agent(&["edit", "a", "New title"]).exits(2).stderr.contains("--title"));
    assert_eq!(task(&repo, "a")["notes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_text_may_begin_with_a_dash() {
    let repo = repo();
    let list = "- the parser\n- the lexer";
    repo.agent(&["edit", "a", "-d", list, "--title", "-Wall, everywhere", "--accept", "- [ ] no warning", "-q"])
        .success();
    repo.agent(&["note", "a", list, "-q"]).success();
    repo.agent(&["decide", "a", "- use X", "--why", "-Y is slow", "-q"]).success();
    repo.agent(&["start", "b", "-q"]).success();
    repo.agent(&["checkpoint", "-m", "- first", "--allow-empty", "-q"]).success();
    repo.agent(&["complete", "--result", list, "-q"]).success();
    repo.agent(&["fail", "c", "--reason", "-Werror stops the build", "-q"]).success();
    let (a, b, c) = (task(&repo, "a"), task(&repo, "b"), task(&repo, "c"));
    assert_eq!((&a["title"], &a["description"]), (&"-Wall, everywhere".into(), &list.into()));
    assert_eq!((&a["accept"], &a["notes"][0]["text"]), (&"- [ ] no warning".into(), &list.into()));
    assert_eq!((&a["decisions"][0]["text"], &a["decisions"][0]["why"]), (&"- use X".into(), &"-Y is slow".into()));
    assert_eq!((&b["result"], repo.git(&["log", "-1", "--format=%s"]).text().as_str()), (&list.into(), "- first"));
    assert_eq!(c["failure"]["reason"], "-Werror stops the build");
    // What is an option is no text, and a value is checked as any other.
    let lacking = repo.agent(&["complete", "a", "--result", "--next"]).exits(2).stderr;
    assert!(lacking.contains("a value is required for '--result <TEXT|JSON>'"), "{lacking}");
    let minus = repo.agent(&["edit", "a", "--estimate", "-5m"]).exits(2).stderr;
    assert!(minus.starts_with("error: '-5m' is not a duration\n"), "{minus}");
    for words in [&["list", "-n", "-1"][..], &["log", "-n", "many"], &["log", "--skip", "1.5"]] {
        let refused = repo.agent(words).exits(2).stderr;
        assert!(refused.contains(": it is not a number from 0 upwards\n"), "{words:?}: {refused}");
    }
    assert!(repo.agent(&["note", "a", "-x"]).exits(2).stderr.contains("unexpected argument '-x'"));
}

#[test]
fn what_a_task_says_already_is_not_written_again() {
    let repo = repo();
    let fields = ["--title", "A", "-d", "d", "--priority", "1", "--file", "f", "--accept", "x", "--estimate", "1h"];
    let words = [&["edit", "a"][..], &fields, &["--label", "l", "--ref", "GH-1", "--parent", "b"]].concat();
    repo.agent(&words).success();
    repo.agent(&["edit", "a", "--tick", "1", "-q"]).success();
    let before = commits(&repo);
    for same in [
        &words[2..],
        &["--label", "l"],
        &["--no-label", "other"],
        &["--no-ref", "GH-2"],
        &["--tick", "1"],
        &["--title", "A", "--priority", "1"],
    ] {
        let said = repo.agent(&[&["edit", "a"], same].concat()).text();
        assert_eq!(said, "a (A) is unchanged: it already has these values.", "{same:?}");
    }
    for same in [&["--no-parent"][..], &["--no-files"]] {
        repo.agent(&[&["edit", "c"], same].concat()).success();
    }
    assert_eq!(commits(&repo), before);
    // Of several values those that are new are written.
    repo.agent(&["edit", "a", "--title", "A", "--priority", "3"]).success();
    let last = repo.agent(&["log", "a", "--json", "-n", "1"]).json()["entries"][0].clone();
    assert_eq!(
        (&last["was"], &last["priority"], last.get("title")),
        (&serde_json::json!({"priority": 1}), &3.into(), None)
    );
}

#[test]
fn an_empty_id_names_no_task() {
    let repo = repo();
    repo.agent(&["cancel", "b", "c", "-q"]).success();
    for words in [&["show", ""][..], &["start", ""], &["add", "x", "--after", ""], &["list", "--parent", ""]] {
        let refused = refusal(&repo, words);
        assert_eq!(
            (&refused["code"], &refused["message"]),
            (&"task-not-found".into(), &"the id of the task is empty".into())
        );
    }
}

#[test]
fn quiet_prints_ids_and_nothing_else() {
    let repo = repo();
    let quiet = |words: &[&str]| {
        let output = repo.run("git-agent").args(words).args(["-q"]).run().success();
        output.stdout
    };
    assert_eq!(quiet(&["add", "New", "--id", "new"]), "new\n");
    assert_eq!(quiet(&["list", "--sort", "id"]), "a\nb\nc\nnew\n");
    assert_eq!(quiet(&["ready"]).lines().count(), 4);
    assert_eq!(quiet(&["start", "a"]), "a\n");
    repo.write("f", "2\n");
    assert_eq!(quiet(&["checkpoint", "-m", "two"]), "a@1\n");
    repo.write("f", "3\n");
    assert_eq!(quiet(&["checkpoint", "-m", "three"]), "a@2\n");
    let operation = quiet(&["rollback", "a@1"]);
    assert_eq!(repo.agent(&["ops", "--json"]).json()["operations"][0]["id"], operation.trim());
    repo.write("../plan.md", "- [ ] From a plan\n");
    let id = quiet(&["plan", "import", "../plan.md"]);
    assert_eq!(task(&repo, id.trim())["title"], "From a plan");
    assert_eq!(quiet(&["cancel", "b", "c"]), "b\nc\n");
    assert_eq!(quiet(&["next", "--start"]).lines().count(), 1);
    repo.git(&["init", "-q", "--bare", "../remote"]).success();
    repo.git(&["remote", "add", "origin", "../remote"]).success();
    for option in ["--dry-run", "--fetch-only", "--push-only"] {
        assert_eq!(quiet(&["sync", option]), "");
    }
}

#[test]
fn a_task_is_edited_in_the_editor_of_git() {
    let repo = repo();
    let edit = |script: &str| repo.run("git-agent").args(["edit", "a", "-e"]).editor(script).run();
    edit("printf 'New title\\n\\nWhat it is about.\\n# no comment\\n' >\"$1\"").success();
    let a = task(&repo, "a");
    assert_eq!((&a["title"], &a["description"]), (&"New title".into(), &"What it is about.".into()));
    let before = commits(&repo);
    assert!(edit("grep -q '^What it is about' \"$1\"").success().stderr.contains("Nothing was changed"));
    edit(": >\"$1\"").success();
    let failed = edit("false").exits(1).stderr;
    assert!(failed.contains("cannot edit the task") && failed.contains("hint: --title <title>"), "{failed}");
    repo.run("git-agent").args(["edit", "a", "b", "-e"]).editor("true").run().exits(2);
    assert_eq!(commits(&repo), before);
}

#[test]
fn an_option_has_one_meaning() {
    let repo = repo();
    insta::assert_snapshot!(repo.agent(&["list", "--actor", "ada"]), @r"
    ------- stderr -------
    error: --actor sets who acts; 'git agent list' answers every actor alike
    hint: to list the tasks of an actor: git agent list --by ada
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["--actor=ada", "log", "--stat"]), @r"
    ------- stderr -------
    error: --actor sets who acts; 'git agent log' answers every actor alike
    hint: to list the tasks of an actor: git agent list --by ada
    hint: to show commits by their author: git agent log --author ada
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["log", "--snapshots", "--actor", "ada"]), @r"
    ------- stderr -------
    error: --actor sets who acts; 'git agent log --snapshots' answers every actor alike
    hint: to list the tasks of an actor: git agent list --by ada
    [exit code 2]
    ");
    for command in [&["ops"][..], &["report"], &["snapshot", "list"], &["board"]] {
        let command = [command, &["--actor", "ada"]].concat();
        assert_eq!(refusal(&repo, &command)["code"], "bad-option", "{command:?}");
    }
    // For all commands of a shell it is set elsewhere, and those are not refused.
    repo.run("git-agent").args(["log"]).env("GIT_AGENT_ACTOR", "ada").run().success();
    let mut tree = git_agent::cli::tree();
    tree.build();
    let mut open = vec![tree];
    let mut meanings = std::collections::BTreeMap::new();
    while let Some(command) = open.pop() {
        open.extend(command.get_subcommands().cloned());
        if let Some(arg) = command.get_arguments().find(|arg| arg.get_short() == Some('n')) {
            meanings.insert(arg.get_action().takes_values(), command.get_name().to_owned());
        }
    }
    assert_eq!(meanings.keys().collect::<Vec<_>>(), [&true], "-n is a number: {meanings:?}");
}

#[test]
fn durations_states_and_priorities_are_taken_as_people_write_them() {
    let repo = repo();
    for (written, seconds) in [
        ("90s", 90),
        ("30min", 1800),
        ("1.5h", 5400),
        ("1h 30m", 5400),
        ("2 hours", 7200),
        ("1d", 86_400),
        ("1w", 604_800),
    ] {
        repo.agent(&["edit", "a", "--estimate", written, "-q"]).success();
        assert_eq!(task(&repo, "a")["estimate_seconds"], seconds, "{written}");
    }
    for wrong in ["", "30", "1.h", "h", "1x", ".5.h", "-1h", "9999999999999999999w"] {
        let word = format!("--estimate={wrong}");
        assert_eq!(refusal(&repo, &["edit", "a", &word])["code"], "bad-duration", "{wrong}");
    }
    for (written, priority) in [("P1", 1), ("high", 1), ("low", 3), ("critical", 0), ("4", 4), ("p0", 0)] {
        repo.agent(&["edit", "a", "--priority", written, "-q"]).success();
        assert_eq!(task(&repo, "a")["priority"], priority, "{written}");
    }
    repo.agent(&["start", "b", "-q"]).success();
    repo.agent(&["cancel", "c", "-q"]).success();
    let ids = |states: &str| repo.agent(&["list", "--sort", "id", "-q", "--status", states]).lines().join(" ");
    assert_eq!(
        [ids("open"), ids("todo"), ids("wip"), ids("closed"), ids("done,canceled"), ids("in-progress")],
        ["a b", "a", "b", "c", "c", "b"]
    );
    let error = refusal(&repo, &["list", "--status", "blocked"]);
    assert!(error["message"].as_str().unwrap().contains("git agent ready --explain"), "{error}");
}

#[test]
fn errors_of_the_command_line_name_the_argument_and_obey_colors() {
    let repo = repo();
    let error = refusal(&repo, &["edit", "a", "--priority", "5"]);
    assert_eq!((&error["code"], &error["argument"]), (&"usage".into(), &"--priority <N>".into()));
    assert_eq!(refusal(&repo, &["list", "--nothing"])["argument"], "--nothing");
    assert_eq!(refusal(&repo, &["show", "nothing"])["argument"], Value::Null);
    let missing = refusal(&repo, &["cancel"]);
    assert!(missing["message"].as_str().unwrap().contains("<TASK>"), "{missing}");
    let said = |words: &[&str]| repo.agent(words).exits(2).stderr;
    assert!(said(&["list", "--nothing", "--color", "always"]).contains("\u{1b}["));
    assert!(!said(&["list", "--nothing"]).contains("\u{1b}["));
    // On a terminal git's settings count.
    let on_terminal = |settings: &str| {
        let line = format!("git {settings} agent list --nothing");
        repo.run("script").args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").env_remove("NO_COLOR").run().stdout
    };
    assert!(on_terminal("").contains("\u{1b}[1m"));
    assert!(!on_terminal("-c color.ui=never").contains("\u{1b}[1m"));
}

#[test]
fn outside_of_a_repository_it_is_said_as_git_says_it() {
    let repo = repo();
    let nowhere = repo.at(repo.tmp());
    let git = nowhere.git(&["status"]).exits(128).stderr;
    let ours = nowhere.agent(&["list"]).exits(5).stderr;
    assert_eq!(ours.lines().next().unwrap().replace("error: ", "fatal: "), git.trim_end(), "{ours}");
}

#[test]
fn json_has_the_fields_that_are_asked_for() {
    let repo = repo();
    let whole = repo.agent(&["list", "--json"]).json();
    let brief = repo.agent(&["list", "--brief"]).success();
    let task: Value = serde_json::from_str::<Value>(&brief.stdout).unwrap()["tasks"][0].clone();
    assert_eq!(
        task,
        serde_json::json!({ "id": "a", "title": "Task a", "status": "pending", "ready": true, "priority": 2 })
    );
    let size = |value: &Value| value.to_string().len();
    let sizes = [&task, &whole["tasks"][0]].map(size);
    assert!(sizes[0] < 110 && sizes[1] > 400, "{sizes:?}");
    let fields = repo.agent(&["list", "--fields", "status,id", "--limit", "2"]).json();
    assert_eq!(fields["tasks"][1], serde_json::json!({ "id": "b", "status": "pending" }));
    assert_eq!((&fields["more"], &whole["more"]), (&1.into(), &0.into()));
    assert_eq!(repo.agent(&["start", "a", "--fields", "id"]).json()["task"], serde_json::json!({ "id": "a" }));
    assert_eq!(repo.agent(&["list", "--jsonl", "--fields", "id"]).lines()[0], "{\"id\":\"a\"}");
    let error = refusal(&repo, &["list", "--fields", "id,nothing"]);
    assert_eq!((&error["code"], &error["argument"]), (&"bad-option".into(), &"--fields <NAMES>".into()));
    for at in 0..60 {
        repo.agent(&["add", &format!("More {at}"), "-q"]).success();
    }
    let many = repo.agent(&["list", "--brief"]).json();
    assert_eq!((many["tasks"].as_array().unwrap().len(), &many["more"]), (50, &13.into()));
}

#[test]
fn schema_lists_the_commands_that_have_one() {
    let repo = repo();
    let listed = repo.agent(&["schema"]).lines();
    assert!(listed.contains(&"list".to_owned()) && listed.contains(&"plan import".to_owned()), "{listed:?}");
    assert_eq!(repo.agent(&["schema", "--json"]).json()["commands"].as_array().unwrap().len(), listed.len());
    let answers = repo.agent(&["schema", "--all"]).json()["answers"].as_object().unwrap().len();
    assert_eq!(answers, listed.len());
}

#[test]
fn search_reads_notes_and_decisions() {
    let repo = repo();
    repo.agent(&["note", "a", "the Fixtures are in tests/data", "-q"]).success();
    repo.agent(&["decide", "b", "No widgets", "--why", "they PHONE home", "-q"]).success();
    let found = |text: &str| repo.agent(&["list", "--search", text, "-q"]).lines().join(" ");
    assert_eq!([found("fixtures"), found("widgets"), found("phone"), found("nothing")], ["a", "b", "b", ""]);
}
