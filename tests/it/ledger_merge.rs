//! Merging ledgers: whoever merges whom, in whatever order and with whose tool, the tasks are the same.

use std::collections::BTreeMap;

use git_agent::{
    domain::{
        event::{Claim, Complete, Dep, Fail, Pause, Payload, Reason, Start},
        id::TaskId,
        note,
        task::Task,
        text::Text,
    },
    git::ObjectId,
    store::ledger::{View, merge::merge, tree},
};

use crate::support::{
    Layout, TestRepo, default_git,
    ledger::{Ledger, Random, create, remark, task_id},
};

const LEDGER: &str = "refs/notes/agent-tasks";

/// One clone in the game.
struct Clone {
    repo: TestRepo,
    ledger: Ledger,
}

impl Clone {
    fn tip(&self) -> ObjectId {
        self.ledger.view().tip().expect("a ledger")
    }

    /// Fetch the ledger of `other`.
    fn fetch(&self, other: &Clone) -> Option<ObjectId> {
        let tip = other.ledger.view().tip()?;
        let from = other.repo.path().to_str().expect("a path in UTF-8");
        self.repo.git(&["fetch", "-q", from, &format!("+{LEDGER}:refs/agent/remotes/other/agent-tasks")]).success();
        Some(tip)
    }

    /// Take in the ledger of `other` with our merge.
    fn merge_ours(&self, other: &Clone) {
        if let Some(tip) = self.fetch(other) {
            merge(&self.ledger.repo, tip).expect("a merge");
        }
    }

    /// Take in the ledger of `other` with git's merge.
    fn merge_stock(&self, other: &Clone) {
        if self.fetch(other).is_some() {
            let from = "refs/agent/remotes/other/agent-tasks";
            self.repo.git(&["notes", "--ref=agent-tasks", "merge", "-q", "-s", "cat_sort_uniq", from]).success();
        }
    }
}

/// `count` clones with an empty ledger each.
fn clones(count: usize, layout: Layout) -> Vec<Clone> {
    let first = TestRepo::with_layout(default_git(), layout);
    let format: &[&str] = if layout == Layout::Sha256 { &["--object-format=sha256"] } else { &[] };
    let make = |at: usize| {
        let repo = first.at(format!("../clone-{at}"));
        first.run("git").args(["init", "-q"]).args(format).args([repo.path()]).run().success();
        let ledger = Ledger::of(&repo, &format!("agent-{at}@clone-{at}"));
        Clone { repo, ledger }
    };
    (0..count).map(make).collect()
}

/// Something that may happen to a task.
fn any_event(random: &mut Random, number: usize) -> Payload {
    match random.below(11) {
        0..3 => create(&format!("title {number}")),
        3 => Payload::Start(Start { lease: Some(random.below(100) as u64), ..Start::default() }),
        4 => Payload::Pause(Pause::default()),
        5 => Payload::Complete(Complete { result: Some(number.into()), ..Complete::default() }),
        6 => Payload::Fail(Fail { reason: Text::Inline(format!("reason {number}")), kind: None }),
        7 => Payload::Claim(Claim { lease: random.below(1_000) as u64, ..Claim::default() }),
        8 => Payload::Dep(Dep { add: vec![task_id(&format!("t-{}", random.below(9)))], remove: Vec::new() }),
        9 => remark(&format!("long {number} ").repeat(300)),
        _ => Payload::Reopen(Reason::default()),
    }
}

/// Let clones write and merge each other at random, then merge everything everywhere.
fn play(salt: u64, layout: Layout) {
    let mut random = Random::new(salt);
    let clones = clones(2 + random.below(4), layout);
    for number in 0..30 {
        let clone = &clones[random.below(clones.len())];
        if random.below(3) > 0 {
            let id = task_id(&format!("t-{}", random.below(9)));
            clone.ledger.write(vec![(id, any_event(&mut random, number))]);
            continue;
        }
        let other = &clones[random.below(clones.len())];
        match random.one_in(2) {
            true => clone.merge_ours(other),
            false => clone.merge_stock(other),
        }
    }
    // Everything into everything, each with its own tool and in its own order, until nothing is new.
    for _ in 0..2 {
        let mut order: Vec<(usize, usize)> =
            (0..clones.len()).flat_map(|to| (0..clones.len()).map(move |from| (to, from))).collect();
        random.shuffle(&mut order);
        for (to, from) in order.into_iter().filter(|(to, from)| to != from) {
            match random.one_in(2) {
                true => clones[to].merge_ours(&clones[from]),
                false => clones[to].merge_stock(&clones[from]),
            }
        }
    }
    let first = &clones[0];
    let expected = (first.ledger.tasks(), notes(&first.ledger));
    for clone in &clones {
        assert_eq!(
            (clone.ledger.tasks(), notes(&clone.ledger)),
            expected,
            "salt {salt}, {}",
            clone.repo.path().display()
        );
        check_objects(clone, &expected.0);
        clone.repo.fsck();
    }
}

/// The notes of a ledger, as bytes.
fn notes(ledger: &Ledger) -> BTreeMap<ObjectId, Vec<u8>> {
    let view = ledger.view();
    let Some(root) = view.root() else { return BTreeMap::new() };
    let notes = tree::list(&ledger.repo, root).expect("a tree").0;
    // Git does not sort a note that only one side has; the order of the lines has no meaning.
    notes
        .into_iter()
        .map(|(key, blob)| (key, note::union([ledger.repo.read(blob).expect("a blob").as_slice()])))
        .collect()
}

/// Anchors and long texts are in the clone, and stay there.
fn check_objects(clone: &Clone, tasks: &BTreeMap<TaskId, Task>) {
    clone.repo.git(&["update-ref", "-d", "refs/agent/remotes/other/agent-tasks"]).success();
    clone.repo.git(&["reflog", "expire", "--expire=now", "--all"]).success();
    clone.repo.git(&["gc", "-q", "--prune=now"]).success();
    clone.repo.git(&["notes", "--ref=agent-tasks", "prune"]).success();
    let ledger = Ledger::of(&clone.repo, "reader@here");
    let view = ledger.view();
    assert_eq!(&ledger.tasks(), tasks);
    for task in tasks.values() {
        assert!(ledger.repo.has(view.key(&task.id).unwrap()), "the anchor of {}", task.id);
        for note in &task.notes {
            assert!(view.text(&note.text).len() > 1_500, "the whole of a long text of {}", task.id);
        }
    }
}

/// How many games: a few every day, as many as `GIT_AGENT_TEST_GAMES` says in the long run.
fn games() -> u64 {
    std::env::var("GIT_AGENT_TEST_GAMES").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

#[test]
fn whatever_the_order_of_writes_and_merges_the_tasks_are_the_same_everywhere() {
    (0..games()).for_each(|salt| play(salt, if salt % 3 == 2 { Layout::Sha256 } else { Layout::Plain }));
}

#[test]
fn two_clones_that_merge_each_other_make_the_same_commit() {
    let clones = clones(2, Layout::Plain);
    let (a, b) = (&clones[0], &clones[1]);
    for (clone, name) in [(a, "a"), (b, "b")] {
        for at in 0..40 {
            clone.ledger.add(&format!("{name}-{at}"));
            clone.ledger.add(&format!("both-{at}"));
        }
        clone.ledger.remark("both-1", &format!("a long text of {name} ").repeat(200));
    }
    let (tip_a, tip_b) = (a.tip(), b.tip());
    a.fetch(b);
    b.fetch(a);
    let merged = merge(&a.ledger.repo, tip_b).unwrap();
    assert_eq!(merged.tip, merge(&b.ledger.repo, tip_a).unwrap().tip, "both made the same commit");
    assert_eq!(merged.changed.len(), 80, "40 of theirs, 40 of both");
    assert_eq!(a.ledger.tasks().len(), 120);
    // Once more is nothing new, and neither is anything older.
    for theirs in [tip_b, tip_a, merged.tip] {
        let again = merge(&a.ledger.repo, theirs).unwrap();
        assert_eq!((again.tip, again.changed.len()), (merged.tip, 0));
    }
    // Stock git gives the same notes.
    a.repo.git(&["update-ref", "refs/notes/stock", &tip_a.to_string()]).success();
    a.repo.git(&["update-ref", "refs/agent/remotes/other/b", &tip_b.to_string()]).success();
    a.repo.git(&["notes", "--ref=stock", "merge", "-q", "-s", "cat_sort_uniq", "refs/agent/remotes/other/b"]).success();
    let listed = |name: &str| a.repo.git(&["notes", &format!("--ref={name}"), "list"]).lines();
    assert_eq!(listed("stock"), listed("agent-tasks"));
    check_objects(a, &b.ledger.tasks());
}

#[test]
fn a_clone_without_a_ledger_takes_the_other_as_it_is() {
    let clones = clones(2, Layout::Plain);
    clones[0].ledger.add("t-1");
    clones[1].merge_ours(&clones[0]);
    assert_eq!(clones[0].tip(), clones[1].tip());
    clones[1].ledger.add("t-2");
    clones[0].merge_ours(&clones[1]);
    assert_eq!(clones[0].tip(), clones[1].tip(), "a fast-forward");
    assert_eq!(View::now(&clones[0].ledger.repo).unwrap().table().unwrap().len(), 2);
}
