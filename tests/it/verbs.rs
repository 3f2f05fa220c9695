//! A whole story through the verbs of the library alone: no command line, no context, nothing printed.

use std::path::Path;

use git_agent::{
    git::Repo,
    verbs::{
        self, Caller, Clock,
        checkpoint::{Allow, GitOutput, What},
        complete::VerifyFirst,
        next::{NoTask, Take},
        plan::{ExportRequest, ImportRequest, PlanSource},
        task::{Act, Blockers},
    },
    verify::Output,
};

use crate::support::{Git, TestRepo, on_every_git};

/// Tells the story that it was asked for.
const PROBE: &str = "GIT_AGENT_TEST_STORY";

const PLAN: &str = r#"
schema = 1

[[task]]
id = "parse"
title = "Parse dates"
accept = "what the user writes is understood"

[[task]]
id = "show"
title = "Show dates"
after = ["parse"]
"#;

fn caller() -> Caller {
    let repo = Repo::discover(Path::new(".")).expect("a repository");
    Caller::new(repo, Clock::from_environment(), Some("mcp".to_owned()))
}

fn checkpoint(caller: &Caller, verify: Option<&str>) -> verbs::checkpoint::Answer {
    let request = verbs::checkpoint::Request {
        task: None,
        message: None,
        what: What::Everything,
        allow: Allow::default(),
        output: GitOutput::Captured,
        verify: verify.map(|command| VerifyFirst { command: Some(command.to_owned()), output: Output::Discard }),
    };
    verbs::checkpoint::checkpoint(caller, &request).expect("a checkpoint")
}

/// Plays the story in the directory that it is in, in a process of its own, whose environment is that of the test.
#[test]
fn story() {
    if std::env::var_os(PROBE).is_none() {
        return;
    }
    let caller = caller();
    plan_and_start(&caller);
    notes_and_blockers(&caller);
    checkpoints(&caller);
    goes_back_and_forth(&caller);
    asks(&caller);
    completes(&caller);
    assert_eq!(caller.take_warnings(), [""; 0], "nothing was warned of");
    println!("\nthe story is told");
}

fn plan_and_start(caller: &Caller) {
    let source = PlanSource::new(Some("plan.toml"), PLAN.into()).expect("a plan");
    let mut request = ImportRequest { source, format: None, parent: None, force: false, dry_run: true };
    let seen = verbs::plan::import(caller, &request).expect("a plan that can be read");
    assert_eq!((seen.difference.added.len(), seen.commit), (2, None));
    assert_eq!(verbs::next::next(caller, &Default::default()).expect("an answer").expect_err("no task"), NoTask::None);
    request.dry_run = false;
    assert!(verbs::plan::import(caller, &request).expect("a plan").commit.is_some());

    let next = verbs::next::next(caller, &Default::default()).expect("an answer").expect("a task");
    assert!(next.task.id.as_str() == "parse" && !next.is_yours);
    let request =
        verbs::start::Request { task: "show".into(), activate: Default::default(), force: false, take_over: false };
    let refused = verbs::start::start(caller, &request).expect_err("it waits");
    assert_eq!(refused.code().word, "task-not-ready");
    let request =
        verbs::start::Request { task: "parse".into(), activate: Default::default(), force: false, take_over: false };
    let started = verbs::start::start(caller, &request).expect("it can be started");
    assert!(started.changed.wrote && started.replaced.is_empty());
    assert_eq!(caller.active().expect("a list"), [next.task.id]);
    // Without hooks, commits of others are not stamped.
    let warned = caller.take_warnings();
    assert!(warned.iter().all(|text| text.contains("not stamped")), "{warned:?}");
}

fn notes_and_blockers(caller: &Caller) {
    let act = |act: &Act| verbs::task::act(caller, None, act);
    act(&Act::Note("users write 3pm".into())).expect("a note");
    act(&Act::Decide { text: "No time zones".into(), why: Some("no user asked".into()) }).expect("a decision");
    let blocked = act(&Act::Block("the clock".into())).expect("a blocker");
    assert_eq!(blocked.task.blockers.len(), 1);
    assert!(!act(&Act::Block("the clock".into())).expect("the same").wrote);
    assert!(act(&Act::Unblock(Blockers::Only)).expect("none is left").task.blockers.is_empty());
    assert_eq!(act(&Act::Note("\u{7}".into())).expect_err("a bell").code().word, "bad-text");
    let refused = verbs::task::act(caller, Some("show"), &Act::Pause { reason: None, until: None })
        .expect_err("it is not started");
    assert_eq!(refused.code().word, "illegal-transition");
}

fn checkpoints(caller: &Caller) {
    std::fs::write("dates.txt", "one\n").expect("a file");
    let first = checkpoint(caller, Some("grep -q one dates.txt"));
    let made = first.checkpoint.as_ref().expect("a commit");
    let (_, verified) = first.verified.as_ref().expect("it was verified");
    assert_eq!((made.number, made.subject.as_str()), (1, "Parse dates (checkpoint 1)"));
    assert!(verified.passed() && verified.tree == made.tree && made.operation.is_some());
    assert!(checkpoint(caller, None).checkpoint.is_none(), "nothing has changed");

    std::fs::write("dates.txt", "two\n").expect("a file");
    assert_eq!(checkpoint(caller, None).checkpoint.expect("a commit").number, 2);
    let command = Some("grep -q one dates.txt".to_owned());
    let request = verbs::verify::Request { task: None, command, output: Output::Discard };
    let failed = verbs::verify::verify(caller, &request).expect("an outcome");
    assert!(!failed.outcome.expect("it is recorded").passed());
    let void = verbs::verify::Request { command: Some("echo >>dates.txt".into()), ..request };
    assert!(verbs::verify::verify(caller, &void).expect("an outcome").outcome.is_err(), "it changed the content");
    std::fs::write("dates.txt", "two\n").expect("a file");
}

fn goes_back_and_forth(caller: &Caller) {
    let read = || std::fs::read_to_string("dates.txt").expect("a file");
    let request = verbs::rollback::Request { checkpoint: Some("parse@1".into()), ..Default::default() };
    verbs::rollback::rollback(caller, &request).expect("it can be rolled back");
    assert_eq!(read(), "one\n");
    assert!(matches!(verbs::undo::undo(caller, None).expect("it can be undone"), verbs::undo::Answer::Undone(_)));
    assert_eq!(read(), "two\n");
    let changes = verbs::changes_since::changes_since(caller, &Default::default()).expect("an answer");
    assert_eq!((changes.task.id.as_str(), changes.steps.len(), changes.paths.len()), ("parse", 2, 1));
    let brief = verbs::brief::brief(caller, &Default::default()).expect("an answer");
    assert_eq!(brief.focus.expect("the active task").task.decisions.len(), 1);
}

fn asks(caller: &Caller) {
    let ready = verbs::ready::ready(caller, &[], true).expect("an answer");
    let (waiting, obstacles) = &ready.waiting.expect("it was asked for")[1];
    assert!(ready.tasks.is_empty() && waiting.id.as_str() == "show" && !obstacles.is_empty(), "{obstacles:?}");

    let request = verbs::bisect::Request {
        what: None,
        all_commits: false,
        keep: verbs::bisect::KeepWorktree::No,
        command: "! grep -q two dates.txt".into(),
        output: Output::Discard,
    };
    let told = std::cell::Cell::new(0);
    let found = verbs::bisect::bisect(caller, &request, &|_, _| told.set(told.get() + 1)).expect("an answer");
    let verbs::bisect::Ending::Found(bad) = &found.ending else { panic!("{found:?}") };
    assert_eq!(
        (bad.point.name.as_str(), bad.task.as_ref().map(|task| task.title.as_str())),
        ("parse@2", Some("Parse dates"))
    );
    assert_eq!((found.good.expect("a good one").name.as_str(), told.get()), ("parse@1", found.tested.len()));

    let repaired = verbs::repair::repair(caller, &Default::default()).expect("an answer");
    assert!(repaired.links.is_empty() && repaired.unlinks.is_empty());
    let here = Some(caller.repo());
    let request =
        |line| verbs::guard::Request { line, actor: None, here, session: None, clock: Clock::from_environment() };
    let line = |text: &'static str| verbs::guard::GuardedLine::Shell(text.as_bytes());
    assert_eq!(verbs::guard::guard(&request(line("ls"))).verdict, verbs::guard::GuardVerdict::Safe);
    std::fs::write("dates.txt", "three\n").expect("a file");
    let saved = verbs::guard::guard(&request(line("git restore ."))).saved;
    assert!(saved.len() == 1 && saved[0].taken.created);
    std::fs::write("dates.txt", "two\n").expect("a file");

    let board = verbs::board::board(caller.repo(), &[], 3).expect("an answer");
    assert_eq!((board.newest.len(), board.active.len(), board.table.rows().count()), (3, 1, 2));
    let (story, events) = verbs::board::task(caller.repo(), "parse", caller.now()).expect("an answer");
    assert!(story.commits.len() == 2 && events.len() > 3);
    let request = verbs::doctor::Request {
        depth: verbs::doctor::Depth::Past,
        index: verbs::doctor::Index::Rebuild,
        fix: false,
        adopt: false,
    };
    let doctor = verbs::doctor::doctor(caller, &request).expect("an answer");
    assert!(
        doctor.fixed.is_empty() && doctor.checks.iter().all(|check| check.finding.level < verbs::doctor::Level::Error)
    );
}

fn completes(caller: &Caller) {
    let mut request = verbs::complete::Request {
        tasks: Vec::new(),
        result: Some(r#"{"dates": 2}"#.into()),
        save: None,
        verify: Some(VerifyFirst { command: Some("false".into()), output: Output::Discard }),
        next: Some(Take::Claim),
        force: false,
    };
    let refused = verbs::complete::complete(caller, &request).expect_err("it is not verified");
    assert_eq!(refused.code().word, "verify-failed");
    request.verify = Some(VerifyFirst { command: Some("true".into()), output: Output::Discard });
    let done = verbs::complete::complete(caller, &request).expect("it is completed");
    assert!(done.wrote && done.verified.is_some());
    assert_eq!(done.unblocked.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["show"]);
    assert_eq!(done.next.expect("it was asked for").expect("a task").task.id.as_str(), "show");
    assert!(caller.active().expect("a list").is_empty());

    let format = verbs::plan::format("markdown").expect("a format");
    let request = ExportRequest { format, parent: None, status: Vec::new(), labels: Vec::new() };
    let plan = verbs::plan::export(caller, &request).expect("a plan");
    assert!(plan.count == 2 && plan.text.contains("[x] Parse dates"), "{}", plan.text);
    let request = verbs::next::Request { take: Take::Start, ..Default::default() };
    let taken = verbs::next::next(caller, &request).expect("an answer").expect("what was claimed");
    assert!(taken.task.id.as_str() == "show" && taken.is_yours && !taken.goes_on);
    let request = verbs::next::Request { take: Take::Claim, ..Default::default() };
    let none = verbs::next::next(caller, &request).expect("an answer").expect_err("no other task is there");
    assert_eq!(none, NoTask::AllClaimed);
}

fn told(git: &Git) {
    let repo = TestRepo::with_git(git);
    repo.commit_file("README", "dates\n", "Begin");
    let run = repo.run(std::env::current_exe().expect("this program"));
    let output = run.args(["verbs::story", "--exact", "--nocapture"]).env(PROBE, "1").run();
    assert!(String::from_utf8_lossy(&output.raw).contains("the story is told"), "{output}");
    // What the library did is what every command sees.
    let task = repo.agent(&["show", "parse", "--json"]).json();
    assert_eq!(task["task"]["status"], "completed");
    assert_eq!(task["task"]["result"]["dates"], 2);
    let operations = repo.agent(&["ops", "--json"]).json();
    let of_files = operations["operations"].as_array().expect("a list").iter().filter(|op| op["scope"] == "worktree");
    assert_eq!(of_files.count(), 4);
}

#[test]
fn a_front_end_needs_nothing_but_the_verbs() {
    on_every_git(told);
}
