//! What others may have put into the ledger: everything else goes on.

use std::str::FromStr as _;

use git_agent::{
    domain::{
        id::TaskId,
        note::{self, Events},
        task::Task,
    },
    git::{ObjectId, objects::Batch},
    store::ledger::tree::{self, Changes},
};
use gix::objs::{
    Tree,
    tree::{Entry, EntryKind},
};
use proptest::prelude::*;

use crate::support::{
    TestRepo,
    ledger::{Ledger, Random, task_id},
};

const LEDGER: &str = "refs/notes/agent-tasks";

/// Plumbing for crafting ledgers.
struct Forge<'r>(&'r TestRepo);

impl Forge<'_> {
    fn blob(&self, bytes: impl Into<Vec<u8>>) -> String {
        self.0.run("git").args(["hash-object", "-w", "--stdin"]).stdin(bytes).run().text()
    }

    /// The key of a task.
    fn key(&self, id: &str) -> String {
        self.blob(format!("0 task {id}\n"))
    }

    /// A tree of lines as `git mktree` takes them.
    fn tree(&self, lines: &[String]) -> String {
        self.0.run("git").args(["mktree", "--missing"]).stdin(lines.join("\n") + "\n").run().text()
    }

    /// The lines of the ledger's tree.
    fn lines(&self) -> Vec<String> {
        self.0.git(&["ls-tree", LEDGER]).lines()
    }

    /// Make `lines` the tree of a new commit of the ledger.
    fn commit(&self, lines: &[String]) {
        let tree = self.tree(lines);
        let commit = self.0.git(&["commit-tree", "-p", LEDGER, "-m", "forged", &tree]).text();
        self.0.git(&["update-ref", LEDGER, &commit]).success();
    }
}

fn line(second: u32, rest: &str) -> String {
    format!("2026-01-02T03:04:{second:02}.000Z 01KATK2X5G00000000000000{second:02} eve@elsewhere {rest}\n")
}

#[test]
fn everything_else_goes_on_in_a_ledger_full_of_rubbish() {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file("a", "one\n", "first");
    for id in ["t-1", "t-2", "t-3", "t-4", "big"] {
        repo.agent(&["add", "--id", id, &format!("Task {id}")]).success();
    }
    let forge = Forge(&repo);
    let [one, two, three, big] = ["t-1", "t-2", "t-3", "big"].map(|id| forge.key(id));
    let mut lines = forge.lines();
    let note = |key: &str| repo.git(&["notes", "--ref=agent-tasks", "show", key]).success().stdout;
    let entry = |mode: &str, kind: &str, id: &str, name: &str| format!("{mode} {kind} {id}\t{name}");
    let replace = |lines: &mut Vec<String>, key: &str, blob: &str| {
        lines.retain(|line| !line.ends_with(key));
        lines.push(entry("100644", "blob", blob, key));
    };
    // The key of t-1 flat and fanned out, with different lines.
    let more = forge.blob(note(&one) + &line(1, "n=2 note text=\"from the other one\""));
    let inside = forge.tree(&[entry("100644", "blob", &more, &one[2..])]);
    lines.push(entry("040000", "tree", &inside, &one[..2]));
    // Damaged lines, an unknown kind, unknown keys.
    let rubbish = note(&two)
        + &line(2, "n=2 teleport to=\"mars\"")
        + &line(3, "n=3 note text=\"fine\" mood={\"a\":[1]}")
        + &line(4, "n=4 note text=")
        + "not an event at all\u{1b}[31m\n";
    let rubbish = forge.blob([rubbish.as_bytes(), b"\xff\xfe\x00 binary\n"].concat());
    replace(&mut lines, &two, &rubbish);
    // The header of t-3 is gone.
    let bare: String = note(&three).lines().skip(1).map(|line| format!("{line}\n")).collect();
    replace(&mut lines, &three, &forge.blob(bare));
    // A note of 17 MiB.
    replace(&mut lines, &big, &forge.blob(vec![b'x'; 17 << 20]));
    // A note on a commit, a note under the key of nothing, and what is no note.
    lines.push(entry("100644", "blob", &forge.blob("looks good to me\n"), &repo.head()));
    let nobody = "00".repeat(19) + "42";
    lines.push(entry("100644", "blob", &forge.blob(note(&one)), &nobody));
    lines.push(entry("100644", "blob", &more, "README"));
    lines.push(entry("120000", "blob", &more, "link"));
    lines.push(entry("160000", "commit", &repo.head(), "module"));
    lines.push(entry("040000", "tree", &inside, "docs"));
    forge.commit(&lines);

    let listed = repo.agent(&["list", "--all", "--json"]).json()["tasks"].clone();
    let ids: Vec<&str> = listed.as_array().unwrap().iter().filter_map(|task| task["id"].as_str()).collect();
    assert_eq!(ids, ["t-1", "t-2", "t-3", "t-4"]);
    let doctor = repo.agent(&["doctor"]).exits(1).stdout.replace(&nobody, "NOBODY").replace(&repo.head(), "HEAD");
    let about = doctor.find("notes: ").unwrap()..doctor.find("✓ index").unwrap();
    insta::assert_snapshot!(&doctor[about], @r#"
    notes: note 337fd234a2d786e9c6b3b5f3c132aaea52681c78 has 17825792 bytes, too many for a task (task big)
      → 'git log -p refs/notes/agent-tasks -- <key>' shows who wrote it; 'git notes --ref=agent-tasks edit <key>' shortens it
    ! lines: 3 invalid lines have no effect: t-2 line 5: its keys are invalid: text has no value (2026-01-02T03:04:04.000Z 01KATK2X5G0000000000000004 eve@elsewhere n=4 note text=), t-2 line 6: its time cannot be read (not an event at all\u{1b}[31m), t-2 line 7: its text, which is not UTF-8, cannot be read (\u{fffd}\u{fffd}\u{0} binary); events of kinds unknown to this version: 1 × "teleport"
      → no action is needed; 'git notes --ref=agent-tasks show <key>' prints the whole note
    ! tree: entries in the tree that are not notes: README, docs, link, module; 1 note on an object that is not a task: HEAD; 1 note under a key that does not belong to its task: NOBODY names t-1; the note of t-1 is in the tree more than once
      → no action is needed; a merge drops them
    ✓ anchors: every task has its anchor
    ✓ tasks: 4 tasks
    ✓ dependencies: every dependency exists, and there is no cycle
    "#);
    repo.agent(&["next", "--start"]).success();
    repo.agent(&["note", "still here", "--task", "t-1"]).success();
    repo.agent(&["complete", "t-2"]).success();
    repo.agent(&["add", "Another", "--id", "t-5"]).success();
    let shown = repo.agent(&["show", "t-1", "--json"]).json();
    let notes: Vec<&str> =
        shown["task"]["notes"].as_array().unwrap().iter().filter_map(|n| n["text"].as_str()).collect();
    assert_eq!(notes, ["from the other one", "still here"]);
    // One path for t-1 now, and the foreign entries are where they were.
    let tree = repo.git(&["ls-tree", "-r", "--name-only", LEDGER]).lines();
    assert_eq!(tree.iter().filter(|path| path.replace('/', "").ends_with(&one)).count(), 1);
    for path in ["README", "link", "module"] {
        assert!(tree.iter().any(|entry| entry == path), "{path}");
    }
    let three = repo.git(&["notes", "--ref=agent-tasks", "show", &three]).text();
    assert!(!three.starts_with("0 task"), "nobody wrote to t-3 yet");
    repo.agent(&["note", "the header comes back", "--task", "t-3"]).success();
    repo.fsck();
}

#[test]
fn a_tree_with_more_entries_than_atoms_is_read_in_bounded_time() {
    let repo = TestRepo::new();
    repo.agent(&["add", "--id", "t-1", "Task"]).success();
    let forge = Forge(&repo);
    let blob = forge.blob("x\n");
    let names: Vec<String> = (0..256).map(|byte| format!("{byte:02x}")).collect();
    let mut level: Vec<String> = names.iter().map(|name| format!("100644 blob {blob}\t{name}")).collect();
    for _ in 0..19 {
        let tree = forge.tree(&level);
        level = names.iter().map(|name| format!("040000 tree {tree}\t{name}")).collect();
    }
    level.extend(forge.lines());
    forge.commit(&level);
    insta::assert_snapshot!(repo.agent(&["list"]), @r"
    ------- stderr -------
    error: the ledger tree has more than 2000000 entries
    hint: git-agent never creates such a tree; 'git log refs/notes/agent-tasks' shows where it came from
    [exit code 5]
    ");
    repo.agent(&["note", "to be found by its id", "--task", "t-1"]).success();
    repo.agent(&["add", "Another, where every key there is has a note"]).exits(5);
    let ledger = Ledger::of(&repo, "a@b");
    assert_eq!(ledger.count("t-1"), 2);
}

#[test]
fn names_that_we_need_are_taken_back() {
    let repo = TestRepo::new();
    let ledger = Ledger::of(&repo, "a@b");
    ledger.add("t-0");
    let forge = Forge(&repo);
    let blob = forge.blob("x\n");
    let mut lines = forge.lines();
    // Files where directories will have to be, and a directory where a note will.
    lines.extend((0..256).map(|byte| format!("100644 blob {blob}\t{byte:02x}")));
    lines.push(format!("100644 blob {blob}\ttext"));
    let empty = forge.tree(&[format!("100644 blob {blob}\tx")]);
    lines.push(format!("040000 tree {empty}\t{}", forge.key("t-7")));
    forge.commit(&lines);
    for at in 1..200 {
        ledger.add(&format!("t-{at}"));
    }
    ledger.remark("t-7", &"long ".repeat(1_000));
    assert_eq!(ledger.tasks().len(), 200);
    repo.fsck();
}

#[test]
fn a_write_that_fails_leaves_the_ledger_as_it_was() {
    let repo = TestRepo::new();
    repo.agent(&["add", "--id", "t-1", "Task"]).success();
    let before = (repo.git(&["rev-parse", LEDGER]).text(), repo.agent(&["list", "--json"]).stdout);
    // No file may grow: a full disk, as far as a program can tell.
    let full = |blocks: u32| {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec git-agent add --id t-2 Another");
        repo.sh(&script)
    };
    let failed = full(0).exits(5);
    let why = failed.stderr.split(": Could not").next().unwrap_or_default();
    let hint = failed.stderr.lines().last().unwrap_or_default();
    assert!(why.starts_with("error: cannot write the blob "), "{failed}");
    assert_eq!(hint, "hint: the git directory must be writable and have free disk space; nothing was recorded");
    assert_eq!((repo.git(&["rev-parse", LEDGER]).text(), repo.agent(&["list", "--json"]).stdout), before);
    // The objects fit, the reflog does not: it is a record for people, and the ref had moved.
    let log = repo.path().join(".git/logs").join(LEDGER);
    let line = std::fs::read(&log).unwrap();
    std::fs::write(&log, line.repeat(64)).unwrap();
    let outcome = full(8);
    let has_two = repo.agent(&["show", "t-2"]).code == Some(0);
    assert_eq!(outcome.code == Some(0), has_two, "what it says is what it did:\n{outcome}");
    assert!(!repo.path().join(".git").join(format!("{LEDGER}.lock")).exists(), "no lock is left behind");
    std::fs::write(&log, line).unwrap();
    repo.agent(&["add", "--id", "t-3", "Yet another"]).success();
    repo.fsck();
}

/// A tree with whatever may stand in one, `depth` levels down.
fn any_tree(random: &mut Random, ledger: &Ledger, batch: &mut Batch, keys: &[ObjectId], depth: usize) -> ObjectId {
    let mut entries: Vec<Entry> = Vec::new();
    for _ in 0..random.below(7) {
        let hex = keys[random.below(keys.len())].to_string();
        let name = match random.below(8) {
            0 => "text".to_owned(),
            1 => "anchor.t-1".to_owned(),
            2 => hex[depth * 2..].to_uppercase(),
            3 => hex.clone(),
            4 => "f".to_owned(),
            5 => hex[depth * 2..].to_owned(),
            _ => hex[depth * 2..depth * 2 + 2].to_owned(),
        };
        let kinds = [EntryKind::Blob, EntryKind::BlobExecutable, EntryKind::Link, EntryKind::Commit];
        let (kind, oid) = match depth < 4 && random.one_in(2) {
            true => (EntryKind::Tree, any_tree(random, ledger, batch, keys, depth + 1)),
            false => {
                let text = format!("0 task t-{}\nline {}\n", random.below(5), random.below(9));
                (kinds[random.below(4)], batch.blob(&ledger.repo, text.into_bytes()).unwrap())
            }
        };
        entries.push(Entry { mode: kind.into(), filename: name.into(), oid });
    }
    entries.sort();
    batch.tree(&ledger.repo, &Tree { entries }).unwrap()
}

#[test]
fn any_tree_can_be_read_and_written_to() {
    let repo = TestRepo::new();
    let ledger = Ledger::of(&repo, "a@b");
    let mut random = Random::new(31);
    let keys: Vec<ObjectId> =
        (0..5).map(|at| ledger.repo.blob_id(note::anchor(&task_id(&format!("t-{at}"))).as_bytes()).unwrap()).collect();
    let mut last = None;
    for _ in 0..150 {
        let mut batch = Batch::default();
        let root = any_tree(&mut random, &ledger, &mut batch, &keys, 0);
        batch.write(&ledger.repo).unwrap();
        let (notes, _) = tree::list(&ledger.repo, root).unwrap();
        for key in &keys {
            let mut listed: Vec<ObjectId> = notes.iter().filter(|(k, _)| k == key).map(|(_, blob)| *blob).collect();
            listed.dedup();
            assert_eq!(tree::find(&ledger.repo, root, *key).unwrap(), listed, "find and list agree on {root}");
        }
        if let Some(last) = last.replace(root)
            && let Ok(changed) = tree::changed_keys(&ledger.repo, last, root)
        {
            for key in &keys {
                let [old, new] = [last, root].map(|root| tree::find(&ledger.repo, root, *key).unwrap());
                assert!(old == new || changed.contains(key), "{key} changed between {last} and {root}");
            }
        }
        let key = keys[random.below(keys.len())];
        let mut batch = Batch::default();
        let blob = batch.blob(&ledger.repo, b"0 task t-0\nnew\n".to_vec()).unwrap();
        let changes = Changes { notes: [(key, blob)].into(), texts: vec![blob], ..Changes::default() };
        let edited = tree::edit(&ledger.repo, &mut batch, Some(root), &changes).unwrap();
        batch.write(&ledger.repo).unwrap();
        assert!(tree::find(&ledger.repo, edited, key).unwrap().contains(&blob), "the new note is in {edited}");
    }
}

/// Something like an event line.
fn any_line() -> impl Strategy<Value = String> {
    let number = prop_oneof![Just(u64::MAX), Just(0), any::<u64>(), 0..9u64];
    let kinds = "create|edit|start|pause|complete|fail|claim|block|unblock|dep|verify|teleport|";
    let keys = prop_oneof![
        Just(r#"title="x" after=["t-1","t-9"] priority=200"#.to_owned()),
        Just(r#"lease=18446744073709551615 steal=true"#.to_owned()),
        Just(r#"reason="x" text={"blob":"zz","bytes":1,"head":"h"}"#.to_owned()),
        Just(r#"blockers=["b-00001"] text="t" parent=null"#.to_owned()),
        Just(format!("text={}1{}", "[".repeat(500), "]".repeat(500))),
        ".{0,40}",
    ];
    (0..3u32, number, kinds, keys).prop_map(|(second, n, kind, keys)| {
        format!("2026-01-02T03:04:{second:02}.000Z 01KATK2X5G00000000000000{second:02} eve@x n={n} {kind} {keys}")
    })
}

proptest! {
    #[test]
    fn any_bytes_are_a_note(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let read = Events::read(&bytes);
        Task::from_events(TaskId::parse("t-1").unwrap(), &read.events);
    }

    #[test]
    fn any_lines_in_any_order_are_the_same_task(lines in proptest::collection::vec(any_line(), 0..12), salt in any::<u64>()) {
        let id = TaskId::parse("t-1").unwrap();
        let read = Events::read(lines.join("\n").as_bytes());
        let task = Task::from_events(id.clone(), &read.events);
        prop_assert_eq!(read.next_n() > 0, true);
        let mut shuffled = lines.clone();
        Random::new(salt).shuffle(&mut shuffled);
        // Once more some of them: idempotent.
        shuffled.extend(lines.iter().take(3).cloned());
        let again = Events::read(shuffled.join("\r\n").as_bytes());
        prop_assert_eq!(&again.events, &read.events);
        prop_assert_eq!(&Task::from_events(id.clone(), &again.events), &task);
        let mut events = read.events.clone();
        Random::new(salt).shuffle(&mut events);
        prop_assert_eq!(Task::from_events(id, &events), task);
        for event in &read.events {
            if let Some(line) = event.to_line() {
                prop_assert!(!line.chars().any(char::is_control));
            }
        }
    }
}

#[test]
fn object_ids_in_lines_are_only_looked_at_as_texts() {
    let repo = TestRepo::new();
    let commit = repo.commit_file("a", "one\n", "first");
    repo.agent(&["add", "--id", "t-1", "Task"]).success();
    let text = format!("n=2 note text={{\"blob\":\"{commit}\",\"bytes\":9,\"head\":\"the head\"}}");
    let note = line(1, &text);
    let key = Forge(&repo).key("t-1");
    repo.git(&["notes", "--ref=agent-tasks", "append", "-m", note.trim_end(), &key]).success();
    let shown = &repo.agent(&["show", "t-1", "--json"]).json()["task"]["notes"][0]["text"];
    assert_eq!(*shown, "the head… [8 of 9 bytes; the rest is not in this repository]");
    assert!(ObjectId::from_str(&commit).is_ok());
}
