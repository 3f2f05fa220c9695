//! Few tasks and many: the same answers, in a tree that stock git reads and keeps.
//!
//! Every day up to 10 000 tasks; `tests/long/scale.sh` goes to 100 000.

use std::time::Instant;

use git_agent::store::ledger::tree;

use crate::support::{
    Layout, TestRepo, default_git,
    ledger::{Ledger, create, remark, task_id},
};

fn scale(layout: Layout, tasks: usize) {
    let repo = TestRepo::with_layout(default_git(), layout);
    let ledger = Ledger::of(&repo, "a@b");
    let began = Instant::now();
    let ids: Vec<_> = (0..tasks).map(|at| task_id(&format!("t-{at}"))).collect();
    ledger.write(ids.iter().map(|id| (id.clone(), create(&format!("Task {id}")))).collect());
    let imported = began.elapsed();
    ledger.remark("t-0", "and one alone");
    let began = Instant::now();
    let cold = ledger.view().table().unwrap().summaries();
    let (read_cold, began) = (began.elapsed(), Instant::now());
    let warm = ledger.view().table().unwrap().summaries();
    eprintln!(
        "{layout:?}, {tasks} tasks: import {} ms, index cold {} ms, warm {} ms",
        imported.as_millis(),
        read_cold.as_millis(),
        began.elapsed().as_millis()
    );
    assert_eq!((cold.len(), warm == cold), (tasks, true));

    // Stock git reads it, adds to it, and leaves every other path where it is.
    let paths = || repo.git(&["ls-tree", "-r", "--name-only", "refs/notes/agent-tasks"]).lines();
    let before: Vec<String> = paths().into_iter().filter(|path| !path.starts_with("anchor.")).collect();
    assert_eq!(repo.git(&["notes", "--ref=agent-tasks", "list"]).lines().len(), tasks);
    let key = ledger.view().key(&ids[tasks / 2]).unwrap().to_string();
    let line = "2026-01-02T03:04:05.000Z 01KATK2X5G0000000000000001 hand@made n=9 note text=\"by hand\"";
    repo.git(&["notes", "--ref=agent-tasks", "append", "-m", line, &key]).success();
    assert_eq!(paths().into_iter().filter(|path| !path.starts_with("anchor.")).collect::<Vec<_>>(), before);
    // And the other way round: what we write into git's tree is git's tree.
    ledger.write(vec![(ids[tasks / 3].clone(), remark("ours"))]);
    let ours = ledger.view().root().unwrap();
    let (notes, foreign) = tree::list(&ledger.repo, ours).unwrap();
    assert_eq!((notes.len(), foreign.len()), (tasks, 0));
    let key = ledger.view().key(&ids[tasks / 3]).unwrap();
    let blob = tree::find(&ledger.repo, ours, key).unwrap()[0].to_string();
    repo.git(&["notes", "--ref=agent-tasks", "add", "-f", "-C", &blob, &key.to_string()]).success();
    assert_eq!(repo.git(&["rev-parse", "refs/notes/agent-tasks^{tree}"]).text(), ours.to_string());

    // The index, brought up to date or made anew, says the same.
    let updated = ledger.view().table().unwrap().summaries();
    std::fs::remove_dir_all(ledger.repo.agent_dir()).unwrap();
    assert!(ledger.view().table().unwrap().summaries() == updated);
    let shown = repo.agent(&["list", "--limit", "3", "--json"]).json();
    assert_eq!(shown["tasks"].as_array().unwrap().len(), tasks.min(3));
    repo.fsck();
}

#[test]
fn one_task_a_thousand_ten_thousand() {
    for tasks in [1, 1_000, 10_000] {
        scale(Layout::Plain, tasks);
    }
    scale(Layout::Sha256, 1_000);
}

#[test]
#[ignore = "takes minutes: tests/long/scale.sh"]
fn as_many_as_the_long_run_asks_for() {
    let tasks = std::env::var("GIT_AGENT_TEST_TASKS").ok().and_then(|text| text.parse().ok());
    scale(Layout::Plain, tasks.unwrap_or(100_000));
}
