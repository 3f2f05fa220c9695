use super::*;
use crate::domain::{actor::Actor, task::Task};

/// `"b 1 after a"`: id, priority, dependencies; created in the order given.
fn plan(rows: &[&str]) -> Vec<Summary> {
    let row = |(age, row): (usize, &&str)| {
        let mut words = row.split(' ');
        let mut task = Task::unknown(TaskId::parse(words.next().unwrap()).unwrap());
        task.priority = words.next().unwrap().parse().unwrap();
        task.created_at = Some(Timestamp::from_seconds(age as i64));
        task.after = words.skip(1).map(|id| TaskId::parse(id).unwrap()).collect();
        Summary::of(&task)
    };
    let mut tasks: Vec<Summary> = rows.iter().enumerate().map(row).collect();
    tasks.sort_by(|a, b| a.id.cmp(&b.id));
    tasks
}

fn ids<'a>(tasks: impl IntoIterator<Item = Row<'a>>) -> Vec<&'a str> {
    tasks.into_iter().map(Row::id_str).collect()
}

const NOW: Timestamp = Timestamp::EPOCH;

#[test]
fn next_is_by_priority_then_unblocking_then_age() {
    let tasks = plan(&["old 2", "new 2", "urgent 1", "key 2", "x 2 after key", "y 2 after key"]);
    assert_eq!(ids(Graph::new(&Table::of(&tasks)).ready(NOW)), ["urgent", "key", "old", "new"]);
}

#[test]
fn a_task_is_ready_when_everything_before_it_is_completed() {
    let mut tasks = plan(&["a 2", "b 2 after a gone"]);
    let obstacle = |tasks: &[Summary]| {
        let table = Table::of(tasks);
        let graph = Graph::new(&table);
        graph.obstacles(&tasks[1], NOW).iter().map(|obstacle| format!("{obstacle:?}")).collect::<Vec<_>>().join("; ")
    };
    assert!(obstacle(&tasks).contains("status: Some(Pending)"));
    tasks[0].status = Status::Completed;
    assert!(obstacle(&tasks).contains("\"gone\"") && obstacle(&tasks).contains("status: None"));
    tasks[1].after.pop();
    assert_eq!(obstacle(&tasks), "");
    assert_eq!(ids(Graph::new(&Table::of(&tasks)).ready(NOW)), ["b"]);
}

#[test]
fn claims_blockers_and_subtasks_stand_in_the_way() {
    let mut tasks = plan(&["claimed 2", "blocked 2", "feature 2", "part 2"]);
    let at = |tasks: &[Summary], id: &str| tasks.iter().position(|task| task.id.as_str() == id).unwrap();
    let (claimed, blocked, part) = (at(&tasks, "claimed"), at(&tasks, "blocked"), at(&tasks, "part"));
    tasks[claimed].claim = Some((Actor::new("x").unwrap(), 1));
    tasks[blocked].blockers = 1;
    tasks[part].parent = Some(TaskId::parse("feature").unwrap());
    assert_eq!(ids(Graph::new(&Table::of(&tasks)).ready(NOW)), ["part"]);
    assert_eq!(ids(Graph::new(&Table::of(&tasks)).ready(Timestamp::from_millis(1))), ["claimed", "part"]);
    tasks[part].status = Status::Completed;
    assert_eq!(ids(Graph::new(&Table::of(&tasks)).ready(NOW)), ["feature"]);
}

#[test]
fn a_cycle_is_spelled_out_and_hangs_nothing() {
    let tasks = plan(&["a 2 after b", "b 2 after c", "c 2 after a", "d 2 after a", "e 2"]);
    let table = Table::of(&tasks);
    let graph = Graph::new(&table);
    assert_eq!(graph.cycles().iter().map(|cycle| show_cycle(cycle)).collect::<Vec<_>>(), ["a → b → c → a"]);
    assert_eq!(ids(graph.ready(NOW)), ["e"]);
    assert_eq!(ids(graph.in_order()), ["e", "a", "b", "c", "d"]);
    let close = |task: &str, after: &str| {
        let after = [TaskId::parse(after).unwrap()];
        graph.would_close(&TaskId::parse(task).unwrap(), &after, None).map(|cycle| show_cycle(&cycle))
    };
    assert_eq!(close("e", "e"), Some("e → e".into()));
    assert_eq!(close("e", "d"), None);
    assert_eq!(close("a", "d"), Some("a → d → a".into()));
}

#[test]
fn everything_is_as_far_as_its_leaves() {
    let mut tasks = plan(&["a 2", "b 2", "c 2", "d 2", "e 2", "f 2", "g 2", "h 2"]);
    let mut set = |at: usize, status, parent: Option<&str>| {
        tasks[at].status = status;
        tasks[at].parent = parent.map(|id| TaskId::parse(id).unwrap());
    };
    set(0, Status::InProgress, None);
    set(1, Status::Completed, Some("a"));
    set(2, Status::Pending, Some("a"));
    set(3, Status::Cancelled, Some("a"));
    // Below what is cancelled.
    set(4, Status::Pending, Some("d"));
    set(5, Status::Completed, None);
    // Parts of each other.
    set(6, Status::Pending, Some("h"));
    set(7, Status::Pending, Some("g"));
    let table = Table::of(&tasks);
    let graph = Graph::new(&table);
    assert_eq!((graph.overall().completed, graph.overall().total), (2, 3));
    assert_eq!(graph.progress(graph.get(&tasks[0].id).unwrap()).total, 2);
    let of = |at: usize| graph.progress(graph.get(&tasks[at].id).unwrap());
    assert_eq!((of(0).completed, of(3).total, of(5).completed, of(6).total), (1, 1, 1, 0));
}

#[test]
fn what_is_above_a_task_is_looked_at_once() {
    // A line of features, each with an additional leaf; the top is a part of its own part.
    let line: Vec<String> = (0..20_000).flat_map(|n| [format!("f{n:05} 2"), format!("l{n:05} 2")]).collect();
    let mut tasks = plan(&line.iter().map(String::as_str).collect::<Vec<_>>());
    for task in &mut tasks {
        let (kind, n) = task.id.as_str().split_at(1);
        let n: usize = n.parse().unwrap();
        let parent = match kind {
            "l" => n,
            _ => n.checked_sub(1).unwrap_or(10),
        };
        task.parent = TaskId::parse(&format!("f{parent:05}")).ok();
    }
    fn cancel(tasks: &mut [Summary], id: &str) {
        tasks.iter_mut().find(|task| task.id.as_str() == id).unwrap().status = Status::Cancelled;
    }
    let total = |tasks: &[_]| Graph::new(&Table::of(tasks)).overall().total;
    assert_eq!(total(&tasks), 20_000);
    cancel(&mut tasks, "f15000");
    assert_eq!(total(&tasks), 15_000);
    cancel(&mut tasks, "f00005");
    assert_eq!(total(&tasks), 0, "it is above all of those that are parts of each other");
}

#[test]
fn a_part_that_comes_after_its_feature_closes_a_cycle_however_long() {
    let mut tasks = plan(&["a 2", "b 2 after g", "f 2", "g 2", "x 2 after f"]);
    let id = |id: &str| TaskId::parse(id).unwrap();
    for (part, feature) in [("a", "f"), ("b", "f")] {
        let part = tasks.iter_mut().find(|task| task.id == id(part)).unwrap();
        part.parent = Some(id(feature));
    }
    let table = Table::of(&tasks);
    let graph = Graph::new(&table);
    assert!(graph.cycles().is_empty());
    let close = |task: &str, after: &[&str], parent: Option<&str>| {
        let after: Vec<TaskId> = after.iter().map(|word| id(word)).collect();
        graph.would_close(&id(task), &after, parent.map(id).as_ref()).map(|cycle| show_cycle(&cycle))
    };
    assert_eq!(close("a", &["f"], None), Some("a → f → a".into()));
    assert_eq!(close("a", &["x"], None), Some("a → x → f → a".into()));
    assert_eq!(close("new", &["f"], Some("f")), Some("f → new → f".into()));
    assert_eq!(close("new", &["x"], Some("f")), Some("f → new → x → f".into()));
    assert_eq!(close("x", &[], Some("f")), Some("f → x → f".into()));
    assert_eq!(close("f", &[], Some("a")), Some("a → f → a".into()));
    // Two features, each with a part that comes after the other one.
    assert_eq!(close("new", &["f"], Some("g")), Some("g → new → f → b → g".into()));
    assert_eq!(close("new", &["a"], Some("g")), None);
    assert_eq!(close("x", &["a"], None), None);
    tasks[4].parent = Some(id("f"));
    let table = Table::of(&tasks);
    let cycles = Graph::new(&table).cycles();
    assert_eq!(cycles.iter().map(|cycle| show_cycle(cycle)).collect::<Vec<_>>(), ["f → x → f"]);
}

#[test]
fn cycles_are_cut_and_what_hangs_on_them_stays() {
    let mut parents = [Some(1), Some(2), Some(0), Some(0), Some(4), Some(3), None];
    cut_cycles(&mut parents);
    assert_eq!(parents, [None, None, None, Some(0), None, Some(3), None]);
}

#[test]
fn the_cycle_of_one_task_is_the_same_with_and_without_those_of_all() {
    let mut random = 7_u64;
    let mut below = |limit: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % limit
    };
    for _ in 0..300 {
        let count = 1 + below(12);
        let rows: Vec<String> = (0..count)
            .map(|n| {
                let after: String = (0..below(3)).map(|_| format!(" t{}", below(count))).collect();
                format!("t{n} 2{after}")
            })
            .collect();
        let tasks = plan(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let table = Table::of(&tasks);
        let all = Graph::new(&table);
        all.cycles();
        let one_by_one = Graph::new(&table);
        for task in table.rows() {
            let expected = all.cycle_of(task.at());
            assert_eq!(Graph::new(&table).cycle_of(task.at()), expected, "{rows:?}");
            assert_eq!(one_by_one.cycle_of(task.at()), expected, "{rows:?}");
        }
    }
}
