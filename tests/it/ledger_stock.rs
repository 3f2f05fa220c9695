//! The ledger under stock git: the same trees, and nothing that git does to a repository harms it.

use git_agent::{
    git::{ObjectId, objects::Batch},
    store::ledger::tree::{self, Changes},
};

use crate::support::{
    Layout, TestRepo, default_git,
    ledger::{Ledger, Random, create, remark, task_id},
    on_every_git,
};

/// The blob of `bytes`, written by git.
fn blob(repo: &TestRepo, bytes: &str) -> String {
    repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin(bytes).run().text()
}

/// Put notes into a tree, ours and git's, one by one; after every step both are the same tree.
fn same_trees(layout: Layout, salt: u64) {
    let repo = TestRepo::with_layout(default_git(), layout);
    let ours = Ledger::of(&repo, "a@b");
    let mut random = Random::new(salt);
    let mut keys: Vec<ObjectId> =
        (0..300).map(|i| ours.repo.blob_id(format!("0 task t-{i}\n").as_bytes()).unwrap()).collect();
    random.shuffle(&mut keys);
    let notes: Vec<ObjectId> =
        (0..20).map(|i| blob(&repo, &format!("note {i}\n")).parse().expect("an object id")).collect();
    let (mut root, mut trees) = (None, Vec::new());
    for step in 0..keys.len() + 40 {
        // In the end, some notes change.
        let key = keys.get(step).copied().unwrap_or_else(|| keys[random.below(keys.len())]);
        let note = notes[random.below(notes.len())];
        repo.git(&["notes", "--ref=stock", "add", "-f", "-C", &note.to_string(), &key.to_string()]).success();
        let changes = Changes { notes: [(key, note)].into(), ..Changes::default() };
        let mut batch = Batch::default();
        let tree = tree::edit(&ours.repo, &mut batch, root, &changes).unwrap();
        batch.write(&ours.repo).unwrap();
        root = Some(tree);
        trees.push(tree.to_string());
    }
    let stock = repo.git(&["log", "--reverse", "--format=%T", "refs/notes/stock"]).lines();
    // Git makes no commit when a note becomes what it was.
    trees.dedup();
    let stock_trees: Vec<String> = stock.into_iter().fold(Vec::new(), |mut trees, tree| {
        trees.extend((trees.last() != Some(&tree)).then_some(tree));
        trees
    });
    assert_eq!(trees, stock_trees);
    // All at once is the same tree, too.
    let all = tree::list(&ours.repo, root.unwrap()).unwrap().0;
    let changes = Changes { notes: all.into_iter().collect(), ..Changes::default() };
    let at_once = tree::edit(&ours.repo, &mut Batch::default(), None, &changes).unwrap();
    assert_eq!(Some(at_once), root);
}

#[test]
fn trees_are_those_that_stock_git_writes() {
    same_trees(Layout::Plain, 1);
}

#[test]
fn trees_are_those_that_stock_git_writes_with_sha256() {
    same_trees(Layout::Sha256, 2);
}

#[test]
fn whatever_git_does_to_the_repository_leaves_the_tasks_alone() {
    on_every_git(|git| {
        let mut layouts = vec![Layout::Plain, Layout::Sha256, Layout::Bare];
        layouts.extend(git.has_reftable().then_some(Layout::Reftable));
        for layout in layouts {
            eprintln!("{layout:?}");
            survives(&TestRepo::with_layout(git, layout));
        }
    });
}

fn survives(repo: &TestRepo) {
    let ledger = Ledger::of(repo, "a@b");
    ledger.write((0..150).map(|i| (task_id(&format!("bulk-{i}")), create("bulk"))).collect());
    for i in 0..20 {
        ledger.add(&format!("t-{i}"));
        ledger.remark(&format!("t-{i}"), &"a long remark ".repeat(if i % 5 == 0 { 200 } else { 1 }));
    }
    let tasks = ledger.tasks();
    assert_eq!(tasks.len(), 170);
    let key = ledger.view().key(&task_id("t-3")).unwrap().to_string();
    assert_eq!(repo.git(&["notes", "--ref=agent-tasks", "list"]).lines().len(), 170);
    let shown = repo.git(&["notes", "--ref=agent-tasks", "show", &key]).lines();
    assert_eq!((shown.len(), shown[0].as_str()), (3, "0 task t-3"));
    repo.fsck();

    let check = |repo: &TestRepo| {
        let ledger = Ledger::of(repo, "c@d");
        assert_eq!(ledger.tasks(), tasks);
        repo.git(&["reflog", "expire", "--expire=now", "--all"]).success();
        repo.git(&["gc", "-q", "--prune=now"]).success();
        repo.git(&["notes", "--ref=agent-tasks", "prune"]).success();
        assert_eq!(Ledger::of(repo, "c@d").tasks(), tasks, "after gc and prune");
        for id in tasks.keys() {
            assert!(ledger.repo.has(ledger.view().key(id).unwrap()), "the anchor of {id}");
        }
        for task in tasks.values() {
            for remark in &task.notes {
                assert!(ledger.view().text(&remark.text).starts_with("a long remark"), "{}", task.id);
            }
        }
        let long = ledger.view().text(&tasks[&task_id("t-5")].notes[0].text);
        assert_eq!(long.len(), 14 * 200, "long texts are there whole");
        repo.fsck();
    };
    repo.git(&["clone", "-q", "--mirror", ".", "../mirror"]).success();
    check(&repo.at("../mirror"));
    check(repo);
    // Stock git adds to a note, or writes one anew; the tree stays one that we read and write.
    let line = "2026-01-02T03:04:05.000Z 01KATK2X5G0000000000000001 hand@made n=9 note text=\"by hand\"";
    repo.git(&["notes", "--ref=agent-tasks", "append", "-m", line, &key]).success();
    ledger.remark("t-3", "and another");
    assert_eq!(ledger.count("t-3"), 4);
    let root = ledger.view().root().unwrap();
    let (notes, foreign) = tree::list(&ledger.repo, root).unwrap();
    assert_eq!((notes.len(), foreign.len()), (170, 0));
    assert_eq!(ledger.tasks().values().filter(|task| !task.notes.is_empty()).count(), 20);
    repo.fsck();
}

#[test]
fn a_remark_in_a_bulk_of_others_is_one_commit() {
    let repo = TestRepo::new();
    let ledger = Ledger::of(&repo, "a@b");
    ledger.write(
        (0..400)
            .flat_map(|i| {
                let id = task_id(&format!("t-{i}"));
                [(id.clone(), create("x")), (id, remark("y"))]
            })
            .collect(),
    );
    assert_eq!(repo.git(&["rev-list", "--count", "refs/notes/agent-tasks"]).text(), "1");
    assert_eq!(ledger.tasks().len(), 400);
    repo.fsck();
}

#[test]
fn a_long_text_that_is_said_twice_in_one_commit_is_one_entry() {
    let repo = TestRepo::new();
    let ledger = Ledger::of(&repo, "a@b");
    let long = "a long story ".repeat(1_000);
    let id = task_id("t-1");
    ledger.write(vec![(id.clone(), create("x")), (id.clone(), remark(&long)), (id, remark(&long))]);
    repo.fsck();
    ledger.remark("t-1", &long);
    assert_eq!(repo.git(&["ls-tree", "refs/notes/agent-tasks:text"]).lines().len(), 1);
    assert_eq!(ledger.view().task(&task_id("t-1")).unwrap().unwrap().notes.len(), 3);
    repo.fsck();
}
