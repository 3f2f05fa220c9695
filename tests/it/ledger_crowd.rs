//! Many agents at once: every event arrives, and nobody waits for long.
//!
//! The everyday slice is small; `tests/long/crowd.sh` runs the whole: 16 processes with 25 events each, on every git.

use std::{
    fmt,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::support::{Git, Layout, TestRepo, default_git, gits, ledger::Ledger};

/// How many processes write at the same time.
const WRITERS: usize = 16;

/// What the environment asks for, or the everyday measure.
fn measure(variable: &str, everyday: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(everyday)
}

/// How many events each process writes.
fn events() -> usize {
    measure("GIT_AGENT_TEST_EVENTS", 3)
}

/// The longest that a single call may take. Generous every day, for machines that do other things at the same time.
fn max_wait() -> Duration {
    Duration::from_millis(measure("GIT_AGENT_TEST_MAX_WAIT_MS", 8_000) as u64)
}

/// How long the calls took.
#[derive(Default)]
struct Waits(Vec<Duration>);

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut waits: Vec<u128> = self.0.iter().map(Duration::as_millis).collect();
        waits.sort_unstable();
        let (count, worst) = (waits.len(), waits.last().copied().unwrap_or_default());
        write!(f, "{count} calls, median {} ms, worst {worst} ms", waits[count / 2])
    }
}

/// Run each list of commands on a thread of its own, all lists at once.
fn run_all(lists: Vec<Vec<Command>>) -> Waits {
    let run = |commands: Vec<Command>| -> Vec<Duration> {
        let timed = commands.into_iter().map(|mut command| {
            let began = Instant::now();
            let output = command.stdin(Stdio::null()).output().expect("it can be run");
            assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
            began.elapsed()
        });
        timed.collect()
    };
    thread::scope(|scope| {
        let workers: Vec<_> = lists.into_iter().map(|list| scope.spawn(move || run(list))).collect();
        Waits(workers.into_iter().flat_map(|worker| worker.join().expect("every event was written")).collect())
    })
}

/// What happens meanwhile in another worktree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meanwhile {
    Nothing,
    /// `git gc --prune=now` and `git notes prune`, over and over.
    Housekeeping,
}

/// Let all writers write at once: to one task, or each event to a task of its own.
fn crowd(git: &Git, layout: Layout, tasks: usize, meanwhile: Meanwhile) {
    let repo = TestRepo::with_layout(git, layout);
    repo.commit_file("a", "one\n", "first");
    let ledger = Ledger::of(&repo, "setup@here");
    let task = |at: usize| format!("t-{}", at % tasks);
    (0..tasks).for_each(|at| ledger.add(&task(at)));
    let events = events();
    let lists = (0..WRITERS).map(|writer| {
        let commands = (0..events).map(|event| {
            let number = writer * events + event;
            let text = format!("event {number}");
            let actor = format!("writer-{writer}");
            repo.run("git-agent").args(["note", &text, "--task", &task(number), "--actor", &actor]).into_command()
        });
        commands.collect()
    });
    let lists: Vec<Vec<Command>> = lists.collect();
    let side = repo.worktree("side");
    let housekeeping = || -> Vec<Command> {
        let gc = side.run("git").args(["gc", "-q", "--prune=now"]).into_command();
        vec![gc, side.run("git").args(["notes", "--ref=agent-tasks", "prune"]).into_command()]
    };
    // Each at most once for every command of the writers.
    let chores: Vec<Command> = (0..WRITERS * events).flat_map(|_| housekeeping()).collect();
    let is_over = AtomicBool::new(false);
    let (waits, [done, failed]) = thread::scope(|scope| {
        let keeper = (meanwhile == Meanwhile::Housekeeping).then(|| {
            scope.spawn(|| {
                let mut ended = [0, 0];
                for mut chore in chores {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    let output = chore.stdin(Stdio::null()).output().expect("it can be run");
                    // On a reftable, git's own gc gives up when it cannot have the lock within 100 ms.
                    let is_given_up = !output.status.success() && layout == Layout::Reftable;
                    let says = String::from_utf8_lossy(&output.stderr);
                    assert!(output.status.success() || is_given_up, "{chore:?}: {says}");
                    ended[usize::from(is_given_up)] += 1;
                }
                ended
            })
        });
        let waits = run_all(lists);
        is_over.store(true, Ordering::Relaxed);
        (waits, keeper.map_or([0, 0], |keeper| keeper.join().expect("git can tidy up meanwhile")))
    });
    eprintln!("{git}, {layout:?}, {tasks} tasks: {waits}; meanwhile {done} chores done, {failed} given up");
    let ledger = Ledger::of(&repo, "reader@here");
    let mut seen: Vec<String> = Vec::new();
    for task in ledger.tasks().values() {
        seen.extend(task.notes.iter().map(|note| note.text.preview().to_owned()));
    }
    seen.sort_by_key(|text| text.strip_prefix("event ").and_then(|number| number.parse::<usize>().ok()));
    let expected: Vec<String> = (0..WRITERS * events).map(|number| format!("event {number}")).collect();
    assert_eq!(seen, expected, "every event is there, once");
    let worst = waits.0.iter().max().copied().unwrap_or_default();
    assert!(worst <= max_wait(), "a writer waited for {} ms", worst.as_millis());
    repo.fsck();
}

/// The gits to try: all of them in the long run, one with the layout every day.
fn gits_for(layout: Layout) -> Vec<&'static Git> {
    let knows = |git: &&Git| layout != Layout::Reftable || git.has_reftable();
    let all = std::env::var_os("GIT_AGENT_TEST_EVENTS").is_some();
    match all {
        true => gits().iter().filter(knows).collect(),
        false => std::iter::once(default_git()).filter(knows).collect(),
    }
}

#[test]
fn sixteen_writers_on_one_task() {
    for layout in [Layout::Plain, Layout::Reftable] {
        gits_for(layout).into_iter().for_each(|git| crowd(git, layout, 1, Meanwhile::Nothing));
    }
}

#[test]
fn sixteen_writers_on_as_many_tasks_as_events() {
    for layout in [Layout::Plain, Layout::Reftable] {
        gits_for(layout).into_iter().for_each(|git| crowd(git, layout, WRITERS * events(), Meanwhile::Nothing));
    }
}

#[test]
fn sixteen_writers_while_another_worktree_collects_garbage() {
    for layout in [Layout::Plain, Layout::Reftable] {
        for git in gits_for(layout) {
            crowd(git, layout, 1, Meanwhile::Housekeeping);
            crowd(git, layout, WRITERS * events(), Meanwhile::Housekeeping);
        }
    }
}
