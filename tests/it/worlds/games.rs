//! Random sequences of operations, with edits, commits and other people's garbage collection in between.

use std::{collections::BTreeMap, sync::Mutex};

use git_agent::recovery::snapshot;

use super::{View, World, each, numbers};

/// A snapshot that was taken, and what was then.
struct Saved {
    id: String,
    view: View,
}

/// How often what came of what.
static TALLY: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

fn count(verb: &str, code: Option<i32>, error: &str) {
    let why = error.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or_default();
    let why: String = why.split(['\'', ':']).next().unwrap_or_default().chars().take(60).collect();
    *TALLY.lock().expect("a tally").entry(format!("{verb} {code:?} {why}")).or_default() += 1;
}

fn play(number: u64) {
    let mut world = World::new(number);
    let there = View::of(&world.there).of_its_own();
    let mut saved: Vec<Saved> = Vec::new();
    let edits = 2 + world.random.below(10);
    world.mess(edits);
    for turn in 0..3 + world.random.below(4) {
        let what = if turn == 0 { 0 } else { world.random.below(12) };
        match what {
            0 => save(&world, &mut saved),
            1 | 2 => {
                let edits = 1 + world.random.below(6);
                world.mess(edits);
            }
            _ => operation(&mut world, &saved, what),
        }
    }
    View::of(&world.there).of_its_own().expect_same(&there, "the other worktree");
    world.here.fsck();
}

fn save(world: &World, saved: &mut Vec<Saved>) {
    let view = View::of(&world.here);
    let output = world.agent(&["snapshot", "--json"]);
    View::of(&world.here).expect_same(&view, "a snapshot changed something");
    let answer = output.json();
    let id = answer["snapshot"]["id"].as_str().expect("an id").to_owned();
    saved.push(Saved { id, view });
}

/// What is done: the words of a command.
fn words(world: &mut World, saved: &[Saved], what: usize) -> Vec<String> {
    let chosen = &saved[world.random.below(saved.len())];
    let path = ["dir", "a.txt", "*.eol", "new", "odd", "."][world.random.below(6)];
    let words: Vec<&str> = match what {
        3 => vec!["undo"],
        4 => vec!["redo"],
        5 => vec!["snapshot", "restore", &chosen.id, "--", path],
        6 | 7 => vec!["snapshot", "restore", &chosen.id],
        _ => {
            let point = ["t-1", "t-1@1", "t-1@2", "t-1@last", "t-1@start", "t-2", "t-2@start"][world.random.below(7)];
            let mut words = vec!["rollback", point];
            let mode =
                [None, None, Some("files"), Some("rewind"), Some("restore"), Some("revert")][world.random.below(6)];
            words.extend(mode.iter().flat_map(|mode| ["--mode", mode]));
            for option in ["--allow-foreign", "--keep-untracked", "--abandon-merge", "--shared"] {
                words.extend(world.random.one_in(2).then_some(option));
            }
            words.extend(world.random.one_in(8).then_some("--dry-run"));
            if world.random.one_in(5) {
                words.extend(["--", path]);
            }
            words
        }
    };
    words.into_iter().map(ToOwned::to_owned).collect()
}

fn operation(world: &mut World, saved: &[Saved], what: usize) {
    let words = words(world, saved, what);
    let args: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = world.operate(&args);
    count(args.first().expect("a word"), done.output.code, &done.output.stderr);
    assert!(done.recorded.is_none() || !args.contains(&"--dry-run"), "a rehearsal did something");
    if done.recorded.is_none() {
        return;
    }
    if let ["snapshot", "restore", id] = args[..] {
        let chosen = saved.iter().find(|saved| saved.id == id).expect("one of them");
        arrived(world, chosen, &done.after, &done.output.stdout);
    }
    if world.random.one_in(4) {
        world.tell("gc in the other worktree");
        world.there.git(&["gc", "-q", "--prune=now"]).success();
    }
    if world.random.one_in(3) {
        return;
    }
    let undone = world.undo(&done).expect("it was done");
    if world.random.one_in(2) {
        // It may have written only what was there already: then there was nothing to take back.
        let Some(again) = world.undo(&undone) else { return };
        again.after.expect_same(&done.after, "an operation, undone and done again");
    }
}

/// What was not clean then is there now byte for byte, and the index is the one of then, unless something is said to stay.
fn arrived(world: &World, saved: &Saved, now: &View, said: &str) {
    if said.lines().any(|line| line.trim_start().starts_with("kept ")) {
        return;
    }
    let repo = world.library();
    let snapshot = snapshot::find(&repo, &saved.id).expect("the snapshot");
    let moment = snapshot::load(&repo, &snapshot).expect("what it holds");
    for path in moment.raw.keys() {
        assert_eq!(
            now.files.get(path),
            saved.view.files.get(path),
            "{path:?} is not what it was in snapshot {}",
            saved.id
        );
    }
    assert_eq!(now.index, saved.view.index, "the index is not what it was in snapshot {}", saved.id);
}

#[test]
fn no_world_loses_anything() {
    each("no_world_loses_anything", numbers("GIT_AGENT_TEST_WORLDS", 36), play);
    let tally = TALLY.lock().expect("a tally");
    tally.iter().for_each(|(what, count)| eprintln!("{count:5} {what}"));
}
