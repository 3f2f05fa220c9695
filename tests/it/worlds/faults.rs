//! A step fails, or the program dies there: then everything is as it was, or it says so and goes on either way.
//!
//! ```text
//!   fails ─▶ as before          dies ─▶ 'undo' ─▶ as before        dies ─▶ 'resume' ─▶ as if it had not died
//!                                 └─▶ 'undo' dies ─▶ 'undo' ─▶ …     └─▶ 'resume' dies ─▶ 'resume' or 'undo' ─▶ …
//! ```

use git_agent::recovery::{operation::OperationState, restore::fault_points};

use super::{View, World, each, numbers};

/// How an interrupted operation is brought to an end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Undo,
    Resume,
}

impl Way {
    pub fn verb(self) -> &'static str {
        match self {
            Way::Undo => "undo",
            Way::Resume => "resume",
        }
    }
}

/// A world in which an operation has something to do, and what is before and after that.
pub struct Stage {
    pub world: World,
    /// The operation.
    pub words: Vec<String>,
    /// It makes a commit: another one each time.
    makes_commit: bool,
    pub before: View,
    pub after: View,
}

impl Stage {
    /// Of the world `number`; `None` if there is nothing to do, or it is refused.
    pub fn set(number: u64) -> Option<Stage> {
        let mut world = World::new(number);
        let edits = 3 + world.random.below(8);
        world.mess(edits);
        let taken = world.agent(&["snapshot", "--json"]).json();
        let snapshot = taken["snapshot"]["id"].as_str().expect("an id");
        let edits = 3 + world.random.below(8);
        world.mess(edits);
        let point = ["t-1@1", "t-1@start", "t-2@start"][world.random.below(3)];
        let mode = ["files", "rewind", "restore", "revert"][world.random.below(4)];
        let options = ["--allow-foreign", "--allow-published", "--abandon-merge", "--shared"];
        let rollback = [&["rollback", point, "--mode", mode][..], &options].concat();
        let restore = ["snapshot", "restore", snapshot];
        let first = if world.random.one_in(2) { &rollback[..] } else { &restore };
        for words in [first, &restore, &rollback] {
            let done = world.operate(words);
            if done.recorded.is_some() {
                world.undo(&done);
                let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
                let head = |view: &View| view.refs.get("HEAD").cloned();
                let makes_commit = head(&done.before) != head(&done.after) && mode != "rewind";
                return Some(Stage { world, words, makes_commit, before: done.before, after: done.after });
            }
        }
        None
    }

    /// The words of the operation.
    pub fn operation(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// Whether an operation is interrupted now. Then the program says so, and does nothing else.
    #[track_caller]
    pub fn is_interrupted(&self) -> bool {
        let newest = self.world.newest().expect("there were operations");
        if newest.operation.state != OperationState::Begun {
            return false;
        }
        for args in [&self.operation()[..], &["redo"]] {
            let output = self.world.agent(args);
            assert_eq!(output.code, Some(6), "on top of half of something:\n{output}");
        }
        let status = self.world.agent(&["status", "--json"]).json();
        assert_eq!(status["interrupted"].as_str(), Some(&*newest.operation.id.to_string()), "it is not said");
        let ops = self.world.agent(&["ops"]).success().stdout;
        assert!(ops.contains("interrupted: 'git agent resume' or 'git agent undo'"), "it is not said:\n{ops}");
        true
    }

    /// End what is interrupted.
    #[track_caller]
    pub fn end(&self, way: Way, when: &str) {
        let output = self.world.agent(&[way.verb()]);
        assert_eq!(output.code, Some(0), "{when}: '{}' fails:\n{output}", way.verb());
        match way {
            Way::Undo => self.expect(&self.before, when),
            Way::Resume => self.arrived(when),
        }
        self.world.left_nothing(when);
        if way == Way::Resume {
            self.world.agent(&["undo"]).success();
            self.expect(&self.before, &format!("{when}, undone"));
        }
    }

    #[track_caller]
    pub fn expect(&self, wanted: &View, when: &str) {
        View::of(&self.world.here).expect_same(wanted, when);
    }

    /// It has come to its end.
    #[track_caller]
    pub fn arrived(&self, when: &str) {
        let (mut now, mut wanted) = (View::of(&self.world.here), self.after.clone());
        if self.makes_commit {
            [&mut now, &mut wanted].into_iter().for_each(|view| view.refs.clear());
        }
        now.expect_same(&wanted, when);
    }

    /// It fails at this step.
    fn fail(&self, at: &str) {
        let output = self.world.agent_with(&self.operation(), &[("GIT_AGENT_TEST_FAIL", at)]);
        if output.code == Some(0) {
            // It does not come there so often; or what it did was done by then.
            self.arrived(&format!("not failed at {at}"));
            self.world.agent(&["undo"]).success();
        } else if self.world.newest().is_some_and(|newest| newest.operation.state == OperationState::Done)
            && View::of(&self.world.here).differs_from(&self.before).is_some()
        {
            assert!(
                ["Moved", "Dropped"].iter().any(|late| at.starts_with(late)),
                "failed at {at}, and done:\n{output}"
            );
            self.world.agent(&["undo"]).success();
        }
        self.expect(&self.before, &format!("failed at {at}"));
        self.world.left_nothing(&format!("failed at {at}"));
    }

    /// It dies at this step; ends in this way, which may die, too.
    fn die(&self, at: &str, way: Way, again: Option<&str>) {
        let when =
            format!("died at {at}, {}{}", way.verb(), again.map(|at| format!(", died at {at}")).unwrap_or_default());
        let output = self.world.agent_with(&self.operation(), &[("GIT_AGENT_TEST_DIE", at)]);
        if output.code == Some(0) {
            self.world.agent(&["undo"]).success();
            return self.expect(&self.before, &when);
        }
        assert_eq!(output.code, None, "{when}:\n{output}");
        if !self.is_interrupted() {
            return self.settled(&when);
        }
        if let Some(at) = again {
            let output = self.world.agent_with(&[way.verb()], &[("GIT_AGENT_TEST_DIE", at)]);
            if output.code == Some(0) || !self.is_interrupted() {
                return self.settled(&when);
            }
        }
        self.end(way, &when);
    }

    /// Nothing is interrupted: it was not begun, or it is done.
    #[track_caller]
    pub fn settled(&self, when: &str) {
        let now = View::of(&self.world.here);
        if now.differs_from(&self.before).is_some() {
            self.arrived(when);
            self.world.agent(&["undo"]).success();
            self.expect(&self.before, &format!("{when}, undone"));
        }
        // What was left over is gone with the next operation.
        self.world.agent(&self.operation()).success();
        self.arrived(&format!("{when}, and again"));
        self.world.left_nothing(when);
        self.world.agent(&["undo"]).success();
        self.expect(&self.before, &format!("{when}, and undone again"));
    }
}

fn play(number: u64) {
    let Some(mut stage) = Stage::set(number) else { return };
    let there = View::of(&stage.world.there).of_its_own();
    for step in fault_points::FaultPoint::ALL {
        for at in [format!("{step:?}"), format!("{step:?}:2")] {
            let is_repeated = matches!(step, fault_points::FaultPoint::MovedAside | fault_points::FaultPoint::Written);
            if at.ends_with(":2") && !is_repeated {
                continue;
            }
            stage.fail(&at);
            let again = format!(
                "{:?}",
                fault_points::FaultPoint::ALL[stage.world.random.below(fault_points::FaultPoint::ALL.len())]
            );
            let way = if stage.world.random.one_in(2) { Way::Undo } else { Way::Resume };
            stage.die(&at, Way::Undo, None);
            stage.die(&at, Way::Resume, None);
            stage.die(&at, way, Some(&again));
        }
    }
    View::of(&stage.world.there).of_its_own().expect_same(&there, "the other worktree");
    stage.world.here.fsck();
}

#[test]
fn whatever_step_fails_or_is_the_last_one() {
    each("whatever_step_fails_or_is_the_last_one", numbers("GIT_AGENT_TEST_FAULTS", 1), play);
}
