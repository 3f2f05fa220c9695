//! One scenario being played: what it does, what it expects, and what must hold in all of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use super::Scenario;
use super::fixture::{FOREIGN, FOREIGN_MESSAGE, Fixture, PRELUDE};
use crate::support::{Output, TestRepo};

/// Whether our hooks run during the rewriting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hooks {
    Installed,
    Removed,
}

/// The tasks that a commit names.
type Tasks = BTreeSet<String>;

/// A scenario's repository and what was seen in it.
pub struct Case<'f> {
    repo: TestRepo,
    fixture: &'f Fixture,
    hooks: Hooks,
    expected: RefCell<BTreeMap<String, Tasks>>,
    verdict: RefCell<Verdict>,
    rewrites_main: RefCell<bool>,
    is_repaired: RefCell<bool>,
}

/// What was not as it should be.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Commits that name other tasks than they should.
    pub attribution: Vec<String>,
    /// Anything else.
    pub other: Vec<String>,
    /// A command that did not do what the scenario needs.
    pub panic: Option<String>,
}

/// Play `row` in a copy of `fixture`.
pub fn play(row: &Scenario, fixture: &Fixture, hooks: Hooks) -> Verdict {
    let case = Case {
        repo: fixture.copy(),
        fixture,
        hooks,
        expected: RefCell::default(),
        verdict: RefCell::default(),
        rewrites_main: RefCell::default(),
        is_repaired: RefCell::default(),
    };
    let played = catch_unwind(AssertUnwindSafe(|| {
        (row.play)(&case);
        case.finish();
    }));
    let mut verdict = case.verdict.into_inner();
    verdict.panic = played.err().map(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
    });
    verdict
}

impl Deref for Case<'_> {
    type Target = TestRepo;

    fn deref(&self) -> &TestRepo {
        &self.repo
    }
}

/// `T+U`, `-`.
fn shown(tasks: &Tasks) -> String {
    if tasks.is_empty() { "-".to_owned() } else { tasks.iter().map(String::as_str).collect::<Vec<_>>().join("+") }
}

fn words(tasks: impl Iterator<Item = Tasks>) -> String {
    tasks.map(|one| shown(&one)).collect::<Vec<_>>().join(" ")
}

fn parsed(word: &str) -> Tasks {
    word.split('+').filter(|task| *task != "-").map(str::to_owned).collect()
}

impl Case<'_> {
    /// Here the rewriting begins: from now on the control has no hooks.
    pub fn begin(&self) {
        self.begin_in(&self.repo);
    }

    /// [`Case::begin`] in another repository.
    pub fn begin_in(&self, repo: &TestRepo) {
        if self.hooks == Hooks::Removed {
            repo.agent(&["hook", "uninstall"]).success();
        }
    }

    /// Check out `branch`, make `task` active (`-`: none), begin.
    pub fn begin_at(&self, branch: &str, task: &str) {
        let set = if task == "-" { "idle".to_owned() } else { format!("active {task}") };
        self.play(&format!("git checkout -q {branch}; {set}"));
        self.begin();
    }

    /// Install our hooks in a clone, in which they would run.
    pub fn install_in(&self, repo: &TestRepo) {
        if self.hooks == Hooks::Installed {
            repo.agent(&["init", "--quiet"]).success();
        }
    }

    /// Run a script of git commands; each must succeed.
    #[track_caller]
    pub fn play(&self, script: &str) -> Output {
        self.play_in(&self.repo, script)
    }

    /// [`Case::play`] in another repository.
    #[track_caller]
    pub fn play_in(&self, repo: &TestRepo, script: &str) -> Output {
        let run = repo.run("sh").args(["-e", "-c", &format!("{PRELUDE}{script}")]).env_remove("GIT_EDITOR");
        let output = run.run();
        assert_eq!(output.code, Some(0), "'{script}' ended unexpectedly:\n{}{}", output.stdout, output.stderr);
        output
    }

    /// The commits of `range`, oldest first, should name these tasks: `T - T+U`; to our queries and to stock git.
    pub fn expect(&self, range: &str, wanted: &str) {
        self.expect_both(range, wanted, wanted);
    }

    /// [`Case::expect`] where stock git, which reads the final block only, sees less than our queries.
    ///
    /// Git is asked at once, our log about all commits together in the end.
    pub fn expect_both(&self, range: &str, ours: &str, stock: &str) {
        let listed = self.as_git_reads(&self.repo, range, stock);
        let wanted: Vec<Tasks> = ours.split_whitespace().map(parsed).collect();
        if wanted.len() != listed.len() {
            self.wrong(format!("{range}: {} commits, expected {}", listed.len(), wanted.len()));
        }
        self.expected.borrow_mut().extend(listed.into_iter().zip(wanted));
    }

    /// [`Case::expect`] in another repository.
    pub fn expect_in(&self, repo: &TestRepo, range: &str, wanted: &str) {
        let listed = self.as_git_reads(repo, range, wanted);
        let by_us = named(repo, &[range]);
        let got = words(listed.iter().map(|id| by_us.get(id).cloned().unwrap_or_default()));
        if got != words(wanted.split_whitespace().map(parsed)) {
            self.wrong(format!("{range}: our log says '{got}', expected '{wanted}'"));
        }
    }

    /// `git agent repair` should tie the commits of `range` to `ours`, and leave them as they are: git goes on to see `stock`.
    pub fn repaired(&self, range: &str, ours: &str, stock: &str) {
        self.as_git_reads(&self.repo, range, stock);
        self.agent(&["repair"]).success();
        self.expect_both(range, ours, stock);
        self.is_repaired.replace(true);
    }

    /// `got` should be `want`, with our hooks.
    pub fn same<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(&self, what: &str, got: &T, want: &U) {
        if got != want {
            self.verdict.borrow_mut().other.push(format!("{what}: {got:?}, expected {want:?}"));
        }
    }

    /// The whole message of `rev` should be this.
    pub fn message_is(&self, rev: &str, want: &str) {
        self.same(&format!("message of {rev}"), &String::from_utf8_lossy(&self.message(rev)).as_ref(), &want);
    }

    /// The subjects of `range`, oldest first, should be these.
    pub fn subjects_are(&self, range: &str, want: &[&str]) {
        let got = self.git(&["log", "--reverse", "--topo-order", "--format=%s", range]).lines();
        self.same(&format!("subjects of {range}"), &got.iter().map(String::as_str).collect::<Vec<_>>(), &want);
    }

    /// This scenario rewrites the foreign commits of main, too.
    pub fn rewrites_main(&self) {
        self.rewrites_main.replace(true);
    }

    fn wrong(&self, what: String) {
        self.verdict.borrow_mut().attribution.push(what);
    }

    /// The commits of `range`, oldest first, in which git's `%(trailers)` should find `wanted`.
    fn as_git_reads(&self, repo: &TestRepo, range: &str, wanted: &str) -> Vec<String> {
        let format = "--format=%H %(trailers:key=Task-Id,valueonly,unfold,separator=%x2B)";
        let listed = repo.git(&["log", "--reverse", "--topo-order", format, range]).lines();
        let listed: Vec<(&str, &str)> = listed.iter().map(|line| line.split_once(' ').unwrap_or((line, ""))).collect();
        let got = words(listed.iter().map(|(_, ids)| parsed(if ids.is_empty() { "-" } else { ids })));
        if got != words(wanted.split_whitespace().map(parsed)) {
            self.wrong(format!("{range}: git says '{got}', expected '{wanted}'"));
        }
        for (id, ids) in &listed {
            let once = ids.split('+').collect::<BTreeSet<_>>().len() == ids.split('+').count();
            if !once && self.hooks == Hooks::Installed {
                self.verdict.borrow_mut().other.push(format!("{id} names a task twice: {ids}"));
            }
        }
        listed.iter().map(|(id, _)| (*id).to_owned()).collect()
    }

    /// What must hold in every scenario.
    fn finish(&self) {
        if self.hooks == Hooks::Removed {
            return;
        }
        self.fsck();
        self.foreign_commits_are_as_they_were();
        let known = self.fixture.known.iter().map(|(id, task)| (id.clone(), parsed(task)));
        let mut wanted: BTreeMap<String, Tasks> = known.collect();
        wanted.extend(self.expected.borrow().clone());
        let nothing = Tasks::new();
        let wanted = |id: &str| wanted.get(id).unwrap_or(&nothing);
        let expected = self.expected.borrow();
        let ids: Vec<&str> = expected.keys().map(String::as_str).collect();
        for (id, tasks) in named(&self.repo, &[&["--branches", "HEAD"], ids.as_slice()].concat()) {
            // A log that is not about a task does not read every note; what it says of a linked commit may be less, never more.
            let is_linked = *self.is_repaired.borrow() && tasks.is_empty();
            if tasks != *wanted(&id) && !is_linked {
                let (tasks, wanted) = (shown(&tasks), shown(wanted(&id)));
                self.wrong(format!("our log says that {id} names {tasks}, expected {wanted}"));
            }
        }
        let mut by_task: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let on_head = self.git(&["rev-list", "HEAD"]).lines();
        for id in &on_head {
            for task in wanted(id) {
                by_task.entry(task).or_default().insert(id.clone());
            }
        }
        for (task, commits) in by_task {
            let found: BTreeSet<String> = named(&self.repo, &[task]).into_keys().collect();
            if found != commits {
                self.wrong(format!("log {task}: {found:?}, expected {commits:?}"));
            }
        }
    }

    /// Main still has them, and wherever they were replayed author and message are the same.
    fn foreign_commits_are_as_they_were(&self) {
        let complain = |what: String| self.verdict.borrow_mut().other.push(what);
        if !*self.rewrites_main.borrow()
            && self.git(&["merge-base", "--is-ancestor", "upstream", "main"]).code != Some(0)
        {
            complain("main has lost a foreign commit".to_owned());
        }
        let raw = self.git(&["log", "--branches", "HEAD", "-z", "--format=%an <%ae>%n%B"]).success().stdout;
        for record in raw.split('\0') {
            let Some((author, message)) = record.split_once('\n') else { continue };
            let Some(original) =
                ["base\n", "up\n", FOREIGN_MESSAGE].iter().find(|one| one.lines().next() == message.lines().next())
            else {
                continue;
            };
            if author != FOREIGN || !message.starts_with(original.trim_end()) {
                complain(format!("a foreign commit was changed: {author}: {message:?}"));
            }
        }
    }
}

/// The commits that `git agent log` shows, each with its tasks.
pub fn named(repo: &TestRepo, words: &[&str]) -> BTreeMap<String, Tasks> {
    let lines = repo.agent(&[&["log", "--jsonl"], words].concat()).lines();
    let values = lines.iter().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    let commits = values.filter(|line| line["type"] == "commit");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    commits
        .map(|line| (text(&line["commit"]), line["tasks"].as_array().expect("a list").iter().map(text).collect()))
        .collect()
}
