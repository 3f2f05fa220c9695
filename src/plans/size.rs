//! Events that fit into their lines: what is too much for one is said in several.

use serde::Serialize;

use crate::domain::{
    event::{Create, Dep, Edit, MAX_LINE, Payload, TICKS, Tick},
    id::TaskId,
    text::{MAX_INLINE, MAX_LINE_TEXT, Text},
};

/// What the keys of one event may take of its line; the rest is for time, ids, actor and kind.
const ROOM: usize = MAX_LINE - 600;

/// What stands in a line for a text that is kept in a blob, at most.
const STORED: usize = 1_100;

/// `create`, and the events after it that say what did not fit.
pub(super) fn create(mut create: Create) -> Vec<Payload> {
    let mut rest = Edit::default();
    let mut room = ROOM.saturating_sub(size(&create.title) + size(&create.plan) + 200);
    move_out(&mut room, &mut create.description, &mut rest.description);
    move_out(&mut room, &mut create.accept, &mut rest.accept);
    let files = size(&create.files);
    if files > room {
        rest.files = Some(std::mem::take(&mut create.files));
    }
    room = room.saturating_sub(files);
    let mut words = Vec::new();
    if size(&create.labels) + size(&create.refs) > room {
        words = self::words([std::mem::take(&mut create.labels), vec![], std::mem::take(&mut create.refs), vec![]]);
    } else {
        room -= size(&create.labels) + size(&create.refs);
    }
    let mut dependencies = Vec::new();
    if size(&create.after) > room {
        dependencies = deps(std::mem::take(&mut create.after), Vec::new());
    }
    let mut payloads = vec![Payload::Create(create)];
    payloads.extend(edits(rest));
    payloads.extend(words);
    payloads.extend(dependencies);
    payloads
}

/// `edit` in as many events as it takes.
pub(super) fn edits(mut edit: Edit) -> Vec<Payload> {
    let mut payloads = Vec::new();
    let mut room = ROOM.saturating_sub(size(&edit.title));
    let mut rest = Edit::default();
    move_out(&mut room, &mut edit.description, &mut rest.description);
    move_out(&mut room, &mut edit.accept, &mut rest.accept);
    if edit.files.as_ref().is_some_and(|files| size(files) > room) {
        rest.files = edit.files.take();
    }
    let moved = [
        Edit { description: rest.description, ..Edit::default() },
        Edit { accept: rest.accept, ..Edit::default() },
        Edit { files: rest.files, ..Edit::default() },
    ];
    let mut words = [&mut edit.labels, &mut edit.no_labels, &mut edit.refs, &mut edit.no_refs];
    let needed: usize = words.iter().map(size).sum();
    let words = if needed > room { self::words(words.each_mut().map(|words| std::mem::take(*words))) } else { vec![] };
    payloads.extend(std::iter::once(edit).chain(moved).filter(|edit| *edit != Edit::default()).map(Payload::Edit));
    payloads.extend(words);
    payloads
}

/// Labels and references that a task has now and no longer has, in as many events as it takes.
fn words([labels, no_labels, refs, no_refs]: [Vec<String>; 4]) -> Vec<Payload> {
    // As many of the longest ones as fit.
    let chunks = |words: Vec<String>, most: usize, edit: fn(Vec<String>) -> Edit| {
        words.chunks(most).map(|words| Payload::Edit(edit(words.to_vec()))).collect::<Vec<_>>()
    };
    let few = (ROOM / (2 * MAX_LINE_TEXT)).max(1);
    [
        chunks(no_labels, 20, |no_labels| Edit { no_labels, ..Edit::default() }),
        chunks(labels, 20, |labels| Edit { labels, ..Edit::default() }),
        chunks(no_refs, few, |no_refs| Edit { no_refs, ..Edit::default() }),
        chunks(refs, few, |refs| Edit { refs, ..Edit::default() }),
    ]
    .concat()
}

/// `tick` in as many events as it takes.
pub(super) fn ticks(met: &[String]) -> Vec<Payload> {
    met.chunks(TICKS).map(|keys| Payload::Tick(Tick { criteria: keys.to_vec(), off: false })).collect()
}

/// `dep` in as many events as it takes.
pub(super) fn deps(add: Vec<TaskId>, remove: Vec<TaskId>) -> Vec<Payload> {
    // Seventy bytes an id.
    let chunk = ROOM / 70;
    let removals = remove.chunks(chunk).map(|ids| Dep { add: Vec::new(), remove: ids.to_vec() });
    let additions = add.chunks(chunk).map(|ids| Dep { add: ids.to_vec(), remove: Vec::new() });
    let mut deps: Vec<Dep> = removals.chain(additions).collect();
    if let [first, second] = deps.as_mut_slice()
        && first.add.is_empty()
        && first.remove.len() + second.add.len() <= chunk
    {
        first.add = std::mem::take(&mut second.add);
        deps.truncate(1);
    }
    deps.into_iter().map(Payload::Dep).collect()
}

/// Whether the list of `files` can be said at all.
pub(super) fn files_fit(files: &[String]) -> bool {
    size(&files) <= ROOM
}

/// Leave the text where it is if there is room for it.
fn move_out(room: &mut usize, text: &mut Option<Text>, rest: &mut Option<Text>) {
    let needed = match text {
        Some(Text::Inline(inline)) if inline.len() > MAX_INLINE => STORED,
        Some(text) => size(text),
        None => 0,
    };
    if needed > *room {
        *rest = text.take();
    } else {
        *room -= needed;
    }
}

/// The length of `value` as JSON.
fn size(value: &impl Serialize) -> usize {
    serde_json::to_string(value).map_or(0, |json| json.len())
}
