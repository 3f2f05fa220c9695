//! The ledger's lines: what is read is what was written, and any set of lines is one task, whatever their order.

use git_agent::domain::{
    active_time,
    event::{Event, Line, MAX_LINE, Payload},
    fold::fold,
    id::TaskId,
    note::{self, Events},
    summary::Summary,
    table::Table,
    task::Task,
    text,
    time::Timestamp,
};

/// One line. What is an event is written as a line that means the same, without characters that act on a terminal.
pub fn line(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(line) = Line::parse(text) else { return };
    assert!(text.len() <= MAX_LINE, "a line longer than the format has is read");
    let Ok(event) = line.event() else { return };
    assert_eq!(event.order(), (line.n, line.id));
    if matches!(event.payload, Payload::Unknown(_)) {
        // It is kept as it is, and never written.
        return;
    }
    let Some(written) = event.to_line() else { return };
    assert!(written.len() <= MAX_LINE && !written.contains(text::is_hostile), "{written:?}");
    let again = Line::parse(&written).and_then(|line| line.event());
    assert_eq!(again.as_ref(), Ok(&event), "{text:?} is written as {written:?}");
    assert_eq!(again.ok().and_then(|event| event.to_line()), Some(written));
}

/// A whole note.
pub fn note(data: &[u8]) {
    let id = TaskId::parse("t-1").expect("an id");
    let read = Events::read(data);
    let lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    let damaged = read.damaged.len() + read.more_damaged;
    assert!(read.events.len() + damaged <= lines.len());
    assert!(read.next_n() <= note::MAX_NOTE, "the numbers of a note never run out");
    let task = Task::from_events(id.clone(), &read.events);

    let again = |lines: &[&[u8]]| Events::read(&lines.join(&b'\n'));
    let backwards: Vec<&[u8]> = lines.iter().rev().copied().collect();
    assert_eq!(again(&backwards).events, read.events, "the order of lines has no meaning");
    let twice: Vec<&[u8]> = lines.iter().chain(&backwards).copied().collect();
    assert_eq!(again(&twice).events, read.events, "a line that is there twice says it once");
    let events: Vec<_> = read.events.iter().rev().cloned().collect();
    assert_eq!(fold(id.clone(), &events), task, "the order of events has no meaning");

    let whole = note::union([data]);
    let (one, other) = lines.split_at(lines.len() / 2);
    let (one, other) = (one.join(&b'\n'), other.join(&b'\n'));
    assert_eq!(note::union([&one[..], &other]), whole);
    assert_eq!(note::union([&other[..], &whole, &one]), whole, "a union takes each line once, from wherever");
    assert_eq!(Events::read(&whole).events, read.events, "a union loses nothing");
    let written: Vec<String> = read.events.iter().filter_map(Event::to_line).collect();
    let appended = note::append(&id, data, written.iter().map(String::as_str));
    assert!(Events::read(&appended).events.len() >= read.events.len());
    shown(task);
}

/// What is shown of `task`, at the ends of time.
fn shown(task: Task) {
    for now in [Timestamp::EPOCH, Timestamp::from_millis(i64::MAX), Timestamp::from_millis(1_800_000_000_000)] {
        let stretches = active_time::stretches(&task, 1800, now);
        active_time::by_actor(&stretches);
        active_time::elapsed(&task, now);
        Summary::of(&task).live_claim(now);
    }
    assert!(!task.title.contains(text::is_hostile), "a title is one clean line: {:?}", task.title);
    let summary = Summary::of(&task);
    let table = Table::of(std::slice::from_ref(&summary));
    assert_eq!(table.summaries(), [summary]);
}
