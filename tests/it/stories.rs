//! Random stories: whatever is done to the history, with our hooks and without them, the ledger and `--json` say what the trailers say.
//!
//! Stock git reads the trailers. Which commits the ledger has to know is written down when they are made: those that a person or an
//! agent makes while the hooks are there and a task is active. Without one it may know them. Half of the stories ask all the time, the others only at their end.
//! `GIT_AGENT_TEST_STORIES=<n>` plays so many, `GIT_AGENT_TEST_SEED` others.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::ledger::{Ledger, Random, task_id};
use crate::support::{Git, TestRepo, on_one_git};

const TASKS: [&str; 3] = ["t-1", "t-2", "t-3"];
const ACTS: usize = 24;

/// Commits by task.
type Named = BTreeMap<String, BTreeSet<String>>;

struct Story {
    /// Two worktrees of one repository.
    places: [TestRepo; 2],
    random: Random,
    /// Our hooks are there.
    hooks: bool,
    /// Commands that read the ledger run in between.
    asks: bool,
    /// The main worktree has a reflog.
    reflog: bool,
    /// What the ledger has to know.
    expected: Named,
    /// What it may know besides.
    allowed: Named,
    told: Vec<String>,
    files: usize,
}

impl Story {
    fn new(git: &Git, number: u64) -> Self {
        let repo = TestRepo::with_git(git);
        repo.use_real_dates();
        repo.commit_file("base", "base\n", "Base");
        repo.agent(&["hook", "install"]).success();
        for id in TASKS {
            repo.agent(&["add", "title", "--id", id]).success();
        }
        let linked = repo.worktree("linked");
        let asks = number.is_multiple_of(2);
        Story {
            places: [repo, linked],
            random: Random::new(number),
            hooks: true,
            asks,
            reflog: true,
            expected: Named::new(),
            allowed: Named::new(),
            told: Vec::new(),
            files: 0,
        }
    }

    fn task(&mut self) -> &'static str {
        TASKS[self.random.below(TASKS.len())]
    }

    /// Do something with the history of `place`, and note what the ledger has to know of it.
    fn act(&mut self, place: usize) {
        let repo = self.places[place].at("");
        let before = repo.head();
        let is_active = repo.git(&["rev-parse", "--verify", "--quiet", "refs/worktree/agent/active"]).code == Some(0);
        self.files += 1;
        let (file, subject) = (format!("f{}", self.files), format!("Step {}", self.files));
        // Now and then two acts write to the same file, and stand in the way of each other.
        let file = if self.random.one_in(4) { "shared".to_owned() } else { file };
        let content = format!("{subject}\n");
        let git = |words: &[&str]| repo.git(words).code == Some(0);
        let mut by_hand = false;
        let act = match self.random.below(16) {
            0..=4 => {
                repo.write(&file, content);
                let mut words = vec!["commit", "-q", "-m", &subject];
                let trailer = format!("Task-Id: {}", self.task());
                if self.random.one_in(4) {
                    words.extend(["-m", &trailer]);
                }
                by_hand = git(&["add", "-A"]) && git(&words);
                "commit"
            }
            5 | 6 => {
                repo.write(&file, content);
                by_hand = git(&["add", "-A"]) && git(&["commit", "-q", "--amend", "-m", &subject]);
                "amend"
            }
            7 => {
                let how = if self.random.one_in(2) { "--hard" } else { "--soft" };
                git(&["reset", "-q", how, "HEAD~1"]);
                "reset"
            }
            8 => {
                let commits = repo.git(&["rev-list", "--all", "--no-merges"]).lines();
                let picked = &commits[self.random.below(commits.len())];
                let _ = git(&["cherry-pick", picked]) || git(&["cherry-pick", "--abort"]);
                "pick"
            }
            9 => {
                let upstream = if place == 0 { "linked" } else { "main" };
                let _ = git(&["rebase", "-q", upstream]) || git(&["rebase", "--abort"]);
                "rebase"
            }
            10 => {
                let other = if place == 0 { "linked" } else { "main" };
                let _ = git(&["merge", "-q", "--no-edit", other]) || git(&["merge", "--abort"]);
                "merge"
            }
            11 => {
                repo.write(&file, content);
                let _ = git(&["stash", "push", "-q", "-u"]) && git(&["stash", "pop", "-q"]);
                git(&["reset", "-q", "--hard"]);
                "stash"
            }
            12 => {
                by_hand = git(&["revert", "--no-edit", "HEAD"]);
                let _ = by_hand || git(&["revert", "--abort"]) || git(&["reset", "-q", "--hard"]);
                "revert"
            }
            13 => {
                let id = self.task();
                match self.random.one_in(4) {
                    true => drop(repo.agent(&["pause", id])),
                    false => drop(repo.agent(&["start", id, "--take-over"])),
                }
                "task"
            }
            14 => {
                // Whatever is under way is recorded before the hooks go or the reflog does.
                repo.agent(&["list"]).success();
                self.hooks = !self.hooks;
                repo.agent(&["hook", if self.hooks { "install" } else { "uninstall" }]).success();
                "hooks"
            }
            _ => {
                repo.agent(&["list"]).success();
                self.reflog = !self.reflog;
                let main = &self.places[0];
                main.git(&["config", "core.logAllRefUpdates", if self.reflog { "true" } else { "false" }]).success();
                main.sh("rm -rf .git/logs .git/worktrees/*/logs").success();
                "reflog"
            }
        };
        let after = repo.head();
        let (hooks, reflog) = (self.hooks, self.reflog);
        self.told.push(format!("{act} in {place}: {after} (hooks {hooks}, active {is_active}, reflog {reflog})"));
        if by_hand && self.hooks && after != before {
            let named = if is_active { &mut self.expected } else { &mut self.allowed };
            for id in repo.task_ids("HEAD") {
                named.entry(id).or_default().insert(after.clone());
            }
        }
        // Without a reflog only the tip of a branch tells what was made.
        if !self.reflog || self.asks && self.random.one_in(3) {
            repo.agent(&["list"]).success();
        }
    }

    /// The commits of each task on `revisions`, by their trailers, as stock git reads them.
    fn by_trailers(&self, revisions: &[&str]) -> Named {
        let words = ["log", "--format=%H %(trailers:key=Task-Id,valueonly,unfold,separator=%x20)"];
        let mut named = Named::new();
        for line in self.places[0].git(&[&words[..], revisions].concat()).lines() {
            let mut fields = line.split_whitespace();
            let commit = fields.next().expect("a commit");
            fields.for_each(|id| named.entry(id.to_owned()).or_default().extend([commit.to_owned()]));
        }
        named
    }

    /// Compare everything.
    fn check(&self) {
        let story = || self.told.join("\n");
        for repo in &self.places {
            let head = repo.head();
            let by_trailers = self.by_trailers(&[&head]);
            for id in TASKS {
                let told = repo.agent(&["log", "--task", id, "--no-events", "--jsonl"]).lines();
                let told: BTreeSet<String> = told.iter().map(|line| commit(line).0).collect();
                assert_eq!(told, by_trailers.get(id).cloned().unwrap_or_default(), "log of {id}\n{}", story());
            }
        }
        let branches = ["main", "linked"];
        let mut told = Named::new();
        let words = ["log", "--no-events", "--jsonl"];
        for line in self.places[0].agent(&[&words[..], &branches].concat()).lines() {
            let (commit, tasks) = commit(&line);
            tasks.into_iter().for_each(|id| told.entry(id).or_default().extend([commit.clone()]));
        }
        assert_eq!(told, self.by_trailers(&branches), "log of both branches\n{}", story());
        let ledger = Ledger::of(&self.places[0], "reader@x");
        for id in TASKS {
            let task = &ledger.tasks()[&task_id(id)];
            let known: BTreeSet<String> = task.commits.iter().map(|known| known.commit.clone()).collect();
            assert_eq!(known.len(), task.commits.len(), "{id}: nothing is recorded twice\n{}", story());
            let of = |named: &Named| named.get(id).cloned().unwrap_or_default();
            let known: BTreeSet<String> = known.difference(&of(&self.allowed)).cloned().collect();
            assert_eq!(known, of(&self.expected), "ledger of {id}\n{}", story());
        }
    }
}

/// The commit of a line of `log --jsonl`, and its tasks.
fn commit(line: &str) -> (String, Vec<String>) {
    let entry: serde_json::Value = serde_json::from_str(line).expect("an object a line");
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let tasks = entry["tasks"].as_array().expect("a list").iter().map(text).collect();
    (text(&entry["commit"]), tasks)
}

#[test]
fn ledger_and_json_say_what_the_trailers_say() {
    let stories = std::env::var("GIT_AGENT_TEST_STORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    on_one_git(|git| {
        for number in 0..stories {
            let mut story = Story::new(git, number);
            for act in 0..ACTS {
                let place = story.random.below(2);
                story.act(place);
                if story.asks && act % 8 == 7 {
                    story.check();
                }
            }
            story.check();
        }
    });
}
