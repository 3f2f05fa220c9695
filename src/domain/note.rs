//! A task's note: the header line `0 task <id>`, then one event a line.
//!
//! Two notes of the same task merge by taking the union of their lines, sorted bytewise; that is what
//! `git notes merge -s cat_sort_uniq` does, so stock git merges them too. The header sorts first because it starts with
//! `0` and every event with its year.

use std::collections::HashSet;

use bstr::{BStr, BString, ByteSlice as _};

use super::{
    event::{Event, Line, MAX_LINE, ParseError, Payload},
    id::TaskId,
    withdraw,
};

/// The largest note that is read, in bytes. A larger one is a mistake or an attack; `doctor` reports it.
pub const MAX_NOTE: u64 = 16 * 1024 * 1024;

/// More events than a note of [`MAX_NOTE`] bytes has room for: no line is shorter than 64 bytes.
const MAX_EVENTS: u64 = MAX_NOTE / 64;

/// How many damaged lines are kept to be shown; the rest is only counted.
const SHOWN: usize = 100;

/// How much of a damaged line is kept, in bytes.
const SHOWN_BYTES: usize = 500;

/// What the header line starts with.
const HEADER: &[u8] = b"0 task ";

/// The content of the anchor blob of `id`, and the first line of its note. The blob's id is the note's key.
pub fn anchor(id: &TaskId) -> String {
    format!("0 task {id}\n")
}

/// The id that an anchor blob, or the first line of a note, names.
pub fn task_of_anchor(text: &[u8]) -> Option<TaskId> {
    headers(text).next()
}

/// The ids that the header lines of a note name: one, unless it contains another task's lines.
pub fn headers(text: &[u8]) -> impl Iterator<Item = TaskId> + '_ {
    // Sorted notes have them on top; a note that stock git appended to may have them anywhere.
    text.lines().filter_map(|line| TaskId::parse(said(line).strip_prefix(HEADER)?.to_str().ok()?).ok())
}

/// How many different lines `text` has that are not headers: one that a merge put there twice is one.
fn distinct_lines(text: &[u8]) -> u64 {
    let lines = text.lines().map(said).filter(|line| !line.is_empty() && !is_header(line));
    lines.collect::<HashSet<&[u8]>>().len() as u64
}

/// Whether `line` is a header line.
pub fn is_header(line: &[u8]) -> bool {
    line.starts_with(HEADER)
}

/// `line` without what the line ends of other systems leave of it, however often it went through them.
fn said(line: &[u8]) -> &[u8] {
    line.trim_end_with(|c| c == '\r')
}

/// A line of a note that is not an event; kept, reported by `doctor`, without effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The line number, from 1.
    pub number: usize,
    /// The line without its end, or the beginning of a long one.
    pub line: BString,
    /// The reason why it is not an event.
    pub why: ParseError,
}

/// The content of a note: valid events and invalid lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Events {
    /// The valid events, ordered by `(n, ulid)`.
    pub events: Vec<Event>,
    /// The first invalid lines, by number.
    pub damaged: Vec<Damaged>,
    /// How many more invalid lines there are.
    pub more_damaged: usize,
}

impl Events {
    /// Read the note `text`. Total: whatever the bytes, the readable events are there and the rest is listed.
    pub fn read(text: &[u8]) -> Self {
        let mut read = Self::read_whole(text);
        read.leave_out_split();
        read
    }

    /// [`Events::read`], with what was split off and belongs to other work.
    pub fn read_whole(text: &[u8]) -> Self {
        let mut read = Events::default();
        let mut found: Vec<(Event, &[u8], usize)> = Vec::new();
        for (at, line) in text.lines().map(said).enumerate() {
            if line.is_empty() || is_header(line) {
                continue;
            }
            let event = match line {
                long if long.len() > MAX_LINE => Err(ParseError::TooLong(long.len())),
                line => line
                    .to_str()
                    .map_err(|_| ParseError::Malformed("text, which is not UTF-8,"))
                    .and_then(|text| Line::parse(text)?.event()),
            };
            match event {
                Ok(event) => found.push((event, line, at)),
                Err(why) => read.damage(at, line, why),
            }
        }
        // An event's number is one more than the highest that its writer saw in the note. One that lines which were here, or
        // are here, cannot have led to would leave no room for those that come after it.
        let is_high = found.iter().any(|(event, ..)| event.n > MAX_EVENTS);
        let highest = MAX_EVENTS + if is_high { distinct_lines(text) } else { 0 };
        found.retain(|(event, line, at)| {
            let is_explained = event.n <= highest;
            if !is_explained {
                read.damage(*at, line, ParseError::TooHigh);
            }
            is_explained
        });
        // Two lines with one id can only come from damage. Which of them counts must not depend on their place in the note.
        found.sort_by(|(a, x, _), (b, y, _)| (a.id, a.n, x).cmp(&(b.id, b.n, y)));
        found.dedup_by(|(event, line, at), (first, other, _)| {
            if event.id == first.id && line != other {
                read.damage(*at, line, ParseError::Taken);
            }
            event.id == first.id
        });
        read.damaged.sort_by_key(|damaged| damaged.number);
        read.events = found.into_iter().map(|(event, ..)| event).collect();
        read.events.sort_by_key(Event::order);
        read
    }

    /// Leave out what belongs to other work: see [`crate::domain::event::Split`].
    fn leave_out_split(&mut self) {
        let is_split = |event: &Event| matches!(event.payload, Payload::Split(_));
        if !self.events.iter().any(is_split) {
            return;
        }
        let split = self.in_effect().filter_map(|event| match &event.payload {
            Payload::Split(split) => Some(&split.events),
            _ => None,
        });
        let elsewhere: HashSet<String> = split.flatten().cloned().collect();
        if !elsewhere.is_empty() {
            self.events.retain(|event| is_split(event) || !elsewhere.contains(&event.id.to_string()));
        }
    }

    /// Remember that line `at`, counted from 0, is not an event.
    fn damage(&mut self, at: usize, line: &[u8], why: ParseError) {
        if self.damaged.len() >= SHOWN {
            self.more_damaged += 1;
            return;
        }
        let line = line[..line.len().min(SHOWN_BYTES)].into();
        self.damaged.push(Damaged { number: at + 1, line, why });
    }

    /// The events that were not withdrawn, in the order of the fold.
    pub fn in_effect(&self) -> impl DoubleEndedIterator<Item = &Event> {
        let withdrawn = withdraw::withdrawn(self.events.iter());
        self.events.iter().filter(move |event| !withdrawn.contains(&event.id))
    }

    /// The Lamport number that the next event gets.
    pub fn next_n(&self) -> u64 {
        self.events.last().map_or(1, |event| event.n.saturating_add(1))
    }
}

/// The union of the lines of `notes`: empty lines dropped, sorted bytewise, each once.
pub fn union<'a>(notes: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut lines: Vec<&[u8]> =
        notes.into_iter().flat_map(|note| note.split(|b| *b == b'\n')).filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines.dedup();
    let mut text = Vec::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    for line in lines {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text
}

/// The note `text` (empty if there is none) of task `id` with the lines of `events` added.
pub fn append<'a>(id: &TaskId, text: &[u8], lines: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let anchor = anchor(id);
    let added: Vec<&[u8]> = lines.into_iter().map(str::as_bytes).collect();
    union([text, anchor.as_bytes()].into_iter().chain(added))
}

/// Show a damaged line to a person.
pub fn show_line(line: &BStr) -> String {
    line.chars().take(120).flat_map(char::escape_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_stays_first_and_lines_are_unique() {
        let id = TaskId::parse("t-1").unwrap();
        let text = append(&id, b"", ["2026-b", "2026-a"]);
        assert_eq!(text.as_bstr(), "0 task t-1\n2026-a\n2026-b\n");
        assert_eq!(append(&id, &text, ["2026-a"]), text);
        assert_eq!(task_of_anchor(&text), Some(id));
    }

    #[test]
    fn the_order_of_lines_has_no_meaning() {
        let line = |id: char, n, title| {
            format!("2026-11-22T14:35:00.000Z 01JD000000000000000000000{id} a@b n={n} create title=\"{title}\"\n")
        };
        let lines = [line('1', 1, "x"), line('1', 1, "y"), line('1', 2, "z"), line('2', 1, "v"), line('3', 1, "w")];
        // The numbers of damaged lines are those of the note as it is.
        let read = |lines: &[String]| {
            let read = Events::read(lines.concat().as_bytes());
            (read.events, read.damaged.len())
        };
        let expected = read(&lines);
        assert_eq!((expected.0.len(), expected.1), (3, 2));
        for shift in 1..lines.len() {
            let mut shifted = lines.to_vec();
            shifted.rotate_left(shift);
            assert_eq!(read(&shifted), expected, "{shift}");
            shifted.reverse();
            assert_eq!(read(&shifted), expected, "{shift}, reversed");
        }
    }

    #[test]
    fn a_line_that_is_there_twice_explains_no_higher_number() {
        let line = format!("2026-11-22T14:35:00.000Z 01JD0000000000000000000001 a@b n={} undo\n", MAX_EVENTS + 2);
        assert_eq!(Events::read(line.as_bytes()).events, []);
        assert_eq!(Events::read(line.repeat(2).as_bytes()).events, []);
    }

    #[test]
    fn line_ends_of_other_systems_are_no_part_of_a_line() {
        let line = "2026-11-22T14:35:00.000Z 01JD0000000000000000000001 a@b n=1 unblock ";
        let expected = Events::read(line.as_bytes());
        assert_eq!((expected.events.len(), expected.damaged.len()), (1, 0));
        assert_eq!(Events::read(format!("{line}\r").as_bytes()), expected);
        for end in ["\n", "\r\n", "\r\r\n", "\r\n\r\n"] {
            assert_eq!(
                Events::read(format!("0 task t-1{end}{line}{end}").as_bytes()).events,
                expected.events,
                "{end:?}"
            );
        }
    }

    #[test]
    fn a_note_may_have_several_headers() {
        let ids: Vec<String> = headers(b"0 task a\r\nx\n0 task ..\n0 task b").map(Into::into).collect();
        assert_eq!(ids, ["a", "b"]);
    }

    #[test]
    fn union_is_what_cat_sort_uniq_does() {
        assert_eq!(union([&b"b\na\n\n"[..], b"c", b"a\r\na\n"]).as_bstr(), "a\na\r\nb\nc\n");
        assert_eq!(union([&b""[..]]), b"");
    }

    #[test]
    fn reading_never_stops_at_damage() {
        let note = b"0 task t-1\n\xff\xfe\n2026-11-22T14:35:00.000Z 01JD0000000000000000000000 a@b n=1 note text=\"x\"\nrubbish\n";
        let read = Events::read(note);
        assert_eq!((read.events.len(), read.damaged.len()), (1, 2));
        assert_eq!(read.next_n(), 2);
        assert_eq!(read.damaged[0].number, 2);
    }
}
