//! Which mode a rollback takes on real histories, and what it means for them.

use git_agent::{
    domain::{
        revision::{Spec, Which},
        rollback::{Mode, Options},
        time::Timestamp,
    },
    error::Error,
    git::ObjectId,
    query::revision::{self, Rule},
    recovery::{
        path_plan::Scope,
        rollback::{self, After, Request, RollbackPlan, RollbackTarget},
    },
};

use crate::support::{
    Git, Layout, TestRepo, inside_every_git,
    ledger::{Ledger, task_id},
};

/// What is asked for, to be refined.
pub struct Ask {
    pub options: Options,
    pub paths: Vec<&'static str>,
    pub shared: bool,
    pub abandon_merge: bool,
}

impl Ask {
    pub const PLAIN: Ask = Ask {
        options: Options { mode: None, allow_foreign: false, allow_published: false },
        paths: Vec::new(),
        shared: false,
        abandon_merge: false,
    };

    pub fn mode(mode: Mode) -> Ask {
        Ask { options: Options { mode: Some(mode), ..Options::default() }, ..Ask::PLAIN }
    }

    pub fn paths(paths: &[&'static str]) -> Ask {
        Ask { paths: paths.to_vec(), ..Ask::PLAIN }
    }

    /// What it comes to for `word`: `T-1@2`.
    pub fn of(self, repo: &TestRepo, word: &str) -> Result<RollbackPlan, Error> {
        let ledger = Ledger::of(repo, "me");
        let view = ledger.view();
        let spec = Spec::parse(word).unwrap();
        let task = view.task(&task_id(spec.task.unwrap())).unwrap().expect("the task is there");
        let request = Request {
            mode: self.options.mode,
            allow_foreign: self.options.allow_foreign,
            allow_published: self.options.allow_published,
            paths: self.paths.iter().map(Into::into).collect(),
            shared: self.shared,
            abandon_merge: self.abandon_merge,
            ..Request::default()
        };
        let head = rollback::check(&view, &task, std::slice::from_ref(&task.id), &request)?;
        let which = spec.which.unwrap_or(Which::Last);
        let point = revision::find(&view, &task, which, head, Timestamp::from_seconds(1_800_000_000))?;
        if point.cut && which == Which::Start {
            return Err(revision::refuse_cut("roll back"));
        }
        let name = point.number.map_or_else(|| which.to_string(), |number| number.to_string());
        let to = RollbackTarget { commit: point.commit, number: point.number, rule: point.rule, name, snapshot: None };
        rollback::plan(&view, &task, std::slice::from_ref(&task.id), to, head, &request)
    }

    /// A plan without conflicts.
    fn carried(self, repo: &TestRepo, word: &str) -> Result<RollbackPlan, Error> {
        self.of(repo, word).and_then(|plan| plan.refuse_conflicts().map(|()| plan))
    }

    /// The plan.
    #[track_caller]
    pub fn plan(self, repo: &TestRepo, word: &str) -> RollbackPlan {
        self.carried(repo, word).unwrap_or_else(|error| panic!("{word}: {error}"))
    }

    /// The code of the refusal, and its exit code.
    #[track_caller]
    pub fn refusal(self, repo: &TestRepo, word: &str) -> (&'static str, u8) {
        let error = self.carried(repo, word).expect_err("a refusal");
        (error.code().word, error.kind().exit_code())
    }
}

/// A repository with a first commit and the tasks T-1, which is started, and T-2.
pub fn with_tasks(git: &Git, layout: Layout) -> TestRepo {
    let repo = TestRepo::with_layout(git, layout);
    repo.commit_file("base", "0\n", "first");
    for id in ["T-1", "T-2"] {
        repo.agent(&["add", id, "--id", id]).success();
    }
    repo.agent(&["start", "T-1"]).success();
    repo
}

/// Commit `content` to `file` for `task`, or for none.
pub fn commit(repo: &TestRepo, file: &str, content: &str, task: &str) -> String {
    let trailer = if task.is_empty() { String::new() } else { format!("\n\nTask-Id: {task}") };
    repo.deactivate();
    let id = repo.commit_file(file, content, &format!("{file}{trailer}"));
    repo.activate("T-1");
    id
}

pub fn oid(hex: &str) -> ObjectId {
    ObjectId::from_hex(hex.as_bytes()).unwrap()
}

fn hexes(ids: &[ObjectId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn layouts(git: &Git) -> Vec<Layout> {
    let reftable = git.has_reftable().then_some(Layout::Reftable);
    [Layout::Plain, Layout::Sha256].into_iter().chain(reftable).collect()
}

#[test]
fn the_history_chooses_the_mode() {
    inside_every_git("rollback_modes::the_history_chooses_the_mode", |git| {
        for layout in layouts(git) {
            let repo = with_tasks(git, layout);
            let base = repo.head();
            let one = commit(&repo, "a", "1\n", "T-1");
            // Nothing came after it.
            let plan = Ask::PLAIN.plan(&repo, "T-1");
            assert_eq!((plan.mode, &plan.after, plan.to.number), (Mode::Files, &After::Stay, Some(1)));
            assert_eq!((plan.head_before, &plan.scope), (oid(&one), &Scope::Everything));
            assert_eq!(plan.tree.to_string(), repo.git(&["rev-parse", "HEAD^{tree}"]).text());
            // Own commits.
            let two = commit(&repo, "a", "2\n", "T-1");
            let three = commit(&repo, "b", "3\n", "T-1");
            let plan = Ask::PLAIN.plan(&repo, "T-1@1");
            assert_eq!((plan.mode, &plan.after), (Mode::Rewind, &After::MoveTo(oid(&one))));
            assert_eq!((hexes(&plan.drop), &plan.revert), (vec![three.clone(), two.clone()], &vec![]));
            let plan = Ask::PLAIN.plan(&repo, "T-1@start");
            assert_eq!((plan.mode, plan.after), (Mode::Rewind, After::MoveTo(oid(&base))));
            assert_eq!(plan.to.rule, Some(Rule::Recorded));
            // Some of them on a remote branch.
            repo.git(&["update-ref", "refs/remotes/origin/main", &two]).success();
            assert_eq!(Ask::PLAIN.plan(&repo, "T-1@2").mode, Mode::Rewind);
            let plan = Ask::PLAIN.plan(&repo, "T-1@1");
            let After::Commit(commit_on_top) = &plan.after else { panic!("{:?}", plan.after) };
            assert_eq!((plan.mode, &plan.drop, hexes(&plan.revert)), (Mode::Restore, &vec![], vec![three, two]));
            assert_eq!((commit_on_top.tree, &commit_on_top.parents), (plan.tree, &vec![plan.head_before]));
            assert_eq!(plan.tree.to_string(), repo.git(&["rev-parse", &format!("{one}^{{tree}}")]).text());
            // Somebody else's.
            let other = commit(&repo, "c", "4\n", "T-2");
            let four = commit(&repo, "c2", "5\n", "T-1");
            let plan = Ask::PLAIN.plan(&repo, "T-1@3");
            assert_eq!((plan.mode, hexes(&plan.revert)), (Mode::Revert, vec![four]));
            assert_eq!(plan.other_tasks[0].commits, [oid(&other)]);
        }
    });
}

#[test]
fn published_means_a_remote_branch_or_a_tag() {
    inside_every_git("rollback_modes::published_means_a_remote_branch_or_a_tag", |git| {
        let repo = with_tasks(git, Layout::Plain);
        commit(&repo, "a", "1\n", "T-1");
        let two = commit(&repo, "a", "2\n", "T-1");
        let three = commit(&repo, "a", "3\n", "T-1");
        let mode = || Ask::PLAIN.plan(&repo, "T-1@1").mode;
        // Other branches, notes and snapshots publish nothing.
        for name in ["refs/heads/other", "refs/agent/snap/x", "refs/notes/x", "refs/stash"] {
            repo.git(&["update-ref", name, &three]).success();
        }
        assert_eq!(mode(), Mode::Rewind);
        for publish in [["tag", "light", &two], ["tag", "-mx", "annotated"], ["update-ref", "refs/remotes/x/y", &two]] {
            repo.git(&publish).success();
            assert_eq!(mode(), Mode::Restore, "{publish:?}");
            assert_eq!(Ask::mode(Mode::Rewind).refusal(&repo, "T-1@1"), ("published-commits", 1));
            let options = Options { mode: Some(Mode::Rewind), allow_published: true, allow_foreign: false };
            assert_eq!(Ask { options, ..Ask::PLAIN }.plan(&repo, "T-1@1").mode, Mode::Rewind);
            repo.sh("git tag -l | xargs -r git tag -d; git update-ref -d refs/remotes/x/y").success();
            assert_eq!(mode(), Mode::Rewind);
        }
        // Tags on other things are no obstacle.
        repo.sh("git tag blob $(git rev-parse HEAD:a); git tag tree HEAD^{tree}").success();
        assert_eq!(mode(), Mode::Rewind);
    });
}

#[test]
fn forced_modes_over_foreign_commits() {
    inside_every_git("rollback_modes::forced_modes_over_foreign_commits", |git| {
        let repo = with_tasks(git, Layout::Plain);
        let one = commit(&repo, "a", "1\n", "T-1");
        let two = commit(&repo, "b", "2\n", "");
        for mode in [Mode::Rewind, Mode::Restore] {
            assert_eq!(Ask::mode(mode).refusal(&repo, "T-1"), ("foreign-commits", 1));
            let options = Options { mode: Some(mode), allow_foreign: true, allow_published: false };
            let plan = Ask { options, ..Ask::PLAIN }.plan(&repo, "T-1");
            assert_eq!(
                (plan.mode, plan.tree.to_string()),
                (mode, repo.git(&["rev-parse", &format!("{one}^{{tree}}")]).text())
            );
            let lost = if mode == Mode::Rewind { &plan.drop } else { &plan.revert };
            assert_eq!(lost, &[oid(&two)]);
        }
        // Files are brought back over anybody's commits, and HEAD stays.
        assert_eq!(Ask::mode(Mode::Files).plan(&repo, "T-1").after, After::Stay);
        for ask in [Ask::PLAIN, Ask::mode(Mode::Revert)] {
            assert_eq!(ask.refusal(&repo, "T-1"), ("nothing-to-revert", 1));
        }
        // What only looks like the task's is not.
        repo.deactivate();
        repo.commit_file("c", "1", "squashed (#7)\n\n* c\n\nTask-Id: T-1\n\nmore text");
        repo.activate("T-1");
        let error = Ask::mode(Mode::Rewind).of(&repo, "T-1@1").unwrap_err();
        assert!(error.to_string().contains(&repo.head()[..12]), "{error}");
    });
}

#[test]
fn a_task_that_began_with_the_history() {
    inside_every_git("rollback_modes::a_task_that_began_with_the_history", |git| {
        let repo = TestRepo::with_git(git);
        repo.agent(&["add", "T-1", "--id", "T-1"]).success();
        repo.agent(&["start", "T-1"]).success();
        assert_eq!(Ask::PLAIN.refusal(&repo, "T-1@start"), ("unborn-head", 1));
        commit(&repo, "a", "1\n", "T-1");
        commit(&repo, "b", "1\n", "T-1");
        let plan = Ask::PLAIN.plan(&repo, "T-1@start");
        assert_eq!((plan.mode, plan.to.commit, plan.to.rule), (Mode::Restore, None, Some(Rule::Unborn)));
        assert!(plan.tree.is_empty_tree());
        assert_eq!(Ask::mode(Mode::Rewind).refusal(&repo, "T-1@start"), ("nothing-before", 1));
        let plan = Ask::mode(Mode::Revert).plan(&repo, "T-1@start");
        assert!(plan.tree.is_empty_tree() && plan.revert.len() == 2);
    });
}

#[test]
fn a_detached_head_and_a_linked_worktree_are_as_good_as_a_branch() {
    inside_every_git("rollback_modes::a_detached_head_and_a_linked_worktree_are_as_good_as_a_branch", |git| {
        let repo = with_tasks(git, Layout::Plain);
        let one = commit(&repo, "a", "1\n", "T-1");
        let two = commit(&repo, "a", "2\n", "T-1");
        repo.git(&["checkout", "-q", "--detach"]).success();
        let plan = Ask::PLAIN.plan(&repo, "T-1@1");
        assert_eq!((plan.mode, plan.after), (Mode::Rewind, After::MoveTo(oid(&one))));
        let other = repo.worktree("other");
        assert_eq!(Ask::PLAIN.plan(&other, "T-1@1").head_before, oid(&two));
        // Of what came to nothing, nothing is left to be done to the history.
        let back = commit(&repo, "a", "1\n", "T-1");
        repo.git(&["tag", "published"]).success();
        let plan = Ask::PLAIN.plan(&repo, "T-1@1");
        assert_eq!((plan.mode, plan.after, plan.head_before), (Mode::Files, After::Stay, oid(&back)));
    });
}

#[test]
fn paths_limit_it_to_files() {
    inside_every_git("rollback_modes::paths_limit_it_to_files", |git| {
        let repo = with_tasks(git, Layout::Plain);
        repo.write("sub/x", "1\n");
        commit(&repo, "sub/y", "1\n", "T-1");
        commit(&repo, "sub/z", "2\n", "T-1");
        repo.write(".gitignore", "ignored\n");
        for file in ["sub/new", "sub/ignored", "outside"] {
            repo.write(file, "untracked");
        }
        repo.git(&["init", "-q", "sub/nested"]).success();
        let scope = |ask: Ask, word: &str| match ask.plan(&repo, word) {
            RollbackPlan { mode: Mode::Files, after: After::Stay, scope: Scope::Paths(paths), .. } => {
                paths.iter().map(|touched| touched.path.to_string()).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        std::env::set_current_dir(repo.path()).unwrap();
        assert_eq!(scope(Ask::paths(&["sub"]), "T-1@1"), ["sub/new", "sub/x", "sub/y", "sub/z"]);
        std::env::set_current_dir(repo.path().join("sub")).unwrap();
        assert_eq!(scope(Ask::paths(&["."]), "T-1@1"), ["sub/new", "sub/x", "sub/y", "sub/z"]);
        assert_eq!(scope(Ask::paths(&[":/base", ":(exclude)x", "*x"]), "T-1@start"), ["base"]);
        assert_eq!(scope(Ask { paths: vec!["y"], ..Ask::mode(Mode::Files) }, "T-1@start"), ["sub/y"]);
        assert_eq!(Ask::paths(&["nothing"]).refusal(&repo, "T-1@1"), ("no-such-path", 2));
        assert_eq!(Ask::paths(&["../../outside"]).refusal(&repo, "T-1@1"), ("bad-path", 2));
        for mode in [Mode::Rewind, Mode::Restore] {
            let ask = Ask { paths: vec!["y"], ..Ask::mode(mode) };
            assert_eq!(ask.refusal(&repo, "T-1@1"), ("paths-without-commits", 2));
        }
    });
}

#[test]
fn others_who_are_concerned_are_listed() {
    inside_every_git("rollback_modes::others_who_are_concerned_are_listed", |git| {
        let repo = with_tasks(git, Layout::Plain);
        for (id, after) in [("direct", "T-1"), ("through", "direct"), ("aside", "T-2")] {
            repo.agent(&["add", id, "--id", id, "--after", after]).success();
        }
        repo.agent(&["complete", "direct", "--force"]).success();
        for id in ["closed-far", "closed-near"] {
            repo.agent(&["add", id, "--id", id]).success();
            repo.agent(&["complete", id]).success();
        }
        commit(&repo, "a", "1\n", "T-1");
        commit(&repo, "a", "2\n", "closed-near");
        commit(&repo, "far", "2\n", "closed-far");
        commit(&repo, "b", "2\n", "T-2");
        commit(&repo, "a", "3\n", "stranger");
        let plan = Ask::mode(Mode::Files).plan(&repo, "T-1@start");
        let others: Vec<_> = plan
            .other_tasks
            .iter()
            .map(|other| (other.id.as_str(), other.paths.len(), other.known.is_some()))
            .collect();
        assert_eq!(others, [("T-2", 0, true), ("closed-near", 1, true), ("stranger", 1, false)]);
        let dependents: Vec<_> = plan.dependents.iter().map(|task| (task.id.as_str(), task.status.as_str())).collect();
        assert_eq!(dependents, [("direct", "completed"), ("through", "pending")]);
    });
}

#[test]
fn the_newest_checkpoint_is_meant_where_none_is_named() {
    let repo = with_tasks(crate::support::default_git(), Layout::Plain);
    assert_eq!(Ask::PLAIN.refusal(&repo, "T-1"), ("no-such-checkpoint", 1));
    for at in 0..3 {
        commit(&repo, "a", &at.to_string(), "T-1");
    }
    assert_eq!(Ask::PLAIN.plan(&repo, "T-1").to.number, Some(3));
    let to = |word: &str| {
        let to = Ask::PLAIN.plan(&repo, word).to;
        (to.commit, to.number, to.name)
    };
    assert_eq!(to("T-1"), to("T-1@last"));
    assert_eq!(Spec::parse("T-1@2").unwrap().which, Some(Which::Number(2)));
    assert_eq!(Ask::PLAIN.plan(&repo, "T-1@2").to.name, "2");
}
