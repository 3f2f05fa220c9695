//! `status --watch` and `status --prompt`: what runs beside one's work.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use crate::support::{Layout, TestRepo, default_git};

fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a.txt", "one\n", "first");
    repo
}

/// A `status --watch` that runs, and its lines.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(repo: &TestRepo, args: &[&str]) -> Self {
        let mut command = repo.run("git-agent").args(["status", "--watch", "0.1"]).args(args).into_command();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let (send, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Watch { child, lines }
    }

    /// Read up to a line that begins with `end`.
    #[track_caller]
    fn until(&self, end: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(20));
            let line = line.unwrap_or_else(|_| panic!("no line '{end}…' after {lines:?}"));
            lines.push(line);
            if lines.last().is_some_and(|line| line.starts_with(end)) {
                return lines;
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.lines.recv_timeout(Duration::from_millis(600)).is_err()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn watching_says_everything_again_when_something_has_changed_and_only_then() {
    let repo = repo();
    let watch = Watch::start(&repo, &[]);
    assert_eq!(watch.until("Tasks: none").first().map(String::as_str), Some("On branch main"));
    assert!(watch.is_silent(), "nothing has changed");
    repo.agent(&["add", "Fix", "--id", "fix"]).success();
    assert_eq!(watch.until("Tasks: 1 pending").first().map(String::as_str), Some(""), "set apart");
    repo.agent(&["start", "fix"]).success();
    let page = watch.until("Tasks: 1 in progress");
    assert!(page.iter().any(|line| line.contains("Working on fix Fix")) || watch_more(&watch), "{page:?}");
    repo.write("new", "");
    let page = watch.until("Uncommitted paths: 1 untracked");
    assert!(!page.is_empty());
}

/// The start of a task and its activity are two changes.
fn watch_more(watch: &Watch) -> bool {
    watch.until("→ Working on fix Fix").len() > 1
}

#[test]
fn watching_for_programs_gives_an_object_a_line() {
    let repo = repo();
    let watch = Watch::start(&repo, &["--json"]);
    let counts = |line: String| serde_json::from_str::<serde_json::Value>(&line).unwrap()["counts"]["pending"].clone();
    assert_eq!(counts(watch.until("{").remove(0)), 0);
    repo.agent(&["add", "Fix"]).success();
    assert_eq!(counts(watch.until("{").remove(0)), 1);
    let watch = Watch::start(&repo, &["--porcelain"]);
    assert!(watch.until("count pending 1").contains(&"actor ada@box".to_owned()));
}

#[test]
fn watching_ends_when_nobody_reads_and_with_the_signal_that_asks_for_it() {
    let repo = repo();
    let watch = Watch::start(&repo, &[]);
    watch.until("Tasks: none");
    // Not SIGINT: where this runs in the background of a shell, that one is ignored, and so it is in children.
    repo.sh(&format!("kill -TERM {}", watch.child.id())).success();
    let mut watch = watch;
    let status = watch.child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15), "a shell says 143");
    for bad in ["0", "x", "-1", "1e9"] {
        repo.agent(&["status", "--watch", bad]).exits(2);
    }
    repo.agent(&["status", "--watch", "--prompt"]).exits(2);
    repo.at("..").agent(&["status", "--watch"]).exits(5);
    // The reader has gone after the first answer.
    let script = "git-agent status --watch 0.1 | head -n 1 & sleep 1; git-agent add Fix -q; wait";
    assert!(repo.sh(script).success().stdout.starts_with("On branch main\n"));
}

#[test]
fn a_prompt_is_one_word() {
    for layout in [Some(Layout::Plain), default_git().has_reftable().then_some(Layout::Reftable)].into_iter().flatten()
    {
        let repo = TestRepo::with_layout(default_git(), layout);
        repo.commit_file("a.txt", "1", "first");
        let prompt = || repo.agent(&["status", "--prompt"]).success().stdout;
        assert_eq!(prompt(), "");
        for id in ["one", "two", "three"] {
            repo.agent(&["add", id, "--id", id, "-q"]).success();
        }
        repo.agent(&["start", "one"]).success();
        assert_eq!(prompt(), "one\n");
        repo.agent(&["start", "two", "--also"]).success();
        repo.agent(&["start", "three", "--also"]).success();
        assert_eq!(prompt(), "one+2\n");
        // One that is done elsewhere does not count.
        repo.write("a.txt", "2");
        repo.agent(&["checkpoint", "--task", "one"]).success();
        repo.agent(&["complete", "two"]).success();
        repo.agent(&["complete", "three"]).success();
        assert_eq!(prompt(), "one\n");
        repo.write("a.txt", "3");
        repo.agent(&["checkpoint", "--task", "one"]).success();
        repo.run("git-agent").args(["rollback", "one@1"]).env("GIT_AGENT_TEST_DIE", "Filled").run().failure();
        assert_eq!((prompt(), prompt()), ("one!\n".into(), "one!\n".into()));
        repo.deactivate();
        assert_eq!(prompt(), "!\n");
        repo.agent(&["resume"]).success();
        assert_eq!((prompt(), prompt()), (String::new(), String::new()));
        assert_eq!(repo.agent(&["status", "--prompt", "--json"]).json()["active"], serde_json::json!([]));
    }
}

/// What is remembered is never the truth: an operation that was begun later is found.
#[test]
fn a_prompt_does_not_believe_what_it_remembers_of_another_operation() {
    let repo = repo();
    repo.agent(&["add", "Fix", "--id", "fix", "-q"]).success();
    repo.agent(&["start", "fix"]).success();
    repo.write("a.txt", "2");
    repo.agent(&["checkpoint"]).success();
    let prompt = || repo.agent(&["status", "--prompt"]).text();
    assert_eq!((prompt(), prompt()), ("fix".into(), "fix".into()));
    let memory = std::fs::read(repo.path().join(".git/agent/ended")).unwrap();
    assert!(memory.ends_with(repo.git(&["rev-parse", "refs/agent/ops/main"]).text().as_bytes()));
    // With what it remembers it needs no object.
    std::fs::rename(repo.path().join(".git/objects"), repo.path().join(".git/away")).unwrap();
    std::fs::create_dir(repo.path().join(".git/objects")).unwrap();
    assert_eq!(prompt(), "fix");
    std::fs::remove_dir(repo.path().join(".git/objects")).unwrap();
    std::fs::rename(repo.path().join(".git/away"), repo.path().join(".git/objects")).unwrap();
    repo.write("a.txt", "3");
    repo.run("git-agent").args(["rollback", "fix@1"]).env("GIT_AGENT_TEST_DIE", "Filled").run().failure();
    assert_eq!(prompt(), "fix!");
    repo.write(".git/agent/ended", "nonsense");
    assert_eq!(prompt(), "fix!");
    repo.agent(&["undo"]).success();
    assert_eq!(prompt(), "fix");
}
