//! In-process benchmarks of the hot paths: `cargo bench --bench inside [-- <part of a name>]`.
//!
//! What a process as a whole takes, against stock git, is measured by `benches/compare/run`.

use std::path::Path;

use divan::{Bencher, black_box};
use git_agent::domain::{
    actor::Actor,
    event::{Commit, Complete, Create, Event, Line, Note, Payload, Start},
    graph::Graph,
    id::TaskId,
    note::{self, Events},
    status::Status,
    summary::Summary,
    table::Table,
    task::Task,
    time::Timestamp,
    trailer::{Rules, insert, scan},
};
use ulid::Ulid;

fn main() {
    divan::main();
}

fn id(n: usize) -> TaskId {
    TaskId::parse(&format!("T-{n:06}")).unwrap()
}

/// A task's life in six events.
fn events() -> Vec<Event> {
    let text = "it has to work on both machines, and nothing that was there before may be lost ".repeat(2);
    let create = Create {
        title: "Make part 7 of the plan work".into(),
        description: Some(text.into()),
        after: vec![id(1)],
        ..Create::default()
    };
    let commit = "9fceb02d0ae598e95dc970b74767f19372d61af8".to_owned();
    let start =
        Start { base: Some(commit.clone()), branch: Some("main".into()), lease: Some(7200), ..Start::default() };
    let payloads = [
        Payload::Create(create),
        Payload::Start(start),
        Payload::Note(Note { text: "the tests of this part pass on both machines".into() }),
        Payload::Commit(Commit { commit: commit.clone(), tree: Some(commit), subject: None }),
        Payload::Note(Note { text: "reviewed".into() }),
        Payload::Complete(Complete { result: Some("done".into()), ..Complete::default() }),
    ];
    let event = |(n, payload): (usize, Payload)| Event {
        clone_id: None,
        at: Timestamp::from_seconds(1_780_000_000 + n as i64),
        id: Ulid::from_parts(1_780_000_000_000 + n as u64, 0x1234_5678_9abc),
        actor: Actor::new("claude@devbox").unwrap(),
        n: n as u64 + 1,
        payload,
    };
    payloads.into_iter().enumerate().map(event).collect()
}

/// The same as a note.
fn text() -> Vec<u8> {
    let lines: Vec<String> = events().iter().map(|event| event.to_line().unwrap()).collect();
    note::append(&id(7), b"", lines.iter().map(String::as_str))
}

/// Chains of ten, three of each closed, a feature every hundred.
fn rows(count: usize) -> Vec<Summary> {
    let row = |n: usize| {
        let mut task = Task::unknown(id(n));
        task.title = format!("Make part {n} of the plan work");
        task.created_at = Some(Timestamp::from_seconds(n as i64));
        task.created_by = Actor::new("claude@devbox");
        task.status = if n % 10 < 3 { Status::Completed } else { Status::Pending };
        task.after = if n.is_multiple_of(10) { Vec::new() } else { vec![id(n - 1)] };
        task.parent = (!n.is_multiple_of(100)).then(|| id(n - n % 100));
        Summary::of(&task)
    };
    (0..count).map(row).collect()
}

const SIZES: [usize; 2] = [10_000, 100_000];

#[divan::bench]
fn line_parse(bencher: Bencher<'_, '_>) {
    let line = events()[0].to_line().unwrap();
    bencher.bench(|| Line::parse(black_box(&line)).unwrap().event().unwrap());
}

#[divan::bench]
fn line_format(bencher: Bencher<'_, '_>) {
    let events = events();
    bencher.bench(|| black_box(&events[0]).to_line().unwrap());
}

#[divan::bench]
fn note_read_and_fold(bencher: Bencher<'_, '_>) {
    let text = text();
    bencher.bench(|| Summary::of(&Task::from_events(id(7), &Events::read(black_box(&text)).events)));
}

#[divan::bench]
fn fold(bencher: Bencher<'_, '_>) {
    let events = events();
    bencher.bench(|| Task::from_events(id(7), black_box(&events)));
}

#[divan::bench]
fn note_union(bencher: Bencher<'_, '_>) {
    let text = text();
    let other = note::append(&id(7), &text, ["2026-11-22T14:35:00.000Z one more"]);
    bencher.bench(|| note::union([black_box(text.as_slice()), black_box(other.as_slice())]));
}

#[divan::bench(args = SIZES)]
fn table_of_rows(bencher: Bencher<'_, '_>, count: usize) {
    let rows = rows(count);
    bencher.bench(|| Table::of(black_box(&rows)));
}

#[divan::bench(args = SIZES)]
fn graph_next(bencher: Bencher<'_, '_>, count: usize) {
    let table = Table::of(&rows(count));
    bencher.bench(|| {
        Graph::new(black_box(&table)).first_ready(Timestamp::EPOCH, |_| true).map(git_agent::domain::table::Row::at)
    });
}

#[divan::bench(args = SIZES)]
fn graph_ready(bencher: Bencher<'_, '_>, count: usize) {
    let table = Table::of(&rows(count));
    bencher.bench(|| Graph::new(black_box(&table)).ready(Timestamp::EPOCH).len());
}

#[divan::bench(args = SIZES)]
fn graph_in_order(bencher: Bencher<'_, '_>, count: usize) {
    let table = Table::of(&rows(count));
    bencher.bench(|| Graph::new(black_box(&table)).in_order().len());
}

/// Needs the data of `benches/compare/run`; measures nothing without it.
#[divan::bench(args = SIZES)]
fn index_load(bencher: Bencher<'_, '_>, count: usize) {
    let dir = format!("{}/target/bench-data/ledger-{count}", env!("CARGO_MANIFEST_DIR"));
    let Ok(repo) = git_agent::git::Repo::discover(Path::new(&dir)) else { return };
    let load = || git_agent::store::ledger::View::now(&repo).unwrap().table().unwrap().len();
    assert!(load() >= count, "'{dir}' is not the ledger that it should be");
    bencher.bench_local(load);
}

const MESSAGE: &str = "Fix the login\n\nIt was wrong before: the session ended when the page was reloaded.\nNow it does not.\n\n\
Signed-off-by: Jane <jane@example.com>\nTask-Id: T-000007\n";

#[divan::bench]
fn trailer_scan(bencher: Bencher<'_, '_>) {
    let rules = Rules::default();
    bencher.bench(|| scan::ids(black_box(MESSAGE.as_bytes()), &rules));
}

#[divan::bench]
fn trailer_insert(bencher: Bencher<'_, '_>) {
    let syntax = git_agent::domain::trailer::block::Syntax::default();
    let trailer = git_agent::domain::trailer::block::Trailer { key: "Task-Id".into(), value: "T-000008".into() };
    bencher.bench(|| {
        insert::insert(black_box(MESSAGE.as_bytes()), std::slice::from_ref(&trailer), insert::Form::Kept, &syntax)
    });
}
