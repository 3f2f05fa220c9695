//! A checklist.
//!
//! ```markdown
//! ## Login
//! > What it is about, as long as it takes.
//!
//! - [x] Form <!-- login-form -->
//! - [~] Session `session-1` (after: login-form)
//!   - [ ] Cookie (after: Form)
//! - [!] Captcha (failed: the service is down)
//! - [-] Remember me (labels: ui, later) (ref: KEY-1)
//!   > What it is about.
//!   >
//!   > Done when:
//!   > - [ ] it survives a restart
//! ```
//!
//! Headings with items below them are features, items below items are their parts. `[ ]` is pending, `[~]` in progress, `[x]`
//! completed, `[!]` failed, `[-]` cancelled. A single `#` above everything is the title of the document. Text under an item, and block quotes, describe it.

mod blocks;
mod label;
mod line;
mod others;
mod state;
mod write;

use std::collections::{HashMap, HashSet};

use super::{
    foreign,
    item::{Content, Failed, Parent, Rough, Word},
    left::Reading,
};
use crate::{
    domain::{status::Status, task::LOWEST_PRIORITY},
    plans::position::Wrong,
};
use blocks::blocks;
pub(super) use line::is_checkbox;
use line::{Entry, entry};
pub(super) use write::write;

/// The line of a description below which the acceptance criteria stand.
const DONE_WHEN: &str = "Done when:";

/// A feature or an item that others may be below of.
struct Open {
    /// Its place in the list; `None` for a heading that has no item so far.
    place: Option<usize>,
    /// The level of a heading; what is below has a higher one.
    level: usize,
    /// What a heading will be, and which entry it is.
    rough: Option<(Rough, usize)>,
}

/// Read a whole document.
///
/// # Errors
///
/// [`Wrong`] for a document that has words, and no checkboxes.
pub(super) fn read(text: &str) -> Result<Reading, Wrong> {
    let mut reading = Reading::default();
    let entries = entries(text, &mut reading);
    if !text.trim().is_empty() && entries.iter().all(|entry| entry.heading.is_some()) {
        let hint = "a task is an item of a list with a box: '- [ ] Write the parser'";
        return Err(Wrong::new(0, "it has no checkboxes").hint(hint));
    }
    let labels = label::labels(&entries);
    let ids = Backticked::of(&entries, &labels);
    let title = title_of(&entries);
    let mut from: Vec<usize> = Vec::new();
    let (mut headings, mut items): (Vec<Open>, Vec<Open>) = (Vec::new(), Vec::new());
    for (number, entry) in entries.iter().enumerate() {
        if title == Some(number) {
            continue;
        }
        let item = item(entry, &ids, &mut reading);
        if let Some(level) = entry.heading {
            headings.retain(|open| open.level < level);
            items.clear();
            headings.push(Open { place: None, level, rough: Some((item, number)) });
            continue;
        }
        items.retain(|open| open.level < entry.indent);
        for at in 0..headings.len() {
            if let Some((mut heading, number)) = headings[at].rough.take() {
                heading.parent =
                    headings[..at].last().and_then(|above| above.place).map_or(Parent::Unsaid, Parent::Within);
                headings[at].place = Some(reading.items.len());
                reading.items.push(heading);
                from.push(number);
            }
        }
        let above = items.last().or(headings.last()).and_then(|open| open.place);
        items.push(Open { place: Some(reading.items.len()), level: entry.indent, rough: None });
        reading.items.push(Rough { parent: above.map_or(Parent::Unsaid, Parent::Within), ..item });
        from.push(number);
    }
    let labels: Vec<Option<String>> = from.iter().map(|number| labels[*number].clone()).collect();
    let from: Vec<&Entry> = from.into_iter().map(|number| &entries[number]).collect();
    for (at, entry) in from.iter().enumerate() {
        let below = entry.text.join("\n");
        let below = reading.lines(entry.at, below.trim_matches('\n'));
        let (below, accept) = accepted(&below);
        let below = below.to_owned();
        reading.items[at].content.accept = accept.map(str::to_owned);
        let texts = entry.whole.iter().cloned().chain((!below.trim().is_empty()).then_some(below));
        reading.items[at].content.description = texts.reduce(|all, text| format!("{all}\n\n{text}"));
    }
    others::understand(&mut reading.items, &from, &labels);
    headings_that_say(&mut reading, &from);
    foreign::follow(&mut reading.items);
    Ok(reading)
}

/// The description in `text`, and the acceptance criteria below it.
fn accepted(text: &str) -> (&str, Option<&str>) {
    let mut end = text.len();
    for line in text.split_inclusive('\n').rev() {
        let start = end - line.len();
        if line.trim_end() == DONE_WHEN {
            let accept = text[end..].trim_matches('\n');
            return (text[..start].trim_end_matches('\n'), (!accept.trim().is_empty()).then_some(accept));
        }
        end = start;
    }
    (text, None)
}

/// A heading without a box may say in words where it stands. Boxes that are open below it say more.
fn headings_that_say(reading: &mut Reading, from: &[&Entry]) {
    let mut is_open = vec![false; from.len()];
    for at in (0..from.len()).rev() {
        let item = &mut reading.items[at];
        if from[at].heading.is_none() {
            is_open[at] |= !item.content.status.unwrap_or_default().is_closed();
        } else if let (None, Some(told)) = (item.content.status, state::split(&from[at].title).1) {
            match told {
                Status::Completed | Status::Cancelled if is_open[at] => {
                    reading.left.push(super::Left {
                        at: from[at].at,
                        what: "a heading is marked as done, but boxes below it are open: the boxes count".to_owned(),
                    });
                }
                Status::Pending => {}
                told => item.content.status = Some(told),
            }
        }
        if let (true, Parent::Within(above)) = (is_open[at], &reading.items[at].parent) {
            is_open[*above] = true;
        }
    }
}

/// Headings and checkboxes, with the text below them.
fn entries(text: &str, reading: &mut Reading) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut blocks = blocks(text).into_iter().peekable();
    let (mut start, mut underlined) = (0, 0);
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        let mut is_entry = start < underlined;
        while let Some(block) = blocks.next_if(|block| block.at < end) {
            let part = line.get(block.at - start..).unwrap_or_default();
            let before = line.get(..block.at - start).unwrap_or_default();
            let indent: usize = 1 + before.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum::<usize>();
            if let Some(found) = entry(part, block.at, block.heading, indent, reading) {
                entries.push(found);
                is_entry = true;
                underlined = block.end;
            }
        }
        if let (false, Some(last)) = (is_entry, entries.last_mut()) {
            last.describe(line);
        }
        start = end;
    }
    entries
}

/// The heading that is the title of the document: the only one of the first level, above others that have the items.
fn title_of(entries: &[Entry]) -> Option<usize> {
    let first =
        entries.first().filter(|entry| entry.heading == Some(1) && entry.status.is_none() && entry.id.is_none())?;
    let is_only = entries.iter().filter(|entry| entry.heading == first.heading).count() == 1;
    let has_sections = entries.get(1).is_some_and(|entry| entry.heading.is_some());
    (is_only && has_sections).then_some(0)
}

/// Which words in backticks at the end of a line are ids, and not a part of the title.
struct Backticked<'e>(HashSet<&'e str>);

impl<'e> Backticked<'e> {
    /// Those that an `(after: …)` names; and those that look like ids, where the document has other words of ours, or every item has one.
    /// What a label names, and what stands there twice, is none.
    fn of(entries: &'e [Entry], labels: &[Option<String>]) -> Self {
        let named: HashSet<&str> =
            entries.iter().flat_map(|entry| entry.after.iter().flatten()).map(|word| word.text.as_str()).collect();
        let mut times: HashMap<&str, usize> = HashMap::new();
        let mut is_every = true;
        for (entry, label) in entries.iter().zip(labels) {
            let word = entry.backticked().filter(|_| label.is_none()).map(|(_, word)| word);
            match word {
                Some(word) => *times.entry(word).or_default() += 1,
                None => is_every &= entry.heading.is_some(),
            }
        }
        let is_ours = entries.iter().any(|entry| entry.id.is_some() || entry.after.is_some() || entry.failed.is_some());
        let is_like = |word: &str| word.contains(['-', '_']) || word.contains(|c: char| c.is_ascii_digit());
        let is_id = |word: &&str| named.contains(word) || ((is_ours || is_every) && is_like(word));
        Backticked(times.into_iter().filter(|(word, times)| *times == 1 && is_id(word)).map(|(word, _)| word).collect())
    }
}

fn item(entry: &Entry, ids: &Backticked<'_>, reading: &mut Reading) -> Rough {
    let (mut title, mut id) = (entry.title.as_str(), entry.id.clone());
    if let (None, Some((before, word))) = (&id, entry.backticked())
        && ids.0.contains(word)
    {
        id = Some(Word { at: entry.at, text: word.to_owned() });
        title = before;
    }
    if id.is_none() {
        let (plain, told) = state::split(title);
        title = plain;
        if entry.heading.is_none()
            && told.is_some_and(|told| told.is_closed() && !entry.status.unwrap_or_default().is_closed())
        {
            reading.leave(entry.at, "an item is marked as done, but its box is open: the box counts");
        }
    }
    let failures = entry.failed.iter().map(|reason| Failed { reason: reason.clone(), kind: None }).collect();
    let priority = entry.is_optional.then_some(LOWEST_PRIORITY);
    let said = |words: &Vec<String>| Some(words.clone()).filter(|words| !words.is_empty());
    let content = Content {
        title: title.to_owned(),
        status: entry.status,
        priority,
        failures,
        labels: said(&entry.labels),
        refs: said(&entry.refs),
        ..Content::default()
    };
    let is_foreign = entry.id.is_none() && entry.after.is_none();
    Rough { at: entry.at, id, after: entry.after.clone(), content, is_foreign, ..Rough::default() }
}
