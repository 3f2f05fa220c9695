use super::*;
use crate::domain::{
    progress::Progress,
    summary::Summary,
    table::Table,
    task::{Decision, Failure, Span},
};

fn id(text: &str) -> TaskId {
    TaskId::parse(text).unwrap()
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_seconds(minute * 60)
}

fn actor() -> Actor {
    Actor::new("ada@box").unwrap()
}

/// A task that was added in minute `age`.
fn task(name: &str, age: i64, parent: Option<&str>, status: Status) -> Task {
    let mut task = Task::unknown(id(name));
    task.title = name.to_uppercase();
    task.created_at = Some(at(age));
    task.updated_at = at(age);
    task.parent = parent.map(id);
    task.status = status;
    if status != Status::Pending {
        task.started_at = Some(at(age + 1));
        task.spans = vec![Span { by: actor(), from: at(age + 1), to: Some(at(age + 2)), signs: Vec::new() }];
        task.updated_at = at(age + 2);
    }
    if status == Status::Completed {
        task.completed_at = Some(at(age + 2));
    }
    task
}

fn report(tasks: &[Task], feature: Option<&str>, since: Option<i64>) -> Report {
    let rows: Vec<Summary> = tasks.iter().map(Summary::of).collect();
    let table = Table::of(&rows);
    let feature = feature.map(id);
    Report::new(&Source {
        tasks,
        graph: &Graph::new(&table),
        feature: feature.as_ref(),
        labels: &[],
        since: since.map(at),
        now: at(100),
        gap: active_time::DEFAULT_GAP,
        checkpoints: HashMap::new(),
        saved: HashMap::new(),
        text: &|text| text.preview().to_owned(),
    })
}

/// `title completed/total: completed | in progress | remaining` for each block.
fn shape(report: &Report) -> Vec<String> {
    let ids = |items: &[Item]| items.iter().map(|item| item.id.to_string()).collect::<Vec<_>>().join(" ");
    let show = |block: &Block| {
        let title = block.feature.as_ref().map_or("-", |feature| feature.id.as_str());
        let Progress { completed, total, .. } = block.tally.progress;
        let [done, busy, rest] = [&block.completed, &block.in_progress, &block.remaining].map(|items| ids(items));
        format!("{title} {completed}/{total}: {done} | {busy} | {rest}")
    };
    report.blocks.iter().map(show).collect()
}

#[test]
fn a_feature_counts_by_its_parts_and_what_is_cancelled_does_not() {
    use Status::*;
    let tasks = [
        task("f", 0, None, InProgress),
        task("a", 1, Some("f"), Completed),
        task("sub", 2, Some("f"), Pending),
        task("b", 3, Some("sub"), Failed),
        task("c", 4, Some("sub"), Cancelled),
        task("lone", 5, None, InProgress),
        task("old", 6, None, Cancelled),
        task("dropped", 1, Some("f"), Cancelled),
        task("d", 1, Some("dropped"), Pending),
    ];
    let all = report(&tasks, None, None);
    assert_eq!(shape(&all), ["f 1/2: a |  | b", "- 0/1:  | lone | "]);
    assert_eq!((all.overall.progress.completed, all.overall.progress.total, all.overall.failed), (1, 3, 1));
    assert_eq!(all.blocks[0].remaining[0].within.as_deref(), Some("SUB"));
    assert_eq!(all.updated, Some(at(8)), "what is cancelled is news, too");
    assert_eq!(shape(&report(&tasks, Some("sub"), None)), ["sub 0/1:  |  | b"]);
    assert_eq!(shape(&report(&tasks, Some("lone"), None)), ["lone 0/1:  | lone | "]);
    assert_eq!(report(&tasks, Some("f"), None).only_feature().unwrap().title, "F");
}

#[test]
fn a_task_whose_parts_are_all_cancelled_counts_itself() {
    use Status::*;
    let tasks = [
        task("x", 0, None, Completed),
        task("a", 1, Some("x"), Cancelled),
        task("f", 2, None, Pending),
        task("y", 3, Some("f"), InProgress),
        task("b", 4, Some("y"), Cancelled),
        task("c", 5, Some("b"), Pending),
    ];
    let all = report(&tasks, None, None);
    assert_eq!(shape(&all), ["f 0/1:  | y | ", "- 1/1: x |  | "]);
    assert_eq!(shape(&report(&tasks, Some("x"), None)), ["x 1/1: x |  | "]);
    let rows: Vec<Summary> = tasks.iter().map(Summary::of).collect();
    let table = Table::of(&rows);
    let graph = Graph::new(&table);
    assert_eq!(graph.overall(), all.overall.progress);
    let of = |id: &str| graph.progress(graph.get(&TaskId::parse(id).unwrap()).unwrap());
    assert_eq!(
        [of("x"), of("f"), of("y")].map(|progress| (progress.completed, progress.total)),
        [(1, 1), (0, 1), (0, 1)]
    );
    assert_eq!(graph.counts().to_string(), "1 in progress, 1 completed, 2 cancelled; 2 features");
}

#[test]
fn parts_of_each_other_are_parts_of_nothing() {
    let tasks = [
        task("a", 0, Some("b"), Status::Pending),
        task("b", 1, Some("a"), Status::Completed),
        task("c", 2, Some("a"), Status::Pending),
        task("self", 3, Some("self"), Status::Pending),
    ];
    assert_eq!(shape(&report(&tasks, None, None)), ["a 0/1:  |  | c", "- 1/2: b |  | self"]);
}

#[test]
fn what_remains_is_in_the_order_in_which_it_can_be_done() {
    let mut tasks =
        [task("z", 0, None, Status::Pending), task("y", 1, None, Status::Pending), task("x", 2, None, Status::Failed)];
    tasks[0].after = vec![id("y"), id("gone")];
    tasks[1].after = vec![id("x")];
    tasks[2].failures = vec![Failure { attempt: 1, reason: "no network".into(), kind: None, at: at(4), by: actor() }];
    let found = report(&tasks, None, None);
    assert_eq!(shape(&found), ["- 0/3:  |  | x y z"]);
    let [x, y, z] = &found.blocks[0].remaining[..] else { panic!() };
    assert_eq!((x.failure(), x.state), (Some("no network"), TaskState::Failed));
    assert_eq!(y.reasons, [Reason::After { on: id("x"), status: Some(Status::Failed) }]);
    assert_eq!(z.reasons.len(), 2);
    assert_eq!(z.state, TaskState::Waiting);
}

#[test]
fn since_tells_what_changed() {
    let mut tasks = [
        task("early", 0, None, Status::Completed),
        task("late", 50, None, Status::Completed),
        task("now", 60, None, Status::InProgress),
        task("todo", 10, None, Status::Pending),
    ];
    let decision = |minute| Decision { at: at(minute), by: actor(), text: "x".into(), why: None };
    tasks[3].decisions = vec![decision(5), decision(45)];
    let found = report(&tasks, None, Some(40));
    assert_eq!(shape(&found), ["- 2/4: late | now | todo"]);
    assert_eq!(found.blocks[0].completed_before, 1);
    assert_eq!(found.blocks[0].decisions.len(), 1);
    let changes = found.changes.unwrap();
    assert_eq!((changes.completed, changes.started, changes.failed, changes.added), (1, 2, 0, 2));
    let steps: Vec<(i64, usize, usize)> =
        found.burn.iter().map(|step| (step.at.seconds() / 60, step.total, step.completed)).collect();
    assert_eq!(steps, [(0, 1, 0), (2, 1, 1), (10, 2, 1), (50, 3, 1), (52, 3, 2), (60, 4, 2)]);
}
